"""Nobody is lost or counted twice: an independent count from the records and the transmission tree."""

from __future__ import annotations

import numpy as np
import pytest
from scenarios import DAYS, ENGINE, PROVINCE, everything, has, only, run, sources, tree_of

from songhanh.epidemic import Layer
from songhanh.epidemic import layout as at

WITH_DEATHS = {"severity_ratio": 2.0}
AGAIN = {"natural_from_days": 15.0, "natural_infection": 0.2, "severity_ratio": 1.0}


@pytest.mark.parametrize("levers", [None, everything], ids=["no measures", "all measures"])
def test_susceptible_exposed_infectious_recovered_and_dead_are_all_the_people(levers: object) -> None:
    result = run(levers, WITH_DEATHS, with_tree=True)  # type: ignore[arg-type]
    tree, records = result.tree, ENGINE._records
    assert tree is not None
    n, infectious_on = PROVINCE.n_people, records[:, at.INFECTIOUS_ON]
    dead = np.cumsum(result.deaths.sum(axis=1))
    deadly = tree.outcome == 3
    for day in range(0, DAYS, 7):
        ever = tree.day <= day
        susceptible = n - len(np.unique(tree.person[ever]))
        exposed = (ever & (infectious_on > day)).sum()
        infectious = (ever & (infectious_on <= day) & (day < infectious_on + at.PROFILE_DAYS) & ~deadly).sum()
        over = ever & (infectious_on + at.PROFILE_DAYS <= day)
        recovered = (over & ~deadly).sum()
        doomed = (ever & (infectious_on <= day) & deadly).sum()  # dead, or to die
        assert susceptible + exposed + infectious + recovered + doomed == n
        assert dead[day] <= doomed
    assert has(at.DEAD).sum() == result.deaths.sum() == result.deaths_age.sum() > 0
    died = tree.person[deadly]
    assert np.isin(np.flatnonzero(has(at.DEAD)), died).all()


def test_the_tree_has_every_infection_once_and_after_the_one_that_caused_it() -> None:
    result = run(with_tree=True)
    tree = result.tree
    assert tree is not None
    n = len(tree.person)
    assert n == result.infections.sum() == result.infections_layer.sum() > 1000
    assert n == result.infections_age.sum() == result.infections_variant.sum()
    assert len(set(tree.person.tolist())) == n
    children, source = sources(tree)
    assert (tree.layer[tree.source < 0] == Layer.IMPORT).all()
    assert (tree.source[children] < children).all()
    assert (tree.day[children] > tree.day[source]).all()


@pytest.mark.parametrize("values", [{}, AGAIN], ids=["once", "again"])
def test_every_daily_count_is_a_count_of_the_tree(values: dict[str, float]) -> None:
    result = run(everything, values, with_tree=True)
    tree = result.tree
    assert tree is not None
    home = np.searchsorted(PROVINCE.commune_start, tree.person, side="right") - 1
    age = np.minimum(PROVINCE.age[tree.person] // 10, 8)
    for book, column in (
        (result.infections, home),
        (result.infections_layer, tree.layer),
        (result.infections_age, age),
        (result.infections_variant, tree.variant),
    ):
        counted = np.zeros_like(book)
        np.add.at(counted, (tree.day, column), 1)
        np.testing.assert_array_equal(book, counted)
    found = tree.found_on >= 0
    reported = np.zeros_like(result.reported)
    np.add.at(reported, (tree.found_on[found], home[found], tree.found_as[found]), 1)
    np.testing.assert_array_equal(result.reported, reported)
    assert result.reported_age.sum() == result.reported_site.sum() + (
        found & (PROVINCE.work_cell[tree.person] < 0)
    ).sum()  # fmt: skip


def test_repeated_infections_are_conserved_too() -> None:
    result = run(None, {**AGAIN, "reproduction_number": 2.0}, with_tree=True)
    tree = result.tree
    assert tree is not None
    assert result.n_reinfected == (tree.earlier > 0).sum() > 100
    assert len(np.unique(tree.person)) + result.n_reinfected == len(tree.person) == result.infections.sum()
    assert (np.unique(tree.person) == np.flatnonzero(has(at.EVER))).all()


def test_whoever_infects_is_infectious_on_that_day() -> None:
    tree = tree_of(None, only("community", reproduction_number=3.0))
    rows, source = sources(tree)
    since = tree.day[rows] - ENGINE._records[source, at.INFECTIOUS_ON]
    assert since.min() == 0
    assert since.max() < at.PROFILE_DAYS
