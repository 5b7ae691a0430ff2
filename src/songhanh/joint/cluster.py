"""The same ensembles on a Dask cluster, through joblib: tasks of a worker that is lost are done by the others.

Each worker loads the province from its pack, as the processes of one machine do; results do not depend on where they
were made.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from distributed import Client
from joblib import parallel_config

from songhanh.core.errors import Fault, SonghanhError

ANSWER_S = 5.0  # a scheduler in reach answers at once
_CLIENT: Any = Client  # the library has no types
SCHEMES = ("tcp", "tls", "ws", "wss")


@contextmanager
def on_cluster(address: str | None) -> Iterator[None]:
    """Run every ensemble inside the block on a cluster; without an address on the cores of this machine.

    Parameters
    ----------
    address
        Of the scheduler, such as ``tcp://10.0.0.5:8786``.

    Raises
    ------
    SonghanhError
        If the address is malformed, nothing answers there, or the cluster has no worker.
    """
    if address is None:
        yield
        return
    _demand(address)
    with (
        _connected(address) as client,
        parallel_config(backend="dask", client=client, wait_for_workers_timeout=0),
    ):
        yield


def _demand(address: str) -> None:
    try:
        parts = urlsplit(address)
        complete = parts.scheme in SCHEMES and bool(parts.hostname) and parts.port is not None
    except ValueError:
        complete = False
    if not complete:
        raise SonghanhError(
            Fault(
                code="cluster.address",
                message=f"{address!r} is not the address of a Dask scheduler.",
                remedy="Write tcp://host:port, for example tcp://10.0.0.5:8786.",
                parameter="--cluster",
            )
        )


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    # The library tells in log lines what is told below in words.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        client = _CLIENT(address, timeout=ANSWER_S, set_as_default=False)
    except (OSError, TimeoutError, ValueError, ImportError) as error:
        raise SonghanhError(
            Fault(
                code="cluster.unreachable",
                message=f"No Dask scheduler answers at {address}.",
                remedy="Start one (dask scheduler), or leave --cluster out to run on this machine.",
                parameter="--cluster",
            )
        ) from error
    with client:
        if not client.ncores():
            raise SonghanhError(
                Fault(
                    code="cluster.empty",
                    message=f"The cluster at {address} has no worker.",
                    remedy=f"Start workers: dask worker {address}",
                    parameter="--cluster",
                )
            )
        yield client
