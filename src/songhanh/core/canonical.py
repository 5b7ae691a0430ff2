"""Canonical bytes, so that the same content has the same id on every machine."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomli_w


def _sorted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _sorted(value[key]) for key in sorted(value) if value[key] is not None}
    if isinstance(value, (list, tuple)):
        return [_sorted(item) for item in value]
    return value


def toml_bytes(content: Mapping[str, Any]) -> bytes:
    """Return canonical TOML: keys sorted, empty values left out, one trailing newline."""
    return tomli_w.dumps(_sorted(content)).encode()


def significant(value: Any, digits: int = 10) -> Any:
    """Round every float of a nested structure to significant digits; non-finite numbers become None."""
    if isinstance(value, bool) or value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, float):
        return float(f"{value:.{digits}g}") if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): significant(item, digits) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [significant(item, digits) for item in value]
    return significant(value.item(), digits) if hasattr(value, "item") else value


def json_bytes(content: Any) -> bytes:
    """Return canonical JSON: keys sorted, UTF-8, floats to 10 significant digits, trailing newline."""
    text = json.dumps(significant(content), ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False)
    return (text + "\n").encode()


def sha256(*chunks: bytes) -> str:
    """Return the SHA-256 of some chunks, each preceded by its length so that borders count."""
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(len(chunk).to_bytes(8, "little"))
        digest.update(chunk)
    return digest.hexdigest()


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file under a temporary name and rename it, so that nobody sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_bytes(content)
    temporary.replace(path)
