"""Hamlets: contacts stay within them, and they are sealed for their cases and opened again."""

from __future__ import annotations

import numpy as np
import pytest
import worlds
from numpy.typing import NDArray
from scenarios import (
    COMMUNE,
    ENGINE,
    HAMLET,
    PACKED,
    PROVINCE,
    firm_imports,
    imports_of,
    only,
    run,
    sources,
    total,
    tree_of,
    usual_effort,
)

from songhanh.core.modes import SiteMode
from songhanh.epidemic import Engine, EpidemicControls, EpidemicResult, Found, Layer

CASES, DAYS = 3, 8
PEOPLE = np.bincount(HAMLET)
SCATTERED = imports_of(np.arange(0, PROVINCE.n_people, 600))


def sealing(day: int, controls: EpidemicControls) -> None:
    """Seal hamlets of the first nine communes for their cases, without tracing."""
    usual_effort(controls)
    controls.trace_capacity[:] = 0
    controls.hamlet_seal_cases[:9] = CASES
    controls.hamlet_seal_days[:9] = DAYS


def without(day: int, controls: EpidemicControls) -> None:
    """Do the same, but seal nothing."""
    sealing(day, controls)
    controls.hamlet_seal_cases[:] = 0


def sealed_by_the_rule(result: EpidemicResult) -> NDArray[np.bool_]:
    """Work out from the confirmed cases which hamlets are sealed on which day: (days, hamlets)."""
    assert result.tree is not None
    known = result.tree.found_on >= 0
    days, sealed_to = len(result.sealed), np.zeros(len(PEOPLE), int)
    cases = np.zeros((days, len(PEOPLE)), int)
    np.add.at(cases, (result.tree.found_on[known], HAMLET[result.tree.person[known]]), 1)
    has_rule = np.repeat(np.arange(PROVINCE.n_communes) < 9, np.diff(PROVINCE.hamlet_start))
    sealed = np.zeros((days, len(PEOPLE)), bool)
    for day in range(days):
        sealed[day] = sealed_to > day
        recent = cases[max(0, day - DAYS + 1) : day + 1].sum(axis=0)
        sealed_to[has_rule & (cases[day] > 0) & (recent >= CASES)] = day + DAYS + 1
    return sealed


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_share_of_community_contacts_is_inside_the_hamlet(share: float) -> None:
    people = worlds.homogeneous(20_000)  # 40 hamlets
    engine = Engine(people, 40, capacity=20_000)
    hamlet = people.household_hamlet[people.household]
    values = only("community", reproduction_number=1.0, share_hamlet=share)
    inside = []
    for seed in range(4):
        tree = tree_of(None, values, seed, imports_of(np.arange(0, 20_000, 40)), engine=engine)
        rows, source = sources(tree)
        rows, source = rows[source < 500], source[source < 500]
        inside.append(hamlet[tree.person[rows]] == hamlet[tree.person[source]])
    found = np.concatenate(inside)
    expected = share + (1 - share) / people.n_hamlets
    error = np.sqrt(expected * (1 - expected) / len(found))
    assert found.mean() == pytest.approx(expected, abs=4 * error)


def test_hamlets_seal_at_their_cases_and_open_when_none_has_come_for_the_window() -> None:
    result = run(sealing, with_tree=True, imports=SCATTERED)
    sealed = sealed_by_the_rule(result)
    np.testing.assert_array_equal(result.sealed, sealed @ PEOPLE)
    opens = sealed[:-1] & ~sealed[1:]
    assert opens.sum() > 5
    assert (sealed[1:] & ~sealed[:-1]).sum(axis=0).max() >= 2  # some are sealed again
    assert not sealed[:, PACKED.hamlet_start[9] :].any()
    assert run(without).sealed.sum() == 0


def test_a_rule_that_is_lifted_opens_all() -> None:
    def lifted(day: int, controls: EpidemicControls) -> None:
        sealing(day, controls)
        if day >= 40:
            controls.hamlet_seal_cases[:] = 0

    result = run(lifted, imports=SCATTERED)
    assert result.sealed[39] > 0 == result.sealed[40:].sum() == result.locked[40:].sum()


def test_residents_of_sealed_hamlets_meet_nobody_outside() -> None:
    result = run(sealing, with_tree=True, imports=SCATTERED)
    tree, sealed = result.tree, sealed_by_the_rule(result)
    assert tree is not None
    rows, source = sources(tree)
    infector, infected, day = HAMLET[tree.person[source]], HAMLET[tree.person[rows]], tree.day[rows]
    is_sealed = sealed[day, infector] | sealed[day, infected]
    is_community = tree.layer[rows] == Layer.COMMUNITY
    assert (is_sealed & is_community).sum() > 100
    assert (infector == infected)[is_sealed & is_community].all()
    assert (infector != infected)[~is_sealed & is_community].any()
    at_work = np.isin(tree.layer[rows], (Layer.LINE, Layer.PLANT, Layer.CLASS, Layer.SCHOOL, Layer.SHUTTLE))
    assert (is_sealed & (tree.layer[rows] == Layer.HOUSEHOLD)).sum() > 50
    assert not (is_sealed & at_work).any()
    assert (~is_sealed & at_work).sum() > 1000


def test_workers_lodged_at_their_site_are_not_sealed_in() -> None:
    def lodged(day: int, controls: EpidemicControls) -> None:
        sealing(day, controls)
        controls.site_mode[:] = SiteMode.ON_SITE

    result = run(lodged, only("plant", reproduction_number=4.0), with_tree=True, imports=firm_imports())
    assert result.tree is not None
    rows, _ = sources(result.tree)
    sealed = sealed_by_the_rule(result)[result.tree.day[rows], HAMLET[result.tree.person[rows]]]
    assert sealed.sum() > 50


def test_contacts_inside_a_sealed_hamlet_have_a_lever_of_their_own() -> None:
    def apart(day: int, controls: EpidemicControls) -> None:
        sealing(day, controls)
        controls.sealed_community[:] = 0.0

    result = run(apart, with_tree=True, imports=SCATTERED)
    assert result.tree is not None
    rows, _ = sources(result.tree)
    sealed = sealed_by_the_rule(result)[result.tree.day[rows], HAMLET[result.tree.person[rows]]]
    community = result.tree.layer[rows] == Layer.COMMUNITY
    assert sealed.sum() > 20
    assert not (sealed & community).any()
    assert (~sealed & community).sum() > 500


def test_sealing_lowers_infections() -> None:
    values = only("community", reproduction_number=2.5, incubation_median_days=3.0)
    assert total(sealing, values) < 0.8 * total(without, values)


def test_cases_in_sealed_hamlets_are_counted_as_found_there() -> None:
    result = run(sealing, with_tree=True, imports=SCATTERED)
    tree, sealed = result.tree, sealed_by_the_rule(result)
    assert tree is not None
    known = (tree.found_on >= 0) & (tree.layer != Layer.IMPORT)
    inside = sealed[tree.found_on[known], HAMLET[tree.person[known]]]
    assert 100 < inside.sum() < len(inside)
    np.testing.assert_array_equal(tree.found_as[known], np.where(inside, Found.SEALED, Found.COMMUNITY))
    assert run(without).reported[:, :, Found.SEALED].sum() == 0


def test_workers_sealed_in_are_counted_once() -> None:
    result = run(sealing, {"severity_ratio": 2.0}, with_tree=True, imports=SCATTERED)
    sealed = sealed_by_the_rule(result)
    workers = np.zeros((len(PEOPLE), PROVINCE.n_cells), int)
    has_job = PROVINCE.work_cell >= 0
    np.add.at(workers, (HAMLET[has_job], PROVINCE.work_cell[has_job]), 1)
    np.testing.assert_array_equal(result.locked, sealed @ workers)
    assert (result.locked + result.absent.sum(axis=2) <= workers.sum(axis=0)).all()
    assert result.locked.max() > 100


def test_a_lock_down_seals_all_hamlets_of_a_commune_at_once() -> None:
    def locked(day: int, controls: EpidemicControls) -> None:
        controls.locked[3] = 10 <= day < 20

    result = run(locked)
    expected = np.where((np.arange(len(result.sealed)) // 10) == 1, (COMMUNE == 3).sum(), 0)
    np.testing.assert_array_equal(result.sealed, expected)
    assert not ENGINE._state.sealed.any()
