"""Outcomes compared on both goals: what each plan does, what it cannot do, and what beats it."""

from songhanh.decision.evaluate import evaluate
from songhanh.decision.replay import replay
from songhanh.decision.situation import situation

__all__ = ["evaluate", "replay", "situation"]
