"""The engine against closed forms, each within its Monte Carlo error (four standard errors)."""

from __future__ import annotations

import numpy as np
import pytest
import worlds
from numpy.typing import NDArray
from scenarios import PROVINCE, imports_of, only, run, sources, tree_of
from scipy.optimize import brentq

from songhanh.epidemic import Engine, EpidemicParameters, Layer, no_controls
from songhanh.epidemic import layout as at

K = 0.43
PEOPLE = worlds.homogeneous(150_000)
N = PEOPLE.n_people
ENGINE = Engine(PEOPLE, 420, capacity=150_000)


def seeds(k: int, n: int = N) -> NDArray[np.int64]:
    """Return infections from outside on day 0, spread over the people."""
    return imports_of(np.arange(k) * (n // k))


def within(values: NDArray[np.floating] | list[float], expected: float) -> bool:
    """Tell whether the mean of replicates lies within four standard errors of what theory says."""
    error = np.std(values, ddof=1) / np.sqrt(len(values))
    return bool(abs(np.mean(values) - expected) < 4 * error)


@pytest.mark.parametrize("r", [1.3, 2.0, 3.0])
def test_final_size_follows_kermack_and_mckendrick(r: float) -> None:
    share, replicates = 400 / N, 4
    size = brentq(lambda z: 1 - z - (1 - share) * np.exp(-r * z), 1e-6, 1 - 1e-12)
    # The central limit theorem for final sizes (Andersson and Britton 2000, theorem 4.2), infectivity with shape K.
    left = 1 - size
    variance = size * left * (1 + r * r / K * left) / (1 - r * left) ** 2 / N
    values = only("community", reproduction_number=r)
    sizes = [
        run(values=values, seed=s, imports=seeds(400), engine=ENGINE).infections.sum() / N
        for s in range(replicates)
    ]
    assert np.mean(sizes) == pytest.approx(size, abs=min(0.012, 4 * np.sqrt(variance / replicates)))


def generation(parameters: EpidemicParameters) -> NDArray[np.float64]:
    """Return the distribution of days from an infection to those that it causes, from the tables drawn from."""
    latent = np.bincount(parameters.day_tables[at.T_LATENT].astype(int)) / at.TABLE_SIZE
    return np.convolve(latent, parameters.profile)


@pytest.mark.parametrize("r", [1.5, 2.5, 5.0])
def test_growth_rate_solves_euler_lotka(r: float) -> None:
    parameters = EpidemicParameters.from_values(only("community", reproduction_number=r))
    density = generation(parameters)
    age = np.arange(len(density))
    susceptible = 1 - 5_000 / N  # in the middle of the days that are fitted
    closed_form = brentq(lambda x: r * susceptible * (density * np.exp(-x * age)).sum() - 1, 1e-6, 3)
    slopes = []
    for s in range(24):
        new = run(values=parameters, seed=s, imports=seeds(200), days=110, engine=ENGINE)
        new = new.infections.sum(axis=1)
        total = np.cumsum(new)
        days = np.arange(np.searchsorted(total, 2_000), np.searchsorted(total, 8_000))
        slopes.append(np.polyfit(days, np.log(new[days]), 1)[0])
    assert np.mean(slopes) == pytest.approx(closed_form, rel=0.05)
    assert within(slopes, closed_form)


@pytest.mark.parametrize("r", [1.5, 5.0])
def test_incidence_by_day_follows_the_renewal_equation(r: float) -> None:
    parameters = EpidemicParameters.from_values(only("community", reproduction_number=r))
    density, days = generation(parameters), 25
    expected, left = np.zeros(days), N - 400.0
    expected[0] = 400
    for t in range(1, days):
        ages = np.arange(1, min(t, len(density) - 1) + 1)
        expected[t] = left * -np.expm1(-r * (expected[t - ages] * density[ages]).sum() / N)
        left -= expected[t]
    curves = np.array([
        run(values=parameters, seed=s, imports=seeds(400), days=days, engine=ENGINE).infections.sum(axis=1)
        for s in range(30)
    ])[:, :days]  # fmt: skip
    error = curves.std(axis=0, ddof=1) / np.sqrt(len(curves))
    # Later, runs that are early or late by a few days no longer average to the deterministic curve.
    early = (np.cumsum(expected) < N / 10) & (np.arange(days) > 0)
    assert early.sum() >= 10
    np.testing.assert_array_less(np.abs((curves.mean(axis=0) - expected)[early] / error[early]), 4)


def test_offspring_are_negative_binomial() -> None:
    r, offspring = 2.5, []
    for s in range(100, 124):
        tree = tree_of(None, only("community", reproduction_number=r), s, seeds(400), days=35, engine=ENGINE)
        offspring.append(np.bincount(tree.source[tree.source >= 0], minlength=len(tree.source))[:400])
    counts = np.concatenate(offspring)
    mean, variance, n = counts.mean(), counts.var(), len(counts)
    zero = (1 + r / K) ** -K
    assert mean == pytest.approx(r, rel=0.06)
    assert abs(mean - r) < 4 * np.sqrt(r * (1 + r / K) / n)
    assert (counts == 0).mean() == pytest.approx(zero, abs=0.02)
    assert abs((counts == 0).mean() - zero) < 4 * np.sqrt(zero * (1 - zero) / n)
    assert mean**2 / (variance - mean) == pytest.approx(K, rel=0.15)


def test_attack_rate_in_households_of_two() -> None:
    couples = worlds.couples(5000)
    engine = Engine(couples, 40, capacity=10_000)
    values = only("household", reproduction_number=1.0)
    rates = [
        run(values=values, seed=s, imports=imports_of(np.arange(0, 10_000, 2)), engine=engine)
        .infections_layer[:, Layer.HOUSEHOLD]
        .sum()
        / 5000
        for s in range(5)
    ]
    closed_form = 1 - (1 + 1.0 / K) ** -K
    assert np.mean(rates) == pytest.approx(closed_form, abs=0.012)
    assert np.mean(rates) == pytest.approx(
        closed_form, abs=4 * np.sqrt(closed_form * (1 - closed_form) / 25_000)
    )


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
    imports = imports_of(PROVINCE.place_members[PROVINCE.place_start[:40]])
    children = 0
    for s in range(40):
        tree = tree_of(None, values, s, imports, days=30)
        children += int(((tree.source >= 0) & (tree.source < 40)).sum())
    assert children / 1600 == pytest.approx(0.6, abs=0.1)


def test_generation_time_that_emerges_is_the_one_of_the_parameters() -> None:
    parameters = EpidemicParameters.from_values(only("community", reproduction_number=1.0))
    observed = []
    for s in range(4):
        tree = tree_of(None, parameters, s, seeds(2000), days=40, engine=ENGINE)
        rows, source = sources(tree)
        rows, source = rows[source < 2000], source[source < 2000]
        observed.append(tree.day[rows] - tree.day[source])
    times = np.concatenate(observed)
    assert times.mean() == pytest.approx(parameters.mean_generation_days, rel=0.05)
    # Children of one case are infected in the same few days: as many independent draws as there are parents.
    assert abs(times.mean() - parameters.mean_generation_days) < 4 * times.std() / np.sqrt(8000 * 0.43)
    assert 4.3 < times.mean() < 5.8  # serial interval of Guangzhou, 5.19 (4.29-6.11) d
