"""Reads of the administrative tree; it is small (hundreds of rows) and is kept in the process."""

from __future__ import annotations

from functools import lru_cache

from songhanh.operations.places.models import Installation, Unit


@lru_cache(maxsize=4)
def _children(stamp: tuple[int, int]) -> dict[int | None, list[int]]:
    children: dict[int | None, list[int]] = {}
    for pk, parent in Unit.objects.values_list("pk", "parent_id"):
        children.setdefault(parent, []).append(pk)
    return children


def _stamp() -> tuple[int, int]:
    newest = Unit.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    return newest, Unit.objects.count()


def communes_below(unit_id: int) -> set[int]:
    """Return a unit and everything below it, as ids."""
    children = _children(_stamp())
    found, waiting = set(), [unit_id]
    while waiting:
        unit = waiting.pop()
        found.add(unit)
        waiting += children.get(unit, [])
    return found


def installation() -> Installation | None:
    """Return the province that this installation serves; None before it is set up."""
    return Installation.objects.select_related("province").first()
