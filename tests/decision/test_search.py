"""Rules searched: the same bytes interrupted or not, limits that bind, a front that is one, and names with reasons."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import small
from hypothesis import given, settings
from hypothesis import strategies as st
from shape import SEARCH as ASKED

from songhanh.core.canonical import json_bytes
from songhanh.core.errors import Cancelled, SonghanhError
from songhanh.decision import Ceilings, Rule, plan_of, search
from songhanh.decision.nsga import first_rules, run
from songhanh.decision.rule_space import SIZES, SPACE, genes_of, steps_of
from songhanh.decision.search_state import State, Tried
from songhanh.decision.statistics import front
from songhanh.measures import parse_plan


@pytest.fixture
def found(searched: dict[str, Any]) -> dict[str, Any]:
    return searched


class Interruption:
    """Stops a search once so many rules were reported, or once it tests its front."""

    def __init__(self, rules: int | None) -> None:
        self.rules, self.now = rules, False

    def report(self, done: int, total: int, stage: str) -> None:
        self.now |= stage == "rules" and self.rules is not None and done >= self.rules
        self.now |= stage == "fresh worlds"

    def __call__(self) -> bool:
        return self.now


# The document.


def test_the_front_is_made_of_plans_that_can_be_read_back(found: dict[str, Any]) -> None:
    assert found["schema"] == "songhanh-search/1" and found["rules_tried"] >= 15
    objectives = [row["id"] for row in found["objectives"]]
    assert found["front"]
    for row in found["front"]:
        assert set(row["parameters"]) == {parameter.id for parameter in SPACE}
        plan = parse_plan(row["plan_toml"])
        assert plan.id == plan_of(Rule.of(**row["parameters"]), small.ground().pack, small.AS_OF).id
        assert list(row["search"]) == sorted(objectives)
        assert 0 <= row["feasible_share"] <= 1
    points = np.array([[row["search"][name] for name in objectives] for row in found["front"]])
    assert front(points).all()


def test_five_to_seven_plans_have_a_letter_and_a_reason(found: dict[str, Any]) -> None:
    named = found["named"]
    letters = [row["letter"] for row in named if row["letter"]]
    assert letters == list("ABCDEFG"[: len(letters)]) and 5 <= len(letters) <= 7
    slugs = [row["slug"] for row in named]
    assert slugs[:4] == ["do-nothing", "present-orders", "targeted", "close-parks-support"]
    assert [row["slug"] for row in named if row["plan"]["reference"]] == ["do-nothing"]
    assert named[0]["letter"] is None
    for row in named:
        assert row["why"]["vi"] and row["why"]["en"] and row["why"]["vi"] != row["why"]["en"]
        assert row["plan"]["id"] == row["slug"]
        assert len(row["plan"]["points"]) == 3
    pairs = {(row["plan"], row["other"]): row for row in found["dominance"]}
    adoptable = [row["slug"] for row in named if row["letter"]]
    assert len(pairs) == len(adoptable) * (len(adoptable) - 1)
    for (one, two), row in pairs.items():
        assert row["share_of_worlds"] + pairs[two, one]["share_of_worlds"] <= 1
        assert set(row["by_structure"]) == set(found["fresh"]["structures"])


# The same bytes.


def test_two_processes_and_a_second_run_give_the_same_bytes(roomy: str, found: dict[str, Any]) -> None:
    again = search(roomy, small.AS_OF, **{**ASKED, "n_jobs": 2})
    assert json.loads(json_bytes(again)) == found


@pytest.mark.parametrize("rules", [8, None], ids=["in the second generation", "after the last"])
def test_an_interrupted_search_goes_on_to_the_same_bytes(
    roomy: str, found: dict[str, Any], tmp_path: Path, rules: int | None
) -> None:
    state, stop = tmp_path / "state.json", Interruption(rules)
    with pytest.raises(Cancelled):
        search(roomy, small.AS_OF, **ASKED, state_file=state, should_stop=stop, on_progress=stop.report)
    generations = len(json.loads(state.read_bytes())["generations"])
    assert generations == (1 if rules else found["generations"])
    resumed = search(roomy, small.AS_OF, **ASKED, state_file=state)
    assert json.loads(json_bytes(resumed)) == found
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]
    assert len(json.loads(state.read_bytes())["generations"]) == found["generations"]


# What is refused.


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "not the state"),
        ('{"schema": "other/1"}', "not the state"),
        ('{"schema": "songhanh-search-state/1", "identity": "x", "generations": [[[1]]]}', "not the state"),
        ('{"schema": "songhanh-search-state/1", "identity": "x", "generations": []}', "another search"),
    ],
)
def test_a_state_file_at_fault_is_named_and_left_alone(
    roomy: str, tmp_path: Path, content: str, says: str
) -> None:
    state = tmp_path / "state.json"
    state.write_text(content)
    with pytest.raises(SonghanhError, match=says) as error:
        search(roomy, small.AS_OF, **ASKED, state_file=state)
    assert "state.json" in str(error.value) and state.read_text() == content


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"n_rules": 1}, "n_rules is 1"),
        ({"n_worlds": 1}, "n_worlds is 1"),
        ({"n_fresh": 0}, "n_fresh is 0"),
        ({"days": 3}, "days is 3"),
        ({"objectives": ("cases_total",)}, "two to four"),
        ({"objectives": ("cases_total", "happiness")}, "happiness"),
        ({"objectives": ("cases_total", "cases_total")}, "two to four"),
    ],
)
def test_what_cannot_be_searched(roomy: str, asked: dict[str, Any], says: str) -> None:
    with pytest.raises(SonghanhError, match=says):
        search(roomy, small.AS_OF, **{**ASKED, **asked})


def test_a_ceiling_that_nothing_keeps_is_told(roomy: str) -> None:
    strict = search(roomy, small.AS_OF, **{**ASKED, "ceilings": Ceilings(peak_hospital=0)})
    assert strict["ceilings"] == [{"indicator": "peak_hospital", "at_most": 0}]
    assert [row["id"] for row in strict["constraints"]][-1] == "peak_hospital"
    assert all(row["feasible_share"] == 0 and not row["limits_kept"] for row in strict["front"])
    assert all(row["plan"]["breaks"] == ["peak_hospital"] for row in strict["named"])


# NSGA-II itself, on problems whose front is known.


ONE = next(k for k, parameter in enumerate(SPACE) if parameter.id == "tracing_cases")


def two_goals(asked: list[tuple[int, ...]]) -> list[Tried]:
    """Judge by one parameter against the rest: x against (last - x); the front is every x, all else being 0."""
    made = []
    for steps in asked:
        x, other = steps[ONE], sum(steps) - steps[ONE]
        made.append(Tried(steps, (float(x + other), float(SIZES[ONE] - 1 - x + other)), (-1.0,), 1.0))
    return made


def test_it_finds_the_front_of_a_problem_with_a_closed_form() -> None:
    first = first_rules([(0,) * len(SPACE)], 30, 1)
    tried = run(first, 600, 2, 1, 1, State(None, ""), two_goals, lambda n: None)
    points = np.array([one.objectives for one in tried.values()])
    best = points[front(points)]
    # On the true front the two add up to the range of the first parameter.
    assert set(best.sum(axis=1)) == {float(SIZES[ONE] - 1)}
    assert len(np.unique(best[:, 0])) == SIZES[ONE]


def test_a_rule_that_is_refused_is_never_judged_twice_nor_on_the_front() -> None:
    seen: list[tuple[int, ...]] = []

    def judged(asked: list[tuple[int, ...]]) -> list[Tried]:
        seen.extend(asked)
        return [Tried(one.steps, refused="the law") if one.steps[0] % 2 else one for one in two_goals(asked)]

    told: list[int] = []
    tried = run(first_rules([], 20, 3), 300, 2, 1, 3, State(None, ""), judged, told.append)
    assert len(seen) == len(set(seen)) == len(tried)
    refused = [one for one in tried.values() if one.refused]
    assert told[-1] == len(tried) - len(refused) >= 300
    # The search turns away from them.
    assert 0 < len(refused) < 0.4 * len(tried)


def test_generations_of_another_problem_are_refused(tmp_path: Path) -> None:
    state = State(tmp_path / "state.json", "one")
    run(first_rules([], 10, 1), 30, 2, 1, 1, state, two_goals, lambda n: None)
    again = State.read(tmp_path / "state.json", "one")
    assert again.generations == state.generations
    with pytest.raises(SonghanhError, match="not those that this search asks for"):
        run(first_rules([], 10, 2), 30, 2, 1, 2, again, two_goals, lambda n: None)


# Rules.

STEPS = st.tuples(*(st.integers(0, int(size) - 1) for size in SIZES))


@given(STEPS)
@settings(max_examples=40, deadline=None)
def test_every_rule_is_one_point_and_one_plan(steps: tuple[int, ...]) -> None:
    rule = Rule.at(steps)
    assert rule.steps == steps
    assert Rule.of(**rule.parameters) == rule
    plan = plan_of(rule, small.ground().pack, small.AS_OF)
    assert parse_plan(plan.canonical().decode()).id == plan.id
    # A point of the cube stands for the rule without what has no effect: the same orders.
    short = Rule.at(steps_of(genes_of(np.array([steps])))[0])
    assert Rule.at(steps_of(genes_of(np.array([short.steps])))[0]) == short
    bare = plan_of(short, small.ground().pack, small.AS_OF)
    assert (bare.measures, bare.lifts, bare.summary) == (plan.measures, plan.lifts, plan.summary)


@given(st.lists(st.floats(0, 1), min_size=len(SPACE), max_size=len(SPACE)))
def test_every_point_of_the_cube_is_a_rule(genes: list[float]) -> None:
    (steps,) = steps_of(np.array([genes]))
    assert (steps >= 0).all() and (steps < SIZES).all()
    Rule.at(steps)
