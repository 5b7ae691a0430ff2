"""What would change a priority: exactly what the rule itself says, one step before and one step after."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songhanh.decision.flips import Condition, Flip, flips, with_condition
from songhanh.response.priority import Mode, Seen, prioritise, priority_rule

RULE = priority_rule("vn-2021", date(2021, 5, 17))
RANKS = (0, 1, 2, 3, 4)


def seen(**changed: object) -> Seen:
    values: dict[str, object] = {
        "week": 0, "before": 0, "people": 100_000.0, "rank": 0, "p_any": np.nan, "value": 2.0, "closure": 2.0,
        "around": 0, "first_inside": False,
    }  # fmt: skip
    types = {"people": float, "p_any": float, "value": float, "closure": float, "first_inside": bool}
    return Seen(**{k: np.array([v], types.get(k, np.int64)) for k, v in (values | changed).items()})


def under(here: Seen, conditions: tuple[Condition, ...]) -> Mode:
    for one in conditions:
        here = with_condition(here, one.quantity, np.array([one.at]))
    return Mode(int(prioritise(here, RULE).mode[0]))


def ease(here: Seen) -> Flip | None:
    found = [flip for flip in flips(here, RULE, RANKS)[0] if not flip.is_tighter]
    assert len(found) <= 1
    return found[0] if found else None


def tighter(here: Seen) -> dict[str, tuple[Mode, float]]:
    found = [flip for flip in flips(here, RULE, RANKS)[0] if flip.is_tighter]
    return {flip.conditions[0].quantity: (flip.mode, flip.conditions[0].at) for flip in found}


def test_a_quiet_area_and_what_would_end_its_guard() -> None:
    here = seen(p_any=0.1)
    assert ease(here) is None
    assert tighter(here) == {
        "cases": (Mode.BOTH, 3.0),
        "p_any": (Mode.BOTH, 0.26),
        "level": (Mode.BOTH, 3.0),
    }


def test_without_a_forecast_no_chance_is_named() -> None:
    assert set(tighter(seen())) == {"cases", "level"}


def test_an_area_that_rises_at_high_risk_needs_fewer_cases_next_week() -> None:
    here = seen(week=40, before=20)
    found = ease(here)
    # Next week 40 is the week before: 59 are not yet 1.5 times as many, and keep below 150 in 14 days.
    assert found == Flip(Mode.BOTH, (Condition("cases", 59.0),))
    assert tighter(here) == {}


def test_a_very_high_week_takes_two_weeks_to_pass() -> None:
    found = ease(seen(week=200, before=10))
    assert found == Flip(Mode.BOTH, (Condition("cases_two_weeks", 74.0),))


def test_a_sealed_area_needs_its_level_lowered_and_nothing_else() -> None:
    assert ease(seen(rank=4)) == Flip(Mode.BOTH, (Condition("level", 3.0),))
    assert ease(seen(rank=3)) == Flip(Mode.PRODUCTION_UNDER_GUARD, (Condition("level", 2.0),))


def test_several_things_may_have_to_change_at_once() -> None:
    here = seen(week=30, before=0, value=0.5, around=3, p_any=0.9, rank=3, first_inside=True)
    found = ease(here)
    assert found is not None and found.mode == Mode.PRODUCTION_UNDER_GUARD
    assert [c.quantity for c in found.conditions] == [
        "produced", "inside", "around", "p_any", "level", "cases_two_weeks",
    ]  # fmt: skip
    at = {c.quantity: c.at for c in found.conditions}
    assert at["produced"] == pytest.approx(1.0) and at["around"] == 1 and at["p_any"] == 0.25
    assert at["level"] == 2 and at["cases_two_weeks"] == 12
    assert under(here, found.conditions) == Mode.PRODUCTION_UNDER_GUARD


areas = st.fixed_dictionaries(
    {
        "week": st.integers(0, 300),
        "before": st.integers(0, 300),
        "people": st.floats(500.0, 200_000.0),
        "rank": st.integers(0, 4),
        "p_any": st.one_of(st.just(np.nan), st.floats(0.0, 1.0)),
        "value": st.floats(0.0, 5.0),
        "closure": st.floats(0.0, 5.0),
        "around": st.integers(0, 3),
        "first_inside": st.booleans(),
    }
)
WHOLE = {"cases": 1.0, "cases_two_weeks": 1.0, "level": 1.0, "around": 1.0, "p_any": 0.01}


@settings(max_examples=40, deadline=None)
@given(areas)
def test_every_flip_flips_and_none_would_with_less(area: dict[str, object]) -> None:
    here = seen(**area)
    now = Mode(int(prioritise(here, RULE).mode[0]))
    found = flips(here, RULE, RANKS)[0]
    assert any(flip.is_tighter for flip in found) == (now < Mode.EPIDEMIC_FIRST)
    assert any(not flip.is_tighter for flip in found) == (now > Mode.PRODUCTION_UNDER_GUARD)
    for flip in found:
        assert under(here, flip.conditions) == flip.mode
        assert (flip.mode > now) if flip.is_tighter else (flip.mode < now)
        for k, one in enumerate(flip.conditions):
            # One step less far, and the mode does not go where the flip says.
            step = WHOLE.get(one.quantity)
            if step is None:
                continue
            at = one.at - step if flip.is_tighter else one.at + step
            if at < 0:
                continue
            short = (*flip.conditions[:k], Condition(one.quantity, round(at, 2)), *flip.conditions[k + 1 :])
            if flip.is_tighter:
                assert under(here, short) <= now
            else:
                assert under(here, short) > flip.mode


@settings(max_examples=8, deadline=None)
@given(st.lists(areas, min_size=2, max_size=5))
def test_areas_do_not_disturb_each_other(several: list[dict[str, object]]) -> None:
    rows = [seen(**area) for area in several]
    together = Seen(**{name: np.concatenate([getattr(row, name) for row in rows]) for name in vars(rows[0])})
    assert flips(together, RULE, RANKS) == [flips(row, RULE, RANKS)[0] for row in rows]


def test_a_changed_rule_changes_the_answer() -> None:
    looser = replace(RULE, values={**RULE.values, "rising_min_cases": 9, "guard_most_per_100k_14d": 100})
    found = [flip for flip in flips(seen(), looser, RANKS)[0] if flip.conditions[0].quantity == "cases"]
    assert found[0].conditions[0].at == 9
