"""``songhanh demo``: the night of 17 May 2021, from one command."""

from __future__ import annotations

import time
from datetime import date

import click

from songhanh.console.decide import print_evaluation
from songhanh.console.progress import progress_bar
from songhanh.decision import evaluate, priorities, situation
from songhanh.decision.seen import synthetic_lines
from songhanh.operations.project import serving
from songhanh.province import geometry, load
from songhanh.twin.forecast import forecast
from songhanh.twin.worlds import world_set

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
    if serve:
        click.echo(f"Open http://127.0.0.1:{port}  (Ctrl-C stops)")
        serving.serve("127.0.0.1", port)


def _decide(seed: int, worlds: int) -> None:
    started = time.perf_counter()
    click.echo("1/4  The example province: 209 communes and their people (built once)")
    pack = load(PACK)
    click.echo(f"2/4  The plans of that night in {worlds} worlds, epidemic and economy side by side")
    with progress_bar() as report:
        evaluation = evaluate(PACK, AS_OF, seed=seed, n_worlds=worlds, on_progress=report)
    print_evaluation(evaluation, "en")
    click.echo("3/4  The situation of that evening and where it is going")
    with progress_bar() as report:
        evening = situation(PACK, AS_OF, seed=seed, on_progress=report)
        evening_worlds = world_set(PACK, AS_OF, seed, 2, None, -1, report, lambda: False)
        lines = synthetic_lines(PACK, AS_OF, evening_worlds)
    ahead = forecast(pack, lines, AS_OF, seed)
    click.echo("4/4  What comes first in each commune and district")
    first = priorities(PACK, AS_OF, seed, lines, ahead)
    answers = {"evaluate": evaluation, "forecast": ahead, "priorities": first}
    serving.store(PACK, answers, evening, geometry(pack), worlds)
    click.echo(f"Done in {time.perf_counter() - started:.0f} s.")
