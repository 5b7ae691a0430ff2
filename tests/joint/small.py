"""What the tests of the upper rooms share: the small province with orders and plans, and worlds in which it burns."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
import tiny

from songhanh.core.days import day_of
from songhanh.joint.horizon import Horizon, Limits
from songhanh.joint.run import Runner
from songhanh.joint.setting import Setting, setting
from songhanh.joint.world import World
from songhanh.measures import Plan, Schedule, compile_plan, history_of, parse_plan

AS_OF = date(2021, 5, 17)
LATER = date(2021, 5, 26)  # by then the outbreak of a few worlds has grown to dozens of cases
HORIZON_DAYS = 60
NO_LIMIT = Limits(control_lost_infections=100_000, emergency_days=60)

ROUTINE = 'kind = "testing"\neffort = "routine"\nlegal_basis = ["luat-03-2007"]'
HISTORY = (
    f'id = "testing"\nfrom = 2021-04-20\n{ROUTINE}',
    'id = "quarantine"\nkind = "quarantine"\nfrom = 2021-05-05\nlegal_basis = ["luat-03-2007"]',
    'id = "tracing"\nkind = "tracing"\nfrom = 2021-05-05\ncases_per_day = 2\nlegal_basis = ["luat-03-2007"]',
    # Ordered after the as-of date: only a replay may know of it.
    (
        'id = "later"\nkind = "site_mode"\nmode = "closed"\nwhere = ["park-a"]\nfrom = 2021-05-20\nuntil = 2021-06-20\n'
        'legal_basis = ["ct16"]'
    ),
)
SITES_CLOSED = 'kind = "site_mode"\nmode = "closed"\nwhere = ["*"]\nlegal_basis = ["ct16"]'
PLANS = {
    "00-do-nothing.toml": ('reference = true\nlifts = ["*"]', (ROUTINE,)),
    "10-present-orders.toml": ("", ()),
    "20-closed.toml": ("decided = true", (SITES_CLOSED,)),
    "30-on-site.toml": (
        "",
        ('kind = "site_mode"\nmode = "on_site"\nwhere = ["park-a"]\nlegal_basis = ["qd-2194-2020"]',),
    ),
    "40-lockdown.toml": (
        "",
        (
            'kind = "lockdown"\nwhere = ["*"]\nlegal_basis = ["qd-3986-2020"]',
            SITES_CLOSED,
        ),
    ),
}


def plan_text(*measures: str, head: str = "") -> str:
    """Return a plan as TOML."""
    words = '[name]\nvi = "Thử"\nen = "Test"\n[summary]\nvi = "Thử."\nen = "Test."\n'
    return f'format = "songhanh-plan/1"\n{head}\n{words}' + "".join(f"[[measures]]\n{m}\n" for m in measures)


def write(folder: Path, **changed: tiny.Rows) -> Path:
    """Write the small province with its orders and plans."""
    facts = [{**row, "date_or_period": "2021-06-30"} for row in tiny.tables()["economic_facts"]]
    tiny.write(folder, **{"economic_facts": facts, **changed})
    plans = folder / "plans"
    plans.mkdir(exist_ok=True)
    (plans / "history.toml").write_text(plan_text(*HISTORY), encoding="utf-8")
    for name, (head, measures) in PLANS.items():
        (plans / name).write_text(plan_text(*measures, head=head), encoding="utf-8")
    return folder


@lru_cache(maxsize=1)
def reference() -> str:
    """Return the folder of the small province: one a process, so that it is loaded once."""
    return str(write(Path(os.environ["SONGHANH_HOME"]) / "small-province"))


def ground() -> Setting:
    """Return the small province made ready to run."""
    return setting(reference())


def plan(*measures: str, head: str = "") -> Plan:
    """Read a plan from the bodies of its measures."""
    return parse_plan(plan_text(*measures, head=head))


def scheduled(*measures: str, head: str = "") -> Schedule:
    """Compile a plan on top of the orders in force."""
    pack = ground().pack
    return compile_plan(plan(*measures, head=head), pack, history_of(pack), AS_OF, pack.policy_set)


def horizon() -> Horizon:
    """Return the horizons of the tests: 60 days of epidemic."""
    return Horizon.of(ground().pack.outbreak_from, AS_OF, HORIZON_DAYS)


@lru_cache(maxsize=2)
def runner(limits: Limits | None = NO_LIMIT) -> Runner:
    """Return a runner with its arrays allocated once."""
    return Runner(ground(), horizon(), limits)


def world(number: int = 0, luck: int = 1, future: int | None = None, **epidemic: float) -> World:
    """Return a world in which ten workers of the first firm bring the infection in."""
    members = ground().population.place_members[:10].astype(np.int64)
    day = day_of(ground().pack.outbreak_from, date(2021, 5, 1))
    return World(
        number=number,
        luck=luck,
        future_luck=luck if future is None else future,
        epidemic=dict[str, float]({"reproduction_number": 5.0}, **epidemic),
        effects={},
        economy={},
        imports=np.stack([members, day + np.arange(10) % 3], axis=1),
        origins=("firm-x",) * 10,
    )


def same(one: object, other: object) -> bool:
    """Whether two outcomes are equal bit for bit."""
    left, right = vars(one), vars(other)
    return left.keys() == right.keys() and all(_equal(left[name], right[name]) for name in left)


def _equal(one: object, other: object) -> bool:
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return dict(one) == dict(other)
    return bool(one == other)
