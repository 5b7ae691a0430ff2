"""What is said about a row, in both languages, naming the column."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

Reason = dict[str, Any]


@lru_cache(maxsize=1)
def _catalogue() -> dict[str, dict[str, str]]:
    return tomllib.loads((Path(__file__).parent / "data" / "reasons.toml").read_text(encoding="utf-8"))


def reason(code: str, column: str = "", **values: Any) -> Reason:
    """Return one reason: its code, its column in the file, and the sentence in both languages."""
    entry = _catalogue()[code]
    sides = {
        language: {
            name: value[language] if isinstance(value, dict) else value for name, value in values.items()
        }
        for language in ("vi", "en")
    }
    message = {language: entry[language].format(**sides[language]) for language in ("vi", "en")}
    return {"column": column, "code": code, "level": entry["level"], "message": message}


def is_error(found: Reason) -> bool:
    """Say whether a reason is why the row was rejected."""
    return found["level"] == "error"


class Wrong(Exception):
    """A cell that cannot be taken; carries the code and the values of its reason."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.values = values
