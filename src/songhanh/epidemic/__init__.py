"""How the infection spreads and is fought: individual-based transmission, day by day."""

from songhanh.epidemic.controls import EpidemicControls, Found, Layer, no_controls
from songhanh.epidemic.engine import Engine
from songhanh.epidemic.parameters import EpidemicParameters, variants
from songhanh.epidemic.people import table as parameter_table
from songhanh.epidemic.result import Absences, Confirmed, EpidemicResult, Tree
from songhanh.epidemic.simulate import simulate

__all__ = [
    "Absences",
    "Confirmed",
    "Engine",
    "EpidemicControls",
    "EpidemicParameters",
    "EpidemicResult",
    "Found",
    "Layer",
    "Tree",
    "no_controls",
    "parameter_table",
    "simulate",
    "variants",
]
