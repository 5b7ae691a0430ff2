"""The person of a row: a name out of its parts, a year of birth, a commune, and what `people` says of them."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from songhanh.core.errors import SonghanhError
from songhanh.operations.intake.places import Places
from songhanh.operations.intake.said import Said
from songhanh.operations.people import identity
from songhanh.operations.project.folding import fold

KEPT = (
    "full_name", "sex", "born_on", "birth_year", "id_number", "phone", "phone_owner", "nationality", "hamlet", "address",
    "lodging", "occupation", "unit", "site",
)  # fmt: skip


def person_of(said: Said, places: Places, today: date) -> None:
    """Turn the person's cells into fields of a person, in place; a person without a name is called by a number."""
    given = said.person
    _name(said)
    _birth(said, today)
    given["nationality"] = given.get("nationality", "")
    _place(said, places)
    _site(said, places)
    fields = {name: given[name] for name in KEPT if given.get(name) not in (None, "")}
    said.person = _cleaned(said, fields)


def _name(said: Said) -> None:
    given = said.person
    if not given.get("full_name"):
        # The order of Vietnam: the family's name first. Foreign systems keep the parts apart.
        parts = [given.get(part, "") for part in ("family_name", "middle_name", "given_name")]
        given["full_name"] = " ".join(part for part in parts if part)[:160]
    if not given["full_name"]:
        number = (
            said.subject.get("national_code")
            or said.link.get("record_code")
            or said.link.get("record_id", "")
        )
        if number:
            given["full_name"] = number
            said.note("no_name", "full_name", value=number)


def _birth(said: Said, today: date) -> None:
    given = said.person
    born, year = given.get("born_on"), given.get("birth_year")
    if born is None and year and given.get("birth_month") and given.get("birth_day"):
        try:
            born = date(year, given["birth_month"], given["birth_day"])
        except ValueError:
            said.note(
                "not_a_date",
                "birth_day",
                value=f"{given['birth_day']}/{given['birth_month']}/{year}",
                order="",
            )
    if born is not None:
        given["born_on"], given["birth_year"] = born, born.year
    elif year is None and given.get("age") is not None:
        seen = said.subject.get("reported_on") or said.subject.get("happened_until") or today
        given["birth_year"] = seen.year - given["age"]
        said.approximate.add("birth_year")


def _place(said: Said, places: Places) -> None:
    given = said.person
    text = {name: given.get(name, "") for name in ("commune", "district", "province", "address")}
    street = " ".join(part for part in (given.get("house_number", ""), text["address"]) if part)
    given["address"] = ", ".join(part for part in (street, given.get("address_city", "")) if part)[:250]
    unit = places.unit(text["commune"], text["district"], text["province"], given["address"])
    named = [text[name] for name in ("commune", "district", "province") if text[name]]
    if unit is None and named:
        said.note("place_unknown", "commune" if text["commune"] else "district", value=", ".join(named))
        given["address"] = ", ".join(part for part in (given["address"], *named) if part)[:250]
    given["unit"] = unit or places.default
    if places.allowed is not None:
        if given["unit"] is None:
            said.note("no_unit", "commune")
        elif given["unit"].pk not in places.allowed:
            said.note("outside", "commune")


def _site(said: Said, places: Places) -> None:
    text = said.person.get("site")
    if text:
        said.person["site"] = places.site(text)
        if said.person["site"] is None:
            said.remarks.append(f"{said.columns['site']}: {text}")


def _cleaned(said: Said, fields: dict[str, Any]) -> dict[str, Any]:
    for _attempt in range(len(fields) + 1):
        try:
            kept = identity.clean(fields)
            return {name: kept[name] for name in kept if name in identity.FIELDS}
        except ValidationError as error:
            wrong = list(getattr(error, "error_dict", {"": []}))
        except SonghanhError as error:
            wrong = [fault.parameter or fault.column or "" for fault in error.faults]
        known = [name for name in wrong if name in fields]
        if not known:
            return fields
        for name in known:
            value = fields.pop(name)
            if name == "full_name":
                said.note("not_a_number" if not value else "unknown_value", name, value=value)
            else:
                said.note("unknown_value_kept", name, value=str(value))
                said.remarks.append(f"{said.columns.get(name, name)}: {value}")
    return fields


def identity_key(person: dict[str, Any]) -> str:
    """Return what a person of a list is remembered by; empty where that is too little to be one person.

    Name, year and commune, because numbers are what a corrected list corrects; without them a number with the name.
    """
    name, year, unit = person.get("full_name"), person.get("birth_year"), person.get("unit")
    address = person.get("address")
    if name and year and (unit or address):
        return digest(fold(name), year, unit.pk if unit else fold(address or ""))
    number = person.get("id_number") or person.get("phone")
    return digest(fold(name), number) if name and number else ""


def digest(*words: Any) -> str:
    """Return a short check sum of some words."""
    return hashlib.sha256("\x1f".join(str(word) for word in words).encode()).hexdigest()[:40]
