"""What the parameters that worlds differ in are called in both languages (`parameter_names.csv`)."""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib.resources import files

from songhanh.core.parameters import Parameter
from songhanh.core.text import Text


@lru_cache(maxsize=1)
def names() -> dict[str, Text]:
    """Return the names by parameter."""
    with (files("songhanh.decision") / "parameter_names.csv").open("r", encoding="utf-8") as handle:
        return {row["name"]: Text(row["vi"], row["en"]) for row in csv.DictReader(handle)}


def name_of(parameter: Parameter) -> Text:
    """Return what a parameter is called; one that has no name yet is called by its id (a test finds it)."""
    return names().get(parameter.name, Text(parameter.name, parameter.name))
