"""Every row into one file, and every row back: whole or not at all, and compared afterwards."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.color import no_style
from django.db import DatabaseError, OperationalError, connection, models, transaction

from songhanh import __version__
from songhanh.core.canonical import json_bytes
from songhanh.core.errors import Fault, SonghanhError
from songhanh.operations.audit.actions import record
from songhanh.operations.audit.guard import lifted
from songhanh.operations.audit.models import Kind
from songhanh.operations.keeping import rows
from songhanh.operations.project.clock import now

FORMAT = "songhanh-backup/1"
MANIFEST = "manifest.json"
MOST_MANIFEST = 10_000_000
Report = Callable[[int, int, str], None]


def key_fingerprint() -> str:
    """Return what tells one secret key from another and says nothing about it."""
    return hashlib.sha256(b"fingerprint of a key " + settings.SECRET_KEY.encode()).hexdigest()[:16]


def backup(*, by: Any, file: Path, on_progress: Report | None = None) -> dict[str, Any]:
    """Write every row, as of one moment, to a file that only its owner may read; return its manifest.

    Raises
    ------
    SonghanhError
        If the file cannot be written. What was there under its name is then there still.
    """
    tell = on_progress or _quiet
    part = file.with_name(f".{file.name}.part")
    tables: dict[str, Any] = {}
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with (
            os.fdopen(handle, "wb") as raw,
            zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as packed,
            rows.one_moment(),
        ):
            kept = rows.kept_models()
            for done, model in enumerate(kept):
                tell(done, len(kept), "tables")
                tables[model._meta.label_lower] = _put(packed, model)
            manifest = _manifest(tables)
            packed.writestr(MANIFEST, json_bytes(manifest))
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(file)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise SonghanhError(
            Fault(
                "backup.unwritable",
                f"The backup was not written ({error.strerror}).",
                "Look after space on the disk and the permissions of the folder, then do it again.",
                file=str(file),
            )
        ) from error
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    tell(len(tables), len(tables), "tables")
    with transaction.atomic():
        record(
            "keeping.backup", by=by, kind=Kind.EXPORT,
            details={"program": "songhanh backup", "rows": sum(table["rows"] for table in tables.values())},
        )  # fmt: skip
    return manifest


def _quiet(done: int, total: int, stage: str) -> None:
    """Report nothing."""


def _put(packed: zipfile.ZipFile, model: type[models.Model]) -> dict[str, Any]:
    sha, n = hashlib.sha256(), 0
    with packed.open(_name(model._meta.label_lower), "w", force_zip64=True) as sink:
        for line in rows.lines(model):
            sha.update(line)
            sink.write(line)
            n += 1
    return {"rows": n, "sha256": sha.hexdigest(), "columns": rows.columns(model)}


def _name(label: str) -> str:
    return f"tables/{label}.jsonl"


def _manifest(tables: dict[str, Any]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "made_at": now().isoformat(),
        "version": __version__,
        "database": connection.vendor,
        "key_fingerprint": key_fingerprint(),
        "migrations": rows.migrations(),
        "tables": tables,
    }


def restore(
    *, by: Any, file: Path, replace: bool = False, on_progress: Report | None = None
) -> dict[str, Any]:
    """Put every row of a backup into this installation's database; return the manifest.

    The file is checked whole before anything is touched; the rows are written in one transaction and read again and
    compared before it ends.

    Raises
    ------
    SonghanhError
        If the file is damaged or of another version, or the database is not empty and may not be replaced.
    """
    tell = on_progress or _quiet
    try:
        with zipfile.ZipFile(file) as packed:
            manifest = read_manifest(packed, file)
            _check(packed, manifest, file, tell)
            if not replace:
                _demand_empty()
            _replace(by, packed, manifest, file, tell)
    except (zipfile.BadZipFile, EOFError) as error:
        raise _damaged(file, str(error)) from error
    except OSError as error:
        raise SonghanhError(
            Fault(
                "restore.unreadable",
                f"The backup cannot be read ({error.strerror}).",
                "Name a file that songhanh backup wrote.",
                file=str(file),
            )
        ) from error
    except OperationalError as error:
        raise SonghanhError(
            Fault(
                "restore.refused",
                f"The database did not take the rows ({str(error).strip()}); it is as it was.",
                "Stop what else writes to it (songhanh serve) and look after space on the disk, then do it again.",
            )
        ) from error
    return manifest


def read_manifest(packed: zipfile.ZipFile, file: Path) -> dict[str, Any]:
    """Return what a backup says of itself, if it is one that this version can read."""
    try:
        info = packed.getinfo(MANIFEST)
        if info.file_size > MOST_MANIFEST:
            raise _damaged(file, "its list of tables is too long")
        manifest = json.loads(packed.read(info))
        known = manifest["format"] == FORMAT
        seen, here = set(manifest["migrations"]), set(rows.migrations())
        tables = set(manifest["tables"])
    except (KeyError, ValueError, TypeError, zipfile.BadZipFile) as error:
        raise _damaged(file, "it has no list of tables") from error
    models_here = {model._meta.label_lower for model in rows.kept_models()}
    if not known or seen != here or tables != models_here:
        differences = sorted((seen ^ here) | (tables ^ models_here))[:3]
        raise SonghanhError(
            Fault(
                "restore.version",
                f"The backup was made by another version ({manifest.get('version', 'unknown')}; "
                f"{', '.join(differences) or 'another format'}).",
                "Install that version, restore there, and bring it up to date afterwards.",
                file=str(file),
            )
        )
    return dict(manifest)


def _damaged(file: Path, why: str) -> SonghanhError:
    return SonghanhError(
        Fault(
            "restore.damaged",
            f"The backup is damaged or no backup ({why}); nothing was written.",
            "Take another copy of it, or the backup before it.",
            file=str(file),
        )
    )


def _lines(packed: zipfile.ZipFile, label: str) -> Iterator[bytes]:
    with packed.open(_name(label)) as source:
        yield from source


def _check(packed: zipfile.ZipFile, manifest: dict[str, Any], file: Path, tell: Report) -> None:
    """Read the whole file and compare each table with its SHA-256."""
    for done, (label, said) in enumerate(manifest["tables"].items()):
        tell(done, len(manifest["tables"]), "checking the file")
        sha, n = hashlib.sha256(), 0
        try:
            for line in _lines(packed, label):
                sha.update(line)
                n += 1
        except (KeyError, zipfile.BadZipFile, EOFError, ValueError, OSError) as error:
            raise _damaged(file, f"table {label} cannot be read") from error
        except Exception as error:  # zlib's own error is no subclass of any of these
            raise _damaged(file, f"table {label}: {error}") from error
        if (n, sha.hexdigest()) != (said.get("rows"), said.get("sha256")):
            raise _damaged(file, f"table {label} is not what was written")


def _demand_empty() -> None:
    for model in rows.kept_models():
        if model._meta.label_lower not in rows.MADE_BY_SETTING_UP and model._base_manager.exists():
            raise SonghanhError(
                Fault(
                    "restore.not_empty",
                    f"The database is not empty ({model._meta.label_lower} has rows); nothing was written.",
                    "Restore into a new one (SONGHANH_HOME or DATABASE_URL), or with --replace, "
                    "which removes what is there.",
                    parameter="--replace",
                )
            )


def _replace(by: Any, packed: zipfile.ZipFile, manifest: dict[str, Any], file: Path, tell: Report) -> None:
    kept = rows.kept_models()
    is_sqlite = connection.vendor == "sqlite"
    unchecked = is_sqlite and connection.disable_constraint_checking()
    try:
        with transaction.atomic(), lifted():
            _remove(kept)
            for done, model in enumerate(kept):
                tell(done, len(kept), "writing")
                try:
                    rows.write(model, _lines(packed, model._meta.label_lower))
                except (DatabaseError, ValueError, TypeError) as error:
                    if isinstance(error, OperationalError):
                        raise
                    raise _damaged(file, f"table {model._meta.label_lower}: {error}") from error
            _compare(kept, manifest, file, tell)
            connection.check_constraints()
            for statement in connection.ops.sequence_reset_sql(no_style(), kept):
                with connection.cursor() as cursor:
                    cursor.execute(statement)
            record(
                "keeping.restore", by=by,
                details={"program": "songhanh restore", "made_at": manifest["made_at"]},
            )  # fmt: skip
    finally:
        if unchecked:
            connection.enable_constraint_checking()


def _remove(kept: list[type[models.Model]]) -> None:
    tables = [connection.ops.quote_name(model._meta.db_table) for model in kept]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("TRUNCATE " + ", ".join(tables))
            return
        for table in tables:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names


def _compare(kept: list[type[models.Model]], manifest: dict[str, Any], file: Path, tell: Report) -> None:
    """Read every row again and compare it with what was kept."""
    for done, model in enumerate(kept):
        tell(done, len(kept), "comparing")
        said = manifest["tables"][model._meta.label_lower]
        if rows.digest(model) != (said["rows"], said["sha256"]):
            raise _damaged(file, f"table {model._meta.label_lower} did not come back as it was")
