"""Limits that a plan's measures break together, by their own arithmetic: such a plan is refused with the limit named.

Only what can be counted from the orders themselves is refused: samples of dated rounds against the laboratories, doses
against those allotted, two payments to one worker. What depends on how the epidemic goes (a queue of samples, full
beds, quarantine places, staff) is left to the simulation, which calls the plan infeasible in so many worlds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

import numpy as np

from songhanh.core.days import date_of
from songhanh.core.errors import Fault
from songhanh.measures.base import At
from songhanh.measures.ground import Capacities, Capacity, Ground
from songhanh.measures.kinds.capacity import Reinforcement
from songhanh.measures.kinds.furlough import Furlough
from songhanh.measures.kinds.sampling import Sampling
from songhanh.measures.kinds.vaccination import Vaccination
from songhanh.measures.placed import Placed
from songhanh.measures.registry import parameters
from songhanh.response import PolicySet, policies_on

MakeFault = Callable[[Placed, str, str], Fault]


def over_limits(
    own: Iterable[Placed],
    orders: Iterable[Placed],
    ground: Ground,
    policies: PolicySet,
    capacities: Capacities,
    as_of: date,
    fault: MakeFault,
) -> list[Fault]:
    """Return the limits that the measures of a plan break together with the orders in force.

    Parameters
    ----------
    own, orders
        Placed measures of the plan, and orders in force. Whatever waits for a trigger is not counted.
    fault
        Makes a fault of a measure, a sentence and a remedy.
    """
    mine = [placed for placed in own if placed.measure.trigger is None]
    all_of_them = mine + [placed for placed in orders if placed.measure.trigger is None]

    def at(placed: Placed) -> At:
        return At(
            ground=ground,
            effects=parameters().defaults(),
            policies=policies,
            rules_on=min(date_of(ground.origin, placed.begins), as_of),
            capacity=Capacity(0, 1, 0),
            stage=0,
            communes=placed.communes,
            sites=placed.sites,
        )

    return [
        *_laboratory(mine, all_of_them, ground, capacities, fault),
        *_vaccine(mine, all_of_them, policies, as_of, at, fault),
        *_paid_twice(mine, fault),
    ]


def _laboratory(
    mine: list[Placed], everything: list[Placed], ground: Ground, capacities: Capacities, fault: MakeFault
) -> list[Fault]:
    """Find rounds whose samples cannot be run before the next begins; other dated rounds use the laboratories as well."""
    rounds = [(placed, placed.measure) for placed in everything if isinstance(placed.measure, Sampling)]
    found = []
    for placed in mine:
        if not isinstance(placed.measure, Sampling):
            continue
        days = range(placed.begins, placed.begins + placed.measure.every_days)
        if placed.ends is not None and placed.ends < days[-1]:
            continue  # it ends before a second round: what is left is run afterwards
        ordered = sum(_taken(rounds, ground, day) for day in days)
        room = sum(_room(everything, capacities, date_of(ground.origin, day), day) for day in days)
        if ordered > room:
            found.append(
                fault(
                    placed,
                    f"a round of {len(days)} days and the other rounds ordered by date take {ordered:,.0f} samples, but "
                    f"the laboratories known on the day of the decision can run {room:,.0f} in that time",
                    "Sample fewer, or at longer intervals, or add capacity (kind capacity, lab_samples_per_day).",
                )
            )
    return found


def _taken(rounds: list[tuple[Placed, Sampling]], ground: Ground, day: int) -> float:
    """Return the samples of a day; where rounds overlap the larger part holds, as in the levers."""
    areas, sites = np.zeros(ground.n_communes), np.zeros(ground.n_sites)
    for placed, measure in rounds:
        if _on(placed, day) and measure.due(day - placed.begins):
            part = measure.share / measure.over_days
            areas[placed.communes] = np.maximum(areas[placed.communes], part)
            sites[placed.sites] = np.maximum(sites[placed.sites], part)
    return float(areas @ ground.people + sites @ ground.workers)


def _room(everything: list[Placed], capacities: Capacities, when: date, day: int) -> int:
    added = sum(
        placed.measure.lab_samples_per_day
        for placed in everything
        if isinstance(placed.measure, Reinforcement) and _on(placed, day)
    )
    return capacities.on(when).lab_samples + added


def _vaccine(
    mine: list[Placed],
    everything: list[Placed],
    policies: PolicySet,
    as_of: date,
    at: Callable[[Placed], At],
    fault: MakeFault,
) -> list[Fault]:
    """Hold first doses, of all campaigns and on each day, against what is allotted and brought in."""
    campaigns = [
        (placed, placed.measure.doses_per_day(at(placed)))
        for placed in everything
        if isinstance(placed.measure, Vaccination)
    ]
    own = [placed for placed in mine if isinstance(placed.measure, Vaccination)]
    if not own:
        return []
    supply = list(policies_on(policies, "vaccine_supply", as_of).values())
    brought = [(placed, placed.measure) for placed in everything if isinstance(placed.measure, Reinforcement)]
    allotted = sum(row["doses"] for row in supply) + sum(measure.vaccine_doses for _, measure in brought)
    total = sum(doses * _length(placed) for placed, doses in campaigns)
    found = []
    if total > allotted:
        found.append(
            fault(
                own[-1],
                f"the campaigns give {total:,.0f} first doses, but {allotted:,.0f} are allotted or brought in by {as_of}",
                "Vaccinate fewer, or add vaccine (kind capacity, vaccine_doses).",
            )
        )
    for placed in own:
        day = placed.begins
        at_once = sum(doses for other, doses in campaigns if _on(other, day))
        most = sum(row["doses_per_day"] for row in supply) + sum(
            measure.doses_per_day for other, measure in brought if _on(other, day)
        )
        if at_once > most:
            found.append(
                fault(
                    placed,
                    f"{at_once:,.0f} doses are to be given on a day, but {most:,.0f} can be",
                    "Take more days, or add vaccination teams (kind capacity, doses_per_day).",
                )
            )
    return found


def _paid_twice(mine: list[Placed], fault: MakeFault) -> list[Fault]:
    """Find workers paid by two furlough measures: each is entitled to one (Resolution 68/NQ-CP)."""
    payments = [placed for placed in mine if isinstance(placed.measure, Furlough)]
    return [
        fault(
            placed,
            "workers of the same sites are paid by two furlough measures, but each worker is entitled to one of them",
            "Keep one of the schemes for a site.",
        )
        for number, placed in enumerate(payments)
        if any(np.intersect1d(placed.sites, other.sites).size for other in payments[:number])
    ]


def _on(placed: Placed, day: int) -> bool:
    return placed.begins <= day and (placed.ends is None or day <= placed.ends)


def _length(placed: Placed) -> int:
    """Return the days of a campaign, which has an end of its own."""
    return 0 if placed.ends is None else placed.ends - placed.begins + 1
