"""``songhanh province``: check a pack, start a new one, list the examples."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from songhanh.province import check as check_pack
from songhanh.province import examples
from songhanh.province import new as new_pack


@click.group()
def province() -> None:
    """Check and create province packs."""


@province.command()
@click.argument("folder", type=click.Path(path_type=Path))
def check(folder: Path) -> None:
    """Find every fault of the pack in FOLDER, with file, row, column and what to do.

    FOLDER may also be the name of an embedded example.
    """
    faults = check_pack(folder)
    for fault in faults:
        click.echo(str(fault), err=True)
    if faults:
        click.echo(f"{len(faults)} fault(s) found.", err=True)
        sys.exit(2)
    click.echo(f"{folder}: no fault found.")


@province.command()
@click.argument("folder", type=click.Path(path_type=Path))
def new(folder: Path) -> None:
    """Write an empty pack with a description of every table and column into FOLDER."""
    new_pack(folder)
    click.echo(
        f"An empty pack is in {folder}. Fill in the tables, then run: songhanh province check {folder}"
    )


@province.command("list")
def list_examples() -> None:
    """List the embedded example provinces."""
    for name in examples():
        click.echo(name)
