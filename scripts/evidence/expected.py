"""Infections expected of a first case in the example province: summed from parameters and lists of people.

No kernel of the engine takes part: the chance of each person within reach is written down here again. A person who is met
at a
mean number of contacts m by an infection of gamma infectiousness with shape k escapes with probability (1 + m / k)^-k.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from songhanh.epidemic import EpidemicParameters, Layer
from songhanh.epidemic.mixing import mixing_of
from songhanh.epidemic.people import Packed
from songhanh.province.population import FIRM_AT_SITE, SCHOOL, Population

Floats = NDArray[np.float64]
N_AGES = 9


@dataclass(frozen=True, eq=False)
class Groups:
    """People within reach of each other in one layer.

    Attributes
    ----------
    who, group
        (m,) a person, and the number of the group it is in.
    rate
        (m,) contacts of an average infection of that person in the group.
    own
        1 if a contact may fall on the person itself and then is lost (a seat in a bus), else 0.
    """

    who: NDArray[np.int64]
    group: NDArray[np.int64]
    rate: Floats
    own: int = 0


class Expected:
    """Infections expected by layer, age of the first case and age of the infected.

    Parameters
    ----------
    people, packed
        The province.
    parameters
        Numbers of the world; nobody is vaccinated and there are no measures.
    """

    def __init__(self, people: Population, packed: Packed, parameters: EpidemicParameters) -> None:
        self.people, self.packed, self.values = people, packed, parameters.values
        self.age = np.minimum(people.age // 10, N_AGES - 1).astype(np.int64)
        self.mixing = mixing_of(packed, parameters)
        v = self.values
        self.susceptibility = np.array([v[f"susceptibility_age_{10 * a}"] for a in range(N_AGES)])
        severe = parameters.severity[0]  # who falls severely ill has symptoms
        self.ill = severe + (1 - severe) * v["symptomatic_share"]
        mean = v["symptomatic_share"] + (1 - v["symptomatic_share"]) * v["asymptomatic_infectiousness"]
        self.strength = (1 / mean, v["asymptomatic_infectiousness"] / mean)

    def rate(self, layer: Layer) -> float:
        """Return the contacts of an average infection in a layer."""
        return float(self.values["reproduction_number"] * self.values[f"share_{layer.name.lower()}"])

    def by_layer(self, weight: Floats) -> Floats:
        """Return (10, 9, 9) infections expected if each person is a first case ``weight`` times, from age to age."""
        found = np.zeros((len(Layer), N_AGES, N_AGES))
        for layer, groups in (
            (Layer.HOUSEHOLD, self.households()),
            (Layer.BOARDING, self.boarding()),
            (Layer.LINE, self.work(units=True, school=False, layer=Layer.LINE)),
            (Layer.PLANT, self.work(units=False, school=False, layer=Layer.PLANT)),
            (Layer.CLASS, self.work(units=True, school=True, layer=Layer.CLASS)),
            (Layer.SCHOOL, self.work(units=False, school=True, layer=Layer.SCHOOL)),
            (Layer.SHUTTLE, self.shuttle()),
        ):
            found[layer] = self.of_groups(groups, weight)
        found[Layer.COMMUNITY] = self.community(weight)
        return found

    def of_groups(self, groups: Groups, weight: Floats) -> Floats:
        """Sum over everybody in the groups: others of each age times the chance of one of them."""
        n = int(groups.group.max(initial=-1)) + 1
        age = self.age[groups.who]
        count = np.bincount(groups.group * N_AGES + age, minlength=n * N_AGES).reshape(n, N_AGES)
        others = np.maximum(count.sum(axis=1)[groups.group] - 1 + groups.own, 1)
        per_pair = groups.rate / others
        found = np.zeros((N_AGES, N_AGES))
        for b in range(N_AGES):
            chance = np.zeros(len(age))
            for strength, share in zip(self.strength, (self.ill[age], 1 - self.ill[age]), strict=True):
                mean = strength * per_pair * self.susceptibility[b]
                chance += share * (1 - (1 + mean / self.values["dispersion"]) ** -self.values["dispersion"])
            people = count[groups.group, b] - (age == b)
            found[:, b] = np.bincount(age, weight[groups.who] * people * chance, minlength=N_AGES)
        return found

    def households(self) -> Groups:
        """Return households; contacts grow with size, 1 on average over people."""
        size = np.diff(self.people.household_start).astype(np.float64)
        scale = np.maximum(size - 1, 0) ** self.values["household_scaling"]
        scale *= size.sum() / (size * scale).sum()
        home = self.people.household.astype(np.int64)
        return Groups(np.arange(len(home)), home, self.rate(Layer.HOUSEHOLD) * scale[home])

    def boarding(self) -> Groups:
        """Return boarding houses."""
        house = self.people.household_boarding[self.people.household].astype(np.int64)
        who = np.flatnonzero(house >= 0)
        return Groups(who, house[who], np.full(len(who), self.rate(Layer.BOARDING)))

    def work(self, units: bool, school: bool, layer: Layer) -> Groups:
        """Return places, or the lines and classes in them."""
        people = self.people
        place = np.repeat(np.arange(people.n_places), np.diff(people.place_start))
        position = np.arange(len(place)) - people.place_start[:-1][place]
        unit = np.maximum(people.place_unit.astype(np.int64), 1)
        group = place
        if units:
            first = np.cumsum(-(-np.diff(people.place_start) // unit)) + (
                -(np.diff(people.place_start)) // unit
            )
            group = first[place] + position // unit[place]
        mine = (people.place_kind[place] == SCHOOL) == school
        factor = np.where(people.place_kind[place] == FIRM_AT_SITE, self.values["site_factor"], 1.0)
        return Groups(
            people.place_members[mine].astype(np.int64), group[mine], self.rate(layer) * factor[mine]
        )

    def shuttle(self) -> Groups:
        """Return the buses to the sites."""
        packed = self.packed
        bus = np.repeat(np.arange(len(packed.bus_start) - 1), np.diff(packed.bus_start))
        return Groups(packed.riders.astype(np.int64), bus, np.full(len(bus), self.rate(Layer.SHUTTLE)), own=1)

    def community(self, weight: Floats) -> Floats:
        """Sum over everybody: contacts in the own hamlet, in the commune, and in others."""
        people, packed, v = self.people, self.packed, self.values
        n_hamlets, n_communes = people.n_hamlets, people.n_communes
        hamlet = people.household_hamlet[people.household].astype(np.int64)
        commune = packed.people[:, 2].astype(np.int64)
        by_hamlet = np.bincount(hamlet * N_AGES + self.age, minlength=n_hamlets * N_AGES).reshape(-1, N_AGES)
        cases = np.bincount(hamlet * N_AGES + self.age, weight, minlength=n_hamlets * N_AGES).reshape(
            -1, N_AGES
        )
        of_hamlet = np.repeat(np.arange(n_communes), np.diff(people.hamlet_start))
        in_commune = np.zeros((n_communes, N_AGES))
        np.add.at(in_commune, of_hamlet, cases)
        near, far = v["share_hamlet"], v["share_out"]
        ages_near, ages = (
            np.diff(a, axis=2, prepend=0.0) for a in (self.mixing.hamlet_ages, self.mixing.commune_ages)
        )
        # A contact with oneself is lost: one in as many as there are people of that age in the hamlet.
        ages_near *= 1 - np.eye(N_AGES) / np.maximum(by_hamlet[:, :, None], 1)
        found = near * np.einsum("ha,ha,hab->ab", cases, self.mixing.hamlet_rows, ages_near)
        level = in_commune * self.mixing.commune_rows
        found += (1 - near - far) * np.einsum("ca,cab->ab", level, ages)
        for a in range(N_AGES):
            found[a] += far * (level[:, a] @ self.ways(commune)) @ ages[:, a]
        ill = self.ill * self.strength[0] + (1 - self.ill) * self.strength[1]
        return np.asarray(self.rate(Layer.COMMUNITY) * ill[:, None] * found * self.susceptibility[None, :])

    def ways(self, commune: NDArray[np.int64]) -> Floats:
        """Return (C, C) where contacts outside a commune take place: on the ways of its people to work, or by size."""
        people, n = self.people, self.people.n_communes
        to = np.where(people.place >= 0, people.place_commune[people.place], commune)
        work = np.bincount(commune * n + to, minlength=n * n).reshape(n, n).astype(np.float64)
        work /= work.sum(axis=1, keepdims=True)
        size = np.bincount(commune, minlength=n) / people.n_people
        share = self.values["share_commute"]
        return np.asarray(share * work + (1 - share) * size[None, :])
