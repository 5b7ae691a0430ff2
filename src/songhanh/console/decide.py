"""``songhanh decide``: the plans of one night, side by side."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from songhanh.console.cluster import cluster_option
from songhanh.console.output import demand_writable, write_json
from songhanh.console.progress import progress_bar
from songhanh.console.rejected import print_rejected
from songhanh.core.days import parse_date
from songhanh.decision import Ceilings, evaluate
from songhanh.province import load
from songhanh.twin.lines import LineList, read_line_list

WIDTH = 124  # columns that six figures need; a narrower terminal wraps
HEALTH = ("cases_total", "cases_community", "cases_quarantine", "deaths", "peak_hospital", "control_lost")
EFFORT = ("places_peak", "tests", "restricted_person_days", "people_restricted_14d", "public_cost_vnd_bn")
ECONOMY = (
    "value_added_lost_vnd_bn",
    "job_days_lost",
    "household_income_lost_vnd_bn",
    "households_without_work_14d",
    "exports_lost_vnd_bn",
    "budget_revenue_lost_vnd_bn",
)


ceiling_option = click.option(
    "--ceiling",
    "ceilings",
    multiple=True,
    metavar="NAME=NUMBER",
    help="A health ceiling: deaths, peak_hospital, peak_icu or cases_community, such as deaths=50. May be repeated.",
)

cases_option = click.option(
    "--cases",
    "cases_file",
    type=click.Path(path_type=Path),
    help="A line list (CSV) that worlds are calibrated to, beside the counts published by the date.",
)


def lines_of(cases_file: Path | None, pack: str, when: date, language: str) -> LineList | None:
    """Read the line list that was named, if one was, and say on stderr which of its rows were not used."""
    if cases_file is None:
        return None
    lines = read_line_list(cases_file, load(pack), when)
    print_rejected(Console(stderr=True, highlight=False), lines, language)
    return lines


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
@ceiling_option
@cases_option
@cluster_option
def decide(
    pack: str,
    as_of: str,
    seed: int,
    worlds: int,
    json_file: Path | None,
    plan_files: tuple[Path, ...],
    language: str,
    jobs: int,
    ceilings: tuple[str, ...],
    cases_file: Path | None,
) -> None:
    """Evaluate the plans of PACK (a folder or an embedded example) on common worlds and print a table."""
    when = parse_date(as_of, "--as-of")
    limits = Ceilings.parse(ceilings)
    demand_writable(json_file)
    lines = lines_of(cases_file, pack, when, language)
    with progress_bar() as report:
        evaluation = evaluate(
            pack,
            when,
            seed=seed,
            n_worlds=worlds,
            extra_plans=plan_files,
            n_jobs=jobs,
            on_progress=report,
            ceilings=limits,
            lines=lines,
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
    for step in evaluation["neighbours"]:
        console.print(_step(step, evaluation, language))
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
            plan["name"][language], *(cell(name, plan["outcomes"][name], language) for name in group)
        )
    return table


def cell(name: str, outcome: dict[str, float], language: str) -> str:
    """Return the mean, and below it the 90% interval."""
    if name == "control_lost":
        return f"{outcome['mean']:.0%}"
    low, high = number(outcome["p05"], language), number(outcome["p95"], language)
    return f"{number(outcome['mean'], language)}\n{low}–{high}"


def number(value: float, language: str) -> str:
    """Return a number as it is read: millions as 12.3 M, else in full."""
    in_full = f"{value:,.0f}" if abs(value) >= 10 else f"{value:,.1f}"
    text = f"{value / 1e6:,.1f} M" if abs(value) >= 1e6 else in_full
    if language == "vi":
        return text.translate(str.maketrans(",.", ".,")).replace(" M", " tr")
    return text


def _verdict(plan: dict[str, Any], evaluation: dict[str, Any], language: str) -> list[str]:
    names = {row["id"]: row["name"][language] for row in evaluation["plans"]}
    indicators = {row["id"]: row["name"][language] for row in evaluation["indicators"]}
    words = {
        "vi": {
            "reference": "đường tham chiếu, không ai được chọn",
            "infeasible": "không khả thi",
            "dominated": "bị vượt bởi",
            "in": "trong",
            "worlds": "kịch bản",
            "from": "từ",
            "within": "giữ mọi trần y tế",
            "breaks": "vượt trần",
        },
        "en": {
            "reference": "reference line, nobody can adopt it",
            "infeasible": "infeasible",
            "dominated": "dominated by",
            "in": "in",
            "worlds": "of the worlds",
            "from": "from",
            "within": "keeps every health ceiling",
            "breaks": "breaks the ceiling of",
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
    if evaluation["ceilings"]:
        lines.append(
            f"{plan['name'][language]}: {words['within']} {words['in']} {plan['within_ceilings']:.0%} {words['worlds']}"
        )
    for indicator in plan["breaks"]:
        lines.append(
            f"{plan['name'][language]}: {words['breaks']} {indicators[indicator]} "
            f"({words['in']} {1 - plan['meets'][indicator]:.0%} {words['worlds']})"
        )
    if plan["dominated_by"]:
        beaten = ", ".join(names[other] for other in plan["dominated_by"])
        lines.append(f"{plan['name'][language]}: {words['dominated']} {beaten}")
    return lines


def _step(step: dict[str, Any], evaluation: dict[str, Any], language: str) -> str:
    """Say what the step from one plan of the front to the next costs for each case and each death averted."""
    names = {row["id"]: row["name"][language] for row in evaluation["plans"]}
    words = {
        "vi": "Từ “{one}” sang “{two}”: bớt {cases} ca, {deaths} ca tử vong; mất thêm {lost} tỷ đồng giá trị tăng thêm, chi "
        "thêm {cost} tỷ đồng{each}. Không quy tính mạng thành tiền: tập thể xem xét, quyết định.",
        "en": "From “{one}” to “{two}”: {cases} cases and {deaths} deaths fewer; {lost} bn VND of value added and {cost} bn "
        "VND of public money more{each}. A life has no price here: the judgement is the committee's.",
    }[language]
    per = {
        "vi": {"case": "triệu đồng mỗi ca", "death": "triệu đồng mỗi ca tử vong"},
        "en": {"case": "M VND a case", "death": "M VND a death"},
    }[language]
    each = [
        f"{number(step[f'value_added_vnd_per_{what}_averted'] / 1e6, language)} {name}"
        for what, name in per.items()
        if step[f"value_added_vnd_per_{what}_averted"] is not None
    ]
    return words.format(
        one=names[step["from"]],
        two=names[step["to"]],
        cases=number(step["cases_averted"]["mean"], language),
        deaths=number(step["deaths_averted"]["mean"], language),
        lost=number(step["value_added_lost_more_vnd_bn"]["mean"], language),
        cost=number(step["public_cost_more_vnd_bn"]["mean"], language),
        each=f" ({'; '.join(each)})" if each else "",
    )
