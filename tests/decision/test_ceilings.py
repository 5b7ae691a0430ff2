"""Health ceilings: read from words, counted by world, and stronger than dominance."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import small

from songhanh.core.days import date_of
from songhanh.core.errors import SonghanhError
from songhanh.decision import Ceilings
from songhanh.decision.capacities import FORCES, Capacities, capacities_on, loads, overruns
from songhanh.decision.ceilings import broken
from songhanh.decision.compare import neighbours
from songhanh.decision.evaluate import describe_plans
from songhanh.joint.outcome import Outcome
from songhanh.measures.base import STAFF
from songhanh.province.schema import schemas

PLENTY = Capacities(((small.AS_OF, None, 10**6),), ((small.AS_OF, None, 10**6),))


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return small.runner().run("quiet", small.scheduled(), small.world(luck=2))


def made(outcome: Outcome, **totals: float) -> Outcome:
    """Return the outcome with everything at 0 but what is named, and no capacity outrun."""
    days = {"lab_wait_days": np.zeros_like(outcome.lab_wait_days), "over_places": outcome.over_places * 0}
    return replace(outcome, totals={**dict.fromkeys(outcome.totals, 0.0), **totals}, **days)


def told(plans: dict[str, list[Outcome]], ceilings: Ceilings) -> dict[str, dict[str, Any]]:
    named = {slug: replace(small.plan(), slug=slug) for slug in plans}
    rows = describe_plans(small.reference(), small.AS_OF, named, plans, PLENTY, small.horizon(), ceilings)
    return {row["id"]: row for row in rows}


def test_ceilings_are_read_from_words() -> None:
    read = Ceilings.parse(["deaths=50", "peak_hospital = 1e3"])
    assert read == Ceilings(deaths=50, peak_hospital=1000)
    assert read.rows() == [
        {"indicator": "deaths", "at_most": 50},
        {"indicator": "peak_hospital", "at_most": 1000},
    ]
    assert Ceilings.parse([]).rows() == []


@pytest.mark.parametrize(
    ("items", "says"),
    [
        (["deaths"], "no ceiling 'deaths'"),
        (["happiness=3"], "no ceiling 'happiness=3'"),
        (["deaths=many"], "has no number"),
        (["deaths=-1"], "deaths is -1"),
        (["deaths=nan"], "deaths is nan"),
        (["deaths=inf"], "deaths is inf"),
        (["deaths=1", "deaths=2"], "given twice"),
    ],
)
def test_a_ceiling_at_fault_is_named(items: list[str], says: str) -> None:
    with pytest.raises(SonghanhError, match=says) as error:
        Ceilings.parse(items)
    assert error.value.faults[0].remedy


def test_a_ceiling_is_broken_in_more_than_a_tenth_of_the_worlds(outcome: Outcome) -> None:
    worlds = [made(outcome, deaths=float(n)) for n in range(20)]
    assert broken(Ceilings(deaths=17), worlds) == frozenset()  # 18 and 19: two of twenty
    assert broken(Ceilings(deaths=16), worlds) == {"deaths"}
    assert broken(Ceilings(), worlds) == frozenset()


def test_shares_of_worlds_by_hand(outcome: Outcome) -> None:
    deaths, beds = (3, 9, 2, 8), (70, 60, 10, 20)
    worlds = [made(outcome, deaths=d, peak_hospital=b) for d, b in zip(deaths, beds, strict=True)]
    row = told({"a": worlds, "b": worlds}, Ceilings(deaths=5, peak_hospital=65))["a"]
    assert row["meets"] == {"deaths": 0.5, "peak_hospital": 0.75}
    assert row["within_ceilings"] == 0.25
    assert row["outcomes"]["deaths"]["share_meeting"] == 0.5
    assert row["outcomes"]["tests"]["share_meeting"] is None
    assert row["breaks"] == ["deaths", "peak_hospital"]


def test_a_plan_that_breaks_a_ceiling_beats_none_that_keeps_it(outcome: Outcome) -> None:
    # Fewer cases, no death more on the mean, but too many beds at once.
    plans = {
        "crowded": [made(outcome, cases_total=1, peak_hospital=500)] * 2,
        "kept": [made(outcome, cases_total=9, peak_hospital=50)] * 2,
        "as-crowded": [made(outcome, cases_total=2, peak_hospital=400)] * 2,
    }
    free = told(plans, Ceilings())
    assert free["kept"]["dominated_by"] == ["crowded", "as-crowded"]
    bound = told(plans, Ceilings(peak_hospital=100))
    assert bound["kept"]["dominated_by"] == [] and bound["kept"]["on_front"]
    assert bound["as-crowded"]["dominated_by"] == ["crowded"]


def test_forces_are_held_against_what_can_be_called_up_by_kind_and_day(outcome: Outcome) -> None:
    first, origin = small.horizon().as_of + 1, small.ground().pack.outbreak_from
    later = date_of(origin, first + 5)
    limits = replace(
        PLENTY, forces=(("guards", small.AS_OF, 10), ("guards", later, 4), ("tracers", later, 1))
    )
    asked = np.zeros_like(outcome.staff_days)
    asked[:, STAFF.index("guards")] = 6  # more than the four of the sixth day on
    asked[:4, STAFF.index("tracers")] = 9  # before any limit is known
    asked[:, STAFF.index("drivers")] = 1e6  # no row: no limit
    busy = replace(made(outcome), staff_days=asked)
    found = {load.id: load for load in loads(busy, limits, origin, small.horizon())}
    assert found["forces-guards"].excess == 0.5 and np.flatnonzero(found["forces-guards"].over)[0] == 5
    assert found["forces-tracers"].excess == -1 and not found["forces-tracers"].over.any()
    assert "forces-drivers" not in found
    (row,) = overruns([busy], limits, origin, small.horizon())
    assert row["what"]["en"] == "guards and patrols" and row["first_on"] == later.isoformat()


def test_every_kind_of_staff_may_have_a_limit_and_has_words() -> None:
    (kind,) = [field for field in schemas()["forces"].fields if field.name == "kind"]
    assert tuple(kind.constraints["enum"]) == STAFF == tuple(FORCES)


def test_forces_of_a_pack_are_those_known_on_the_date() -> None:
    pack = small.ground().pack
    assert capacities_on(pack, small.AS_OF).on_duty(small.AS_OF, "inspectors") == 40
    assert capacities_on(pack, small.AS_OF).kinds == ("inspectors",)
    assert capacities_on(pack, small.AS_OF).on_duty(small.AS_OF, "guards") == np.inf


def test_differences_are_paired_by_world(outcome: Outcome) -> None:
    plans = {
        "other": [made(outcome, deaths=5), made(outcome, deaths=1)],
        "present-orders": [made(outcome, deaths=2), made(outcome, deaths=4)],
    }
    rows = told(plans, Ceilings())
    assert rows["other"]["difference"]["deaths"]["mean"] == 0
    assert rows["other"]["difference"]["deaths"]["cvar90"] == 3
    assert set(rows["present-orders"]["difference"]["deaths"].values()) == {0.0}


def test_a_step_along_the_front_by_hand(outcome: Outcome) -> None:
    plans = {
        "cheap": [
            made(outcome, cases_total=c, deaths=d, value_added_lost_vnd_bn=10) for c, d in ((90, 4), (110, 6))
        ],
        "dear": [
            made(outcome, cases_total=c, deaths=5, value_added_lost_vnd_bn=v, public_cost_vnd_bn=7)
            for c, v in ((40, 20), (60, 40))
        ],
        "dearer": [made(outcome, cases_total=60, value_added_lost_vnd_bn=90)] * 2,
        "broken": [made(outcome, cases_total=1, deaths=9, value_added_lost_vnd_bn=95)] * 2,
    }
    rows = told(plans, Ceilings(deaths=8))
    assert [row["id"] for row in rows.values() if row["on_front"]] == list(plans)
    (step,) = neighbours(list(rows.values()), plans)
    # 50 cases fewer for 20 bn VND more: 0.4 bn VND each. No death is averted, so there is no figure for one.
    assert (step["from"], step["to"]) == ("cheap", "dear")
    assert step["cases_averted"]["mean"] == 50
    assert step["value_added_vnd_per_case_averted"] == pytest.approx(0.4e9)
    assert step["public_vnd_per_case_averted"] == pytest.approx(0.14e9)
    assert step["value_added_vnd_per_death_averted"] is None


def test_ceilings_of_an_evaluation_follow_from_its_worlds(
    bounded: dict[str, Any], evaluation: dict[str, Any]
) -> None:
    assert [row["indicator"] for row in bounded["ceilings"]] == ["deaths", "peak_hospital", "cases_community"]
    free = {row["id"]: row for row in evaluation["plans"]}
    for row in bounded["plans"]:
        assert 0 <= row["within_ceilings"] <= min(row["meets"].values())
        assert row["outcomes"]["deaths"]["mean"] == free[row["id"]]["outcomes"]["deaths"]["mean"]
        assert ("cases_community" in row["breaks"]) == (row["meets"]["cases_community"] < 0.9)
    # The ceilings are not all kept and not all broken, or the test would say nothing.
    assert len({row["within_ceilings"] for row in bounded["plans"]}) > 1
    assert bounded["neighbours"]
