"""Where cases are more than chance: a space-time scan over circles of communes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from songhanh.twin.observed import Observed
from songhanh.twin.outlook import Floats
from songhanh.twin.table import table

MOST_CLUSTERS = 10


@dataclass(frozen=True)
class Cluster:
    """Communes near each other with more cases than their share.

    Attributes
    ----------
    communes
        Indices, the centre first.
    cases, expected
        In the communes during the window; expected by population if risk were the same everywhere.
    first_on, last_on
        First and last day with a case in the window.
    growing
        Whether the last seven days had more than the seven before.
    p_value
        Share of the random data sets whose strongest cluster is as strong (the data set itself counted).
    """

    communes: tuple[int, ...]
    cases: int
    expected: float
    first_on: date
    last_on: date
    growing: bool
    p_value: float


def scan(data: Observed, n_random: int, random: np.random.Generator) -> list[Cluster]:
    """Find clusters that are not chance: Kulldorff's scan (1997, doi 10.1080/03610929708831995), Poisson model.

    A candidate is a circle about a commune that holds at most half of the people, over the last 3, 7 or 14 days. Each
    is scored by its likelihood ratio against equal risk; chance is what the strongest reaches when the same cases are
    dealt out by population. Cases of one household or firm come together, so chance alone makes a p-value too small:
    it ranks clusters, and is not the chance that one is nothing.
    """
    values = table().defaults()
    windows = [days for days in (3, 7, 14) if days <= data.n_days]
    people = data.ground.population
    if not windows or not people.sum():
        return []
    rings, sizes = _rings(data, values)
    share = people / people.sum()
    ring_share = np.concatenate([np.cumsum(share[ring]) for ring in rings])
    counts = {days: data.communes[-days:].sum(axis=0) for days in windows}
    observed = {days: _inside(counts[days], rings) for days in windows}
    scores = {days: _ratio(observed[days], counts[days].sum(), ring_share) for days in windows}
    chance = np.zeros(n_random)
    for days in windows:
        n_cases = int(counts[days].sum())
        for r in range(n_random):
            dealt = random.multinomial(n_cases, share).astype(np.float64)
            chance[r] = max(
                chance[r], float(_ratio(_inside(dealt, rings), n_cases, ring_share).max(initial=0.0))
            )
    order = sorted(
        ((float(scores[days][k]), days, k) for days in windows for k in np.flatnonzero(scores[days] > 0)),
        key=lambda item: (-item[0], item[1], item[2]),
    )
    centre_of = np.repeat(np.arange(len(rings)), sizes)
    first_of = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    found: list[Cluster] = []
    taken: set[int] = set()
    for score, days, k in order:
        centre = int(centre_of[k])
        members = tuple(int(c) for c in rings[centre][: k - first_of[centre] + 1])
        p_value = float((1 + np.count_nonzero(chance >= score)) / (n_random + 1))
        if p_value > values["cluster_p_value"] or len(found) == MOST_CLUSTERS:
            break
        if not taken.intersection(members):
            taken.update(members)
            total = float(counts[days].sum())
            found.append(_described(data, members, days, total * float(ring_share[k]), p_value))
    return found


def _rings(data: Observed, values: dict[str, float]) -> tuple[list[np.ndarray], list[int]]:
    """Return about each commune its nearest ones, nearest first, as long as the circle is small enough."""
    people, rings = data.ground.population, []
    for centre in range(len(people)):
        order = np.lexsort((np.arange(len(people)), data.ground.km[centre]))
        near = data.ground.km[centre][order] <= values["cluster_km"]
        small = np.cumsum(people[order]) <= 0.5 * people.sum()
        keep = near & small
        keep[0] = True
        rings.append(order[: int(np.argmin(keep)) if not keep.all() else len(order)])
    return rings, [len(ring) for ring in rings]


def _inside(counts: Floats, rings: list[np.ndarray]) -> Floats:
    return np.concatenate([np.cumsum(counts[ring]) for ring in rings])


def _ratio(inside: Floats, total: float, share: Floats) -> Floats:
    """Return Kulldorff's log likelihood ratio; zero where there are no more cases than expected."""
    expected = total * share
    outside, rest = total - inside, total - expected
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(inside > 0, inside * np.log(inside / expected), 0.0)
        value += np.where(outside > 0, outside * np.log(outside / rest), 0.0)
    return np.where((inside > expected) & (expected > 0) & (rest > 0), np.nan_to_num(value), 0.0)


def _described(
    data: Observed, members: tuple[int, ...], days: int, expected: float, p_value: float
) -> Cluster:
    series = data.communes[:, list(members)].sum(axis=1)
    seen = np.flatnonzero(series[-days:]) + len(series) - days
    # Communes without a case at the edge of the circle say nothing to whoever reads the list.
    with_cases = data.communes[-days:].sum(axis=0)
    named = tuple(c for c in members if with_cases[c] > 0)
    return Cluster(
        communes=named,
        cases=int(series[-days:].sum()),
        expected=expected,
        first_on=data.first + timedelta(days=int(seen[0])),
        last_on=data.first + timedelta(days=int(seen[-1])),
        growing=bool(series[-7:].sum() > series[-14:-7].sum()),
        p_value=p_value,
    )
