"""From two models' daily arrays to one outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from songhanh.economy import EconomyResult
from songhanh.epidemic import EpidemicResult
from songhanh.epidemic.controls import Found
from songhanh.joint.earners import without_work
from songhanh.joint.horizon import Horizon
from songhanh.joint.outcome import DURATIONS, Outcome
from songhanh.joint.setting import Setting
from songhanh.measures import DayMeasures, parameters, places_vnd_bn, sealed_needs
from songhanh.measures.base import STAFF
from songhanh.response.contact import MOST_LEVELS, Action

WITHOUT_WORK_DAYS = 14  # the spell that the design asks for


class Tally:
    """What the measures of a replicate ask for, day by day.

    Parameters
    ----------
    effects
        Effects and costs of measures that the world draws; the others are as by default.
    """

    def __init__(self, setting: Setting, horizon: Horizon, effects: Mapping[str, float]) -> None:
        days = horizon.economy_days
        self.setting = setting
        self.horizon = horizon
        self.effects = {**parameters().defaults(), **effects}
        self.people = setting.people.astype(np.float64)
        self.restricted_by_area = np.zeros(setting.population.n_communes)
        self.most_restricted = np.zeros(setting.population.n_communes)
        self.locked = np.zeros(days)
        self.home_days = np.zeros(MOST_LEVELS + 1, np.int64)
        self.staff_days = np.zeros((days, len(STAFF)))
        self.lodging_short = np.zeros(days)
        self.places_capacity = np.zeros(days)
        self.lab_capacity = np.ones(days)

    def add(self, day: int, today: DayMeasures) -> None:
        """Count one day; the past is left out of what plans are compared on."""
        self.places_capacity[day] = today.epidemic.quarantine_places
        self.lab_capacity[day] = max(today.epidemic.lab_capacity, 1)
        at_home = today.epidemic.contact_action == Action.HOME
        self.home_days = np.maximum(self.home_days, np.where(at_home, today.epidemic.contact_days, 0))
        if day <= self.horizon.as_of:
            return
        self.restricted_by_area += today.restricted * self.people
        np.maximum(self.most_restricted, today.restricted, out=self.most_restricted)
        self.locked[day] = float(self.people[today.epidemic.locked].sum())
        for kind, number in today.needs.staff_days.items():
            self.staff_days[day, STAFF.index(kind)] = number
        self.lodging_short[day] = today.needs.lodging_short

    def restricted_for(self) -> NDArray[np.float64]:
        """Return how many people are under restriction for at least each of `DURATIONS`.

        Where only some hamlets of a commune are restricted, they are taken to be the same ones all along.
        """
        residents = self.people * self.most_restricted
        days = np.divide(
            self.restricted_by_area, residents, out=np.zeros_like(residents), where=residents > 0
        )
        # Shares are kept in single precision: a day is a day to within its rounding.
        return np.array([residents[days >= least - 1e-3].sum() for least in DURATIONS])


@dataclass(frozen=True, slots=True)
class Loss:
    """Where and at what cost control was lost: everybody infected by then becomes a case.

    A run that stops early would otherwise look better than one that was held.

    Attributes
    ----------
    on
        Run day, -1 if control was kept.
    infections, fatal
        Infections until then, and those of them that end in death.
    unpaid_days
        Days of the emergency lock-down that lie beyond the horizon of the economy.
    """

    on: int
    infections: int
    fatal: int
    unpaid_days: int = 0

    @property
    def happened(self) -> bool:
        """Tell whether control was lost."""
        return self.on >= 0

    def penalise(self, totals: dict[str, float], past_cases: float, past_deaths: float) -> None:
        """Raise the health figures to those of everybody infected until control was lost (in place)."""
        if not self.happened:
            return
        cases = max(self.infections - past_cases, totals["cases_total"])
        totals["cases_community"] += cases - totals["cases_total"]
        totals["cases_total"] = cases
        totals["deaths"] = max(self.fatal - past_deaths, totals["deaths"])
        totals["peak_hospital"] = max(float(self.infections), totals["peak_hospital"])


def outcome_of(
    plan: str, world: int, epidemic: EpidemicResult, economy: EconomyResult, tally: Tally, loss: Loss
) -> Outcome:
    """Condense one replicate to what plans are compared on."""
    first = tally.horizon.as_of + 1
    future = slice(first, None)
    reported = epidemic.reported[future]
    by_found = reported.sum(axis=1)
    quarantined = epidemic.quarantined[future]
    wanted = places_wanted(epidemic, tally.home_days)[future]
    # Residents of locked communes are among the restricted already; those of single sealed hamlets are not.
    in_hamlets = np.maximum(epidemic.sealed[future] - tally.locked[first : first + len(quarantined)], 0.0)
    lost = economy.value_added_baseline[future] - economy.value_added[future]
    lost_days = economy.lost_person_days[future].sum(axis=0)  # (J, causes)
    places = places_vnd_bn(tally.effects, float(epidemic.in_places[future].sum()))
    guarded = sealed_needs(tally.effects, float(in_hamlets.sum()))
    restricted_for = tally.restricted_for()
    total = by_found.sum(axis=0)
    totals = {
        "cases_community": float(total[Found.COMMUNITY] + total[Found.IMPORTED]),
        "cases_quarantine": float(total[Found.QUARANTINE] + total[Found.SEALED]),
        "cases_total": float(total.sum()),
        "deaths": float(epidemic.deaths[future].sum()),
        "peak_hospital": float(epidemic.hospital[future].max(initial=0)),
        "peak_icu": float(epidemic.icu[future].max(initial=0)),
        "places_peak": float(wanted.max(initial=0)),
        "tests": float(epidemic.tests[future].sum()),
        "restricted_person_days": float(
            tally.restricted_by_area.sum() + in_hamlets.sum() + quarantined.sum()
        ),
        "control_lost": float(loss.happened),
        "people_restricted_14d": float(restricted_for[DURATIONS.index(14)]),
        "public_cost_vnd_bn": places + guarded.money_vnd_bn,
    }
    for name, amount in _economic(economy, tally, future, loss.unpaid_days).items():
        totals[name] = totals.get(name, 0.0) + amount
    loss.penalise(totals, float(epidemic.reported[:first].sum()), float(epidemic.deaths[:first].sum()))
    return Outcome(
        plan=plan,
        world=world,
        totals=totals,
        reported=by_found.astype(np.int32),
        infections=epidemic.infections[future].sum(axis=1).astype(np.int32),
        hospital=epidemic.hospital[future].copy(),
        icu=epidemic.icu[future].copy(),
        in_places=epidemic.in_places[future].copy(),
        over_places=_beyond(wanted, tally.places_capacity[first : first + len(quarantined)]),
        lab_wait_days=epidemic.lab_queue[future] / tally.lab_capacity[first : first + len(quarantined)],
        lodging_short=tally.lodging_short[future].copy(),
        staff_days=_with_hamlets(tally, future, in_hamlets),
        restricted_for=restricted_for,
        value_added_share=_share(economy.value_added[future], economy.value_added_baseline[future]),
        workers_share=economy.employed_share[future].copy(),
        site_workers=economy.at_work[future, :-1].sum(axis=2),
        cases_by_area=reported.sum(axis=(0, 2)).astype(np.int32),
        restricted_days_by_area=tally.restricted_by_area.copy(),
        lost_by_sector_vnd_bn=lost.sum(axis=0),
        lost_days_by_cause=lost_days.sum(axis=0),
        control_lost_on=loss.on,
    )


def _with_hamlets(tally: Tally, future: slice, in_hamlets: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (D, kinds) staff-days of the measures, and of those who guard and supply sealed hamlets."""
    staff = tally.staff_days[future].copy()
    for kind, per_resident in sealed_needs(tally.effects, 1.0).staff_days.items():
        staff[: len(in_hamlets), STAFF.index(kind)] += in_hamlets * per_resident
    return staff


def _economic(economy: EconomyResult, tally: Tally, future: slice, unpaid_days: int) -> dict[str, float]:
    """Return the totals of the economy.

    A short horizon does not make a loss of control cheap: each day of the emergency lock-down that lies beyond it is as
    the last one that was lived.
    """
    daily = {
        "value_added_lost_vnd_bn": (economy.value_added_baseline - economy.value_added)[future].sum(axis=1),
        "job_days_lost": economy.lost_person_days[future].sum(axis=(1, 2)),
        "household_income_lost_vnd_bn": economy.household_income_lost[future].sum(axis=1),
        "exports_lost_vnd_bn": (economy.exports_baseline - economy.exports)[future].sum(axis=1),
        "budget_revenue_lost_vnd_bn": economy.budget_revenue_lost[future],
    }
    totals = {name: float(days.sum()) + unpaid_days * float(days[-1]) for name, days in daily.items()}
    support = float(economy.support[future].sum())
    totals["household_income_lost_vnd_bn"] -= support
    return {
        **totals,
        "public_cost_vnd_bn": float(economy.public_cost[future].sum()) + support,
        "households_without_work_14d": without_work(
            tally.setting.earners, economy.at_work[future], tally.setting.workers, WITHOUT_WORK_DAYS
        ),
        "crop_lost_tonnes": float(economy.crop_lost[future].sum()),
        "crop_sold_tonnes": float(economy.crop_sold[future].sum()),
    }


def places_wanted(epidemic: EpidemicResult, home_days: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return (D,) people in quarantine who are in a place or should be: without those whom the rule keeps at home.

    Parameters
    ----------
    home_days
        (5,) days that a level of contact stays at home by rule, 0 where it does not. Whoever entered within them
        is taken to be there still; some have been found or moved by then.
    """
    home = np.zeros(len(epidemic.quarantined), np.int64)
    for level in range(1, len(home_days)):
        if home_days[level] > 0:
            entered = np.cumsum(epidemic.traced[:, level - 1], dtype=np.int64)
            gone = np.concatenate([np.zeros(home_days[level] + 1, np.int64), entered])[: len(entered)]
            home += entered - gone
    return np.asarray(np.maximum(epidemic.quarantined - home, epidemic.in_places), np.int32)


def _beyond(wanted: NDArray[np.int32], capacity: NDArray[np.float64]) -> NDArray[np.int32]:
    return np.maximum(wanted - capacity, 0).astype(np.int32)


def _share(value: NDArray[np.float64], baseline: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(value.sum(axis=1) / baseline.sum(axis=1))
