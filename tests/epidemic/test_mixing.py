"""Who meets whom in the community by age, and who is infected on contact."""

from __future__ import annotations

import numpy as np
import pytest
import worlds
from numpy.typing import NDArray
from scenarios import PACKED, POISSON, imports_of, only, run, sources, tree_of
from scipy import stats

from songhanh.epidemic import Engine, EpidemicParameters
from songhanh.epidemic.mixing import age_kernel, mixing_of
from songhanh.epidemic.people import age_bin

YOUNG = (0.3, 0.3, 0.2, 0.1, 0.05, 0.03, 0.01, 0.005, 0.005)
OLD = YOUNG[::-1]
AGED = worlds.aged(30_000)
ENGINE = Engine(AGED, 40, capacity=30_000)
ALIKE = {"age_assortativity": 0.0, **{f"activity_age_{age}": 1.0 for age in range(0, 90, 10)}}


def by_area() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count the people of the small province by age group, in hamlets and in communes."""
    hamlets = np.zeros((len(PACKED.hamlets), 9), np.int64)
    for commune, first in enumerate(PACKED.hamlet_start[:-1]):
        for h in range(first, PACKED.hamlet_start[commune + 1]):
            for a in range(9):
                k = age_bin(commune, h, a, PACKED.hamlet_start)
                hamlets[h, a] = PACKED.age_start[k + 1] - PACKED.age_start[k]
    return hamlets, PACKED.group_sizes.astype(np.int64)


def test_the_near_part_of_the_kernel_averages_one_over_people() -> None:
    parameters = EpidemicParameters.from_values({**ALIKE, "age_assortativity": 1.0})
    people = np.array([1.0, 5.0, 20.0, 17.0, 12.0, 8.0, 4.0, 2.0, 1.0])
    kernel = age_kernel(parameters, people)
    np.testing.assert_allclose(kernel @ people / people.sum(), 1.0, rtol=1e-9)
    np.testing.assert_allclose(kernel, kernel.T)
    assert kernel[2, 2] > 3 * kernel[2, 5]


def test_the_average_person_of_every_area_has_one_contact() -> None:
    mixing = mixing_of(PACKED, EpidemicParameters.from_values())
    hamlets, communes = by_area()
    for rows, people in ((mixing.hamlet_rows, hamlets), (mixing.commune_rows, communes)):
        np.testing.assert_allclose((rows * people).sum(axis=1), people.sum(axis=1), rtol=1e-12)


def test_contacts_between_two_ages_are_as_many_from_either_side() -> None:
    mixing = mixing_of(PACKED, EpidemicParameters.from_values())
    hamlets, communes = by_area()
    for rows, ages, people in (
        (mixing.hamlet_rows, mixing.hamlet_ages, hamlets),
        (mixing.commune_rows, mixing.commune_ages, communes),
    ):
        shares = np.diff(ages, axis=2, prepend=0.0)
        contacts = people[:, :, None] * rows[:, :, None] * shares
        np.testing.assert_allclose(contacts, contacts.transpose(0, 2, 1), rtol=1e-9, atol=1e-9)


def test_without_assortativity_contacts_follow_activity() -> None:
    parameters = EpidemicParameters.from_values({"age_assortativity": 0.0})
    activity = np.array([parameters.values[f"activity_age_{age}"] for age in range(0, 90, 10)])
    rows = mixing_of(PACKED, parameters).commune_rows
    np.testing.assert_allclose(rows / rows[:, :1], np.tile(activity / activity[0], (len(rows), 1)))


@pytest.mark.parametrize("share_hamlet", [0.0, 1.0])
def test_who_infects_whom_by_age_follows_the_kernel(share_hamlet: float) -> None:
    values = only("community", reproduction_number=1.0, share_hamlet=share_hamlet, **POISSON)
    parameters = EpidemicParameters.from_values(values)
    group = np.minimum(AGED.age // 10, 8)
    imports = imports_of(np.arange(0, AGED.n_people, 20))
    observed = np.zeros((9, 9))
    for seed in range(4):
        tree = tree_of(None, parameters, seed, imports, engine=ENGINE)
        rows, source = sources(tree)
        first = source < len(imports)
        np.add.at(observed, (group[tree.person[source[first]]], group[tree.person[rows[first]]]), 1)
    mixing = mixing_of(ENGINE._packed, parameters)
    # All hamlets are alike here: the matrix of the commune is that of a hamlet, up to chance.
    rate = mixing.commune_rows[0][:, None] * np.diff(mixing.commune_ages[0], axis=1, prepend=0.0)
    index = np.bincount(group[imports[:, 0]], minlength=9)
    expected = index[:, None] * rate
    uniform = index[:, None] * np.bincount(group, minlength=9) / len(group)
    # At a fixed total: a few per cent of the contacts find people who have been infected already.
    fits, differs = (
        stats.chisquare(observed[m > 2], (m * observed[m > 2].sum() / m[m > 2].sum())[m > 2]).pvalue
        for m in (expected, uniform)
    )
    assert fits > 0.001
    assert differs < 1e-9


def test_communes_of_different_ages_have_contacts_of_their_own() -> None:
    two = worlds.aged(20_000, (YOUNG, OLD))
    engine = Engine(two, 40, capacity=20_000)
    values = only("community", reproduction_number=1.0, **POISSON)
    group, home = np.minimum(two.age // 10, 8), np.arange(20_000) // 10_000
    first, ages = np.zeros(2, np.int64), np.zeros(2)
    for seed in range(20):
        tree = tree_of(None, values, seed, imports_of(np.arange(0, 20_000, 200)), engine=engine)
        rows, source = sources(tree)
        assert (home[tree.person[rows]] == home[tree.person[source]]).all()
        first += np.bincount(home[tree.person[rows[source < 100]]], minlength=2)
        ages += np.bincount(home[tree.person], weights=group[tree.person], minlength=2) / len(tree.person)
    assert ages[0] < 0.3 * ages[1]
    np.testing.assert_allclose(first, 1000, atol=4 * np.sqrt(1000))  # one contact a person in both


@pytest.mark.parametrize(("age", "ratio"), [(0, 0.25), (20, 0.5), (60, 2.0)])
def test_susceptibility_scales_who_is_infected_on_contact(age: int, ratio: float) -> None:
    name = f"susceptibility_age_{age}"
    values = only("community", reproduction_number=1.0, share_hamlet=0.0, **POISSON, **ALIKE)
    group = np.minimum(AGED.age // 10, 8)
    imports = imports_of(np.arange(0, AGED.n_people, 30))

    def infected(u: float) -> NDArray[np.int64]:
        found = np.zeros(9, np.int64)
        for seed in range(6):
            tree = tree_of(None, {**values, name: u}, seed, imports, engine=ENGINE)
            rows, source = sources(tree)
            first = rows[source < len(imports)]
            found += np.bincount(group[tree.person[first]], minlength=9)
        return found

    usual, changed = infected(1.0), infected(ratio)
    expected = usual.astype(float)
    expected[age // 10] *= ratio
    np.testing.assert_array_less(np.abs(changed - expected), 4 * np.sqrt(changed + ratio * expected) + 1)


def test_nobody_of_an_age_that_cannot_be_infected_is() -> None:
    values = only("community", reproduction_number=3.0, susceptibility_age_30=0.0)
    imports = imports_of(np.flatnonzero(AGED.age // 10 != 3)[:100])
    result = run(None, values, imports=imports, engine=ENGINE)
    assert result.infections.sum() > 500
    assert result.infections_age[:, 3].sum() == 0
    assert (result.infections_age[:, [0, 1, 2, 4, 5]].sum(axis=0) > 0).all()
