"""Which version of the models this is: a hash of their code and tables, so that a kept result is never stale."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from songhanh.core.canonical import sha256

ROOMS = ("core", "province", "response", "epidemic", "economy", "measures", "joint", "twin")
_SUFFIXES = {".py", ".csv"}


@lru_cache(maxsize=1)
def models() -> str:
    """Return a hash of every module and table that a run depends on, packs left out (they have their own)."""
    package = Path(__file__).resolve().parent.parent
    chunks = []
    for room in ROOMS:
        for path in sorted((package / room).rglob("*")):
            if path.suffix in _SUFFIXES and "examples" not in path.parts:
                chunks += [path.relative_to(package).as_posix().encode(), path.read_bytes()]
    return sha256(*chunks)
