"""Trigger cards say what the plan does by itself: their thresholds are those at which a run acts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
import small

from songhanh.core.days import day_of
from songhanh.decision import trigger_cards
from songhanh.measures import compile_plan, history_of
from songhanh.response import Observed
from songhanh.response.observed import COMMUNITY, QUARANTINE

AS_OF = small.AS_OF
TONIGHT = day_of(date(2021, 4, 20), AS_OF)
SEALED = 'kind = "lockdown"\nwhere = ["001"]\nlegal_basis = ["qd-3986-2020"]'
TRIGGERED = (
    'kind = "distancing"\nlevel = "ct16"\nwhere = ["*"]\nlegal_basis = ["ct16"]\n'
    "[measures.trigger]\nat_least = 3\nwindow_days = 5\nfor_days = 2\n"
    '[measures.release]\nindicator = "days_without"\nat_least = 10'
)
SITES = 'kind = "site_mode"\nmode = "closed"\nwhere = ["park-a"]\nlegal_basis = ["ct16"]'
FIRMS = 'kind = "firm_closure"\ncases = 2\ndays = 14\nwhere = ["all-sites"]\nlegal_basis = ["qd-2194-2020"]'


def observed(*cases: tuple[int, int, int], found: int = COMMUNITY) -> Observed:
    """Cases as (days before the as-of date, commune, number)."""
    reported = np.zeros((TONIGHT + 1, 6, 4), np.int32)
    for ago, commune, number in cases:
        reported[TONIGHT - ago, commune, found] += number
    return Observed(reported, np.zeros((TONIGHT + 1, 3), np.int32))


def cards(*measures: str, seen: Observed | None = None) -> list[dict[str, Any]]:
    return [card for card in trigger_cards(small.scheduled(*measures), seen) if not card["present"]]


def test_a_trigger_and_its_release_are_two_cards() -> None:
    tighten, ease = cards(TRIGGERED)
    assert (tighten["direction"], ease["direction"]) == ("tighten", "ease")
    assert tighten["if"]["en"] == (
        "In a commune of the whole province, there are 3 or more cases in 5 days, 2 days in a row"
    )
    assert tighten["for_days"] == 2 and ease["for_days"] == 1
    assert "10 days have passed without a case" in ease["if"]["en"]
    assert tighten["then"]["en"].startswith("Social distancing under Directive 16 in the whole province")
    assert tighten["authority"]["en"] and "Directive 16" in tighten["legal_basis"][0]["en"]
    assert tighten["measure"] == ease["measure"] == 1
    assert tighten["now"] is None


def test_the_card_holds_where_a_run_would_order() -> None:
    """What the card says of tonight is what the schedule does tomorrow."""
    plan = small.scheduled(TRIGGERED)
    for seen, places in (
        (observed((0, 1, 3)), 0),  # not yet two days in a row
        (observed((1, 1, 3)), 1),
        (observed((1, 1, 3), (2, 4, 1), (1, 4, 2)), 2),
        (observed((6, 1, 3)), 0),
        (observed((1, 1, 3), found=QUARANTINE), 0),
    ):
        card = cards(TRIGGERED, seen=seen)[0]
        assert card["now"]["en"].startswith(f"holds in {places} of 6 places")
        assert f"{places}/6" in card["now"]["vi"]
        run = plan.start()
        for day in range(TONIGHT + 1):
            run.controls(day, seen)
        assert int((run.controls(TONIGHT + 1, seen).level == 3).sum()) == places


def test_the_common_rule_gives_cards_both_ways() -> None:
    ease, back = cards(SEALED)
    assert (
        ease["direction"] == "ease"
        and "14 days have passed without a case outside quarantine" in ease["if"]["en"]
    )
    assert ease["then"]["en"] == (
        "One step down by the common rule: Medical isolation (lock-down) → Directive 16 → Directive 15 → over."
    )
    assert back["direction"] == "tighten" and "3 or more cases in 7 days" in back["if"]["en"]
    assert any("Infectious" in name["en"] for name in ease["legal_basis"])


def test_closed_sites_have_a_first_and_a_next_step() -> None:
    first, following, back = cards(SITES)
    assert "no more than 2 cases per 1,000 workers in 7 days, and 10 days" in first["if"]["en"]
    assert first["then"]["en"].endswith("closed → 3 on site.")
    assert "no more than 0.5 cases" in following["if"]["en"] and "0,5 ca" in following["if"]["vi"]
    assert following["then"]["en"].endswith("3 on site → staggered shifts → normal.")
    assert back["then"]["en"] == "Back to: closed."
    staggered = cards(SITES.replace("closed", "staggered"))
    assert [card["direction"] for card in staggered] == ["ease", "tighten"]


def test_firms_and_hamlets_have_thresholds_of_their_own() -> None:
    close, reopen = cards(FIRMS)
    assert close["if"]["en"].startswith("In a firm of") and "2 or more cases in 14 days" in close["if"]["en"]
    assert "14 days have passed without a case" in reopen["if"]["en"] and reopen["direction"] == "ease"


def test_a_measure_with_an_end_or_left_open_has_no_card_of_the_rule() -> None:
    until = (AS_OF + timedelta(days=20)).isoformat()
    assert cards(f"{SEALED}\nuntil = {until}") == []
    assert cards(f'{SEALED}\nexit = "open"') == []


def test_orders_in_force_keep_their_cards_until_the_plan_lifts_them(tmp_path: Any) -> None:
    sealed = 'id = "sealed"\nfrom = 2021-05-01\n' + SEALED
    folder = small.write(tmp_path / "sealed")
    (folder / "plans" / "history.toml").write_text(small.plan_text(*small.HISTORY, sealed), encoding="utf-8")
    pack = small.setting(str(folder)).pack
    seen = observed((3, 0, 1), (9, 1, 2))

    def present(head: str) -> list[dict[str, Any]]:
        plan = compile_plan(small.plan(head=head), pack, history_of(pack), AS_OF, pack.policy_set)
        return [card for card in trigger_cards(plan, seen) if card["present"]]

    ease, back = present("")
    # 14 days from the order of 1 May would have passed in both communes; cases began the count again.
    assert ease["now"]["en"] == "14 days are over in 0 of 2 places; fewest: Xã 00101 (3 days)"
    assert back["now"]["en"].startswith("holds in 0 of 2 places; most cases in 7 days: Xã 00101 (1)")
    assert present('lifts = ["sealed"]') == []


def test_days_of_a_measure_that_has_not_begun_are_not_counted() -> None:
    for card in cards(SEALED, SITES, seen=observed((3, 0, 1))):
        assert card["now"]["en"] == "counted from its start, 18 May 2021"


def test_a_replay_has_no_cards() -> None:
    pack = small.ground().pack
    replayed = compile_plan(small.plan(), pack, history_of(pack), None, pack.policy_set)
    with pytest.raises(ValueError, match="as-of date"):
        trigger_cards(replayed)


def test_every_card_of_the_example_speaks_both_languages() -> None:
    for card in cards(TRIGGERED, SEALED, SITES, FIRMS, seen=observed((1, 1, 3))):
        for text in [card["if"], card["then"], card["authority"], *card["legal_basis"]]:
            assert text["vi"] and text["en"] and text["vi"] != text["en"]
            assert "{" not in text["vi"] + text["en"]
