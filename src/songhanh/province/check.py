"""`check`: every fault of a pack, with file, row, column and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from songhanh.core.errors import Fault, SonghanhError
from songhanh.province import descriptor, outline, rules, rules_work
from songhanh.province.folder import find, read_bytes
from songhanh.province.reading import RawTable, form_faults, read_table, typed
from songhanh.province.schema import schemas
from songhanh.province.structure import structure_faults


def check(folder: str | Path) -> list[Fault]:
    """Find every fault of a pack. Nothing is raised for a broken pack, whatever it holds.

    Parameters
    ----------
    folder
        Folder of the pack, or the name of an embedded example.

    Returns
    -------
    list of Fault
        In the order of the tables and their rows; empty if the pack can be used.
    """
    try:
        return faults_of(read_bytes(find(folder)))
    except SonghanhError as error:
        return list(error.faults)


def faults_of(contents: Mapping[str, bytes]) -> list[Fault]:
    """Find every fault of a pack that has been read."""
    faults, details = _descriptor(contents)
    raw, table_faults = _tables(contents)
    faults += table_faults
    outlines, outline_faults = (
        outline.read_outlines(contents[outline.FILE]) if outline.FILE in contents else ({}, [])
    )
    form = [fault for table in raw.values() for fault in form_faults(table)]
    structure = structure_faults(raw) if raw else []
    broken = {fault.file for fault in (*form, *structure)}
    frames = {}
    for name, table in raw.items():
        if table.schema.file in broken:
            continue
        try:
            frames[name] = typed(table, with_rows=True)
        except (pl.exceptions.PolarsError, ValueError) as error:
            form.append(
                Fault("pack.type", f"The table cannot be read: {error}.", "Correct it.", table.schema.file)
            )
    faults += _once(form + structure)
    faults += _empty_tables(raw)
    pack = rules.Folder(frames, details, frozenset(outlines))
    for rule in (*rules.RULES, *rules_work.RULES):
        if all(table in frames and not _is_needed_and_empty(frames, table) for table in rule.tables):
            faults += rule.find(pack)
    if "areas" in frames:
        outline_faults += outline.unknown_codes(outlines, set(frames["areas"]["code"]))
    return _in_order(faults + outline_faults)


def _descriptor(contents: Mapping[str, bytes]) -> tuple[list[Fault], descriptor.Details | None]:
    if descriptor.FILE not in contents:
        message = "The file is missing: this is not a province pack."
        remedy = "An empty pack with it: songhanh province new FOLDER."
        return [Fault("pack.file.missing", message, remedy, descriptor.FILE)], None
    _, details, faults = descriptor.parse_descriptor(contents[descriptor.FILE])
    return faults, details


def _tables(contents: Mapping[str, bytes]) -> tuple[dict[str, RawTable], list[Fault]]:
    raw: dict[str, RawTable] = {}
    faults = []
    for name, schema in schemas().items():
        if schema.file not in contents:
            header = ",".join(schema.columns)
            remedy = f"Add it; if there is nothing to say, with its header alone: {header}"
            faults.append(Fault("pack.file.missing", "The file is missing.", remedy, schema.file))
            continue
        table, found = read_table(schema, contents[schema.file])
        faults += found
        if table is not None:
            raw[name] = table
    known = {schema.file for schema in schemas().values()}
    for file in contents:
        if file.lower().endswith(".csv") and "/" not in file and file not in known:
            remedy = f"Rename or remove it. Tables of a pack: {', '.join(sorted(known))}."
            faults.append(Fault("pack.file.unknown", "There is no such table.", remedy, file))
    return raw, faults


def _empty_tables(raw: Mapping[str, RawTable]) -> list[Fault]:
    return [
        Fault(
            "pack.empty",
            "The table has no row.",
            f"Fill in: {table.schema.title.en.lower()}.",
            table.schema.file,
            1,
        )
        for table in raw.values()
        if table.schema.rows_required and not table.rows
    ]


def _is_needed_and_empty(frames: Mapping[str, pl.DataFrame], table: str) -> bool:
    return schemas()[table].rows_required and frames[table].is_empty()


def _once(faults: list[Fault]) -> list[Fault]:
    """Keep the first fault of each cell: our word on how a value is written comes before Frictionless's."""
    kept: dict[tuple[str | None, int | None, str | None, str], Fault] = {}
    for fault in faults:
        is_cell = fault.code in ("pack.type", "pack.value", "pack.value.missing")
        kept.setdefault((fault.file, fault.row, fault.column, "cell" if is_cell else fault.code), fault)
    return list(kept.values())


def _in_order(faults: list[Fault]) -> list[Fault]:
    order = {schema.file: number for number, schema in enumerate(schemas().values(), start=1)}
    order[descriptor.FILE] = 0
    return sorted(faults, key=lambda fault: (order.get(fault.file or "", len(order)), fault.row or 0))
