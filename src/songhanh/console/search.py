"""``songhanh search``: rules searched on common worlds, tested again on fresh ones, with the plans that get a name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from songhanh.console.cluster import cluster_option
from songhanh.console.decide import WIDTH, cases_option, ceiling_option, cell, lines_of
from songhanh.console.output import demand_writable, write_json
from songhanh.console.progress import progress_bar
from songhanh.core.days import parse_date
from songhanh.core.home import writable
from songhanh.decision import Ceilings
from songhanh.decision import search as search_rules
from songhanh.decision.search import DAYS


@click.command()
@click.argument("pack")
@click.option("--as-of", "as_of", required=True, metavar="DATE", help="The evening of the decision.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same bytes.")
@click.option(
    "--rules", default=2000, show_default=True, type=click.IntRange(4, 100_000), help="Rules to try."
)
@click.option(
    "--worlds", default=20, show_default=True, type=click.IntRange(2, 10_000), help="Worlds of the search."
)
@click.option(
    "--fresh", default=200, show_default=True, type=click.IntRange(2, 10_000), help="Worlds of the test."
)
@click.option(
    "--days", default=DAYS, show_default=True, type=click.IntRange(14, 365), help="Horizon of the epidemic."
)
@click.option(
    "--state",
    "state_file",
    type=click.Path(path_type=Path),
    help="Keep what was tried in a file; a search that was stopped goes on from it to the same bytes.",
)
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path), help="Write the whole search to a file."
)
@click.option("--language", type=click.Choice(["en", "vi"]), default="en", show_default=True)
@click.option("--jobs", default=-1, show_default=True, help="Processes; -1 is one a core.")
@ceiling_option
@cases_option
@cluster_option
def search(
    pack: str,
    as_of: str,
    seed: int,
    rules: int,
    worlds: int,
    fresh: int,
    days: int,
    state_file: Path | None,
    json_file: Path | None,
    language: str,
    jobs: int,
    ceilings: tuple[str, ...],
    cases_file: Path | None,
) -> None:
    """Search rules for PACK (a folder or an embedded example) by NSGA-II and print the plans that get a name."""
    when = parse_date(as_of, "--as-of")
    limits = Ceilings.parse(ceilings)
    demand_writable(json_file)
    if state_file is not None:
        writable(state_file.resolve().parent)
    lines = lines_of(cases_file, pack, when, language)
    with progress_bar() as report:
        found = search_rules(
            pack,
            when,
            seed=seed,
            n_rules=rules,
            n_worlds=worlds,
            n_fresh=fresh,
            ceilings=limits,
            n_jobs=jobs,
            on_progress=report,
            state_file=state_file,
            days=days,
            lines=lines,
        )
    write_json(json_file, found)
    print_search(found, language)


def print_search(found: dict[str, Any], language: str, width: int | None = None) -> None:
    """Print the named plans on the fresh worlds, and how often one dominates another."""
    console = Console(width=width or max(Console().width, WIDTH), highlight=False)
    stayed = sum(row["still_on_front"] for row in found["front"])
    refused = sum(row["rules"] for row in found["refused"])
    console.print(
        {
            "vi": "{pack}: đã chạy {tried} quy tắc trên {worlds} kịch bản (thêm {refused} bị loại từ trước); tuyến đầu {front}, "
            "còn lại {stayed} trên {fresh} kịch bản mới",
            "en": "{pack}: {tried} rules run in {worlds} worlds ({refused} more refused before); front of {front}, of which "
            "{stayed} stay on {fresh} fresh worlds",
        }[language].format(
            pack=found["pack"]["name"][language],
            tried=found["rules_tried"],
            worlds=found["n_worlds"],
            refused=refused,
            front=len(found["front"]),
            stayed=stayed,
            fresh=found["fresh"]["n_worlds"],
        )
    )
    table = Table(show_lines=True)
    table.add_column({"vi": "Phương án", "en": "Plan"}[language], min_width=30)
    for row in found["objectives"]:
        table.add_column(f"{row['name'][language]} ({row['unit'][language]})", justify="right", min_width=13)
    for named in found["named"]:
        outcomes = named["plan"]["outcomes"]
        cells = [cell(row["id"], outcomes[row["id"]], language) for row in found["objectives"]]
        table.add_row(f"{named['letter'] or '·'}  {named['name'][language]}", *cells)
    console.print(table)
    for named in found["named"]:
        console.print(f"{named['letter'] or '·'}  {named['why'][language]}")
        for fault in named["plan"]["infeasible"]:
            words = {"vi": "không khả thi", "en": "infeasible"}[language]
            console.print(f"   {words}: {fault['what'][language]} ({fault['share_of_worlds']:.0%})")
    letters = {named["slug"]: named["letter"] for named in found["named"]}
    most = [row for row in found["dominance"] if row["share_of_worlds"] >= 0.5]
    beats = {
        "vi": "{one} vượt {two} trong {share:.0%} kịch bản mới",
        "en": "{one} dominates {two} in {share:.0%} of the fresh worlds",
    }
    for row in most:
        console.print(
            beats[language].format(
                one=letters[row["plan"]], two=letters[row["other"]], share=row["share_of_worlds"]
            )
        )
    if not most:
        none = {
            "vi": "Không phương án nào vượt phương án khác trong quá nửa số kịch bản mới.",
            "en": "No plan dominates another in half of the fresh worlds or more.",
        }
        console.print(none[language])
    console.print(found["note"][language])
