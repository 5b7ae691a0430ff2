"""``songhanh morning``: where we stand, where this is going, what each area should do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.console import Console

from songhanh.console.output import demand_writable, write_json
from songhanh.console.progress import progress_bar
from songhanh.core.canonical import write_atomically
from songhanh.core.days import parse_date
from songhanh.decision import morning as three_answers
from songhanh.operations.project import serving
from songhanh.province import geometry, load
from songhanh.twin.lines import read_line_list

QUESTIONS = {
    "stand": {"vi": "Chúng ta đang ở đâu?", "en": "Where do we stand?"},
    "going": {"vi": "Dịch đang đi về đâu?", "en": "Where is this going?"},
    "do": {"vi": "Mỗi nơi cần làm gì?", "en": "What should each area do?"},
}
SYNTHETIC = {
    "vi": "Danh sách ca bệnh là mô phỏng; không chứa thông tin của bất kỳ người thật nào.",
    "en": "The line list is synthetic; it holds no real person.",
}


@click.command()
@click.argument("pack")
@click.option(
    "--as-of", "as_of", required=True, metavar="DATE", help="The evening of the line list, 2021-05-17."
)
@click.option(
    "--cases",
    "cases_file",
    type=click.Path(path_type=Path),
    help="Line list (CSV: date, code, cases, ...); without one, a synthetic list that agrees with the bulletins.",
)
@click.option(
    "--report",
    "report_file",
    type=click.Path(path_type=Path),
    help="Where the report (HTML, one file) is written; by default PACK-DATE.html here.",
)
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write all documents to a file.")
@click.option("--language", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same bytes.")
@click.option(
    "--worlds",
    default=100,
    show_default=True,
    type=click.IntRange(0, 10_000),
    help="Worlds in which plans are compared; 0 leaves them out.",
)
@click.option("--jobs", default=-1, show_default=True, help="Processes; -1 is one a core.")
def morning(
    pack: str,
    as_of: str,
    cases_file: Path | None,
    report_file: Path | None,
    json_file: Path | None,
    language: str,
    seed: int,
    worlds: int,
    jobs: int,
) -> None:
    """Answer the three questions of a morning for PACK, and write the report of one file."""
    when = parse_date(as_of, "--as-of")
    ground = load(pack)
    report = report_file or Path(f"{ground.id}-{when.isoformat()}.html")
    demand_writable(report)
    demand_writable(json_file)
    lines = read_line_list(cases_file, ground, when) if cases_file else None
    with progress_bar() as progress:
        document = three_answers(
            pack, when, lines=lines, seed=seed, n_worlds=worlds, n_jobs=jobs, on_progress=progress
        )
    write_json(json_file, document)
    write_atomically(report, serving.morning_report(document, geometry(ground), language).encode())
    print_answers(document, language)
    click.echo(f"{report} ({report.stat().st_size / 1e6:.1f} MB)", err=True)


def print_answers(document: dict[str, Any], language: str) -> None:
    """Print the three answers, what was read and what was left out of the line list."""
    console = Console(highlight=False)
    console.print(f"{document['pack']['name'][language]}, {document['as_of']}", style="bold")
    if document["synthetic"]:
        console.print(SYNTHETIC[language])
    read = document["forecast"]["line_list"]
    console.print(
        {
            "vi": f"Danh sách ca bệnh: dùng {read['accepted']} dòng, loại {read['rejected']} dòng.",
            "en": f"Line list: {read['accepted']} rows used, {read['rejected']} rejected.",
        }[language]
    )
    for row in document["forecast"]["rejected"]:
        console.print(f"  {row['row']} {row['column']}: {row['message'][language]}")
    for key, question in QUESTIONS.items():
        console.print(f"\n{question[language]}", style="bold")
        for sentence in document["answers"][key]:
            console.print(f"- {sentence[language]}")
