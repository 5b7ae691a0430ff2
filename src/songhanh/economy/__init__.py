"""What the province produces, sells, loses and earns: a dynamic input-output model by day."""

from songhanh.economy.build import build
from songhanh.economy.capacity import capacity_path
from songhanh.economy.controls import EconomyControls, no_economy_controls
from songhanh.economy.engine import Economy
from songhanh.economy.labour import LabourDay, full_labour
from songhanh.economy.model import Crops, EconomyModel, no_crops
from songhanh.economy.parameters import EconomyParameters, table
from songhanh.economy.production import ProductionFunction
from songhanh.economy.result import EconomyResult

__all__ = [
    "Crops",
    "Economy",
    "EconomyControls",
    "EconomyModel",
    "EconomyParameters",
    "EconomyResult",
    "LabourDay",
    "ProductionFunction",
    "build",
    "capacity_path",
    "full_labour",
    "no_crops",
    "no_economy_controls",
    "table",
]
