"""Levels against a slow twin that walks every walk, and the two quick ways against each other."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from level_twin import twin

from songhanh.response import policies_on
from songhanh.response.contact import Action
from songhanh.response.levels import (
    LAST_DAY,
    STAYS_HOME,
    LevelRules,
    arrivals_in,
    day_number,
    day_of,
    infectious_days,
    level_rules,
    read,
    runs,
    span,
    written,
)
from songhanh.response.levels_graph import Graph, levels

REAL = level_rules("vn-2021")
ALWAYS = (0, LAST_DAY)


def rules_of(windows: list[tuple[int, int]]) -> LevelRules:
    """Rules whose windows change on day 108; each level's is no longer than that of the one before."""
    segments = tuple(((0, 107, early), (108, LAST_DAY, late)) for early, late in windows)
    nothing = tuple(((*ALWAYS, 0),) for _ in windows)
    return LevelRules(((), *segments), ((), *nothing), ((), *nothing), ((), *nothing), ((*ALWAYS, 3),))


SHORT = rules_of([(9, 9), (3, 2), (2, 2), (2, 0)])
DAYS = st.integers(100, 118)
PEOPLE = 6


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    pairs = st.tuples(st.integers(0, PEOPLE - 1), st.integers(0, PEOPLE - 1)).filter(lambda p: p[0] != p[1])
    meetings = draw(st.lists(st.tuples(pairs, DAYS, st.integers(0, 4)), max_size=12))
    sources = draw(
        st.dictionaries(st.integers(0, PEOPLE - 1), st.tuples(DAYS, st.integers(0, 6)), max_size=3)
    )
    cleared = draw(st.dictionaries(st.integers(0, PEOPLE - 1), DAYS, max_size=2))
    # Some weeks further on: the days between are left out of the count.
    far = draw(st.sampled_from([0, 40, 3000]))
    begins = [day + far * (index % 2) for index, (_pair, day, _more) in enumerate(meetings)]
    return Graph(
        np.array([pair[0] for pair, *_ in meetings], np.int64),
        np.array([pair[1] for pair, *_ in meetings], np.int64),
        np.array(begins, np.int64),
        np.array([day + more for day, (_p, _d, more) in zip(begins, meetings, strict=True)], np.int64),
        np.array([sources[p][0] if p in sources else -1 for p in range(PEOPLE)], np.int64),
        np.array([sum(sources[p]) if p in sources else -1 for p in range(PEOPLE)], np.int64),
        np.array([cleared.get(p, -1) for p in range(PEOPLE)], np.int64),
    )


def days_in(mask: int) -> set[int]:
    return {day for first, last in runs(mask) for day in range(first, last + 1)}


@given(graphs(), st.sampled_from([SHORT, REAL]))
@settings(max_examples=300, deadline=None)
def test_everybody_at_once_is_what_walking_every_walk_gives(graph: Graph, rules: LevelRules) -> None:
    expected = twin(graph, rules)
    answer = levels(graph, rules)
    got: dict[int, dict[int, set[int]]] = {p: {} for p in range(PEOPLE)}
    for person, steps, first, last in zip(
        answer.run_person, answer.run_steps, answer.run_first, answer.run_last, strict=True
    ):
        got[int(person)].setdefault(int(steps), set()).update(range(int(first), int(last) + 1))
    assert got == expected
    for person, by_steps in expected.items():
        if graph.source_from[person] >= 0:
            assert (answer.level[person], answer.exposed[person], answer.via[person]) == (0, -1, -1)
        elif not by_steps:
            assert answer.level[person] == -1
        else:
            nearest = min(by_steps)
            assert answer.level[person] == nearest
            assert answer.exposed[person] == min(by_steps[nearest])
            assert answer.last_exposed[person] == max(by_steps[nearest])
            met = answer.via[person]
            assert person in (graph.first[met], graph.second[met])
            assert graph.begins[met] <= answer.exposed[person] <= graph.ends[met]


@given(graphs(), st.sampled_from([SHORT, REAL]))
@settings(max_examples=200, deadline=None)
def test_one_person_at_a_time_agrees(graph: Graph, rules: LevelRules) -> None:
    expected = twin(graph, rules)
    for person in range(PEOPLE):
        fewer = 0
        for steps in range(1, 6):
            meetings = []
            for first, second, begins, ends in zip(
                graph.first, graph.second, graph.begins, graph.ends, strict=True
            ):
                if person not in (first, second):
                    continue
                other = int(second if person == first else first)
                if steps == 1:
                    begin = int(graph.source_from[other])
                    giver = span(begin, int(graph.source_until[other])) if begin >= 0 else 0
                else:
                    giver = sum(1 << day for day in expected[other].get(steps - 1, ()))
                meetings.append((span(int(begins), int(ends)), giver))
            cleared = int(graph.cleared[person])
            days = arrivals_in(rules, steps, meetings, fewer=fewer, cleared=None if cleared < 0 else cleared)
            assert days_in(days) == expected[person].get(steps, set())
            fewer |= days


def test_a_later_arrival_in_fewer_steps_does_not_hide_an_earlier_one() -> None:
    # 0 meets 1 on day 10, 1 meets 2 on day 11; 0 meets 2 on day 20 only. Whom 2 met on day 12 is an F3, not nobody.
    graph = Graph(
        np.array([0, 1, 0, 2]), np.array([1, 2, 2, 3]), np.array([10, 11, 20, 12]), np.array([10, 11, 20, 12]),
        np.array([9, -1, -1, -1]), np.array([30, -1, -1, -1]), np.full(4, -1),
    )  # fmt: skip
    answer = levels(graph, REAL)
    assert answer.level.tolist() == [0, 1, 1, 3]
    assert answer.exposed.tolist() == [-1, 10, 20, 12]


def test_nobody_and_nothing() -> None:
    none = np.zeros(0, np.int64)
    answer = levels(Graph(none, none, none, none, np.full(2, -1), np.full(2, -1), np.full(2, -1)), REAL)
    assert answer.level.tolist() == [-1, -1]
    lonely = levels(Graph(none, none, none, none, np.array([5, -1]), np.array([9, -1]), np.full(2, -1)), REAL)
    assert lonely.level.tolist() == [0, -1]


@given(st.dictionaries(st.integers(1, 30), st.integers(1, 1 << 80), max_size=4))
def test_arrivals_are_read_as_they_were_written(arrivals: dict[int, int]) -> None:
    assert read(written(arrivals)) == arrivals


def test_the_dated_tables_say_how_long_and_from_when() -> None:
    for when, days in (("2021-05-04", 14), ("2021-05-05", 21), ("2021-07-13", 21), ("2021-07-14", 14)):
        day = day_number(date.fromisoformat(when))
        assert REAL.last_day(1, day) == day + days
    day = day_number(date(2021, 5, 17))
    assert REAL.last_day(2, day) == day + 7
    assert REAL.last_day(5, day) is None and REAL.last_day(0, day) is None
    assert not REAL.negative_clears(1, day, day + 20)
    assert not REAL.negative_clears(2, day, day + 2)
    assert REAL.negative_clears(2, day, day + 3) and REAL.negative_clears(9, day, day + 3)


def test_who_is_kept_apart_is_what_the_kernels_do() -> None:
    day = day_number(date(2021, 5, 17))
    assert STAYS_HOME == Action.HOME
    actions = policies_on("vn-2021", "contact", date(2021, 5, 17)).values()
    assert REAL.kept_apart(day) == [int(p["depth"]) for p in actions if p["action"] >= Action.HOME] == [1, 2]


def test_contacts_are_traced_from_three_days_before_onset_until_isolation() -> None:
    onset, sample, isolated = date(2021, 5, 10), date(2021, 5, 12), date(2021, 5, 13)
    window = infectious_days(REAL, onset=onset, first_positive=sample, isolated=isolated)
    assert window == (date(2021, 5, 7), isolated)
    assert infectious_days(REAL, onset=None, first_positive=sample, isolated=None) == (date(2021, 5, 9), None)
    # Isolated before it began (a contact in quarantine): never the wrong way round.
    early = infectious_days(REAL, onset=onset, first_positive=sample, isolated=date(2021, 5, 1))
    assert early == (date(2021, 5, 7), date(2021, 5, 7))


def test_days_outside_two_centuries_are_refused() -> None:
    assert day_of(day_number(date(2021, 5, 17))) == date(2021, 5, 17)
    for day in (date(1921, 5, 17), date(2921, 5, 17)):
        with pytest.raises(ValueError, match=r"2000 to 2199"):
            day_number(day)
