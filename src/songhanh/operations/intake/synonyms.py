"""The dictionaries of columns, values and foreign formats (`data/*.toml`), folded once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from songhanh.operations.project.folding import fold

_DATA = Path(__file__).parent / "data"
_MARKS = re.compile(r"[\s_\-./\\:;,()\[\]*?\"'“”]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
GODATA_WORD = "LNG_REFERENCE_DATA_"


def plain(text: str) -> str:
    """Return a name without accents, case and punctuation: ``Họ và tên (*)`` is ``ho va ten``."""
    return _MARKS.sub(" ", fold(_CAMEL.sub(" ", text))).strip()


@lru_cache(maxsize=8)
def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((_DATA / f"{name}.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=16)
def column_names(target: str) -> Mapping[str, str]:
    """Return folded names of columns and the field each names, for one target; its own names come first."""
    names: dict[str, str] = {}
    sections = _toml("columns")
    for section in (target, "any", "ignored"):
        for field, spellings in sections.get(section, {}).items():
            for spelling in [field, *spellings]:
                names.setdefault(plain(spelling), "" if field == "ignored" else field)
    return names


@lru_cache(maxsize=1)
def _all_names() -> frozenset[str]:
    found: set[str] = set()
    for section in _toml("columns"):
        found |= set(column_names(section))
    for targets in _toml("formats").values():
        for columns in targets.values():
            found |= {plain(name) for name in columns}
    return frozenset(found)


def is_column_name(text: str) -> bool:
    """Say whether a cell reads like the name of a column."""
    return plain(text) in _all_names()


def formats() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Return the columns of foreign systems: ``{format: {target: {column: field}}}``."""
    return _toml("formats")


@lru_cache(maxsize=32)
def _words(kind: str) -> Mapping[str, str]:
    words: dict[str, str] = {}
    for value, spellings in _toml("values")[kind].items():
        for spelling in [value, *spellings]:
            words.setdefault(plain(spelling) or spelling, value)
    return words


@lru_cache(maxsize=20_000)
def value_of(kind: str, text: str) -> str | None:
    """Return our value for a word of a file; None where no dictionary has it."""
    words = _words(kind)
    key = plain(text) or text
    if key in words:
        return words[key]
    if text.startswith(GODATA_WORD):
        parts = key.split()
        for first in range(4, len(parts)):
            if (found := words.get(" ".join(parts[first:]))) is not None:
                return found
    return None
