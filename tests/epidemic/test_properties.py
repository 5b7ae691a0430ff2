"""Whatever the levers: counts stay counts, and no limit is exceeded. Small provinces, random plans."""

from __future__ import annotations

import dataclasses

import numpy as np
import worlds
from hypothesis import given, settings
from hypothesis import strategies as st
from scenarios import imports_of

from songhanh.epidemic import Engine, EpidemicControls, EpidemicParameters, EpidemicResult, no_controls
from songhanh.epidemic import layout as at

SMALL = worlds.province(1_500, n_communes=4)
DAYS = 40
ENGINE = Engine(SMALL, DAYS, capacity=20_000)
HAMLET = SMALL.household_hamlet[SMALL.household]
HAS_JOB = SMALL.work_cell >= 0
WORKERS = np.bincount(SMALL.work_cell[HAS_JOB], minlength=SMALL.n_cells)
IMPORTS = imports_of(np.arange(0, SMALL.n_people, 60))

_share = st.sampled_from([0.0, 0.01, 0.3, 0.5, 0.9, 1.0])
_small = st.integers(0, 20)
_LEVERS: dict[str, st.SearchStrategy[float]] = {
    **dict.fromkeys(
        ("community", "movement", "boarding", "school", "work", "sealed_community", "site_contact", "site_share",
         "detection", "trace", "trace_share", "sampling", "site_sampling", "vaccination", "site_vaccination",
         "lodgers_away"), _share,
    ),
    **dict.fromkeys(
        ("hamlet_seal_cases", "hamlet_seal_days", "firm_close_cases", "firm_close_days", "trace_capacity",
         "contact_days", "test_days"), _small,
    ),
    "locked": st.booleans(),
    "site_mode": st.integers(0, 4),
    "contact_action": st.integers(0, 3),
    "quarantine_places": st.sampled_from([0, 5, 100, 10_000]),
    "lab_capacity": st.sampled_from([0, 3, 100, 100_000]),
    "pool_size": st.sampled_from([1, 5, 32]),
    "release_negatives": st.integers(0, 2),
    "release_retest_days": st.integers(1, 5),
}  # fmt: skip
# A phase begins on a day and moves some levers, in some of the places, by a pattern.
_phase = st.tuples(
    st.integers(0, DAYS),
    st.integers(0, 3),
    st.fixed_dictionaries({}, optional=_LEVERS),  # type: ignore[arg-type]
)
_plans = st.lists(_phase, min_size=1, max_size=4)
_worlds = st.fixed_dictionaries({
    "reproduction_number": st.sampled_from([0.5, 3.0, 8.0]),
    "severity_ratio": st.sampled_from([0.0, 1.0, 30.0]),
    "natural_from_days": st.sampled_from([8.0, 60.0]),
    "trace_delay_days": st.sampled_from([0.0, 1.0, 3.0]),
    "lab_turnaround_days": st.sampled_from([0.0, 1.0, 2.0]),
    "isolation_days": st.sampled_from([2.0, 14.0]),
    "quarantine_room_people": st.sampled_from([1.0, 8.0]),
})  # fmt: skip


def controls_of(day: int, plan: list[tuple[int, int, dict[str, float]]]) -> EpidemicControls:
    """Return the levers of a day: later phases overwrite earlier ones where their pattern applies."""
    controls = no_controls(ENGINE.n_communes, ENGINE.n_sites)
    for first, pattern, levers in sorted(plan, key=lambda phase: phase[0]):
        for name, value in levers.items() if day >= first else ():
            lever = getattr(controls, name)
            if isinstance(lever, np.ndarray):
                flat = lever.reshape(-1)
                flat[pattern % len(flat) :: 1 + pattern] = value
            else:
                setattr(controls, name, value)
    return controls


def live(
    plan: list[tuple[int, int, dict[str, float]]], world: dict[str, float], seed: int
) -> tuple[EpidemicResult, list[EpidemicControls]]:
    """Run a plan in a world."""
    ENGINE.start(EpidemicParameters.from_values(world), IMPORTS, np.uint64(seed))
    levers = [controls_of(day, plan) for day in range(DAYS)]
    for day in range(DAYS):
        ENGINE.step(day, levers[day])
    return ENGINE.result(with_tree=True), levers


@settings(deadline=None, max_examples=100)
@given(_plans, _worlds, st.integers(0, 2**63))
def test_counts_and_limits(
    plan: list[tuple[int, int, dict[str, float]]], world: dict[str, float], seed: int
) -> None:
    result, levers = live(plan, world, seed)
    for field in dataclasses.fields(result):
        value = getattr(result, field.name)
        if field.name != "tree":
            assert np.min(value) >= 0, field.name
    assert (result.absent.sum(axis=2) + result.locked <= WORKERS).all()
    assert (result.tests <= [day.lab_capacity for day in levers]).all()
    assert (result.in_places <= np.maximum.accumulate([day.quarantine_places for day in levers])).all()
    assert (result.in_places <= result.quarantined).all()
    assert (result.severe + result.icu + np.cumsum(result.deaths.sum(axis=1)) <= SMALL.n_people).all()
    assert (result.gone <= SMALL.lodger.sum()).all()
    assert (result.sealed <= SMALL.n_people).all()
    infections, reported = (
        np.cumsum(a.sum(axis=1)) for a in (result.infections, result.reported.sum(axis=2))
    )
    assert (reported <= infections).all()
    if world["natural_from_days"] > DAYS:
        assert infections[-1] <= SMALL.n_people
        assert result.n_reinfected == 0
    tree = result.tree
    assert tree is not None
    assert np.isin(ENGINE.confirmed().person, tree.person).all()
    assert (tree.found_on >= 0).sum() == reported[-1]
    after = tree.source >= 0
    assert (tree.day[after] > tree.day[tree.source[after]]).all()


@settings(deadline=None, max_examples=80)
@given(_plans, _worlds, st.integers(0, 2**63))
def test_running_counts_equal_a_count_of_the_people(
    plan: list[tuple[int, int, dict[str, float]]], world: dict[str, float], seed: int
) -> None:
    result, _ = live(plan, world, seed)
    day = DAYS - 1
    worlds.demand_exact_counts(ENGINE, SMALL, result, day)
    assert result.deaths.sum() == ((ENGINE._state.words & at.DEAD) != 0).sum()
    stage = ENGINE._records[:, at.STAGE]
    assert result.severe[day] == (stage == at.IN_WARD).sum()
    assert result.icu[day] == (stage == at.IN_ICU).sum()


@settings(deadline=None, max_examples=25)
@given(_plans, _worlds, st.integers(0, 2**63))
def test_a_plan_that_ends_is_forgotten_by_the_next_run(
    plan: list[tuple[int, int, dict[str, float]]], world: dict[str, float], seed: int
) -> None:
    calm = [(0, 0, {"community": 0.5})]
    before, _ = live(calm, world, 1)
    live(plan, world, seed)
    after, _ = live(calm, world, 1)
    np.testing.assert_array_equal(before.infections, after.infections)
    np.testing.assert_array_equal(before.absent, after.absent)
    assert (ENGINE._state.words != 0).sum() <= ENGINE._counters[at.N_TOUCHED]
