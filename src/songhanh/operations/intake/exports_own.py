"""Our own tables: every field, read again by `songhanh import` without loss."""

from __future__ import annotations

from songhanh.operations.intake.exports import Column, Layout, place

_PERSON = [
    Column("person_uuid", "person__uuid"),
    Column("full_name", "person__full_name"),
    Column("sex", "person__sex"),
    Column("born_on", "person__born_on"),
    Column("birth_year", "person__birth_year"),
    Column("id_number", "person__id_number"),
    Column("phone", "person__phone"),
    Column("phone_owner", "person__phone_owner"),
    Column("nationality", "person__nationality"),
    Column("commune", lambda row: place(row)[0]),
    Column("hamlet", "person__hamlet"),
    Column("address", "person__address"),
    Column("site", "person__site__slug"),
    Column("lodging", "person__lodging"),
    Column("occupation", "person__occupation"),
]
_SAME = (
    "classification", "reported_on", "onset_on", "has_symptoms", "symptoms", "sampled_on", "confirmed_on", "isolated_on",
    "admitted_on",
)  # fmt: skip
LAYOUTS = {
    "cases": Layout(
        "cases",
        "cases",
        [
            Column("uuid", "uuid"),
            Column("code", "code"),
            Column("national_code", "national_code"),
            *_PERSON,
            Column("case_commune", lambda row: place(row, "unit_id")[0]),
            *[Column(name, name) for name in _SAME],
            Column("facility", "facility__slug"),
            *[Column(name, name) for name in ("severity", "outcome", "outcome_on", "found")],
            Column("cluster", "cluster__name"),
            Column("source_id", "source_case__uuid"),
            *[Column(name, name) for name in ("source_note", "vaccine_doses", "ct_value", "note")],
        ],
    ),
    "contacts": Layout(
        "contacts",
        "contacts",
        [
            Column("uuid", "uuid"),
            Column("source_uuid", "source__uuid"),
            *_PERSON,
            *[
                Column(name, name)
                for name in ("happened_from", "happened_until", "setting", "proximity", "relation", "note")
            ],
        ],
    ),
    "followups": Layout(
        "followups",
        "followups",
        [
            Column("person_uuid", "person__uuid"),
            Column("full_name", "person__full_name"),
            *[Column(name, name) for name in ("due_on", "state", "temperature", "symptoms", "note")],
        ],
    ),
    "samples": Layout(
        "samples",
        "samples",
        [
            Column("uuid", "uuid"),
            Column("person_uuid", "person__uuid"),
            Column("full_name", "person__full_name"),
            *[Column(name, name) for name in ("kind", "taken_at", "tube")],
            Column("laboratory", "laboratory__slug"),
            *[Column(name, name) for name in ("result", "result_at", "ct_value", "reason")],
        ],
    ),
    "events": Layout(
        "events",
        "events",
        [
            Column("uuid", "uuid"),
            *[Column(name, name) for name in ("name", "began_on", "closed_on")],
            Column("commune", lambda row: place(row, "unit_id")[0]),
            Column("site", "site__slug"),
            Column("note", "note"),
        ],
    ),
}
