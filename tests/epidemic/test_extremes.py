"""Extremes whose outcome is known without a formula."""

from __future__ import annotations

import numpy as np
from scenarios import ENGINE, PROVINCE, park_imports, run

from songhanh.epidemic import EpidemicControls, Layer


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

    perfect = {f"pcr_sensitivity_day_{day}": 1.0 for day in (1, 4, 5, 8, 9, 21)}
    result = run(daily, {**perfect, "latent_mean_days": 1.0, "latent_shape": 100.0}, with_tree=True)
    tree = result.tree
    assert tree is not None
    known = tree.found_on >= 0
    assert known.sum() > 10
    assert (tree.found_on - tree.day)[known].tolist() == [2] * int(known.sum())
    assert (tree.day[~known] >= ENGINE.days - 2).all()
    np.testing.assert_array_equal(result.tests, PROVINCE.n_people)
