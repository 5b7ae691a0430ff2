"""One way to compile a kernel, with numba's cache inside the data directory.

Kernels take plain arrays: a namedtuple of arrays costs reference counting in inner calls.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
from numba.core import config as numba_config

from songhanh.core.home import home

F = TypeVar("F", bound=Callable[..., Any])

# Set before any kernel is declared, so that a read-only installation still caches.
if not numba_config.CACHE_DIR:
    numba_config.CACHE_DIR = str(home() / "cache" / "numba")


def kernel(function: F) -> F:
    """Compile a kernel that releases the lock, so that threads run replicates side by side."""
    return cast(F, numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=False)(function))


def inline_kernel(function: F) -> F:
    """Compile a small kernel into its callers."""
    return cast(
        F,
        numba.njit(inline="always", cache=True, nogil=True, error_model="numpy", fastmath=False)(
            function
        ),
    )
