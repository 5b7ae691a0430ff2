"""The next-generation matrix, with all layers and ages: computed from parameters and lists of people, and measured.

Everybody is an index case once, a few at a time. What is expected of each is computed here without the engine: the
chance of each person within reach to be infected, summed by layer, age of the infector and age of the infected.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
import worlds
from numpy.typing import NDArray
from scenarios import POISSON, imports_of, sources, tree_of

from songhanh.epidemic import Engine, EpidemicParameters, Layer
from songhanh.epidemic.mixing import mixing_of
from songhanh.province.population import FIRM_AT_SITE, SCHOOL

SMALL = worlds.province(12_000, n_communes=8)
ENGINE = Engine(SMALL, 32, capacity=6_000)
PACKED = ENGINE._packed
GROUP = np.minimum(SMALL.age // 10, 8)
COMMUNE = np.repeat(np.arange(SMALL.n_communes), np.diff(SMALL.commune_start))
HAMLET = SMALL.household_hamlet[SMALL.household]
R = 0.25
VALUES = {"reproduction_number": R, "severity_ratio": 0.0, **POISSON}
PARAMETERS = EpidemicParameters.from_values(VALUES)
LAYERS = [layer for layer in Layer if layer not in {Layer.QUARANTINE, Layer.IMPORT}]
ROUNDS, AT_ONCE = 45, 120


def infected(rate: NDArray[np.float64] | float, susceptibility: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the chance of people to be infected who are met at a rate by one infection, once or more often."""
    v = PARAMETERS.values
    share, ratio = v["symptomatic_share"], v["asymptomatic_infectiousness"]
    ill = 1.0 / (share + (1 - share) * ratio)
    with_symptoms, without = (-np.expm1(-spread * rate * susceptibility) for spread in (ill, ill * ratio))
    return share * with_symptoms + (1 - share) * without


def groups_of_work() -> list[tuple[Layer, NDArray[np.int32], float]]:
    """List the people of each line and plant, class and school, with the rate of one person in it."""
    v, groups = PARAMETERS.values, []
    for k in range(SMALL.n_places):
        members = SMALL.place_members[SMALL.place_start[k] : SMALL.place_start[k + 1]]
        near, far, factor = Layer.LINE, Layer.PLANT, 1.0
        if SMALL.place_kind[k] == SCHOOL:
            near, far = Layer.CLASS, Layer.SCHOOL
        elif SMALL.place_kind[k] == FIRM_AT_SITE:
            factor = v["site_factor"]
        rate = {layer: R * factor * v[f"share_{layer.name.lower()}"] for layer in (near, far)}
        unit = int(SMALL.place_unit[k])
        groups.append((far, members, rate[far]))
        groups += [(near, members[j : j + unit], rate[near]) for j in range(0, len(members), unit)]
    return groups


def groups_of_homes() -> list[tuple[Layer, NDArray[np.int32], float]]:
    """List the people of each household and boarding house, with the rate of one person in it."""
    v = PARAMETERS.values
    size = np.diff(SMALL.household_start)
    scale = np.maximum(size - 1.0, 0.0) ** v["household_scaling"]
    scale *= size.sum() / (size * scale).sum()
    groups = [
        (Layer.HOUSEHOLD, np.arange(lo, hi), R * v["share_household"] * s)
        for lo, hi, s in zip(SMALL.household_start[:-1], SMALL.household_start[1:], scale, strict=True)
    ]
    for lo, hi in zip(SMALL.boarding_start, SMALL.boarding_end, strict=True):
        groups.append((Layer.BOARDING, np.arange(lo, hi), R * v["share_boarding"]))
    return groups


def community() -> NDArray[np.float64]:
    """Return (9, 9) infections expected in the community, by age of the infector and the infected."""
    v, mixing = PARAMETERS.values, mixing_of(PACKED, PARAMETERS)
    s = np.array([v[f"susceptibility_age_{age}"] for age in range(0, 90, 10)])
    near, out, commute = v["share_hamlet"], v["share_out"], v["share_commute"]
    expected, sizes = np.zeros((9, 9)), PACKED.group_sizes.sum(axis=1)
    hamlet_ages, commune_ages = (
        np.diff(a, axis=2, prepend=0.0) for a in (mixing.hamlet_ages, mixing.commune_ages)
    )
    for c in range(SMALL.n_communes):
        here = c == COMMUNE
        place = SMALL.place[here]
        to = np.bincount(np.where(place >= 0, SMALL.place_commune[place], c), minlength=len(sizes))
        to = out * (commute * to / to.sum() + (1 - commute) * sizes / sizes.sum())
        to[c] += 1 - out
        for a in range(9):
            number = PACKED.group_sizes[c, a]
            anywhere = (to[:, None] * commune_ages[:, a]).sum(axis=0)
            expected[a] += (
                R * v["share_community"] * number * (1 - near) * mixing.commune_rows[c, a] * anywhere * s
            )
            hamlets, people = np.unique(HAMLET[here & (a == GROUP)], return_counts=True)
            for h, n in zip(hamlets, people, strict=True):
                rate = R * v["share_community"] * near * mixing.hamlet_rows[h, a]
                expected[a] += n * rate * hamlet_ages[h, a] * s
    return expected


@lru_cache(maxsize=1)
def theory() -> NDArray[np.float64]:
    """Return (9, 9, 9) infections expected if everybody is an index case once: layer, from age, to age."""
    s = np.array([PARAMETERS.values[f"susceptibility_age_{age}"] for age in range(0, 90, 10)])[GROUP]
    expected = np.zeros((len(Layer), 9, 9))
    groups = groups_of_homes() + groups_of_work()
    for bus in range(len(PACKED.bus_start) - 1):
        riders = PACKED.riders[PACKED.bus_start[bus] : PACKED.bus_start[bus + 1]]
        rate = (
            R * PARAMETERS.values["share_shuttle"] * (len(riders) - 1) / len(riders)
        )  # the own seat is drawn too
        groups.append((Layer.SHUTTLE, riders, rate))
    for layer, members, rate in groups:
        if len(members) > 1:
            chance = infected(rate / (len(members) - 1), s[members])
            ages = np.zeros((len(members), 9))
            ages[np.arange(len(members)), GROUP[members]] = chance
            others = ages.sum(axis=0)[None, :] - ages
            np.add.at(expected[layer], GROUP[members], others)
    expected[Layer.COMMUNITY] = community()
    return expected


@lru_cache(maxsize=1)
def measured() -> NDArray[np.float64]:
    """Return the same as counted in the transmission trees, as a mean over rounds."""
    counts = np.zeros((len(Layer), 9, 9))
    for round_ in range(ROUNDS):
        order = np.random.default_rng(round_).permutation(SMALL.n_people)
        for k in range(0, SMALL.n_people, AT_ONCE):
            who = order[k : k + AT_ONCE]
            tree = tree_of(None, PARAMETERS, 1000 * round_ + k, imports_of(who), engine=ENGINE)
            rows, source = sources(tree)
            first = tree.source[source] < 0
            rows, source = rows[first], source[first]
            ages = GROUP[tree.person[source]], GROUP[tree.person[rows]]
            np.add.at(counts, (tree.layer[rows], *ages), 1)
    return counts / ROUNDS


# At most 1 % of the people are infected at any time, and 0.5 % of contacts find them or the contact of another case.
LOSS = 0.02


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name.lower())
def test_each_layer_carries_what_the_parameters_say(layer: Layer) -> None:
    expected, found = theory()[layer].sum(), measured()[layer].sum()
    assert expected * ROUNDS > 500
    assert found == pytest.approx(expected, abs=4 * np.sqrt(expected / ROUNDS) + LOSS * expected)


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name.lower())
def test_ages_of_infector_and_infected_follow_who_is_together(layer: Layer) -> None:
    expected, found = theory()[layer], measured()[layer]
    error = 4.5 * np.sqrt(expected / ROUNDS) + LOSS * expected + 2 / ROUNDS
    np.testing.assert_array_less(np.abs(found - expected), error)
    assert (found[expected == 0] == 0).all()


def test_the_reproduction_number_is_the_largest_eigenvalue() -> None:
    people = np.bincount(GROUP, minlength=9)
    expected, found = (
        np.abs(np.linalg.eigvals(m.sum(axis=0) / people[:, None])).max() for m in (theory(), measured())
    )
    assert found == pytest.approx(expected, rel=0.02)
    assert expected > theory().sum() / SMALL.n_people  # ages with many contacts meet each other


def test_nothing_is_transmitted_in_quarantine_or_by_imports() -> None:
    assert measured()[[Layer.QUARANTINE, Layer.IMPORT]].sum() == 0
