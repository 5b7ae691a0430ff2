"""Who a row is about: by the ids of foreign systems, by what came in before, by likeness; many rows at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from songhanh.operations.cases.models import Case
from songhanh.operations.intake.models import Batch, Known
from songhanh.operations.intake.people import digest
from songhanh.operations.intake.said import Said
from songhanh.operations.people import queries as people_queries
from songhanh.operations.people.models import Person
from songhanh.operations.project.folding import fold

NATIONAL = re.compile(r"^BN\s?\d{1,7}$", re.IGNORECASE)
OWN = "songhanh"
_SEVERAL = re.compile(r"[,;+\n]| và | and ")


@dataclass(eq=False)
class Someone:
    """The person of one or more rows: in the register already, or to be written."""

    fields: dict[str, Any] = field(default_factory=dict)
    pk: int | None = None
    person: Person | None = None
    case: Any = None  # the newest case; True for one that the same chunk brings
    draft: Person | None = None  # in a dry run: the person as they would be
    row: int = 0  # of the file that named them first
    ids: set[str] = field(default_factory=set)
    is_ours: bool = True  # whether the importer may see who it is
    is_announced: bool = False  # stands further down in the file


@dataclass
class Found:
    """What was found out about a row's person and subject before anything is judged."""

    someone: Someone | None = None
    source: Someone | None = None
    object_id: int | None = None
    memory: Known | None = None
    by_likeness: bool = False  # found without an id: what the register says is not overwritten
    unsure: int = 0  # score of a likely but uncertain candidate


def system_of(batch: Batch) -> str:
    """Return whose ids a file's numbers are; those of a plain list hold for lists of the same columns only."""
    if batch.source_format not in ("table", ""):
        return batch.source_format
    named = str(batch.options.get("system", "")).strip()
    return named[:60] or f"list:{str(batch.options.get('signature', ''))[:16]}"


class Finder:
    """Finds persons for one batch; remembers those of the file itself, so that two rows of one person are one."""

    def __init__(self, by: Any, batch: Batch) -> None:
        self.by = by
        self.target = batch.target
        self.system = system_of(batch)
        self.memory_system = f"row:{batch.target}:{str(batch.options.get('signature', ''))[:16]}"
        self.announced: set[str] = set()  # ids that the rows of this file have
        self._by_id: dict[str, Someone] = {}
        self._alike: dict[tuple[str, ...], Someone] = {}
        self._people: dict[int, Someone] = {}

    @property
    def kind(self) -> str:
        """Return what the rows of the file are, as ids name it."""
        return KINDS[self.target]

    def own_ids(self, said: Said) -> list[str]:
        """Return the ids by which the person of a row is known."""
        names = ["person_id", "person_code"]
        if self.system == OWN:  # our own ids say it; a code may be another case's in another installation
            names = ["target_uuid"] if self.target == "relationships" else []
            return [said.link[name] for name in names if said.link.get(name)]
        if self.target == "cases" or (self.target == "contacts" and self.system != "sormas"):
            names += ["record_id", "record_code", "epid_number", "code"]
        if self.target == "relationships":
            names = ["target_id", "target_code", "target_uuid"]
        ids = [said.link[name][:100] for name in names if said.link.get(name)]
        if said.subject.get("national_code"):
            ids.append(said.subject["national_code"])
        return ids

    def find(self, rows: Sequence[Said]) -> list[Found]:
        """Return for each row its person, its subject if it came in before, and what is uncertain."""
        found = [Found() for _row in rows]
        self._remembered(rows, found)
        self._by_ids(rows, found)
        self._by_likeness(rows, found)
        for said, one in zip(rows, found, strict=True):
            if one.someone is None:
                one.someone = self._of_this_file(said)
            if one.someone is not None:
                self._remember(said, one.someone)
        self._sources(rows, found)
        self._load([one.someone for one in found] + [one.source for one in found])
        return found

    def _remembered(self, rows: Sequence[Said], found: list[Found]) -> None:
        keys = [said.key for said in rows if said.key]
        ids = [said.link["record_id"][:100] for said in rows if said.link.get("record_id")]
        memory = {row.value: row for row in _known(keys, system=self.memory_system, kind="row")}
        others = [said for said in rows if said.key in memory and _is_another(said, memory[said.key])]
        for (
            said
        ) in others:  # of the same name, year and commune, and yet not the same: told apart by their numbers
            numbers = digest(said.person.get("id_number", ""), said.person.get("phone", ""))[:12]
            said.key = f"{said.key}~{numbers}"
        again = [said.key for said in others]
        memory |= {row.value: row for row in _known(again, system=self.memory_system, kind="row")}
        subjects = {row.value: row for row in _known(ids, system=self.system, kind=self.kind)}
        for said, one in zip(rows, found, strict=True):
            one.memory = memory.get(said.key)
            subject = subjects.get(said.link.get("record_id", "")[:100])
            for source in (one.memory, subject):
                if source is not None:
                    one.object_id = one.object_id or source.object_id
                    if one.someone is None and source.person_id:
                        one.someone = self._register(source.person_id)

    def _by_ids(self, rows: Sequence[Said], found: list[Found]) -> None:
        waiting = [(said, one) for said, one in zip(rows, found, strict=True) if one.someone is None]
        people = self._people_of(
            {ref for said, _one in waiting for ref in self.own_ids(said)},
            {said.link["person_uuid"] for said, _one in waiting if said.link.get("person_uuid")},
        )
        for said, one in waiting:
            for ref in [said.link.get("person_uuid", ""), *self.own_ids(said)]:
                if ref and ref in people:
                    one.someone = self._register(people[ref])
                    break

    def _by_likeness(self, rows: Sequence[Said], found: list[Found]) -> None:
        waiting = [
            (said, one)
            for said, one in zip(rows, found, strict=True)
            if one.someone is None and said.person.get("full_name") and not said.is_rejected
            and not any(ref in self._by_id for ref in self.own_ids(said))
            and not any(key in self._alike for key in _alike_keys(said))
        ]  # fmt: skip
        if not waiting:
            return
        answers = people_queries.candidates_many([_asked(said) for said, _one in waiting], by=self.by)
        seen = self._seen({candidate.person_id for answer in answers for candidate in answer})
        for (_said, one), answer in zip(waiting, answers, strict=True):
            candidates = [candidate for candidate in answer if candidate.person_id in seen]
            certain = next((c for c in candidates if people_queries.certain_match(c)), None)
            if certain is not None:
                one.someone, one.by_likeness = self._register(certain.person_id), True
            elif candidates:
                one.unsure = round(candidates[0].score)

    def _of_this_file(self, said: Said) -> Someone | None:
        for ref in [said.link.get("person_uuid", ""), *self.own_ids(said)]:
            if ref and ref in self._by_id:
                return self._by_id[ref]
        if not said.person.get("full_name"):
            refs = [ref for ref in self.own_ids(said) if ref in self.announced]
            return Someone(is_announced=True, row=said.number) if refs and self.target != "cases" else None
        for key in _alike_keys(said):
            if key in self._alike:
                return self._alike[key]
        return None if said.is_rejected else Someone(fields=dict(said.person), row=said.number)

    def _remember(self, said: Said, someone: Someone) -> None:
        ids = [said.link.get("person_uuid", ""), *self.own_ids(said)]
        for ref in ids:
            if ref:
                self._by_id.setdefault(ref, someone)
                someone.ids.add(ref)
        for key in _alike_keys(said):
            self._alike.setdefault(key, someone)

    def _sources(self, rows: Sequence[Said], found: list[Found]) -> None:
        refs = {ref for said in rows for ref in source_refs(said)}
        if not refs:
            return
        people = self._people_of({ref for ref in refs if ref not in self._by_id}, refs)
        names = {
            ref for ref in refs if ref not in people and ref not in self._by_id and ref not in self.announced
        }
        people |= self._by_name(names)
        for said, one in zip(rows, found, strict=True):
            for ref in source_refs(said):
                if ref in self._by_id:
                    one.source = self._by_id[ref]
                elif ref in people:
                    one.source = self._register(people[ref])
                elif ref in self.announced:
                    one.source = Someone(is_announced=True)
                else:
                    continue
                break

    def _by_name(self, names: set[str]) -> dict[str, int]:
        """Return the cases whose name a list gives instead of a number, where there is one of that name."""
        folded = {fold(name): name for name in names if " " in name}
        if not folded:
            return {}
        cases = Case.objects.all() if self.by is None else Case.objects.identified(self.by)
        rows = (
            cases.filter(person__name_folded__in=folded)
            .values_list("person__name_folded", "person_id")
            .distinct()
        )
        people: dict[str, set[int]] = {}
        for name, person in rows:
            people.setdefault(name, set()).add(person)
        return {folded[name]: next(iter(ids)) for name, ids in people.items() if len(ids) == 1}

    def _people_of(self, refs: Iterable[str], uuids: Iterable[str]) -> dict[str, int]:
        refs = {ref for ref in refs if ref}
        found: dict[str, int] = {}
        numbers = {ref: ref.replace(" ", "").upper() for ref in refs if NATIONAL.match(ref)}
        for part in _parts(set(numbers.values())):
            for number, person in Case.objects.filter(national_code__in=part).values_list(
                "national_code", "person_id"
            ):
                found |= {ref: person for ref, written in numbers.items() if written == number}
        for part in _parts(refs):
            found |= dict(Case.objects.filter(code__in=part).values_list("code", "person_id"))
            known = Known.objects.filter(kind__in=("person", "case"), value__in=part, person__isnull=False)
            if self.system.startswith("list:"):  # a list may refer to the numbers of another list
                known = known.filter(system__startswith="list:")
            else:
                known = known.filter(system=self.system)
            others: dict[str, set[int]] = {}
            for system, value, person in known.values_list("system", "value", "person_id"):
                if system == self.system:
                    found[value] = person
                else:
                    others.setdefault(value, set()).add(person)
            found |= {
                value: next(iter(ids))
                for value, ids in others.items()
                if len(ids) == 1 and value not in found
            }
        valid = {ref: written for ref in uuids if (written := uuid_of(ref))}
        for part in _parts(set(valid.values())):
            ours = {
                str(key): pk for key, pk in Person.objects.filter(uuid__in=part).values_list("uuid", "pk")
            }
            ours |= {
                str(key): pk
                for key, pk in Case.objects.filter(uuid__in=part).values_list("uuid", "person_id")
            }
            found |= {
                ref: ours[str(key)] for ref, key in valid.items() if str(key) in ours and ref not in found
            }
        return found

    def _register(self, pk: int) -> Someone:
        if pk not in self._people:
            self._people[pk] = Someone(pk=pk)
        return self._people[pk]

    def _seen(self, people: set[int]) -> set[int]:
        rows = Person.objects.all() if self.by is None else Person.objects.identified(self.by)
        return {pk for part in _parts(people) for pk in rows.filter(pk__in=part).values_list("pk", flat=True)}

    def _load(self, someones: Iterable[Someone | None]) -> None:
        """Read the persons and their newest cases; of somebody merged away, whom they are now."""
        waiting = [
            one for one in set(someones) if one is not None and one.pk is not None and one.person is None
        ]
        if not waiting:
            return
        people: dict[int, Person] = {}
        for part in _parts({one.pk for one in waiting if one.pk}):
            people |= Person.objects.select_related("merged_into", "unit").in_bulk(list(part))
        seen = self._seen({(person.merged_into_id or person.pk) for person in people.values()})
        for one in waiting:
            person = people.get(one.pk or 0)
            if person is not None:
                one.person = person.merged_into or person
                one.is_ours = one.person.pk in seen
        by_person: dict[int, Case] = {}
        for part in _parts({one.person.pk for one in waiting if one.person}):
            for case in (
                Case.objects.filter(person__in=part).select_related("person").order_by("reported_on", "pk")
            ):
                by_person[case.person_id] = case
        for one in waiting:
            if one.person is not None and one.case is None:
                one.case = by_person.get(one.person.pk)


KINDS = {
    "cases": "case", "contacts": "contact", "relationships": "contact", "followups": "followup", "samples": "sample",
    "events": "cluster",
}  # fmt: skip


def source_refs(said: Said) -> list[str]:
    """Return what a row calls its source by: numbers, codes or a name; several may stand in one cell."""
    refs = [said.link[name] for name in ("source_uuid", "source_code") if said.link.get(name)]
    written = said.link.get("source_id", "")
    if written:
        refs += [part.strip()[:100] for part in _SEVERAL.split(written) if part.strip()]
    return refs


def _is_another(said: Said, memory: Known) -> bool:
    """Say whether a row that is known by name, year and commune tells of somebody else all the same.

    A list corrects one thing about a person, not the number and with it the sex, the birthday or the address.
    """
    if said.key.startswith("id:") or "~" in said.key:
        return False
    now = said.checksums()
    differs = {name for name, value in now.items() if name in memory.said and memory.said[name] != value}
    return "id_number" in differs or (
        "phone" in differs and bool(differs & {"sex", "born_on", "address", "hamlet"})
    )


def _known(values: Sequence[str], **where: str) -> Iterable[Known]:
    for part in _parts(set(values)):
        yield from Known.objects.filter(value__in=part, **where)


def _parts(values: set[Any], size: int = 5_000) -> Iterable[list[Any]]:
    listed = list(values)
    for first in range(0, len(listed), size):
        yield listed[first : first + size]


def uuid_of(text: str) -> UUID | None:
    """Return the UUID that a text is, if it is one."""
    try:
        return UUID(text) if len(text) in (32, 36) else None
    except ValueError:
        return None


def _asked(said: Said) -> dict[str, Any]:
    asked = {name: said.person.get(name) for name in ("full_name", "birth_year", "born_on", "unit")}
    return asked | {name: said.person.get(name, "") for name in ("phone", "id_number", "sex")}


def _alike_keys(said: Said) -> list[tuple[str, ...]]:
    """Return by what two rows of one file are surely one person, as `people.queries.certain_match` has it."""
    person = said.person
    name, born = fold(person.get("full_name", "")), str(person.get("born_on") or "")
    keys: list[tuple[str, ...]] = []
    if name and person.get("id_number"):
        keys.append(("id", name, person["id_number"]))
    if name and born and person.get("phone"):
        keys.append(("phone", name, born, person["phone"]))
    if name and born and person.get("unit") is not None:
        keys.append(("unit", name, born, str(person["unit"].pk)))
    return keys
