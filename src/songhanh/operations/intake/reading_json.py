"""JSON of Go.Data (its API and its exports) and of DHIS2's tracker, flattened into tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from songhanh.operations.intake.tables import MOST_COLUMNS, Line, Table, refuse, text_of

Record = dict[str, str]
CASE_PROGRAM, CONTACT_PROGRAM = "uYjxkTbwRNf", "DM9n1bUw8W8"
_FOLLOW_UP_STAGE, _SYMPTOM_STAGE = "sAV9jAajr8x", "oWMZsYe2Fc4"


def table_of(text: str) -> Table:
    """Return the records of a JSON document as a table.

    Raises
    ------
    SonghanhError
        If it is not JSON, or JSON of another kind.
    """
    try:
        document = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        where = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise refuse(
            "malformed", f"The file is not whole JSON{where}.", "Export it again; it may have been cut off."
        ) from error
    if isinstance(document, Mapping) and "instances" in document:
        document = {"trackedEntities": document["instances"]}
    if isinstance(document, Mapping) and "trackedEntities" in document:
        return _tracker(document)
    records = document if isinstance(document, list) else [document]
    records = [record for record in records if isinstance(record, Mapping)]
    if not records:
        raise refuse("empty", "The JSON holds no records.", "Export a list of cases, contacts or follow-ups.")
    return _godata(records)


def _table(records: list[Record], source_format: str, target: str) -> Table:
    columns: dict[str, None] = {}
    for record in records:
        columns.update(dict.fromkeys(record))
    if len(columns) > MOST_COLUMNS:
        raise refuse(
            "columns",
            f"The records have {len(columns)} different fields; at most {MOST_COLUMNS} are read.",
            "Export without the questionnaire.",
        )
    names = list(columns)
    lines = [
        Line(number, [record.get(name, "") for name in names])
        for number, record in enumerate(records, start=1)
    ]
    return Table(names, lines, {"encoding": "json"}, source_format, target)


def _flat(record: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in record.items():
        path = f"{prefix}{name}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{path}.")
        elif isinstance(value, list):
            for position, item in enumerate(value[:5]):
                if isinstance(item, Mapping):
                    yield from _flat(item, f"{path}[{position}].")
                elif position == 0:
                    yield path, "; ".join(text_of(part) for part in value)
        else:
            yield path, text_of(value)


def _godata(records: list[Mapping[str, Any]]) -> Table:
    target, prepare = _kind_of(records[0])
    return _table([dict(_flat(prepare(record))) for record in records], "godata", target)


def _kind_of(record: Mapping[str, Any]) -> tuple[str, Callable[[Mapping[str, Any]], Mapping[str, Any]]]:
    if "persons" in record:
        return "relationships", _ends
    if "sampleIdentifier" in record or "dateSampleTaken" in record:
        return "samples", dict
    if "statusId" in record and "personId" in record:
        return "followups", dict
    kind = str(record.get("type", ""))
    if kind.endswith("EVENT"):
        return "events", dict
    if kind.endswith(("CONTACT", "CONTACT_OF_CONTACT")):
        return "contacts", dict
    return "cases", dict


def _ends(record: Mapping[str, Any]) -> dict[str, Any]:
    flat = {name: value for name, value in record.items() if name != "persons"}
    for person in record["persons"]:
        if isinstance(person, Mapping):
            flat["source_uuid" if person.get("source") else "target_uuid"] = person.get("id")
    return flat


def _tracker(document: Mapping[str, Any]) -> Table:
    """One row a tracked entity: its attributes, and the values of its events, the newest last."""
    records, targets = [], set()
    for entity in _listed(document, "trackedEntities"):
        record = {
            "trackedEntity": text_of(entity.get("trackedEntity")),
            "orgUnit": text_of(entity.get("orgUnit")),
        }
        record |= _values(entity, "attributes", "attribute")
        for enrollment in _listed(entity, "enrollments"):
            targets.add(enrollment.get("program"))
            record |= {"enrolledAt": text_of(enrollment.get("enrolledAt"))}
            record |= _values(enrollment, "attributes", "attribute")
            for event in _listed(enrollment, "events"):
                record |= _values(event, "dataValues", "dataElement")
        records.append(record)
    _linked(document, records)
    if not records:
        raise refuse("empty", "The document has no tracked entities.", "Export a program with registration.")
    target = "contacts" if CONTACT_PROGRAM in targets and CASE_PROGRAM not in targets else "cases"
    return _table(records, "dhis2", target)


def _listed(record: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = record.get(name)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _values(record: Mapping[str, Any], name: str, key: str) -> Record:
    return {str(item.get(key)): text_of(item.get("value")) for item in _listed(record, name)}


def _linked(document: Mapping[str, Any], records: list[Record]) -> None:
    # "Has been in contact with": from the case to the contact.
    sources = {}
    for relation in _listed(document, "relationships"):
        ends = [
            end.get("trackedEntity", {}).get("trackedEntity") if isinstance(end, Mapping) else None
            for end in (relation.get("from"), relation.get("to"))
        ]
        sources[ends[1]] = text_of(ends[0])
    for record in records:
        if record["trackedEntity"] in sources:
            record["source"] = sources[record["trackedEntity"]]
