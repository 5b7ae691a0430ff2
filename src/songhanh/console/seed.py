"""``songhanh seed``: fill an installation of its own with made-up people and what is registered about them."""

from __future__ import annotations

import time
from datetime import date
from importlib import import_module

import click

from songhanh.console.progress import progress_bar
from songhanh.core.days import parse_date
from songhanh.operations.project import serving

PACK = "bac-giang-2021"
_count = click.IntRange(0, 50_000_000)


@click.command()
@click.option("--f0", default=10_000, show_default=True, type=_count, help="Cases.")
@click.option(
    "--f1", default=100_000, show_default=True, type=_count, help="Their contacts, under quarantine now."
)
@click.option("--f2", default=300_000, show_default=True, type=_count, help="Contacts of those.")
@click.option("--contacts", type=_count, help="Meetings; by default two and a half for each contact person.")
@click.option("--tests", default=1_000_000, show_default=True, type=_count, help="Samples.")
@click.option("--follow-ups", default=2_000_000, show_default=True, type=_count)
@click.option("--presence", default=0, show_default=True, type=_count, help="Rows of presence lists.")
@click.option(
    "--as-of", "as_of", default="2021-07-31", show_default=True, metavar="DATE", help="The last day."
)
@click.option("--pack", default=PACK, show_default=True, help="A folder or an embedded example.")
@click.option("--seed", "number", default=1, show_default=True, help="Same seed, same rows.")
@click.option("--replace", is_flag=True, help="Made-up rows that are there already go first.")
def seed(
    f0: int,
    f1: int,
    f2: int,
    contacts: int | None,
    tests: int,
    follow_ups: int,
    presence: int,
    as_of: str,
    pack: str,
    number: int,
    replace: bool,
) -> None:
    """Fill the registers with made-up people; refuses where there are real ones.

    Everything is written at once: if it is stopped, what was there before is there still.
    """
    when: date = parse_date(as_of, "--as-of")
    serving.set_up()
    actions = import_module("songhanh.operations.seeding.actions")  # needs the settings
    sizes = actions.sizes_of(
        f0=f0,
        f1=f1,
        f2=f2,
        contacts=contacts,
        tests=tests,
        follow_ups=follow_ups,
        presence=presence,
        as_of=when,
    )
    started = time.perf_counter()
    with progress_bar() as report:
        counts = actions.seed(
            by=None, pack_ref=pack, sizes=sizes, number=number, replace=replace, on_progress=report
        )
    for name, n in counts.items():
        click.echo(f"{n:>12,}  {name}")
    click.echo(f"Done in {time.perf_counter() - started:.0f} s. All of these people are made up.")
