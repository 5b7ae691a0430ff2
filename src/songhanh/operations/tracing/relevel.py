"""Levels after a change, worked out where they can differ and nowhere else.

Step by step, as the rule itself goes: who is reached in k steps can differ only for those who met somebody whose days
in k-1 steps differ, or whose own days in fewer steps do, or whose meetings changed. Everybody else keeps what is stored.
The days by number of steps (`Standing.arrivals`) are what makes that exact both ways, for a new case and for one that
was none.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from datetime import date

from songhanh.operations.tracing.locks import writing
from songhanh.operations.tracing.neighbourhood import ROW_FIELDS, Neighbourhood, Row
from songhanh.operations.tracing.rebuild import worked_out_anew
from songhanh.operations.tracing.standings import put, rules
from songhanh.response.levels import (
    Arrivals,
    LevelRules,
    arrivals_in,
    day_number,
    day_of,
    further,
    runs,
    written,
)

__all__ = ["followed_levels", "relevel", "rules"]

# Reading so many persons one neighbourhood after the other takes longer than reading everybody at once.
MOST_LOOKED_AT = 6_000


def relevel(person_ids: Iterable[int]) -> set[int]:
    """Work out levels after something about these persons changed; return whose rows changed.

    What changed is a meeting of theirs, the days on which they are infectious, or the day on which they were cleared.
    """
    with writing():
        change = _Change(rules(), set(person_ids))
        if change.spread():
            return change.write()
        return worked_out_anew()[0]


class _Change:
    def __init__(self, level_rules_: LevelRules, people: set[int]) -> None:
        self.rules = level_rules_
        self.people = people
        self.part = Neighbourhood()
        self.new: dict[int, Arrivals] = {}
        self.looked_at: set[int] = set(people)

    def arrivals(self, person: int) -> Arrivals:
        """Return the days of arrival as they are now."""
        return self.new.get(person, self.part.arrivals[person])

    def giving(self, person: int, steps: int) -> int:
        """Return the days on which a person passes a walk of so many steps on."""
        if steps == 1:
            return self.part.infectious.get(person, 0)
        return self.arrivals(person).get(steps - 1, 0)

    def spread(self) -> bool:
        """Go step by step until nothing differs any more; give up where that is more work than beginning anew."""
        self.part.read_states(self.people)
        always = set(self.people)  # may differ in every step
        differing = set(self.people)
        steps = 0
        while True:
            steps += 1
            here = always | self.part.others(differing)
            self.part.read_meetings(here)
            self.looked_at |= here
            if len(self.looked_at) > MOST_LOOKED_AT:
                return False
            differing = {person for person in here if self._differs(person, steps)}
            always |= differing
            if not differing and steps >= self._deepest(always):
                return True

    def _deepest(self, people: set[int]) -> int:
        """Return the last step in which one of these may still differ: one more than anybody whom they met has."""
        last = 0
        for person in people:
            last = max(last, *self.part.arrivals[person], *self.arrivals(person), 0)
            last = max(
                last, *(1 + steps for met in self.part.met[person] for steps in self.arrivals(met.other)), 0
            )
        return last

    def _differs(self, person: int, steps: int) -> bool:
        now = self.arrivals(person)
        fewer = 0
        for before, days in now.items():
            if before < steps:
                fewer |= days
        days = arrivals_in(
            self.rules,
            steps,
            [(met.days, self.giving(met.other, steps)) for met in self.part.met[person]],
            fewer=fewer,
            cleared=self.part.cleared[person],
        )
        if days == now.get(steps, 0):
            return False
        mine = self.new.setdefault(person, dict(now))
        mine.pop(steps, None)
        if days:
            mine[steps] = days
        return True

    def _row(self, person: int) -> Row:
        """Return what the level is now; the case it is counted from is filled in by `_with_origins`."""
        arrivals = self.arrivals(person)
        text = written(arrivals)
        if person in self.part.infectious:
            return Row(level=0, origin_id=person, arrivals=text)
        if not arrivals:
            return Row()
        level = min(arrivals)
        found = runs(arrivals[level])
        first, last = found[0][0], found[-1][1]
        until = self.rules.last_day(level, last)
        return Row(
            level=level,
            exposed_on=day_of(first),
            last_exposed_on=day_of(last),
            until=None if until is None else day_of(until),
            via_id=self._via(person, level, first),
            arrivals=text,
        )

    def _via(self, person: int, level: int, day: int) -> int:
        explaining = []
        for met in self.part.met[person]:
            giver = self.giving(met.other, level)
            if not giver or not met.days >> day & 1:
                continue
            reach = giver if level == 1 else further(self.rules, level, giver)
            if reach >> day & 1:
                explaining.append(met.contact_id)
        return min(explaining)

    def _with_origins(self, rows: dict[int, Row]) -> dict[int, Row]:
        """Fill in where each level is counted from: where the one they met is counted from, or that one if a case.

        Whoever was counted from somebody whose case changed is looked at too; levels fall along the way, so it ends.
        """
        waiting = [(row.level, person) for person, row in rows.items() if row.level]
        heapq.heapify(waiting)
        done: dict[int, Row] = {person: row for person, row in rows.items() if not row.level}
        followed: set[int] = set()

        def follow(person: int) -> None:
            before, now = self.part.rows[person], done[person]
            if (before.origin_id, before.level) == (now.origin_id, now.level) or person in followed:
                return
            followed.add(person)
            self.part.read_meetings([person])
            for met in self.part.met[person]:
                other = self.part.rows[met.other]
                if met.other not in rows and other.level and other.via_id == met.contact_id:
                    rows[met.other] = other
                    heapq.heappush(waiting, (other.level, met.other))

        for person in list(done):
            follow(person)
        while waiting:
            _level, person = heapq.heappop(waiting)
            row = rows[person]
            self.part.read_meetings([person])
            giver = next(met.other for met in self.part.met[person] if met.contact_id == row.via_id)
            known = done.get(giver) or rows.get(giver) or self.part.rows[giver]
            done[person] = Row(
                **{name: getattr(row, name) for name in ROW_FIELDS} | {"origin_id": known.origin_id}
            )
            follow(person)
        return done

    def write(self) -> set[int]:
        """Write the rows that changed."""
        self.part.read_meetings(self.looked_at)
        rows = self._with_origins({person: self._row(person) for person in self.looked_at})
        changed = {person: row for person, row in rows.items() if row != self.part.rows[person]}
        cleared = {person for person in rows if self.part.cleared[person] is not None}
        # A row that no longer says anything goes, though its level may have been none before.
        empty = {p: row for p, row in rows.items() if row.level is None and p not in cleared}
        put(changed | {p: row for p, row in empty.items() if p in self.part.has_row}, cleared)
        return set(changed)


def followed_levels(on: date) -> list[int]:
    """Return the levels whose people somebody goes to see on a day: those kept at home or in a place by the rule."""
    return rules().kept_apart(day_number(on))
