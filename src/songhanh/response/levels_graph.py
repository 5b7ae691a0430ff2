"""The rule of `levels` for everybody at once: sets of days as rows of 64-bit words, one step after the other."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from songhanh.response.levels import LAST_DAY, LevelRules

Ints = NDArray[np.int64]
Words = NDArray[np.uint64]
WORD = 64
ALL = np.uint64(0xFFFF_FFFF_FFFF_FFFF)
CHUNK = 4_000_000  # words worked on at once
NEVER = -1


@dataclass(frozen=True, eq=False)
class Graph:
    """Persons by index, and their meetings; days are numbers counted from `levels.EPOCH`.

    Attributes
    ----------
    first, second, begins, ends
        (n_meetings,) who met whom, and between which days. Of meetings that explain a level equally well the first
        is named, so their order matters.
    source_from, source_until
        (n_people,) days on which a source is infectious; -1 and -1 for who is none.
    cleared
        (n_people,) last day up to which nothing counts, or -1.
    """

    first: Ints
    second: Ints
    begins: Ints
    ends: Ints
    source_from: Ints
    source_until: Ints
    cleared: Ints


@dataclass(frozen=True, eq=False)
class Levels:
    """What the rule says of each person.

    Attributes
    ----------
    level
        (n_people,) steps from the nearest source; 0 for a source, -1 for whom none reaches.
    exposed, last_exposed
        First and last day of an arrival in so many steps, or -1.
    via
        Meeting of the first such arrival, or -1.
    run_person, run_steps, run_first, run_last
        (n_runs,) all arrivals as unbroken runs of days, by person, steps and day.
    """

    level: Ints
    exposed: Ints
    last_exposed: Ints
    via: Ints
    run_person: Ints
    run_steps: Ints
    run_first: Ints
    run_last: Ints


class _Days:
    """The days that can matter, numbered without the long gaps: a gap is left just longer than any window."""

    def __init__(self, graph: Graph, rules: LevelRules) -> None:
        sources = graph.source_from >= 0
        begin = int(graph.source_from[sources].min()) if sources.any() else 0
        live = graph.ends >= begin
        self.begins = np.maximum(graph.begins[live], begin)
        self.ends = graph.ends[live]
        self.live = np.flatnonzero(live)
        self.first = begin
        last = int(self.ends.max()) if self.live.size else begin
        opened = np.bincount(self.begins - begin, minlength=last - begin + 2)
        closed = np.bincount(self.ends - begin + 1, minlength=last - begin + 2)
        used = np.cumsum(opened - closed)[: last - begin + 1] > 0
        longest = 1 + max(value for level in rules.windows[1:] for *_days, value in level)
        since = np.arange(used.size) - np.maximum.accumulate(np.where(used, np.arange(used.size), -longest))
        kept = used | (since <= longest)
        self.short = np.cumsum(kept) - 1
        self.long = np.flatnonzero(kept) + begin
        self.n = int(kept.sum())
        self.last = last

    def inward(self, days: Ints) -> Ints:
        """Return the short numbers of days that are kept."""
        return self.short[days - self.first].astype(np.int64)

    def clipped(self, days: Ints) -> Ints:
        """Return the short number of the last kept day up to each day; -1 before the first."""
        inside = np.clip(days, self.first, self.last)
        return np.where(days < self.first, -1, self.short[inside - self.first]).astype(np.int64)


def _span(first: Ints, last: Ints, n_words: int) -> Words:
    """Return the days from the first to the last as rows of words."""
    word = np.arange(n_words, dtype=np.int64)[None, :] * WORD
    low = np.clip(first[:, None] - word, 0, WORD)
    high = np.clip(last[:, None] + 1 - word, 0, WORD)
    return _below(high) & ~_below(low)


def _below(bits: Ints) -> Words:
    full = bits >= WORD
    shift = np.where(full, 0, bits).astype(np.uint64)
    return np.where(full, ALL, (np.uint64(1) << shift) - np.uint64(1))


def _shifted(days: Words, by: int) -> Words:
    """Return each day ``by`` days later."""
    words, bits = divmod(by, WORD)
    moved = np.zeros_like(days)
    if words < days.shape[1]:
        moved[:, words:] = days[:, : days.shape[1] - words]
    if bits:
        carried = np.zeros_like(days)
        carried[:, 1:] = moved[:, :-1] >> np.uint64(WORD - bits)
        moved = (moved << np.uint64(bits)) | carried
    return moved


def _stretched(days: Words, more: int) -> Words:
    width = 1
    while width <= more:
        step = min(width, more + 1 - width)
        days = days | _shifted(days, step)
        width += step
    return days


def _further(rules: LevelRules, level: int, arrived: Words, axis: _Days) -> Words:
    segments = [piece for piece in rules.window(level) if piece[0] <= axis.last and piece[1] >= axis.first]
    if len(segments) == 1:
        return _stretched(arrived, segments[0][2])
    met = np.zeros_like(arrived)
    for first, last, window in segments:
        inside = axis.long[(axis.long >= first) & (axis.long <= min(last, LAST_DAY))]
        if inside.size:
            edges = axis.inward(inside[[0, -1]])
            met |= _stretched(arrived & _span(edges[:1], edges[1:], arrived.shape[1]), window)
    return met


def _first_day(days: Words) -> Ints:
    word = (days != 0).argmax(axis=1)
    value = days[np.arange(days.shape[0]), word]
    alone = value & (~value + np.uint64(1))
    day: Ints = word * WORD + np.log2(alone.astype(np.float64)).astype(np.int64)
    return day


def _last_day(days: Words) -> Ints:
    word = days.shape[1] - 1 - (days[:, ::-1] != 0).argmax(axis=1)
    value = days[np.arange(days.shape[0]), word].copy()
    for shift in (1, 2, 4, 8, 16, 32):
        value |= value >> np.uint64(shift)
    alone = value ^ (value >> np.uint64(1))
    day: Ints = word * WORD + np.log2(alone.astype(np.float64)).astype(np.int64)
    return day


def levels(graph: Graph, rules: LevelRules) -> Levels:
    """Return the levels of everybody.

    Each step looks only at the meetings of those who were reached by the step before on days not reached earlier,
    so the whole costs little more than looking at each meeting once or twice.
    """
    n = graph.source_from.size
    axis = _Days(graph, rules)
    n_words = max(1, -(-axis.n // WORD))
    begins, ends = axis.inward(axis.begins), axis.inward(axis.ends)
    head = np.concatenate([graph.second[axis.live], graph.first[axis.live]])
    tail = np.concatenate([graph.first[axis.live], graph.second[axis.live]])
    order = np.argsort(head, kind="stable")
    head, tail = head[order], tail[order]
    meeting = np.concatenate([axis.live, axis.live])[order]
    begins, ends = np.concatenate([begins, begins])[order], np.concatenate([ends, ends])[order]

    level = np.where(graph.source_from >= 0, 0, NEVER)
    exposed, last_exposed, via = (np.full(n, NEVER) for _ in range(3))
    closed = _span(np.zeros(n, np.int64), axis.clipped(graph.cleared), n_words)
    ids = np.flatnonzero(level == 0)
    open_from = np.maximum(graph.source_from[ids], axis.first)
    # A window between two kept days may begin in a gap: its first kept day is then the next one.
    begin = axis.clipped(open_from - 1) + 1
    frontier = _span(begin, axis.clipped(graph.source_until[ids]), n_words)
    found: list[tuple[int, Ints, Words]] = []
    step = 0
    while ids.size:
        step += 1
        giving = frontier if step == 1 else _further(rules, step, frontier, axis)
        place = np.full(n, NEVER, np.int64)
        place[ids] = np.arange(ids.size)
        edges = np.flatnonzero(place[tail] >= 0)
        new_ids, new_days = [], []
        for part in _parts(head[edges], n_words):
            chosen = edges[part]
            days = giving[place[tail[chosen]]]
            days &= _span(begins[chosen], ends[chosen], n_words)
            days &= ~closed[head[chosen]]
            some = days.any(axis=1)
            chosen, days = chosen[some], days[some]
            if not chosen.size:
                continue
            who = head[chosen]
            starts = np.flatnonzero(np.r_[True, who[1:] != who[:-1]])
            reached = np.bitwise_or.reduceat(days, starts, axis=0)
            people = who[starts]
            fresh = level[people] == NEVER
            if fresh.any():
                day = _first_day(reached)
                exposed[people[fresh]] = day[fresh]
                last_exposed[people[fresh]] = _last_day(reached)[fresh]
                level[people[fresh]] = step
                sizes = np.diff(np.r_[starts, who.size])
                at = np.repeat(day, sizes)
                explains = (
                    days[np.arange(who.size), at // WORD] >> (at % WORD).astype(np.uint64)
                ) & np.uint64(1)
                names = np.where(explains == 1, meeting[chosen], np.iinfo(np.int64).max)
                via[people[fresh]] = np.minimum.reduceat(names, starts)[fresh]
            new_ids.append(people)
            new_days.append(reached)
        if not new_ids:
            break
        ids, frontier = np.concatenate(new_ids), np.concatenate(new_days)
        closed[ids] |= frontier
        found.append((step, ids, frontier))
    return _result(axis, level, exposed, last_exposed, via, found)


def _parts(heads: Ints, n_words: int) -> list[slice]:
    """Cut edges sorted by head into pieces that fit, never between two edges of one head."""
    size = max(1, CHUNK // n_words)
    cuts = [0]
    while cuts[-1] < heads.size:
        end = min(cuts[-1] + size, heads.size)
        if end < heads.size:
            end = int(np.searchsorted(heads, heads[end - 1], side="right"))
        cuts.append(end)
    return [slice(low, high) for low, high in pairwise(cuts)]


def _result(
    axis: _Days,
    level: Ints,
    exposed: Ints,
    last_exposed: Ints,
    via: Ints,
    found: list[tuple[int, Ints, Words]],
) -> Levels:
    people, steps, firsts, lasts = [], [], [], []
    for step, ids, days in found:
        size = max(1, CHUNK // (WORD * days.shape[1]))
        for low in range(0, ids.size, size):
            part = days[low : low + size]
            bits = np.unpackbits(part.astype("<u8").view(np.uint8), axis=1, bitorder="little")
            # A run of short numbers is a run of days: gaps of the axis hold no meeting, so no arrival.
            edge = np.diff(bits.astype(np.int8), axis=1, prepend=0, append=0)
            row, first = np.nonzero(edge == 1)
            last = np.nonzero(edge == -1)[1] - 1
            people.append(ids[low : low + size][row])
            steps.append(np.full(row.size, step))
            firsts.append(axis.long[first])
            lasts.append(axis.long[last])
    run_person, run_steps, run_first, run_last = (
        np.concatenate(parts) if parts else np.zeros(0, np.int64) for parts in (people, steps, firsts, lasts)
    )
    order = np.lexsort((run_first, run_steps, run_person))
    outward = [
        np.where(days == NEVER, NEVER, axis.long[np.maximum(days, 0)]) if axis.n else days
        for days in (exposed, last_exposed)
    ]
    return Levels(
        level,
        outward[0],
        outward[1],
        via,
        run_person[order],
        run_steps[order],
        run_first[order],
        run_last[order],
    )
