"""The places that made-up people live, work and are treated in, as arrays of their numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from songhanh.core.errors import Fault, SonghanhError
from songhanh.operations.places.models import Facility, Level, Site, Unit

Ints = NDArray[np.int64]
NEAR_A_PARK = 12.0  # how much likelier a case is in a commune with a park than its population says
SAME_DISTRICT = 3.0


@dataclass(frozen=True)
class Places:
    """Communes with the chance that a case and that anybody lives there, sites with their commune, facilities."""

    communes: Ints
    of_cases: NDArray[np.float64]
    of_people: NDArray[np.float64]
    sites: Ints
    site_units: Ints
    hospitals: Ints
    quarantines: Ints
    laboratories: Ints
    names: dict[int, str]


def read_places() -> Places:
    """Read the places of the installation.

    Raises
    ------
    SonghanhError
        If there is no commune.
    """
    units = list(Unit.objects.filter(level=Level.COMMUNE, successor__isnull=True).order_by("code"))
    if not units:
        raise SonghanhError(
            Fault(
                "seed.places",
                "The province has no commune.",
                "Load a pack with communes.",
                parameter="--pack",
            )
        )
    sites = list(Site.objects.filter(unit__isnull=False).exclude(kind=Site.Kind.SCHOOL).order_by("slug"))
    hosting = {site.unit_id for site in sites}
    near = {unit.parent_id for unit in units if unit.pk in hosting}
    people = np.array([unit.population or 1000 for unit in units], float)
    weight = np.array(
        [
            NEAR_A_PARK if unit.pk in hosting else SAME_DISTRICT if unit.parent_id in near else 1.0
            for unit in units
        ]
    )
    return Places(
        communes=np.array([unit.pk for unit in units]),
        of_cases=people * weight / (people * weight).sum(),
        of_people=people / people.sum(),
        sites=np.array([site.pk for site in sites], np.int64),
        site_units=np.array([site.unit_id for site in sites], np.int64),
        hospitals=_facilities(Facility.Kind.HOSPITAL),
        quarantines=_facilities(Facility.Kind.QUARANTINE),
        laboratories=_facilities(Facility.Kind.LABORATORY),
        names={unit.pk: unit.name for unit in units},
    )


def _facilities(kind: Facility.Kind) -> Ints:
    return np.array(
        list(Facility.objects.filter(kind=kind).order_by("slug").values_list("pk", flat=True)), np.int64
    )
