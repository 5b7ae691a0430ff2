"""``songhanh bench``: how long things take on this machine, on committed scenarios."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from songhanh.console.bench.economy import bench_economy
from songhanh.console.bench.engine import bench_engine
from songhanh.console.bench.nation import PEOPLE
from songhanh.console.bench.night import bench_decide
from songhanh.console.bench.operations import bench_operations
from songhanh.console.output import demand_writable, write_json
from songhanh.core.canonical import json_bytes
from songhanh.core.days import parse_date

EXAMPLE = "bac-giang-2021"
THREE_WEEKS = "2021-05-28"  # three weeks after the first cases of the example
STDOUT = "-"
_pack = click.option("--pack", default=EXAMPLE, show_default=True, help="A folder or an embedded example.")
_peers = click.option(
    "--peers/--no-peers", default=True, show_default=True, help="Also the peers that `make peers` installed."
)
_json = click.option(
    "--json",
    "json_file",
    is_flag=False,
    flag_value=STDOUT,
    metavar="[FILE]",
    help="Write the figures to a file, or print them as JSON.",
)


@click.group(invoke_without_command=True)
@click.pass_context
def bench(ctx: click.Context) -> None:
    """Measure the models; without a command, all of them."""
    if ctx.invoked_subcommand is None:
        for command in (engine, economy, decide):
            ctx.invoke(command)


@bench.command()
@_pack
@click.option("--replicates", default=20, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--days", default=120, show_default=True, type=click.IntRange(1, 365))
@click.option(
    "--nation/--no-nation", default=True, show_default=True, help="Also a made-up nation (6 GB of memory)."
)
@click.option("--nation-people", default=PEOPLE, show_default=True, type=click.IntRange(100_000, 200_000_000))
@_peers
@_json
def engine(
    pack: str,
    replicates: int,
    days: int,
    nation: bool,
    nation_people: int,
    peers: bool,
    json_file: str | None,
) -> None:
    """Measure the epidemic engine: controlled with every feature on, uncontrolled, a nation; on one core."""

    def tell(stage: str) -> None:
        click.echo(f"engine: {stage} ...", err=True)

    size = nation_people if nation else 0
    _report("engine", json_file, lambda: bench_engine(pack, replicates, days, size, peers, tell))


@bench.command()
@_pack
@click.option("--repeats", default=20, show_default=True, type=click.IntRange(1, 10_000))
@_peers
@_json
def economy(pack: str, repeats: int, peers: bool, json_file: str | None) -> None:
    """Measure the economy: a day, and a year with a site closed; beside the peers that are installed."""
    _report("economy", json_file, lambda: bench_economy(pack, repeats, peers=peers))


@bench.command()
@_pack
@click.option("--as-of", "as_of", default="2021-05-17", show_default=True, metavar="DATE")
@click.option("--worlds", default=100, show_default=True, type=click.IntRange(2, 10_000))
@click.option("--seed", default=1, show_default=True)
@click.option(
    "--histories", type=click.IntRange(16, 100_000), help="Histories drawn; by default as in a decision."
)
@click.option(
    "--calibrate-on",
    "calibrate_on",
    default=None,
    metavar="DATE",
    help="Evening up to which the line list goes; by default three weeks after the example's first case, else --as-of.",
)
@click.option("--days", default=60, show_default=True, type=click.IntRange(1, 365), help="Days of a what-if.")
@click.option(
    "--rules",
    default=2000,
    show_default=True,
    type=click.IntRange(0, 100_000),
    help="Rules of the search; 0: none.",
)
@click.option("--fresh", default=200, show_default=True, type=click.IntRange(2, 10_000))
@click.option("--jobs", default=-1, show_default=True, help="Processes; -1 is one a core.")
@_json
def decide(
    pack: str,
    as_of: str,
    worlds: int,
    seed: int,
    histories: int | None,
    calibrate_on: str | None,
    days: int,
    rules: int,
    fresh: int,
    jobs: int,
    json_file: str | None,
) -> None:
    """Measure a calibration, a what-if, one that loses control, and a search."""
    when = parse_date(as_of, "--as-of")
    on = calibrate_on or (THREE_WEEKS if pack == EXAMPLE else as_of)
    until = parse_date(on, "--calibrate-on")
    _report(
        "decide",
        json_file,
        lambda: bench_decide(pack, when, worlds, seed, histories, jobs, until, days, rules, n_fresh=fresh),
    )


@bench.command()
@click.option("--sqlite/--no-sqlite", default=True, show_default=True)
@click.option(
    "--postgresql/--no-postgresql", default=True, show_default=True, help="A private server, on loopback."
)
@click.option(
    "--scale", default=1.0, show_default=True, type=click.FloatRange(0.001, 10), help="Of 410,000 people."
)
@click.option(
    "--users", default=50, show_default=True, type=click.IntRange(0, 1000), help="At once; 0: none."
)
@click.option("--seconds", default=60, show_default=True, type=click.IntRange(5, 3600), help="Of many users.")
@_json
def operations(
    sqlite: bool, postgresql: bool, scale: float, users: int, seconds: int, json_file: str | None
) -> None:
    """Measure the registers when they are full: lists, imports, exports, levels, follow-ups (some 20 minutes)."""

    def tell(stage: str) -> None:
        click.echo(f"operations: {stage} ...", err=True)

    _report(
        "operations",
        json_file,
        lambda: bench_operations(
            sqlite=sqlite, postgresql=postgresql, scale=scale, users=users, seconds=seconds, tell=tell
        ),
    )


def _report(title: str, json_file: str | None, measure: Callable[[], dict[str, Any]]) -> None:
    """Measure, then print the figures or write them as JSON."""
    file = Path(json_file) if json_file and json_file != STDOUT else None
    demand_writable(file)
    found = measure()
    write_json(file, found)
    if json_file == STDOUT:
        click.echo(json_bytes(found).decode(), nl=False)
        return
    click.echo(f"{title}:")
    for line in _lines(found, "  "):
        click.echo(line)


def _lines(content: dict[str, Any], indent: str) -> list[str]:
    lines = []
    for key, value in content.items():
        if isinstance(value, dict):
            lines += [f"{indent}{key}:", *_lines(value, indent + "  ")]
        else:
            lines.append(f"{indent}{key}: {f'{value:.4g}' if isinstance(value, float) else value}")
    return lines
