"""``songhanh score``: forecasts of past evenings held against what came."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from songhanh.console.output import demand_writable, write_json
from songhanh.console.progress import progress_bar
from songhanh.console.rejected import print_rejected
from songhanh.core.days import parse_date
from songhanh.province import load
from songhanh.twin.lines import read_line_list
from songhanh.twin.score import score as score_of

WIDTH = 110  # columns that ten figures need; a narrower terminal wraps


@click.command()
@click.option(
    "--province", "pack_ref", required=True, metavar="PACK", help="A folder or an embedded example."
)
@click.option(
    "--cases",
    "cases_file",
    required=True,
    type=click.Path(path_type=Path),
    help="CSV with columns date, code, cases (and, where known, sampled_on, tests, found_where, site_id).",
)
@click.option(
    "--cutoff", "cutoffs", required=True, multiple=True, metavar="DATE", help="An evening; may be repeated."
)
@click.option("--horizon", type=click.Choice(["7", "14"]), default="14", show_default=True, help="Days.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same bytes.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write all scores to a file.")
def score(
    pack_ref: str, cases_file: Path, cutoffs: tuple[str, ...], horizon: str, seed: int, json_file: Path | None
) -> None:
    """Score forecasts at cut-offs by WIS and coverage against three baselines; later rows are not seen."""
    days = [parse_date(text, "--cutoff") for text in cutoffs]
    demand_writable(json_file)
    pack = load(pack_ref)
    lines = read_line_list(cases_file, pack, None)
    with progress_bar() as report:
        result = score_of(pack, lines, days, int(horizon), seed, report)
    write_json(json_file, result)
    console = Console(width=max(Console().width, WIDTH), highlight=False)
    print_rejected(console, lines)
    for row in result["left_out"]:
        console.print(f"Cut-off {row['cutoff']} left out: {row['reason']}.")
    console.print(_table(result))
    brier = result["brier"]["commune"]["7"]
    console.print(
        f"Any case in a commune within 7 days, Brier score: {brier['model']:.4f} "
        f"(persistence {brier['persistence']:.4f}, persistence by frequency {brier['persistence_by_frequency']:.4f})."
    )
    console.print(f"Hyper-parameters {result['hyperparameters']}")


def _table(result: dict[str, Any]) -> Table:
    n = len(result["cutoffs"])
    evenings = "1 cut-off" if n == 1 else f"{n} cut-offs"
    table = Table(title=f"{evenings}; WIS relative to each baseline, below 1 is better")
    for name in ("level", "days", "areas", "n", "WIS", "last week", "growth", "renewal", "50%", "90%"):
        table.add_column(name, justify="left" if name in ("level", "areas") else "right")
    for level, horizons in result["levels"].items():
        for horizon, whole in horizons.items():
            parts = {
                "all": whole,
                "with cases": whole["with_cases_14d"],
                "without": whole["without_cases_14d"],
            }
            for areas, part in parts.items():
                if not part["n"]:
                    continue
                ratios = [_ratio(part["wis_ratio"][name]) for name in ("last_week", "growth", "renewal")]
                table.add_row(
                    level, horizon, areas, str(part["n"]), f"{part['wis']:.2f}", *ratios,
                    f"{part['coverage_50']:.2f}", f"{part['coverage_90']:.2f}",
                )  # fmt: skip
    return table


def _ratio(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
