"""How far a run looks, and when a what-if gives up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files

from songhanh.core.days import day_of
from songhanh.core.errors import Fault, SonghanhError
from songhanh.core.parameters import ParameterTable, read_table


@lru_cache(maxsize=1)
def table() -> ParameterTable:
    """Return `parameters.csv` of this room."""
    return read_table(files("songhanh.joint") / "parameters.csv")


@dataclass(frozen=True, slots=True)
class Horizon:
    """Days of a run, counted from run day 0: the past up to the as-of day, then two horizons."""

    as_of: int  # run day of the decision
    epidemic_days: int
    economy_days: int

    @staticmethod
    def of(origin: date, as_of: date, horizon_days: int, economy_days: int | None = None) -> Horizon:
        """Return the horizons of a decision: so many days of the epidemic, and of the economy.

        Parameters
        ----------
        economy_days
            Days after the as-of date, at least those of the epidemic; by default to 31 December.

        Raises
        ------
        SonghanhError
            If the date lies before the outbreak of the pack, or more than a year after its start.
        """
        today = day_of(origin, as_of)
        if not 0 < today <= 365:
            raise SonghanhError(
                Fault(
                    code="date.outside",
                    message=f"{as_of} lies outside this outbreak, which the pack starts on {origin}.",
                    remedy="Choose a date within a year after it.",
                    parameter="as_of",
                )
            )
        epidemic = today + 1 + horizon_days
        year_end = day_of(origin, date(as_of.year, 12, 31)) + 1
        economy = year_end if economy_days is None else today + 1 + economy_days
        return Horizon(today, epidemic, max(economy, epidemic))


@dataclass(frozen=True, slots=True)
class Limits:
    """When a what-if gives up: at so many infections, with an emergency lock-down of so many days."""

    control_lost_infections: int
    emergency_days: int

    @staticmethod
    def standard() -> Limits:
        """Return the limits of `parameters.csv`."""
        values = table().defaults()
        return Limits(int(values["control_lost_infections"]), int(values["emergency_lockdown_days"]))
