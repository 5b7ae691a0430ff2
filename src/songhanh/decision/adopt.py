"""What a decided plan is kept with, so that anybody can run it again to the same numbers.

A record (schema `songhanh-decided/1`) holds everything that the numbers are a function of: the plan, the pack, the
evening, the worlds, the seed, the rules and the version of the models. Run again, it either gives the same bytes or
says what differs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from songhanh import __version__
from songhanh.core.canonical import json_bytes, sha256
from songhanh.core.errors import Fault, SonghanhError
from songhanh.core.fingerprint import models
from songhanh.core.text import Text
from songhanh.decision.capacities import capacities_on
from songhanh.decision.describe import describe_plan
from songhanh.joint.ensemble import Ensemble, Report, Stop, run_ensemble, schedule
from songhanh.joint.horizon import Horizon, Limits
from songhanh.joint.horizon import table as joint_table
from songhanh.joint.setting import Setting, setting
from songhanh.measures import Plan, parse_plan
from songhanh.twin.lines import LineList
from songhanh.twin.worlds import WorldSet, world_set

SCHEMA = "songhanh-decided/1"
# What a plan does by itself; its rank among others depends on those others and is no part of it.
KEPT = (
    "outcomes", "daily", "areas", "sectors", "jobs_by_cause", "points", "feasible", "infeasible", "staff_days",
    "restricted_for", "crops",
)  # fmt: skip
SPREAD = ("mean", "p05", "p50", "p95", "cvar90")
INPUTS = ("pack", "policies", "models", "version", "line_list", "world_set", "plan")
NAMES = {
    "pack": Text("gói dữ liệu tỉnh", "the province pack"),
    "policies": Text("bộ quy định", "the set of rules"),
    "models": Text("mã và bảng tham số của mô hình", "the models' code and tables"),
    "version": Text("phiên bản chương trình", "the version of the program"),
    "line_list": Text("danh sách ca bệnh", "the line list"),
    "world_set": Text("bộ kịch bản", "the set of worlds"),
    "plan": Text("phương án", "the plan"),
}


def _quiet(done: int, total: int, stage: str) -> None:
    """Report nothing."""


def _never() -> bool:
    return False


@dataclass(frozen=True)
class Rerun:
    """What running a record again gave.

    Attributes
    ----------
    same
        Whether the numbers are the same, byte for byte.
    changed
        Inputs that are not those of the record (ids of `INPUTS`), with what they were and are.
    numbers
        Indicators whose mean differs, with what it was and is.
    results
        The numbers of now.
    """

    same: bool
    changed: Mapping[str, tuple[str, str]]
    numbers: Mapping[str, tuple[float, float]]
    results: Mapping[str, Any]

    def in_words(self) -> list[Text]:
        """Return the verdict in sentences."""
        if self.same and not self.changed:
            return [Text("Chạy lại cho đúng các con số đã lưu.", "Run again, it gives the same numbers.")]
        lines = [
            Text(
                f"Khác bản ghi: {NAMES[what].vi} (khi quyết định {was}, nay {now}).",
                f"Not as recorded: {NAMES[what].en} (decided with {was}, now {now}).",
            )
            for what, (was, now) in self.changed.items()
        ]
        if self.same:
            lines.append(Text("Các con số vẫn đúng như đã lưu.", "The numbers are the same all the same."))
            return lines
        lines += [
            Text(
                f"{name}: trung bình {was:,.6g} nay là {now:,.6g}.",
                f"{name}: mean {was:,.6g} is now {now:,.6g}.",
            )
            for name, (was, now) in self.numbers.items()
        ]
        if not self.numbers:
            lines.append(
                Text(
                    "Trung bình không đổi, nhưng số liệu chi tiết khác.",
                    "No mean differs, but figures behind them do.",
                )
            )
        return lines


def record(
    pack_ref: str | Path,
    as_of: date,
    plan: Plan,
    seed: int = 1,
    n_worlds: int = 100,
    n_histories: int | None = None,
    n_jobs: int = -1,
    on_progress: Report = _quiet,
    should_stop: Stop = _never,
    lines: LineList | None = None,
) -> dict[str, Any]:
    """Run a plan and return the record that it is kept with (schema `songhanh-decided/1`).

    Raises
    ------
    SonghanhError
        If the pack, the plan or the date is at fault.
    Cancelled
        If ``should_stop`` said so.
    """
    ground, worlds, results = _run(
        str(pack_ref), as_of, plan, seed, n_worlds, n_histories, n_jobs, on_progress, should_stop, lines
    )
    return {
        "schema": SCHEMA,
        **_inputs(ground, plan, worlds, _until(lines, as_of)),
        "pack_id": ground.pack.id,
        "pack_name": ground.pack.name.as_dict(),
        "policy_set": ground.pack.policy_set,
        "as_of": as_of.isoformat(),
        "seed": seed,
        "n_worlds": n_worlds,
        "n_histories": n_histories,
        "slug": plan.slug,
        "name": plan.name.as_dict(),
        "plan_toml": plan.canonical().decode(),
        "results": results,
        "results_sha256": sha256(json_bytes(results)),
    }


def results_of(described: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a described plan (of an evaluation) does by itself, which is what a record keeps."""
    kept = {key: described[key] for key in KEPT}
    kept["outcomes"] = {
        name: {part: values[part] for part in SPREAD} for name, values in described["outcomes"].items()
    }
    rounded: dict[str, Any] = json.loads(json_bytes(kept))
    return rounded


def rerun(
    kept: Mapping[str, Any],
    pack_ref: str | Path,
    n_jobs: int = -1,
    on_progress: Report = _quiet,
    should_stop: Stop = _never,
    lines: LineList | None = None,
) -> Rerun:
    """Run a record again and compare.

    Parameters
    ----------
    kept
        A record.
    pack_ref
        Where its pack lies now; another one than that of the record is run and told.
    lines
        The line list that the worlds were calibrated to, if they were; another one is run and told. It is not part of
        the record.

    Raises
    ------
    SonghanhError
        If the record is malformed or was changed by hand, or the pack or the date is at fault.
    Cancelled
        If ``should_stop`` said so.
    """
    demand_whole(kept)
    if kept["line_list"] and lines is None:
        fault = Fault(
            "decided.lines",
            f"The plan was decided on the line list {_short(kept['line_list'])}, which is not given.",
            "Give the line list of that evening.",
            parameter="--cases",
        )
        raise SonghanhError(fault)
    as_of = date.fromisoformat(kept["as_of"])
    plan = parse_plan(kept["plan_toml"], kept["slug"], f"{kept['slug']}.toml")
    ground, worlds, results = _run(
        str(pack_ref),
        as_of,
        plan,
        kept["seed"],
        kept["n_worlds"],
        kept["n_histories"],
        n_jobs,
        on_progress,
        should_stop,
        lines,
    )
    now = _inputs(ground, plan, worlds, _until(lines, as_of))
    before, after = kept["results"]["outcomes"], results["outcomes"]
    return Rerun(
        same=sha256(json_bytes(results)) == kept["results_sha256"],
        changed={name: (_short(kept[name]), _short(now[name])) for name in INPUTS if kept[name] != now[name]},
        numbers={
            name: (before[name]["mean"], after[name]["mean"])
            for name in sorted(before.keys() & after.keys())
            if before[name]["mean"] != after[name]["mean"]
        },
        results=results,
    )


def demand_whole(kept: Mapping[str, Any]) -> None:
    """Refuse what is not a record, or one that is not as it was written.

    Raises
    ------
    SonghanhError
        If a field is missing or of the wrong kind, or plan or results are not those of their hashes.
    """
    kinds = {"as_of": str, "seed": int, "n_worlds": int, "slug": str, "plan_toml": str, "results": dict,
             "results_sha256": str, **dict.fromkeys(INPUTS, str)}  # fmt: skip
    if kept.get("schema") != SCHEMA:
        raise _malformed(f"This is not a record of a decided plan but {kept.get('schema')!r}.", "schema")
    for name, kind in kinds.items():
        if not isinstance(kept.get(name), kind):
            raise _malformed(f"The field {name!r} is missing or not a {kind.__name__}.", name)
    if not isinstance(kept.get("n_histories"), int | None):
        raise _malformed("The field 'n_histories' is not a whole number.", "n_histories")
    if kept["n_worlds"] < 1 or (kept["n_histories"] is not None and kept["n_histories"] < 1):
        raise _malformed("The worlds and histories are not at least 1.", "n_worlds")
    try:
        date.fromisoformat(kept["as_of"])
    except ValueError:
        raise _malformed(f"{kept['as_of']!r} is not a date.", "as_of") from None
    if not isinstance(kept["results"].get("outcomes"), dict):
        raise _malformed("The results hold no outcomes.", "results")
    if sha256(json_bytes(kept["results"])) != kept["results_sha256"]:
        raise _malformed("The results are not those that were written.", "results_sha256")
    if parse_plan(kept["plan_toml"], kept["slug"]).id != kept["plan"]:
        raise _malformed("The plan is not the one that was decided.", "plan_toml")


def _malformed(message: str, field: str) -> SonghanhError:
    return SonghanhError(
        Fault(
            "decided.record",
            message,
            "Give a record as `songhanh decided` wrote it, unchanged.",
            column=field,
        )
    )


def _run(
    reference: str,
    as_of: date,
    plan: Plan,
    seed: int,
    n_worlds: int,
    n_histories: int | None,
    n_jobs: int,
    on_progress: Report,
    should_stop: Stop,
    lines: LineList | None,
) -> tuple[Setting, WorldSet, dict[str, Any]]:
    ground = setting(reference)
    horizon_days = int(joint_table().defaults()["epidemic_horizon_days"])
    horizon = Horizon.of(ground.pack.outbreak_from, as_of, horizon_days)
    orders = schedule(reference, as_of, plan, False)  # a faulty plan is found before the long work
    worlds = world_set(reference, as_of, seed, n_worlds, n_histories, n_jobs, on_progress, should_stop, lines)
    ensemble = Ensemble(reference, as_of, horizon_days, ((plan.slug, plan),), Limits.standard())
    outcomes = run_ensemble(ensemble, worlds.worlds, n_jobs, on_progress, should_stop, "worlds")[plan.slug]
    capacities = capacities_on(ground.pack, as_of)
    return ground, worlds, results_of(describe_plan(plan, orders, outcomes, ground, capacities, horizon))


def _until(lines: LineList | None, as_of: date) -> str:
    """Return the id of what was known of a line list on the evening; empty without one."""
    return "" if lines is None else lines.until(as_of).id


def _inputs(ground: Setting, plan: Plan, worlds: WorldSet, line_list: str) -> dict[str, str]:
    return {
        "pack": ground.pack.hash,
        "policies": policies_hash(ground.pack.policy_set),
        "models": models(),
        "version": __version__,
        "line_list": line_list,
        "world_set": worlds.id,
        "plan": plan.id,
    }


def policies_hash(policy_set: str) -> str:
    """Return a hash of the tables of a policy set, file by file."""
    folder = files("songhanh.response") / "policies" / policy_set
    tables = sorted(
        (entry.name, entry.read_bytes()) for entry in folder.iterdir() if entry.name.endswith(".csv")
    )
    return sha256(*(part for name, content in tables for part in (name.encode(), content)))


def _short(value: str) -> str:
    """Return a hash as its first letters, anything else in full."""
    return value[:12] if len(value) == 2 * hashlib.sha256().digest_size else value
