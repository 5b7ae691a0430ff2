"""NSGA-II over rules by pymoo, asked and told, so that it can be stopped and gone through again.

Deb, Pratap, Agarwal & Meyarivan 2002, doi 10.1109/4235.996017. Whole numbers and categories are positions in lists of
values, equal parts of the unit interval each; every point is moved to the middle of its part, so that one rule is one
point.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.core.evaluator import Evaluator
from pymoo.core.problem import Problem
from pymoo.core.repair import Repair
from pymoo.core.termination import NoTermination
from pymoo.problems.static import StaticProblem

from songhanh.core.errors import Fault, SonghanhError
from songhanh.decision.rule_space import SPACE, genes_of, steps_of
from songhanh.decision.search_state import State, Tried

Floats = NDArray[np.float64]
FORBIDDEN = 1e3  # violation of a rule that may not be run: beyond any that is
UNKNOWN = 1e12  # objective of a rule that was not run
Steps = tuple[int, ...]


class _Snap(Repair):  # type: ignore[misc]
    """Moves every point to the middle of the part of the cube that stands for its rule."""

    def _do(self, problem: Any, genes: Floats, **_: Any) -> Floats:
        return genes_of(steps_of(genes))


def first_rules(known: Sequence[Steps], n: int, seed: int) -> list[Steps]:
    """Return the rules that a search begins with: some that are known, the rest at random without repetition."""
    random = np.random.default_rng(seed)
    rules = list(dict.fromkeys(known))[:n]
    while len(rules) < n:
        drawn = tuple(int(step) for step in steps_of(random.random((1, len(SPACE))))[0])
        if drawn not in rules:
            rules.append(drawn)
    return rules


def run(
    first: Sequence[Steps],
    n_rules: int,
    n_objectives: int,
    n_limits: int,
    seed: int,
    state: State,
    judge: Callable[[list[Steps]], list[Tried]],
    report: Callable[[int], None],
) -> dict[Steps, Tried]:
    """Search until so many rules have been judged, and return them and those that were refused, by their positions.

    Parameters
    ----------
    first
        The first generation, as many rules as every other.
    n_limits
        Limits of each rule, its law left out.
    state
        Generations already tried are gone through again without judging; new ones are added to it.
    judge
        Returns what came of rules not tried before, in their order.
    report
        Called with the number of rules judged after each generation.

    Raises
    ------
    SonghanhError
        If the generations kept are not those that this search would ask for.
    """
    problem = Problem(n_var=len(SPACE), n_obj=n_objectives, n_ieq_constr=n_limits + 1, xl=0.0, xu=1.0)
    search = NSGA2(pop_size=len(first), sampling=genes_of(np.array(first)), repair=_Snap())
    search.setup(problem, termination=NoTermination(), seed=seed, verbose=False)
    tried: dict[Steps, Tried] = {}
    generation, fruitless, judged = 0, 0, 0
    while judged < n_rules and fruitless < 10:
        asked = search.ask()
        if asked is None or len(asked) == 0:
            break
        rules = [tuple(int(step) for step in row) for row in steps_of(asked.get("X"))]
        new = [rule for rule in dict.fromkeys(rules) if rule not in tried]
        if generation < len(state.generations):
            found = state.generations[generation]
            if [one.steps for one in found] != new:
                raise SonghanhError(_other_search(state))
        else:
            found = judge(new) if new else []
            state.add(found)
        tried |= {one.steps: one for one in found}
        judged += sum(one.refused is None for one in found)
        fruitless = 0 if new else fruitless + 1
        values = [tried[rule] for rule in rules]
        static = StaticProblem(
            problem,
            F=np.array([one.objectives or (UNKNOWN,) * n_objectives for one in values]),
            G=np.array(
                [(FORBIDDEN, *(0.0,) * n_limits) if one.refused else (0.0, *one.violations) for one in values]
            ),
        )
        Evaluator().eval(static, asked)
        search.tell(infills=asked)
        generation += 1
        report(judged)
    return tried


def _other_search(state: State) -> Fault:
    return Fault(
        "search.state",
        "The generations kept are not those that this search asks for.",
        "Name another file, or remove it to begin anew.",
        file=str(state.file),
        parameter="--state",
    )
