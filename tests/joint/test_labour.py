"""Who can come to work: each person is away once, and lodging at the site beats a lock-down."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import small

from songhanh.core.modes import SiteMode
from songhanh.economy.controls import no_economy_controls
from songhanh.epidemic import Engine, EpidemicControls, EpidemicParameters, no_controls
from songhanh.epidemic import layout as at
from songhanh.joint.labour import labour_day
from songhanh.measures import DayMeasures
from songhanh.measures.base import Needs
from songhanh.response.contact import Action

DAY = 45
GROUND = small.ground()
PEOPLE = GROUND.population
COMMUNE = np.searchsorted(PEOPLE.commune_start, np.arange(PEOPLE.n_people), side="right") - 1


def measures(epidemic: EpidemicControls) -> DayMeasures:
    communes = PEOPLE.n_communes
    economy = no_economy_controls(communes, PEOPLE.n_sites, PEOPLE.n_sectors, 2)
    nothing = np.zeros(communes, np.float32)
    return DayMeasures(epidemic, economy, (), Needs(), nothing, np.zeros(communes, np.int8))


def levers(locked: tuple[int, ...] = ()) -> EpidemicControls:
    controls = no_controls(PEOPLE.n_communes, PEOPLE.n_sites)
    controls.detection[:] = 0.9
    controls.lab_capacity = 10_000
    controls.trace[:] = 0.6
    controls.trace_capacity[0] = 100
    controls.contact_action[1] = Action.CENTRAL
    controls.contact_days[1] = 14
    controls.test_days[:3] = (1, 7, 14)
    controls.lodgers_away[:] = 0.2
    controls.quarantine_places = 10_000
    controls.firm_close_cases[:] = 2
    controls.firm_close_days[:] = 10
    controls.locked[list(locked)] = True
    return controls


@pytest.fixture(scope="module")
def outbreak() -> tuple[Engine, EpidemicControls]:
    """An outbreak in which every cause of absence occurs, with two of the communes locked."""
    engine = small.runner().engine
    world = small.world()
    engine.start(
        EpidemicParameters.from_values({**world.epidemic, "severity_ratio": 20.0}),
        world.imports,
        np.uint64(4),
    )
    controls = levers(locked=(4, 5))
    for day in range(DAY + 1):
        engine.step(day, controls)
    return engine, controls


def test_each_absent_person_counts_once(outbreak: tuple[Engine, EpidemicControls]) -> None:
    engine, controls = outbreak
    labour = labour_day(GROUND, engine, DAY, measures(controls), True)
    # Person by person: whoever is sick, outside the province, dead, in quarantine, behind a lock-down or in a closed firm,
    # in one set.
    words = engine._state.words
    assert (words & at.GONE).any()
    away = (words & at.AWAY_MASK) != 0
    away |= controls.locked[COMMUNE]
    closed = engine._state.place_closed > 0
    worker = PEOPLE.work_cell >= 0
    away |= worker & (PEOPLE.place >= 0) & closed[PEOPLE.place]
    union = np.bincount(PEOPLE.work_cell[worker & away], minlength=PEOPLE.n_cells).reshape(
        GROUND.workers.shape
    )
    assert labour.dead is not None
    assert labour.taken_home is not None
    parts = (
        labour.isolated,
        labour.quarantined,
        labour.locked,
        labour.dead,
        labour.taken_home,
        labour.firm_closed,
    )
    assert all(part.sum() > 0 for part in parts), [part.sum() for part in parts]
    counted = sum(part * np.maximum(GROUND.workers, 1.0) for part in parts)
    np.testing.assert_allclose(counted, union, atol=1e-9)
    assert np.all(counted <= GROUND.workers + 1e-9)
    assert labour.hospital_load == engine.hospital(DAY) > 0


def test_behind_a_lock_down_nobody_is_counted_twice(outbreak: tuple[Engine, EpidemicControls]) -> None:
    engine, _ = outbreak
    engine.start(EpidemicParameters.from_values({}), small.world().imports, np.uint64(3))
    everywhere = levers(locked=tuple(range(PEOPLE.n_communes)))
    for day in range(10):
        engine.step(day, everywhere)
    labour = labour_day(GROUND, engine, 9, measures(everywhere), True)
    has_workers = GROUND.workers > 0
    np.testing.assert_array_equal(labour.locked[has_workers], 1.0)
    assert labour.isolated.sum() == labour.quarantined.sum() == labour.firm_closed.sum() == 0


def test_workers_lodged_at_their_site_are_not_kept_away_by_a_lock_down() -> None:
    engine = small.runner().engine
    engine.start(EpidemicParameters.from_values({}), small.world().imports, np.uint64(3))
    controls = levers(locked=tuple(range(PEOPLE.n_communes)))
    controls.site_mode[0] = SiteMode.ON_SITE
    engine.step(0, controls)
    labour = labour_day(GROUND, engine, 0, measures(controls), True)
    assert labour.locked[0].max() == 0.0
    assert labour.locked[1].max() == labour.locked[-1].max() == 1.0


def test_nobody_is_away_once_the_epidemic_is_no_longer_run(outbreak: tuple[Engine, EpidemicControls]) -> None:
    engine, controls = outbreak
    labour = labour_day(GROUND, engine, DAY, measures(controls), False)
    assert (
        labour.isolated.sum()
        == labour.quarantined.sum()
        == labour.locked.sum()
        == labour.firm_closed.sum()
        == 0
    )
    assert labour.hospital_load == 0.0


def test_other_workplaces_open_in_proportion_to_the_workers_of_each_commune() -> None:
    engine = small.runner().engine
    engine.start(EpidemicParameters.from_values({}), small.world().imports, np.uint64(3))
    controls = levers()
    engine.step(0, controls)
    today = measures(controls)
    work = np.ones((PEOPLE.n_communes, PEOPLE.n_sectors))
    work[0] = 0.25
    work[3, 1] = 0.0
    found = labour_day(
        GROUND, engine, 0, replace(today, economy=replace(today.economy, work=work)), True
    ).open_rest
    # By hand: workers outside the sites, counted person by person.
    for sector in range(PEOPLE.n_sectors):
        rest = PEOPLE.work_cell == PEOPLE.n_sites * PEOPLE.n_sectors + sector
        open_ = work[COMMUNE[rest], sector]
        assert found[sector] == pytest.approx(open_.mean()), sector
    assert found.min() < 1.0
