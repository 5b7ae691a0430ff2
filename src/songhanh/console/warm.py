"""``songhanh warm``: compile the kernels and build the people of a province, once, at set-up."""

from __future__ import annotations

import click

from songhanh.console.progress import progress_bar
from songhanh.core.days import parse_date
from songhanh.decision import evaluate


@click.command()
@click.argument("pack", default="bac-giang-2021")
def warm(pack: str) -> None:
    """Compile the kernels and build the people of PACK, so that the first run does not wait."""
    with progress_bar() as report:
        report(0, 1, "compile kernels, build people")
        evaluate(pack, parse_date("2021-05-17", "as_of"), seed=0, n_worlds=2, n_histories=64, n_jobs=1)
        report(1, 1, "compile kernels, build people")
