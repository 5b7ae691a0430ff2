"""The tables of meetings, sources, follow-ups, samples, stays and presence lists of a made-up outbreak."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from songhanh.core.errors import Fault, SonghanhError
from songhanh.operations.seeding.bulk import day, days, instants
from songhanh.operations.seeding.outbreak import RECENT_DAYS, Outbreak, Sizes
from songhanh.operations.seeding.people import known, pick, uuids
from songhanh.operations.seeding.places import Places
from songhanh.operations.tracing.models import Setting

Ints = NDArray[np.int64]
SETTINGS = [setting.value for setting in Setting if setting is not Setting.UNKNOWN]
TEAMS = 2  # of each commune
PAST_DAYS = 21  # quarantine of those who are cleared
PRESENT_A_LIST = 40
PRESENCE_SHARE = 0.4  # of the people are on presence lists


@dataclass(frozen=True)
class Drawn:
    """What the tables are made from."""

    outbreak: Outbreak
    places: Places
    units: Ints
    sizes: Sizes

    @property
    def last(self) -> int:
        """Return the last day."""
        return day(self.sizes.as_of)

    @property
    def past(self) -> Ints:
        """Return those who were F1 and are cleared, by index."""
        return np.arange(self.sizes.f0, self.sizes.f0 + self.outbreak.n_past)

    @property
    def f1(self) -> Ints:
        """Return those who are F1, by index."""
        first = self.sizes.f0 + self.outbreak.n_past
        return np.arange(first, first + self.sizes.f1)

    @property
    def f2(self) -> Ints:
        """Return those who are F2, by index."""
        return np.arange(self.outbreak.n_people - self.sizes.f2, self.outbreak.n_people)


def teams(drawn: Drawn) -> pl.DataFrame:
    """Return the teams of each commune, numbered in the order of the communes."""
    n = len(drawn.places.communes)
    return pl.DataFrame(
        {
            "id": np.arange(1, n * TEAMS + 1),
            "name": [f"Tổ COVID cộng đồng số {k}" for k in range(1, TEAMS + 1)] * n,
            "unit_id": np.repeat(drawn.places.communes, TEAMS),
        }
    )


def contacts(rng: np.random.Generator, drawn: Drawn) -> pl.DataFrame:
    """Return the table of meetings."""
    met = drawn.outbreak.contacts
    n = len(met.person)
    told = np.minimum(drawn.outbreak.isolated[met.person], drawn.last)
    at = instants(told, rng.integers(8 * 60, 20 * 60, n))
    setting = pl.Series(SETTINGS)[met.setting]
    close = pl.Series(["direct", "close", "close", "room"])[rng.integers(0, 4, n)]
    relation = pl.Series(["", "", "đồng nghiệp", "người nhà", "cùng phòng trọ"])[rng.integers(0, 5, n)]
    return pl.DataFrame(
        {
            "id": np.arange(1, n + 1),
            "uuid": uuids(rng, n),
            "version": np.ones(n, np.int64),
            "created_at": at,
            "updated_at": at,
            "source_id": met.source + 1,
            "person_id": met.person + 1,
            "unit_id": drawn.units[met.person],
            "happened_from": days(met.first),
            "happened_until": days(met.last),
            "setting": setting,
            "proximity": close,
            "relation": relation,
        }
    )


def sources(drawn: Drawn) -> pl.DataFrame:
    """Return the table of those from whom levels are counted: the cases."""
    drawn_cases = drawn.outbreak.cases
    n = len(drawn_cases.reported)
    return pl.DataFrame(
        {
            "id": np.arange(1, n + 1),
            "person_id": np.arange(1, n + 1),
            "infectious_from": days(drawn_cases.infectious_from),
            "infectious_until": days(drawn_cases.infectious_until),
            "is_active": np.ones(n, bool),
            "since_on": days(drawn_cases.reported),
        }
    )


def cleared(drawn: Drawn) -> pl.DataFrame:
    """Return the standing of those whose quarantine is over; the others' levels are counted by the rule itself."""
    n = len(drawn.past)
    over = np.minimum(drawn.outbreak.isolated[drawn.past] + PAST_DAYS, drawn.last)
    return pl.DataFrame(
        {
            "id": np.arange(1, n + 1),
            "person_id": drawn.past + 1,
            "unit_id": drawn.units[drawn.past],
            "cleared_on": days(over),
            "cleared_why": pl.repeat("quarantine-over", n, eager=True),
            "updated_at": instants(over, np.full(n, 16 * 60)),
        }
    )


def stays(rng: np.random.Generator, drawn: Drawn) -> pl.DataFrame:
    """Return stays in quarantine: those who are F1 in a place or at home, some F2 at home, and the ones that are over."""
    f2_home = drawn.f2[rng.random(len(drawn.f2)) < 0.2]
    f1_kept = drawn.f1[rng.random(len(drawn.f1)) < 0.92]
    person = np.concatenate([drawn.past, f1_kept, f2_home])
    is_f2, n = person >= (drawn.outbreak.n_people - drawn.sizes.f2), len(person)
    begins = np.minimum(drawn.outbreak.isolated[person], drawn.last)
    length = np.where(is_f2, 14, 21)
    is_past = person < drawn.sizes.f0 + drawn.outbreak.n_past
    is_home = is_f2 | (rng.random(n) < 0.15)
    ends = np.where(is_past, np.minimum(begins + PAST_DAYS, drawn.last), begins + length)
    at = instants(begins, rng.integers(8 * 60, 20 * 60, n))
    rooms = pl.Series([f"P{k}" for k in range(101, 140)])[rng.integers(0, 39, n)]
    return pl.DataFrame(
        {
            "id": np.arange(1, n + 1),
            "uuid": uuids(rng, n),
            "version": np.where(is_past, 2, 1),
            "created_at": at,
            "updated_at": at,
            "person_id": person + 1,
            "unit_id": drawn.units[person],
            "is_home": is_home,
            "place_id": known(pick(rng, drawn.places.quarantines, n), ~is_home),
            "room": known(rooms, ~is_home).fill_null(""),
            "from_on": days(begins),
            "until_on": days(ends),
            "released_on": days(np.where(is_past, ends, -1)),
            "reason": pl.Series(["F1", "F2"])[is_f2.astype(int)],
        }
    )


def samples(rng: np.random.Generator, drawn: Drawn) -> pl.DataFrame:
    """Return the samples: the positive one of each case, then rounds of samples of everybody until there are enough."""
    n_cases = min(drawn.sizes.f0, drawn.sizes.tests)
    n = drawn.sizes.tests
    others = np.concatenate([drawn.past, drawn.f1, drawn.f2])
    rest = n - n_cases
    person = np.concatenate(
        [np.arange(n_cases), np.resize(others, rest) if len(others) else np.resize(np.arange(n_cases), rest)]
    )
    exposed = drawn.outbreak.exposed[person]
    # The first round the day after the exposure, the next ones a few days apart; nobody before, nobody after today.
    turn = np.concatenate([np.zeros(n_cases, np.int64), np.arange(rest) // max(len(others), 1)])
    taken = np.minimum(exposed + 1 + 3 * turn + rng.integers(0, 3, n), drawn.last)
    taken[:n_cases] = drawn.outbreak.cases.sampled[:n_cases]
    minute = rng.integers(6 * 60, 20 * 60, n)
    hours = rng.gamma(4.0, 5.0, n) + 3
    answered = taken * 1440 + minute + (hours * 60).astype(np.int64)
    now = drawn.last * 1440 + 20 * 60
    pending = (answered > now) & (np.arange(n) >= n_cases)
    result = np.where(pending, 0, np.where(rng.random(n) < 0.002, 3, 2))
    result[:n_cases] = 1
    report = drawn.outbreak.cases.reported[:n_cases] * 1440 + 17 * 60
    answered[:n_cases] = np.maximum(
        report, answered[:n_cases] * 0 + taken[:n_cases] * 1440 + minute[:n_cases] + 60
    )
    at = instants(taken, minute)
    order = np.argsort(taken * 1440 + minute, kind="stable")
    pool = np.empty(n, np.int64)
    pool[order] = np.arange(n) // 5  # five samples in a tube, as they were taken
    tubes = pl.Series([f"T{k:07d}" for k in range(int(n // 5) + 1)])
    positive = result == 1
    return pl.DataFrame(
        {
            "id": np.arange(1, n + 1),
            "uuid": uuids(rng, n),
            "version": np.where(pending, 1, 2),
            "created_at": at,
            "updated_at": at,
            "person_id": person + 1,
            "unit_id": drawn.units[person],
            "kind": pl.Series(["pcr", "antigen"])[(rng.random(n) < 0.1).astype(int)],
            "taken_at": at,
            "tube": tubes[pool],
            "laboratory_id": pick(rng, drawn.places.laboratories, n),
            "result": pl.Series(["pending", "positive", "negative", "invalid"])[result],
            "result_at": instants(np.where(pending, -1, answered // 1440), answered % 1440),
            "ct_value": known(pl.Series(np.round(rng.normal(24, 4, n).clip(12, 36), 1)), positive),
            "reason": pl.Series(["F1", "sàng lọc", "trước khi hết cách ly"])[rng.integers(0, 3, n)],
        }
    )


def most_follow_ups(drawn: Drawn) -> tuple[Ints, Ints]:
    """Return, for each person who is looked after, the first day and how many days there are until today."""
    person = np.concatenate([drawn.past, drawn.f1, drawn.f2])
    first = drawn.outbreak.exposed[person]
    over = np.where(
        person < drawn.sizes.f0 + drawn.outbreak.n_past,
        drawn.outbreak.isolated[person] + PAST_DAYS,
        drawn.last,
    )
    return person, np.maximum(np.minimum(over, drawn.last) - first + 1, 0)


def follow_ups(rng: np.random.Generator, drawn: Drawn) -> pl.DataFrame:
    """Return the follow-ups: one a person and day, the last days first, until there are enough.

    Raises
    ------
    SonghanhError
        If there are not so many days.
    """
    person, room = most_follow_ups(drawn)
    wanted = drawn.sizes.follow_ups
    if wanted > int(room.sum()):
        raise SonghanhError(
            Fault(
                "seed.sizes",
                f"These contacts have no more than {int(room.sum())} days to be looked after.",
                "Ask for fewer follow-ups, or for more contacts.",
                parameter="--follow-ups",
            )
        )
    each = _shared_out(room, wanted)
    who = np.repeat(np.arange(len(person)), each)
    back = np.arange(wanted) - np.repeat(np.cumsum(each) - each, each)
    ends = drawn.outbreak.exposed[person] + room - 1
    due = ends[who] - (each[who] - 1) + back
    people = person[who]
    unit = drawn.units[people]
    state = rng.choice(5, wanted, p=[0.0, 0.925, 0.02, 0.05, 0.005])
    state[(due == drawn.last) & (rng.random(wanted) < 0.6)] = 0
    seen, done = (state == 1) | (state == 2), state > 0
    warm = np.where(state == 2, rng.normal(38.2, 0.5, wanted), rng.normal(36.6, 0.25, wanted)).round(1)
    order = np.argsort(drawn.places.communes)
    commune = order[np.searchsorted(drawn.places.communes, unit, sorter=order)]
    team = 1 + commune * TEAMS + people % TEAMS
    return pl.DataFrame(
        {
            "id": np.arange(1, wanted + 1),
            "version": np.where(done, 2, 1),
            "person_id": people + 1,
            "unit_id": unit,
            "due_on": days(due),
            "team_id": team,
            "state": pl.Series(["due", "well", "ill", "not-seen", "lost"])[state],
            "temperature": known(pl.Series(warm), seen),
            "symptoms": pl.Series(["[]", '["fever"]', '["fever", "cough"]'])[
                np.where(state == 2, rng.integers(1, 3, wanted), 0)
            ],
            "done_at": instants(np.where(done, due, -1), rng.integers(7 * 60, 19 * 60, wanted)),
        }
    )


def _shared_out(room: Ints, wanted: int) -> Ints:
    """Return how many each has, so that they sum to what is wanted and nobody has more than there is room for."""
    low, high = 0, int(room.max(initial=0))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if np.minimum(room, middle).sum() <= wanted else (low, middle - 1)
    each = np.minimum(room, low)
    more = np.flatnonzero(room > low)[: wanted - int(each.sum())]
    each[more] += 1
    return each


def presence(rng: np.random.Generator, drawn: Drawn) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Yield presence lists of a day with their rows: lines, buses and rooms of the same people each day."""
    n_present = max(1, round(PRESENCE_SHARE * drawn.outbreak.n_people))
    present = np.sort(rng.choice(drawn.outbreak.n_people, n_present, replace=False))
    kinds = [("shift", PRESENT_A_LIST, 480), ("bus", 45, 60), ("room", 8, 600)]
    left, next_list, next_row, back = drawn.sizes.presence, 1, 1, 0
    while left > 0:
        kind, size, minutes = kinds[back % len(kinds)]
        on = drawn.last - (back // len(kinds)) % RECENT_DAYS
        who = present[: min(left, n_present)]
        if back >= len(kinds) * RECENT_DAYS:  # a second shift, another bus: other neighbours
            who = np.sort(rng.permutation(present)[: len(who)])
        n_lists = -(-len(who) // size)
        numbers = np.arange(next_list, next_list + n_lists)
        of_list = np.arange(len(who)) // size
        sizes = np.bincount(of_list, minlength=n_lists)
        first = rng.integers(6, 14, n_lists) * 60
        unit = drawn.units[who[np.arange(n_lists) * size]]
        lists = pl.DataFrame(
            {
                "id": numbers,
                "uuid": uuids(rng, n_lists),
                "kind": pl.repeat(kind, n_lists, eager=True),
                "site_id": pick(rng, drawn.places.sites, n_lists),
                "unit_id": unit,
                "label": [f"{kind} {k}" for k in range(1, n_lists + 1)],
                "on": days(np.full(n_lists, on)),
                "handed_in_at": instants(np.full(n_lists, on), np.full(n_lists, 20 * 60)),
                "expires_on": days(np.full(n_lists, drawn.last + 21)),
                "n_rows": sizes,
            }
        )
        rows = pl.DataFrame(
            {
                "id": np.arange(next_row, next_row + len(who)),
                "list_id": numbers[of_list],
                "person_id": who + 1,
                "minute_from": first[of_list],
                "minute_until": np.minimum(first[of_list] + minutes, 1440),
            }
        )
        yield lists, rows
        left -= len(who)
        next_list += n_lists
        next_row += len(who)
        back += 1
