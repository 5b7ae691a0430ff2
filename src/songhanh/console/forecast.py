"""``songhanh forecast``: where the outbreak stands by a line list, and where it may go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from songhanh.console.output import demand_writable, write_json
from songhanh.console.rejected import print_rejected
from songhanh.core.days import parse_date
from songhanh.province import load
from songhanh.twin.forecast import forecast as forecast_of
from songhanh.twin.lines import read_line_list

MOST_COMMUNES = 15
WIDTH = 110  # columns that six figures with intervals need; a narrower terminal wraps


@click.command()
@click.argument("pack")
@click.option(
    "--cases", "cases_file", required=True, type=click.Path(path_type=Path), help="The line list, a CSV file."
)
@click.option("--as-of", "as_of", required=True, metavar="DATE", help="The evening, e.g. 2021-05-17.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same bytes.")
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path), help="Write the whole forecast to a file."
)
@click.option("--language", type=click.Choice(["en", "vi"]), default="en", show_default=True)
def forecast(
    pack: str, cases_file: Path, as_of: str, seed: int, json_file: Path | None, language: str
) -> None:
    """Forecast PACK (a folder or an embedded example) from a line list and print R, the next weeks and the risks."""
    when = parse_date(as_of, "--as-of")
    demand_writable(json_file)
    province = load(pack)
    lines = read_line_list(cases_file, province, when)
    found = forecast_of(province, lines, when, seed)
    write_json(json_file, found)
    console = Console(width=max(Console().width, WIDTH), highlight=False)
    print_rejected(console, lines, language)
    print_forecast(console, found, language)


def print_forecast(console: Console, found: dict[str, Any], language: str) -> None:
    """Print a forecast: places, the communes most at risk, caveats."""
    words = {
        "vi": ("{name}, tối {as_of}", ("Nơi", "7 ngày qua", "R", "7 ngày tới", "14 ngày", "28 ngày"), "Xã"),
        "en": ("{name}, evening of {as_of}", ("Place", "last 7 days", "R", "next 7 days", "14 days", "28 days"), "Commune"),
    }[language]  # fmt: skip
    table = Table(title=words[0].format(name=found["pack"]["name"][language], as_of=found["as_of"]))
    for k, name in enumerate(words[1]):
        table.add_column(name, justify="left" if k == 0 else "right")
    for place in found["places"]:
        sums = [_spread(place["sums"][days]) for days in ("7", "14", "28")]
        r = place["r"]
        shown = f"{r['p50']:.2f} ({r['p05']:.2f}–{r['p95']:.2f})" if r else "-"
        table.add_row(_name(place["name"], language), str(place["changed"]["week"]), shown, *sums)
    console.print(table)
    risks = Table(words[2], "7d", "14d", "p", "")
    order = sorted(found["communes"], key=lambda row: (-row["p_any_7d"], row["code"]))
    for row in order[:MOST_COMMUNES]:
        cells = (str(row["cases_7d"]), str(row["cases_14d"]), f"{row['p_any_7d']:.0%}", row["risk"])
        risks.add_row(row["name"], *cells)
    console.print(risks)
    if found["note"]:
        console.print(found["note"][language])
    for caveat in found["caveats"]:
        console.print(f"- {caveat[language]}")


def _spread(values: dict[str, float]) -> str:
    return f"{values['p50']:,.0f} ({values['p05']:,.0f}–{values['p95']:,.0f})"


def _name(name: str | dict[str, str], language: str) -> str:
    return name if isinstance(name, str) else name[language]
