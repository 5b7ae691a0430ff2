"""The numbers of a world as Python's: scalars by name, tables as lists, and who meets whom in the community."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from plain.world import N_AGES, Person, World
from songhanh.epidemic import EpidemicParameters

Row = list[float]
_ROUNDS = 200  # until the scales of ages have settled
_LARGEST_HOME = 63  # homes with more people count as this


@dataclass(eq=False)
class Numbers:
    """What the rules of a day look up.

    The tables by quantile and by day are inputs, taken as they are from `EpidemicParameters`.
    """

    values: Mapping[str, float]
    rates: Row
    latent_days: list[int]
    incubation_days: list[int]
    seek_days: list[int]
    contact_days: list[int]
    spread: Row
    length: Row
    sensitivity: Row
    severity: list[Row]
    stays: Row
    susceptibility: Row
    protection: list[Row]  # of vaccine against infection and against severe illness, of an earlier infection
    variants: list[Variant]
    home_scale: dict[int, float]  # household contacts by size
    hamlet_mixing: list[Mixing]
    commune_mixing: list[Mixing]

    def days(self, name: str, at_least: int = 0) -> int:
        """Return a parameter that counts whole days or people."""
        return max(at_least, round(self.values[name]))


@dataclass(frozen=True)
class Variant:
    """Ratios of a variant, in the order of `variants.csv`."""

    transmissibility: float
    latent: float
    incubation: float
    severity: float
    vaccine_escape: float
    natural_escape: float


@dataclass(frozen=True)
class Mixing:
    """Community contacts in one area: of each age group, 1 on average over its people, and with whom."""

    contacts: Row
    shares: list[Row]  # cumulative, by the age group that is met


def numbers_of(parameters: EpidemicParameters, world: World) -> Numbers:
    """Return the numbers of one run."""
    values = parameters.values
    latent, incubation, seek, contact = parameters.day_tables.tolist()
    spread, length = parameters.ratio_tables.tolist()
    rates = age_rates(values, [sum(p.age == a for p in world.people) for a in range(N_AGES)])
    return Numbers(
        values=values,
        rates=parameters.rates.tolist(),
        latent_days=latent,
        incubation_days=incubation,
        seek_days=seek,
        contact_days=contact,
        spread=spread,
        length=length,
        sensitivity=parameters.sensitivity.tolist(),
        severity=parameters.severity.tolist(),
        stays=parameters.stays.tolist(),
        susceptibility=parameters.susceptibility.tolist(),
        protection=parameters.protection.tolist(),
        variants=[Variant(*ratios) for ratios in parameters.variants.tolist()],
        home_scale=home_scale(values["household_scaling"], world),
        hamlet_mixing=[mixing(rates, hamlet.people) for hamlet in world.hamlets],
        commune_mixing=[mixing(rates, commune.people) for commune in world.communes],
    )


def size_of_home(person: Person) -> int:
    """Return the size of a person's household as `home_scale` knows it."""
    return min(len(person.household), _LARGEST_HOME)


def home_scale(exponent: float, world: World) -> dict[int, float]:
    """Return contacts in proportion to (n - 1)^exponent, 1 on average over people."""
    sizes = [size_of_home(person) for person in world.people]
    raw = {size: (size - 1.0) ** exponent if size > 1 else 0.0 for size in sizes}
    mean = sum(raw[size] for size in sizes) / max(len(sizes), 1)
    return {size: contacts / mean if mean > 0 else contacts for size, contacts in raw.items()}


def age_rates(values: Mapping[str, float], people: list[int]) -> list[Row]:
    """Return the rate at which two people of given ages meet: activity, and nearness in age.

    Activity x activity x (1 - e + e x s x s x nearness); the scales s make the near part average 1 over people.
    """
    ages = range(N_AGES)
    near = [[math.exp(-0.5 * (10.0 * (a - b) / values["age_mixing_years"]) ** 2) for b in ages] for a in ages]
    share = [number / max(sum(people), 1) for number in people]
    scale = [1.0] * N_AGES
    for _ in range(_ROUNDS):
        average = [sum(near[a][b] * (scale[b] * share[b]) for b in ages) for a in ages]
        scale = [math.sqrt(scale[a] / max(average[a], 1e-300)) for a in ages]
    e = values["age_assortativity"]
    activity = [values[f"activity_age_{10 * a}"] for a in ages]
    return [
        [activity[a] * activity[b] * (1.0 - e + e * near[a][b] * (scale[a] * scale[b])) for b in ages]
        for a in ages
    ]


def mixing(rates: list[Row], people: list[Person]) -> Mixing:
    """Return who meets whom in an area: in proportion to its people, and 1 contact on average over them."""
    number = [sum(person.age == a for person in people) for a in range(N_AGES)]
    contacts, shares = [], []
    for a in range(N_AGES):
        row, cumulative = 0.0, []
        for b in range(N_AGES):
            row += rates[a][b] * number[b]
            cumulative.append(row)
        contacts.append(row)
        shares.append([part / row for part in cumulative[:-1]] + [1.0] if row > 0.0 else cumulative)
    pairs = 0.0
    for a in range(N_AGES):
        pairs += contacts[a] * number[a]
    factor = sum(number) / pairs if pairs > 0.0 else 0.0
    return Mixing([row * factor for row in contacts], shares)
