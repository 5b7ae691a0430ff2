"""Plans side by side: the same bytes, plans that can be carried out, and who beats whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
import small

from songhanh.core.canonical import json_bytes
from songhanh.core.days import date_of
from songhanh.core.errors import Cancelled, SonghanhError
from songhanh.decision import evaluate
from songhanh.decision.capacities import Capacities, capacities_on, overruns
from songhanh.decision.ceilings import Ceilings
from songhanh.decision.describe import describe_plan
from songhanh.decision.evaluate import describe_plans
from songhanh.decision.indicators import INDICATORS, OBJECTIVES
from songhanh.joint.outcome import Outcome
from songhanh.province import load

ASKED: dict[str, Any] = {"seed": 1, "n_worlds": 6, "n_histories": 32, "n_jobs": 1}
FEW = {"seed": 3, "n_worlds": 3, "n_histories": 16, "n_jobs": 1}


def plans(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {plan["id"]: plan for plan in document["plans"]}


def mean(plan: dict[str, Any], name: str) -> float:
    value: float = plan["outcomes"][name]["mean"]
    return value


def test_the_same_seed_gives_the_same_bytes_and_another_one_does_not(roomy: str) -> None:
    one, again, other = (
        json_bytes(evaluate(roomy, small.AS_OF, **{**FEW, "seed": seed})) for seed in (3, 3, 4)
    )
    assert one == again
    assert one != other


def test_two_processes_give_the_same_bytes_as_one(roomy: str) -> None:
    one, two = (json_bytes(evaluate(roomy, small.AS_OF, **{**FEW, "n_jobs": jobs})) for jobs in (1, 2))
    assert one == two


def test_every_plan_is_there_with_every_indicator(evaluation: dict[str, Any]) -> None:
    found = plans(evaluation)
    assert list(found) == [
        "do-nothing",
        "present-orders",
        "closed",
        "on-site",
        "lockdown",
        "crowded",
        "the-same",
    ]
    assert [row["id"] for row in evaluation["indicators"]] == [row.id for row in INDICATORS]
    for plan in found.values():
        assert set(plan["outcomes"]) == {row.id for row in INDICATORS}
        assert len(plan["points"]) == evaluation["n_worlds"] == 6
        assert plan["decided"] == (plan["id"] == "closed")
        assert plan["reference"] == (plan["id"] == "do-nothing")
    assert evaluation["as_of"] == "2021-05-17"
    assert evaluation["epidemic_until"] == "2021-09-14"
    assert evaluation["economy_until"] == "2021-12-31"
    assert evaluation["ceilings"] == []


def test_plans_differ_and_one_plan_given_twice_does_not(evaluation: dict[str, Any]) -> None:
    found = plans(evaluation)
    same, twin = found["present-orders"], found["the-same"]
    assert same["outcomes"] == twin["outcomes"] and same["daily"] == twin["daily"]
    assert len({mean(plan, "cases_total") for plan in found.values()}) >= 5
    assert mean(found["lockdown"], "cases_total") < mean(found["present-orders"], "cases_total")
    assert mean(found["closed"], "value_added_lost_vnd_bn") > mean(same, "value_added_lost_vnd_bn")
    assert mean(found["lockdown"], "restricted_person_days") > mean(same, "restricted_person_days")


def test_parts_add_up(evaluation: dict[str, Any]) -> None:
    for plan in evaluation["plans"]:
        assert mean(plan, "cases_total") == pytest.approx(
            mean(plan, "cases_community") + mean(plan, "cases_quarantine")
        )
        lost = sum(row["value_added_lost_vnd_bn"]["mean"] for row in plan["sectors"])
        assert lost == pytest.approx(mean(plan, "value_added_lost_vnd_bn"))
        assert sum(row["mean"] for row in plan["jobs_by_cause"].values()) == pytest.approx(
            mean(plan, "job_days_lost")
        )
        points = np.array(plan["points"])
        assert points.mean(axis=0) == pytest.approx([mean(plan, "cases_total"), lost])
        days = plan["daily"]
        for name in ("reported_community", "hospital"):
            assert len(days[name]["p50"]) == len(days["dates"]) == 120
        for name in ("workers_share", "value_added_share"):
            assert len(days[name]["p50"]) == len(days["dates_economy"])


def test_a_plan_that_outruns_what_there_is_is_called_infeasible(evaluation: dict[str, Any]) -> None:
    found = plans(evaluation)
    assert [plan["id"] for plan in found.values() if not plan["feasible"]] == ["crowded"]
    fault = found["crowded"]["infeasible"][0]
    assert fault["what"]["en"] == "places to sleep at the sites"
    assert fault["share_of_worlds"] == 1.0 and fault["first_on"] == "2021-05-18"


def test_a_plan_is_beaten_only_by_one_that_outruns_nothing_more(evaluation: dict[str, Any]) -> None:
    found = plans(evaluation)
    candidates = {name: plan for name, plan in found.items() if not plan["reference"]}
    outruns = {name: {row["what"]["en"] for row in plan["infeasible"]} for name, plan in found.items()}
    for name, plan in found.items():
        beaten_by = [
            other
            for other, rival in candidates.items()
            if name in candidates
            and outruns[other] <= outruns[name]
            and all(mean(rival, o) <= mean(plan, o) for o in OBJECTIVES)
            and any(mean(rival, o) < mean(plan, o) for o in OBJECTIVES)
        ]
        assert plan["dominated_by"] == beaten_by
        assert plan["on_front"] == (name in candidates and not beaten_by)
    assert any(plan["on_front"] for plan in found.values())


def test_regret_is_against_adoptable_plans_in_the_same_world(evaluation: dict[str, Any]) -> None:
    found = plans(evaluation)
    assert found["do-nothing"]["outcomes"]["cases_total"]["max_regret"] is None
    points = {name: np.array(plan["points"])[:, 0] for name, plan in found.items() if not plan["reference"]}
    best = np.min(list(points.values()), axis=0)
    for name, cases in points.items():
        assert found[name]["outcomes"]["cases_total"]["max_regret"] == pytest.approx((cases - best).max())


def test_worlds_say_what_was_published_by_the_date_and_nothing_later(evaluation: dict[str, Any]) -> None:
    counts = evaluation["worlds"]["counts"]
    assert [(row["place"], row["date"], row["published"]) for row in counts] == [
        ("*", "2021-05-16", 30.0),
        ("firm-x", "2021-05-16", 12.0),
    ]
    assert all(row["simulated"]["p95"] > 0 for row in counts)


# Made-up outcomes: what is judged is the judgement.


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return small.runner().run("present", small.scheduled(), small.world(reproduction_number=2.0))


def untroubled(outcome: Outcome, plan: str, **totals: float) -> Outcome:
    none = {
        name: np.zeros_like(getattr(outcome, name))
        for name in ("hospital", "icu", "over_places", "lab_wait_days")
    }
    blank = {**outcome.totals, **dict.fromkeys(OBJECTIVES, 10.0), **totals}
    return replace(
        outcome, plan=plan, totals=blank, lodging_short=np.zeros_like(outcome.lodging_short), **none
    )


PLENTY = Capacities(beds=((date(2021, 1, 1), None, 50),), icu=((date(2021, 1, 1), None, 2),))


def judged(*rows: Outcome) -> list[dict[str, Any]]:
    return overruns(list(rows), PLENTY, small.ground().pack.outbreak_from, small.horizon())


def over(outcome: Outcome, name: str, day: int, value: float) -> Outcome:
    series = getattr(outcome, name).copy()
    series[day:] = value
    return replace(outcome, **{name: series})


def test_what_nobody_outruns_is_no_fault(outcome: Outcome) -> None:
    quiet = untroubled(outcome, "a")
    assert judged(quiet, quiet) == []
    # Full is not too full, and samples may wait for two days.
    assert judged(over(quiet, "hospital", 0, 50), over(quiet, "icu", 0, 2)) == []
    assert judged(over(quiet, "lab_wait_days", 0, 2.0)) == []


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("hospital", 51, "treatment beds"),
        ("icu", 3, "intensive care beds"),
        ("over_places", 1, "quarantine places"),
        ("lab_wait_days", 2.5, "laboratory capacity"),
        ("lodging_short", 0.5, "places to sleep at the sites"),
    ],
)
def test_each_capacity_counts_in_more_than_half_of_the_worlds(
    outcome: Outcome, name: str, value: float, what: str
) -> None:
    quiet = untroubled(outcome, "a")
    early, late = over(quiet, name, 3, value), over(quiet, name, 9, value)
    assert judged(early, quiet) == []  # half is not more than half
    first = small.horizon().as_of + 1
    assert judged(early, late, quiet) == [
        {
            "what": {"vi": judged(early)[0]["what"]["vi"], "en": what},
            "share_of_worlds": pytest.approx(2 / 3),
            "first_on": date_of(small.ground().pack.outbreak_from, first + 6).isoformat(),
        }
    ]


def test_beds_are_those_that_stand_or_are_announced_by_the_date() -> None:
    pack = small.ground().pack
    before, after = capacities_on(pack, date(2021, 5, 15)), capacities_on(pack, date(2021, 5, 16))
    assert [known.on(date(2021, 5, 25), "beds") for known in (before, after)] == [40, 140]
    assert after.on(date(2021, 5, 19), "beds") == 40
    assert after.on(date(2021, 5, 25), "icu") == 2


def test_neither_a_reference_nor_a_plan_that_outruns_more_beats_another(outcome: Outcome) -> None:
    head = {
        "best-but-nobody": "reference = true",
        "best-but-crowded": "",
        "as-crowded": "",
        "good": "",
        "worse": "",
        "other": "",
    }
    made = {name: replace(small.plan(head=text), slug=name) for name, text in head.items()}
    rows = {
        "best-but-nobody": untroubled(outcome, "", cases_total=1, deaths=0),
        "best-but-crowded": over(untroubled(outcome, "", cases_total=1, deaths=0), "lab_wait_days", 0, 5),
        "as-crowded": over(untroubled(outcome, "", cases_total=2, deaths=0), "lab_wait_days", 0, 5),
        "good": untroubled(outcome, "", cases_total=5),
        "worse": untroubled(outcome, "", cases_total=6),
        "other": untroubled(outcome, "", cases_total=7, value_added_lost_vnd_bn=2),
    }
    described = describe_plans(
        small.reference(),
        small.AS_OF,
        made,
        {name: [row] * 2 for name, row in rows.items()},
        PLENTY,
        small.horizon(),
        Ceilings(),
    )
    found = {row["id"]: (row["dominated_by"], row["on_front"]) for row in described}
    assert found == {
        "best-but-nobody": ([], False),
        "best-but-crowded": ([], True),
        "as-crowded": (["best-but-crowded"], False),
        "good": ([], True),
        "worse": (["good"], False),
        "other": ([], True),
    }
    regret = {row["id"]: row["outcomes"]["cases_total"]["max_regret"] for row in described}
    assert regret["good"] == 4 and regret["best-but-nobody"] is None


def test_a_description_follows_its_outcomes(outcome: Outcome) -> None:
    def told(row: Outcome) -> dict[str, Any]:
        plan = small.plan()
        return describe_plan(plan, small.scheduled(), [row], small.ground(), PLENTY, small.horizon())

    twice = replace(outcome, cases_by_area=outcome.cases_by_area * 2, hospital=outcome.hospital * 3)
    one, two = told(outcome), told(twice)
    assert [row["cases"]["p50"] for row in two["areas"]] == [2 * row["cases"]["p50"] for row in one["areas"]]
    assert sum(row["cases"]["p50"] for row in one["areas"]) == outcome.totals["cases_total"]
    assert max(two["daily"]["hospital"]["p50"]) == 3 * max(one["daily"]["hospital"]["p50"]) > 0


# Faults and interruptions.


def test_a_plan_of_ones_own_stands_beside_those_of_the_pack(roomy: str) -> None:
    own = replace(small.plan(small.SITES_CLOSED), slug="mine")
    document = evaluate(roomy, small.AS_OF, extra_plans=[own], **FEW)
    found = plans(document)
    assert list(found)[-1] == "mine"
    assert found["mine"]["outcomes"] == found["closed"]["outcomes"]


def test_two_plans_of_one_name_are_refused(roomy: str) -> None:
    with pytest.raises(SonghanhError, match="already has a plan"):
        evaluate(roomy, small.AS_OF, extra_plans=[replace(small.plan(), slug="closed")], **FEW)


def test_one_plan_alone_is_nothing_to_compare(tmp_path: Any) -> None:
    folder = small.write(tmp_path)
    for path in (folder / "plans").glob("*.toml"):
        if path.name != "history.toml":
            path.unlink()
    assert load(folder).id == "tiny-2021"
    with pytest.raises(SonghanhError, match="nothing to compare"):
        evaluate(folder, small.AS_OF, **FEW)


def stop_after(n: int) -> Callable[[], bool]:
    left = iter(range(n))
    return lambda: next(left, None) is None


@pytest.mark.parametrize("n", [0, 8])
def test_a_run_can_be_stopped(roomy: str, n: int) -> None:
    with pytest.raises(Cancelled):
        evaluate(roomy, small.AS_OF, seed=3, n_worlds=12, n_histories=16, n_jobs=1, should_stop=stop_after(n))
