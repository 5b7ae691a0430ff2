"""What can be read from a row: our fields by target, with what kind of value each holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _


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
        return gettext_lazy(self.label)


def _fields(*given: Field) -> dict[str, Field]:
    return {field.name: field for field in given}


RECORD_ID = Field("record_id", _("number in the other system"), part="link")
RECORD_CODE = Field("record_code", _("second number in the other system"), part="link")
OWN_ID = Field("uuid", _("our id"), part="link")
PERSON = _fields(
    Field("person_uuid", _("our id of the person"), part="link"),
    Field("person_id", _("person's number in the other system"), part="link"),
    Field("person_code", _("person's second number in the other system"), part="link"),
    Field("full_name", _("full name"), part="person"),
    Field("family_name", _("family name"), part="person"),
    Field("middle_name", _("middle name"), part="person"),
    Field("given_name", _("given name"), part="person"),
    Field("sex", _("sex"), "sex", "person"),
    Field("born_on", _("date of birth"), "born", "person"),
    Field("birth_year", _("year of birth"), "born", "person"),
    Field("birth_year_male", _("year of birth, column of men"), "born", "person"),
    Field("birth_year_female", _("year of birth, column of women"), "born", "person"),
    Field("birth_day", _("day of birth"), "whole", "person", 1, 31),
    Field("birth_month", _("month of birth"), "whole", "person", 1, 12),
    Field("age", _("age"), "age", "person", 0, 125),
    Field("id_number", _("identity number"), part="person"),
    Field("phone", _("telephone"), part="person"),
    Field("phone_owner", _("whose telephone"), part="person"),
    Field("nationality", _("nationality"), "country", "person"),
    Field("commune", _("commune"), "place", "person"),
    Field("district", _("district"), "place", "person"),
    Field("province", _("province"), "place", "person"),
    Field("hamlet", _("hamlet"), part="person"),
    Field("address", _("address"), part="person"),
    Field("house_number", _("house number"), part="person"),
    Field("address_city", _("town"), part="person"),
    Field("site", _("workplace or school"), "site", "person"),
    Field("lodging", _("boarding house or dormitory"), part="person"),
    Field("occupation", _("occupation"), part="person"),
)
CASES = PERSON | _fields(
    OWN_ID, RECORD_ID, RECORD_CODE,
    Field("code", _("our code"), part="link"),
    Field("epid_number", _("epidemiological number"), part="link"),
    Field("national_code", _("national number")),
    Field("case_commune", _("commune responsible"), "place"),
    Field("classification", _("classification"), "classification"),
    Field("lab_result", _("laboratory result"), "result"),
    Field("reported_on", _("reported on"), "day"),
    Field("onset_on", _("onset of symptoms"), "day"),
    Field("has_symptoms", _("has symptoms"), "yesno"),
    Field("symptoms", _("symptoms"), "symptoms"),
    Field("sampled_on", _("sample taken on"), "day"),
    Field("confirmed_on", _("confirmed on"), "day"),
    Field("isolated_on", _("isolated on"), "day"),
    Field("admitted_on", _("admitted on"), "day"),
    Field("facility", _("treated at"), "facility"),
    Field("severity", _("severity"), "severity"),
    Field("outcome", _("outcome"), "outcome"),
    Field("condition", _("alive or dead"), "outcome"),
    Field("outcome_on", _("date of the outcome"), "day"),
    Field("died_on", _("date of death"), "day"),
    Field("found", _("where found"), "found"),
    Field("cluster", _("cluster"), "cluster"),
    Field("source_id", _("infected by (number or code)"), part="link"),
    Field("source_note", _("source, in words")),
    Field("vaccine_doses", _("vaccine doses"), "whole", low=0, high=9),
    Field("ct_value", _("Ct value"), "decimal", low=0, high=60),
    Field("note", _("note")),
)  # fmt: skip
_MEETING = _fields(
    Field("source_id", _("source person (number, code or name)"), part="link"),
    Field("source_code", _("source person's second number"), part="link"),
    Field("source_uuid", _("our id of the source person"), part="link"),
    Field("happened_from", _("first day"), "day"),
    Field("happened_until", _("last day"), "day"),
    Field("reported_on", _("reported on"), "day"),
    Field("setting", _("setting"), "setting"),
    Field("proximity", _("proximity"), "proximity"),
    Field("relation", _("relation")),
    Field("note", _("note")),
)
TARGETS: Mapping[str, Mapping[str, Field]] = {
    "cases": CASES,
    "contacts": PERSON | _fields(OWN_ID, RECORD_ID, RECORD_CODE) | _MEETING,
    "relationships": _fields(
        OWN_ID, RECORD_ID,
        Field("target_id", _("contact person (number or code)"), part="link"),
        Field("target_code", _("contact person's second number"), part="link"),
        Field("target_uuid", _("our id of the contact person"), part="link"),
    ) | _MEETING,
    "followups": PERSON | _fields(
        OWN_ID, RECORD_ID,
        Field("due_on", _("day of the follow-up"), "day"),
        Field("state", _("result of the follow-up"), "state"),
        Field("temperature", _("temperature"), "decimal", low=30, high=45),
        Field("symptoms", _("symptoms"), "symptoms"),
        Field("note", _("note")),
    ),
    "samples": PERSON | _fields(
        OWN_ID, RECORD_ID,
        Field("kind", _("test"), "kind"),
        Field("taken_at", _("taken at"), "instant"),
        Field("tube", _("tube")),
        Field("laboratory", _("laboratory"), "laboratory"),
        Field("result", _("result"), "result"),
        Field("result_at", _("result at"), "instant"),
        Field("ct_value", _("Ct value"), "decimal", low=0, high=60),
        Field("reason", _("why")),
    ),
    "events": _fields(
        OWN_ID, RECORD_ID, RECORD_CODE,
        Field("name", _("name")),
        Field("began_on", _("began on"), "day"),
        Field("closed_on", _("closed on"), "day"),
        Field("commune", _("commune"), "place"),
        Field("district", _("district"), "place"),
        Field("province", _("province"), "place"),
        Field("site", _("workplace or school"), "site"),
        Field("note", _("note")),
    ),
}  # fmt: skip
TARGET_WORDS = {
    "cases": gettext_lazy("cases"),
    "contacts": gettext_lazy("contacts"),
    "relationships": gettext_lazy("relationships between persons"),
    "followups": gettext_lazy("follow-ups"),
    "samples": gettext_lazy("samples"),
    "events": gettext_lazy("clusters"),
}
FORMAT_WORDS = {
    "table": gettext_lazy("any table"),
    "songhanh": gettext_lazy("Songhanh's own"),
    "godata": "Go.Data",
    "sormas": "SORMAS",
    "dhis2": "DHIS2",
    "who": gettext_lazy("WHO line list"),
    "vietnam2020": gettext_lazy("Vietnamese patient table of 2020"),
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
