"""``songhanh economy``: the accounts of a year under a plan; and input-output tables for packs."""

from __future__ import annotations

from pathlib import Path

import click

from songhanh.console.economy_table import table
from songhanh.console.economy_tables import print_economy
from songhanh.console.output import demand_writable, write_json
from songhanh.console.progress import progress_bar
from songhanh.core.days import parse_date
from songhanh.decision import economic_report


class PackOrCommand(click.Group):
    """A group whose first argument may be a pack instead of a command: the accounts are what is mostly asked for."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the name of a pack as the command ``accounts`` on it."""
        if args and args[0] not in (*self.commands, "-h", "--help"):
            args = ["accounts", *args]
        return super().parse_args(ctx, args)


@click.group(cls=PackOrCommand)
def economy() -> None:
    """Print the accounts of a year: songhanh economy PACK --plan PLAN; or write a table for a pack."""


@economy.command()
@click.argument("pack")
@click.option(
    "--plan",
    default="actual-2021",
    show_default=True,
    help="A plan of the pack, a TOML file, or actual-YEAR: the orders as they were given, in hindsight.",
)
@click.option(
    "--as-of",
    "as_of",
    default="2021-05-17",
    show_default=True,
    help="Worlds are frozen on what was known then; a plan acts from the next day.",
)
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same bytes.")
@click.option("--worlds", default=100, show_default=True, type=click.IntRange(2, 10_000))
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path), help="Write the whole accounts to a file."
)
@click.option("--language", type=click.Choice(["en", "vi"]), default="en", show_default=True)
@click.option("--jobs", default=-1, show_default=True, help="Processes; -1 is one a core.")
def accounts(
    pack: str,
    plan: str,
    as_of: str,
    seed: int,
    worlds: int,
    json_file: Path | None,
    language: str,
    jobs: int,
) -> None:
    """Run both models under a plan in common worlds and print the economy of the calendar year."""
    when = parse_date(as_of, "--as-of")
    demand_writable(json_file)
    with progress_bar() as report:
        result = economic_report(
            pack, plan, when, seed=seed, n_worlds=worlds, n_jobs=jobs, on_progress=report
        )
    write_json(json_file, result)
    print_economy(result, language)


economy.add_command(table)
