"""How far a run looks: the past, 120 days of epidemic, the economy to the end of the year."""

from __future__ import annotations

from datetime import date

import pytest

from songhanh.core.days import date_of
from songhanh.core.errors import SonghanhError
from songhanh.joint.horizon import Horizon, Limits

ORIGIN = date(2021, 5, 1)


def test_the_horizons_of_the_night_of_17_may() -> None:
    horizon = Horizon.of(ORIGIN, date(2021, 5, 17), 120)
    assert horizon.as_of == 16
    # The plan acts from the next day; 120 days later is 14 September.
    assert date_of(ORIGIN, horizon.epidemic_days - 1) == date(2021, 9, 14)
    assert date_of(ORIGIN, horizon.economy_days - 1) == date(2021, 12, 31)


def test_an_epidemic_that_runs_into_the_next_year_takes_the_economy_along() -> None:
    horizon = Horizon.of(ORIGIN, date(2021, 11, 1), 120)
    assert horizon.economy_days == horizon.epidemic_days


@pytest.mark.parametrize("when", [date(2021, 4, 30), date(2021, 5, 1), date(2022, 6, 1), date(1921, 5, 17)])
def test_a_date_outside_the_outbreak_is_refused(when: date) -> None:
    with pytest.raises(SonghanhError, match="outside this outbreak"):
        Horizon.of(ORIGIN, when, 120)


def test_a_what_if_gives_up_at_twenty_thousand() -> None:
    assert Limits.standard().control_lost_infections == 20_000
    assert Limits.standard().emergency_days > 0
