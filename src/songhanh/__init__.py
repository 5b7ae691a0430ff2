"""Songhanh: hold an epidemic down and keep a province at work, side by side.

``songhanh.simulate("bac-giang-2021", "close-parks", seed=1)`` runs one plan; see docs/first-steps.md.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from songhanh.joint.simulate import Simulation, simulate

__version__ = "0.1.0"
__all__ = ["Simulation", "__version__", "simulate"]


def __getattr__(name: str) -> Any:
    """Load the models only when they are asked for: the command line names the version without them."""
    if name in ("simulate", "Simulation"):
        return getattr(importlib.import_module("songhanh.joint.simulate"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
