"""The patient rule induction method: boxes in which something happens more often than elsewhere.

Friedman and Fisher 1999, doi 10.1023/A:1008894516817. In the few dimensions that by themselves tell most, a box is
peeled off thin slices at its ends, each time the one
that wins most density for each point given up, and then pasted wider where that lowers the share by nothing. Of the
boxes on the way the one is taken whose coverage and density are best together (their F1 score). Limits that say no
more than chance are dropped (Bryant and Lempert 2010, doi 10.1016/j.techfore.2009.08.002), and a whole box counts
only if boxes found in the same way in shuffled worlds are hardly ever as good.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rules:
    """How boxes are sought.

    ``peel`` share of a box that is peeled at a time, ``least`` points that a box holds, ``chance`` most probability
    of a limit, and of a box, to be as good by chance, ``most`` dimensions that a box may be limited in.
    """

    peel: float
    least: int
    chance: float
    most: int


@dataclass(frozen=True, eq=False)
class Box:
    """A box in P dimensions: (P,) ``low`` and ``high``, -inf and inf where it has no limit; N points.

    ``coverage`` is the share of all hits that lie in it, ``density`` the share of its points that are hits, ``score``
    the harmonic mean of the two.
    """

    low: Floats
    high: Floats
    inside: Flags
    coverage: float
    density: float

    @property
    def score(self) -> float:
        """Return the harmonic mean of coverage and density."""
        total = self.coverage + self.density
        return 2.0 * self.coverage * self.density / total if total else 0.0

    @property
    def limited(self) -> NDArray[np.intp]:
        """Return the dimensions that have a limit."""
        return np.flatnonzero(np.isfinite(self.low) | np.isfinite(self.high))


def find_box(points: Floats, hit: Flags, rules: Rules) -> Box:
    """Return the best box of one pass of peeling and pasting.

    Parameters
    ----------
    points
        (N, P).
    hit
        (N,) whether it happens at a point.
    """
    may = telling(points, hit, rules)
    while True:
        box = _pasted(points, hit, _best_on_the_way(points, hit, may, rules), rules)
        kept = _without_chance(points, hit, box, rules)
        if len(kept.limited) in (0, len(box.limited)):
            return kept
        may = kept.limited  # what was given up for limits that said nothing is sought again


def _best_on_the_way(points: Floats, hit: Flags, may: NDArray[np.intp], rules: Rules) -> Box:
    """Return the box of the best score on the way from everything to the smallest box."""
    best = box = _box(points, hit, np.full(points.shape[1], -np.inf), np.full(points.shape[1], np.inf))
    while True:
        smaller = _peeled(points, hit, box, may, rules)
        if smaller is None:
            return best
        box = smaller
        if box.score > best.score:
            best = box


def telling(points: Floats, hit: Flags, rules: Rules) -> NDArray[np.intp]:
    """Return the few dimensions that by themselves tell most of the hits apart: the best score of a box with one limit.

    Among more dimensions than points the first peels follow noise, and what they give up is lost.
    """
    n, n_hits = len(points), int(hit.sum())
    order = np.argsort(points, axis=0, kind="stable")
    ordered = np.take_along_axis(points, order, axis=0)
    below = np.cumsum(hit[order], axis=0)[:-1]  # hits among the first 1, 2, ... n - 1 points
    size = np.arange(1, n)[:, None]
    cut = ordered[:-1] < ordered[1:]  # a limit parts no equal values
    lower = np.where(cut & (size >= rules.least), 2.0 * below / (size + n_hits), 0.0)
    upper = np.where(cut & (n - size >= rules.least), 2.0 * (n_hits - below) / (n - size + n_hits), 0.0)
    score = np.maximum(lower, upper).max(axis=0, initial=0.0)
    return np.sort(np.argsort(-score, kind="stable")[: rules.most])


def _box(points: Floats, hit: Flags, low: Floats, high: Floats) -> Box:
    inside = np.asarray(((points >= low) & (points <= high)).all(axis=1))
    hits = int((hit & inside).sum())
    return Box(low, high, inside, hits / max(int(hit.sum()), 1), hits / max(int(inside.sum()), 1))


def _peeled(points: Floats, hit: Flags, box: Box, may: NDArray[np.intp], rules: Rules) -> Box | None:
    """Return the box less the slice that wins most density for each point given up; None where it is small enough.

    A slice holds the points at or beyond the quantile of its dimension. Where values are tied all of them go, so slices
    differ in size, and the densest box would be the one that gives up most (the lenient
    objective of Kwakkel and Jaxa-Rozen 2016, Environmental Modelling and Software 79, 311-321).
    """
    here, hits = points[box.inside][:, may], hit[box.inside]
    n = len(here)
    most = n - rules.least
    take = max(int(rules.peel * n), 1)
    if most < take or hits.all():
        return None
    ordered = np.sort(here, axis=0)
    found: tuple[float, int, int, float] | None = None
    for side, edge in ((0, ordered[take - 1]), (1, ordered[n - take])):
        kept = here > edge if side == 0 else here < edge
        number = kept.sum(axis=0)
        density = (kept & hits[:, None]).sum(axis=0) / np.maximum(number, 1)
        gain = np.where(number >= rules.least, (density - box.density) / np.maximum(n - number, 1), -np.inf)
        k = int(np.argmax(gain))  # the first of equals
        if np.isfinite(gain[k]) and (found is None or gain[k] > found[0]):
            column = here[kept[:, k], k]
            found = float(gain[k]), int(may[k]), side, float(column.min() if side == 0 else column.max())
    if found is None:
        return None
    _, dimension, side, limit = found
    low, high = box.low.copy(), box.high.copy()
    (low if side == 0 else high)[dimension] = limit
    return _box(points, hit, low, high)


def _pasted(points: Floats, hit: Flags, box: Box, rules: Rules) -> Box:
    """Widen a box by a slice at a time as long as its density does not fall and it wins hits."""
    while True:
        take = max(int(rules.peel * box.inside.sum()), 1)
        wider = [
            candidate
            for dimension in box.limited
            for candidate in _widened(points, hit, box, int(dimension), take)
            if candidate.density >= box.density and candidate.coverage > box.coverage
        ]
        if not wider:
            return box
        box = max(wider, key=lambda one: (one.density, one.coverage))


def _widened(points: Floats, hit: Flags, box: Box, dimension: int, take: int) -> list[Box]:
    others_low, others_high = box.low.copy(), box.high.copy()
    others_low[dimension], others_high[dimension] = -np.inf, np.inf
    free = points[((points >= others_low) & (points <= others_high)).all(axis=1), dimension]
    result = []
    below, above = np.sort(free[free < box.low[dimension]]), np.sort(free[free > box.high[dimension]])
    if len(below):
        low = box.low.copy()
        low[dimension] = below[-take] if take < len(below) else -np.inf
        result.append(_box(points, hit, low, box.high))
    if len(above):
        high = box.high.copy()
        high[dimension] = above[take - 1] if take < len(above) else np.inf
        result.append(_box(points, hit, box.low, high))
    return result


def _without_chance(points: Floats, hit: Flags, box: Box, rules: Rules) -> Box:
    """Drop the limits that say no more than chance, the weakest first."""
    while len(box.limited):
        doubts = [(chance_of_limit(points, hit, box, int(k)), int(k)) for k in box.limited]
        worst, dimension = max(doubts)
        if worst <= rules.chance:
            return box
        low, high = box.low.copy(), box.high.copy()
        low[dimension], high[dimension] = -np.inf, np.inf
        box = _box(points, hit, low, high)
    return box


def chance_of_limit(points: Floats, hit: Flags, box: Box, dimension: int) -> float:
    """Return the quasi p-value of a limit: so many hits or more, if the box without the limit had them at random."""
    low, high = box.low.copy(), box.high.copy()
    low[dimension], high[dimension] = -np.inf, np.inf
    without = _box(points, hit, low, high)
    n, hits = int(box.inside.sum()), int((hit & box.inside).sum())
    return float(binom.sf(hits - 1, n, without.density))


@dataclass(frozen=True, eq=False)
class Deal:
    """Dimensions that are drawn together, and the (R, N) orders in which their rows are dealt anew."""

    dimensions: Flags
    orders: NDArray[np.intp]


def chance_of_box(points: Floats, hit: Flags, box: Box, rules: Rules, deals: list[Deal]) -> float:
    """Return how often points dealt anew yield a box as good, the search over all dimensions included.

    It stops as soon as that has happened too often: the figure then is at least what is returned.
    """
    as_good, rounds = 0, len(deals[0].orders)
    for one in range(rounds):
        dealt = points.copy()
        for deal in deals:
            dealt[:, deal.dimensions] = points[deal.orders[one]][:, deal.dimensions]
        as_good += find_box(dealt, hit, rules).score >= box.score
        if (1 + as_good) / (1 + rounds) > rules.chance:
            return (1 + as_good) / (2 + one)
    return (1 + as_good) / (1 + rounds)
