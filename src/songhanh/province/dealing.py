"""Exact shares and orders, vectorised: the tools of the synthesis."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def apportion(total: int, weights: Floats) -> Ints:
    """Split a whole number by weights so that the parts are whole and sum to it (largest remainder).

    Without any positive weight the parts are as equal as can be.
    """
    if len(weights) == 0:
        return np.zeros(0, np.int64)
    weights = np.maximum(weights, 0.0)
    if weights.sum() <= 0:
        weights = np.ones(len(weights))
    exact = weights / weights.sum() * total
    parts = np.floor(exact).astype(np.int64)
    short = int(total - parts.sum())
    if short > 0:
        # Rounded, so that equal remainders tie alike on every machine; a stable sort settles ties.
        parts[np.argsort(-np.round(exact - parts, 9), kind="stable")[:short]] += 1
    return np.asarray(parts, np.int64)


def order_within(group: NDArray[np.integer], key: Floats) -> Ints:
    """Return the order that sorts by group and, inside a group, by a key in [0, 1)."""
    # Just below 1, so that a key never reaches the next group.
    inside = np.clip(key, 0.0, 1.0) * (1.0 - 1e-9)
    return np.asarray(np.argsort(group.astype(np.float64) + inside, kind="stable"), np.int64)


def rank_within(sorted_group: NDArray[np.integer], n_groups: int) -> Ints:
    """Return the position of each entry inside its group; groups must be contiguous and ascending."""
    starts = np.concatenate([[0], np.cumsum(np.bincount(sorted_group, minlength=n_groups))])
    return np.asarray(np.arange(len(sorted_group)) - starts[sorted_group], np.int64)


def spread(values: Floats) -> Floats:
    """Map any values to [0, 1), keeping their order."""
    low, high = float(values.min(initial=0.0)), float(values.max(initial=1.0))
    return np.asarray((values - low) / (high - low + 1e-9), np.float64)


def match_by_rank(
    group_of_slots: NDArray[np.integer],
    slot_key: Floats,
    group_of_values: NDArray[np.integer],
    value_key: Floats,
) -> Ints:
    """Pair slots with values, group by group, both in order of their keys.

    Returns
    -------
    array
        For each slot the index of its value. Each group must have as many slots as values.
    """
    slots = order_within(group_of_slots, slot_key)
    values = order_within(group_of_values, value_key)
    result = np.empty(len(slots), np.int64)
    result[slots] = values
    return result


def cut(sorted_group: NDArray[np.integer], n_pieces: Ints, weights: Floats) -> Ints:
    """Cut contiguous groups into pieces of sizes in proportion to weights.

    Parameters
    ----------
    sorted_group
        (N,) group of each entry, ascending.
    n_pieces
        (G,) pieces of each group, at least 1 where a group has entries.
    weights
        (sum of n_pieces,) positive.

    Returns
    -------
    array
        (N,) piece of each entry, ascending, without gaps: pieces that come out empty are left out.
    """
    sizes = np.bincount(sorted_group, minlength=len(n_pieces))
    owner = np.repeat(np.arange(len(n_pieces)), n_pieces)
    total = np.bincount(owner, weights=weights, minlength=len(n_pieces))
    cumulative = np.cumsum(weights)
    before = np.concatenate([[0.0], np.cumsum(total)])[owner]
    upper = owner + np.clip((cumulative - before) / total[owner], 0.0, 1.0)
    where = sorted_group + (rank_within(sorted_group, len(n_pieces)) + 0.5) / sizes[sorted_group]
    piece = np.searchsorted(upper, where, side="left")
    # The last bound of a group may be rounded down: its last entries stay in the group.
    piece = np.minimum(piece, np.cumsum(n_pieces)[sorted_group] - 1)
    return np.concatenate([[0], np.cumsum(np.diff(piece) > 0)]).astype(np.int64) if len(piece) else piece
