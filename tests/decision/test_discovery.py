"""In which worlds a plan fails: a planted cause is told in words, noise and shared pasts are not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import small

from songhanh.decision import Ceilings, fails_when
from songhanh.decision.discovery import describe_failures, dimensions_of, failing
from songhanh.decision.parameter_names import names
from songhanh.joint.horizon import table as joint_table
from songhanh.joint.run import Runner
from songhanh.joint.world import World
from songhanh.twin.prior import tables


def drawn(n: int, seed: int, pasts: int | None = None) -> list[World]:
    """Worlds as the twin makes them: some parameters drawn by past, the economy anew."""
    random = np.random.default_rng(seed)
    groups = tables()
    rows = {
        "epidemic": [row for row in groups.epidemic if row.is_varied],
        "effects": [row for row in groups.effects if row.is_varied],
        "economy": [row for row in groups.economy if row.is_varied],
    }

    def values(room: str) -> dict[str, float]:
        return {row.name: row.quantile(float(random.random())) for row in rows[room]}

    known = [values("epidemic") for _ in range(pasts or n)]
    base = small.world()
    return [
        replace(base, number=k, luck=k % len(known), epidemic=known[k % len(known)], effects=values("effects"),
                economy=values("economy"))
        for k in range(n)
    ]  # fmt: skip


def test_a_planted_cause_is_told_in_words() -> None:
    worlds = drawn(100, 1)
    by_r = np.array([world.epidemic["reproduction_number"] for world in worlds])
    failed = by_r > np.quantile(by_r, 0.7)
    found = describe_failures(failed, worlds, 1)
    assert (found["n_failing"], found["share_failing"]) == (30, 0.3)
    box = found["boxes"][0]
    condition = box["conditions"][0]
    assert condition["parameter"] == "epidemic.reproduction_number" and condition["unit"] == "infections"
    assert condition["low"] == pytest.approx(by_r[failed].min(), abs=0.05)
    assert condition["high"] == condition["drawn_high"]
    assert box["density"] > 0.9 and box["coverage"] > 0.9 and box["chance"] <= 0.05
    assert "reproduction number R without measures at least" in condition["words"]["en"]
    assert "hệ số lây nhiễm cơ bản R từ" in condition["words"]["vi"]
    assert "not a proven cause" in found["note"]["en"]
    assert found == describe_failures(failed, worlds, 1)


def test_a_structure_that_fails_is_named() -> None:
    worlds = [replace(world, structure=("plain", "bursty")[k % 2]) for k, world in enumerate(drawn(80, 2))]
    failed = np.array([k % 2 == 1 for k in range(80)])
    box = describe_failures(failed, worlds, 1)["boxes"][0]
    assert box["coverage"] == box["density"] == 1.0
    assert any("bursty" in c["parameter"] or "plain" in c["parameter"] for c in box["conditions"])


def test_noise_is_called_noise() -> None:
    """One shuffle in twenty may deceive: of six, one at most."""
    told = []
    for seed in range(6):
        failed = np.random.default_rng(50 + seed).random(100) < 0.35
        found = describe_failures(failed, drawn(100, 60 + seed), 1)
        said = "nothing that they have in common is more than chance" in found["note"]["en"]
        assert said == (found["boxes"] == [])
        told.append(not said)
    assert sum(told) <= 1


def test_one_past_in_many_worlds_is_not_many_witnesses() -> None:
    """Two of eight pasts fail wholly: any box about them is one about two draws, and is not told."""
    worlds = drawn(96, 3, pasts=8)
    failed = np.array([world.luck in (2, 5) for world in worlds])
    found = describe_failures(failed, worlds, 1)
    assert found["boxes"] == [] and found["n_pasts"] == 8
    assert "only 8 pasts, so nothing can be said about transmission" in found["note"]["en"]


def test_few_failures_or_none_or_all_are_said_to_be_that() -> None:
    worlds = drawn(40, 4)
    for number, words in ((0, "none of the 40"), (3, "too few"), (40, "all 40")):
        found = describe_failures(np.arange(40) < number, worlds, 1)
        assert words in found["note"]["en"] and found["boxes"] == [] and found["n_failing"] == number


def test_a_second_box_is_sought_outside_the_first() -> None:
    worlds = drawn(300, 5)
    by_r = np.array([world.epidemic["reproduction_number"] for world in worlds])
    by_trace = np.array([world.effects["trace_line"] for world in worlds])
    failed = (by_r > np.quantile(by_r, 0.8)) | (by_trace < np.quantile(by_trace, 0.2))
    boxes = describe_failures(failed, worlds, 1)["boxes"]
    told = {c["parameter"] for box in boxes for c in box["conditions"]}
    assert len(boxes) >= 2 and {"epidemic.reproduction_number", "effects.trace_line"} <= told
    assert sum(box["coverage"] for box in boxes) <= 1.0


def test_failing_is_control_lost_or_a_ceiling_broken() -> None:
    runner = Runner(small.ground(), small.horizon(), small.NO_LIMIT)
    calm, fierce = (
        runner.run("plan", small.scheduled(), small.world(luck=k, reproduction_number=r))
        for k, r in ((1, 0.5), (2, 6.0))
    )
    peak = fierce.totals["cases_total"]
    assert calm.totals["cases_community"] < fierce.totals["cases_community"] <= peak
    outcomes = [calm, fierce, replace(calm, control_lost_on=70)]
    assert failing(outcomes, Ceilings()).tolist() == [False, False, True]
    ceiling = Ceilings(cases_community=calm.totals["cases_community"])
    assert failing(outcomes, ceiling).tolist() == [False, True, True]
    found = fails_when(outcomes, [small.world(number=k) for k in range(3)], ceiling)
    assert found["n_failing"] == 2 and found["share_failing"] == pytest.approx(2 / 3)


def test_what_no_world_differs_in_is_no_dimension() -> None:
    assert dimensions_of([small.world(), small.world()]) == []


def test_every_varied_parameter_has_a_name_in_both_languages() -> None:
    groups = tables()
    varied = [
        row.name
        for table in (groups.epidemic, groups.effects, groups.economy, joint_table())
        for row in table
        if row.is_varied
    ]
    assert [name for name in varied if name not in names()] == []
    assert all(text.vi and text.en and text.vi != text.en for text in names().values())
    assert len({text.vi for text in names().values()}) == len(names())
