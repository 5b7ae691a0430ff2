"""Outcomes compared on both goals: what each plan does, what it cannot do, and what beats it."""

from songhanh.decision.adopt import record, rerun
from songhanh.decision.cards import trigger_cards
from songhanh.decision.ceilings import Ceilings
from songhanh.decision.discovery import fails_when
from songhanh.decision.economic import economic_report
from songhanh.decision.evaluate import evaluate
from songhanh.decision.priorities import priorities
from songhanh.decision.replay import replay
from songhanh.decision.rules import Rule, plan_of
from songhanh.decision.search import search
from songhanh.decision.situation import situation
from songhanh.decision.what_if import what_if

__all__ = [
    "Ceilings",
    "Rule",
    "economic_report",
    "evaluate",
    "fails_when",
    "plan_of",
    "priorities",
    "record",
    "replay",
    "rerun",
    "search",
    "situation",
    "trigger_cards",
    "what_if",
]
