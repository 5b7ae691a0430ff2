"""`load`: a pack as typed frames, checked once for each content."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from songhanh.core.canonical import write_atomically
from songhanh.core.errors import Fault, SonghanhError
from songhanh.core.home import cache
from songhanh.core.text import Text
from songhanh.province.check import faults_of
from songhanh.province.descriptor import FILE, Details, parse_descriptor
from songhanh.province.folder import find, hash_of, read_bytes
from songhanh.province.pack import Pack
from songhanh.province.reading import read_table, typed
from songhanh.province.schema import schema_digest, schemas


def load(ref: str | Path) -> Pack:
    """Load a province pack.

    A pack is checked in full when its content is first seen; the data directory remembers the hash.

    Parameters
    ----------
    ref
        Folder of the pack, or the name of an embedded example.

    Returns
    -------
    Pack
        Tables by name, rows in the order of the files.

    Raises
    ------
    SonghanhError
        With all faults of the pack.
    """
    folder = find(ref)
    contents = read_bytes(folder)
    digest = hash_of(contents)
    _check_once(contents, digest)
    _, details, faults = parse_descriptor(contents[FILE])
    if details is None:
        raise SonghanhError(faults)
    return _pack(folder, contents, digest, details)


def _check_once(contents: Mapping[str, bytes], digest: str) -> None:
    marker = cache("packs") / f"{digest}-{schema_digest()[:16]}.checked"
    if marker.exists():
        return
    faults = faults_of(contents)
    if faults:
        raise SonghanhError(faults)
    write_atomically(marker, b"")


def _pack(folder: Path, contents: Mapping[str, bytes], digest: str, details: Details) -> Pack:
    tables = {}
    for name, schema in schemas().items():
        table, faults = read_table(schema, contents.get(schema.file, b""))
        if table is None:
            raise SonghanhError(
                faults or Fault("pack.file.missing", "The file is missing.", "Add it.", schema.file)
            )
        tables[name] = typed(table)
    return Pack(
        id=details.id,
        name=Text(details.name.vi, details.name.en),
        country=details.country,
        time_zone=details.time_zone,
        currency=details.currency,
        policy_set=details.policy_set,
        folder=folder,
        hash=digest,
        outbreak_from=details.outbreak_from,
        tables=tables,
    )
