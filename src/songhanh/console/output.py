"""Where a command writes its result: found out before the long work, not after it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from songhanh.core.canonical import json_bytes, write_atomically
from songhanh.core.errors import Fault, SonghanhError
from songhanh.core.home import writable


def demand_writable(file: Path | None) -> None:
    """Make sure that a result can be written to a file, if one is asked for.

    Raises
    ------
    SonghanhError
        If it is a folder, or its folder cannot be created or written to.
    """
    if file is None:
        return
    writable(file.resolve().parent)
    if file.is_dir():
        raise SonghanhError(Fault("json.folder", f"{file} is a folder.", "Name a file.", parameter="--json"))


def write_json(file: Path | None, content: dict[str, Any]) -> None:
    """Write a result as canonical JSON, whole or not at all, if a file is asked for."""
    if file is not None:
        write_atomically(file, json_bytes(content))


def read_json(file: Path, parameter: str) -> dict[str, Any]:
    """Read a document that a command wrote.

    Raises
    ------
    SonghanhError
        If it is not there, or not a JSON object.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        fault = Fault(
            "json.unreadable",
            f"{file} cannot be read ({error.strerror}).",
            "Name a JSON file that songhanh has written.",
            parameter=parameter,
        )
        raise SonghanhError(fault) from None
    except ValueError as error:
        fault = Fault(
            "json.malformed",
            f"{file} is not JSON ({error}).",
            "Name a file that songhanh has written, unchanged.",
            parameter=parameter,
        )
        raise SonghanhError(fault) from None
    if not isinstance(content, dict):
        raise SonghanhError(
            Fault(
                "json.malformed",
                f"{file} does not hold a document.",
                "Name a file that songhanh has written.",
                parameter=parameter,
            )
        )
    return content
