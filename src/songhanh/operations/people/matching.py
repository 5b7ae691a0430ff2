"""Who may be the same person: rows that share a number, a telephone, or the name with the year or the commune."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from rapidfuzz import fuzz, process

from songhanh.operations.accounts.scope import scope_of
from songhanh.operations.people.models import Person, name_key
from songhanh.operations.project.folding import fold

LEAST_NAME = 78.0  # likeness of two folded names below which they are two names
LEAST_SCORE = 50.0
PART = 400  # values in one question to the database
MOST_IN_A_BLOCK = 5_000  # a telephone of "0" or a name of one word says nothing
COLUMNS = ("pk", "name_folded", "birth_year", "born_on", "sex", "phone", "id_number", "unit_id", "full_name")

# What each thing found is worth. A shared telephone is normal in boarding houses: little for it, nothing against.
WORTH = {
    "same-id": 55, "other-id": -45, "same-name": 45, "alike-name": 30, "other-name": -25, "same-accents": 3,
    "same-birthday": 30, "same-year": 15, "near-year": 4, "other-year": -35, "same-phone": 15, "same-unit": 10,
    "other-sex": -20,
}  # fmt: skip


def words_of(code: str) -> str:
    """Return what speaks for or against two rows being one person, in words."""
    return {
        "same-id": _("same identity number"),
        "other-id": _("different identity numbers"),
        "same-name": _("same name"),
        "alike-name": _("similar name"),
        "other-name": _("different names"),
        "same-accents": _("written with the same accents"),
        "same-birthday": _("same date of birth"),
        "same-year": _("same year of birth"),
        "near-year": _("year of birth differs by one"),
        "other-year": _("different years of birth"),
        "same-phone": _("same telephone"),
        "same-unit": _("same commune"),
        "other-sex": _("different sex"),
    }[code]


@dataclass(frozen=True)
class Candidate:
    """A person who may be the one asked for."""

    person_id: int
    score: float  # 0 to 100
    codes: tuple[str, ...] = ()

    @property
    def reasons(self) -> list[str]:
        """Return what speaks for it and against it, in the reader's words."""
        return [words_of(code) for code in self.codes]


def certain_match(candidate: Candidate) -> bool:
    """Say whether a program may take the candidate for the same person without asking anybody.

    The number with the name; or the name with the date of birth and the telephone or the commune. Nothing less:
    two rows of one person are merged later, one row of two persons misleads everybody.
    """
    codes = set(candidate.codes)
    if codes & {"other-id", "other-sex", "other-year", "other-name"}:
        return False
    named = "same-name" in codes
    if "same-id" in codes:
        return named or "alike-name" in codes
    return named and "same-birthday" in codes and bool(codes & {"same-phone", "same-unit"})


class Known(NamedTuple):
    """What of a person is compared."""

    pk: int
    name: str
    year: int | None
    born_on: Any
    sex: str
    phone: str
    id_number: str
    unit_id: int | None
    written: str


@dataclass
class Index:
    """Persons that one of the questions may mean, by what they share with it."""

    by: dict[str, dict[Any, list[Known]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )

    def of(self, asked: Known) -> Iterator[list[Known]]:
        """Yield the blocks of a question."""
        key = name_key(asked.name)
        if asked.id_number:
            yield self.by["id"][asked.id_number]
        if asked.phone:
            yield self.by["phone"][asked.phone]
        if asked.year is not None:
            yield self.by["year"][asked.year, key]
        if asked.unit_id is not None:
            yield self.by["unit"][asked.unit_id, key]
        if asked.year is None and asked.unit_id is None:
            yield self.by["name"][asked.name]


def candidates(
    *,
    full_name: str,
    birth_year: int | None = None,
    phone: str = "",
    id_number: str = "",
    unit: Any = None,
    limit: int = 5,
    by: Any = None,
    **more: Any,
) -> list[Candidate]:
    """Return who may be the person described, the likeliest first; with ``by`` only persons whom they see by name."""
    asked = {
        "full_name": full_name, "birth_year": birth_year, "phone": phone, "id_number": id_number, "unit": unit,
    }  # fmt: skip
    return candidates_many([asked | more], by=by, limit=limit)[0]


def candidates_many(
    rows: Sequence[Mapping[str, Any]], *, by: Any = None, limit: int = 5
) -> list[list[Candidate]]:
    """Return for each row who may be the person, the likeliest first.

    Ten thousand rows are some hundreds of questions to the database, whatever the number of persons.
    """
    asked = [_asked(row) for row in rows]
    index = _index(asked, by)
    return [_ranked(one, index, limit) for one in asked]


def _asked(row: Mapping[str, Any]) -> Known:
    unit, born_on = row.get("unit"), row.get("born_on")
    year = row.get("birth_year") or (born_on.year if born_on else None)
    return Known(
        pk=row.get("pk", 0),
        name=fold(str(row.get("full_name") or ""))[:160],
        year=year,
        born_on=born_on,
        sex=row.get("sex") or "unknown",
        phone=row.get("phone") or "",
        id_number=row.get("id_number") or "",
        unit_id=getattr(unit, "pk", unit),
        written=row.get("full_name") or "",
    )


def _index(asked: Sequence[Known], by: Any) -> Index:
    index = Index()
    people = Person.objects.filter(merged_into__isnull=True)
    # The jurisdiction is compared here: as a condition of each question it would lead the database astray.
    names = None if by is None else scope_of(by).names
    opened = frozenset() if by is None else scope_of(by).opened

    def add(block: str, rows: Any, key: Any) -> None:
        blocks = index.by[block]
        for values in rows.values_list(*COLUMNS).iterator(chunk_size=5_000):
            person = Known._make(values)
            if names is None or person.unit_id in names or person.pk in opened:
                blocks[key(person)].append(person)

    for ids in _parts({one.id_number for one in asked if one.id_number}):
        add("id", people.filter(id_number__in=ids), lambda person: person.id_number)
    for phones in _parts({one.phone for one in asked if one.phone}):
        add("phone", people.filter(phone__in=phones), lambda person: person.phone)
    bare = {one.name for one in asked if one.name and one.year is None and one.unit_id is None}
    for folded in _parts(bare):
        add("name", people.filter(name_folded__in=folded), lambda person: person.name)
    for year, keys in _keys_by(asked, "year"):
        rows = people.filter(birth_year=year, name_key__in=keys)
        add("year", rows, lambda person: (person.year, name_key(person.name)))
    for unit, keys in _keys_by(asked, "unit_id"):
        rows = people.filter(unit_id=unit, name_key__in=keys)
        add("unit", rows, lambda person: (person.unit_id, name_key(person.name)))
    return index


def _keys_by(asked: Sequence[Known], name: str) -> Iterator[tuple[Any, list[str]]]:
    keys: dict[Any, set[str]] = defaultdict(set)
    for one in asked:
        if getattr(one, name) is not None and one.name:
            keys[getattr(one, name)].add(name_key(one.name))
    for value, found in keys.items():
        for part in _parts(found):
            yield value, part


def _parts(values: Iterable[Any]) -> Iterator[list[Any]]:
    ordered = sorted(values)
    for first in range(0, len(ordered), PART):
        yield ordered[first : first + PART]


def _ranked(asked: Known, index: Index, limit: int) -> list[Candidate]:
    found: dict[int, Candidate] = {}
    for number, block in enumerate(index.of(asked)):
        if not block or len(block) > MOST_IN_A_BLOCK:
            continue
        # A number or a telephone is compared whatever the name; in the other blocks the name must be alike.
        is_number = number < bool(asked.id_number) + bool(asked.phone)
        least = 0.0 if is_number else LEAST_NAME
        names = [person.name for person in block]
        alike = process.extract(
            asked.name, names, scorer=fuzz.token_sort_ratio, score_cutoff=least, limit=50 if is_number else 20
        )
        for _name, likeness, at in alike:
            person = block[at]
            if person.pk != asked.pk and person.pk not in found:
                found[person.pk] = compare(asked, person, likeness)
    ranked = sorted(found.values(), key=lambda candidate: (-candidate.score, candidate.person_id))
    return [candidate for candidate in ranked[:limit] if candidate.score >= LEAST_SCORE]


def compare(asked: Known, person: Known, likeness: float | None = None) -> Candidate:
    """Weigh two persons against each other."""
    if likeness is None:
        likeness = fuzz.token_sort_ratio(asked.name, person.name)
    codes = [_name_code(asked, person, likeness)]
    if asked.written == person.written and codes[0] == "same-name":
        codes.append("same-accents")
    if asked.id_number and person.id_number:
        if asked.id_number == person.id_number:
            codes.append("same-id")
        elif len(asked.id_number) == len(
            person.id_number
        ):  # the old number and the new one are two numbers of one
            codes.append("other-id")
    codes += _birth_codes(asked, person)
    if asked.phone and asked.phone == person.phone:
        codes.append("same-phone")
    if asked.unit_id is not None and asked.unit_id == person.unit_id:
        codes.append("same-unit")
    sexes = {asked.sex, person.sex}
    if len(sexes) == 2 and "unknown" not in sexes:
        codes.append("other-sex")
    score = float(sum(WORTH[code] for code in codes))
    if codes[0] == "alike-name":
        score -= 100.0 - likeness  # the more letters differ, the less
    return Candidate(person.pk, max(0.0, min(100.0, score)), tuple(codes))


def _name_code(asked: Known, person: Known, likeness: float) -> str:
    if asked.name == person.name:
        return "same-name"
    return "alike-name" if likeness >= LEAST_NAME else "other-name"


def _birth_codes(asked: Known, person: Known) -> list[str]:
    if asked.born_on and person.born_on and asked.born_on == person.born_on:
        return ["same-birthday"]
    if asked.year is None or person.year is None:
        return []
    apart = abs(asked.year - person.year)
    if apart == 0:
        return ["same-year"]
    return ["near-year"] if apart == 1 else ["other-year"]
