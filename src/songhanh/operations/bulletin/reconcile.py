"""Today's files beside the register: what only one of them has, and where they differ. No name is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from songhanh.operations.bulletin.figures import cases_of
from songhanh.operations.cases.models import Case
from songhanh.operations.intake import mapping as columns
from songhanh.operations.intake import reading
from songhanh.operations.intake.models import Mapping
from songhanh.operations.intake.places import Places
from songhanh.operations.intake.reasons import is_error
from songhanh.operations.intake.said import Reader, Said
from songhanh.operations.intake.tables import refuse
from songhanh.operations.places.models import Unit
from songhanh.operations.places.queries import label, tree
from songhanh.operations.project.folding import fold

MOST_LISTED = 200
NUMBERS = ("code", "record_id", "record_code", "epid_number", "uuid")


def read_file(name: str, content: bytes, on: date) -> dict[str, Any]:
    """Return the rows of one file in our fields, and how its columns were read.

    Raises
    ------
    SonghanhError
        If the file is no table, or no column tells who or which case a row is about.
    """
    table = reading.read(name, content)
    kept = Mapping.objects.filter(signature=columns.signature(table.columns), target="cases").first()
    found_format, _target = columns.known_format(table.columns)
    chosen = kept.columns if kept else columns.guess(table.columns, "cases", found_format)
    chosen = columns.clean(chosen, table.columns, "cases")
    order = str((kept.options if kept else {}).get("date_order") or table.notes.get("date_order") or "dmy")
    reader = Reader(target="cases", columns=table.columns, mapping=chosen, order=order, today=on)
    if not reader.fields & {"full_name", "given_name", "national_code", *NUMBERS}:
        raise refuse(
            "no_names",
            "No column of the file tells the name or the number of the case.",
            "Name a column “Họ và tên” or “Mã bệnh nhân”, or import the file once and say there which is which.",
            name,
        )
    said = [reader.read(line.number, line.cells) for line in table.lines]
    return {"name": name, "rows": said, "columns": chosen, "is_remembered": kept is not None}


def reconcile(user: Any, unit: Unit | None, on: date, files: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return how the files and the register agree; rows are named by file and number, cases by code."""
    places = Places(user)
    registry: list[Any] = list(cases_of(user, unit).filter(counted__lte=on).select_related("person", "unit"))
    index = _Index(registry)
    file_only, differing, unreadable = [], [], []
    seen: Counter[int] = Counter()
    n_rows, by_commune = 0, Counter[Any]()
    districts: set[Any] = set()
    for file in files:
        for said in file["rows"]:
            n_rows += 1
            commune = _commune(places, said)
            day = said.subject.get("confirmed_on") or said.subject.get("reported_on")
            where = {"file": file["name"], "row": said.number, "commune": label(commune)}
            if said.is_rejected:
                unreadable.append(
                    where | {"why": [found["message"] for found in said.reasons if is_error(found)]}
                )
            districts.add(commune.parent_id if commune else None)
            if day is None or day == on:
                by_commune[commune.pk if commune else None] += 1
            case = index.find(said, commune)
            if case is None:
                file_only.append(where | {"day": day.isoformat() if day else ""})
                continue
            seen[case.pk] += 1
            differences = _differences(case, said, commune, day)
            if differences or seen[case.pk] > 1:
                repeated = [{"field": "repeated", "file": str(seen[case.pk]), "registry": "1"}]
                differing.append(where | {"code": case.code, "differences": differences or repeated})
    of_the_day = [case for case in registry if case.counted == on and _is_covered(case, districts)]
    registry_only = [
        {"code": case.code, "commune": label(case.unit)} for case in of_the_day if not seen[case.pk]
    ] if files else []  # fmt: skip
    counts = Counter(case.unit_id for case in of_the_day)
    return {
        "files": [
            {name: file[name] for name in ("name", "columns", "is_remembered")} | {"n": len(file["rows"])}
            for file in files
        ],
        "n_rows": n_rows, "n_same": len(seen) - len({row["code"] for row in differing}),
        "file_only": file_only[:MOST_LISTED], "n_file_only": len(file_only),
        "registry_only": registry_only[:MOST_LISTED], "n_registry_only": len(registry_only),
        "differing": differing[:MOST_LISTED], "n_differing": len(differing),
        "unreadable": unreadable[:MOST_LISTED], "n_unreadable": len(unreadable),
        "by_commune": _by_commune(counts, by_commune) if files else [],
    }  # fmt: skip


def _by_commune(registry: Counter[Any], files: Counter[Any]) -> list[dict[str, Any]]:
    """Return the new cases of each commune, in the register and in the files."""
    names = {pk: label(tree().units.get(pk)) if pk else "" for pk in set(registry) | set(files)}
    return [
        {"commune": names[pk], "unit": pk, "registry": registry[pk], "files": files[pk]}
        for pk in sorted(names, key=lambda pk: names[pk])
    ]


class _Index:
    """The register, found by any number of a case, else by who it is where the reader may know."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self._by_number: dict[str, Case] = {}
        self._by_who: dict[tuple[str, Any], list[Case]] = {}
        for case in cases:
            numbers = [case.code, case.national_code, str(case.uuid), *map(str, case.external_ids.values())]
            for number in numbers:
                if number:
                    self._by_number[number.casefold()] = case
            if getattr(case, "is_identified", False):
                person = case.person
                for key in ((person.name_folded, person.birth_year), (person.name_folded, case.unit_id)):
                    self._by_who.setdefault(key, []).append(case)

    def find(self, said: Said, commune: Unit | None) -> Case | None:
        """Return the case that a row is about."""
        numbers = [said.subject.get("national_code"), *(said.link.get(name) for name in NUMBERS)]
        for number in numbers:
            if number and (case := self._by_number.get(str(number).casefold())) is not None:
                return case
        name, year = fold(_name(said)), said.person.get("birth_year")
        keys = [(name, year)] if year else []
        keys += [(name, commune.pk)] if commune else []
        for key in keys:
            found = self._by_who.get(key, [])
            if len(found) == 1 and (year is None or found[0].person.birth_year in (None, year)):
                return found[0]
        return None


def _name(said: Said) -> str:
    whole = said.person.get("full_name")
    parts = (said.person.get(name, "") for name in ("family_name", "middle_name", "given_name"))
    return str(whole) if whole else " ".join(part for part in parts if part)


def _commune(places: Places, said: Said) -> Unit | None:
    commune = said.subject.get("case_commune") or said.person.get("commune") or ""
    names = [str(said.person.get(name) or "") for name in ("district", "province", "address")]
    return places.unit(str(commune), *names) if commune or any(names) else None


def _is_covered(case: Case, districts: set[Any]) -> bool:
    # A row without a commune may be of anywhere, so then the whole jurisdiction is compared.
    return not districts or None in districts or (case.unit is not None and case.unit.parent_id in districts)


def _differences(case: Any, said: Said, commune: Unit | None, day: date | None) -> list[dict[str, str]]:
    pairs = [
        ("commune", label(commune), label(case.unit) if commune else ""),
        ("day", day.isoformat() if day else "", case.counted.isoformat() if day else ""),
    ]
    for name in ("found", "classification", "outcome"):
        value = said.subject.get(name)
        pairs.append((name, str(value or ""), str(getattr(case, name)) if value else ""))
    return [{"field": name, "file": file, "registry": known} for name, file, known in pairs if file != known]
