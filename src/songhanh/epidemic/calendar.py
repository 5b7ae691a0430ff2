"""What will happen: one bucket of subjects for each kind of event and day.

A bucket is a chain of small chunks, so that filling and reading it go through memory in order; chunks of a day
that is over are used again.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from songhanh.core.jit import bare_kernel
from songhanh.epidemic.layout import FULL, FULL_EVENTS, N_EVENT_KINDS

CHUNK = 64  # subjects a chunk
FREE, USED = 0, 1  # positions of `marks`: first free chunk or -1, chunks ever used


class Calendar(NamedTuple):
    """Buckets of events. Kernels that loop over subjects bind these arrays to names of their own first.

    Attributes
    ----------
    chunks
        (B, 64) subjects.
    fill, following
        (B,) subjects in a chunk, and the next chunk of the bucket (-1 none).
    heads, tails
        (kinds, days) first and last chunk of a bucket, -1 empty.
    marks
        (2,) first free chunk, chunks ever used.
    """

    chunks: NDArray[np.int64]
    fill: NDArray[np.int32]
    following: NDArray[np.int32]
    heads: NDArray[np.int32]
    tails: NDArray[np.int32]
    marks: NDArray[np.int64]


def calendar(days: int, n_events: int) -> Calendar:
    """Allocate a calendar for so many events at a time."""
    n_chunks = N_EVENT_KINDS * days + n_events // CHUNK + 1
    return Calendar(
        chunks=np.zeros((n_chunks, CHUNK), np.int64),
        fill=np.zeros(n_chunks, np.int32),
        following=np.full(n_chunks, -1, np.int32),
        heads=np.full((N_EVENT_KINDS, days), -1, np.int32),
        tails=np.full((N_EVENT_KINDS, days), -1, np.int32),
        marks=np.array([-1, 0], np.int64),
    )


def clear(found: Calendar) -> None:
    """Forget all events."""
    found.heads.fill(-1)
    found.tails.fill(-1)
    found.marks[:] = (-1, 0)


@bare_kernel
def push(
    kind: int,
    day: int,
    subject: int,
    chunks: NDArray[np.int64],
    fill: NDArray[np.int32],
    following: NDArray[np.int32],
    heads: NDArray[np.int32],
    tails: NDArray[np.int32],
    marks: NDArray[np.int64],
    counters: NDArray[np.int64],
) -> None:
    """Put a subject into a bucket; what falls after the horizon is dropped."""
    if day >= heads.shape[1]:
        return
    chunk = tails[kind, day]
    if chunk < 0 or fill[chunk] == CHUNK:
        new = marks[FREE]
        if new >= 0:
            marks[FREE] = following[new]
        elif marks[USED] < fill.shape[0]:
            new = marks[USED]
            marks[USED] = new + 1
        else:
            counters[FULL] = FULL_EVENTS
            return
        fill[new] = 0
        following[new] = -1
        if chunk < 0:
            heads[kind, day] = new
        else:
            following[chunk] = new
        tails[kind, day] = new
        chunk = np.int32(new)
    chunks[chunk, fill[chunk]] = subject
    fill[chunk] += 1


@bare_kernel
def done(
    kind: int,
    day: int,
    following: NDArray[np.int32],
    heads: NDArray[np.int32],
    tails: NDArray[np.int32],
    marks: NDArray[np.int64],
) -> None:
    """Give the chunks of a bucket back."""
    head = heads[kind, day]
    if head >= 0:
        following[tails[kind, day]] = marks[FREE]
        marks[FREE] = head
        heads[kind, day] = -1
        tails[kind, day] = -1
