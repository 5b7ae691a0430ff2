"""The levers of the epidemic that a measure may move, for one day.

Overlapping measures are order-free: the smallest multiplier per layer and area, the strictest site mode, the
largest effort, the sum of capacities. A measure calls the functions below; a new lever is an ADR.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from songhanh.core.modes import SiteMode
from songhanh.response.contact import MOST_LEVELS, ContactRules, no_contact_rules


class Layer(IntEnum):
    """Where a transmission happens."""

    HOUSEHOLD = 0
    BOARDING = 1  # between rooms of one boarding house
    LINE = 2  # same workshop line
    PLANT = 3  # rest of the workplace: canteen, gates, corridors
    CLASS = 4
    SCHOOL = 5
    COMMUNITY = 6
    SHUTTLE = 7  # the bus to a site
    QUARANTINE = 8  # between rooms of one quarantine place
    IMPORT = 9


class Found(IntEnum):
    """Where a confirmed case was found."""

    COMMUNITY = 0
    QUARANTINE = 1
    SEALED = 2  # inside an area under lock-down
    IMPORTED = 3


@dataclass(slots=True)
class EpidemicControls:
    """One day's levers. C communes, S sites (index S in site arrays: the rest of the province).

    Multipliers are shares, 1 without measures; efforts are 0.
    """

    community: NDArray[np.float32]  # (C,) contacts in the commune
    movement: NDArray[np.float32]  # (C,) contacts with other communes, applied at both ends
    boarding: NDArray[np.float32]  # (C,) contacts between rooms of a boarding house (thinning < 1)
    school: NDArray[np.float32]  # (C,) class and school contacts; 0 closed
    work: NDArray[np.float32]  # (C,) contacts at workplaces outside the sites
    locked: NDArray[np.bool_]  # (C,) lock-down: residents do not leave, cases there count as SEALED
    hamlet_seal_cases: NDArray[np.int32]  # (C,) seal a hamlet at this many confirmed cases; 0 never
    hamlet_seal_days: NDArray[np.int32]  # (C,) ... in this window, and for this long after the last
    sealed_community: NDArray[np.float32]  # (C,) contacts inside a sealed hamlet
    site_mode: NDArray[np.uint8]  # (S,) SiteMode
    site_contact: NDArray[np.float32]  # (S,) line, plant and shuttle contacts of those at work
    site_share: NDArray[np.float32]  # (S,) share of workers admitted (lodged when ON_SITE)
    firm_close_cases: NDArray[np.int32]  # (S + 1,) close a firm at this many confirmed cases; 0 never
    firm_close_days: NDArray[np.int32]  # (S + 1,) ... in this window, and for this long after the last
    detection: NDArray[np.float32]  # (C,) probability that a symptomatic case seeks and gets a test
    trace: NDArray[np.float32]  # (10,) probability that a contact is found, by Layer
    trace_share: NDArray[np.float32]  # (4,) part of it that holds for those who are asked: cases, F1, F2, F3
    trace_capacity: NDArray[np.int32]  # (4,) people whose contacts can be traced in a day: cases, F1, F2, F3
    contact_action: NDArray[np.uint8]  # (5,) `response.contact.Action` by level, index 1 is F1
    contact_days: NDArray[np.int32]  # (5,) days it lasts
    test_days: NDArray[np.int32]  # (4,) days of quarantine on which F1 are sampled; 0 none
    quarantine_places: int  # central places; beyond them contacts stay at home
    release_negatives: int  # negative samples that a case needs to be released
    release_retest_days: int  # days until the next sample after a positive one
    sampling: NDArray[np.float32]  # (C,) share of residents sampled today
    site_sampling: NDArray[np.float32]  # (S,) share of workers sampled today
    lab_capacity: int  # samples a day
    pool_size: int
    vaccination: NDArray[np.float32]  # (C, 9) share of a commune's age group given a first dose today
    site_vaccination: NDArray[np.float32]  # (S,) share of workers given a first dose today
    lodgers_away: NDArray[np.float32]  # (C,) share of the migrant lodgers who are outside the province


def no_controls(n_communes: int, n_sites: int) -> EpidemicControls:
    """Return the levers of a day without any measure: nothing closed, nobody tested."""
    ones = lambda: np.ones(n_communes, np.float32)  # noqa: E731
    zeros = lambda: np.zeros(n_communes, np.float32)  # noqa: E731
    rules = no_contact_rules()
    return EpidemicControls(
        community=ones(),
        movement=ones(),
        boarding=ones(),
        school=ones(),
        work=ones(),
        locked=np.zeros(n_communes, np.bool_),
        hamlet_seal_cases=np.zeros(n_communes, np.int32),
        hamlet_seal_days=np.zeros(n_communes, np.int32),
        sealed_community=ones(),
        site_mode=np.zeros(n_sites, np.uint8),
        site_contact=np.ones(n_sites, np.float32),
        site_share=np.ones(n_sites, np.float32),
        firm_close_cases=np.zeros(n_sites + 1, np.int32),
        firm_close_days=np.zeros(n_sites + 1, np.int32),
        detection=zeros(),
        trace=np.zeros(len(Layer), np.float32),
        trace_share=np.ones(MOST_LEVELS, np.float32),
        trace_capacity=np.zeros(MOST_LEVELS, np.int32),
        contact_action=rules.action,
        contact_days=rules.days,
        test_days=rules.test_days,
        quarantine_places=0,
        release_negatives=0,
        release_retest_days=1,
        sampling=zeros(),
        site_sampling=np.zeros(n_sites, np.float32),
        lab_capacity=0,
        pool_size=1,
        vaccination=np.zeros((n_communes, 9), np.float32),
        site_vaccination=np.zeros(n_sites, np.float32),
        lodgers_away=zeros(),
    )


def reduce_to(lever: NDArray[np.float32], where: NDArray[np.intp], factor: float) -> None:
    """Lower a multiplier to a factor in some places; the smallest of overlapping measures holds."""
    lever[where] = np.minimum(lever[where], np.float32(factor))


def raise_to(lever: NDArray[np.float32], where: NDArray[np.intp], effort: float) -> None:
    """Raise an effort (a probability or a share) in some places; the largest holds."""
    lever[where] = np.maximum(lever[where], np.float32(effort))


def set_mode(controls: EpidemicControls, sites: NDArray[np.intp], mode: SiteMode) -> None:
    """Put sites in a mode; the strictest of overlapping measures holds."""
    controls.site_mode[sites] = np.maximum(controls.site_mode[sites], np.uint8(mode))


def shut_by_cases(
    cases: NDArray[np.int32],
    days: NDArray[np.int32],
    where: NDArray[np.intp],
    threshold: int,
    quiet_days: int,
) -> None:
    """Set a rule that shuts by cases; of overlapping rules the fewest cases and the longest time hold."""
    now = cases[where]
    cases[where] = np.where(now == 0, threshold, np.minimum(now, threshold))
    days[where] = np.maximum(days[where], quiet_days)


def quarantine_by(controls: EpidemicControls, rules: ContactRules) -> None:
    """Apply the rules for contacts; the strictest action and the longest time of overlapping rules hold."""
    controls.contact_action = np.maximum(controls.contact_action, rules.action)
    controls.contact_days = np.maximum(controls.contact_days, rules.days)
    controls.test_days = np.maximum(controls.test_days, rules.test_days)
