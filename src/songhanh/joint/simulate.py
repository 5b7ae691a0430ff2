"""`simulate`: one plan in one province, both models side by side, for those who explore."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from songhanh.core.days import date_of, day_of
from songhanh.core.errors import Fault, SonghanhError
from songhanh.economy import EconomyResult
from songhanh.epidemic import EpidemicResult
from songhanh.joint import frames
from songhanh.joint.horizon import Horizon
from songhanh.joint.introductions import infections_from, introductions
from songhanh.joint.run import Runner
from songhanh.joint.setting import Setting, setting
from songhanh.joint.world import World
from songhanh.measures import Plan, compile_plan, history_of, plans_of, read_plan
from songhanh.province import Pack

PRESENT = "present-orders"
_MOST_DAYS = 730


@dataclass(frozen=True, eq=False)
class Simulation:
    """What one plan did in one simulated province. D days from ``origin`` on.

    Attributes
    ----------
    province, plan
        Id of the pack, and slug of the plan.
    origin, as_of
        Date of run day 0, and the date of the decision: the plan acts from the next day.
    seed
        Seed of every draw.
    epidemic
        Arrays of the epidemic by day, place, age and work, with the transmission tree: see `EpidemicResult`.
    economy
        Arrays of the economy by day, sector and site: see `EconomyResult`.
    """

    province: str
    plan: str
    origin: date
    as_of: date
    seed: int
    epidemic: EpidemicResult
    economy: EconomyResult
    setting: Setting = field(repr=False)

    def to_frame(self, table: str = "days", by: Sequence[str] | None = None) -> pl.DataFrame:
        """Return a table.

        Parameters
        ----------
        table
            ``days`` (the province by day, one column a quantity), ``infections``, ``cases`` (confirmed, by date of
            report), ``deaths``, ``absences`` (person-days of workers away) or ``economy``.
        by
            What counts are split by, of the columns in `frames.COLUMNS`; ``date`` alone if nothing is given. The
            table ``days`` is not split.

        Returns
        -------
        polars.DataFrame
            Sorted; combinations that did not occur are left out.

        Raises
        ------
        SonghanhError
            If there is no such table or column.
        """
        return frames.frame(self.setting, self.origin, self.epidemic, self.economy, table, by)

    def tree(self) -> pl.DataFrame:
        """Return the transmission tree, one row an infection: who, by whom, when, where, and what became of it."""
        return frames.tree(self.setting, self.origin, self.epidemic)


def simulate(
    province: str | Path | Pack = "bac-giang-2021",
    plan: str | Path | Plan = PRESENT,
    *,
    seed: int = 1,
    days: int = 120,
    as_of: date | None = None,
    parameters: Mapping[str, float] | None = None,
    effects: Mapping[str, float] | None = None,
    economy: Mapping[str, float] | None = None,
    imports: NDArray[np.int64] | None = None,
) -> Simulation:
    """Simulate a plan in a province, from the first day of its outbreak.

    Parameters
    ----------
    province
        Name of an embedded example, folder of a pack, or a pack.
    plan
        Slug of one of the pack's plans, a TOML file, or a plan. It is added to the orders in force on the as-of
        date.
    seed
        Seed of every draw: the same seed gives the same bytes, and two plans share all luck that they do not touch.
    days
        Days to run, from the outbreak's first day.
    as_of
        Date of the decision; by default the day on which the pack's last introduction of the infection was known.
    parameters, effects, economy
        Numbers that differ from the defaults of the three ``parameters.csv``: epidemic, effects of measures, economy.
    imports
        (k, 2) person and run day of each infection from outside, or (k, 3) with its variant; by default the
        middle of what the pack says of its introductions.

    Returns
    -------
    Simulation
        Frozen arrays, and tables by `Simulation.to_frame`.

    Raises
    ------
    SonghanhError
        Saying which argument is wrong, its value, and what is allowed.
    CapacityError
        If more people are infected than the engine has room for.
    """
    reference = str(province.folder) if isinstance(province, Pack) else str(province)
    ground = setting(reference)
    pack = ground.pack
    if not 2 <= days <= _MOST_DAYS:
        raise SonghanhError(_fault("days", str(days), f"2 to {_MOST_DAYS}"))
    when = as_of or _last_known(pack)
    if not 0 < day_of(pack.outbreak_from, when) < days - 1:
        allowed = (
            f"after {pack.outbreak_from} and before {date_of(pack.outbreak_from, days - 1)}, the last day"
        )
        raise SonghanhError(_fault("as_of", when.isoformat(), allowed))
    chosen = _plan_of(pack, plan)
    schedule = compile_plan(chosen, pack, history_of(pack), when, pack.policy_set)
    sources = introductions(ground, when) if imports is None else []
    infections, origins = (
        infections_from(sources, np.full(2 * len(sources), 0.5), seed)
        if imports is None
        else (np.asarray(imports, np.int64), ())
    )
    world = World(
        0, seed, seed, dict(parameters or {}), dict(effects or {}), dict(economy or {}), infections, origins
    )
    runner = Runner(
        ground, Horizon(day_of(pack.outbreak_from, when), days, days), None, ground.population.n_people
    )
    runner.live(schedule, world)
    return Simulation(
        province=pack.id,
        plan=chosen.slug,
        origin=pack.outbreak_from,
        as_of=when,
        seed=seed,
        epidemic=runner.engine.result(with_tree=True),
        economy=runner.economy.result(),
        setting=ground,
    )


def _last_known(pack: Pack) -> date:
    known = pack.tables["introductions"]["known_on"].max()
    if not isinstance(known, date):
        raise SonghanhError(_fault("as_of", "not given", "a date, since the pack names no introduction"))
    return known


def _plan_of(pack: Pack, plan: str | Path | Plan) -> Plan:
    if isinstance(plan, Plan):
        return plan
    if isinstance(plan, Path) or plan.endswith(".toml"):
        return read_plan(plan)
    plans = plans_of(pack)
    if plan not in plans:
        raise SonghanhError(_fault("plan", repr(plan), f"a TOML file, or one of {', '.join(plans)}"))
    return plans[plan]


def _fault(name: str, value: str, allowed: str) -> Fault:
    return Fault(
        code="simulate.argument",
        message=f"{name} is {value}; allowed: {allowed}.",
        remedy="Give a value in the allowed range.",
        parameter=name,
    )
