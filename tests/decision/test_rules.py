"""What a rule orders, on which law, and what it may not be."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import small

from songhanh.core.errors import SonghanhError
from songhanh.decision import Rule, plan_of
from songhanh.decision.named import standing_plans
from songhanh.measures import Measure, Plan, compile_plan, history_of


def measures(as_of: date = small.AS_OF, **chosen: Any) -> dict[str, list[Measure]]:
    found: dict[str, list[Measure]] = {}
    for measure in plan_of(Rule.of(**chosen), small.ground().pack, as_of).measures:
        found.setdefault(measure.kind, []).append(measure)
    return found


def test_a_rule_that_orders_nothing_keeps_the_standing_practice_only() -> None:
    assert {kind: len(rows) for kind, rows in measures().items()} == {"sampling": 1}


def test_each_parameter_becomes_its_measure() -> None:
    found = measures(
        sites_now="staggered", site_above="closed", site_cases=20, site_share=0.5, firm_cases=3, closed_days=21,
        hamlet_cases=2, area_level="ct16", area_cases=5, sampling_every_days=5, tracing_cases=100,
        thinning_share=0.1, support=1.5, lab_extra=5000, places_extra=10_000,
    )  # fmt: skip
    now, above = found["site_mode"]
    assert (now.mode, now.share, now.trigger) == ("staggered", 0.5, None)  # type: ignore[attr-defined]
    assert (above.mode, above.share) == ("closed", None)  # type: ignore[attr-defined]
    assert above.trigger is not None and (above.trigger.at_least, above.trigger.window_days) == (20, 7)
    (firm,), (hamlet,) = found["firm_closure"], found["hamlet_sealing"]
    assert (firm.cases, firm.days) == (3, 21) and (hamlet.cases, hamlet.days) == (2, 21)  # type: ignore[attr-defined]
    (level,) = found["distancing"]
    assert level.level == "ct16" and level.legal_basis == ("ct16",)  # type: ignore[attr-defined]
    assert level.trigger is not None and level.trigger.at_least == 5
    assert found["testing"][0].trigger == level.trigger
    rounds = [row for row in found["sampling"] if "park-a" in row.where]
    assert len(rounds) == 1 and rounds[0].every_days == 5  # type: ignore[attr-defined]
    assert [row.begins for row in found["capacity"]] == [date(2021, 5, 25)] * 2  # a week of lead
    assert found["capacity"][0].lab_samples_per_day == 5000  # type: ignore[attr-defined]
    assert found["capacity"][1].quarantine_places == 10_000  # type: ignore[attr-defined]
    assert found["tracing"][0].cases_per_day == 100  # type: ignore[attr-defined]
    assert found["support"][0].rate == 1.5  # type: ignore[attr-defined]
    assert found["boarding_thinning"][0].share == 0.1  # type: ignore[attr-defined]


def test_orders_in_force_that_a_rule_replaces_are_lifted_and_later_ones_are_not_known() -> None:
    pack = small.ground().pack
    assert plan_of(Rule.of(sites_now="normal"), pack, small.AS_OF).lifts == ()
    assert plan_of(Rule.of(sites_now="normal"), pack, date(2021, 5, 26)).lifts == ("later",)
    assert plan_of(Rule.of(), pack, date(2021, 5, 26)).lifts == ()


def test_a_rule_acts_and_is_eased_like_any_plan() -> None:
    pack = small.ground().pack
    plan = plan_of(Rule.of(site_above="closed", site_cases=3, area_level="ct15"), pack, small.AS_OF)
    schedule = compile_plan(plan, pack, history_of(pack), small.AS_OF, pack.policy_set)
    world = small.world(luck=4)
    run = small.runner()
    days, _ = run.live(schedule, world)
    assert days.lost_on < 0
    nothing = compile_plan(plan_of(Rule.of(), pack, small.AS_OF), pack, history_of(pack), small.AS_OF)
    quiet = run.run("quiet", nothing, world)
    acted = run.run("acted", schedule, world)
    assert acted.totals["job_days_lost"] > quiet.totals["job_days_lost"]
    assert acted.infections.sum() < quiet.infections.sum()


def test_the_law_refuses_before_anything_is_run() -> None:
    pack = small.ground().pack
    with pytest.raises(SonghanhError, match=r"No document issued by 2021-11-01 can carry .*ct16"):
        plan_of(Rule.of(area_level="ct16"), pack, date(2021, 11, 1))


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        ({"site_cases": 4}, "site_cases is 4"),
        ({"area_level": "ct17"}, "area_level is 'ct17'"),
        ({"colour": 1}, "no parameter 'colour'"),
    ],
)
def test_a_value_that_no_rule_has(chosen: dict[str, Any], says: str) -> None:
    with pytest.raises(SonghanhError, match=says):
        Rule.of(**chosen)


def test_words_are_in_both_languages_and_name_only_what_is_ordered() -> None:
    said = Rule.of(firm_cases=2, support=1.5).in_words()
    assert "A firm stops at 2 cases" in said.en and "support at 1.5 times" in said.en
    assert "hỗ trợ 1,5 lần" in said.vi and "phong tỏa thôn" not in said.vi


def test_where_a_plan_of_the_pack_is_refused_the_rule_that_stands_for_it_is_shown() -> None:
    pack = small.ground().pack

    def no_own_tests(plan: Plan) -> bool:
        return not any(measure.kind == "sampling" for measure in plan.measures)

    everything = standing_plans(pack, small.AS_OF, lambda plan: True)
    assert [named.letter for named in everything] == [None, "A", "B", "C", "D"]
    assert everything[-1].plan.decided
    some = standing_plans(pack, small.AS_OF, no_own_tests)
    assert [named.letter for named in some] == [None, "A", "D"]
    # After Directive 16 has lapsed no rule can order it, so there is neither B nor C.
    later = standing_plans(pack, date(2021, 11, 1), lambda plan: True)
    assert [named.letter for named in later] == [None, "A", "D"]
