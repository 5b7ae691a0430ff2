"""Luck is addressed: the same on every machine, unrelated between addresses, with the distribution it claims."""

from __future__ import annotations

import math

import numpy as np
import pytest

from songhanh.core.jit import kernel
from songhanh.core.rng import Purpose, address, derived_seed, mix, poisson, uniform

MASK = (1 << 64) - 1


def mix_in_python(z: int) -> int:
    """splitmix64's finaliser, written from the paper with Python's own integers."""
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


@kernel
def mixed(z):
    return mix(z)


@kernel
def key_of(seed, person, day, purpose):
    return address(seed, person, day, purpose)


@kernel
def uniforms(seed, n, day, purpose, i):
    out = np.empty(n)
    for person in range(n):
        out[person] = uniform(address(seed, person, day, purpose), i)
    return out


@kernel
def counts(seed, n, mean):
    out = np.empty(n, np.int64)
    for person in range(n):
        out[person] = poisson(uniform(address(seed, person, 3, 1), 0), mean)
    return out


@kernel
def poisson_of(u, mean):
    return poisson(u, mean)


@pytest.mark.parametrize("z", [0, 1, 0x9E3779B97F4A7C15, MASK, 1234567890123456789])
def test_the_hash_is_splitmix64(z: int) -> None:
    assert int(mixed(np.uint64(z))) == mix_in_python(z)


def test_the_published_first_number_of_splitmix64() -> None:
    # The generator seeded with 1234567 gives 6457827717110365317 first (the algorithm's reference output).
    assert int(mixed(np.uint64((1234567 + 0x9E3779B97F4A7C15) & MASK))) == 6457827717110365317


def test_an_address_depends_on_each_of_its_parts() -> None:
    base = (np.uint64(7), 11, 13, 1)
    keys = {int(key_of(*base))}
    for place, other in enumerate((np.uint64(8), 12, 14, 2)):
        parts = list(base)
        parts[place] = other
        keys.add(int(key_of(*parts)))
    assert len(keys) == 5


def test_draws_are_uniform_and_unrelated() -> None:
    n = 200_000
    a, b, c, d = (
        uniforms(np.uint64(1), n, 5, Purpose.TRANSMIT, 0),
        uniforms(np.uint64(1), n, 5, Purpose.TRACE, 0),
        uniforms(np.uint64(1), n, 6, Purpose.TRANSMIT, 0),
        uniforms(np.uint64(1), n, 5, Purpose.TRANSMIT, 1),
    )
    for draws in (a, b, c, d):
        assert draws.min() >= 0.0
        assert draws.max() < 1.0
        histogram = np.histogram(draws, bins=50, range=(0, 1))[0]
        chi_square = float((((histogram - n / 50) ** 2) / (n / 50)).sum())
        assert chi_square < 49 + 5 * math.sqrt(2 * 49)
    for other in (b, c, d, np.roll(a, 1)):
        assert abs(float(np.corrcoef(a, other)[0, 1])) < 5 / math.sqrt(n)


@pytest.mark.parametrize("mean", [0.0, 0.003, 0.2, 1.0, 7.5])
def test_poisson_counts_have_their_mean_and_variance(mean: float) -> None:
    n = 200_000
    drawn = counts(np.uint64(3), n, mean)
    assert abs(drawn.mean() - mean) <= 5 * math.sqrt(mean / n)
    assert abs(drawn.var() - mean) <= 5 * math.sqrt((mean + 2 * mean**2) / n)


def test_poisson_is_the_inverse_of_its_distribution() -> None:
    mean, cumulative, probability = 2.3, 0.0, math.exp(-2.3)
    for count in range(12):
        assert poisson_of(cumulative + 0.5 * probability, mean) == count
        cumulative += probability
        probability *= mean / (count + 1)


def test_more_transmission_never_means_fewer_with_the_same_luck() -> None:
    assert (counts(np.uint64(9), 20_000, 1.4) >= counts(np.uint64(9), 20_000, 1.1)).all()


def test_purposes_keep_their_numbers() -> None:
    # A number that is used again would tie two kinds of luck together and change every recorded result.
    assert [purpose.value for purpose in Purpose] == list(range(1, len(Purpose) + 1))
    assert [Purpose.TRANSMIT, Purpose.NATURAL_HISTORY, Purpose.SAMPLE, Purpose.TRACE] == [1, 2, 3, 4]


def test_a_seed_from_words_is_the_same_everywhere_and_respects_borders() -> None:
    assert derived_seed("world", 1) == derived_seed("world", 1)
    assert derived_seed("ab", "c") != derived_seed("a", "bc")
    assert derived_seed("world", 1) != derived_seed("world", 2)
    assert int(derived_seed("songhanh", 1)) == 13402028569980447735
