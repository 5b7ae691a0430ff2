"""The engine against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
import worlds
from scenarios import only, run
from scipy.optimize import brentq

from songhanh.epidemic import Engine, EpidemicParameters, Layer, no_controls
from songhanh.epidemic import layout as at

K = 0.43
PEOPLE = worlds.homogeneous(150_000)
ENGINE = Engine(PEOPLE, 420, capacity=150_000)


def seeds(k: int, n: int = 150_000) -> np.ndarray:
    return np.stack([np.arange(k) * (n // k), np.zeros(k, int)], axis=1).astype(np.int64)


@pytest.mark.parametrize("r", [1.3, 2.0, 3.0])
def test_final_size_follows_kermack_and_mckendrick(r: float) -> None:
    share = 400 / PEOPLE.n_people
    closed_form = brentq(lambda z: 1 - z - (1 - share) * np.exp(-r * z), 1e-6, 1 - 1e-12)
    values = only("community", reproduction_number=r)
    sizes = [
        run(values=values, seed=s, imports=seeds(400), days=420, engine=ENGINE).infections.sum()
        / PEOPLE.n_people
        for s in range(2)
    ]
    assert np.mean(sizes) == pytest.approx(closed_form, abs=0.012)


@pytest.mark.parametrize("r", [1.5, 2.5, 5.0])
def test_growth_rate_solves_euler_lotka(r: float) -> None:
    values = only("community", reproduction_number=r)
    parameters = EpidemicParameters.from_values(values)
    latent = np.bincount(parameters.tables[at.T_LATENT].astype(int)) / at.TABLE_SIZE
    age = np.arange(len(latent))[:, None] + np.arange(at.PROFILE_DAYS)[None, :]
    density = latent[:, None] * parameters.profile[None, :]
    susceptible = 1 - 4000 / PEOPLE.n_people  # in the middle of the days that are fitted
    closed_form = brentq(lambda x: r * susceptible * (density * np.exp(-x * age)).sum() - 1, 1e-6, 3)
    slopes = []
    for s in range(4):
        new = run(values=values, seed=s, imports=seeds(400), days=110, engine=ENGINE).infections.sum(axis=1)
        total = np.cumsum(new)
        days = np.arange(np.searchsorted(total, 1600), np.searchsorted(total, 6000))
        slopes.append(np.polyfit(days, np.log(new[days]), 1)[0])
    assert np.mean(slopes) == pytest.approx(closed_form, rel=0.05)


def test_offspring_are_negative_binomial() -> None:
    r, offspring = 2.5, []
    for s in range(100, 124):
        tree = run(
            values=only("community", reproduction_number=r), seed=s, imports=seeds(400), days=35, engine=ENGINE,
            with_tree=True,
        ).tree  # fmt: skip
        assert tree is not None
        offspring.append(np.bincount(tree.source[tree.source >= 0], minlength=len(tree.source))[:400])
    counts = np.concatenate(offspring)
    mean, variance = counts.mean(), counts.var()
    assert mean == pytest.approx(r, rel=0.06)
    assert (counts == 0).mean() == pytest.approx((1 + r / K) ** -K, abs=0.02)
    assert mean**2 / (variance - mean) == pytest.approx(K, rel=0.15)


def test_attack_rate_in_households_of_two() -> None:
    couples = worlds.couples(5000)
    engine = Engine(couples, 40, capacity=10_000)
    imports = np.stack([np.arange(0, 10_000, 2), np.zeros(5000, int)], axis=1).astype(np.int64)
    values = only("household", reproduction_number=1.0)
    rates = [
        run(values=values, seed=s, imports=imports, days=40, engine=engine)
        .infections_layer[:, Layer.HOUSEHOLD]
        .sum()
        / 5000
        for s in range(3)
    ]
    assert np.mean(rates) == pytest.approx(1 - (1 + 1.0 / K) ** -K, abs=0.012)


def test_extinction_probability_is_the_fixed_point_of_the_offspring_generating_function() -> None:
    r, runs = 1.5, 400
    closed_form = brentq(lambda q: q - (1 + r / K * (1 - q)) ** -K, 0, 0.999)
    engine = Engine(worlds.homogeneous(20_000), 250, capacity=20_000)
    parameters = EpidemicParameters.from_values(only("community", reproduction_number=r))
    levers = no_controls(1, 1)
    extinct = 0
    for s in range(runs):
        engine.start(parameters, seeds(1), np.uint64(s))
        for day in range(250):
            engine.step(day, levers)
            if engine.n_infectious_or_detectable == 0:
                extinct += 1
                break
            if engine.n_infections > 250:
                break
    error = (closed_form * (1 - closed_form) / runs) ** 0.5
    assert extinct / runs == pytest.approx(closed_form, abs=3.5 * error)


def test_site_workers_infect_their_plant_by_the_stated_rate() -> None:
    values = only("plant", reproduction_number=0.3, site_factor=2.0, share_plant=1.0)
    first_of_firm = worlds.province().place_start[:40]
    imports = np.stack([worlds.province().place_members[first_of_firm], np.zeros(40, int)], axis=1).astype(
        np.int64
    )
    children = 0
    for s in range(40):
        tree = run(values=values, seed=s, imports=imports, days=30, with_tree=True).tree
        assert tree is not None
        children += int(((tree.source >= 0) & (tree.source < 40)).sum())
    assert children / 1600 == pytest.approx(0.6, abs=0.1)


def test_people_and_tree_are_conserved() -> None:
    result = run(with_tree=True)
    tree = result.tree
    assert tree is not None
    n = len(tree.person)
    assert n == result.infections.sum() == result.infections_layer.sum() > 1000
    assert len(set(tree.person.tolist())) == n
    children = np.flatnonzero(tree.source >= 0)
    assert (tree.layer[tree.source < 0] == Layer.IMPORT).all()
    assert (tree.source[children] < children).all()
    assert (tree.day[children] > tree.day[tree.source[children]]).all()


def test_generation_time_that_emerges_is_the_one_of_the_parameters() -> None:
    values = only("community", reproduction_number=1.0)
    tree = run(values=values, imports=seeds(2000), days=40, engine=ENGINE, with_tree=True).tree
    assert tree is not None
    first = np.flatnonzero((tree.source >= 0) & (tree.source < 2000))
    observed = (tree.day[first] - tree.day[tree.source[first]]).mean()
    assert observed == pytest.approx(EpidemicParameters.from_values(values).mean_generation_days, rel=0.05)
    assert 4.3 < observed < 5.8  # serial interval of Guangzhou, 5.19 (4.29-6.11) d
