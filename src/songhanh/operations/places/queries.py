"""Reads of the administrative tree; it is small (hundreds of rows) and is kept in the process."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from songhanh.operations.places.models import Facility, Installation, Level, Site, Unit
from songhanh.operations.places.naming import Written, written
from songhanh.operations.project.clock import today
from songhanh.operations.project.folding import fold

LOOKED_AGAIN_AFTER = 2.0  # seconds: another process may have changed the tree


@dataclass
class Tree:
    """All units, with what is asked of them often."""

    stamp: tuple[Any, ...]
    units: dict[int, Unit]
    children: dict[int | None, list[int]] = field(default_factory=dict)
    by_code: dict[str, list[Unit]] = field(default_factory=dict)
    by_name: dict[str, list[Unit]] = field(default_factory=dict)
    answers: dict[tuple[Any, ...], Unit | None] = field(default_factory=dict)

    def below(self, unit_id: int) -> set[int]:
        """Return a unit and everything below it, as ids."""
        found, waiting = set(), [unit_id]
        while waiting:
            unit = waiting.pop()
            found.add(unit)
            waiting += self.children.get(unit, [])
        return found


_kept: tuple[float, int, Tree] | None = None  # when it was compared, how many writes were known, the tree


def _stamp() -> tuple[Any, ...]:
    found = Unit.objects.aggregate(newest=Max("pk"), n=Count("pk"), edges=Count("parent"))
    return found["newest"], found["n"], found["edges"]


def tree() -> Tree:
    """Return the tree as it is (as it was at most two seconds ago, where another process changed it)."""
    global _kept  # noqa: PLW0603 - one tree a process
    moment, writes = time.monotonic(), Unit.writes
    if _kept is not None and _kept[1] == writes and moment - _kept[0] < LOOKED_AGAIN_AFTER:
        return _kept[2]
    stamp = _stamp()
    same = _kept is not None and _kept[1] == writes and _kept[2].stamp == stamp
    found = _kept[2] if same and _kept is not None else _read(stamp)
    _kept = (moment, writes, found)
    return found


def _read(stamp: tuple[Any, ...]) -> Tree:
    found = Tree(stamp, {unit.pk: unit for unit in Unit.objects.order_by("code", "pk")})
    for unit in found.units.values():
        if unit.parent_id is not None:
            unit.parent = found.units[unit.parent_id]  # so that nobody asks the database for it
        found.children.setdefault(unit.parent_id, []).append(unit.pk)
        found.by_code.setdefault(unit.code, []).append(unit)
        for name in {unit.name_folded, fold(f"{unit.kind} {unit.name}")}:
            found.by_name.setdefault(name, []).append(unit)
    return found


def communes_below(unit_id: int) -> set[int]:
    """Return a unit and everything below it, as ids."""
    return tree().below(unit_id)


def installation() -> Installation | None:
    """Return the province that this installation serves; None before it is set up."""
    return Installation.objects.select_related("province").first()


def is_valid(row: Any, on: date) -> bool:
    """Say whether a unit, site or facility is what it is on a day."""
    return (row.valid_from is None or row.valid_from <= on) and (
        row.valid_until is None or on <= row.valid_until
    )


def unit_named(text: str, *, on: date | None = None, within: Any = None, level: str = "") -> Unit | None:
    """Return the unit that a code or a name means; None where no unit or more than one is meant.

    ``Nếnh``, ``nenh``, ``TT. Nếnh`` and ``Nếnh (H. Việt Yên)`` are the same town. ``within`` is a unit (or its id)
    that it lies below; ``on`` the day on which it is asked.
    """
    known = tree()
    inside = getattr(within, "pk", within)
    question = (text, on, inside, level)
    if question not in known.answers:
        if len(known.answers) > 50_000:  # a file of nonsense must not fill the memory
            known.answers.clear()
        known.answers[question] = _unit_named(known, text, on, inside, level)
    return known.answers[question]


def _unit_named(known: Tree, text: str, on: date | None, inside: int | None, level: str) -> Unit | None:
    by_code = _of_the_day(known.by_code.get(text.strip(), []), on)
    if len(by_code) == 1:
        return by_code[0] if inside is None or by_code[0].pk in known.below(inside) else None
    parts = written(text)
    if not parts:
        return None
    rows = [unit for unit in _meant(known, parts[0]) if not level or unit.level == level]
    if inside is not None:
        below = known.below(inside) - {inside}
        rows = [unit for unit in rows if unit.pk in below]
    for part in parts[1:]:  # "Nếnh, Việt Yên, Bắc Giang"
        above = [unit.pk for unit in _meant(known, part)]
        if not above:
            return None  # a place of another province
        rows = [unit for unit in rows if any(unit.pk in known.below(pk) for pk in above)]
    rows = _of_the_day(rows, on)
    return rows[0] if len(rows) == 1 else _widest(rows)


def _meant(known: Tree, part: Written) -> list[Unit]:
    if part.kind:
        named = [unit for unit in known.by_name.get(part.bare, []) if _is_kind(unit, part.kind)]
        if named:
            return named
        # "xã Nếnh" of what has become a town: the name says more than the kind, inside its level.
        levels = _LEVELS_OF_KIND[part.kind]
        named = [unit for unit in known.by_name.get(part.bare, []) if unit.level in levels]
        if named:
            return named
    return known.by_name.get(part.whole, [])


_COMMUNE = frozenset({Level.COMMUNE})
_DISTRICT = frozenset({Level.DISTRICT})
_LEVELS_OF_KIND = {
    "xa": _COMMUNE,
    "phuong": _COMMUNE,
    "thi tran": _COMMUNE,
    "huyen": _DISTRICT,
    "quan": _DISTRICT,
    "thi xa": _DISTRICT,
    "thanh pho": _DISTRICT | {Level.PROVINCE},
    "tinh": frozenset({Level.PROVINCE}),
    "thon": frozenset({Level.HAMLET}),
}


def _is_kind(unit: Unit, kind: str) -> bool:
    return unit.level in _LEVELS_OF_KIND[kind] and (not unit.kind or fold(unit.kind) == kind)


def _of_the_day(rows: Iterable[Unit], on: date | None) -> list[Unit]:
    """Return the units valid on the day; without a day those of today, or where there are none the newest of a code."""
    found = list(rows)
    if on is not None:
        return [unit for unit in found if is_valid(unit, on)]
    current = [unit for unit in found if is_valid(unit, today())]
    newest: dict[str, Unit] = {}
    for unit in sorted(found, key=lambda unit: unit.valid_from or date.min):
        newest[unit.code] = unit
    return current or list(newest.values())


def _widest(rows: list[Unit]) -> Unit | None:
    """Guess the province, whose name its capital has too, and nothing else."""
    provinces = [unit for unit in rows if unit.level == Level.PROVINCE]
    return provinces[0] if len(provinces) == 1 else None


def site_named(text: str) -> Site | None:
    """Return the site of a short name or a name; None where no site or more than one is meant."""
    return _one_named(Site.objects.all(), text)


def facility_named(text: str, kind: str | None = None) -> Facility | None:
    """Return the facility of a short name or a name; None where none or more than one is meant."""
    rows = Facility.objects.all()
    return _one_named(rows.filter(kind=kind) if kind else rows, text)


def _one_named(rows: QuerySet[Any], text: str) -> Any:
    folded = fold(text)
    if not folded:
        return None
    exact = list(rows.filter(Q(slug=text.strip().casefold()) | Q(name_folded=folded))[:2])
    # "Quang Châu" is enough for "Khu công nghiệp Quang Châu" where nothing else is called so.
    found = exact or list(rows.filter(name_folded__endswith=f" {folded}")[:2])
    return found[0] if len(found) == 1 else None


def commune_choices(user: Any) -> list[tuple[int, str]]:
    """Return the communes that somebody answers for, by name: what a form offers."""
    known = tree()
    within = user_units(user)
    rows = [unit for unit in known.units.values() if unit.level == Level.COMMUNE]
    rows = [unit for unit in _of_the_day(rows, None) if within is None or unit.pk in within]
    return sorted(((unit.pk, label(unit)) for unit in rows), key=lambda row: fold(row[1]))


def user_units(user: Any) -> set[int] | None:
    """Return the units of somebody's memberships; None for the whole province (and for a program)."""
    if user is None or not hasattr(user, "memberships"):
        return None
    found: set[int] = set()
    day = today()
    for membership in user.memberships.all():
        if is_valid(membership, day) and not membership.site_id:
            if membership.unit_id is None:
                return None
            found |= communes_below(membership.unit_id)
    return found


def label(unit: Unit | None) -> str:
    """Write a unit with what it lies in: ``Nếnh (Việt Yên)``."""
    if unit is None:
        return ""
    above = unit.parent if unit.level in (Level.COMMUNE, Level.HAMLET) else None
    return f"{unit.name} ({above.name})" if above else unit.name


def listed(text: str, on: date) -> list[tuple[Unit, list[Unit]]]:
    """Return the districts of a day with their communes, those whose name or code has the text."""
    known, folded = tree(), fold(text)

    def has(unit: Unit) -> bool:
        return folded in unit.name_folded or folded in unit.code or folded in fold(f"{unit.kind} {unit.name}")

    groups = []
    for district in sorted(known.units.values(), key=lambda unit: unit.code):
        if district.level != Level.DISTRICT or not is_valid(district, on):
            continue
        below = [known.units[pk] for pk in known.children.get(district.pk, [])]
        below = [unit for unit in below if is_valid(unit, on) and (has(unit) or has(district))]
        if below or has(district):
            groups.append((district, sorted(below, key=lambda unit: unit.code)))
    return groups


def rows_named(rows: QuerySet[Any], text: str, on: date) -> list[Any]:
    """Return the sites or facilities of a day whose name has the text."""
    folded = fold(text)
    return [row for row in rows.order_by("name") if is_valid(row, on) and folded in row.name_folded]


def periods() -> list[tuple[date | None, date | None]]:
    """Return the spans of days in which units are known, for a reader whose day has none."""
    spans = {
        (unit.valid_from, unit.valid_until) for unit in tree().units.values() if unit.level == Level.COMMUNE
    }
    return sorted(spans, key=lambda span: (span[0] or date.min, span[1] or date.max))
