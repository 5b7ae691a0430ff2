"""The tables of Go.Data, SORMAS, the WHO line list and the R packages linelist and epicontacts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from songhanh.operations.intake.exports import Column, Layout, Values, age, foreign_id, name_parts, place
from songhanh.operations.intake.synonyms import formats

GODATA = {
    "classification": {"suspected": "SUSPECT", "probable": "PROBABLE", "confirmed": "CONFIRMED",
                       "not-a-case": "NOT_A_CASE_DISCARDED"},
    "outcome": {"active": "ALIVE", "recovered": "RECOVERED", "died": "DECEASED", "transferred": "OTHER", "unknown": "OTHER"},
    "sex": {"male": "MALE", "female": "FEMALE", "other": "OTHER", "unknown": ""},
    "state": {"due": "NOT_PERFORMED", "well": "SEEN_OK", "ill": "SEEN_NOT_OK", "not-seen": "MISSED",
              "lost": "LOST", "void": "VOID"},
    "result": {"pending": "", "retest": "", "positive": "POSITIVE", "negative": "NEGATIVE", "invalid": "INCONCLUSIVE"},
    "kind": {"pcr": "RT_PCR", "antigen": "ANTIGEN"},
    "proximity": {"direct": "Direct physical contact", "close": "Direct non-physical contact (within 1 meter)",
                  "room": "Was in same room", "other": "Other"},
    "setting": {"home": "Home/household", "lodging": "Dormitory", "work": "Workplace", "shuttle": "Transport",
                "school": "School", "health": "Hospital/healthcare", "market": "Market", "gathering": "Gathering",
                "other": "Other", "unknown": ""},
}  # fmt: skip
_CATEGORIES = {
    "classification": "CASE_CLASSIFICATION", "outcome": "OUTCOME", "sex": "GENDER", "result": "LAB_TEST_RESULT",
    "kind": "TYPE_OF_LAB_TEST", "state": "CONTACT_DAILY_FOLLOW_UP_STATUS_TYPE",
}  # fmt: skip


def godata_token(kind: str, value: str) -> str:
    """Return a value as Go.Data's API has it."""
    word = GODATA[kind][value]
    return f"LNG_REFERENCE_DATA_CATEGORY_{_CATEGORIES[kind]}_{word}" if word else ""


def _godata(kind: str, key: str) -> Any:
    return lambda row: GODATA[kind].get(row[key], "")


def _person_id(row: Values) -> str:
    return foreign_id(row, "godata", "person__external_ids", "person__uuid")


def _contact_id(row: Values) -> str:
    code = (row["person__external_ids"] or {}).get("godata:code", "")
    return code or (row["person__case"]["code"] if row["person__case"] else "")


def _source_id(row: Values) -> str:
    return foreign_id(row, "godata", "source__external_ids", "source__uuid")


_GODATA_PERSON = [
    Column("firstName", lambda row: name_parts(row)[2]),
    Column("middleName", lambda row: name_parts(row)[1]),
    Column("lastName", lambda row: name_parts(row)[0]),
    Column("gender", _godata("sex", "person__sex")),
    Column("age", age),
    Column("dob", "person__born_on"),
    Column("occupation", "person__occupation"),
    Column("telephone", "person__phone"),
    Column("address", "person__address"),
    Column("location_id", lambda row: place(row)[0]),
    Column("admin_1_name", lambda row: place(row)[2]),
    Column("admin_2_name", lambda row: place(row)[1]),
]
GODATA_LAYOUTS = {
    "cases": Layout("godata-cases", "cases", [
        Column("uuid", _person_id),
        Column("case_id", lambda row: (row["external_ids"] or {}).get("godata:code") or row["code"]),
        *_GODATA_PERSON,
        Column("classification", _godata("classification", "classification")),
        Column("outcome_id", _godata("outcome", "outcome")),
        Column("date_of_reporting", "reported_on"),
        Column("date_of_onset", "onset_on"),
        Column("date_of_outcome", "outcome_on"),
        Column("isolation_startdate", "isolated_on"),
        Column("hospitalization_startdate", "admitted_on"),
        Column("hospitalization_centername", "facility__name"),
    ]),
    "contacts": Layout("godata-contacts", "persons", [
        Column("uuid", _person_id),
        Column("contact_id", _contact_id),
        *_GODATA_PERSON,
        Column("date_of_last_contact", "happened_until"),
    ]),
    "relationships": Layout("godata-relationships", "contacts", [
        Column("uuid", "uuid"),
        Column("source_uuid", _source_id),
        Column("target_uuid", _person_id),
        Column("date_of_first_contact", "happened_from"),
        Column("date_of_last_contact", "happened_until"),
        Column("exposure_type", _godata("proximity", "proximity")),
        Column("context_of_exposure", _godata("setting", "setting")),
        Column("relation_detail", "relation"),
        Column("comment", "note"),
    ]),
    "followups": Layout("godata-followups", "followups", [
        Column("uuid", lambda row: f"{_person_id(row)}:{row['due_on']}"),
        Column("contact_uuid", _person_id),
        Column("date_of_followup", "due_on"),
        Column("followup_status", _godata("state", "state")),
        Column("comment", "note"),
    ]),
    "samples": Layout("godata-samples", "samples", [
        Column("id", lambda row: foreign_id(row, "godata")),
        Column("personId", _person_id),
        Column("sampleIdentifier", "tube"),
        Column("dateSampleTaken", "taken_at"),
        Column("dateOfResult", "result_at"),
        Column("result", _godata("result", "result")),
        Column("testType", _godata("kind", "kind")),
        Column("labName", "laboratory__name"),
    ]),
    "events": Layout("godata-events", "events", [
        Column("uuid", "uuid"),
        Column("event_name", "name"),
        Column("description", "note"),
        Column("date_of_event", "began_on"),
        Column("admin_1_name", lambda row: place(row, "unit_id")[2]),
        Column("admin_2_name", lambda row: place(row, "unit_id")[1]),
    ]),
}  # fmt: skip

SORMAS = {
    "classification": {"suspected": "SUSPECT", "probable": "PROBABLE", "confirmed": "CONFIRMED", "not-a-case": "NO_CASE"},
    "outcome": {"active": "NO_OUTCOME", "recovered": "RECOVERED", "died": "DECEASED",
                "transferred": "UNKNOWN", "unknown": "UNKNOWN"},
    "sex": {"male": "MALE", "female": "FEMALE", "other": "OTHER", "unknown": "UNKNOWN"},
    "proximity": {"direct": "PHYSICAL_CONTACT", "close": "FACE_TO_FACE", "room": "SAME_HOUSE", "other": "OTHER"},
}  # fmt: skip
_SYMPTOMS = {
    field.partition(":")[2]: column
    for column, field in formats()["sormas"]["cases"].items()
    if field.startswith("symptom:")
}


def _month_first(key: str) -> Any:
    def written(row: Values) -> str:
        day = row[key]
        return f"{day.month}/{day.day}/{day.year}" if day else ""

    return written


def _born(part: str) -> Any:
    return lambda row: (
        getattr(row["person__born_on"], part)
        if row["person__born_on"]
        else (row["person__birth_year"] if part == "year" else "")
    )


def _symptom(code: str) -> Any:
    return lambda row: "YES" if code in (row["symptoms"] or []) else ("NO" if row["symptoms"] else "")


_SORMAS_PERSON = [
    Column("person.uuid", lambda row: foreign_id(row, "sormas", "person__external_ids", "person__uuid")),
    Column("person.firstName", lambda row: " ".join(part for part in name_parts(row)[1:] if part)),
    Column("person.lastName", lambda row: name_parts(row)[0]),
    Column("person.sex", lambda row: SORMAS["sex"][row["person__sex"]]),
    Column("person.birthdateDD", _born("day")),
    Column("person.birthdateMM", _born("month")),
    Column("person.birthdateYYYY", _born("year")),
    Column("person.phone", "person__phone"),
    Column("person.phoneOwner", "person__phone_owner"),
    Column("person.nationalHealthId", "person__id_number"),
    Column("person.occupationDetails", "person__occupation"),
    Column("person.address.district", lambda row: place(row)[2]),
    Column("person.address.community", lambda row: place(row)[1]),
    Column("person.address.street", "person__address"),
]
_ENTITIES = {"person": "Person", "symptoms": "Symptoms", "hospitalization": "Hospitalization"}


def _sormas_head(entity: str) -> Any:
    def head(columns: Sequence[Column]) -> list[list[str]]:
        entities = [
            "Location"
            if column.name.startswith("person.address.")
            else _ENTITIES.get(column.name.partition(".")[0], entity)
            for column in columns
        ]
        captions = [
            f"{column.name} (M/d/yyyy)" if column.name.endswith(("Date", "DateTime", "From")) else column.name
            for column in columns
        ]
        captions[0] = f"##{captions[0]}"
        return [entities, [column.name for column in columns], captions]

    return head


SORMAS_LAYOUTS = {
    "cases": Layout("sormas-cases", "cases", [
        Column("uuid", lambda row: foreign_id(row, "sormas")),
        Column("externalID", lambda row: (row["external_ids"] or {}).get("sormas:code") or row["code"]),
        Column("epidNumber", lambda row: (row["external_ids"] or {}).get("sormas:epid") or row["national_code"]),
        Column("disease", lambda row: "CORONAVIRUS"),
        *_SORMAS_PERSON,
        Column("reportDate", _month_first("reported_on")),
        Column("responsibleDistrict", lambda row: place(row, "unit_id")[2]),
        Column("responsibleCommunity", lambda row: place(row, "unit_id")[1]),
        Column("caseClassification", lambda row: SORMAS["classification"][row["classification"]]),
        Column("outcome", lambda row: SORMAS["outcome"][row["outcome"]]),
        Column("outcomeDate", _month_first("outcome_on")),
        Column("healthFacility", "facility__name"),
        Column("hospitalization.admissionDate", _month_first("admitted_on")),
        Column("quarantineFrom", _month_first("isolated_on")),
        Column("symptoms.onsetDate", _month_first("onset_on")),
        *[Column(column, _symptom(code)) for code, column in _SYMPTOMS.items()],
        Column("additionalDetails", "note"),
    ], _sormas_head("CaseData")),
    "contacts": Layout("sormas-contacts", "contacts", [
        Column("uuid", "uuid"),
        Column("sourceCaseUuid", lambda row: foreign_id(row["source__case"], "sormas") if row["source__case"]
               else foreign_id(row, "sormas", "source__external_ids", "source__uuid")),
        Column("firstContactDate", _month_first("happened_from")),
        Column("lastContactDate", _month_first("happened_until")),
        *_SORMAS_PERSON,
        Column("contactProximity", lambda row: SORMAS["proximity"][row["proximity"]]),
        Column("relationToCase", "relation"),
        Column("description", "note"),
    ], _sormas_head("Contact")),
}  # fmt: skip

_WHO_SEX = {"male": "M", "female": "F"}
_WHO_OUTCOME = {"died": "DEAD", "recovered": "RECOVERED", "active": "ALIVE"}
_YES = {True: "Y", False: "N", None: ""}


def _who_symptom(code: str) -> Any:
    return lambda row: _YES[code in row["symptoms"]] if row["symptoms"] else ""


WHO_LAYOUTS = {
    "cases": Layout("who-linelist", "cases", [
        Column("patinfo_ID", lambda row: row["national_code"] or row["code"]),
        Column("report_date", "reported_on"),
        Column("name_first", lambda row: " ".join(part for part in name_parts(row)[1:] if part)),
        Column("name_last", lambda row: name_parts(row)[0]),
        Column("patinfo_ageonset_years", age),
        Column("patinfo_sex", lambda row: _WHO_SEX.get(row["person__sex"], "")),
        Column("patinfo_resadmin1", lambda row: place(row)[3]),
        Column("patinfo_resadmin2", lambda row: place(row)[2]),
        Column("patinfo_resadmin3", lambda row: place(row)[1]),
        Column("patinfo_resadmin4", "person__hamlet"),
        Column("patinfo_occus_specify", "person__occupation"),
        Column("report_classif", lambda row: row["classification"].replace("-", " ").upper()),
        Column("pat_symptomatic", lambda row: _YES[row["has_symptoms"]]),
        Column("patcourse_dateonset", "onset_on"),
        *[Column(f"patsympt_{name}", _who_symptom(code))
          for name, code in (("fever", "fever"), ("sorethroat", "sore-throat"), ("cough", "cough"),
                             ("runnynose", "runny-nose"), ("short", "breathless"))],
        Column("Lab_datetaken", "sampled_on"),
        Column("Lab_resdate", "confirmed_on"),
        Column("patcourse_presHCF", "admitted_on"),
        Column("patcourse_dateiso", "isolated_on"),
        Column("patcourse_severity", lambda row: "" if row["severity"] in ("unknown", "none") else row["severity"].upper()),
        Column("patcourse_status", lambda row: _WHO_OUTCOME.get(row["outcome"], "")),
        Column("patcourse_datedeath", lambda row: row["outcome_on"] if row["outcome"] == "died" else None),
        Column("patcourse_datedischarge", lambda row: row["outcome_on"] if row["outcome"] == "recovered" else None),
        Column("expo_sourcecaseids", "source_case__code"),
    ]),
}  # fmt: skip

# linelist (R): the headers are its tags; a map of tags stands beside.
LINELIST_TAGS = (
    "id", "date_onset", "date_reporting", "date_admission", "date_outcome", "date_death", "gender", "age", "location",
    "occupation", "outcome",
)  # fmt: skip
R_LAYOUTS = {
    "cases": Layout("linelist", "cases", [
        Column("id", "code"),
        Column("date_onset", "onset_on"),
        Column("date_reporting", "reported_on"),
        Column("date_admission", "admitted_on"),
        Column("date_outcome", "outcome_on"),
        Column("date_death", lambda row: row["outcome_on"] if row["outcome"] == "died" else None),
        Column("gender", "person__sex"),
        Column("age", age),
        Column("location", lambda row: ", ".join(part for part in place(row)[1:3] if part)),
        Column("occupation", "person__occupation"),
        Column("outcome", "outcome"),
    ]),
    # epicontacts (R): persons by id, then who told of whom; the ids are the pseudonyms of no system.
    "epicontacts-linelist": Layout("epicontacts-linelist", "cases", [
        Column("id", "person__uuid"), Column("code", "code"), Column("classification", "classification"),
        Column("onset", "onset_on"), Column("reported", "reported_on"), Column("gender", "person__sex"), Column("age", age),
        Column("location", lambda row: place(row)[1]), Column("found", "found"),
    ]),
    "epicontacts-contacts": Layout("epicontacts-contacts", "contacts", [
        Column("from", "source__uuid"), Column("to", "person__uuid"), Column("date_contact", "happened_until"),
        Column("date_first", "happened_from"), Column("setting", "setting"), Column("exposure", "proximity"),
    ]),
}  # fmt: skip
