"""Addressed random numbers with Python's integers modulo 2**64: splitmix64 of (seed, person, day, purpose, i)."""

from __future__ import annotations

import math

from songhanh.core.rng import Purpose

_MODULUS = 2**64
_GOLDEN = 0x9E3779B97F4A7C15
_ONE, _TWO = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_MOST = 1000  # a draw by inversion stops here
_PIECE = 200.0  # larger means are drawn in pieces, so that no exponential vanishes


def scramble(z: int) -> int:
    """Return splitmix64's finaliser of 64 bits."""
    z = (z ^ (z >> 30)) * _ONE % _MODULUS
    z = (z ^ (z >> 27)) * _TWO % _MODULUS
    return z ^ (z >> 31)


def address(seed: int, person: int, day: int, purpose: Purpose) -> int:
    """Return the key of all draws of one person, on one day (or for one infection), for one purpose."""
    of_person = scramble(seed ^ (person * _GOLDEN % _MODULUS))
    return scramble((of_person + day * _ONE + purpose * _TWO) % _MODULUS)


def uniform(key: int, i: int) -> float:
    """Return the i-th draw at an address, in [0, 1): the upper 53 bits."""
    return (scramble((key + i * _GOLDEN) % _MODULUS) >> 11) / 2**53


def poisson(u: float, mean: float) -> int:
    """Return the smallest count whose cumulative Poisson probability is not below u."""
    # exp(-mean) is never below 1 - mean; the comparison is part of the definition where rounding makes it so.
    if u < 1.0 - mean:
        return 0
    term = math.exp(-mean)
    cumulative, count = term, 0
    while cumulative < u and count < _MOST:
        count += 1
        term *= mean / count
        cumulative += term
    return count


def poisson_of_any_mean(key: int, mean: float) -> int:
    """Return a Poisson draw: pieces of 200 from draws -1, -2, ..., the rest from draw 0."""
    count, piece = 0, 0
    while mean > _PIECE:
        piece += 1
        count += poisson(uniform(key, -piece), _PIECE)
        mean -= _PIECE
    return count + poisson(uniform(key, 0), mean)
