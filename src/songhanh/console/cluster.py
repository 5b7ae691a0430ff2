"""The option ``--cluster`` of commands that run ensembles."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click

from songhanh.joint.cluster import on_cluster

F = TypeVar("F", bound=Callable[..., Any])


def cluster_option(command: F) -> F:
    """Give a command ``--cluster``: everything that it runs in parallel goes to the workers there.

    Put it below the other options, next to the function.
    """

    @click.option(
        "--cluster",
        "cluster",
        metavar="ADDRESS",
        help="Run on a Dask cluster, such as tcp://10.0.0.5:8786, with all its workers; the results are the same bytes.",
    )
    @wraps(command)
    def on(*args: Any, cluster: str | None, **options: Any) -> Any:
        with on_cluster(cluster):
            return command(*args, **options)

    return on  # type: ignore[return-value]
