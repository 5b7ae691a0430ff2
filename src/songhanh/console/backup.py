"""``songhanh backup`` and ``songhanh restore``: everything into one file, and back."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click

from songhanh.console.output import demand_writable
from songhanh.console.progress import progress_bar
from songhanh.operations.project import serving

ACTIONS = "songhanh.operations.keeping.actions"  # imported when the settings are loaded


@click.command()
@click.argument("file", type=click.Path(dir_okay=True, path_type=Path))
def backup(file: Path) -> None:
    """Write every row of this installation, as of one moment, to FILE; the pages may be in use meanwhile.

    FILE holds names and health data: keep it like the database. The secret key of the installation is not in it.
    """
    demand_writable(file)
    serving.set_up()
    with progress_bar() as report:
        manifest = import_module(ACTIONS).backup(by=None, file=file, on_progress=report)
    tables = manifest["tables"]
    n_rows = sum(table["rows"] for table in tables.values())
    click.echo(
        f"{n_rows:,} rows of {len(tables)} tables are in {file} ({file.stat().st_size / 1e6:,.1f} MB)."
    )
    click.echo(
        "The secret key is not in it: keep a copy of it elsewhere, or pseudonyms change after a restore."
    )


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="What is in the database now is removed.")
def restore(file: Path, replace: bool) -> None:
    """Put every row of FILE into this installation's database, SQLite or PostgreSQL; stop `songhanh serve` first.

    The file is checked before, and every row compared after; if anything is wrong the database stays as it was.
    """
    serving.set_up()
    actions = import_module(ACTIONS)
    with progress_bar() as report:
        manifest = actions.restore(by=None, file=file, replace=replace, on_progress=report)
    n_rows = sum(table["rows"] for table in manifest["tables"].values())
    click.echo(f"{n_rows:,} rows are back, each as it was on {manifest['made_at']}.")
    if manifest["key_fingerprint"] != actions.key_fingerprint():
        click.echo(
            "songhanh: this installation has another secret key than the one of the backup: pseudonyms, sessions and "
            "links differ from before. Put the old key into SONGHANH_SECRET_KEY or the file secret-key to have them back.",
            err=True,
        )
    verdict = import_module("songhanh.operations.audit.queries").verify()
    click.echo(
        "The chain of the audit holds." if verdict.is_whole else f"The audit is broken: {verdict.broken}."
    )
    if not verdict.is_whole:
        raise SystemExit(2)
