"""What can be done, one file a kind, and the `Plan`: simulated, priced, ordered and published as the same thing."""

from songhanh.measures.base import Measure, Needs, Order, Task
from songhanh.measures.costs import places_vnd_bn, sealed_needs
from songhanh.measures.described import MeasureWords, described
from songhanh.measures.ground import Capacities, Capacity, Ground, capacities_of, ground_of
from songhanh.measures.library import history_of, plans_of
from songhanh.measures.plan import Plan, parse_plan, read_plan
from songhanh.measures.registry import KINDS, drawn_apart, parameters
from songhanh.measures.schedule import DayMeasures, Run, Schedule, compile_plan
from songhanh.measures.triggers import INDICATORS, Condition, Release, Trigger

__all__ = [
    "INDICATORS",
    "KINDS",
    "Capacities",
    "Capacity",
    "Condition",
    "DayMeasures",
    "Ground",
    "Measure",
    "MeasureWords",
    "Needs",
    "Order",
    "Plan",
    "Release",
    "Run",
    "Schedule",
    "Task",
    "Trigger",
    "capacities_of",
    "compile_plan",
    "described",
    "drawn_apart",
    "ground_of",
    "history_of",
    "parameters",
    "parse_plan",
    "places_vnd_bn",
    "plans_of",
    "read_plan",
    "sealed_needs",
]
