"""The parameters of this room."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from songhanh.core.parameters import ParameterTable, read_table


@lru_cache(maxsize=1)
def table() -> ParameterTable:
    """Return `parameters.csv` of this room."""
    return read_table(files("songhanh.twin") / "parameters.csv")
