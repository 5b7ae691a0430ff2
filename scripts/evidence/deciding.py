"""Two nights of Bắc Giang 2021: the front of rules, the decision of the night on it, and how firmly the comparison stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evidence.page import SHOWN, Line, Section, picture, table
from evidence.pictures import BLUE, GREY, ORANGE, RED, panels, save
from evidence.shared import shared_data
from songhanh.core.canonical import sha256
from songhanh.core.home import cache
from songhanh.core.text import Text
from songhanh.decision import Ceilings, search
from songhanh.decision.describe import totals
from songhanh.decision.indicators import BY_ID
from songhanh.decision.robustness import dominance, halved_compliance, structures
from songhanh.decision.search import DAYS, OBJECTIVES, fresh_seed
from songhanh.decision.search_points import Question, judge_outcomes
from songhanh.joint.ensemble import run_ensemble
from songhanh.joint.outcome import Outcome
from songhanh.joint.setting import setting
from songhanh.joint.world import World
from songhanh.measures import Measure, Plan, history_of, parse_plan
from songhanh.measures.base import STAFF
from songhanh.measures.kinds.sampling import Sampling
from songhanh.response import documents_in_force, read_policies
from songhanh.twin.lines import LineList, read_line_list
from songhanh.twin.worlds import world_set

EXAMPLE = "bac-giang-2021"
SEED = 1
# The reopening began on 26 May; the line list at hand ends two days before, and worlds are calibrated to it.
NIGHT, REOPENING = date(2021, 5, 17), date(2021, 5, 24)
CASES = Path("cases") / "bacgiang_commune_daily_to_2021-05-24.csv"
RUN = 0.43  # part of the samples of the rounds ordered (their shares are assumed) that the laboratories of May could run
LODGED = 20_000  # places at each park: those who came back were lodged, whatever the pack knows of places
DONE = "done"
DOMINATES = (
    "Which plan dominates *{name}*: no worse on all four of cases, value added lost, household income lost and outbreak "
    "spending, and better on one, in how many of the fresh worlds; by model structure; and with compliance halved (every "
    "multiplier of contacts that rests on people keeping to an order moved half of the way to 1, costs and closures as they are):"
)
Worlds = Sequence[World]
Outcomes = Mapping[str, list[Outcome]]


@dataclass
class Effort:
    """How much is computed: about seven minutes a night on two cores, or a try at small numbers."""

    rules: int = 600
    worlds: int = 12
    fresh: int = 100
    histories: int | None = None


EFFORT = Effort()


def _quiet(done: int, total: int, stage: str) -> None:
    """Report nothing."""


@lru_cache(maxsize=1)
def line_list() -> LineList | None:
    """Return the cases by commune and day, read in place; None where the real data is not there."""
    file = shared_data() / CASES
    return read_line_list(file, setting(EXAMPLE).pack, None) if file.exists() else None


@dataclass(frozen=True)
class Night:
    """One decision: the search, and the named plans run again on its fresh worlds, as drawn and with compliance halved.

    ``names`` says what each plan is called on the page, ``dominant`` which plans were compared.
    """

    document: dict[str, Any]
    plans: Mapping[str, Plan]
    names: Mapping[str, str]
    question: Question
    structure: NDArray[np.str_]
    outcomes: Outcomes
    halved: Outcomes


@lru_cache(maxsize=2)
def night(as_of: date) -> Night:
    """Search, and run the named plans and what was done on the fresh worlds of the search."""
    small = sha256(repr(EFFORT).encode())[:8]
    document = search(
        EXAMPLE,
        as_of,
        seed=SEED,
        n_rules=EFFORT.rules,
        n_worlds=EFFORT.worlds,
        n_fresh=EFFORT.fresh,
        n_histories=EFFORT.histories,
        lines=line_list(),
        state_file=cache("searches") / f"evidence-{as_of}-{small}.json",
    )
    plans = {
        row["slug"]: replace(
            parse_plan(row["plan_toml"], slug=row["slug"]), reference=row["plan"]["reference"]
        )
        for row in document["named"]
    }
    names = {row["slug"]: f"{row['letter'] or '·'} {row['name']['en']}" for row in document["named"]}
    if as_of == REOPENING:
        plans[DONE] = as_it_was_done(as_of)
        names[DONE] = "What was done (hindsight)"
    fresh = world_set(
        EXAMPLE,
        as_of,
        fresh_seed(SEED),
        EFFORT.fresh,
        EFFORT.histories,
        -1,
        _quiet,
        lambda: False,
        line_list(),
    )
    question = Question.of(EXAMPLE, as_of, DAYS, OBJECTIVES, Ceilings())

    def run(worlds: Worlds) -> Outcomes:
        return run_ensemble(question.ensemble(plans), worlds, -1, _quiet, lambda: False, "plans")

    return Night(
        document,
        plans,
        names,
        question,
        structures(fresh.worlds),
        run(fresh.worlds),
        run([halved_compliance(world) for world in fresh.worlds]),
    )


def as_it_was_done(as_of: date) -> Plan:
    """Return the orders that were given after a date as a plan, with the ends that orders in force then had.

    That is hindsight, and no plan to choose from. A document that came later is replaced by one that could carry the
    measure on the date, since no plan of that date can rest on it.
    """
    pack = setting(EXAMPLE).pack
    policies = read_policies(pack.policy_set)
    tomorrow = as_of + timedelta(days=1)
    measures: list[Measure] = []
    for order in history_of(pack).measures:
        if order.until is not None and order.until < tomorrow:
            continue
        begins = max(order.begins or tomorrow, tomorrow)
        basis = tuple(
            paper
            for paper in order.legal_basis
            if policies.documents[paper].valid_from <= as_of and policies.documents[paper].is_valid(begins)
        ) or tuple(
            paper.id
            for paper in documents_in_force(policies, order.kind, begins)
            if paper.valid_from <= as_of
        )
        known: dict[str, Any] = {
            "id": None,
            "begins": begins,
            "legal_basis": basis,
            "source": None,
            "confidence": None,
        }
        if getattr(order, "mode", None) in ("on_site", "two_points"):
            known["extra_lodging_places"] = LODGED
        if isinstance(order, Sampling):
            known["share"] = order.share * RUN
        measures.append(order.model_copy(update=known))
    return Plan(
        DONE,
        Text("Những gì đã làm", "What was done"),
        Text("Các lệnh như đã ban hành sau ngày này.", "The orders as they were given after this date."),
        tuple(measures),
        lifts=("*",),
    )


def the_night(folder: Path) -> Section:
    """Show the front of 17 May with the decision of that night on it."""
    found = night(NIGHT)
    (decided,) = [slug for slug, plan in found.plans.items() if plan.decided]
    return _section(folder, found, decided, "The night of 17 May 2021", "night")


def the_reopening(folder: Path) -> Section:
    """Show the front of 26 May with what was done afterwards on it."""
    return _section(folder, night(REOPENING), DONE, "Reopening from 26 May 2021", "reopening")


def _section(folder: Path, found: Night, chosen: str, title: str, name: str) -> Section:
    document = found.document
    _draw(folder, found, chosen, name)
    adoptable = [slug for slug, plan in found.plans.items() if not plan.reference]
    beaten = _beaters(found.outcomes, adoptable, chosen, found.structure)
    weaker = _beaters(found.halved, adoptable, chosen, found.structure)
    parts = [
        _opening(document),
        picture(folder, name, f"{title}: cases against value added lost, rules of the front and named plans"),
        _plans_table(found),
        DOMINATES.format(name=found.names[chosen]),
        _dominance_table(found, beaten, weaker),
        _statement(found, chosen, beaten, weaker),
        "Rules of the front, least value added lost first; means on the fresh worlds:",
        _front_table(document),
    ]
    text = "\n\n".join(parts)
    stayed = sum(row["still_on_front"] for row in document["front"])
    best = max(beaten.values(), key=lambda row: row["share_of_worlds"])
    result = f"at most {best['share_of_worlds']:.0%} of the fresh worlds ({found.names[best['plan']]})"
    line = Line(f"a plan that dominates: {found.names[chosen]}", result, SHOWN)
    front = Line("rules that stay on the front", f"{stayed} of {len(document['front'])}", SHOWN)
    return Section(title, text, (line, front))


def _opening(document: Mapping[str, Any]) -> str:
    stayed = sum(row["still_on_front"] for row in document["front"])
    kept = sum(row["limits_kept"] for row in document["front"])
    return (
        f"Decided on what was known by {document['as_of']}: {document['rules_tried']:,} rules in "
        f"{document['n_worlds']} worlds; the front of {len(document['front'])} tested on "
        f"{document['fresh']['n_worlds']} fresh worlds (other pasts, other luck). "
        f"{stayed} of its rules stay on the front there, {kept} keep every limit (beds, intensive care, places, "
        f"laboratory, lodging) in at least half of these worlds. Both models are counted to "
        f"{document['epidemic_until']}, all plans under one reopening rule. "
        "Outbreak spending holds policing, tracing, sampling, tests, quarantine places and support; lodging and other "
        "costs that orders put on firms are taken off value added; households lose what they are not paid."
    )


def _beaters(
    outcomes: Outcomes, adoptable: Sequence[str], chosen: str, structure: NDArray[np.str_]
) -> dict[str, dict[str, Any]]:
    """Return in which share of the worlds each plan dominates the chosen one."""
    pairs = dominance(outcomes, adoptable, OBJECTIVES, structure)
    return {row["plan"]: row for row in pairs if row["other"] == chosen}


def _statement(found: Night, chosen: str, beaten: Mapping[str, Any], weaker: Mapping[str, Any]) -> str:
    """Say which plans dominate in most worlds, under which structures, and whether that outlives halved compliance."""
    most = [slug for slug, row in beaten.items() if row["share_of_worlds"] > 0.5]
    if not most:
        return (
            f"**No plan dominates “{found.names[chosen]}” in more than half of the worlds of our model**: what is gained on one "
            "goal is paid for on another, and the choice between them is the committee's."
        )
    told = []
    for slug in most:
        row, less = beaten[slug], weaker[slug]
        under = [name for name, share in row["by_structure"].items() if share > 0.5]
        holds = "still does" if less["share_of_worlds"] > 0.5 else "no longer does"
        limits = judge_outcomes(found.question, found.outcomes[slug])
        feasible = "keeps every limit" if (limits.violations <= 0).all() else "passes a limit itself"
        told.append(
            f"**{found.names[slug]}** does in {row['share_of_worlds']:.0%} of the worlds of our model, in most worlds of the "
            f"structures {', '.join(under) or 'none'}; it {holds} with compliance halved ({less['share_of_worlds']:.0%}); it "
            f"{feasible}."
        )
    return "More than half of the worlds: " + " ".join(told)


def _plans_table(found: Night) -> str:
    names = ("cases_total", "deaths", *OBJECTIVES[1:])
    head = ["plan, mean and 90% interval", *(f"{BY_ID[n].name.en} ({BY_ID[n].unit.en})" for n in names)]
    head += ["guards a day, most", "no limit passed"]
    rows = []
    for slug in found.plans:
        runs = found.outcomes[slug]
        cells = [_spread(totals(runs, name)) for name in names]
        guards = np.array([outcome.staff_days[:, STAFF.index("guards")].max() for outcome in runs])
        share = judge_outcomes(found.question, runs).feasible_share
        rows.append([found.names[slug], *cells, f"{guards.mean():,.0f}", f"{share:.0%}"])
    return table(head, rows)


def _spread(values: NDArray[np.float64]) -> str:
    low, high = np.quantile(values, (0.05, 0.95))
    return f"{values.mean():,.0f} ({low:,.0f} to {high:,.0f})"


def _dominance_table(found: Night, beaten: Mapping[str, Any], weaker: Mapping[str, Any]) -> str:
    kinds = sorted(set(found.structure.tolist()))
    head = ["plan", "fresh worlds", *(f"structure {kind}" for kind in kinds), "compliance halved"]
    return table(
        head,
        [
            [
                found.names[slug],
                f"{row['share_of_worlds']:.0%}",
                *(f"{row['by_structure'][kind]:.0%}" for kind in kinds),
                f"{weaker[slug]['share_of_worlds']:.0%}",
            ]
            for slug, row in beaten.items()
        ],
    )


def _front_table(document: Mapping[str, Any]) -> str:
    head = [
        "rule",
        *(BY_ID[name].name.en.lower() for name in OBJECTIVES),
        "stays",
        "no limit passed",
        "what it orders",
    ]
    order = sorted(document["front"], key=lambda row: row["fresh"]["value_added_lost_vnd_bn"]["mean"])
    return table(
        head,
        [
            [
                row["id"].removeprefix("rule-"),
                *(f"{row['fresh'][name]['mean']:,.0f}" for name in OBJECTIVES),
                "yes" if row["still_on_front"] else "no",
                f"{row['feasible_share']:.0%}",
                row["summary"]["en"],
            ]
            for row in order
        ],
    )


def _draw(folder: Path, found: Night, chosen: str, name: str) -> None:
    figure, (axes,) = panels(1, width=7.2, height=4.4)
    cases, lost = (
        [row["fresh"][which]["mean"] for row in found.document["front"]]
        for which in ("cases_total", "value_added_lost_vnd_bn")
    )
    axes.scatter(cases, lost, s=14, color=GREY, label="rules of the front")
    for slug, plan in found.plans.items():
        x, y = (totals(found.outcomes[slug], which) for which in ("cases_total", "value_added_lost_vnd_bn"))
        colour = RED if slug == chosen else ORANGE if plan.reference else BLUE
        middle = (float(x.mean()), float(y.mean()))
        across, up = np.quantile(x, (0.05, 0.95)), np.quantile(y, (0.05, 0.95))
        axes.plot(across, [middle[1]] * 2, color=colour, linewidth=0.8, alpha=0.6)
        axes.plot([middle[0]] * 2, up, color=colour, linewidth=0.8, alpha=0.6)
        axes.scatter(*middle, s=30, color=colour, zorder=3)
        axes.annotate(
            found.names[slug].split()[0] if slug != DONE else "done",
            middle,
            xytext=(5, 5),
            textcoords="offset points",
        )
    axes.set(
        xscale="log", xlabel=f"cases to {found.document['epidemic_until']}", ylabel="value added lost, bn VND"
    )
    axes.legend()
    save(figure, folder, name)
