"""What is added to described plans before they are shown: trigger cards, and the worlds in which they fail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from songhanh.decision.cards import trigger_cards
from songhanh.decision.ceilings import Ceilings
from songhanh.decision.discovery import fails_when
from songhanh.decision.seen import observed_in, synthetic_lines
from songhanh.joint.ensemble import schedule
from songhanh.joint.outcome import Outcome
from songhanh.joint.setting import setting
from songhanh.measures import Plan
from songhanh.twin.lines import LineList
from songhanh.twin.worlds import WorldSet


def join(
    described: Sequence[dict[str, Any]],
    reference: str,
    as_of: date,
    plans: Mapping[str, Plan],
    outcomes: Mapping[str, list[Outcome]],
    worlds: WorldSet,
    ceilings: Ceilings,
    lines: LineList | None = None,
) -> None:
    """Add ``cards`` and ``fails_when`` to each described plan, in place.

    Parameters
    ----------
    lines
        Observed cases, by which cards say where their indicators stand; without them those of the history that agrees
        best with what was published.
    """
    known = synthetic_lines(reference, as_of, worlds) if lines is None else lines
    observed = observed_in(setting(reference), as_of, known)
    for row in described:
        orders = schedule(reference, as_of, plans[row["id"]], False)
        row["cards"] = trigger_cards(orders, observed)
        row["fails_when"] = fails_when(outcomes[row["id"]], worlds.worlds, ceilings)
