"""Pooled samples: what a pool costs in sensitivity, and in runs when it is positive."""

from __future__ import annotations

import math

from songhanh.core.jit import inline_kernel


@inline_kernel
def pool_sensitivity(loss: float, size: int) -> float:
    """Return the share of a single sample's sensitivity that a pool keeps: it falls with each doubling of the size."""
    return max(0.0, 1.0 - loss * math.log2(max(1.0, float(size))))


@inline_kernel
def samples_run_again(size: int) -> int:
    """Return the samples of a positive pool that are run again one by one."""
    return size if size > 1 else 0
