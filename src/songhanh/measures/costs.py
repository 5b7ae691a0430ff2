"""Costs whose amounts are known only when the epidemic has run: occupied places, residents of sealed hamlets."""

from __future__ import annotations

from collections.abc import Mapping

from songhanh.measures.base import Needs


def places_vnd_bn(effects: Mapping[str, float], occupied: float) -> float:
    """Return the public cost in bn VND of a day on which so many people are in quarantine places."""
    return occupied * effects["cost_place_vnd_day"] * 1e-9


def sealed_needs(effects: Mapping[str, float], residents: float) -> Needs:
    """Return what it takes to keep so many residents in for a day: guards, drivers who supply, and food."""
    guards = residents / 1000.0 * effects["guards_per_1000_lockdown"]
    drivers = residents / 1000.0 * effects["drivers_per_1000_lockdown"]
    money = residents * effects["cost_supply_vnd_day"] + (guards + drivers) * effects["cost_staff_vnd_day"]
    return Needs({"guards": guards, "drivers": drivers}, money_vnd_bn=money * 1e-9)
