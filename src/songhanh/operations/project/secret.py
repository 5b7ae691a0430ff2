"""The installation's secret key, made once and readable by its owner only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from songhanh.core.errors import Fault, SonghanhError


def secret_key(home: Path) -> str:
    """Return the key kept in the data directory; make it on the first start."""
    path = home / "secret-key"
    try:
        # Exclusive creation with the final mode: two processes that start together agree on one key,
        # and nobody else can read it at any moment.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(path)
    except OSError as error:
        raise _unreadable(path, error) from error
    with os.fdopen(handle, "w") as file:
        key = secrets.token_urlsafe(50)
        file.write(key)
    return key


def _read(path: Path) -> str:
    try:
        key = path.read_text().strip()
    except OSError as error:
        raise _unreadable(path, error) from error
    if len(key) < 50:
        raise SonghanhError(
            Fault(
                code="secret.broken",
                message=f"The secret key in {path} is too short; an earlier start was interrupted.",
                remedy="Delete the file; a new key is made at the next start.",
                file=str(path),
            )
        )
    return key


def _unreadable(path: Path, error: OSError) -> SonghanhError:
    return SonghanhError(
        Fault(
            code="secret.unreadable",
            message=f"The secret key {path} cannot be read or made ({error.strerror}).",
            remedy="Set SONGHANH_HOME to a folder that you may write to, or change its permissions.",
            file=str(path),
        )
    )
