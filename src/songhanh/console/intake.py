"""``songhanh import`` and ``songhanh export``: lists in and out of the registers."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import click
from django.utils.module_loading import import_string

from songhanh.console.output import demand_writable
from songhanh.core.errors import Fault, SonghanhError
from songhanh.operations.project import serving

TARGETS = ("cases", "contacts", "relationships", "followups", "samples", "events")
FORMATS = ("table", "songhanh", "godata", "sormas", "dhis2", "who", "vietnam2020")
APP = "songhanh.operations.intake"


def _user(name: str | None) -> Any:
    if name is None:
        return None
    found = import_string("songhanh.operations.accounts.models.User").objects.filter(username=name).first()
    if found is None:
        raise SonghanhError(
            Fault(
                "intake.user",
                f"There is no account {name!r}.",
                "Name one that exists, or leave --user out.",
                parameter="--user",
            )
        )
    return found


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--as", "target", type=click.Choice(TARGETS), help="What the rows are; found out where not given."
)
@click.option(
    "--format",
    "source_format",
    type=click.Choice(FORMATS),
    help="Whose file it is; found out where not given.",
)
@click.option(
    "--commit", is_flag=True, help="Write to the registers; without it nothing is written (dry run)."
)
@click.option(
    "--date-order",
    type=click.Choice(["dmy", "mdy", "ymd"]),
    help="How 05/06/2021 is read; day first unless given.",
)
@click.option("--sheet", help="The sheet of a workbook; the first that is filled unless given.")
@click.option("--unit", help="The commune of rows that name none, by code or name.")
@click.option("--user", help="The account in whose name rows are written.")
@click.option(
    "--rejected",
    type=click.Path(path_type=Path),
    help="Write the rejected rows and their reasons to this file.",
)
def import_command(
    files: tuple[Path, ...],
    target: str | None,
    source_format: str | None,
    commit: bool,
    date_order: str | None,
    sheet: str | None,
    unit: str | None,
    user: str | None,
    rejected: Path | None,
) -> None:
    """Read FILES (csv, tsv, xlsx, xls, ods, json) and say what would become of each row; with --commit, write them.

    A commit that was cut off goes on where it stopped when the same command is given again.
    """
    if rejected is not None:
        demand_writable(rejected)
    serving.set_up()
    by = _user(user)
    options = {"date_order": date_order, "sheet": sheet, "unit": _unit(unit)}
    batches = []
    for file in files:
        batch = import_string(f"{APP}.actions.upload")(
            by=by, file_name=file.name, content=_content(file), target=target, source_format=source_format, options=options
        )  # fmt: skip
        work = import_string(f"{APP}.actions.{'commit' if commit else 'try_batch'}")
        batch = work(batch=batch, by=by)
        batches.append(batch)
        _report(batch, commit)
    if rejected is not None:
        _write_rejected(batches, rejected)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise SonghanhError(
            Fault(
                "intake.file",
                f"The file cannot be read ({error.strerror}).",
                "Check its name.",
                file=str(file),
            )
        ) from error


def _unit(name: str | None) -> int | None:
    if name is None:
        return None
    found = import_string("songhanh.operations.places.queries.unit_named")(name)
    if found is None:
        raise SonghanhError(
            Fault(
                "intake.unit",
                f"There is no unit {name!r}, or more than one.",
                "Give its code.",
                parameter="--unit",
            )
        )
    return int(found.pk)


def _report(batch: Any, committed: bool) -> None:
    done = "committed" if committed else "dry run, nothing written"
    click.echo(f"{batch.file_name}: {batch.source_format} {batch.target}, {batch.n_rows} rows ({done})")
    click.echo(
        f"  created {batch.n_created}, updated {batch.n_updated}, already there {batch.n_duplicate}, rejected {batch.n_rejected}"
    )
    if batch.n_ambiguous:
        order = batch.options.get("date_order", "dmy")
        click.echo(f"  {batch.n_ambiguous} dates could be read two ways; read as {order}")
    reasons: Counter[tuple[str, str, str]] = Counter()
    for row in batch.rows.iterator(chunk_size=1_000):
        for reason in {(r["level"], r["column"], r["code"]): r for r in row.reasons}.values():
            if reason["code"] not in ("unchanged", "changed"):
                reasons[reason["level"], reason["column"], reason["code"]] += 1
    for (level, column, code), n in sorted(reasons.items(), key=lambda item: (item[0][0], -item[1])):
        click.echo(f"  {level}: {n} × {code}{f' in column {column}' if column else ''}")


def _write_rejected(batches: list[Any], file: Path) -> None:
    header = import_string(f"{APP}.rejected.header")
    rows = import_string(f"{APP}.rejected.rows")
    cell = import_string(f"{APP}.exporting.cell")
    if len({tuple(batch.columns) for batch in batches}) > 1:
        raise SonghanhError(
            Fault(
                "intake.rejected",
                "Files of different columns have no common file of rejected rows.",
                "Import them one at a time.",
                parameter="--rejected",
            )
        )
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header(batches[0]))
        for batch in batches:
            for row in rows(batch, "en"):
                writer.writerow([cell(value) for value in row])
    click.echo(f"rejected rows: {file}")


@click.command("export")
@click.argument("target")
@click.option(
    "--format",
    "source_format",
    default="songhanh",
    show_default=True,
    help="songhanh, godata, godata-json, sormas, dhis2, who, fhir, r, r-tags.",
)
@click.option(
    "--to",
    "file",
    required=True,
    type=click.Path(path_type=Path),
    help="The file to write: .csv, .json or .xlsx.",
)
@click.option(
    "--user", help="The account whose jurisdiction and names are exported; everything unless given."
)
def export_command(target: str, source_format: str, file: Path, user: str | None) -> None:
    """Write TARGET (cases, contacts, relationships, followups, samples, events, all) to a file, in flat memory."""
    demand_writable(file)
    serving.set_up()
    by = _user(user)
    suffix = file.suffix.lower().lstrip(".")
    import_string(f"{APP}.exporting.demand_export")(by, source_format, target, suffix)
    partial = file.with_name(f".{file.name}.part")
    try:
        if suffix == "xlsx":
            with (
                import_string(f"{APP}.exporting.workbook")(by, source_format, target) as book,
                partial.open("wb") as stream,
            ):
                shutil.copyfileobj(book, stream)
        else:
            with partial.open("w", encoding="utf-8", newline="") as stream:
                for piece in import_string(f"{APP}.exporting.lines")(by, source_format, target):
                    stream.write(piece)
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
    click.echo(f"{file}: {source_format} {target}")
