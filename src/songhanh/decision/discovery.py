"""In which worlds a plan fails: control lost or a ceiling broken, and what those worlds have in common, if anything.

Scenario discovery (Bryant and Lempert 2010, doi 10.1016/j.techfore.2009.08.002) by boxes of `songhanh.decision.prim` in
the parameters that worlds differ in. Worlds that share a past share what the past decides; they are dealt together
when chance is judged, or a few pasts would pass for many worlds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from songhanh.core.rng import derived_seed
from songhanh.core.text import Text
from songhanh.decision.capacities import table
from songhanh.decision.ceilings import Ceilings
from songhanh.decision.parameter_names import name_of
from songhanh.decision.prim import Box, Deal, Rules, chance_of_box, find_box
from songhanh.decision.robustness import structures
from songhanh.joint.horizon import table as joint_table
from songhanh.joint.outcome import Outcome
from songhanh.joint.world import BEHAVIOUR, PLACES, UNSEEN, World
from songhanh.twin.prior import tables

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
STRUCTURE_NAMES = {
    PLACES: Text("lây theo nơi tiếp xúc", "contagion by place"),
    BEHAVIOUR: Text(
        "người dân tự giảm tiếp xúc khi có ca", "people keep apart by themselves when there are cases"
    ),
    UNSEEN: Text("nhiều chuỗi lây không được phát hiện", "more chains go unseen"),
}


@dataclass(frozen=True, eq=False)
class Dimension:
    """One thing that worlds differ in: (W,) values, and what it is called; ``is_kind`` marks a yes or no."""

    id: str
    name: Text
    unit: str
    values: Floats
    is_kind: bool = False


def failing(outcomes: Sequence[Outcome], ceilings: Ceilings) -> Flags:
    """Return (W,) in which worlds control is lost or a ceiling is broken."""
    failed = np.array([outcome.control_lost_on >= 0 for outcome in outcomes], np.bool_)
    for kept in ceilings.meets(outcomes).values():
        failed |= ~kept
    return failed


def fails_when(
    outcomes: Sequence[Outcome],
    worlds: Sequence[World],
    ceilings: Ceilings = Ceilings(),  # noqa: B008  (frozen: nobody can change the default)
    seed: int = 1,
) -> dict[str, Any]:
    """Say in which worlds a plan fails, as boxes of their parameters.

    Parameters
    ----------
    outcomes, worlds
        Of one plan, in the same order.
    ceilings
        Without any, only the loss of control is a failure.
    seed
        Of the shuffles that chance is judged by.

    Returns
    -------
    dict
        ``share_failing``, ``n_worlds``, ``n_failing``, ``n_pasts``, ``boxes`` (``conditions``, ``coverage``, ``density``, ``n``,
        ``chance``) and a ``note`` in words, which says so where nothing is found.
    """
    return describe_failures(failing(outcomes, ceilings), worlds, seed)


def describe_failures(failed: Flags, worlds: Sequence[World], seed: int) -> dict[str, Any]:
    """Return what `fails_when` does, for worlds whose failure is known, (W,)."""
    values = table().defaults()
    n, n_failing = len(failed), int(failed.sum())
    n_pasts = len({world.luck for world in worlds})
    least = max(int(values["discovery_least_worlds"]), int(values["discovery_least_share"] * n))
    most = int(values["discovery_most_dimensions"])
    rules = Rules(values["discovery_peel_share"], least, values["discovery_chance"], most)
    boxes: list[tuple[Box, float]] = []
    dimensions: list[Dimension] = []
    if min(n_failing, n - n_failing) >= least:
        dimensions = dimensions_of(worlds)
        boxes = _boxes(dimensions, failed, worlds, rules, seed)
    return {
        "share_failing": n_failing / max(n, 1),
        "n_worlds": n,
        "n_failing": n_failing,
        "n_pasts": n_pasts,
        "boxes": [_shown(box, chance, dimensions) for box, chance in boxes],
        "note": _note(n, n_failing, n_pasts, least, [box for box, _ in boxes]).as_dict(),
    }


def dimensions_of(worlds: Sequence[World]) -> list[Dimension]:
    """Return what some worlds differ in: parameters, infections brought in, and model structures."""
    rooms = tables()
    found = []
    for room, rows in (
        ("epidemic", rooms.epidemic),
        ("effects", rooms.effects),
        ("economy", rooms.economy),
        ("joint", joint_table()),
    ):
        drawn = [getattr(world, room) for world in worlds]
        for row in rows:
            values = np.array([float(values.get(row.name, row.default)) for values in drawn])
            found.append(Dimension(f"{room}.{row.name}", name_of(row), row.unit, values))
    imported = np.array([float(len(world.imports)) for world in worlds])
    first = np.array([float(world.imports[:, 1].min()) if len(world.imports) else 0.0 for world in worlds])
    brought = Text("số người mang mầm bệnh vào", "people who brought the infection in")
    since = Text(
        "ngày đầu tiên có người mang mầm bệnh vào (ngày thứ mấy của đợt dịch)",
        "first day of an introduction",
    )
    found.append(Dimension("imports.n", brought, "people", imported))
    found.append(Dimension("imports.first_day", since, "days from the start of the outbreak", first))
    kinds = structures(worlds)
    for structure in sorted(set(kinds.tolist())):
        is_it = (kinds == structure).astype(np.float64)
        called = STRUCTURE_NAMES.get(structure, Text(structure, structure))
        name = Text(f"cấu trúc mô hình “{called.vi}”", f"model structure “{called.en}”")
        found.append(Dimension(f"structure.{structure}", name, "", is_it, is_kind=True))
    return [one for one in found if one.values.min() < one.values.max()]


def _boxes(
    dimensions: Sequence[Dimension], failed: Flags, worlds: Sequence[World], rules: Rules, seed: int
) -> list[tuple[Box, float]]:
    """Return boxes that are more than chance, one after the other, each among the worlds outside those before it."""
    values = table().defaults()
    points = np.stack([one.values for one in dimensions], axis=1)
    luck = np.array([world.luck for world in worlds], np.uint64)
    left = np.arange(len(worlds))
    found: list[tuple[Box, float]] = []
    while len(found) < int(values["discovery_most_boxes"]):
        here, hit = points[left], failed[left]
        if min(int(hit.sum()), int((~hit).sum())) < rules.least:
            break
        box = find_box(here, hit, rules)
        if not len(box.limited):
            break
        deals = _deals(here, luck[left], int(values["discovery_shuffles"]), seed)
        chance = chance_of_box(here, hit, box, rules, deals)
        if chance > rules.chance:
            break
        found.append((_among_all(box, left, failed), chance))
        left = left[~box.inside]
    return found


def _among_all(box: Box, left: NDArray[np.intp], failed: Flags) -> Box:
    """Return a box with its points and its coverage counted among all worlds."""
    inside = np.zeros(len(failed), np.bool_)
    inside[left[box.inside]] = True
    hits = int((failed & inside).sum())
    return Box(box.low, box.high, inside, hits / int(failed.sum()), hits / int(inside.sum()))


def _deals(points: Floats, luck: NDArray[np.uint64], rounds: int, seed: int) -> list[Deal]:
    """Deal rows anew: what worlds of one past have in common by pasts, everything else by worlds."""
    random = np.random.default_rng(int(derived_seed("discovery", seed)))
    pasts, first, which = np.unique(luck, return_index=True, return_inverse=True)
    shared = (points == points[first][which]).all(axis=0)
    by_past = np.stack([first[random.permutation(len(pasts))[which]] for _ in range(rounds)])
    by_world = np.stack([random.permutation(len(points)) for _ in range(rounds)])
    return [Deal(shared, by_past.astype(np.intp)), Deal(~shared, by_world.astype(np.intp))]


def _shown(box: Box, chance: float, dimensions: Sequence[Dimension]) -> dict[str, Any]:
    return {
        "conditions": [_condition(box, int(k), dimensions[int(k)]) for k in box.limited],
        "coverage": box.coverage,
        "density": box.density,
        "n": int(box.inside.sum()),
        "chance": chance,
    }


def _condition(box: Box, k: int, dimension: Dimension) -> dict[str, Any]:
    drawn = float(dimension.values.min()), float(dimension.values.max())
    low = float(box.low[k]) if np.isfinite(box.low[k]) else drawn[0]
    high = float(box.high[k]) if np.isfinite(box.high[k]) else drawn[1]
    return {
        "parameter": dimension.id,
        "name": dimension.name.as_dict(),
        "low": low,
        "high": high,
        "unit": dimension.unit,
        "drawn_low": drawn[0],
        "drawn_high": drawn[1],
        "words": _in_words(dimension, low, high, drawn).as_dict(),
    }


def _in_words(dimension: Dimension, low: float, high: float, drawn: tuple[float, float]) -> Text:
    name = dimension.name
    if dimension.is_kind:
        return name if low > 0.5 else Text(f"không phải {name.vi}", f"not {name.en}")
    low_, high_, first, last = (Text(f"{x:.3g}".replace(".", ","), f"{x:.3g}") for x in (low, high, *drawn))
    # Vietnamese names hold their unit where one is needed.
    unit = f" {dimension.unit}" if dimension.unit not in ("", "1", "ratio", "share") else ""
    if low <= drawn[0]:
        return Text(
            f"{name.vi} không quá {high_.vi} (các kịch bản: {first.vi}–{last.vi})",
            f"{name.en} at most {high_.en}{unit} (worlds: {first.en}–{last.en})",
        )
    if high >= drawn[1]:
        return Text(
            f"{name.vi} từ {low_.vi} (các kịch bản: {first.vi}–{last.vi})",
            f"{name.en} at least {low_.en}{unit} (worlds: {first.en}–{last.en})",
        )
    return Text(
        f"{name.vi} từ {low_.vi} đến {high_.vi} (các kịch bản: {first.vi}–{last.vi})",
        f"{name.en} from {low_.en} to {high_.en}{unit} (worlds: {first.en}–{last.en})",
    )


def _note(n: int, n_failing: int, n_pasts: int, least: int, boxes: Sequence[Box]) -> Text:
    found = _found(n, n_failing, least, boxes)
    if min(n_failing, n - n_failing) < least or n_pasts >= least:
        return found
    return Text(
        f"{found.vi} Các kịch bản chỉ có {n_pasts} quá khứ khác nhau, nên về mức lây và ca đầu tiên không thể nói gì.",
        f"{found.en} The worlds come from only {n_pasts} pasts, so nothing can be said about transmission or the first "
        "cases.",
    )


def _found(n: int, n_failing: int, least: int, boxes: Sequence[Box]) -> Text:
    if n_failing == 0:
        return Text(
            f"Không thất bại ở kịch bản nào trong {n} kịch bản.", f"It fails in none of the {n} worlds."
        )
    if n_failing == n:
        return Text(f"Thất bại ở cả {n} kịch bản.", f"It fails in all {n} worlds.")
    if min(n_failing, n - n_failing) < least:
        return Text(
            f"Thất bại ở {n_failing}/{n} kịch bản: quá ít (cần ít nhất {least} kịch bản mỗi bên) để nói chúng có gì chung.",
            f"It fails in {n_failing} of {n} worlds: too few (at least {least} on either side are needed) to say what "
            "they have in common.",
        )
    if not boxes:
        return Text(
            f"Thất bại ở {n_failing}/{n} kịch bản; không tìm thấy điểm chung nào hơn mức ngẫu nhiên.",
            f"It fails in {n_failing} of {n} worlds; nothing that they have in common is more than chance.",
        )
    covered = round(100 * sum(box.coverage for box in boxes))
    return Text(
        f"Thất bại ở {n_failing}/{n} kịch bản; các nhóm dưới đây chứa {covered}% số đó. Đây là điểm chung trong kịch bản của "
        "mô hình, không phải nguyên nhân đã chứng minh.",
        f"It fails in {n_failing} of {n} worlds; the boxes below hold {covered}% of those. That is what worlds of our model "
        "have in common, not a proven cause.",
    )
