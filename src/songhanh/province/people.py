"""`population`: the people of a pack, built once, kept as memory-mapped arrays, shared by all processes."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from songhanh.core.canonical import sha256
from songhanh.core.errors import Fault, SonghanhError
from songhanh.core.home import cache
from songhanh.province.pack import Pack
from songhanh.province.population import Population
from songhanh.province.synthesis import code_key, synthesise, tables_key

_SIZES = ("n_sites", "n_sectors")
_ARRAYS = tuple(field.name for field in fields(Population) if field.name not in _SIZES)
_INDEX = "sizes.json"


def population(pack: Pack, seed: int = 0) -> Population:
    """Return the synthetic population of a pack, from the data directory if it has been built before.

    Parameters
    ----------
    pack
        A checked pack.
    seed
        Another seed is another draw from the same tables.

    Returns
    -------
    Population
        Read-only arrays, mapped from files.

    Raises
    ------
    SonghanhError
        If there are fewer people than work, or the data directory cannot be written.
    """
    key = sha256(tables_key(pack).encode(), code_key().encode(), str(seed).encode())
    folder = cache("population") / key[:32]
    if not (folder / _INDEX).is_file():
        _store(synthesise(pack, seed), folder)
    return _map(folder)


def _store(people: Population, folder: Path) -> None:
    """Write the arrays beside their place and rename: a reader sees all of them or none."""
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        for name in _ARRAYS:
            np.save(draft / f"{name}.npy", getattr(people, name), allow_pickle=False)
        (draft / _INDEX).write_text(
            json.dumps({name: getattr(people, name) for name in _SIZES}), encoding="utf-8"
        )
        try:
            draft.rename(folder)
        except OSError:
            # Another process was quicker, and wrote the same bytes.
            if not (folder / _INDEX).is_file():
                raise
    except OSError as error:
        message = f"The population cannot be stored in {folder.parent} ({error.strerror})."
        raise SonghanhError(
            Fault("population.store", message, "Free some space, or set SONGHANH_HOME.")
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _map(folder: Path) -> Population:
    sizes: dict[str, Any] = json.loads((folder / _INDEX).read_text(encoding="utf-8"))
    # Plain arrays over the map: kernels know them, and they stay read-only.
    arrays: dict[str, Any] = {
        name: np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r")) for name in _ARRAYS
    }
    return Population(**arrays, **sizes)


def firm_place(pack: Pack, people: Population, site_id: str) -> int:
    """Return the place of a named firm (or of the firm that a workshop lies in).

    Named firms are the first places, in the order of sites.csv.

    Raises
    ------
    SonghanhError
        If there is no such firm.
    """
    sites = pack.tables["sites"]
    firms = sites.filter(pl.col("kind") == "firm")["site_id"].to_list()
    workshops = sites.filter(pl.col("kind") == "workshop")
    firm = dict(zip(workshops["site_id"], workshops["parent_id"], strict=True)).get(site_id, site_id)
    if firm not in firms or firms.index(firm) >= people.n_places:
        known = ", ".join(firms) or "none"
        raise SonghanhError(
            Fault(
                "population.firm",
                f"There is no firm called {site_id!r}.",
                f"Named firms: {known}.",
                file="sites.csv",
            )
        )
    return firms.index(firm)


def residence_of_workers(people: Population) -> NDArray[np.int32]:
    """Return (C, cells) workers by commune of residence and work cell (site * J + sector)."""
    commune = np.repeat(np.arange(people.n_communes), np.diff(people.commune_start))
    at_work = people.work_cell >= 0
    index = commune[at_work] * people.n_cells + people.work_cell[at_work]
    counts = np.bincount(index, minlength=people.n_communes * people.n_cells)
    return counts.reshape(people.n_communes, people.n_cells).astype(np.int32)
