"""``songhanh priorities``: what comes first in every commune and district, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from songhanh.console.output import demand_writable, read_json, write_json
from songhanh.console.progress import progress_bar
from songhanh.core.days import parse_date
from songhanh.decision import priorities as recommend
from songhanh.province import load
from songhanh.twin.lines import read_line_list

WIDTH = 132  # columns that the table of districts needs
REJECTED_SHOWN = 10
HEADINGS = {
    "vi": ("Huyện, thành phố", "Ưu tiên", "Mức ca bệnh", "Ca 14 ngày", "Trên 100.000", "Mức đang áp dụng", "Tỷ đồng/ngày",
           "Đóng cửa mất"),
    "en": ("District", "Priority", "Level of cases", "Cases 14 d", "Per 100,000", "Level in force", "bn VND/day",
           "Closure costs"),
}  # fmt: skip
WORDS = {
    "vi": {
        "title": "{pack}: ưu tiên theo địa bàn, tối {as_of}, xem lại {review}",
        "communes": "Xã, phường không ở chế độ mặc định (song hành): {n}/{of}",
        "rejected": "Danh sách ca bệnh: {accepted} dòng dùng được, {rejected} dòng bị loại.",
        "synthetic": "Danh sách ca bệnh là mô phỏng.",
        "row": "dòng",
        "more": "và {n} dòng khác",
        "change": "sẽ đổi",
        "until": "đến {day}",
    },
    "en": {
        "title": "{pack}: priorities by area, evening of {as_of}, to be reviewed on {review}",
        "communes": "Communes that are not in the default mode (both together): {n} of {of}",
        "rejected": "Line list: {accepted} rows used, {rejected} rejected.",
        "synthetic": "The line list is synthetic.",
        "row": "row",
        "more": "and {n} more",
        "change": "to change",
        "until": "until {day}",
    },
}


@click.command()
@click.argument("pack")
@click.option("--as-of", "as_of", required=True, metavar="DATE", help="The evening, e.g. 2021-05-17.")
@click.option(
    "--cases",
    "cases_file",
    type=click.Path(path_type=Path),
    help="A line list (CSV); without it the synthetic one of that evening is read.",
)
@click.option(
    "--forecast",
    "forecast_file",
    type=click.Path(path_type=Path),
    help="A forecast (JSON) of that evening, which knows the chance of a case in each commune.",
)
@click.option("--seed", default=1, show_default=True, help="Of the synthetic line list.")
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path), help="Write the whole document to a file."
)
@click.option("--language", type=click.Choice(["en", "vi"]), default="en", show_default=True)
@click.option("--jobs", default=-1, show_default=True, help="Processes; -1 is one a core.")
def priorities(
    pack: str,
    as_of: str,
    cases_file: Path | None,
    forecast_file: Path | None,
    seed: int,
    json_file: Path | None,
    language: str,
    jobs: int,
) -> None:
    """Recommend for every commune and district of PACK what comes first tonight, with reasons."""
    when = parse_date(as_of, "--as-of")
    demand_writable(json_file)
    forecast = None if forecast_file is None else read_json(forecast_file, "--forecast")
    lines = None if cases_file is None else read_line_list(cases_file, load(pack), when)
    with progress_bar() as report:
        document = recommend(
            pack, when, seed=seed, lines=lines, forecast=forecast, n_jobs=jobs, on_progress=report
        )
    write_json(json_file, document)
    print_priorities(document, language)


def print_priorities(document: dict[str, Any], language: str, width: int | None = None) -> None:
    """Print the districts as a table, and every commune that is not in the default mode with its reasons."""
    console = Console(width=width or max(Console().width, WIDTH), highlight=False)
    words, list_ = WORDS[language], document["line_list"]
    console.print(
        words["title"].format(
            pack=document["pack"]["name"][language], as_of=document["as_of"], review=document["review_on"]
        )
    )
    console.print(document["rule"]["name"][language] + ": " + document["rule"]["words"][language])
    console.print(words["synthetic"] if list_["synthetic"] else words["rejected"].format(**list_))
    for row in document["rejected"][:REJECTED_SHOWN]:
        console.print(f"  {words['row']} {row['row']}, {row['column']}: {row['message'][language]}")
    if list_["rejected"] > REJECTED_SHOWN:
        console.print("  " + words["more"].format(n=list_["rejected"] - REJECTED_SHOWN))
    table = Table()
    for column, heading in enumerate(HEADINGS[language]):
        table.add_column(heading, justify="right" if column in (3, 4, 6, 7) else "left")
    for area in document["areas"]:
        if area["level"] == "district":
            table.add_row(*_row(area, language))
    console.print(table)
    communes = [area for area in document["areas"] if area["level"] == "commune"]
    others = [area for area in communes if area["mode"] != "both"]
    console.print(words["communes"].format(n=len(others), of=len(communes)))
    for area in sorted(others, key=lambda row: (row["mode"], -row["risk"]["cases_14d"], row["code"])):
        until = "" if area["expires_on"] is None else ", " + words["until"].format(day=area["expires_on"])
        console.print(f"{area['name']} ({area['code']}): {area['mode_name'][language]}{until}")
        for line in area["reasons"]:
            console.print(f"  - {line[language]}")
        for line in area["to_change"]:
            console.print(f"  {words['change']}: {line[language]}")


def _row(area: dict[str, Any], language: str) -> list[str]:
    risk, work = area["risk"], area["work"]
    figures = (
        f"{risk['cases_14d']:,}",
        f"{risk['per_100k_14d']:,.1f}",
        f"{work['value_added_day_vnd_bn']:,.1f}",
        f"{work['closure_costs_day_vnd_bn']:,.1f}",
    )
    if language == "vi":
        figures = tuple(text.translate(str.maketrans(",.", ".,")) for text in figures)  # type: ignore[assignment]
    cases, rate, value, cost = figures
    return [
        area["name"],
        area["mode_name"][language],
        risk["name"][language],
        cases,
        rate,
        area["legal_level"]["name"][language],
        value,
        cost,
    ]
