"""``songhanh demo``: the night of 17 May 2021, from one command."""

from __future__ import annotations

import time
from datetime import date

import click

from songhanh.console.decide import print_evaluation
from songhanh.console.progress import progress_bar
from songhanh.decision import morning
from songhanh.operations.project import serving
from songhanh.province import geometry, load

PACK = "bac-giang-2021"
AS_OF = date(2021, 5, 17)


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--worlds", default=100, show_default=True, type=click.IntRange(2, 10_000))
@click.option("--seed", default=1, show_default=True)
@click.option("--serve/--no-serve", default=True, show_default=True, help="Serve the pages afterwards.")
def demo(port: int, worlds: int, seed: int, serve: bool) -> None:
    """Build the example province, decide the night of 17 May 2021, and serve the pages.

    The second time the answer is read from the database.
    """
    if serve:
        # Found out before the long work, not after it.
        serving.demand_free_port("127.0.0.1", port)
    serving.set_up()
    if serving.has_evaluation(PACK, AS_OF, seed, worlds):
        click.echo("The night of 17 May 2021 has been decided before; its answer is kept.")
    else:
        _decide(seed, worlds)
    serving.demonstrate(PACK)
    if serve:
        click.echo(f"Open http://127.0.0.1:{port}  (Ctrl-C stops)")
        serving.serve("127.0.0.1", port)


def _decide(seed: int, worlds: int) -> None:
    started = time.perf_counter()
    click.echo("1/2  The example province: 209 communes and their people (built once)")
    pack = load(PACK)
    click.echo(f"2/2  The situation, where it is going, and the plans of that night in {worlds} worlds")
    with progress_bar() as report:
        found = morning(PACK, AS_OF, seed=seed, n_worlds=worlds, on_progress=report)
    print_evaluation(found["evaluation"], "en")
    answers = {
        "evaluate": found["evaluation"],
        "forecast": found["forecast"],
        "priorities": found["priorities"],
    }
    serving.store(PACK, answers, found["situation"], geometry(pack), worlds)
    click.echo(f"Done in {time.perf_counter() - started:.0f} s.")
