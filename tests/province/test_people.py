"""The synthetic population keeps what the tables say, and is the same wherever it is built."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from dataclasses import fields
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import tiny
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from songhanh.core.errors import SonghanhError
from songhanh.province import Pack, Population, firm_place, load, population, residence_of_workers
from songhanh.province import people as store
from songhanh.province.dealing import apportion, cut, match_by_rank
from songhanh.province.population import FIRM_AT_SITE, OTHER_WORKPLACE, SCHOOL
from songhanh.province.synthesis import synthesise

ARRAYS = [field.name for field in fields(Population) if field.name not in ("n_sites", "n_sectors")]


def same(one: Population, other: Population) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ARRAYS)


def commune_of(people: Population) -> np.ndarray:
    return np.repeat(np.arange(people.n_communes), np.diff(people.commune_start))


def assert_consistent(pack: Pack, people: Population) -> None:
    """What holds for any population of any pack."""
    n = people.n_people
    commune = commune_of(people)
    # residents and lodgers of each commune are exactly those of the tables
    residents = np.bincount(commune[people.lodger == 0], minlength=people.n_communes)
    assert residents.tolist() == pack.communes["population"].to_list()
    rows = pack.tables["boarding"].group_by("area_code").agg(pl.col("lodgers").sum())
    expected = dict(rows.iter_rows())
    lodgers = np.bincount(commune[people.lodger == 1], minlength=people.n_communes)
    assert lodgers.tolist() == [expected.get(code, 0) for code in pack.communes["code"]]
    # every person is in exactly one household, of the right commune, and households are not empty
    sizes = np.diff(people.household_start)
    assert people.household_start[0] == 0 and people.household_start[-1] == n and sizes.min() > 0
    assert np.array_equal(people.household, np.repeat(np.arange(len(sizes)), sizes))
    assert np.array_equal(people.household_commune[people.household], commune)
    assert (np.maximum.reduceat(people.age, people.household_start[:-1]) >= 18).all(), (
        "children live with an adult"
    )
    # boarding houses are ranges of lodgers, in order
    house = people.household_boarding[people.household]
    assert np.array_equal(house >= 0, people.lodger == 1)
    assert np.array_equal(
        people.boarding_end - people.boarding_start,
        np.bincount(house[house >= 0], minlength=len(people.boarding_start)),
    )
    key = commune.astype(np.int64) * 10**9 + house
    assert (np.diff(key) >= 0).all(), "sorted by commune, boarding house, household"
    # places and people point at each other
    members, start = people.place_members, people.place_start
    assert len(np.unique(members)) == len(members) == start[-1]
    assert np.array_equal(people.place_rank[members], np.arange(len(members)))
    assert np.array_equal(people.place[members], np.repeat(np.arange(people.n_places), np.diff(start)))
    assert np.count_nonzero(people.place >= 0) == len(members)
    # a workplace's people have its cell; pupils have no job
    of_member = np.repeat(np.arange(people.n_places), np.diff(start))
    is_school = people.place_kind[of_member] == SCHOOL
    cell = people.place_site.astype(int) * people.n_sectors + people.place_sector
    assert np.array_equal(people.work_cell[members[~is_school]], cell[of_member[~is_school]])
    assert (people.work_cell[members[is_school]] == -1).all()
    assert (people.place_unit > 0).all()
    assert (people.age[people.work_cell >= 0] >= 15).all()
    # workers of each site, and of each sector elsewhere, are exactly those of the tables
    at_work = residence_of_workers(people).sum(axis=0).reshape(people.n_sites + 1, people.n_sectors)
    assert at_work[:-1].sum(axis=1).tolist() == pack.sites["workers"].to_list()
    employed = dict(pack.tables["employment"].group_by("sector_id").agg(pl.col("employed").sum()).iter_rows())
    assert at_work[-1].tolist() == [employed.get(sector, 0) for sector in pack.sectors["sector_id"]]
    # named firms are places of exactly their size
    for row in pack.tables["sites"].filter(pl.col("kind") == "firm").iter_rows(named=True):
        place = firm_place(pack, people, row["site_id"])
        assert start[place + 1] - start[place] == row["workers"]


def test_the_small_province_is_consistent(tiny_pack: Pack, tiny_people: Population) -> None:
    assert_consistent(tiny_pack, tiny_people)
    lodgers = tiny_people.lodger == 1
    assert (tiny_people.work_cell[lodgers] // tiny_people.n_sectors < 2).all()
    assert tiny_people.age[lodgers].min() >= 18 and tiny_people.age[lodgers].max() <= 42


def test_the_example_is_consistent_and_fast(empty_home: Path) -> None:
    pack = load("bac-giang-2021")
    started = time.perf_counter()
    people = population(pack)
    cold = time.perf_counter() - started
    started = time.perf_counter()
    again = population(pack)
    warm = time.perf_counter() - started
    assert cold < 20 and warm < 1, (cold, warm)
    assert same(people, again)
    assert people.n_people == 1_803_950 + 60_000
    assert_consistent(pack, people)


def test_ages_are_those_of_the_district(tiny_pack: Pack, tiny_people: Population) -> None:
    residents = tiny_people.age[tiny_people.lodger == 0]
    for low, high, share in tiny.AGE_SHARES:
        assert np.mean((residents >= low) & (residents <= high)) == pytest.approx(share, abs=0.005)


def test_household_sizes_are_those_of_the_tables(tiny_people: Population) -> None:
    sizes = np.diff(tiny_people.household_start)[tiny_people.household_boarding < 0]
    for size, share in tiny.HOUSEHOLD_SHARES.items():
        found = np.mean(sizes == size) if size < 7 else np.mean(sizes >= 7)
        assert found == pytest.approx(share, abs=0.02)


def test_parents_are_a_generation_older(tiny_people: Population) -> None:
    people = tiny_people
    heads = people.age[people.household_start[:-1]][people.household].astype(int)
    child = (people.age < 18) & (people.lodger == 0)
    gap = heads[child] - people.age[child]
    assert 20 < np.median(gap) < 36
    assert np.mean(gap < 14) < 0.02


def test_pupils_sit_with_their_age_and_workers_work_near(tiny_pack: Pack, tiny_people: Population) -> None:
    people = tiny_people
    for place in np.flatnonzero(people.place_kind == SCHOOL):
        members = people.place_members[people.place_start[place] : people.place_start[place + 1]]
        assert np.ptp(people.age[members]) <= 4
        assert (np.diff(people.age[members].astype(int)) >= 0).all(), "classes are by age"
    worker = np.flatnonzero(people.place >= 0)
    worker = worker[people.place_kind[people.place[worker]] == OTHER_WORKPLACE]
    own = people.place_commune[people.place[worker]] == commune_of(people)[worker]
    assert 0.5 < own.mean() < 0.85
    at_site = people.place_kind == FIRM_AT_SITE
    assert people.place_site[at_site].max() < people.n_sites
    farm = people.work_cell == people.n_sites * people.n_sectors
    assert farm.sum() == tiny.EMPLOYED["farm"] and (people.place[farm] == -1).all()


def test_resident_workers_live_where_the_table_says(tiny_pack: Pack, tiny_people: Population) -> None:
    people = tiny_people
    residents = (people.lodger == 0) & (people.work_cell >= 0) & (people.work_cell // people.n_sectors == 0)
    found = np.bincount(commune_of(people)[residents], minlength=6)
    assert found.sum() == 200 and found[2] == 60 and found[:2].sum() == 140


def test_roommates_share_a_line_more_often_than_strangers(tiny_people: Population) -> None:
    people = tiny_people
    lodgers = np.flatnonzero(people.lodger == 1)
    pair = lodgers[:-1][people.household[lodgers[:-1]] == people.household[lodgers[1:]]]
    assert np.mean(np.abs(people.place_rank[pair] - people.place_rank[pair + 1]) <= 3) > 0.3


def test_a_seed_is_a_draw_and_only_what_matters_counts(
    tiny_folder: Path, tiny_pack: Pack, tmp_path: Path
) -> None:
    assert same(synthesise(tiny_pack, 0), synthesise(tiny_pack, 0))
    assert not same(synthesise(tiny_pack, 0), synthesise(tiny_pack, 1))
    copy = Path(shutil.copytree(tiny_folder, tmp_path / "copy"))
    (copy / "NOTES.md").write_text("another hash")
    assert same(synthesise(tiny_pack), synthesise(load(copy))), "a note leaves the people as they are"
    moved = write_with_shop_workers(tmp_path / "moved")
    assert not same(synthesise(tiny_pack), synthesise(moved))


def write_with_shop_workers(folder: Path) -> Pack:
    rows = [row | {"employed": 300} if row["area_code"] == "001" else row for row in tiny.employment()]
    return load(tiny.write(folder, employment=rows))


def test_no_work_for_more_people_than_there_are(tmp_path: Path) -> None:
    """Ages 15 to 74 suffice for the check, but the sites hire from 18 to 64."""
    rows = [
        row | {"workers": 3900, "workers_high": 4000} if row["site_id"] == "park-a" else row
        for row in tiny.sites()
    ]
    work = [row | {"employed": 10} for row in tiny.employment()]
    pack = load(tiny.write(tmp_path / "pack", sites=rows, employment=work))
    with pytest.raises(SonghanhError, match="fewer residents"):
        synthesise(pack)


def test_an_unknown_firm_is_refused(tiny_pack: Pack, tiny_people: Population) -> None:
    assert firm_place(tiny_pack, tiny_people, "shop-w") == firm_place(tiny_pack, tiny_people, "firm-x")
    with pytest.raises(SonghanhError, match="firm-x"):
        firm_place(tiny_pack, tiny_people, "park-a")


def test_arrays_are_mapped_and_read_only(tiny_people: Population) -> None:
    assert type(tiny_people.age) is np.ndarray
    with pytest.raises(ValueError, match="read-only"):
        tiny_people.age[0] = 1


def test_half_written_arrays_are_never_read(
    tiny_pack: Pack, empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, calls = np.save, []

    def interrupted(*args: object, **kwargs: object) -> None:
        calls.append(1)
        if len(calls) == 5:
            raise KeyboardInterrupt
        original(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(store.np, "save", interrupted)
    with pytest.raises(KeyboardInterrupt):
        population(tiny_pack)
    folder = empty_home / "cache" / "population"
    assert list(folder.iterdir()) == []
    (folder / ".left-by-a-killed-process").mkdir()
    assert same(population(tiny_pack), synthesise(tiny_pack))


def test_processes_may_build_at_once(tiny_folder: Path, empty_home: Path) -> None:
    words = "import sys; from songhanh.province import load, population; print(population(load(sys.argv[1])).n_people)"
    command = [sys.executable, "-c", words, str(tiny_folder)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [process.communicate(timeout=60)[0] for process in running] == ["6220\n", "6220\n"]
    assert len(list((empty_home / "cache" / "population").iterdir())) == 1


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    scale=st.lists(st.floats(0.85, 1.2), min_size=6, max_size=6),
    lodgers=st.integers(0, 200),
    workers=st.integers(60, 600),
    firm=st.integers(0, 60),
    farm=st.integers(0, 900),
    seed=st.integers(0, 3),
)
def test_any_province_is_consistent(
    tiny_pack: Pack, scale: list[float], lodgers: int, workers: int, firm: int, farm: int, seed: int
) -> None:
    """Tables are changed behind the check's back: the synthesis must hold what it promises by itself."""
    tables = dict(tiny_pack.tables)
    by_code = dict(zip(tiny.POPULATION, scale, strict=True))
    people = pl.Series(
        [
            round((n or 0) * by_code.get(c, 1))
            for c, n in tables["areas"].select("code", "population").iter_rows()
        ]
    )
    tables["areas"] = tables["areas"].with_columns(population=people)
    lodging = pl.when(pl.col("area_code") == "00101", pl.col("site_id") == "park-a").then(
        min(lodgers, workers - 50)
    )
    tables["boarding"] = tables["boarding"].with_columns(
        lodging.otherwise(pl.col("lodgers")).alias("lodgers")
    )
    site = pl.col("site_id")
    hired = (
        pl.when(site == "park-a").then(workers).when(site == "firm-x").then(firm).otherwise(pl.col("workers"))
    )
    tables["sites"] = tables["sites"].with_columns(hired.alias("workers"))
    work = pl.when(pl.col("sector_id") == "farm").then(farm).otherwise(pl.col("employed"))
    tables["employment"] = tables["employment"].with_columns(work.alias("employed"))
    pack = Pack(**{field.name: getattr(tiny_pack, field.name) for field in fields(Pack)} | {"tables": tables})
    assert_consistent(pack, synthesise(pack, seed))


@given(total=st.integers(0, 10_000), weights=st.lists(st.floats(0, 1e6), min_size=1, max_size=30))
def test_parts_sum_to_the_whole(total: int, weights: list[float]) -> None:
    parts = apportion(total, np.array(weights))
    assert parts.sum() == total and parts.min() >= 0
    if sum(weights) > 0:
        assert np.abs(parts - np.array(weights) / sum(weights) * total).max() < 1 + 1e-6


@given(st.lists(st.integers(1, 40), min_size=1, max_size=8), st.integers(0, 2**32))
def test_pieces_stay_in_their_group(sizes: list[int], seed: int) -> None:
    draws = np.random.default_rng(seed)
    group = np.repeat(np.arange(len(sizes)), sizes)
    n = draws.integers(1, 6, len(sizes))
    piece = cut(group, n, draws.lognormal(size=int(n.sum())))
    assert (np.diff(piece) >= 0).all() and (np.diff(piece) <= 1).all() and piece[0] == 0
    groups_of_piece = [set(group[piece == k]) for k in range(piece[-1] + 1)]
    assert all(len(groups) == 1 for groups in groups_of_piece)
    pairs = match_by_rank(group, draws.random(len(group)), group[::-1], draws.random(len(group)))
    assert sorted(pairs) == list(range(len(group)))
    assert np.array_equal(group[::-1][pairs], group)
