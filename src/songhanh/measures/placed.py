"""Measures put on the ground: codes become indices, dates become run days, the law is checked."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from songhanh.core.days import day_of
from songhanh.core.errors import Fault, SonghanhError
from songhanh.measures.base import At, Measure
from songhanh.measures.ground import Capacity, Ground, Indices
from songhanh.measures.plan import Plan
from songhanh.measures.registry import parameters
from songhanh.measures.triggers import misplaced
from songhanh.response import PolicySet, documents_in_force

NOWHERE: Indices = np.zeros(0, np.intp)


@dataclass(frozen=True)
class Placed:
    """A measure with its communes, sites and run days.

    Attributes
    ----------
    present
        True for an order in force on the as-of date, False for a measure of the plan.
    begins, ends
        First and last run day; ``ends`` is None where the common rule or nothing ends it.
    steps_from
        First run day on which the common rule may ease it, None if it may not.
    number
        Position in its file, from 1.
    """

    measure: Measure
    communes: Indices
    sites: Indices
    begins: int
    ends: int | None
    steps_from: int | None
    present: bool
    number: int

    @property
    def n_places(self) -> int:
        """Return how many places keep a stage of their own: communes, then sites; one for the province."""
        return max(len(self.communes) + len(self.sites), 1)


def place_orders(
    history: Plan, ground: Ground, policies: PolicySet, as_of: date | None, lifts: tuple[str, ...]
) -> tuple[list[Placed], list[Fault]]:
    """Place the orders in force on a day; later orders, and later ends of these, are not known on it.

    With no day, all orders as they were given (a replay).
    """
    placed: list[Placed] = []
    faults: list[Fault] = []
    known = {measure.id for measure in history.measures if measure.id}
    faults += [
        Fault(
            code="plan.lifts",
            message=f"The plan lifts {lift!r}, but no order has this id.",
            remedy=f"Ids: *, {', '.join(sorted(known))}.",
            parameter="lifts",
        )
        for lift in lifts
        if lift != "*" and lift not in known
    ]
    for number, measure in enumerate(history.measures, start=1):
        where = _Where(history, number, measure)
        if measure.begins is None:
            faults.append(
                where.fault(
                    "plan.no_date", "An order needs a start date.", "Write from = year-month-day.", "from"
                )
            )
            continue
        found = _check(where, ground, policies, measure.begins, None)
        if found:
            faults += found
        elif as_of is None or measure.begins <= as_of:
            lifted = as_of is not None and ("*" in lifts or measure.id in lifts)
            placed.append(_order(measure, number, ground, as_of, lifted))
    return placed, faults


def place_plan(
    plan: Plan, ground: Ground, policies: PolicySet, as_of: date
) -> tuple[list[Placed], list[Fault]]:
    """Place the measures of a plan, which act from the day after the as-of date at the earliest.

    Limits that they break together are not looked at here (`songhanh.measures.limits`).
    """
    placed: list[Placed] = []
    faults: list[Fault] = []
    tomorrow = as_of + timedelta(days=1)
    for number, measure in enumerate(plan.measures, start=1):
        where = _Where(plan, number, measure)
        begins = measure.begins or tomorrow
        found = _check(where, ground, policies, begins, as_of)
        if begins >= ground.origin and begins < tomorrow:
            found.append(where.fault("plan.past", f"The measure begins on {begins}, but a plan decided on {as_of} acts "
                                     f"from {tomorrow}.", "Give a later date, or leave out from.", "from"))  # fmt: skip
        if measure.until is not None and measure.until < begins:
            found.append(where.fault("plan.value", f"until {measure.until} lies before the start on {begins}.",
                                     "Give a later date.", "until"))  # fmt: skip
        if found:
            faults += found
            continue
        communes, sites = _places(measure, ground)
        steps = measure.steps_down()
        placed.append(
            Placed(
                measure=measure,
                communes=communes,
                sites=sites,
                begins=day_of(ground.origin, begins),
                ends=_last_day(measure, day_of(ground.origin, begins), measure.until, ground),
                steps_from=day_of(ground.origin, begins) if steps else None,
                present=False,
                number=number,
            )
        )
    return placed, faults


def _order(measure: Measure, number: int, ground: Ground, as_of: date | None, lifted: bool) -> Placed:
    communes, sites = _places(measure, ground)
    until = measure.until
    steps = measure.steps_down()
    begins = day_of(ground.origin, measure.begins or ground.origin)
    steps_from = begins
    if as_of is not None:
        steps_from = day_of(ground.origin, as_of) + 1
        if until is not None and until > as_of:  # that it ended then is hindsight
            until, steps = None, measure.STEPS_DOWN and measure.release is None
        if lifted and (until is None or until > as_of):
            until, steps = as_of, False
    return Placed(
        measure=measure,
        communes=communes,
        sites=sites,
        begins=begins,
        ends=_last_day(measure, begins, until, ground),
        steps_from=steps_from if steps else None,
        present=True,
        number=number,
    )


def _last_day(measure: Measure, begins: int, until: date | None, ground: Ground) -> int | None:
    """Return the last run day: the one ordered, or the one on which the measure is done."""
    days = measure.lasts()
    done = None if days is None else begins + days - 1
    ordered = None if until is None else day_of(ground.origin, until)
    return min((day for day in (done, ordered) if day is not None), default=None)


@dataclass(frozen=True)
class _Where:
    """Where a measure is written, for messages."""

    plan: Plan
    number: int
    measure: Measure

    def fault(self, code: str, message: str, remedy: str, field: str) -> Fault:
        lines = self.plan.lines
        return Fault(
            code=code,
            message=message,
            remedy=remedy,
            file=self.plan.file or self.plan.slug,
            row=lines[self.number - 1] if self.number <= len(lines) else None,
            column=field,
            parameter=f"measure {self.number} ({self.measure.kind})",
        )


def _check(
    where: _Where, ground: Ground, policies: PolicySet, begins: date, as_of: date | None
) -> list[Fault]:
    """Return what is wrong with places, start date and legal basis of a measure."""
    measure = where.measure
    faults: list[Fault] = []
    if measure.SCOPE == "province" and measure.where != ("*",):
        faults.append(where.fault("plan.place", f"{measure.kind} acts in the whole province.",
                                  'Leave out where, or write where = ["*"].', "where"))  # fmt: skip
    else:
        faults += [
            _unknown(where, ground, code) for code in measure.where if not _known(measure, ground, code)
        ]
    if begins < ground.origin:
        message = f"{begins} lies before the first day of the run, {ground.origin}."
        faults.append(where.fault("plan.before_history", message, "Give a later date.", "from"))
    known = begins if as_of is None else min(begins, as_of)  # a plan knows no later rules
    forbidden = measure.allowed(policies, known)
    if not faults:
        faults += _conditions(where, ground)
        faults += _limits(where, ground, policies, known) if as_of is not None and not forbidden else []
    if forbidden:
        faults.append(
            where.fault(
                "plan.rule", f"The rules do not allow it: {forbidden}.", "Change the measure.", "kind"
            )
        )
    carriers = [document.id for document in documents_in_force(policies, measure.kind, begins)]
    remedy = f"Documents that can carry {measure.kind} on {begins}: {', '.join(carriers) or 'none'}."
    for basis in measure.legal_basis:
        document = policies.documents.get(basis)
        if document is None:
            message = f"There is no document {basis!r} in the policy set {policies.id!r}."
        elif not document.is_valid(begins):
            message = f"{document.name.en} is not in force on {begins}."
        elif as_of is not None and document.valid_from > as_of:
            message = f"{document.name.en} was not yet issued on {as_of}, the day of the decision."
        elif measure.kind not in document.supports:
            message = f"{document.name.en} cannot carry a measure of kind {measure.kind}."
        else:
            continue
        faults.append(where.fault("plan.basis", message, remedy, "legal_basis"))
    return faults


def _conditions(where: _Where, ground: Ground) -> list[Fault]:
    """Return what is wrong with the conditions by which a measure begins and ends, at its places."""
    measure = where.measure
    places = _places(measure, ground)
    faults = []
    for field in ("trigger", "release"):
        condition = getattr(measure, field)
        said = condition and misplaced(condition, measure.SCOPE, *places, ground.n_sites)
        if said:
            faults.append(where.fault(f"plan.{field}", f"This {field} has no meaning here: {said}.",
                                      "Choose another indicator, or other places.", field))  # fmt: skip
    return faults


def _limits(where: _Where, ground: Ground, policies: PolicySet, rules_on: date) -> list[Fault]:
    """Return the limits that a measure of a plan breaks by itself; orders of the past are as they were."""
    measure, (communes, sites) = where.measure, _places(where.measure, ground)
    at = At(
        ground=ground,
        effects=parameters().defaults(),
        policies=policies,
        rules_on=rules_on,
        capacity=Capacity(0, 1, 0),
        stage=0,
        communes=communes,
        sites=sites,
    )
    return [_beyond(where, said, "Ask for less, or add what is missing.") for said in measure.limits(at)]


def _beyond(where: _Where, said: str, remedy: str) -> Fault:
    return where.fault("plan.limit", f"The province cannot do it: {said}.", remedy, "kind")


def limit_fault(plan: Plan, placed: Placed, said: str, remedy: str) -> Fault:
    """Return the fault of a measure of a plan that breaks a limit of the province."""
    return _beyond(_Where(plan, placed.number, placed.measure), said, remedy)


def _known(measure: Measure, ground: Ground, code: str) -> bool:
    areas, sites = "areas" in measure.SCOPE, "sites" in measure.SCOPE
    if code == "*":
        return True
    if code == "rest":
        return measure.REST
    return (areas and code in ground.areas) or (sites and code in ground.sites)


def _unknown(where: _Where, ground: Ground, code: str) -> Fault:
    measure = where.measure
    choices = (list(ground.areas) if "areas" in measure.SCOPE else []) + (
        list(ground.sites) if "sites" in measure.SCOPE else []
    )
    names = {name.vi.lower(): key for key, name in ground.names.items()}
    near = difflib.get_close_matches(code, choices, n=3, cutoff=0.5)
    if code.lower() in names:
        near = [names[code.lower()]]
    what = {"areas": "area", "sites": "site", "province": "place", "areas and sites": "area or site"}[
        measure.SCOPE
    ]
    remedy = f"Did you mean {' or '.join(near)}?" if near else f"Use codes of {what}s in the pack, or *."
    if "sites" in measure.SCOPE and code in ground.names and code not in ground.areas:
        remedy = (
            "It is a single firm. Orders name parks and clusters; firm_closure stops a firm by its own cases."
        )
    return where.fault(
        f"plan.{what.split()[0]}", f"There is no {what} {code!r} for {measure.kind}.", remedy, "where"
    )


def _places(measure: Measure, ground: Ground) -> tuple[Indices, Indices]:
    if measure.SCOPE == "province":
        return NOWHERE, NOWHERE
    communes: set[int] = set()
    sites: set[int] = set()
    for code in measure.where:
        if "areas" in measure.SCOPE and code in ground.areas:
            communes.update(ground.areas[code].tolist())
        elif code == "*":
            sites.update(ground.sites["all-sites"].tolist())
        else:
            sites.update(ground.sites[code].tolist())
    return np.array(sorted(communes), np.intp), np.array(sorted(sites), np.intp)


def refuse(faults: list[Fault]) -> None:
    """Raise what is wrong, if anything.

    Raises
    ------
    SonghanhError
        With all faults.
    """
    if faults:
        raise SonghanhError(faults)
