"""The plans that come with a province: the orders as they were given, and candidates to compare."""

from __future__ import annotations

from songhanh.core.errors import Fault, SonghanhError
from songhanh.measures.plan import Plan, read_plan
from songhanh.province.pack import Pack

HISTORY = "history.toml"


def history_of(pack: Pack) -> Plan:
    """Return the orders as they were given (``plans/history.toml``); none if the pack has no such file.

    Raises
    ------
    SonghanhError
        If the file is malformed.
    """
    path = pack.folder / "plans" / HISTORY
    if path.is_file():
        return read_plan(path)
    return Plan("history", pack.name, pack.name, ())


def plans_of(pack: Pack) -> dict[str, Plan]:
    """Return the candidate plans of a pack by slug, in the order of their files.

    Raises
    ------
    SonghanhError
        With the faults of all malformed plans, or if two files have one slug.
    """
    plans: dict[str, Plan] = {}
    faults: list[Fault] = []
    for path in sorted((pack.folder / "plans").glob("*.toml")):
        if path.name == HISTORY:
            continue
        try:
            plan = read_plan(path)
        except SonghanhError as error:
            faults += error.faults
            continue
        if plan.slug in plans:
            faults.append(
                Fault("plan.twice", f"Two plans are called {plan.slug!r}.", "Rename one file.", path.name)
            )
        plans[plan.slug] = plan
    if faults:
        raise SonghanhError(faults)
    return plans
