"""What rules do in common worlds, as the numbers that a search compares: objectives, and limits that must not be passed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from joblib import delayed
from numpy.typing import NDArray

from songhanh.core.errors import Cancelled
from songhanh.decision.capacities import Capacities, capacities_on, loads, table
from songhanh.decision.ceilings import Ceilings
from songhanh.decision.statistics import beyond
from songhanh.joint.ensemble import Ensemble, Report, Stop, in_parallel, one_world
from songhanh.joint.horizon import Horizon, Limits
from songhanh.joint.outcome import Outcome
from songhanh.joint.setting import setting
from songhanh.joint.world import World
from songhanh.measures import Plan

Floats = NDArray[np.float64]
CHUNK = 25  # plans that a process runs in one world before it goes to the next: as many as it keeps compiled


@dataclass(frozen=True)
class Question:
    """What a search asks of every plan.

    Attributes
    ----------
    days
        Horizon of both models from the as-of date.
    objectives
        Indicators to be made small.
    """

    reference: str
    as_of: date
    days: int
    objectives: tuple[str, ...]
    ceilings: Ceilings
    capacities: Capacities

    @staticmethod
    def of(reference: str, as_of: date, days: int, objectives: Sequence[str], ceilings: Ceilings) -> Question:
        """Return the question with the capacities known on the date."""
        return Question(
            reference=reference,
            as_of=as_of,
            days=days,
            objectives=tuple(objectives),
            ceilings=ceilings,
            capacities=capacities_on(setting(reference).pack, as_of),
        )

    @property
    def horizon(self) -> Horizon:
        """Return the days of a run."""
        origin = setting(self.reference).pack.outbreak_from
        return Horizon.of(origin, self.as_of, self.days, self.days)

    def ensemble(self, plans: Mapping[str, Plan]) -> Ensemble:
        """Return these plans, ready to run."""
        return Ensemble(
            self.reference,
            self.as_of,
            self.days,
            tuple(plans.items()),
            Limits.standard(),
            economy_days=self.days,
        )

    def limits(self, outcome: Outcome) -> dict[str, float]:
        """Return by how much each limit is passed in one world; 0 or less where it is kept."""
        origin = setting(self.reference).pack.outbreak_from
        asked = {load.id: load.excess for load in loads(outcome, self.capacities, origin, self.horizon)}
        return {**asked, **self.ceilings.excess(outcome.totals)}

    def shares(self) -> dict[str, float]:
        """Return in which share of the worlds each limit may be passed: capacities first, then ceilings."""
        values = table().defaults()
        return {
            **dict.fromkeys(self.capacities.names(), values["infeasible_share"]),
            **dict.fromkeys(self.ceilings.set(), values["ceiling_share"]),
        }


@dataclass(frozen=True, eq=False)
class Point:
    """One plan judged on some worlds.

    Attributes
    ----------
    objectives
        (M,) means over the worlds.
    violations
        (K,) by how much each limit is passed beyond the share of the worlds in which it may be; 0 or less is kept.
    feasible_share
        Share of the worlds in which no limit at all is passed.
    """

    objectives: Floats
    violations: Floats
    feasible_share: float


def judge_outcomes(question: Question, outcomes: Sequence[Outcome]) -> Point:
    """Return the point of a plan whose outcomes are at hand."""
    rows = np.array([_row(question, outcome) for outcome in outcomes])
    return _point(question, rows)


def _row(question: Question, outcome: Outcome) -> list[float]:
    limits = question.limits(outcome)
    return [outcome.totals[name] for name in question.objectives] + [
        limits[name] for name in question.shares()
    ]


def _point(question: Question, rows: Floats) -> Point:
    """Condense (W, M + K) objectives and limits over the worlds."""
    n, shares = len(question.objectives), question.shares()
    violations = [beyond(rows[:, n + k], share) for k, share in enumerate(shares.values())]
    return Point(
        objectives=rows[:, :n].mean(axis=0),
        violations=np.array(violations),
        feasible_share=float((rows[:, n:] <= 0).all(axis=1).mean()),
    )


def _in_world(question: Question, ensemble: Ensemble, world: World) -> list[list[float]]:
    """Run some plans in one world and keep only what is compared: outcomes are large, and searches long."""
    return [_row(question, outcome) for outcome in one_world(ensemble, world)]


def judge(
    question: Question,
    plans: Mapping[str, Plan],
    worlds: Sequence[World],
    n_jobs: int,
    report: Report,
    should_stop: Stop,
) -> dict[str, Point]:
    """Judge plans on common worlds; the order and the bytes do not depend on the processes.

    Parameters
    ----------
    report
        Called with (replicates done, replicates in all, ``"rules"``).

    Raises
    ------
    Cancelled
        If ``should_stop`` says so between two worlds.
    """
    names = list(plans)
    chunks = [names[start : start + CHUNK] for start in range(0, len(names), CHUNK)]
    jobs = (
        delayed(_in_world)(question, question.ensemble({name: plans[name] for name in chunk}), world)
        for chunk in chunks
        for world in worlds
    )
    rows: dict[str, list[list[float]]] = {name: [] for name in names}
    asked = [chunk for chunk in chunks for _ in worlds]
    done = 0
    for chunk, found in zip(asked, in_parallel(jobs, n_jobs), strict=True):
        for name, row in zip(chunk, found, strict=True):
            rows[name].append(row)
        done += len(chunk)
        report(done, len(names) * len(worlds), "rules")
        if should_stop():
            raise Cancelled
    return {name: _point(question, np.array(rows[name])) for name in names}
