"""What measures say one by one, put together to the levers of a day.

Measures are order-free: of multipliers the smallest holds, of efforts the largest, capacities add. And a measure acts in
each of its places by itself. So what it says at each stage is asked once, from the levers of a day without measures; as
places move from stage to stage their rows are picked, and only the levers of measures that moved are combined anew. A
measure that touches a lever without a rule is built with all others from the start, in their order; both ways give the
same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import fields
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from songhanh.economy.controls import EconomyControls
from songhanh.epidemic.controls import EpidemicControls
from songhanh.measures.base import At, Draft, Measure
from songhanh.measures.ground import Indices

Rule = Callable[[Any, Any], Any]
T = TypeVar("T")
Lever = tuple[str, str]  # sheet and name
EPIDEMIC, ECONOMY, OWN = "epidemic", "economy", "draft"
COMMUNE, SITE, PROVINCE = "commune", "site", "province"


def _fewest(one: NDArray[Any], other: NDArray[Any]) -> NDArray[Any]:
    """Return the smaller threshold; 0 is none."""
    return np.where(one == 0, other, np.where(other == 0, one, np.minimum(one, other))).astype(one.dtype)


def _sum(one: Any, other: Any) -> Any:
    return one + other


def _part(one: NDArray[Any], other: NDArray[Any]) -> NDArray[Any]:
    """Return the sum of two parts of the same people."""
    return np.asarray(np.minimum(one + other, np.ones((), one.dtype)))


def _rules() -> dict[Lever, tuple[Rule, str]]:
    """Return how overlapping measures combine in each lever, and whether it is by commune, by site or of the province."""
    least, most = np.minimum, np.maximum
    groups: tuple[tuple[str, Rule, str, str], ...] = (
        (EPIDEMIC, least, COMMUNE, "community movement boarding school work sealed_community"),
        (EPIDEMIC, most, COMMUNE, "locked hamlet_seal_days detection sampling lodgers_away"),
        (EPIDEMIC, _fewest, COMMUNE, "hamlet_seal_cases"),
        (EPIDEMIC, least, SITE, "site_contact site_share"),
        (EPIDEMIC, most, SITE, "site_mode firm_close_days site_sampling"),
        (EPIDEMIC, _fewest, SITE, "firm_close_cases"),
        (EPIDEMIC, _part, COMMUNE, "vaccination"),
        (EPIDEMIC, _part, SITE, "site_vaccination"),
        (EPIDEMIC, least, PROVINCE, "trace_share"),
        (EPIDEMIC, most, PROVINCE, "trace contact_action contact_days test_days"),
        (EPIDEMIC, _sum, PROVINCE, "trace_capacity quarantine_places lab_capacity"),
        (EPIDEMIC, max, PROVINCE, "pool_size"),
        (ECONOMY, least, SITE, "admitted productivity"),
        (ECONOMY, least, COMMUNE, "work"),
        (ECONOMY, least, PROVINCE, "household_demand other_demand export_demand import_logistics"),
        (ECONOMY, least, PROVINCE, "export_logistics channel"),
        (OWN, least, COMMUNE, "demand logistics"),
        (OWN, most, COMMUNE, "level restricted compliance"),
        (OWN, max, PROVINCE, "green_lane"),
    )
    return {(sheet, name): (rule, axis) for sheet, rule, axis, names in groups for name in names.split()}


RULES: Mapping[Lever, tuple[Rule, str]] = _rules()


class _Sheet:
    """Stands for levers without measures, and notes those that are read or written: a copy is made at first use."""

    def __init__(self, blank: object) -> None:
        self._blank = blank

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._blank, name)
        if isinstance(value, np.ndarray):
            value = value.copy()
        setattr(self, name, value)
        return value

    def touched(self) -> dict[str, Any]:
        """Return the levers that were touched."""
        return {name: value for name, value in vars(self).items() if name != "_blank"}


def said(measure: Measure, at: At, blank: Draft) -> dict[Lever, Any]:
    """Let a measure speak by itself and return the levers that it touches; ``blank`` stays as it is."""
    epidemic, economy, own = _Sheet(blank.epidemic), _Sheet(blank.economy), _Sheet(blank)
    for name, sheet in ((EPIDEMIC, epidemic), (ECONOMY, economy)):
        setattr(own, name, sheet)
    measure.contacts(at, cast(EpidemicControls, epidemic))
    measure.work(at, cast(Draft, own))
    measure.restrict(at, cast(Draft, own))
    levers: dict[Lever, Any] = {(EPIDEMIC, name): value for name, value in epidemic.touched().items()}
    levers |= {(ECONOMY, name): value for name, value in economy.touched().items()}
    return levers | {
        (OWN, name): value for name, value in own.touched().items() if name not in (EPIDEMIC, ECONOMY)
    }


class Voice:
    """What one measure says at each stage, asked once; `part` picks the rows of places at their stages.

    Parameters
    ----------
    stages
        Levers that the measure touches at each stage, acting in all its places.
    communes, sites
        Its places.
    """

    def __init__(
        self, stages: Sequence[Mapping[Lever, Any]], communes: Indices, sites: Indices, blank: Draft
    ) -> None:
        self._stages = stages
        self._places = {COMMUNE: communes, SITE: sites}
        levers = sorted({lever for stage in stages for lever in stage})
        self.is_free = all(lever in RULES for lever in levers)
        self._stacks: list[tuple[Lever, str, int, NDArray[Any]]] = []
        self._whole: list[Lever] = []
        for lever in levers if self.is_free else ():
            axis = RULES[lever][1]
            if axis == PROVINCE:
                self._whole.append(lever)
                continue
            empty = _of(blank, lever)
            self._stacks.append(
                (
                    lever,
                    axis,
                    len(empty),
                    np.concatenate([*(stage.get(lever, empty) for stage in stages), empty]),
                )
            )

    def part(self, stage: NDArray[np.int16]) -> Mapping[Lever, Any]:
        """Return what the measure says with its places at some stages: communes, then sites, or one for the province."""
        met, over = set(stage.tolist()), len(self._stages)
        present = [level for level in range(over) if level in met]
        if len(met) == len(present) == 1:
            return self._stages[present[0]]
        levels = np.where((stage < 0) | (stage >= over), over, stage)
        rows: dict[tuple[str, int], Indices] = {}
        n = len(self._places[COMMUNE])
        part: dict[Lever, Any] = {}
        for lever, axis, length, stack in self._stacks:
            if (axis, length) not in rows:
                at = np.full(length, over, np.intp)
                where, level = (
                    (self._places[COMMUNE], levels[:n])
                    if axis == COMMUNE
                    else (self._places[SITE], levels[n:])
                )
                inside = where < length
                at[where[inside]] = level[inside]
                rows[axis, length] = at * length + np.arange(length)
            part[lever] = stack.take(rows[axis, length], axis=0)
        for lever in self._whole:
            values = [self._stages[level][lever] for level in present if lever in self._stages[level]]
            for value in values:
                part[lever] = RULES[lever][0](part[lever], value) if lever in part else value
        return part


def _of(draft: Draft, lever: Lever) -> Any:
    sheet, name = lever
    return getattr(draft if sheet == OWN else getattr(draft, sheet), name)


def draft_in_order(base: Draft, acting: Sequence[tuple[Measure, At]]) -> Draft:
    """Return the levers that some measures make of a day, each acting on what the ones before it have made."""
    draft = deepcopy(base)
    for measure, at in acting:
        measure.contacts(at, draft.epidemic)
        measure.work(at, draft)
        measure.restrict(at, draft)
    return draft


class Combined:
    """The levers of a day before they are settled, combined anew where something moved since the last day."""

    def __init__(self) -> None:
        self._base: Draft | None = None
        self._parts: Sequence[Mapping[Lever, Any]] = ()
        self._levers: dict[Lever, Any] = {}

    def draft(self, base: Draft, parts: Sequence[Mapping[Lever, Any]]) -> Draft:
        """Return the levers that some measures make of a day.

        Parameters
        ----------
        base
            The day without measures (capacities, school holidays); the same object while nothing changes there.
        parts
            What each measure in force says, the same object while it says the same; every lever has a rule.

        Returns
        -------
        Draft
            Arrays of the epidemic and ``economy.work`` are shared between days, the others are its own.
        """
        if base is not self._base:
            self._base, self._parts, self._levers = base, (), {}
        old, new = {id(part) for part in self._parts}, {id(part) for part in parts}
        moved = {
            lever
            for part in (*self._parts, *parts)
            if (id(part) in old) != (id(part) in new)
            for lever in part
        }
        values = {lever: _of(base, lever) for lever in moved}
        for part in parts:
            for lever, own in part.items():
                if lever in moved:
                    values[lever] = RULES[lever][0](values[lever], own)
        self._levers.update(values)
        self._parts = parts
        return self._written(base)

    def _written(self, base: Draft) -> Draft:
        known, epidemic, economy, own = self._levers, _copy(base.epidemic), _copy(base.economy), _copy(base)
        own.epidemic, own.economy = epidemic, economy
        sheets: dict[str, Any] = {EPIDEMIC: epidemic, ECONOMY: economy, OWN: own}
        for (sheet, name), value in known.items():
            setattr(sheets[sheet], name, value)
        # What may still be written when the day is settled is the day's own.
        for sheet, name in _SETTLED:
            setattr(sheets[sheet], name, getattr(sheets[sheet], name).copy())
        return own


def _copy(sheet: T) -> T:
    """Return a sheet with the same values; `copy.copy` takes ten times as long for a class with slots."""
    new: T = object.__new__(type(sheet))
    for name in sheet.__slots__:  # type: ignore[attr-defined]
        setattr(new, name, getattr(sheet, name))
    return new


def _settled() -> tuple[Lever, ...]:
    arrays = [(ECONOMY, field.name) for field in fields(EconomyControls)]
    arrays += [(OWN, field.name) for field in fields(Draft)]
    left_out = {"work", "public_cost_vnd_bn", "support_vnd_bn", "green_lane", EPIDEMIC, ECONOMY}
    return tuple(lever for lever in arrays if lever[1] not in left_out)


_SETTLED = _settled()
