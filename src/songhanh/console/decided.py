"""``songhanh decided``: keep a decided plan with all that its numbers rest on, and run it again."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from songhanh.console.output import demand_writable, read_json, write_json
from songhanh.console.progress import progress_bar
from songhanh.core.days import parse_date
from songhanh.core.errors import Fault, SonghanhError
from songhanh.decision import record as run_and_record
from songhanh.decision import rerun as run_again
from songhanh.decision.adopt import demand_whole
from songhanh.measures import Plan, plans_of, read_plan
from songhanh.province import Pack, load
from songhanh.twin.lines import LineList, read_line_list


@click.group()
def decided() -> None:
    """Keep a decided plan with its inputs, and prove its numbers again."""


@decided.command()
@click.argument("pack")
@click.option("--as-of", "as_of", required=True, metavar="DATE", help="The evening of the decision.")
@click.option("--plan", "plan_name", required=True, help="A plan of the pack by name, or a TOML file.")
@click.option(
    "--cases", "cases_file", type=click.Path(path_type=Path), help="A line list (CSV) that the worlds follow."
)
@click.option("--seed", default=1, show_default=True)
@click.option("--worlds", default=100, show_default=True, type=click.IntRange(2, 10_000))
@click.option(
    "--record", "record_file", required=True, type=click.Path(path_type=Path), help="The file to write."
)
@click.option("--jobs", default=-1, show_default=True, help="Processes; -1 is one a core.")
def keep(
    pack: str,
    as_of: str,
    plan_name: str,
    cases_file: Path | None,
    seed: int,
    worlds: int,
    record_file: Path,
    jobs: int,
) -> None:
    """Run a plan of PACK and write the record that it is kept with."""
    when = parse_date(as_of, "--as-of")
    demand_writable(record_file)
    plan, lines = _plan(load(pack), plan_name), _lines(cases_file, pack, when)
    with progress_bar() as report:
        kept = run_and_record(
            pack, when, plan, seed=seed, n_worlds=worlds, n_jobs=jobs, on_progress=report, lines=lines
        )
    write_json(record_file, kept)
    click.echo(
        f"{kept['name']['en']}: decided on {as_of}, {worlds} worlds, results {kept['results_sha256'][:12]}."
    )
    click.echo(
        f"Kept in {record_file}; run it again with: songhanh decided rerun {record_file} --pack {pack}"
    )


@decided.command()
@click.argument("record_file", type=click.Path(path_type=Path))
@click.option(
    "--cases", "cases_file", type=click.Path(path_type=Path), help="The line list it was decided on, if any."
)
@click.option("--pack", required=True, help="The folder or name of the pack that it was decided on.")
@click.option("--language", type=click.Choice(["en", "vi"]), default="en", show_default=True)
@click.option("--jobs", default=-1, show_default=True, help="Processes; -1 is one a core.")
def rerun(record_file: Path, cases_file: Path | None, pack: str, language: str, jobs: int) -> None:
    """Run RECORD_FILE again: the same numbers (exit code 0), or what differs (exit code 1)."""
    kept = read_json(record_file, "RECORD_FILE")
    demand_whole(kept)
    lines = _lines(cases_file, pack, parse_date(kept["as_of"], "RECORD_FILE"))
    with progress_bar() as report:
        again = run_again(kept, pack, n_jobs=jobs, on_progress=report, lines=lines)
    click.echo(
        f"{kept['name'][language]} ({kept['as_of']}, {kept['n_worlds']}, {kept['results_sha256'][:12]})"
    )
    for line in again.in_words():
        click.echo(line.in_language(language))
    if not again.same:
        sys.exit(1)


def _lines(file: Path | None, pack: str, as_of: date) -> LineList | None:
    return None if file is None else read_line_list(file, load(pack), as_of)


def _plan(pack: Pack, name: str) -> Plan:
    if name.endswith(".toml"):
        return read_plan(Path(name))
    plans = plans_of(pack)
    if name not in plans:
        raise SonghanhError(
            Fault(
                "decided.plan",
                f"There is no plan {name!r}.",
                f"Name a TOML file, or one of {', '.join(plans)}.",
                parameter="--plan",
            )
        )
    return plans[name]
