"""Worlds that agree with what is known on an evening: bulletins, and the line list if there is one.

A world keeps the history that agrees (same parameters, same luck up to the as-of day) and gets a luck of its own
afterwards, so that two worlds with one past have two futures. Under a line list worlds follow several structures of the
model, and the data say how many follow each. With too little data worlds are drawn from the prior and marked.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
from joblib import delayed
from numpy.typing import NDArray

from songhanh.core.canonical import json_bytes, sha256
from songhanh.core.days import day_of
from songhanh.core.fingerprint import models
from songhanh.core.home import cache
from songhanh.core.rng import derived_seed
from songhanh.core.text import Text
from songhanh.joint.ensemble import Report, Stop, in_parallel
from songhanh.joint.setting import Setting, setting
from songhanh.joint.world import PLACES, STRUCTURES, World
from songhanh.twin.evidence import Count, published_counts
from songhanh.twin.histories import History, past_counts
from songhanh.twin.line_evidence import LineEvidence, line_evidence
from songhanh.twin.lines import LineList
from songhanh.twin.prior import prior
from songhanh.twin.sampler import Sampler
from songhanh.twin.table import table


@dataclass(frozen=True)
class WorldSet:
    """Equally likely worlds, and how they were come by.

    Attributes
    ----------
    id
        Hash of the pack, the published counts, the as-of date, the models, the seed and the numbers asked for.
    worlds
        The worlds, ready to run.
    closest
        The history that agrees best with the counts: the synthetic line list is taken from it.
    n_histories, n_distinct
        Histories drawn from the prior, and how many different ones the worlds come from in the end.
    power
        Power of the likelihood that was reached: 1 if the counts are fully taken into account.
    counts, simulated
        What was published, and the (W, K) counts of the worlds at the same places and days.
    simulated_total
        (W,) cases of the province announced by the as-of date.
    structures
        Structures of the model that worlds may follow.
    structure_shares
        Share of the worlds that follows each.
    from_prior
        Whether nothing was known to calibrate to: worlds are draws of the prior.
    note
        What to know about how they were come by, if anything.
    lines
        What was compared with a line list, if one was: observed counts over stretches of days.
    """

    id: str
    worlds: tuple[World, ...]
    closest: World
    n_histories: int
    n_distinct: int
    power: float
    counts: tuple[Count, ...]
    simulated: NDArray[np.float64]
    simulated_total: NDArray[np.float64]
    structures: tuple[str, ...] = (PLACES,)
    structure_shares: Mapping[str, float] = field(default_factory=lambda: {PLACES: 1.0})
    from_prior: bool = False
    note: Text | None = None
    lines: LineEvidence | None = None


FEW_CASES = Text(
    "Danh sách ca bệnh có quá ít ca ({cases}, cần ít nhất {least}) để hiệu chỉnh mô hình; các kịch bản theo số liệu đã công bố.",
    "The line list holds too few cases ({cases}, at least {least} are needed) to calibrate the model to it; worlds follow "
    "the published counts.",
)
NO_DATA = Text(
    "Chưa có đủ số liệu để hiệu chỉnh mô hình: các kịch bản lấy từ phân bố tiên nghiệm và được đánh dấu như vậy.",
    "There are too few data to calibrate the model to: worlds are drawn from the prior, and marked so.",
)


def world_set(
    pack_ref: str,
    as_of: date,
    seed: int,
    n_worlds: int,
    n_histories: int | None,
    n_jobs: int,
    report: Report,
    should_stop: Stop,
    lines: LineList | None = None,
    anew: bool = False,
) -> WorldSet:
    """Return worlds that agree with what is known; the histories are kept on disk for the next question.

    Parameters
    ----------
    lines
        Line list to calibrate to, with the bulletins of single clusters; rows after the as-of date are not read. By
        default the bulletins alone.
    anew
        Whether to draw histories although an earlier question kept them.

    Raises
    ------
    SonghanhError
        If the pack is malformed or the date lies outside the outbreak.
    Cancelled
        If ``should_stop`` says so.
    """
    ground = setting(pack_ref)
    total = int(table().defaults()["n_histories"]) if n_histories is None else n_histories
    asked = _question(ground, as_of, lines)
    counts, evidence, structures = asked.counts, asked.lines, asked.structures
    known = prior(pack_ref, as_of, structures)
    identity = {
        "pack": ground.pack.hash,
        "counts": [[c.place_id, c.day, c.value] for c in counts],
        "as_of": as_of.isoformat(),
        "models": models(),
        "seed": seed,
        "n": total,
    }
    if lines is not None:
        identity |= {"lines": evidence.id if evidence else "", "structures": list(structures)}
    name = sha256(json_bytes(identity))
    kept = None if anew else _read(name)
    if kept is None:
        sampler = Sampler(pack_ref, as_of, counts, seed, n_jobs, report, should_stop, evidence, structures)
        kept = sampler.sample(total)
        _write(name, *kept)
    histories, power = kept
    chosen = _spaced(histories, n_worlds)
    redrawn = known.points(n_worlds, int(derived_seed("anew", seed)))
    worlds = tuple(
        replace(
            known.world(np.where(known.silent, redrawn[number], history.point), history.luck, number),
            future_luck=int(derived_seed("future", seed, number)),
        )
        for number, history in enumerate(chosen)
    )
    best = max(histories, key=lambda history: history.score)
    total_too = (*counts, Count("*", day_of(ground.pack.outbreak_from, as_of), 0.0, ""))
    simulated = _simulated(pack_ref, as_of, total_too, worlds, n_jobs)
    return WorldSet(
        id=sha256(name.encode(), str(n_worlds).encode()),
        worlds=worlds,
        closest=known.world(best.point, best.luck, 0),
        n_histories=total,
        n_distinct=len({history.luck for history in chosen}),
        power=power,
        counts=counts,
        simulated=simulated[:, :-1],
        simulated_total=simulated[:, -1],
        structures=structures,
        structure_shares={
            structure: sum(world.structure == structure for world in worlds) / n_worlds
            for structure in structures
        },
        from_prior=asked.from_prior,
        note=asked.note,
        lines=evidence,
    )


@dataclass(frozen=True, eq=False)
class _Question:
    """What worlds are calibrated to."""

    counts: tuple[Count, ...]
    lines: LineEvidence | None
    structures: tuple[str, ...]
    note: Text | None

    @property
    def from_prior(self) -> bool:
        return not self.counts and self.lines is None


def _question(ground: Setting, as_of: date, lines: LineList | None) -> _Question:
    """Choose what is known: the line list with bulletins of clusters, else bulletins, else nothing."""
    counts = tuple(published_counts(ground.pack, as_of))
    if lines is None:
        return _Question(counts, None, (PLACES,), None if counts else NO_DATA)
    evidence = line_evidence(ground, lines, as_of)
    if evidence is not None:  # the list says by day what the bulletins say of the province
        clusters = tuple(count for count in counts if count.place_id != "*")
        return _Question(clusters, evidence, STRUCTURES, None)
    cases, least = int(lines.until(as_of).accepted["cases"].sum()), int(table().defaults()["fit_min_cases"])
    note = FEW_CASES.format(cases=cases, least=least) if counts else NO_DATA
    return _Question(counts, None, STRUCTURES, note)


def _spaced(histories: Sequence[History], n: int) -> list[History]:
    """Return n histories, evenly spaced among those there are."""
    if n < len(histories):
        return [histories[index] for index in np.linspace(0, len(histories), n, endpoint=False).astype(int)]
    return [histories[number % len(histories)] for number in range(n)]


def _simulated(
    pack_ref: str, as_of: date, counts: tuple[Count, ...], worlds: Sequence[World], n_jobs: int
) -> NDArray[np.float64]:
    """Return (W, K) the counts of the worlds at the places and days that were published."""
    jobs = (delayed(past_counts)(pack_ref, as_of, counts, world) for world in worlds)
    return np.array(list(in_parallel(jobs, n_jobs)))


def _read(name: str) -> tuple[list[History], float] | None:
    path = cache("histories") / f"{name[:32]}.npz"
    if not path.is_file():
        return None
    with np.load(path) as kept:
        rows = zip(kept["points"], kept["lucks"], kept["counts"], kept["scores"], strict=True)
        histories = [History(point, int(luck), counts, float(score)) for point, luck, counts, score in rows]
        return histories, float(kept["power"])


def _write(name: str, histories: list[History], power: float) -> None:
    folder = cache("histories")
    temporary = folder / f".{name[:32]}.{os.getpid()}.npz"
    np.savez(
        temporary,
        points=np.array([history.point for history in histories]),
        lucks=np.array([history.luck for history in histories], np.uint64),
        counts=np.array([history.counts for history in histories]),
        scores=np.array([history.score for history in histories]),
        power=power,
    )
    temporary.replace(folder / f"{name[:32]}.npz")
