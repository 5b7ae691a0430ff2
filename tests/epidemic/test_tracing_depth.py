"""Contacts of contacts: who is asked, by level, up to what capacity, and what is done with whom they name."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scenarios import (
    ENGINE,
    PERFECT_TEST,
    PROVINCE,
    Change,
    begin,
    has,
    imports_of,
    lived,
    quarantine_at,
    run,
    usual_effort,
)

from songhanh.epidemic import EpidemicControls, Layer
from songhanh.epidemic import layout as at
from songhanh.province.population import FIRM_AT_SITE
from songhanh.response.contact import Action

# One case, who infects nobody, has symptoms at once and is reported: traced on day 4.
SURE = {
    **PERFECT_TEST, "reproduction_number": 0.0, "severity_ratio": 0.0, "symptomatic_share": 1.0,
    "symptoms_to_test_days": 0.0, "incubation_median_days": 1.0, "incubation_sigma": 0.01, "specificity": 1.0,
}  # fmt: skip
FIRM = int(np.flatnonzero(PROVINCE.place_kind == FIRM_AT_SITE)[0])
CASE = int(PROVINCE.place_members[PROVINCE.place_start[FIRM]])
TRACED_ON = 3


def depth(*actions: Action, days: int = 21, capacity: int = 10**6, share: float = 1.0) -> Change:
    """Return levers that trace homes and lines as deep as there are actions."""

    def change(day: int, controls: EpidemicControls) -> None:
        controls.detection[:] = 1.0
        controls.lab_capacity = 10**6
        controls.quarantine_places = 10**6
        controls.trace[[Layer.HOUSEHOLD, Layer.LINE, Layer.CLASS]] = 1.0
        controls.trace_capacity[: len(actions)] = capacity
        controls.trace_share[1:] = share
        for level, action in enumerate(actions, start=1):
            quarantine_at(controls, action, days, level)

    return change


def met(who: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return all who share a home, a line or a class with somebody."""
    found = [np.zeros(0, np.int64)]
    for person in who:
        home = PROVINCE.household[person]
        found.append(np.arange(PROVINCE.household_start[home], PROVINCE.household_start[home + 1]))
        place = PROVINCE.place[person]
        if place >= 0:
            lo, hi, unit = (
                PROVINCE.place_start[place],
                PROVINCE.place_start[place + 1],
                PROVINCE.place_unit[place],
            )
            line = lo + (PROVINCE.place_rank[person] - lo) // unit * unit
            found.append(PROVINCE.place_members[line : min(hi, line + unit)].astype(np.int64))
    return np.unique(np.concatenate(found))


def of_level(level: int) -> NDArray[np.int64]:
    """Return the people who are in quarantine as contacts of a level."""
    n = ENGINE._counters[at.N_SLOTS]
    slots = ENGINE._state.slots[:n]
    return np.sort(slots[slots[:, at.LEVEL] == level, at.WHO])


def test_each_level_is_the_contacts_of_the_one_before_a_day_later() -> None:
    case = np.array([CASE])
    begin(SURE, imports=imports_of(case))
    follow = depth(Action.CENTRAL, Action.HOME, Action.HOME, Action.HOME)
    lived(follow, ENGINE, 0, TRACED_ON)
    assert not has(at.QUARANTINED).any()
    known, last = case, case
    for level in (1, 2, 3, 4):
        lived(follow, ENGINE, TRACED_ON + level - 1, TRACED_ON + level)
        new = np.setdiff1d(met(last), known)
        assert len(new) > 5
        np.testing.assert_array_equal(of_level(level), new)
        assert ENGINE.result().traced[TRACED_ON + level - 1, level - 1] == len(new)
        known, last = np.union1d(known, new), new
    np.testing.assert_array_equal(np.flatnonzero(has(at.QUARANTINED)), np.setdiff1d(known, case))
    np.testing.assert_array_equal(np.flatnonzero(has(at.CENTRAL)), of_level(1))
    lived(follow, ENGINE, TRACED_ON + 4, 15)
    assert of_level(5).size == 0


@pytest.mark.parametrize("deep", [1, 2, 3, 4])
def test_tracing_goes_as_deep_as_the_rules_say(deep: int) -> None:
    traced = run(depth(*[Action.HOME] * deep), SURE, imports=imports_of([CASE]), days=12).traced
    assert (traced.sum(axis=0) > 0).tolist() == [level <= deep for level in (1, 2, 3, 4)]


def test_without_capacity_or_without_a_rule_for_a_level_nobody_is_asked_further() -> None:
    def no_capacity(day: int, controls: EpidemicControls) -> None:
        depth(Action.HOME, Action.HOME, Action.HOME)(day, controls)
        controls.trace_capacity[1] = 0

    def no_rule(day: int, controls: EpidemicControls) -> None:
        depth(Action.HOME, Action.HOME, Action.HOME)(day, controls)
        controls.contact_action[2] = Action.NOTHING

    for change in (no_capacity, no_rule):
        traced = run(change, SURE, imports=imports_of([CASE]), days=12).traced
        assert traced[:, 0].sum() > 0 == traced[:, 1:].sum()


@pytest.mark.parametrize("level", [0, 1, 2])
def test_each_level_has_a_capacity_of_its_own(level: int) -> None:
    follow, limit = depth(Action.HOME, Action.HOME, Action.HOME), 2

    def slowly(day: int, controls: EpidemicControls) -> None:
        follow(day, controls)
        controls.trace_capacity[level] = limit

    def asked() -> NDArray[np.int64]:
        counters, marks = ENGINE._counters, ENGINE._state.further_marks
        return np.array([counters[at.TRACE_DONE], marks[0, 0], marks[1, 0]])

    cases = imports_of(PROVINCE.place_members[PROVINCE.place_start[FIRM : FIRM + 6]])
    begin(SURE, imports=cases)
    seen = [np.zeros(3, np.int64)]
    lived(slowly, ENGINE, 0, 14, lambda day: seen.append(asked()))
    by_day = np.diff(seen, axis=0)
    assert by_day[:, level].max() == limit
    assert (by_day[:, level] == limit).sum() >= 3  # the queue is worked off
    before = by_day[:, :level]
    assert before.size == 0 or before.max() > limit


def test_monitored_contacts_are_counted_and_free() -> None:
    result = run(depth(Action.MONITOR), SURE, imports=imports_of([CASE]), days=12)
    assert result.traced[:, 0].sum() > 5
    assert result.quarantined.sum() == result.absent[:, :, at.AWAY_QUARANTINED].sum() == 0


@pytest.mark.parametrize(("action", "in_places"), [(Action.HOME, False), (Action.CENTRAL, True)])
def test_the_action_decides_where_quarantine_is_spent(action: Action, in_places: bool) -> None:
    result = run(depth(action), SURE, imports=imports_of([CASE]), days=12)
    assert result.quarantined.max() > 5
    assert result.in_places.max() == (result.quarantined.max() if in_places else 0)


def test_the_days_of_each_level_are_its_own() -> None:
    def change(day: int, controls: EpidemicControls) -> None:
        depth(Action.HOME, Action.HOME)(day, controls)
        controls.contact_days[1:3] = (14, 5)

    result = run(change, SURE, imports=imports_of([CASE]), days=30)
    first, second = result.traced[:, 0].sum(), result.traced[:, 1].sum()
    quarantined = np.zeros(30, int)
    quarantined[TRACED_ON : TRACED_ON + 15] += first  # the day of tracing and 14 more
    quarantined[TRACED_ON + 1 : TRACED_ON + 7] += second
    np.testing.assert_array_equal(result.quarantined[:30], quarantined)


def test_contacts_at_home_are_moved_to_a_place_once_they_are_closer_contacts() -> None:
    def change(day: int, controls: EpidemicControls) -> None:
        usual_effort(controls)
        controls.trace_capacity[1] = 1000
        quarantine_at(controls, Action.HOME, 14, level=2)

    moved, was_home = [], np.zeros(PROVINCE.n_people, bool)

    def watch(day: int) -> None:
        moved.append((was_home & has(at.CENTRAL)).sum())
        until = (ENGINE._state.words & at.UNTIL_MASK) >> at.UNTIL_SHIFT
        np.copyto(was_home, has(at.QUARANTINED) & ~has(at.CENTRAL) & (until > day))
        assert not (has(at.CENTRAL) & ~has(at.QUARANTINED)).any()
        counts = ENGINE.result()
        assert counts.in_places[day] == has(at.CENTRAL).sum()
        assert counts.quarantined[day] == has(at.QUARANTINED).sum()

    begin({"reproduction_number": 3.0}, imports=imports_of(PROVINCE.place_members[:10]))
    lived(change, ENGINE, 0, 50, watch)
    assert sum(moved) > 20


def test_a_smaller_part_of_the_contacts_of_contacts_is_found() -> None:
    def traced(share: float) -> NDArray[np.int64]:
        return run(
            depth(Action.HOME, Action.HOME, share=share), SURE, imports=imports_of([CASE]), days=12
        ).traced.sum(axis=0)

    none, half, all_ = traced(0.0), traced(0.5), traced(1.0)
    assert none[0] == half[0] == all_[0] > 0
    assert none[1] == 0
    assert half[1] == pytest.approx(0.5 * all_[1], abs=4 * np.sqrt(all_[1] / 4))


def test_deeper_tracing_quarantines_more_and_infects_fewer() -> None:
    def deeper(day: int, controls: EpidemicControls) -> None:
        usual_effort(controls)
        controls.trace_capacity[1:] = 1000
        quarantine_at(controls, Action.HOME, 14, level=2)
        quarantine_at(controls, Action.HOME, 14, level=3)

    results = [[run(c, {"reproduction_number": 3.0}, seed) for seed in range(4)]
               for c in (lambda day, controls: usual_effort(controls), deeper)]  # fmt: skip
    infections = [sum(int(r.infections.sum()) for r in rs) for rs in results]
    traced = [sum(int(r.traced.sum()) for r in rs) for rs in results]
    assert infections[1] < 0.7 * infections[0]
    assert traced[1] > traced[0]


def test_a_contact_of_a_contact_is_a_close_contact_once_somebody_at_home_is_a_case() -> None:
    """The clock starts again with the longer time of a close contact, and with its samples."""

    def change(day: int, controls: EpidemicControls) -> None:
        depth(Action.HOME, Action.HOME)(day, controls)
        controls.contact_days[1:3] = (21, 6)
        controls.test_days[0] = 5

    first = met(np.array([CASE]))
    households = [np.flatnonzero(PROVINCE.household == PROVINCE.household[who]) for who in first]
    home = next(
        h for h in households if len(h) >= 3 and not np.isin(CASE, h) and np.isin(h, first).sum() == 1
    )
    ill, other = (int(who) for who in home[~np.isin(home, first)][:2])
    begin(SURE, imports=np.concatenate([imports_of([CASE]), imports_of([ill], TRACED_ON)]))
    lived(change, ENGINE, 0, TRACED_ON + 2)
    state = ENGINE._state
    assert other in of_level(2)
    assert ENGINE._state.tests_due[: TRACED_ON + 6].sum() == len(of_level(1))
    lived(change, ENGINE, TRACED_ON + 2, TRACED_ON + 4)  # found after a day, traced after another two
    assert other in of_level(1)
    assert (state.words[other] & at.UNTIL_MASK) >> at.UNTIL_SHIFT == TRACED_ON + 3 + 21
    assert ENGINE.result().n_extended >= 1
