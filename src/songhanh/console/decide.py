"""``songhanh decide``: the plans of one night, side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from songhanh.console.output import demand_writable, write_json
from songhanh.console.progress import progress_bar
from songhanh.core.days import parse_date
from songhanh.decision import evaluate

WIDTH = 124  # columns that six figures need; a narrower terminal wraps
HEALTH = ("cases_total", "cases_community", "cases_quarantine", "deaths", "peak_hospital", "control_lost")
EFFORT = ("places_peak", "tests", "restricted_person_days")
ECONOMY = ("value_added_lost_vnd_bn", "job_days_lost", "household_income_lost_vnd_bn")


@click.command()
@click.argument("pack")
@click.option(
    "--as-of", "as_of", required=True, metavar="DATE", help="The evening on which to decide, e.g. 2021-05-17."
)
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same bytes.")
@click.option(
    "--worlds",
    default=100,
    show_default=True,
    type=click.IntRange(2, 10_000),
    help="Worlds to try each plan in.",
)
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path), help="Write the whole evaluation to a file."
)
@click.option(
    "--plan",
    "plan_files",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A plan of your own (TOML), beside those of the pack.",
)
@click.option("--language", type=click.Choice(["en", "vi"]), default="en", show_default=True)
@click.option("--jobs", default=-1, show_default=True, help="Processes; -1 is one a core.")
def decide(
    pack: str,
    as_of: str,
    seed: int,
    worlds: int,
    json_file: Path | None,
    plan_files: tuple[Path, ...],
    language: str,
    jobs: int,
) -> None:
    """Evaluate the plans of PACK (a folder or an embedded example) on common worlds and print a table."""
    when = parse_date(as_of, "--as-of")
    demand_writable(json_file)
    with progress_bar() as report:
        evaluation = evaluate(
            pack, when, seed=seed, n_worlds=worlds, extra_plans=plan_files, n_jobs=jobs, on_progress=report
        )
    write_json(json_file, evaluation)
    print_evaluation(evaluation, language)


def print_evaluation(evaluation: dict[str, Any], language: str, width: int | None = None) -> None:
    """Print an evaluation as three tables on stdout."""
    console = Console(width=width or max(Console().width, WIDTH), highlight=False)
    heading = {
        "vi": "{pack}: phương án từ tối {as_of}, {n_worlds} kịch bản, giá trị trung bình và khoảng 90%",
        "en": "{pack}: plans from the evening of {as_of}, {n_worlds} worlds, mean and 90% interval",
    }[language]
    console.print(
        heading.format(
            pack=evaluation["pack"]["name"][language],
            as_of=evaluation["as_of"],
            n_worlds=evaluation["n_worlds"],
        )
    )
    for group in (HEALTH, EFFORT, ECONOMY):
        console.print(_table(evaluation, group, language))
    for plan in evaluation["plans"]:
        for line in _verdict(plan, evaluation, language):
            console.print(line)
    console.print(evaluation["self_consistency_note"][language])


def _table(evaluation: dict[str, Any], group: tuple[str, ...], language: str) -> Table:
    indicators = {row["id"]: row for row in evaluation["indicators"]}
    table = Table(show_lines=True)
    table.add_column({"vi": "Phương án", "en": "Plan"}[language], min_width=24)
    for name in group:
        row = indicators[name]
        # A number is never cut: the column is as wide as its longest interval.
        table.add_column(f"{row['name'][language]} ({row['unit'][language]})", justify="right", min_width=13)
    for plan in evaluation["plans"]:
        table.add_row(
            plan["name"][language], *(_cell(name, plan["outcomes"][name], language) for name in group)
        )
    return table


def _cell(name: str, outcome: dict[str, float], language: str) -> str:
    """Return the mean, and below it the 90% interval."""
    if name == "control_lost":
        return f"{outcome['mean']:.0%}"
    low, high = _number(outcome["p05"], language), _number(outcome["p95"], language)
    return f"{_number(outcome['mean'], language)}\n{low}–{high}"


def _number(value: float, language: str) -> str:
    """Return a number as it is read: millions as 12.3 M, else in full."""
    in_full = f"{value:,.0f}" if abs(value) >= 10 else f"{value:,.1f}"
    text = f"{value / 1e6:,.1f} M" if abs(value) >= 1e6 else in_full
    if language == "vi":
        return text.translate(str.maketrans(",.", ".,")).replace(" M", " tr")
    return text


def _verdict(plan: dict[str, Any], evaluation: dict[str, Any], language: str) -> list[str]:
    names = {row["id"]: row["name"][language] for row in evaluation["plans"]}
    words = {
        "vi": {
            "reference": "đường tham chiếu, không ai được chọn",
            "infeasible": "không khả thi",
            "dominated": "bị vượt bởi",
            "in": "trong",
            "worlds": "kịch bản",
            "from": "từ",
        },
        "en": {
            "reference": "reference line, nobody can adopt it",
            "infeasible": "infeasible",
            "dominated": "dominated by",
            "in": "in",
            "worlds": "of the worlds",
            "from": "from",
        },
    }[language]
    lines = []
    if plan["reference"]:
        lines.append(f"{plan['name'][language]}: {words['reference']}")
    for row in plan["infeasible"]:
        lines.append(
            f"{plan['name'][language]}: {words['infeasible']}: {row['what'][language]} "
            f"({words['in']} {row['share_of_worlds']:.0%} {words['worlds']}, {words['from']} {row['first_on']})"
        )
    if plan["dominated_by"]:
        beaten = ", ".join(names[other] for other in plan["dominated_by"])
        lines.append(f"{plan['name'][language]}: {words['dominated']} {beaten}")
    return lines
