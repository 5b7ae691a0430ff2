"""What a pack consists of: one schema a table, read from `schema/*.json`, the only place that says it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import polars as pl

from songhanh.core.canonical import json_bytes, sha256
from songhanh.core.text import Text

# The order in which tables are shown to people; a test holds it against the files.
TABLES = (
    "areas",
    "population_by_age",
    "households_by_size",
    "boarding",
    "schools",
    "sites",
    "site_sectors",
    "site_residence",
    "employment",
    "facilities",
    "quarantine_capacity",
    "lab_capacity",
    "forces",
    "sectors",
    "input_output",
    "national_output",
    "seasons",
    "crops",
    "channels",
    "calendar",
    "bulletins",
    "introductions",
    "reopening",
    "economic_facts",
    "capacity_path",
)

# What our files say beside the Table Schema.
_OWN = ("title", "title_vi", "rows_required")

_POLARS: dict[str, type[pl.DataType]] = {
    "string": pl.String,
    "integer": pl.Int64,
    "number": pl.Float64,
    "date": pl.Date,
    "boolean": pl.Boolean,
}


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a table."""

    name: str
    type: str  # string, integer, number, date or boolean
    description: Text
    constraints: Mapping[str, Any]

    @property
    def is_required(self) -> bool:
        """Tell whether every row must have a value."""
        return bool(self.constraints.get("required"))


@dataclass(frozen=True, slots=True)
class TableSchema:
    """A table of a pack: its columns, keys and meaning."""

    name: str
    title: Text
    fields: tuple[Field, ...]
    rows_required: bool  # whether a province without any row cannot be simulated
    descriptor: Mapping[str, Any]  # the Frictionless Table Schema: fields and keys, without our own words

    @property
    def file(self) -> str:
        """Return the file name inside a pack."""
        return f"{self.name}.csv"

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the column names in order."""
        return tuple(field.name for field in self.fields)

    def field(self, name: str) -> Field:
        """Return a column by name."""
        return next(field for field in self.fields if field.name == name)

    def polars(self) -> dict[str, type[pl.DataType]]:
        """Return the column types of the frame that `load` makes."""
        return {field.name: _POLARS[field.type] for field in self.fields}


@lru_cache(maxsize=1)
def schemas() -> Mapping[str, TableSchema]:
    """Return the schemas of all tables, by name, in the order in which people read them."""
    folder = files("songhanh.province") / "schema"
    return {name: _read(name, (folder / f"{name}.json").read_text(encoding="utf-8")) for name in TABLES}


def _read(name: str, text: str) -> TableSchema:
    descriptor = json.loads(text)
    return TableSchema(
        name=name,
        title=Text(descriptor["title_vi"], descriptor["title"]),
        fields=tuple(
            Field(
                field["name"],
                field["type"],
                Text(field["description_vi"], field["description"]),
                field.get("constraints", {}),
            )
            for field in descriptor["fields"]
        ),
        rows_required=bool(descriptor["rows_required"]),
        descriptor={key: value for key, value in descriptor.items() if key not in _OWN},
    )


@lru_cache(maxsize=1)
def schema_digest() -> str:
    """Return a digest of all schemas: a pack checked against others has to be checked again."""
    return sha256(*(json_bytes(schema.descriptor) for schema in schemas().values()))
