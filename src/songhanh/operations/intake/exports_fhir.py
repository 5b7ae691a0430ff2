"""A FHIR R4B bundle: patients, conditions, exposures and specimens with their results, written row by row."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from songhanh.operations.intake.exports import Values, name_parts, place, rows_of
from songhanh.operations.intake.exports_json import _filled, stamp

_SYSTEM = "urn:songhanh"
_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
_VERIFICATION = {
    "suspected": "unconfirmed",
    "probable": "provisional",
    "confirmed": "confirmed",
    "not-a-case": "refuted",
}
_CODE = {"confirmed": ("U07.1", "COVID-19, virus identified")}
_TESTS = {
    "pcr": ("94500-6", "SARS-CoV-2 RNA by NAA with probe detection"),
    "antigen": ("94558-4", "SARS-CoV-2 antigen by rapid immunoassay"),
}
_RESULTS = {
    "positive": ("260373001", "Detected"),
    "negative": ("260415000", "Not detected"),
    "invalid": ("419984006", "Inconclusive"),
}


def bundle(by: Any) -> Iterator[str]:
    """Write the collection of all resources that somebody may see; each person once."""
    yield f'{{"resourceType":"Bundle","type":"collection","timestamp":"{stamp()}","entry":['
    separator = ""
    for resource in _resources(by):
        entry = {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}
        yield f"{separator}\n{json.dumps(entry, ensure_ascii=False, separators=(',', ':'))}"
        separator = ","
    yield "\n]}\n"


def _resources(by: Any) -> Iterator[dict[str, Any]]:
    patients: set[int] = set()  # one number a person, so that each comes once
    for source, build in (("cases", _condition), ("contacts", _exposure), ("samples", _specimen)):
        for row in rows_of(source, by):
            if row["person__id"] not in patients:
                patients.add(row["person__id"])
                yield _patient(row)
            if source == "contacts" and row["source__id"] not in patients:
                patients.add(row["source__id"])
                yield _teller(row)
            yield from build(row)


def _patient(row: Values) -> dict[str, Any]:
    family, middle, given = name_parts(row)
    code, commune, district, province = place(row)
    identifiers = [{"system": f"{_SYSTEM}:person", "value": str(row["person__uuid"])}]
    if row["person__id_number"]:
        identifiers.append({"system": f"{_SYSTEM}:identity-number", "value": row["person__id_number"]})
    born = (
        row["person__born_on"].isoformat() if row["person__born_on"] else str(row["person__birth_year"] or "")
    )
    name = _filled(
        {
            "text": row["person__full_name"],
            "family": family,
            "given": [part for part in (middle, given) if part],
        }
    )
    address = _filled({
        "text": ", ".join(part for part in (row["person__address"], row["person__hamlet"], commune, district) if part),
        "city": commune, "district": district, "state": province, "country": "VN" if code else "",
    })  # fmt: skip
    return _filled({
        "resourceType": "Patient", "id": str(row["person__uuid"]), "identifier": identifiers, "name": [name] if name else [],
        "gender": row["person__sex"], "birthDate": born,
        "telecom": [{"system": "phone", "value": row["person__phone"]}] if row["person__phone"] else [],
        "address": [address] if address else [],
    })  # fmt: skip


def _teller(row: Values) -> dict[str, Any]:
    return {
        "resourceType": "Patient", "id": str(row["source__uuid"]),
        "identifier": [{"system": f"{_SYSTEM}:person", "value": str(row["source__uuid"])}],
        "name": [{"text": row["source__full_name"]}],
    }  # fmt: skip


def _subject(row: Values) -> dict[str, str]:
    return {"reference": f"urn:uuid:{row['person__uuid']}"}


def _condition(row: Values) -> Iterator[dict[str, Any]]:
    code, words = _CODE.get(row["classification"], ("U07.2", "COVID-19, virus not identified"))
    status = (
        "resolved" if row["outcome"] == "recovered" else "inactive" if row["outcome"] == "died" else "active"
    )
    base = "http://terminology.hl7.org/CodeSystem"
    verification = _VERIFICATION[row["classification"]]
    yield _filled({
        "resourceType": "Condition", "id": str(row["uuid"]),
        "identifier": [{"system": f"{_SYSTEM}:case", "value": row["code"]}],
        "clinicalStatus": {"coding": [{"system": f"{base}/condition-clinical", "code": status}]},
        "verificationStatus": {"coding": [{"system": f"{base}/condition-ver-status", "code": verification}]},
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": code, "display": words}]},
        "subject": _subject(row),
        "onsetDateTime": row["onset_on"].isoformat() if row["onset_on"] else "",
        "abatementDateTime": row["outcome_on"].isoformat() if row["outcome_on"] and status == "resolved" else "",
        "recordedDate": row["reported_on"].isoformat(),
    })  # fmt: skip


def _exposure(row: Values) -> Iterator[dict[str, Any]]:
    yield _filled({
        "resourceType": "Observation", "id": str(row["uuid"]), "status": "final",
        "category": [{"coding": [{"system": _CATEGORY, "code": "social-history"}]}],
        "code": {"coding": [{"system": f"{_SYSTEM}:exposure", "code": "contact", "display": "Contact with a case"}],
                 "text": row["relation"] or row["setting"]},
        "subject": _subject(row),
        "focus": [{"reference": f"urn:uuid:{row['source__uuid']}"}],
        "effectivePeriod": {"start": row["happened_from"].isoformat(), "end": row["happened_until"].isoformat()},
        "valueCodeableConcept": {"coding": [{"system": f"{_SYSTEM}:proximity", "code": row["proximity"]}]},
    })  # fmt: skip


def _specimen(row: Values) -> Iterator[dict[str, Any]]:
    taken = timezone.localtime(row["taken_at"]).isoformat(timespec="seconds")
    specimen = f"{row['uuid']}"
    yield _filled({
        "resourceType": "Specimen", "id": specimen, "subject": _subject(row), "status": "available",
        "type": {"coding": [{"system": "http://snomed.info/sct", "code": "258500001", "display": "Nasopharyngeal swab"}]},
        "collection": {"collectedDateTime": taken},
        "container": [{"identifier": [{"value": row["tube"]}]}] if row["tube"] else [],
    })  # fmt: skip
    if row["result"] not in _RESULTS:
        return
    code, words = _TESTS[row["kind"]]
    value, said = _RESULTS[row["result"]]
    yield _filled({
        "resourceType": "Observation", "id": f"r-{row['uuid']}", "status": "final",
        "category": [{"coding": [{"system": _CATEGORY, "code": "laboratory"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": code, "display": words}]},
        "subject": _subject(row), "specimen": {"reference": f"urn:uuid:{specimen}"}, "effectiveDateTime": taken,
        "issued": timezone.localtime(row["result_at"]).isoformat(timespec="seconds") if row["result_at"] else "",
        "valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": value, "display": said}]},
    })  # fmt: skip
