"""The ill, and who cannot come to work: counts that are exact at the end of each day."""

from __future__ import annotations

import numpy as np
import pytest
from scenarios import COMMUNE, ENGINE, HAMLET, PROVINCE, everything, run, usual_effort
from worlds import demand_exact_counts


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


@pytest.mark.parametrize("days", [30, 45, 55, 60, 70])
def test_absence_is_the_exact_union_of_reasons(days: int) -> None:
    result = run(everything, {"severity_ratio": 2.0}, days=days)
    day = days - 1
    demand_exact_counts(ENGINE, PROVINCE, result, day)
    sealed = ENGINE._state.sealed[HAMLET] != 0
    assert sealed[COMMUNE < 2].all() == (20 <= day < 50)
