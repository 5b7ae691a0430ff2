"""The population as kernels read it: ranges and lists hold the people they should, once each."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import worlds
from scenarios import COMMUNE, HAMLET, PACKED, PROVINCE

from songhanh.epidemic import layout as at
from songhanh.epidemic.people import age_bin, aligned, pack
from songhanh.province.population import FIRM_AT_SITE

GROUP = np.minimum(PROVINCE.age // 10, 8)
N = PROVINCE.n_people


def test_a_row_tells_all_about_a_person() -> None:
    size = np.diff(PROVINCE.household_start)[PROVINCE.household]
    traits = PACKED.people[:, at.TRAITS]
    for column, expected in (
        (PACKED.people[:, at.HOME_START], PROVINCE.household_start[PROVINCE.household]),
        (PACKED.people[:, at.BOARDING], PROVINCE.household_boarding[PROVINCE.household]),
        (PACKED.people[:, at.COMMUNE], COMMUNE),
        (PACKED.people[:, at.HAMLET], HAMLET),
        (PACKED.people[:, at.PLACE], PROVINCE.place),
        (PACKED.people[:, at.RANK], PROVINCE.place_rank),
        (PACKED.people[:, at.CELL], PROVINCE.work_cell),
        (traits & at.AGE_MASK, GROUP),
        ((traits & at.LODGER_BIT) != 0, PROVINCE.lodger == 1),
        (traits >> at.SIZE_SHIFT, size),
    ):
        np.testing.assert_array_equal(column, expected)


def test_rows_lie_in_one_cache_line_each() -> None:
    for array in (PACKED.people, PACKED.places, aligned(5, 16)):
        assert array.ctypes.data % 64 == 0
        assert array.flags.c_contiguous


def test_a_hamlet_is_two_ranges_of_people_and_holds_exactly_its_own() -> None:
    seen = np.zeros(N, int)
    for h, row in enumerate(PACKED.hamlets):
        homes = np.arange(row[at.HOMES_FROM], row[at.HOMES_TO])
        rooms = np.arange(row[at.ROOMS_FROM], row[at.ROOMS_TO])
        assert (HAMLET[homes] == h).all() and (HAMLET[rooms] == h).all()
        assert not PROVINCE.lodger[homes].any() and PROVINCE.lodger[rooms].all()
        assert (COMMUNE[homes] == row[at.IN_COMMUNE]).all()
        assert PACKED.hamlet_start[row[at.IN_COMMUNE]] <= h < PACKED.hamlet_start[row[at.IN_COMMUNE] + 1]
        seen[homes] += 1
        seen[rooms] += 1
    assert (seen == 1).all()


def test_people_by_age_are_those_of_the_hamlet_and_of_the_commune() -> None:
    for c in range(PROVINCE.n_communes):
        first, last = PACKED.hamlet_start[c], PACKED.hamlet_start[c + 1]
        for a in range(9):
            whole = []
            for h in range(first, last):
                k = age_bin(c, h, a, PACKED.hamlet_start)
                who = PACKED.by_age[PACKED.age_start[k] : PACKED.age_start[k + 1]]
                np.testing.assert_array_equal(who, np.flatnonzero((h == HAMLET) & (a == GROUP)))
                whole.append(who)
            together = np.concatenate(whole)
            k = age_bin(c, first, a, PACKED.hamlet_start)
            of_commune = PACKED.by_age[PACKED.age_start[k] : PACKED.age_start[k + last - first]]
            np.testing.assert_array_equal(of_commune, together)
            assert PACKED.group_sizes[c, a] == len(together) == ((c == COMMUNE) & (a == GROUP)).sum()
    assert np.array_equal(np.sort(PACKED.by_age), np.arange(N))
    assert PACKED.age_start[0] == 0 and PACKED.age_start[-1] == N


def test_lodgers_are_listed_once_by_commune_in_an_order_of_their_own() -> None:
    for c in range(PROVINCE.n_communes):
        listed = PACKED.lodgers[PACKED.lodger_start[c] : PACKED.lodger_start[c + 1]]
        np.testing.assert_array_equal(
            np.sort(listed), np.flatnonzero((PROVINCE.lodger == 1) & (c == COMMUNE))
        )
        assert len(listed) == 0 or (np.diff(listed) < 0).mean() > 0.4  # not house by house


def test_workers_are_listed_once_by_hamlet_with_cell_and_place() -> None:
    who, cell, place = PACKED.workers.T
    np.testing.assert_array_equal(np.sort(who), np.flatnonzero(PROVINCE.work_cell >= 0))
    np.testing.assert_array_equal(cell, PROVINCE.work_cell[who])
    np.testing.assert_array_equal(place, PROVINCE.place[who])
    of_list = np.repeat(np.arange(PROVINCE.n_hamlets), np.diff(PACKED.worker_start))
    np.testing.assert_array_equal(of_list, HAMLET[who])


def test_workers_by_site_and_households_by_size() -> None:
    has_job = PROVINCE.work_cell >= 0
    sites = np.bincount(PROVINCE.work_cell[has_job] // PROVINCE.n_sectors, minlength=PROVINCE.n_sites + 1)
    np.testing.assert_array_equal(PACKED.site_workers, sites)
    size = np.diff(PROVINCE.household_start)
    np.testing.assert_array_equal(PACKED.household_sizes, np.bincount(size, minlength=64))


def test_a_place_is_a_range_of_members() -> None:
    for k in (0, 5, PROVINCE.n_places - 1):
        row = PACKED.places[k]
        members = PACKED.members[row[at.START] : row[at.END]]
        assert (PROVINCE.place[members] == k).all()
        assert row[at.KIND] == PROVINCE.place_kind[k] and row[at.PLACE_COMMUNE] == PROVINCE.place_commune[k]
        sector = PROVINCE.place_sector[k]
        cell = PROVINCE.place_site[k] * PROVINCE.n_sectors + sector if sector >= 0 else -1
        assert row[at.PLACE_CELL] == cell


def test_buses_fill_up_before_another_one_goes() -> None:
    sites = PROVINCE.place_site[PROVINCE.place[PACKED.riders]]
    homes = COMMUNE[PACKED.riders]
    for site in range(PROVINCE.n_sites):
        for c in np.unique(homes):
            number = ((sites == site) & (homes == c)).sum()
            of_group = np.unique(
                PACKED.bus_of[PROVINCE.place_rank[PACKED.riders[(sites == site) & (homes == c)]]]
            )
            assert len(of_group) == -(-number // 40)
    at_site = PROVINCE.place_kind[PROVINCE.place[PACKED.riders]] == FIRM_AT_SITE
    assert at_site.all()
    assert PACKED.bus_start[0] == 0 and PACKED.bus_start[-1] == len(PACKED.riders)


def test_a_province_without_work_or_lodgers_has_empty_lists() -> None:
    packed = pack(worlds.couples(10))
    assert packed.riders.size == packed.lodgers.size == packed.workers.size == packed.boardings.size == 0
    assert packed.bus_start.tolist() == [0]
    assert packed.site_workers.tolist() == [0, 0]


def test_people_must_be_sorted_by_household() -> None:
    mixed = dataclasses.replace(PROVINCE, household=PROVINCE.household[::-1].copy())
    with pytest.raises(ValueError, match="sorted by household"):
        pack(mixed)
