"""Health ceilings that the committee sets: plans are compared on both goals inside them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songhanh.core.errors import Fault, SonghanhError
from songhanh.decision.capacities import table
from songhanh.joint.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Ceilings:
    """What must not be passed, from the day after the as-of date to the epidemic horizon; None: no ceiling.

    Each is the indicator of the same name (`decision.indicators`). No ceiling prices a life: a plan keeps it or breaks it.

    Raises
    ------
    SonghanhError
        If a ceiling is negative or not a number.
    """

    deaths: float | None = None
    peak_hospital: float | None = None
    peak_icu: float | None = None
    cases_community: float | None = None

    def __post_init__(self) -> None:
        faults = [
            _fault(f"The ceiling of {name} is {value:g}.", f"Write a number of 0 or more, such as {name}=50.")
            for name, value in self.set().items()
            if not math.isfinite(value) or value < 0
        ]
        if faults:
            raise SonghanhError(faults)

    def set(self) -> dict[str, float]:
        """Return the ceilings that are set, by indicator, in the order of the fields."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value is not None}

    def rows(self) -> list[dict[str, Any]]:
        """Return the ceilings that are set, for JSON."""
        return [{"indicator": name, "at_most": value} for name, value in self.set().items()]

    def meets(self, outcomes: Sequence[Outcome]) -> dict[str, NDArray[np.bool_]]:
        """Return, by indicator, the (W,) worlds in which each ceiling is kept."""
        return {
            name: np.array([outcome.totals[name] <= value for outcome in outcomes])
            for name, value in self.set().items()
        }

    def excess(self, totals: Mapping[str, float]) -> dict[str, float]:
        """Return by how much each ceiling is passed, against its own height (at least 1); negative where it is kept."""
        return {name: (totals[name] - value) / max(value, 1.0) for name, value in self.set().items()}

    @classmethod
    def parse(cls, items: Sequence[str]) -> Ceilings:
        """Read ceilings written as ``name=number``.

        Raises
        ------
        SonghanhError
            With every ceiling that is unknown, malformed or given twice.
        """
        names = [field.name for field in fields(cls)]
        found: dict[str, float] = {}
        faults = []
        for item in items:
            name, equals, number = item.partition("=")
            name = name.strip()
            if not equals or name not in names:
                faults.append(
                    _fault(
                        f"There is no ceiling {item!r}.", f"Write one of {', '.join(names)}, = and a number."
                    )
                )
                continue
            if name in found:
                faults.append(_fault(f"The ceiling of {name} is given twice.", "Give it once."))
                continue
            try:
                found[name] = float(number)
            except ValueError:
                faults.append(
                    _fault(f"The ceiling {item!r} has no number.", f"Write {name}=50, for example.")
                )
        if faults:
            raise SonghanhError(faults)
        return cls(**found)


def broken(ceilings: Ceilings, outcomes: Sequence[Outcome]) -> frozenset[str]:
    """Return the ceilings that a plan breaks in more than the stated share of the worlds (`ceiling_share`)."""
    most = table().defaults()["ceiling_share"]
    return frozenset(
        name for name, kept in ceilings.meets(outcomes).items() if (~kept).sum() > most * len(outcomes)
    )


def _fault(message: str, remedy: str) -> Fault:
    return Fault("ceiling", message, remedy, parameter="--ceiling")
