"""`datapackage.json` of a pack: generated from the schemas, and held against them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from songhanh.core.canonical import write_atomically
from songhanh.core.errors import Fault, SonghanhError
from songhanh.province.schema import TableSchema, schemas

FILE = "datapackage.json"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
REWRITE = "Copy it from a new pack (songhanh province new), or write it again with write_descriptor."


class Name(BaseModel):
    """A name in both languages."""

    model_config = ConfigDict(extra="forbid")
    vi: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Details(BaseModel):
    """The block `songhanh` of a pack's `datapackage.json`."""

    model_config = ConfigDict(extra="forbid")
    version: int = Field(ge=1, le=1)
    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    name: Name
    country: str = Field(pattern=r"^[A-Z]{2}$")
    time_zone: str
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    outbreak_from: date
    policy_set: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("is not the name of a time zone, such as Asia/Ho_Chi_Minh")
        return ZoneInfo(value).key


def descriptor(details: Details) -> dict[str, Any]:
    """Return the whole `datapackage.json` of a pack."""
    return {
        "$schema": PROFILE,
        "name": details.id,
        "title": f"{details.name.vi} / {details.name.en}",
        "songhanh": details.model_dump(mode="json"),
        "resources": [_resource(schema) for schema in schemas().values()],
    }


def _resource(schema: TableSchema) -> dict[str, Any]:
    return {
        "name": schema.name,
        "type": "table",
        "path": schema.file,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "title": schema.title.en,
        "schema": schema.descriptor,
    }


def write_descriptor(folder: Path, details: Mapping[str, Any]) -> None:
    """Write `datapackage.json` of a pack from its block `songhanh`.

    Parameters
    ----------
    folder
        The pack.
    details
        version, id, name (vi, en), country, time_zone, currency, outbreak_from, policy_set.

    Raises
    ------
    SonghanhError
        If a detail is missing or malformed.
    """
    checked, faults = read_details(details)
    if checked is None:
        raise SonghanhError(faults)
    write_atomically(folder / FILE, descriptor_bytes(checked))


def descriptor_bytes(details: Details) -> bytes:
    """Return `datapackage.json` as it is written."""
    return (json.dumps(descriptor(details), ensure_ascii=False, indent=2) + "\n").encode()


def read_details(value: object) -> tuple[Details | None, list[Fault]]:
    """Check the block `songhanh`."""
    if not isinstance(value, Mapping):
        return None, [_fault("songhanh", "The block is missing or is not an object.", REWRITE)]
    try:
        # Through JSON, so that dates are read as texts and nothing is coerced.
        return Details.model_validate_json(json.dumps(dict(value), default=str), strict=True), []
    except ValidationError as error:
        return None, [
            _fault(
                ".".join(["songhanh", *map(str, line["loc"])]),
                f"{line['msg']} (found: {_short(line['input'])}).",
                "Correct it; see README.md of a new pack.",
            )
            for line in error.errors(include_url=False)
        ]


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def parse_descriptor(content: bytes) -> tuple[dict[str, Any], Details | None, list[Fault]]:
    """Read `datapackage.json` and hold it against the schemas.

    Returns
    -------
    tuple
        The document (empty if unreadable), its details (None if malformed), and the faults found.
    """
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return {}, None, [_fault(None, f"Byte {error.start + 1} is not UTF-8.", "Save the file as UTF-8.")]
    except (json.JSONDecodeError, RecursionError) as error:
        row = error.lineno if isinstance(error, json.JSONDecodeError) else None
        what = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"
        return (
            {},
            None,
            [_fault(None, f"This is not JSON: {what}.", "Look for a missing comma, quote or bracket.", row)],
        )
    if not isinstance(document, dict):
        return {}, None, [_fault(None, "The document is not an object.", REWRITE)]
    details, faults = read_details(document.get("songhanh"))
    return document, details, faults + list(_resource_faults(document))


def _resource_faults(document: Mapping[str, Any]) -> Iterator[Fault]:
    resources = document.get("resources")
    if not isinstance(resources, list) or not all(isinstance(item, dict) for item in resources):
        yield _fault("resources", "It must be a list of tables.", REWRITE)
        return
    found: dict[str, dict[str, Any]] = {}
    for item in resources:
        name = str(item.get("name"))
        if name in found:
            yield _fault(f"resources.{name}", "The table is listed twice.", "Keep one of them.")
        found[name] = item
    for name in found:
        if name not in schemas():
            known = ", ".join(schemas())
            yield _fault(f"resources.{name}", "There is no such table.", f"Known tables: {known}.")
    for name, schema in schemas().items():
        if name not in found:
            yield _fault(f"resources.{name}", "The table is not listed.", REWRITE)
            continue
        if found[name].get("path") != schema.file:
            yield _fault(f"resources.{name}.path", f"It must be {schema.file}.", REWRITE)
        if found[name].get("schema") != schema.descriptor:
            yield _fault(
                f"resources.{name}.schema",
                f"It differs from the schema of {schema.file}{_first(found[name], schema)}.",
                REWRITE,
            )


def _first(item: Mapping[str, Any], schema: TableSchema) -> str:
    """Name the first column that differs, if it can be told."""
    given = item.get("schema")
    fields = given.get("fields") if isinstance(given, dict) else None
    if not isinstance(fields, list):
        return ""
    for mine, theirs in zip(schema.descriptor["fields"], fields, strict=False):
        if mine != theirs:
            return f", first at column {mine['name']}"
    return ""


def _fault(parameter: str | None, message: str, remedy: str, row: int | None = None) -> Fault:
    return Fault("pack.descriptor", message, remedy, file=FILE, row=row, parameter=parameter)
