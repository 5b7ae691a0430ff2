"""Addressed random numbers: a draw is a pure function of (seed, purpose, day, person, i).

There is no stream and no state, so results are the same on any number of threads, and two plans share
all the luck that they do not touch (common random numbers). The hash is splitmix64's finaliser
(Steele, Lea and Flood 2014, doi 10.1145/2714064.2660195).
"""

from __future__ import annotations

import hashlib
import math
from enum import IntEnum

import numpy as np
from numba import uint64

from songhanh.core.jit import inline_kernel

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
MIX_2 = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
TO_UNIT = 1.0 / (1 << 53)


class Purpose(IntEnum):
    """What a draw is for. A new use takes a new number; numbers are never reused."""

    TRANSMIT = 1
    NATURAL_HISTORY = 2
    SAMPLE = 3
    TRACE = 4
    LODGE = 5
    COMPLY = 6
    CARE = 7
    IMPORT = 8
    SEVERITY = 9
    REPORT = 10
    BOOK = 11
    VACCINE = 12
    RELEASE = 13


@inline_kernel
def mix(z: np.uint64) -> np.uint64:
    """Scramble 64 bits (splitmix64's finaliser)."""
    z = (z ^ (z >> _S30)) * MIX_1
    z = (z ^ (z >> _S27)) * MIX_2
    return z ^ (z >> _S31)


@inline_kernel
def address(seed: np.uint64, person: int, day: int, purpose: int) -> np.uint64:
    """Return the key of all draws of one person, on one day, for one purpose."""
    return mix(mix(seed ^ (uint64(person) * GOLDEN)) + uint64(day) * MIX_1 + uint64(purpose) * MIX_2)


@inline_kernel
def uniform(key: np.uint64, i: int) -> float:
    """Return the i-th uniform draw in [0, 1) at an address."""
    return float(mix(key + uint64(i) * GOLDEN) >> _S11) * TO_UNIT


@inline_kernel
def poisson(u: float, mean: float) -> int:
    """Return a Poisson draw by inversion of one uniform.

    Most people infect nobody on most days: exp(-mean) >= 1 - mean settles those without exp().
    """
    if u < 1.0 - mean:
        return 0
    p = math.exp(-mean)
    total = p
    count = 0
    while u > total and count < 1000:
        count += 1
        p *= mean / count
        total += p
    return count


@inline_kernel
def poisson_many(key: np.uint64, mean: float) -> int:
    """Return a Poisson draw of any mean, as a sum of draws whose exponentials do not vanish."""
    count = 0
    piece = 0
    while mean > 200.0:
        count += poisson(uniform(key, -1 - piece), 200.0)
        mean -= 200.0
        piece += 1
    return count + poisson(uniform(key, 0), mean)


def derived_seed(*parts: str | int) -> np.uint64:
    """Return a 64-bit seed from words and numbers, the same on every machine."""
    digest = hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little"))
