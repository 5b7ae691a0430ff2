"""``songhanh replay``: the measures as they happened, in hindsight, against what was counted."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from songhanh.console.output import demand_writable, write_json
from songhanh.console.progress import progress_bar
from songhanh.core.days import parse_date
from songhanh.decision import replay as replay_in_hindsight


@click.command()
@click.argument("pack")
@click.option(
    "--as-of",
    "as_of",
    default="2021-05-17",
    show_default=True,
    help="Worlds are frozen on what was known then.",
)
@click.option("--seed", default=1, show_default=True)
@click.option("--worlds", default=100, show_default=True, type=click.IntRange(2, 10_000))
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path), help="Write the whole comparison to a file."
)
@click.option("--jobs", default=-1, show_default=True, help="Processes; -1 is one a core.")
def replay(pack: str, as_of: str, seed: int, worlds: int, json_file: Path | None, jobs: int) -> None:
    """Run the orders of PACK as they were given and compare with what was counted (Learn only)."""
    when = parse_date(as_of, "--as-of")
    demand_writable(json_file)
    with progress_bar() as report:
        result = replay_in_hindsight(pack, when, seed=seed, n_worlds=worlds, n_jobs=jobs, on_progress=report)
    write_json(json_file, result)
    console = Console(highlight=False)
    console.print(f"In hindsight, {n_line(result)}")
    total = result["total"]
    simulated = total["simulated"]
    console.print(
        f"Cases of the wave: counted {total['counted']:,.0f}; simulated {simulated['p50']:,.0f} "
        f"(90% interval {simulated['p05']:,.0f}–{simulated['p95']:,.0f}, a factor of {total['spans']:.1f}); "
        f"mean log bias {total['log_bias']:+.2f}; control lost in {result['control_lost']:.0%} of the worlds."
    )
    last = result["last_community_case"]
    if last["dates"]:
        low, middle, high = last["dates"]
        console.print(
            f"Last community case before the first quiet week: {middle} (90%: {low} to {high}), "
            f"in {last['share_of_worlds']:.0%} of the worlds."
        )
    for title, rows in (
        ("Cumulative cases", result["counts"]),
        ("Workers back at the sites", result["workers"]),
    ):
        table = Table("date", "counted", "simulated, median", "90% interval", "inside", title=title)
        for row in rows:
            value = row["simulated"]
            table.add_row(
                row["date"],
                f"{row['counted']:,.0f}",
                f"{value['p50']:,.0f}",
                f"{value['p05']:,.0f}–{value['p95']:,.0f}",
                "yes" if row["inside_90"] else "no",
            )
        console.print(table)
    console.print(
        f"{len(result['free_parameters'])} free parameters, each with its range, are listed in the JSON."
    )


def n_line(result: dict[str, object]) -> str:
    """Say in how many worlds and from how many histories."""
    return (
        f"{result['n_worlds']} worlds from {result['distinct_histories']} histories, frozen on {result['as_of']} "
        f"(power of the likelihood {result['power']:.2f})."
    )
