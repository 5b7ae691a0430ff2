"""Extremes whose outcome is known without a formula."""

from __future__ import annotations

import numpy as np
import pytest
import worlds
from scenarios import (
    DAYS,
    ENGINE,
    PERFECT_TEST,
    PROVINCE,
    everything,
    imports_of,
    only,
    park_imports,
    run,
    usual_effort,
)

from songhanh.epidemic import Engine, EpidemicControls, Layer
from songhanh.province.population import Population


def test_without_transmission_only_imports_are_infected() -> None:
    result = run(values={"reproduction_number": 0.0})
    assert result.infections.sum() == result.infections_layer[:, Layer.IMPORT].sum() == len(park_imports())


def test_without_imports_nothing_happens() -> None:
    result = run(imports=np.zeros((0, 2), np.int64))
    assert result.infections.sum() == result.absent.sum() == result.hospital.sum() == 0


def test_full_lock_down_leaves_homes_and_boarding_houses() -> None:
    def locked(day: int, controls: EpidemicControls) -> None:
        controls.locked[:] = True
        controls.community[:] = 0.0
        controls.boarding[:] = 0.0
        controls.site_mode[:] = 4

    result = run(locked)
    assert result.infections_layer[:, Layer.HOUSEHOLD].sum() > 0
    assert result.infections_layer.sum() == result.infections_layer[:, (Layer.HOUSEHOLD, Layer.IMPORT)].sum()
    homes = len(np.unique(PROVINCE.household[park_imports()[:, 0]]))
    assert result.infections.sum() <= 6 * homes
    workers = np.bincount(PROVINCE.work_cell[PROVINCE.work_cell >= 0], minlength=PROVINCE.n_cells)
    np.testing.assert_array_equal(result.locked[50], workers)
    assert result.absent.sum() == 0


def test_without_detection_nobody_is_reported_or_away() -> None:
    result = run(values={"severity_ratio": 0.0})
    assert result.infections.sum() > 1000
    assert (
        result.reported.sum() == result.hospital.sum() == result.quarantined.sum() == result.absent.sum() == 0
    )


def test_everybody_sampled_daily_with_a_perfect_test_is_found_on_the_second_day() -> None:
    def daily(day: int, controls: EpidemicControls) -> None:
        controls.sampling[:] = 1.0
        controls.lab_capacity = 10**6

    result = run(daily, {**PERFECT_TEST, "latent_mean_days": 1.0, "latent_shape": 100.0}, with_tree=True)
    tree = result.tree
    assert tree is not None
    known = tree.found_on >= 0
    assert known.sum() > 10
    assert (tree.found_on - tree.day)[known].tolist() == [2] * int(known.sum())
    assert (tree.day[~known] >= ENGINE.days - 2).all()
    np.testing.assert_array_equal(result.tests, PROVINCE.n_people)


@pytest.mark.parametrize("sites", [False, True], ids=["by commune and age", "by site too"])
def test_a_perfect_vaccine_given_to_all_before_the_exposure_stops_everything(sites: bool) -> None:
    perfect = {f"vaccine_{dose}_{against}": 1.0 for dose in (1, 2) for against in ("infection", "severe")}
    perfect |= {f"vaccine_{against}_half_life_days": 1e12 for against in ("infection", "severe")}

    def vaccinated(day: int, controls: EpidemicControls) -> None:
        controls.vaccination[:] = 1.0 if day == 0 else 0.0
        controls.site_vaccination[:] = 1.0 if sites and day == 0 else 0.0

    imports = imports_of(PROVINCE.place_members[:200], day=14)
    protected = run(vaccinated, {**perfect, "severity_ratio": 100.0}, imports=imports)
    assert protected.infections.sum() == len(imports)
    assert protected.severe.sum() == protected.deaths.sum() == 0
    assert protected.n_breakthrough == len(imports)
    assert run(None, {"severity_ratio": 100.0}, imports=imports).infections.sum() > 20 * len(imports)


def test_a_laboratory_without_capacity_finds_nobody() -> None:
    def blind(day: int, controls: EpidemicControls) -> None:
        usual_effort(controls)
        controls.lab_capacity = 0
        controls.sampling[:] = 0.1

    result = run(blind, {"severity_ratio": 2.0})
    assert result.tests.sum() == result.reported.sum() == result.traced.sum() == result.hospital.sum() == 0
    assert result.deaths.sum() > 0
    assert (np.diff(result.lab_queue) > 0).all()


def test_one_person_alone_is_infected_found_and_released() -> None:
    alone = worlds.homogeneous(1)
    engine = Engine(alone, DAYS, capacity=1)
    result = run(
        lambda day, c: usual_effort(c),
        {"symptomatic_share": 1.0, "severity_ratio": 0.0, **PERFECT_TEST, "symptoms_to_test_days": 0.0},
        imports=imports_of([0]),
        engine=engine,
        with_tree=True,
    )
    assert result.infections.sum() == 1
    assert result.tree is not None and len(result.tree.person) == 1
    assert result.reported.sum() in {0, 1}
    assert result.hospital[-1] == result.quarantined.sum() == 0


def households(
    sizes: list[int], communes: list[int], n_communes: int, people_per_hamlet: float
) -> Population:
    """Return residents without work in households of given sizes and communes."""
    none = np.full(len(sizes), -1)
    return worlds.build(
        np.array(sizes),
        np.array(communes),
        none,
        np.full(sum(sizes), 40),
        [],
        n_communes,
        1,
        people_per_hamlet,
    )


def test_communes_and_hamlets_without_people_do_no_harm() -> None:
    # Communes 0 and 2 of four are empty; commune 1 has one household in six hamlets.
    people = households([60, *[4] * 500], [1, *[3] * 500], 4, 10.0)
    assert people.n_hamlets == 1 + 6 + 1 + 200
    engine = Engine(people, 60, capacity=5_000)
    result = run(everything_but_ages, only("community", reproduction_number=3.0, share_out=0.3), engine=engine,
                 imports=imports_of(np.arange(0, 2060, 100)))  # fmt: skip
    assert result.infections[:, [0, 2]].sum() == 0
    assert result.infections[:, [1, 3]].sum() > 100


def everything_but_ages(day: int, controls: EpidemicControls) -> None:
    """Put levers to use in a province with one site and four communes."""
    usual_effort(controls)
    controls.hamlet_seal_cases[:] = 2
    controls.hamlet_seal_days[:] = 5
    controls.vaccination[:] = 0.01
    controls.lodgers_away[:] = 0.5
    controls.sampling[:] = 0.05
    controls.locked[:] = day % 20 > 15


def test_a_province_without_work_or_lodgers() -> None:
    engine = Engine(worlds.couples(500), 60, capacity=2_000)
    result = run(everything_but_ages, engine=engine, imports=imports_of(np.arange(0, 1000, 50)))
    used = result.infections_layer.sum(axis=0) > 0
    assert set(np.flatnonzero(used)) <= {Layer.HOUSEHOLD, Layer.COMMUNITY, Layer.QUARANTINE, Layer.IMPORT}
    assert result.absent.sum() == result.locked.sum() == result.gone.sum() == 0


def test_a_horizon_of_one_day() -> None:
    engine = Engine(PROVINCE, 1, capacity=100)
    result = run(everything, engine=engine)
    assert result.infections.shape == (1, PROVINCE.n_communes)
    assert result.infections.sum() == (park_imports()[:, 1] == 0).sum()
    assert result.doses.shape == result.hospital.shape == (1,)


def test_imports_after_the_horizon_do_not_come() -> None:
    imports = imports_of([1, 2, 3], day=DAYS + 5)
    assert run(everything, imports=imports).infections.sum() == 0


def test_a_province_that_is_infected_all_at_once() -> None:
    imports = imports_of(np.arange(PROVINCE.n_people))
    result = run(everything, imports=imports)
    assert result.infections[0].sum() == result.infections.sum() == PROVINCE.n_people
