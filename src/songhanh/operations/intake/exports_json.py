"""Documents written row by row: Go.Data's API, DHIS2's tracker, a FHIR R4B bundle."""

from __future__ import annotations

import hashlib
import json
import string
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils import timezone

from songhanh.operations.intake.exports import Values, age, foreign_id, name_parts, place, rows_of
from songhanh.operations.intake.exports_foreign import GODATA, godata_token
from songhanh.operations.intake.reading_json import CASE_PROGRAM, CONTACT_PROGRAM
from songhanh.operations.intake.synonyms import formats
from songhanh.operations.project.clock import now

_LETTERS = string.ascii_letters
_SIGNS = _LETTERS + string.digits
_TYPE = "MCPQUTHX1Ze"  # the tracked entity type of WHO's COVID-19 package
_STAGE = "LpWNjNGvCO5"
_OUTCOME_STAGE = "iVfs6Jyp7I8"
_FOLLOW_UP_STAGE = "sAV9jAajr8x"
_CONTACT_TYPE = "Mv8R4MPcNcX"  # relationship "has been in contact with"


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _list(items: Iterable[Any], opening: str = "[", closing: str = "]") -> Iterator[str]:
    yield opening
    separator = ""
    for item in items:
        yield f"{separator}\n{_dumped(item)}"
        separator = ","
    yield f"\n{closing}\n"


def uid(*words: str) -> str:
    """Return an id as DHIS2 has them (11 signs, a letter first), the same for the same words."""
    number = int.from_bytes(hashlib.sha256(" ".join(words).encode()).digest()[:16], "big")
    signs = [_LETTERS[number % len(_LETTERS)]]
    for _position in range(10):
        number //= len(_SIGNS)
        signs.append(_SIGNS[number % len(_SIGNS)])
    return "".join(signs)


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}


def _iso(value: Any) -> str:
    return value.isoformat() if value else ""


# --- Go.Data ---


def godata_cases(by: Any) -> Iterator[str]:
    """Write the cases as Go.Data's API gives and takes them."""
    return _list(_godata_person(row, "CASE") for row in rows_of("cases", by))


def godata_contacts(by: Any) -> Iterator[str]:
    """Write the contacts as Go.Data's API gives and takes them."""
    return _list(_godata_person(row, "CONTACT") for row in rows_of("persons", by))


def _godata_person(row: Values, kind: str) -> dict[str, Any]:
    family, middle, given = name_parts(row)
    is_case = kind == "CASE"
    return _filled(
        {
            "id": foreign_id(row, "godata", "person__external_ids", "person__uuid"),
            "visualId": (row.get("external_ids") or {}).get("godata:code") or row.get("code", ""),
            "type": f"LNG_REFERENCE_DATA_CATEGORY_PERSON_TYPE_{kind}",
            "firstName": given, "middleName": middle, "lastName": family,
            "gender": godata_token("sex", row["person__sex"]),
            "dob": _iso(row["person__born_on"]),
            "age": {"years": age(row)} if age(row) != "" else {},
            "occupation": row["person__occupation"],
            "addresses": [_filled({
                "typeId": "LNG_REFERENCE_DATA_CATEGORY_ADDRESS_TYPE_USUAL_PLACE_OF_RESIDENCE",
                "addressLine1": row["person__address"], "phoneNumber": row["person__phone"], "locationId": place(row)[0],
            })],
            "documents": [{"type": "LNG_REFERENCE_DATA_CATEGORY_DOCUMENT_TYPE_OTHER", "number": row["person__id_number"]}]
            if row["person__id_number"] else [],
            "classification": godata_token("classification", row["classification"]) if is_case else "",
            "dateOfReporting": _iso(row["reported_on"]) if is_case else _iso(row["happened_until"]),
            "dateOfOnset": _iso(row["onset_on"]) if is_case else "",
            "outcomeId": godata_token("outcome", row["outcome"]) if is_case else "",
            "dateOfOutcome": _iso(row["outcome_on"]) if is_case else "",
            "dateOfLastContact": "" if is_case else _iso(row["happened_until"]),
        }
    )  # fmt: skip


def godata_relationships(by: Any) -> Iterator[str]:
    """Write who met whom as Go.Data's API gives and takes it."""
    return _list(
        _filled(
            {
                "id": str(row["uuid"]),
                "persons": [
                    {"id": foreign_id(row, "godata", "source__external_ids", "source__uuid"), "source": True,
                     "type": "LNG_REFERENCE_DATA_CATEGORY_PERSON_TYPE_CASE"},
                    {"id": foreign_id(row, "godata", "person__external_ids", "person__uuid"), "target": True,
                     "type": "LNG_REFERENCE_DATA_CATEGORY_PERSON_TYPE_CONTACT"},
                ],
                "contactDate": _iso(row["happened_until"]), "dateOfFirstContact": _iso(row["happened_from"]),
                "exposureTypeId": GODATA["proximity"][row["proximity"]],
                "socialRelationshipTypeId": GODATA["setting"][row["setting"]],
                "socialRelationshipDetail": row["relation"], "comment": row["note"], "active": True,
                "certaintyLevelId": "LNG_REFERENCE_DATA_CATEGORY_CERTAINTY_LEVEL_3_HIGH",
            }
        )
        for row in rows_of("contacts", by)
    )  # fmt: skip


# --- DHIS2 ---


def dhis2_cases(by: Any) -> Iterator[str]:
    """Write the cases as tracked entities of the COVID-19 case-based surveillance."""
    return _list((_tracked_case(row) for row in rows_of("cases", by)), '{"trackedEntities":[', "]}")


def dhis2_contacts(by: Any) -> Iterator[str]:
    """Write the contacts as tracked entities of the contact follow-up, with what joins them to their cases."""
    yield from _list((_tracked_contact(row) for row in rows_of("contacts", by)), '{"trackedEntities":[', "],")
    yield '"relationships":['
    yield from _list((_tracked_link(row) for row in rows_of("contacts", by)), "", "]}")


def _attributes(row: Values, values: dict[str, Any]) -> list[dict[str, Any]]:
    family, middle, given = name_parts(row)
    named = {
        "sB1IHYu2xQT": " ".join(part for part in (middle, given) if part), "ENRjVGxVL6l": family,
        "oindugucx72": {"male": "MALE", "female": "FEMALE"}.get(row["person__sex"], ""),
        "NI0QRzJvQ0k": _iso(row["person__born_on"]), "Rv8WM2mTuS5": str(age(row)),
        "fctSQp5nAYl": row["person__phone"], "Xhdn49gUd52": row["person__address"],
        "hBcoBCZBWFb": row["person__nationality"],
    }  # fmt: skip
    return [{"attribute": name, "value": value} for name, value in _filled({**named, **values}).items()]


def _event(row: Values, program: str, stage: str, on: str, values: dict[str, Any]) -> dict[str, Any]:
    return {
        "event": uid("event", stage, str(row["uuid"])), "program": program, "programStage": stage,
        "orgUnit": place(row)[0], "occurredAt": on, "status": "COMPLETED",
        "dataValues": [{"dataElement": name, "value": value} for name, value in _filled(values).items()],
    }  # fmt: skip


def _tracked(
    row: Values, key: str, program: str, on: str, attributes: dict[str, Any], events: list[Any]
) -> dict[str, Any]:
    return {
        "trackedEntity": key, "trackedEntityType": _TYPE, "orgUnit": place(row)[0],
        "attributes": _attributes(row, attributes),
        "enrollments": [{
            "enrollment": uid("enrollment", str(row["uuid"])), "trackedEntity": key, "program": program,
            "orgUnit": place(row)[0], "enrolledAt": on, "occurredAt": on, "status": "ACTIVE", "events": events,
        }],
    }  # fmt: skip


def _tracked_case(row: Values) -> dict[str, Any]:
    on = _iso(row["reported_on"])
    symptoms = {
        column: "YES" for column, field in formats()["dhis2"]["cases"].items()
        if field.startswith("symptom:") and field[8:] in (row["symptoms"] or [])
    }  # fmt: skip
    positive = "POSITIVE" if row["classification"] == "confirmed" else ""
    examined = {
        "s3eoonJ8OJb": _iso(row["onset_on"]), "wvSTTknCxfK": _iso(row["admitted_on"]), "GoF3NCp03q1": _iso(row["isolated_on"]),
        "JGnHr6WI3AY": {True: "YES", False: "NO", None: ""}[row["has_symptoms"]],
        "PpMq8T5hNXy": row["source_case__code"], **symptoms,
    }  # fmt: skip
    health = {"recovered": "RECOVERED", "died": "DEATH", "active": "NOT_RECOVERED"}.get(
        row["outcome"], "UNKNOWN"
    )
    ended = "dDEdmn8q3P1" if row["outcome"] == "died" else "IdFN1KdIHO1"
    events = [
        _event(row, CASE_PROGRAM, _STAGE, on, examined),
        _event(row, CASE_PROGRAM, "iR8O4hSLHnu", on, {"Q98LhagGLFj": _iso(row["sampled_on"])}),
        _event(
            row,
            CASE_PROGRAM,
            "dDHkBd3X8Ce",
            on,
            {"ovY6E8BSdto": positive, "Cl2I1H6Y3oj": _iso(row["confirmed_on"])},
        ),
        _event(
            row, CASE_PROGRAM, _OUTCOME_STAGE, on, {"bOYWVEBaWy6": health, ended: _iso(row["outcome_on"])}
        ),
    ]
    key = _entity(row, "external_ids", "uuid")
    number = {
        "he05i8FUwu3": row["national_code"],
        "HAZ7VQ730yn": row["code"],
        "ooK7aSiAaGq": row["person__site__slug"],
    }
    return _tracked(row, key, CASE_PROGRAM, on, number, [event for event in events if event["dataValues"]])


def _entity(row: Values, ids: str, own: str) -> str:
    return str((row.get(ids) or {}).get("dhis2") or uid("entity", str(row[own])))


def _tracked_contact(row: Values) -> dict[str, Any]:
    on = _iso(row["happened_until"])
    met = {"MTfb6fQM19m": _iso(row["happened_from"]), "guigSJl89Gc": on}
    return _tracked(
        row, _entity(row, "person__external_ids", "person__uuid"), CONTACT_PROGRAM, on, {},
        [_event(row, CONTACT_PROGRAM, _FOLLOW_UP_STAGE, on, met)],
    )  # fmt: skip


def _tracked_link(row: Values) -> dict[str, Any]:
    case = row["source__case"]
    source = (
        _entity(case, "external_ids", "uuid")
        if case
        else _entity(row, "source__external_ids", "source__uuid")
    )
    return {
        "relationship": uid("link", str(row["uuid"])), "relationshipType": _CONTACT_TYPE,
        "from": {"trackedEntity": {"trackedEntity": source}},
        "to": {"trackedEntity": {"trackedEntity": _entity(row, "person__external_ids", "person__uuid")}},
    }  # fmt: skip


def stamp() -> str:
    """Return this instant as documents carry it."""
    return timezone.localtime(now()).isoformat(timespec="seconds")
