"""Communes are cut into hamlets: near equal, never through a household or a boarding house."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from songhanh.province.hamlets import Hamlets, hamlets


def cut(
    residents: list[list[int]], houses: list[list[list[int]]], people_per_hamlet: float
) -> tuple[Hamlets, NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Cut communes of given households and boarding houses; return also size, commune and house of each household."""
    sizes, commune, house, n_houses = [], [], [], 0
    for c, (homes, lodging) in enumerate(zip(residents, houses, strict=True)):
        sizes += homes
        house += [-1] * len(homes)
        for rooms in lodging:
            sizes += rooms
            house += [n_houses] * len(rooms)
            n_houses += 1
        commune += [c] * (len(sizes) - len(commune))
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
    columns = [np.array(column, np.int64) for column in (sizes, commune, house)]
    found = hamlets(
        start, columns[1].astype(np.int16), columns[2].astype(np.int32), len(residents), people_per_hamlet
    )
    return found, *columns


_homes = st.lists(st.integers(1, 8), max_size=40)
_communes = st.lists(st.tuples(_homes, st.lists(st.lists(st.integers(1, 4), min_size=1, max_size=9), max_size=6)),
                     min_size=1, max_size=5)  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(_communes, st.sampled_from([3.0, 20.0, 50.0, 1e6]))
def test_every_household_is_in_a_hamlet_of_its_commune_and_houses_stay_whole(
    communes: list[tuple[list[int], list[list[int]]]], target: float
) -> None:
    found, sizes, commune, house = cut([c[0] for c in communes], [c[1] for c in communes], target)
    assert found.start[0] == 0 and (np.diff(found.start) >= 1).all()
    assert len(found.of_household) == len(sizes)
    assert (found.of_household >= found.start[commune]).all()
    assert (found.of_household < found.start[commune + 1]).all()
    for h in np.unique(house[house >= 0]):
        assert len(set(found.of_household[house == h].tolist())) == 1
    for c in range(len(communes)):
        for lodging in (False, True):
            of_part = found.of_household[(commune == c) & ((house >= 0) == lodging)]
            assert (np.diff(of_part) >= 0).all()  # so that a hamlet is two ranges of people
    people = np.bincount(commune, weights=sizes, minlength=len(communes))
    np.testing.assert_array_equal(np.diff(found.start), np.maximum(1, np.rint(people / target)))


def test_hamlets_of_residents_are_near_equal() -> None:
    found, sizes, _, _ = cut([[4] * 250, [2] * 300], [[], []], 100.0)
    people = np.bincount(found.of_household, weights=sizes)
    assert found.start.tolist() == [0, 10, 16]
    np.testing.assert_array_equal(people, 100)


def test_each_hamlet_has_its_share_of_the_lodgers() -> None:
    found, sizes, _, house = cut([[4] * 100], [[[2] * 5] * 20], 100.0)
    lodgers = np.bincount(found.of_household, weights=sizes * (house >= 0))
    residents = np.bincount(found.of_household, weights=sizes * (house < 0))
    assert found.start.tolist() == [0, 6]
    assert residents.max() - residents.min() <= 4
    assert lodgers.max() - lodgers.min() <= 10  # whole houses of ten


def test_a_household_larger_than_a_hamlet_leaves_others_empty() -> None:
    found, _, _, _ = cut([[60]], [[]], 10.0)
    assert found.start.tolist() == [0, 6]
    assert found.of_household.tolist() == [0]


def test_a_commune_without_people_has_one_empty_hamlet() -> None:
    found, _, _, _ = cut([[], [3, 3], []], [[], [], []], 100.0)
    assert found.start.tolist() == [0, 1, 2, 3]
    assert found.of_household.tolist() == [1, 1]


def test_the_cut_depends_on_nothing_but_the_commune() -> None:
    alone, _, _, _ = cut([[3] * 70], [[[2, 2]] * 5], 50.0)
    among, _, commune, _ = cut([[5] * 33, [3] * 70, [1] * 9], [[], [[2, 2]] * 5, [[4]]], 50.0)
    np.testing.assert_array_equal(among.of_household[commune == 1] - among.start[1], alone.of_household)
