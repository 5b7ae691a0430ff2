"""Types, constraints and keys of the tables, as Frictionless checks them, in words for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from frictionless import Package, Resource, Schema

from songhanh.core.errors import Fault
from songhanh.province.reading import RawTable, form_of
from songhanh.province.schema import schemas


def structure_faults(tables: Mapping[str, RawTable]) -> list[Fault]:
    """Check tables whose headers are right: types, constraints, primary and foreign keys.

    A key into a table that is not given (because it could not be read) is not checked.
    """
    package = Package(resources=[_resource(table, tables) for table in tables.values()])
    faults = []
    for task in package.validate().tasks:
        table = tables[task.name]
        blank = {e.row_number for e in task.errors if e.type == "blank-row"}
        for error in task.errors:
            if error.type != "blank-row" and getattr(error, "row_number", None) in blank:
                continue  # said once
            faults.append(_fault(table, error.to_descriptor()))
    return faults


def _resource(table: RawTable, tables: Mapping[str, RawTable]) -> Resource:
    descriptor = dict(table.schema.descriptor)
    keys = [key for key in descriptor.get("foreignKeys", []) if key["reference"]["resource"] in ("", *tables)]
    descriptor["foreignKeys"] = keys
    return Resource(
        name=table.schema.name,
        data=[list(table.schema.columns), *(list(row) for row in table.rows)],
        schema=Schema.from_descriptor(descriptor),
    )


def _fault(table: RawTable, error: Mapping[str, Any]) -> Fault:
    """Say one Frictionless error in our words, with the line of the file."""
    number = error.get("rowNumber")
    row = table.line(number - 2) if number is not None and 2 <= number < len(table.lines) + 2 else None
    file, column = table.schema.file, error.get("fieldName") or None
    kind = error["type"]
    if kind == "primary-key":
        key = table.schema.descriptor["primaryKey"]
        return Fault(
            "pack.key.twice",
            f"{' and '.join(key)} are the same as in another row.",
            "Each row needs its own; remove or correct one of them.",
            file,
            row,
            key[0],
        )
    if kind == "foreign-key":
        column, value = error["fieldNames"][0], error["fieldCells"][0]
        target = error["referenceName"] or table.schema.name
        return Fault(
            "pack.key.unknown",
            f"{value!r} is not in {schemas()[target].file}.",
            f"Correct it, or add it to column {error['referenceFieldNames'][0]} of {schemas()[target].file}.",
            file,
            row,
            column,
        )
    if kind in ("type-error", "constraint-error") and column:
        return _cell_fault(table, error, file, row, column)
    words = {
        "blank-row": ("pack.row.blank", "The row is empty.", "Remove it."),
        "missing-cell": (
            "pack.row.short",
            "The row has fewer cells than the header.",
            "Add the missing commas.",
        ),
        "extra-cell": (
            "pack.row.long",
            "The row has more cells than the header.",
            "Put texts that contain a comma in double quotes.",
        ),
    }
    code, message, remedy = words.get(kind, (f"pack.{kind}", str(error["message"]), "Correct it."))
    return Fault(code, message, remedy, file, row, column)


def _cell_fault(table: RawTable, error: Mapping[str, Any], file: str, row: int | None, column: str) -> Fault:
    field = table.schema.field(column)
    cell = error.get("cell")
    if error["type"] == "constraint-error" and not (cell and cell != "None"):
        return Fault(
            "pack.value.missing", "A value is needed here.", f"{field.description.en}.", file, row, column
        )
    if error["type"] == "type-error":
        remedy = f"{field.description.en}. Write it as {form_of(field)}."
        return Fault("pack.type", f"{cell!r} is not {form_of(field)}.", remedy, file, row, column)
    limits = field.constraints
    if "enum" in limits:
        what = f"is not {form_of(field)}"
    elif "pattern" in limits:
        what = f"is not written as it should be (pattern {limits['pattern']})"
    else:
        bounds = [
            f"{word} {limits[key]}"
            for key, word in (("minimum", "at least"), ("maximum", "at most"))
            if key in limits
        ]
        what = "must be " + " and ".join(bounds)
    return Fault("pack.value", f"{cell!r} {what}.", f"{field.description.en}.", file, row, column)
