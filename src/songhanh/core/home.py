"""Where data and caches of this installation live."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_data_path

from songhanh.core.errors import Fault, SonghanhError


def home() -> Path:
    """Return the data directory: ``SONGHANH_HOME`` if set, else the system's place for user data."""
    configured = os.environ.get("SONGHANH_HOME")
    return Path(configured).expanduser() if configured else user_data_path("songhanh")


def writable(directory: Path) -> Path:
    """Create a directory if need be and return it.

    Raises
    ------
    SonghanhError
        If it cannot be created or written to.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(directory, error.strerror) from error
    if not os.access(directory, os.W_OK):
        raise _unwritable(directory, "no permission to write")
    return directory


def _unwritable(directory: Path, why: str | None) -> SonghanhError:
    return SonghanhError(
        Fault(
            code="home.unwritable",
            message=f"The folder {directory} cannot be written to ({why}).",
            remedy="Set SONGHANH_HOME to a folder that you may write to, or change its permissions.",
        )
    )


def cache(name: str) -> Path:
    """Return (and create) a cache folder of the data directory."""
    return writable(home() / "cache" / name)
