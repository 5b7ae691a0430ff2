"""The rule of levels: how many meetings away from a case somebody is, as the dated tables count meetings.

Somebody's level is the length of the shortest time-respecting walk from an active source (a case, F0) to them through
meetings. The first step lies inside the days on which the source is infectious. Each further step lies on or after the
day on which the walk arrived, and no later than the tracing window after it. A meeting up to the day on which somebody
was cleared counts no more for them. A further level never has a longer window than the one before, so a day that was
reached in fewer steps makes the same day in more steps superfluous; a later arrival in fewer steps does not, which is
why days are kept by steps and not one day a person. (Walks and not paths: with such windows the shortest *path* is
NP-hard to find, and a person met again is a person exposed again.)

Sets of days are integers here, one bit a day from `EPOCH` on: local work on some hundred persons needs no more. The
same rule over arrays, for everybody at once, is in `levels_graph`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from songhanh.response.policy import Policy, PolicySet, read_policies

EPOCH = date(2000, 1, 1).toordinal()  # no meeting is older
LAST_DAY = date(2199, 12, 31).toordinal() - EPOCH
ALL_DAYS = (1 << (LAST_DAY + 1)) - 1

STAYS_HOME = 2  # `songhanh.response.contact.Action.HOME`, without loading the compiled kernels beside it

Segments = tuple[tuple[int, int, int], ...]  # first day, last day, value; without gaps


def day_number(day: date) -> int:
    """Return the number of a day, counted from `EPOCH`.

    Raises
    ------
    ValueError
        If the day is outside the two centuries that are counted.
    """
    number = day.toordinal() - EPOCH
    if not 0 <= number <= LAST_DAY:
        raise ValueError(f"{day} is outside the days that are counted (2000 to 2199)")
    return number


def day_of(number: int) -> date:
    """Return the day with a number."""
    return date.fromordinal(EPOCH + number)


def span(first: int, last: int) -> int:
    """Return the set of the days from the first to the last, both included."""
    return (1 << (last + 1)) - (1 << first) if first <= last else 0


def runs(days: int) -> list[tuple[int, int]]:
    """Return a set of days as its unbroken runs, each by its first and last day."""
    found = []
    while days:
        first = (days & -days).bit_length() - 1
        rest = ~(days >> first)
        length = (rest & -rest).bit_length() - 1
        found.append((first, first + length - 1))
        days &= ~span(first, first + length - 1)
    return found


@dataclass(frozen=True, eq=False)
class LevelRules:
    """What the dated tables say of each level, ready for counting; index 1 is F1.

    Attributes
    ----------
    windows
        Days after an arrival within which a further meeting makes this level, by the day of the arrival. Not used for
        F1, whose meeting lies inside the days on which the case is infectious.
    lasts
        Days that what is asked of the level lasts, by the day of the last exposure.
    clears_after
        Days after the last exposure from which a negative sample clears; -1: a negative sample clears nobody.
    action
        `songhanh.response.contact.Action` as a number, by day.
    before_onset
        Days before the onset from which contacts are traced, by the day of the onset.
    """

    windows: tuple[Segments, ...]
    lasts: tuple[Segments, ...]
    clears_after: tuple[Segments, ...]
    action: tuple[Segments, ...]
    before_onset: Segments

    @property
    def deepest(self) -> int:
        """Return the last level of which something is asked."""
        return len(self.lasts) - 1

    def window(self, level: int) -> Segments:
        """Return the window of a level; beyond the table it is that of the last level."""
        return self.windows[min(level, len(self.windows) - 1)]

    def last_day(self, level: int, last_exposure: int) -> int | None:
        """Return the last day of what is asked of a level; None where nothing is."""
        if not 1 <= level <= self.deepest:
            return None
        return last_exposure + value_on(self.lasts[level], last_exposure)

    def kept_apart(self, day: int) -> list[int]:
        """Return the levels of which the rule of a day asks more than watching their own health."""
        levels = range(1, self.deepest + 1)
        return [level for level in levels if value_on(self.action[level], day) >= STAYS_HOME]

    def negative_clears(self, level: int, last_exposure: int, sampled: int) -> bool:
        """Say whether a negative sample ends what is asked of somebody."""
        if level < 1:
            return False
        after = value_on(self.clears_after[min(level, self.deepest)], last_exposure)
        return after >= 0 and sampled >= last_exposure + after


def value_on(segments: Segments, day: int) -> int:
    """Return the value on a day."""
    for _first, last, value in segments:
        if day <= last:
            return value
    return segments[-1][2]


@lru_cache(maxsize=8)
def level_rules(policies: PolicySet | str) -> LevelRules:
    """Compile the tables ``contact`` and ``quarantine`` of a policy set.

    A day before the first row of a table is judged by that row, and a gap by the row before it: somebody always has
    to say what becomes of a contact.
    """
    chosen = read_policies(policies) if isinstance(policies, str) else policies
    of_kind = [policy for policy in chosen.policies if policy.kind == "contact"]
    by_level: dict[int, list[Policy]] = {}
    for policy in of_kind:
        by_level.setdefault(int(policy["depth"]), []).append(policy)
    levels = range(1, max(by_level) + 1)
    windows: list[Segments] = [()]
    for level in levels:
        own = _segments(by_level[level], "window_days", 0)
        windows.append(own if level == 1 else _shorter(own, windows[-1]))
    quarantine = [policy for policy in chosen.policies if policy.kind == "quarantine"]
    lasts: list[Segments] = [(), _segments(quarantine, "days", 0)]
    lasts += [_segments(by_level[level], "days", 0) for level in levels if level > 1]
    clears = [(), *(_segments(by_level[level], "negative_clears_after", -1) for level in levels)]
    action = [(), *(_segments(by_level[level], "action", 0) for level in levels)]
    before_onset = _segments(by_level[1], "days_before_onset", 0)
    return LevelRules(tuple(windows), tuple(lasts), tuple(clears), tuple(action), before_onset)


def _segments(policies: Iterable[Policy], name: str, otherwise: int) -> Segments:
    ordered = sorted(policies, key=lambda policy: policy.valid_from)
    starts = [max(0, policy.valid_from.toordinal() - EPOCH) for policy in ordered]
    ends = [start - 1 for start in starts[1:]] + [LAST_DAY]
    starts[0] = 0
    values = [int(policy.values.get(name, otherwise)) for policy in ordered]
    return tuple(zip(starts, ends, values, strict=True))


def _shorter(one: Segments, other: Segments) -> Segments:
    cuts = sorted({first for first, _last, _value in one + other})
    ends = [cut - 1 for cut in cuts[1:]] + [LAST_DAY]
    return tuple(
        (first, last, min(value_on(one, first), value_on(other, first)))
        for first, last in zip(cuts, ends, strict=True)
    )


def infectious_days(
    rules: LevelRules, *, onset: date | None, first_positive: date, isolated: date | None
) -> tuple[date, date | None]:
    """Return the first and the last day on which somebody who is a case is held to pass the disease on.

    Parameters
    ----------
    onset
        Onset of symptoms; the first positive sample stands for it where it is not known.
    isolated
        Day of isolation; None while the case is not isolated.
    """
    began = day_number(onset or first_positive)
    first = max(0, began - value_on(rules.before_onset, began))
    last = None if isolated is None else max(first, day_number(isolated))
    return day_of(first), None if last is None else day_of(last)


def further(rules: LevelRules, level: int, arrived: int) -> int:
    """Return the days on which a meeting makes a level, given the days on which its giver was reached."""
    met = 0
    for first, last, window in rules.window(level):
        part = arrived & span(first, last)
        if part:
            met |= _stretched(part, window)
    return met & ALL_DAYS


def _stretched(days: int, more: int) -> int:
    width = 1  # days a bit stands for by now
    while width <= more:
        step = min(width, more + 1 - width)
        days |= days << step
        width += step
    return days


Arrivals = dict[int, int]  # steps: the days reached in so many steps and not in fewer


def arrivals_in(
    rules: LevelRules,
    steps: int,
    meetings: Iterable[tuple[int, int]],
    *,
    fewer: int,
    cleared: int | None,
) -> int:
    """Return the days on which somebody is reached in a number of steps, and not in fewer.

    Parameters
    ----------
    meetings
        The days of each meeting, and the days on which the other was reached in one step less (for one step: is
        infectious), all as sets.
    fewer
        The days reached in fewer steps.
    cleared
        Last day up to which nothing counts.
    """
    reached = 0
    stretched: dict[int, int] = {}
    for days, giver in meetings:
        if not giver:
            continue
        if steps > 1 and giver not in stretched:
            stretched[giver] = further(rules, steps, giver)
        reached |= days & (stretched[giver] if steps > 1 else giver)
    if cleared is not None:
        reached &= ~span(0, cleared)
    return reached & ~fewer


def written(arrivals: Mapping[int, int]) -> str:
    """Write arrivals as a short text, ``1:7800-7802 2:7810-7810``."""
    return " ".join(
        f"{steps}:{first}-{last}" for steps in sorted(arrivals) for first, last in runs(arrivals[steps])
    )


def read(text: str) -> Arrivals:
    """Read what `written` wrote."""
    arrivals: Arrivals = {}
    for part in text.split():
        steps, _, days = part.partition(":")
        first, _, last = days.partition("-")
        arrivals[int(steps)] = arrivals.get(int(steps), 0) | span(int(first), int(last))
    return arrivals
