"""What every document about plans in common worlds begins with: of what, as of when, in which worlds, by which version."""

from __future__ import annotations

from datetime import date
from typing import Any

from songhanh import __version__
from songhanh.joint.setting import Setting
from songhanh.twin.worlds import WorldSet


def heading(
    schema: str, ground: Setting, as_of: date, seed: int, n_worlds: int, worlds: WorldSet
) -> dict[str, Any]:
    """Return the first fields of a document, ready for JSON; no time and no name of a machine is among them."""
    return {
        "schema": schema,
        "pack": {"id": ground.pack.id, "hash": ground.pack.hash, "name": ground.pack.name.as_dict()},
        "as_of": as_of.isoformat(),
        "seed": seed,
        "n_worlds": n_worlds,
        "model_version": __version__,
        "world_set": worlds.id,
    }
