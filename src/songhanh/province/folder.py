"""The files of a pack: where they are, their bytes and their hash."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from songhanh.core.canonical import sha256
from songhanh.core.errors import Fault, SonghanhError

MOST_BYTES = 200_000_000  # more is no pack: somebody named the wrong folder


def examples_folder() -> Path:
    """Return the folder of the embedded examples."""
    return Path(str(files("songhanh.province") / "examples"))


def examples() -> list[str]:
    """Return the names of the embedded example provinces."""
    folder = examples_folder()
    return sorted(
        path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith(("_", "."))
    )


def find(ref: str | Path) -> Path:
    """Return the folder of a pack: the name of an embedded example, or a path.

    Raises
    ------
    SonghanhError
        If there is no such folder.
    """
    if isinstance(ref, str) and ref in examples():
        return examples_folder() / ref
    folder = Path(ref)
    if folder.parent == Path() and not folder.is_dir() and folder.name in examples():
        return examples_folder() / folder.name
    if folder.is_dir():
        return folder
    message = f"{folder} is a file, not a folder." if folder.exists() else f"There is no folder {folder}."
    known = ", ".join(examples())
    remedy = f"Name the folder of a pack, or an embedded example: {known}. A new pack: songhanh province new FOLDER."
    raise SonghanhError(Fault("pack.folder", message, remedy))


def read_bytes(folder: Path) -> dict[str, bytes]:
    """Return every file of a pack by its path inside the folder; hidden files and caches are no part of it.

    Raises
    ------
    SonghanhError
        If a file cannot be read, or there is far too much.
    """
    contents: dict[str, bytes] = {}
    total = 0
    try:
        for path in sorted(folder.rglob("*")):
            parts = path.relative_to(folder).parts
            if any(part.startswith((".", "__")) for part in parts) or not path.is_file():
                continue
            total += path.stat().st_size
            if total > MOST_BYTES:
                message = f"{folder} holds more than {MOST_BYTES // 1_000_000} MB."
                raise SonghanhError(Fault("pack.folder", message, "Name the folder of the pack alone."))
            contents["/".join(parts)] = path.read_bytes()
    except OSError as error:
        where = str(error.filename or folder)
        message = f"It cannot be read ({error.strerror})."
        raise SonghanhError(
            Fault("pack.unreadable", message, "Check its permissions.", file=where)
        ) from error
    return contents


def hash_of(contents: Mapping[str, bytes]) -> str:
    """Return the SHA-256 of every file of a pack, with their names."""
    return sha256(
        *(
            chunk
            for name in sorted(contents)
            for chunk in (name.encode("utf-8", "surrogateescape"), contents[name])
        )
    )
