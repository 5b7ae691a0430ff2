"""What a measure is: where, from when, until when, on what authority, and which levers it moves.

A kind of measure is one file in ``kinds/``: a class below `Measure`. It moves levers only through the
functions of `epidemic.controls` and the ones below, which are order-free.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from songhanh.core.text import Text
from songhanh.economy.controls import EconomyControls
from songhanh.epidemic.controls import EpidemicControls
from songhanh.measures.ground import Capacity, Floats, Ground, Indices
from songhanh.measures.triggers import Release, Trigger
from songhanh.response import Policy, PolicySet, policy_on
from songhanh.response.contact import ContactRules, contact_rules

Scope = Literal["areas", "sites", "province", "areas and sites"]
STAFF = ("samplers", "tracers", "guards", "drivers", "clinicians", "inspectors", "clerks", "communicators")


@dataclass(frozen=True, slots=True)
class Needs:
    """What measures consume in one day.

    ``staff_days`` by kind (see `STAFF`), ``places`` to stay beyond quarantine, ``lodging_short`` workers
    ordered to sleep at a site that has no place for them, ``tests`` ordered, ``money_vnd_bn`` of the budget.
    """

    staff_days: Mapping[str, float] = field(default_factory=dict)
    places: float = 0.0
    lodging_short: float = 0.0
    tests: float = 0.0
    money_vnd_bn: float = 0.0

    @classmethod
    def total(cls, parts: Sequence[Needs]) -> Needs:
        """Return the sum of some needs."""
        staff: dict[str, float] = {}
        for part in parts:
            for kind, days in part.staff_days.items():
                staff[kind] = staff.get(kind, 0.0) + days
        return cls(
            {kind: staff[kind] for kind in STAFF if kind in staff},
            sum(part.places for part in parts),
            sum(part.lodging_short for part in parts),
            sum(part.tests for part in parts),
            sum(part.money_vnd_bn for part in parts),
        )


@dataclass(slots=True)
class Draft:
    """The day's levers while measures move them. C communes, J sectors.

    ``demand`` and ``logistics`` are by commune here and become the economy's provincial levers, weighted by
    people, once every measure has spoken.
    """

    epidemic: EpidemicControls
    economy: EconomyControls
    demand: Floats  # (C, J) what households may still buy
    logistics: Floats  # (C,) goods that pass
    level: NDArray[np.int8]  # (C,) rank of the strictest level in force over most of the commune
    restricted: NDArray[np.float32]  # (C,) share of residents under lock-down or Directive 16
    compliance: Floats  # (C,) share by which people cut more contacts than without a campaign
    green_lane: float = 0.0  # share of the goods held up on the roads that pass nevertheless


@dataclass(frozen=True, slots=True)
class At:
    """Where, when and under what rules a measure acts.

    ``stage`` counts the steps down that the common rule has made (0: as ordered); ``communes`` and ``sites``
    are those at that stage.
    """

    ground: Ground
    effects: Mapping[str, float]
    policies: PolicySet
    rules_on: date  # the rules applied are those in force on this day (no later than the as-of date)
    capacity: Capacity
    stage: int
    communes: Indices
    sites: Indices


@dataclass(frozen=True, slots=True)
class Words:
    """What the texts of a measure may name; ``on`` is the day whose rules they state."""

    where: Text
    begins: Text
    ends: Text
    policies: PolicySet
    begins_on: date
    on: date


@dataclass(frozen=True, slots=True)
class Task:
    """One task of an order: what, who, and within how many days."""

    what: Text
    owner: Text
    within_days: int


@dataclass(frozen=True, slots=True)
class Order:
    """The order that a measure becomes."""

    title: Text
    tasks: tuple[Task, ...]
    legal_basis: tuple[str, ...]
    due: date

    def as_text(self) -> Text:
        """Return the order as one paragraph in each language."""

        def one(language: str) -> str:
            tasks = "; ".join(
                f"{t.owner.in_language(language)}: {t.what.in_language(language)}" for t in self.tasks
            )
            return f"{self.title.in_language(language)}. {tasks}."

        return Text(one("vi"), one("en"))


class Measure(BaseModel):
    """One measure of a plan. Subclasses set `KIND`, `SCOPE` and `NAME`, add fields and move levers.

    ``exit`` is how it ends when no ``until`` is given: ``step-down`` by the common rule, or ``open``, with
    the plan. ``release`` ends it by a condition of its own, place by place, and then the common rule does not.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    KIND: ClassVar[str]
    SCOPE: ClassVar[Scope]
    NAME: ClassVar[Text]
    STEPS_DOWN: ClassVar[bool] = False  # whether the common rule may end it
    REST: ClassVar[bool] = False  # whether it may act on the firms outside the sites ("rest")
    OWN: ClassVar[tuple[str, ...]] = ()  # rows of parameters.csv that no other kind reads (see `drawn_apart`)

    kind: str
    id: str | None = Field(default=None, pattern=r"^[a-z0-9][a-z0-9-]*$")
    where: tuple[str, ...] = ("*",)
    begins: date | None = Field(default=None, alias="from")
    until: date | None = None
    trigger: Trigger | None = None
    release: Release | None = None
    exit: Literal["step-down", "open"] | None = None
    legal_basis: tuple[str, ...] = Field(min_length=1)
    source: str | None = None
    confidence: Literal["reported", "derived", "assumed"] | None = None

    @field_validator("where")
    @classmethod
    def _somewhere(cls, where: tuple[str, ...]) -> tuple[str, ...]:
        if not where:
            raise ValueError("name at least one place, or '*'")
        if len(set(where)) != len(where):
            raise ValueError("a place is named twice")
        return where

    @model_validator(mode="after")
    def _ends_once(self) -> Measure:
        if self.begins and self.until and self.until < self.begins:
            raise ValueError("until lies before from")
        if self.until and self.exit:
            raise ValueError("give until or exit, not both")
        if self.release and self.exit:
            raise ValueError("give release or exit, not both")
        if self.exit == "step-down" and not self.STEPS_DOWN:
            raise ValueError("this kind has no step-down: leave exit out or write 'open'")
        if self.lasts() is not None and self.trigger:
            raise ValueError(f"{self.kind} runs by days from its start: give from, not a trigger")
        return self

    def content(self) -> dict[str, Any]:
        """Return the measure as it is written in a plan, without what is empty or as by default."""
        kept = self.model_dump(by_alias=True, exclude_defaults=True)
        return {"kind": self.kind, **{key: value for key, value in kept.items() if value is not None}}

    def steps_down(self) -> bool:
        """Tell whether the common rule ends the measure: nothing in the plan says when it ends."""
        return self.STEPS_DOWN and self.until is None and self.exit != "open" and self.release is None

    def ladder(self) -> int:
        """Return how many stages the common rule passes before the measure is over (1: on, then off)."""
        return 1

    def lasts(self) -> int | None:
        """Return how many days the measure takes from its start, if it is done by then."""
        return None

    def due(self, elapsed: int) -> bool:
        """Tell whether the measure acts on a day, counted from its start (rounds act every so many days)."""
        return True

    def closes_sites(self) -> bool:
        """Tell whether the measure as ordered closes sites, so that the first step of the rule is a reopening."""
        return False

    def allowed(self, rules: PolicySet, on: date) -> str | None:
        """Return why the rules in force forbid this measure, or nothing."""
        return None

    def limits(self, at: At) -> tuple[str, ...]:
        """Return the limits of the province that the order breaks by its own arithmetic, a sentence each.

        ``at`` is where it is ordered, with effects as by default. What only a simulation can foresee (a queue, full
        beds) is no reason to refuse a plan: such a plan is found infeasible.
        """
        return ()

    def contacts(self, at: At, controls: EpidemicControls) -> None:
        """Move the levers on contacts."""

    def work(self, at: At, draft: Draft) -> None:
        """Move the levers on work: ``draft.economy``, ``draft.demand`` and ``draft.logistics``."""

    def restrict(self, at: At, draft: Draft) -> None:
        """State the level in force and the residents restricted: ``draft.level``, ``draft.restricted``."""

    def settle(self, at: At, draft: Draft) -> None:
        """Act on what all measures together have made of the day (costs by the mode that holds, payments)."""

    def needs(self, at: At) -> Needs:
        """Return what the measure consumes on a day."""
        return Needs()

    def title(self, words: Words) -> Text:
        """Return the measure in a few words."""
        return self.NAME

    def tasks(self, words: Words) -> tuple[Task, ...]:
        """Return the tasks of the order."""
        return ()

    def public(self, words: Words) -> Text:
        """Return what the public is told."""
        raise NotImplementedError

    def order(self, words: Words) -> Order:
        """Return the order that this measure becomes."""
        title, where = self.title(words), words.where
        return Order(
            title=Text(
                f"{title.vi} tại {where.vi}, từ {words.begins.vi}, {words.ends.vi}",
                f"{title.en} in {where.en}, from {words.begins.en}, {words.ends.en}",
            ),
            tasks=self.tasks(words),
            legal_basis=self.legal_basis,
            due=words.begins_on,
        )


def rule(at: At, kind: str, policy: str | None = None) -> Policy:
    """Return the policy of a kind that is in force where a measure acts."""
    return rule_on(at.policies, kind, at.rules_on, policy)


@lru_cache(maxsize=4096)
def rule_on(policies: PolicySet, kind: str, when: date, policy: str | None = None) -> Policy:
    """Return a policy as `policy_on` does; remembered, since a run asks for it every day."""
    return policy_on(policies, kind, when, policy)


@lru_cache(maxsize=256)
def contact_rules_on(policies: PolicySet, when: date, at_home: bool) -> ContactRules:
    """Return the rules for contacts as `contact_rules` does; remembered, and read only."""
    return contact_rules(policies, when, at_home)


def lower(lever: Floats, where: Indices, factor: Floats | float) -> None:
    """Lower an economic multiplier in some places; the smallest of overlapping measures holds."""
    lever[where] = np.minimum(lever[where], factor)
