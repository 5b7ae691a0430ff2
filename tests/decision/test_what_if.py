"""A what-if: the plan and its base in the same worlds, with the differences pair by pair."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import small

from songhanh.core.canonical import json_bytes
from songhanh.core.errors import Cancelled, SonghanhError
from songhanh.decision import what_if
from songhanh.decision import what_if as asked
from songhanh.decision.indicators import INDICATORS
from songhanh.joint.ensemble import Ensemble, run_ensemble, warm
from songhanh.joint.horizon import Limits
from songhanh.measures import Plan
from songhanh.twin.worlds import world_set

DAYS = 30
CLOSED = small.plan(small.SITES_CLOSED)
OPEN = small.plan()


def ask(plan: Plan, base: Plan | None = None, **options: Any) -> dict[str, Any]:
    given = {"seed": 1, "n_worlds": 5, "days": DAYS, "n_jobs": 1, "n_histories": 32}
    return what_if(small.reference(), small.AS_OF, plan, base, **{**given, **options})


def test_differences_are_paired_world_by_world() -> None:
    found = ask(CLOSED, OPEN)
    assert found["schema"] == "songhanh-what-if/1" and found["days"] == DAYS
    assert set(found["difference"]) == {row.id for row in INDICATORS}
    for row in INDICATORS:
        less = found["plan"]["outcomes"][row.id]["mean"] - found["base"]["outcomes"][row.id]["mean"]
        assert found["difference"][row.id]["mean"] == pytest.approx(less, abs=1e-6)
        assert 0.0 <= found["difference"][row.id]["better"] <= 1.0
    assert found["difference"]["value_added_lost_vnd_bn"]["p05"] > 0
    assert len(found["plan"]["daily"]["dates"]) == len(found["plan"]["daily"]["dates_economy"]) == DAYS
    assert b"NaN" not in json_bytes(found)


def test_it_is_the_ensemble_that_it_says() -> None:
    found = ask(CLOSED, OPEN, seed=2)
    plans = (("base", OPEN), ("plan", CLOSED))
    worlds = world_set(small.reference(), small.AS_OF, 2, 5, 32, 1, lambda d, t, s: None, lambda: False)
    ensemble = Ensemble(small.reference(), small.AS_OF, DAYS, plans, Limits.standard(), economy_days=DAYS)
    outcomes = run_ensemble(ensemble, worlds.worlds, 1, lambda d, t, s: None, lambda: False, "worlds")
    for name in ("base", "plan"):
        cases = np.mean([outcome.totals["cases_total"] for outcome in outcomes[name]])
        assert found[name]["outcomes"]["cases_total"]["mean"] == cases


def test_a_plan_that_was_asked_about_is_not_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules["songhanh.decision.what_if"]
    first = ask(CLOSED, OPEN, seed=3)
    ran: list[tuple[str, ...]] = []

    def noted(ensemble: Ensemble, *rest: Any) -> Any:
        ran.append(tuple(name for name, _ in ensemble.plans))
        return run_ensemble(ensemble, *rest)

    monkeypatch.setattr(module, "run_ensemble", noted)
    assert json_bytes(ask(CLOSED, OPEN, seed=3)) == json_bytes(first)
    lodged = small.plan(small.SITES_CLOSED.replace("closed", "staggered"))
    ask(lodged, OPEN, seed=3)
    assert ran == [("plan",)]


def test_a_plan_against_itself_changes_nothing() -> None:
    found = ask(CLOSED, replace(CLOSED, slug="other"))
    assert all(value["mean"] == 0.0 and value["better"] == 0.0 for value in found["difference"].values())
    assert ask(CLOSED)["difference"] is None and ask(CLOSED)["base"] is None


@pytest.mark.parametrize(
    ("name", "value"), [("n_worlds", 1), ("days", 0), ("days", 366), ("n_worlds", 10_001)]
)
def test_numbers_out_of_range_are_refused_by_name(name: str, value: int) -> None:
    with pytest.raises(SonghanhError) as caught:
        ask(CLOSED, **{name: value})
    assert caught.value.faults[0].parameter == name


def test_a_faulty_plan_is_found_before_any_run_and_a_stop_is_heard() -> None:
    with pytest.raises(SonghanhError, match="nowhere"):
        ask(small.plan(small.SITES_CLOSED.replace('["*"]', '["nowhere"]')))
    with pytest.raises(Cancelled):
        ask(CLOSED, seed=17, should_stop=lambda: True)


def test_warm_loads_the_province_and_refuses_what_is_none() -> None:
    assert warm(small.reference(), 1) == 1
    with pytest.raises(SonghanhError):
        warm("no-such-pack", 1)
    assert asked is what_if
