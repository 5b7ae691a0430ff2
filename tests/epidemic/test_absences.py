"""The ill, and who cannot come to work: counts that are exact at the end of each day."""

from __future__ import annotations

import numpy as np
import pytest
from scenarios import COMMUNE, ENGINE, HAMLET, PROVINCE, everything, has, run, usual_effort

from songhanh.epidemic import layout as at


def test_the_severely_ill_pass_ward_and_intensive_care() -> None:
    mild, usual = run(values={"severity_ratio": 0.0}), run(values={"severity_ratio": 2.0})
    assert mild.deaths.sum() == mild.severe.sum() == mild.icu.sum() == 0
    assert usual.deaths.sum() > 20
    assert usual.icu.max() > usual.deaths.sum() / 20
    assert usual.severe.max() > 0
    assert (run(everything).hospital > 0).any()


def test_all_confirmed_are_in_hospital_until_released() -> None:
    result = run(lambda day, c: usual_effort(c), {"isolation_days": 14, "severity_ratio": 0.0})
    reported = result.reported.sum(axis=(1, 2))
    in_care = np.cumsum(reported) - np.concatenate([np.zeros(14, int), np.cumsum(reported)[:-14]])
    assert reported.sum() > 100
    np.testing.assert_array_equal(result.hospital, in_care)


def works_in(who: np.ndarray) -> np.ndarray:
    """Count workers by cell."""
    cells = PROVINCE.work_cell[who & (PROVINCE.work_cell >= 0)]
    return np.bincount(cells, minlength=PROVINCE.n_cells)


@pytest.mark.parametrize("days", [30, 45, 55, 60, 70])
def test_absence_is_the_exact_union_of_reasons(days: int) -> None:
    result = run(everything, {"severity_ratio": 2.0}, days=days)
    day = days - 1
    sealed = ENGINE._state.sealed[HAMLET] != 0
    dead, isolated, quarantined, gone = (has(bit) for bit in (at.DEAD, at.ISOLATED, at.QUARANTINED, at.GONE))
    shut = (PROVINCE.place >= 0) & (ENGINE._state.place_closed[PROVINCE.place] > 0)
    left = ~sealed
    for reason, column in (
        (dead, at.AWAY_DEAD),
        (isolated, at.AWAY_ISOLATED),
        (quarantined, at.AWAY_QUARANTINED),
        (gone, at.AWAY_GONE),
        (shut, at.AWAY_FIRM),
    ):
        np.testing.assert_array_equal(result.absent[day, :, column], works_in(left & reason))
        left &= ~reason
    np.testing.assert_array_equal(result.locked[day], works_in(sealed))
    assert sealed[COMMUNE < 2].all() == (20 <= day < 50)
    assert result.sealed[day] == sealed.sum()
    assert result.quarantined[day] == quarantined.sum()
    assert result.hospital[day] == isolated.sum()
    assert result.in_places[day] == has(at.CENTRAL).sum()
    assert result.gone[day] == gone.sum()


def test_every_reason_for_absence_occurs() -> None:
    result = run(everything, {"severity_ratio": 2.0})
    assert (result.absent.sum(axis=(0, 1)) > 0).all()
    assert result.locked.sum() > 0
    elsewhere = (result.sealed > 0) & (np.arange(len(result.sealed)) >= 50)
    assert elsewhere.any()  # hamlets sealed by their cases, after the lock-down
