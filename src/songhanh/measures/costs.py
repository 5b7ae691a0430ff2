"""Unit costs whose amounts are known only when the epidemic has run: occupied places."""

from __future__ import annotations

from collections.abc import Mapping


def places_vnd_bn(effects: Mapping[str, float], occupied: float) -> float:
    """Return the public cost in bn VND of a day on which so many people are in quarantine places."""
    return occupied * effects["cost_place_vnd_day"] * 1e-9
