"""The rule of levels as slowly and plainly as it can be written: every walk, day by day, none left out."""

from __future__ import annotations

from songhanh.response.levels import LevelRules, value_on
from songhanh.response.levels_graph import Graph

MOST_STEPS = 14


def twin(graph: Graph, rules: LevelRules) -> dict[int, dict[int, set[int]]]:
    """Return person -> steps -> days reached in so many steps and not in fewer."""
    people = range(graph.source_from.size)
    at = {
        (p, d)
        for p in people
        if graph.source_from[p] >= 0
        for d in range(graph.source_from[p], graph.source_until[p] + 1)
    }
    found: dict[int, dict[int, set[int]]] = {p: {} for p in people}
    for steps in range(1, MOST_STEPS + 1):
        reached = set()
        for person, arrived in at:
            window = 0 if steps == 1 else value_on(rules.window(steps), arrived)
            for first, second, begins, ends in zip(
                graph.first, graph.second, graph.begins, graph.ends, strict=True
            ):
                if person not in (first, second):
                    continue
                other = int(second if person == first else first)
                for day in range(max(begins, arrived), min(ends, arrived + window) + 1):
                    if day > graph.cleared[other]:
                        reached.add((other, int(day)))
        at = reached
        for person, day in at:
            found[person].setdefault(steps, set()).add(day)
    for person, by_steps in found.items():
        seen: set[int] = set()
        for steps in sorted(by_steps):
            by_steps[steps] -= seen
            seen |= by_steps[steps]
        found[person] = {steps: days for steps, days in by_steps.items() if days}
    return found
