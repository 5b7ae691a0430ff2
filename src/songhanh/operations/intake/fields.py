"""What can be read from a row: our fields by target, with what kind of value each holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop


@dataclass(frozen=True)
class Field:
    """One field of ours. ``kind`` is text, day, instant, whole, decimal, yesno, or a dictionary of values."""

    name: str
    label: str  # in English, translated when shown
    kind: str = "text"
    part: str = "subject"  # whom it tells of: person, subject (the case, the contact, ...), link
    low: int = 0
    high: int = 0

    @property
    def words(self) -> Any:
        """Return the label in the language of the page."""
        return _(self.label)


def _fields(*given: Field) -> dict[str, Field]:
    return {field.name: field for field in given}


N = gettext_noop
RECORD_ID = Field("record_id", N("number in the other system"), part="link")
RECORD_CODE = Field("record_code", N("second number in the other system"), part="link")
OWN_ID = Field("uuid", N("our id"), part="link")
PERSON = _fields(
    Field("person_uuid", N("our id of the person"), part="link"),
    Field("person_id", N("person's number in the other system"), part="link"),
    Field("person_code", N("person's second number in the other system"), part="link"),
    Field("full_name", N("full name"), part="person"),
    Field("family_name", N("family name"), part="person"),
    Field("middle_name", N("middle name"), part="person"),
    Field("given_name", N("given name"), part="person"),
    Field("sex", N("sex"), "sex", "person"),
    Field("born_on", N("date of birth"), "born", "person"),
    Field("birth_year", N("year of birth"), "born", "person"),
    Field("birth_year_male", N("year of birth, column of men"), "born", "person"),
    Field("birth_year_female", N("year of birth, column of women"), "born", "person"),
    Field("birth_day", N("day of birth"), "whole", "person", 1, 31),
    Field("birth_month", N("month of birth"), "whole", "person", 1, 12),
    Field("age", N("age"), "age", "person", 0, 125),
    Field("id_number", N("identity number"), part="person"),
    Field("phone", N("telephone"), part="person"),
    Field("phone_owner", N("whose telephone"), part="person"),
    Field("nationality", N("nationality"), "country", "person"),
    Field("commune", N("commune"), "place", "person"),
    Field("district", N("district"), "place", "person"),
    Field("province", N("province"), "place", "person"),
    Field("hamlet", N("hamlet"), part="person"),
    Field("address", N("address"), part="person"),
    Field("house_number", N("house number"), part="person"),
    Field("address_city", N("town"), part="person"),
    Field("site", N("workplace or school"), "site", "person"),
    Field("lodging", N("boarding house or dormitory"), part="person"),
    Field("occupation", N("occupation"), part="person"),
)
CASES = PERSON | _fields(
    OWN_ID, RECORD_ID, RECORD_CODE,
    Field("code", N("our code"), part="link"),
    Field("epid_number", N("epidemiological number"), part="link"),
    Field("national_code", N("national number")),
    Field("case_commune", N("commune responsible"), "place"),
    Field("classification", N("classification"), "classification"),
    Field("lab_result", N("laboratory result"), "result"),
    Field("reported_on", N("reported on"), "day"),
    Field("onset_on", N("onset of symptoms"), "day"),
    Field("has_symptoms", N("has symptoms"), "yesno"),
    Field("symptoms", N("symptoms"), "symptoms"),
    Field("sampled_on", N("sample taken on"), "day"),
    Field("confirmed_on", N("confirmed on"), "day"),
    Field("isolated_on", N("isolated on"), "day"),
    Field("admitted_on", N("admitted on"), "day"),
    Field("facility", N("treated at"), "facility"),
    Field("severity", N("severity"), "severity"),
    Field("outcome", N("outcome"), "outcome"),
    Field("condition", N("alive or dead"), "outcome"),
    Field("outcome_on", N("date of the outcome"), "day"),
    Field("died_on", N("date of death"), "day"),
    Field("found", N("where found"), "found"),
    Field("cluster", N("cluster"), "cluster"),
    Field("source_id", N("infected by (number or code)"), part="link"),
    Field("source_note", N("source, in words")),
    Field("vaccine_doses", N("vaccine doses"), "whole", low=0, high=9),
    Field("ct_value", N("Ct value"), "decimal", low=0, high=60),
    Field("note", N("note")),
)  # fmt: skip
_MEETING = _fields(
    Field("source_id", N("source person (number, code or name)"), part="link"),
    Field("source_code", N("source person's second number"), part="link"),
    Field("source_uuid", N("our id of the source person"), part="link"),
    Field("happened_from", N("first day"), "day"),
    Field("happened_until", N("last day"), "day"),
    Field("reported_on", N("reported on"), "day"),
    Field("setting", N("setting"), "setting"),
    Field("proximity", N("proximity"), "proximity"),
    Field("relation", N("relation")),
    Field("note", N("note")),
)
TARGETS: Mapping[str, Mapping[str, Field]] = {
    "cases": CASES,
    "contacts": PERSON | _fields(OWN_ID, RECORD_ID, RECORD_CODE) | _MEETING,
    "relationships": _fields(
        OWN_ID, RECORD_ID,
        Field("target_id", N("contact person (number or code)"), part="link"),
        Field("target_code", N("contact person's second number"), part="link"),
        Field("target_uuid", N("our id of the contact person"), part="link"),
    ) | _MEETING,
    "followups": PERSON | _fields(
        OWN_ID, RECORD_ID,
        Field("due_on", N("day of the follow-up"), "day"),
        Field("state", N("result of the follow-up"), "state"),
        Field("temperature", N("temperature"), "decimal", low=30, high=45),
        Field("symptoms", N("symptoms"), "symptoms"),
        Field("note", N("note")),
    ),
    "samples": PERSON | _fields(
        OWN_ID, RECORD_ID,
        Field("kind", N("test"), "kind"),
        Field("taken_at", N("taken at"), "instant"),
        Field("tube", N("tube")),
        Field("laboratory", N("laboratory"), "laboratory"),
        Field("result", N("result"), "result"),
        Field("result_at", N("result at"), "instant"),
        Field("ct_value", N("Ct value"), "decimal", low=0, high=60),
        Field("reason", N("why")),
    ),
    "events": _fields(
        OWN_ID, RECORD_ID, RECORD_CODE,
        Field("name", N("name")),
        Field("began_on", N("began on"), "day"),
        Field("closed_on", N("closed on"), "day"),
        Field("commune", N("commune"), "place"),
        Field("district", N("district"), "place"),
        Field("province", N("province"), "place"),
        Field("site", N("workplace or school"), "site"),
        Field("note", N("note")),
    ),
}  # fmt: skip
TARGET_WORDS = {
    "cases": _("cases"),
    "contacts": _("contacts"),
    "relationships": _("relationships between persons"),
    "followups": _("follow-ups"),
    "samples": _("samples"),
    "events": _("clusters"),
}
FORMAT_WORDS = {
    "table": _("any table"),
    "songhanh": _("Songhanh's own"),
    "godata": "Go.Data",
    "sormas": "SORMAS",
    "dhis2": "DHIS2",
    "who": _("WHO line list"),
    "vietnam2020": _("Vietnamese patient table of 2020"),
}
LENGTHS = {
    "full_name": 160, "phone": 30, "phone_owner": 80, "id_number": 20, "hamlet": 120, "address": 250, "lodging": 120,
    "occupation": 120, "national_code": 20, "source_note": 200, "relation": 80, "tube": 40, "reason": 80, "name": 160,
}  # fmt: skip


def field_of(target: str, name: str) -> Field | None:
    """Return a field by name; ``symptom:fever`` is one of yes or no."""
    if name.startswith("symptom:"):
        return Field(name, name, "yesno")
    return TARGETS[target].get(name)
