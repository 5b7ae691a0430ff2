"""Rules: a few numbers that say what is ordered when, made into an ordinary plan with triggers and a legal basis.

A rule is not a calendar. It says at how many observed cases a site, a firm, a hamlet or a commune is restricted, how
much is sampled, traced, thinned, paid and built up; the plan that it becomes follows the counts of each world. All rules
are eased by the one reopening rule of `measures.reopening`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from songhanh.core.canonical import json_bytes, sha256
from songhanh.core.errors import Fault, SonghanhError
from songhanh.core.text import Text
from songhanh.decision.capacities import table
from songhanh.decision.rule_space import SPACE, Value, idle, in_words
from songhanh.measures import KINDS, Measure, Plan, history_of
from songhanh.province import Pack, load
from songhanh.response import PolicySet, documents_in_force, read_policies

WINDOW_DAYS = 7  # cases are counted over a week, as the thresholds of the bulletins are


@dataclass(frozen=True)
class Rule:
    """One rule: a value for each parameter of `rule_space.SPACE`, in its order.

    Raises
    ------
    SonghanhError
        If a value is not one of those that its parameter may have.
    """

    values: tuple[Value, ...]

    def __post_init__(self) -> None:
        faults = [
            Fault(
                "rule.value",
                f"{parameter.id} is {value!r}.",
                f"It may be {', '.join(map(str, parameter.values))}.",
                parameter=parameter.id,
            )
            for parameter, value in zip(SPACE, self.values, strict=True)
            if value not in parameter.values
        ]
        if faults:
            raise SonghanhError(faults)

    @classmethod
    def of(cls, **chosen: Value) -> Rule:
        """Return a rule that orders nothing but what is named.

        Raises
        ------
        SonghanhError
            If there is no such parameter, or it may not have this value.
        """
        known = {parameter.id for parameter in SPACE}
        unknown = [name for name in chosen if name not in known]
        if unknown:
            raise SonghanhError(
                [
                    Fault(
                        "rule.name",
                        f"A rule has no parameter {name!r}.",
                        f"It has {', '.join(sorted(known))}.",
                    )
                    for name in unknown
                ]
            )
        return cls(tuple(chosen.get(p.id, p.values[0] if p.nothing is None else p.nothing) for p in SPACE))

    @classmethod
    def at(cls, steps: Sequence[int] | NDArray[np.int64]) -> Rule:
        """Return the rule at positions in the lists of values."""
        return cls(tuple(p.values[int(step)] for p, step in zip(SPACE, steps, strict=True)))

    @property
    def steps(self) -> tuple[int, ...]:
        """Return the positions of its values in their lists."""
        return tuple(p.values.index(value) for p, value in zip(SPACE, self.values, strict=True))

    @property
    def parameters(self) -> dict[str, Value]:
        """Return its values by name."""
        return {p.id: value for p, value in zip(SPACE, self.values, strict=True)}

    @cached_property
    def id(self) -> str:
        """Return what the rule is called: the same values have the same name."""
        return f"rule-{sha256(json_bytes(self.parameters))[:10]}"

    def in_words(self) -> Text:
        """Return what the rule orders, in one sentence."""
        said = [
            Text(p.says.vi.format(value=words.vi), p.says.en.format(value=words.en))
            for p, value, without in zip(SPACE, self.values, idle(np.array([self.steps]))[0], strict=True)
            if value != p.nothing and not without
            for words in [in_words(value)]
        ]
        vi = "; ".join(p.vi for p in said)
        en = "; ".join(p.en for p in said)
        return Text(f"{vi[:1].upper()}{vi[1:]}.", f"{en[:1].upper()}{en[1:]}.")


def plan_of(rule: Rule, pack: Pack, as_of: date, slug: str | None = None, name: Text | None = None) -> Plan:
    """Return the plan that a rule stands for in a province on a date.

    Raises
    ------
    SonghanhError
        If no document issued by the date can carry a measure of the rule: the law forbids it.
    """
    return _Draft(rule, pack, as_of).plan(slug, name)


class _Draft:
    """Collects the measures of one rule."""

    def __init__(self, rule: Rule, pack: Pack, as_of: date) -> None:
        self.rule, self.pack, self.as_of = rule, pack, as_of
        self.tomorrow = as_of + timedelta(days=1)
        self.policies: PolicySet = read_policies(pack.policy_set)
        self.measures: list[Measure] = []
        self.lifts: set[str] = set()
        self.faults: list[Fault] = []

    def plan(self, slug: str | None, name: Text | None) -> Plan:
        chosen = self.rule.parameters
        self.sites(chosen)
        self.firms_and_hamlets(chosen)
        self.areas(chosen)
        self.effort(chosen)
        self.reinforce(chosen)
        if self.faults:
            raise SonghanhError(self.faults)
        return Plan(
            slug=slug or self.rule.id,
            name=name or Text(f"Quy tắc {self.rule.id[5:]}", f"Rule {self.rule.id[5:]}"),
            summary=self.rule.in_words(),
            measures=tuple(self.measures),
            lifts=tuple(sorted(self.lifts)),
        )

    def sites(self, chosen: Mapping[str, Any]) -> None:
        now, above, share = chosen["sites_now"], chosen["site_above"], chosen["site_share"]
        if now != "as-ordered":
            self.lift("site_mode")
        if now not in ("as-ordered", "normal"):
            self.mode(now, share)
        if above != "as-ordered":
            self.mode(above, share, trigger=_trigger(chosen["site_cases"]))

    def mode(self, mode: str, share: float, **more: Any) -> None:
        admitted: dict[str, Any] = {} if mode == "closed" or share == 0.0 else {"share": share}
        self.add("site_mode", mode=mode, where=("*",), **admitted, **more)

    def firms_and_hamlets(self, chosen: Mapping[str, Any]) -> None:
        if chosen["firm_cases"]:
            self.lift("firm_closure")
            self.add(
                "firm_closure", where=("*", "rest"), cases=chosen["firm_cases"], days=chosen["closed_days"]
            )
        if chosen["hamlet_cases"]:
            self.lift("hamlet_sealing")
            self.add("hamlet_sealing", where=("*",), cases=chosen["hamlet_cases"], days=chosen["closed_days"])

    def areas(self, chosen: Mapping[str, Any]) -> None:
        level, trigger = chosen["area_level"], _trigger(chosen["area_cases"])
        if level == "lockdown":
            self.add("lockdown", where=("*",), trigger=trigger)
        elif level != "none":
            self.add("distancing", basis=level, level=level, where=("*",), trigger=trigger)
        # The standing practice of all plans that are compared: one person of each household is sampled where the
        # infection is found. Teams go
        # from door to door where people are restricted.
        found = _trigger(max(chosen["area_cases"], 2))
        self.add("sampling", where=("*",), every_days=7, over_days=7, share=0.25, trigger=found)
        if level in ("ct16", "lockdown"):
            self.add("testing", effort="household", where=("*",), trigger=trigger)

    def effort(self, chosen: Mapping[str, Any]) -> None:
        every = chosen["sampling_every_days"]
        if every:
            self.lift("sampling")
            sites = tuple(self.pack.sites["site_id"].to_list())
            pool = table().defaults()["rule_pool_size"]
            share = table().defaults()["rule_sampling_share"]
            self.add(
                "sampling", where=sites, every_days=every, over_days=every, share=share, pool_size=int(pool)
            )
        if chosen["tracing_cases"]:
            self.add("tracing", cases_per_day=chosen["tracing_cases"])
        if chosen["thinning_share"] and (lodged := self.boarding()):
            self.add("boarding_thinning", where=lodged, share=chosen["thinning_share"])
        if chosen["support"]:
            self.add("support", where=("*",), rate=chosen["support"])

    def boarding(self) -> tuple[str, ...]:
        rows = self.pack.tables["boarding"].filter(pl.col("lodgers") > 0)
        return tuple(rows["area_code"].unique().sort().to_list())

    def reinforce(self, chosen: Mapping[str, Any]) -> None:
        """Order more capacity: it stands once the lead time has passed."""
        for name, field in (("lab", "lab_samples_per_day"), ("places", "quarantine_places")):
            if chosen[f"{name}_extra"]:
                begins = self.tomorrow + timedelta(days=int(table().defaults()[f"{name}_lead_days"]))
                self.add("capacity", begins=begins, **{field: chosen[f"{name}_extra"]})

    def lift(self, kind: str) -> None:
        """End the orders in force that a measure of the rule takes the place of."""
        self.lifts |= {
            order.id
            for order in _orders(self.pack.folder, self.pack.hash)
            if order.id
            and order.kind == kind
            and order.begins is not None
            and order.begins <= self.as_of
            and (order.until is None or order.until > self.as_of)
        }

    def add(self, kind: str, basis: str | None = None, **fields: Any) -> None:
        """Add a measure on the latest document that can carry it, or note that there is none."""
        begins = fields.get("begins", self.tomorrow)
        carriers = [
            paper
            for paper in documents_in_force(self.policies, kind, begins)
            if paper.valid_from <= self.as_of and basis in (None, paper.id)
        ]
        if not carriers:
            named = f" in the form of {basis}" if basis else ""
            self.faults.append(
                Fault(
                    "rule.law",
                    f"No document issued by {self.as_of} can carry a measure of kind {kind}{named} on {begins}.",
                    "Choose another value of the rule, or name a policy set with such a document.",
                )
            )
            return
        latest = max(carriers, key=lambda paper: (paper.valid_from, paper.id))
        self.measures.append(KINDS[kind](kind=kind, legal_basis=(latest.id,), **fields))


@lru_cache(maxsize=4)
def _orders(folder: Path, _hash: str) -> tuple[Measure, ...]:
    """Return the orders that were given; read once, since a search asks for every rule."""
    return history_of(load(folder)).measures


def _trigger(cases: int) -> dict[str, int]:
    return {"at_least": cases, "window_days": WINDOW_DAYS}
