"""Every kind of measure, found by listing the files of ``kinds/``, and the table of their effects."""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache
from importlib.resources import files

from songhanh.core.parameters import ParameterTable, read_table
from songhanh.measures import kinds
from songhanh.measures.base import Measure


def find_kinds() -> dict[str, type[Measure]]:
    """Import each file of ``kinds/`` and return the one measure class that it defines, by its kind."""
    classes: dict[str, type[Measure]] = {}
    for entry in sorted(pkgutil.iter_modules(kinds.__path__), key=lambda module: module.name):
        module = importlib.import_module(f"{kinds.__name__}.{entry.name}")
        own = [
            value
            for value in vars(module).values()
            if isinstance(value, type) and issubclass(value, Measure) and value.__module__ == module.__name__
        ]
        if len(own) != 1 or entry.name != own[0].KIND:
            raise TypeError(f"measures/kinds/{entry.name}.py must define one Measure of KIND {entry.name!r}")
        classes[entry.name] = own[0]
    return classes


KINDS: dict[str, type[Measure]] = find_kinds()


@lru_cache(maxsize=1)
def parameters() -> ParameterTable:
    """Return the effects and costs of measures: the rows that worlds are drawn from."""
    return read_table(files("songhanh.measures") / "parameters.csv")


@lru_cache(maxsize=1)
def drawn_apart() -> frozenset[str]:
    """Return the parameters that belong to one kind alone and that nothing says anything about before it is ordered.

    A world draws each of them by its name and not as one more coordinate of its point, so that adding a kind of
    measure leaves all worlds, and so all figures of other plans, as they were.
    """
    return frozenset(name for kind in KINDS.values() for name in kind.OWN)
