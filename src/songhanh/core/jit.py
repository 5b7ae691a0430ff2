"""One way to compile a kernel, with numba's cache inside the data directory.

Kernels take plain arrays: a namedtuple of arrays costs reference counting in inner calls.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core import config as numba_config

from songhanh.core.home import home

F = TypeVar("F", bound=Callable[..., Any])


def _source_digest() -> str:
    """Return a digest of the rooms that hold kernels.

    Numba looks only at the file of the outermost kernel, so a change in a kernel that it calls would go unseen.
    """
    digest = hashlib.blake2b(digest_size=8)
    package = Path(__file__).resolve().parent.parent
    for room in ("core", "response", "epidemic", "economy"):
        for source in sorted((package / room).glob("*.py")):
            digest.update(source.read_bytes())
    return digest.hexdigest()


# Set before any kernel is declared, so that a read-only installation still caches.
numba_config.CACHE_DIR = str(Path(numba_config.CACHE_DIR or home() / "cache" / "numba") / _source_digest())


def kernel(function: F) -> F:
    """Compile a kernel that releases the lock, so that threads run replicates side by side."""
    return cast(F, numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=False)(function))


def bare_kernel(function: F) -> F:
    """Compile a kernel that makes no array of its own, and so need not count references to those it is given.

    Counting them, an atomic addition each, took half of the time of loops that reach into groups of arrays.
    """
    return cast(
        F, numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=False, _nrt=False)(function)
    )


def inline_kernel(function: F) -> F:
    """Compile a small kernel into its callers."""
    return cast(
        F,
        numba.njit(inline="always", cache=True, nogil=True, error_model="numpy", fastmath=False)(function),
    )
