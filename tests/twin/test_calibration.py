"""Worlds calibrated to a line list, under several structures of the model; with too little data they say so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import small
import tiny

from songhanh.joint.caution import STEPS, Caution
from songhanh.joint.ensemble import PRESENT_ORDERS, runner, schedule
from songhanh.joint.horizon import table as joint_table
from songhanh.joint.setting import setting
from songhanh.joint.world import BEHAVIOUR, PLACES, STRUCTURES, UNSEEN
from songhanh.response import Observed
from songhanh.twin.histories import lucks, simulate_pasts
from songhanh.twin.line_evidence import PLACE_DAYS, PROVINCE_DAYS, LineEvidence, _blocks, line_evidence
from songhanh.twin.lines import LineList, line_list_of
from songhanh.twin.prior import prior
from songhanh.twin.table import table
from songhanh.twin.worlds import WorldSet, world_set

ON = small.LATER
HISTORIES = 64
WORLDS = 24


def listed(rows: list[tuple[date, str, int]], **columns: list[str]) -> LineList:
    """Return a line list of (date, commune, cases)."""
    frame = pl.DataFrame(
        {
            "date": [day.isoformat() for day, _, _ in rows],
            "code": [code for _, code, _ in rows],
            "cases": [str(cases) for _, _, cases in rows],
            **columns,
        },
        schema=dict.fromkeys(("date", "code", "cases", *columns), pl.String),
    )
    return line_list_of(frame, small.ground().pack, ON)


@lru_cache(maxsize=1)
def of_a_world() -> LineList:
    """Return the cases of one simulated past, by day, commune and place of work."""
    ground = small.ground()
    codes = ground.pack.communes["code"].to_list()
    engine = runner(small.reference(), ON, 0, None).past(
        small.world(luck=3, reproduction_number=3.5), schedule(small.reference(), ON, PRESENT_ORDERS, False)
    )
    assert engine is not None
    reported = engine.result().reported.sum(axis=2)
    origin = ground.pack.outbreak_from
    rows = [
        (origin + timedelta(days=int(day)), codes[c], int(reported[day, c]))
        for day, c in zip(*np.nonzero(reported), strict=True)
    ]
    assert sum(cases for _, _, cases in rows) >= 30
    return listed(rows)


def drawn(lines: LineList | None, **asked: Any) -> WorldSet:
    options = {"as_of": ON, "seed": 4, "n_worlds": WORLDS, "n_histories": HISTORIES, "n_jobs": 1}
    return world_set(
        small.reference(), **{**options, **asked}, report=lambda done, total, stage: None,
        should_stop=lambda: False, lines=lines,
    )  # fmt: skip


def test_worlds_agree_better_with_the_list_than_the_prior_does() -> None:
    lines = of_a_world()
    worlds = drawn(lines)
    evidence = line_evidence(small.ground(), lines, ON)
    assert evidence is not None and not worlds.from_prior and worlds.note is None
    known = prior(small.reference(), ON, STRUCTURES)
    blind = simulate_pasts(
        small.reference(),
        ON,
        worlds.counts,
        known.points(HISTORIES, 4),
        lucks(4, HISTORIES),
        evidence,
        STRUCTURES,
    )
    scores = [evidence.log_likelihood(simulated(world, evidence)) for world in worlds.worlds]
    finite = [history.score for history in blind if np.isfinite(history.score)]
    assert np.mean(scores) > np.mean(finite) + 3.0
    assert worlds.structures == STRUCTURES
    assert sum(worlds.structure_shares.values()) == pytest.approx(1.0)
    for structure, share in worlds.structure_shares.items():
        assert share == np.mean([world.structure == structure for world in worlds.worlds])
    assert worlds.n_distinct == len({world.luck for world in worlds.worlds}) >= 4


def simulated(world: Any, evidence: LineEvidence) -> np.ndarray:
    """Return what a world would have announced."""
    engine = runner(small.reference(), ON, 0, None).past(
        world, schedule(small.reference(), ON, PRESENT_ORDERS, False)
    )
    assert engine is not None
    return evidence.simulated(engine)


def test_the_same_question_has_the_same_worlds_and_another_list_has_others() -> None:
    lines = of_a_world()
    one, kept, anew = (drawn(lines, n_histories=16, anew=anew) for anew in (False, False, True))
    other = drawn(listed([(ON - timedelta(days=3), "00101", 50)]), n_histories=16)
    assert one.id == kept.id == anew.id != other.id
    for left, mid, right in zip(one.worlds, kept.worlds, anew.worlds, strict=True):
        assert (left.luck, left.structure, dict(left.epidemic)) == (
            mid.luck,
            mid.structure,
            dict(mid.epidemic),
        )
        assert (left.luck, left.structure, dict(left.epidemic)) == (
            right.luck,
            right.structure,
            dict(right.epidemic),
        )


def test_rows_after_the_evening_are_not_read() -> None:
    lines = of_a_world()
    evening = ON - timedelta(days=4)
    early = line_evidence(small.ground(), lines, evening)
    cut = line_evidence(small.ground(), lines.until(evening), evening)
    assert early is not None and cut is not None
    assert early.id == cut.id and early.observed.tolist() == cut.observed.tolist()


def test_too_few_cases_fall_back_and_say_so() -> None:
    few = listed([(ON - timedelta(days=2), "00101", int(table().defaults()["fit_min_cases"]) - 1)])
    worlds = drawn(few)
    assert worlds.note is not None and "19" in worlds.note.en and "19" in worlds.note.vi
    assert not worlds.from_prior and worlds.counts and worlds.lines is None
    assert 1 < len({world.structure for world in worlds.worlds}) <= len(STRUCTURES)


def test_nothing_known_is_the_prior_marked_so(tmp_path: Path) -> None:
    later = [{**row, "date": "2021-06-20"} for row in tiny.tables()["bulletins"]]
    folder = str(small.write(tmp_path / "silent", bulletins=later))
    nobody = pl.DataFrame(schema=dict.fromkeys(("date", "code", "cases"), pl.String))
    for lines in (None, line_list_of(nobody, setting(folder).pack, small.AS_OF)):
        worlds = world_set(folder, small.AS_OF, 1, 6, 16, 1, lambda d, t, s: None, lambda: False, lines)
        assert worlds.from_prior and worlds.note is not None and worlds.power == 1.0
        assert len(worlds.worlds) == 6
    assert not drawn(None).from_prior


def test_stretches_end_on_the_last_day_and_add_up() -> None:
    daily = np.arange(1.0, 18.0)[:, None]
    for days in (PROVINCE_DAYS, PLACE_DAYS, 40):
        blocks = _blocks(daily, days)
        assert blocks.sum() == daily.sum() and len(blocks) == -(-17 // days)
        assert blocks[-1, 0] == daily[-days:].sum()


def test_the_score_is_nought_for_what_was_seen_and_falls_with_distance() -> None:
    evidence = line_evidence(small.ground(), of_a_world(), ON)
    assert evidence is not None
    seen = evidence.observed
    assert evidence.log_likelihood(seen) == 0.0
    scores = [evidence.log_likelihood(seen * factor + 0.1) for factor in (1.0, 1.5, 3.0, 10.0)]
    assert scores == sorted(scores, reverse=True)
    assert evidence.log_likelihood(np.full(len(seen), np.inf)) == -np.inf


def test_tests_done_and_places_of_work_count_where_they_are_known() -> None:
    rows = [(ON - timedelta(days=k), "00101", 5) for k in range(8)]
    site = small.ground().pack.sites["site_id"].to_list()[0]
    plain, full = listed(rows), listed(rows, tests=["100"] * 8, site_id=[site] * 8)
    one, other = (line_evidence(small.ground(), lines, ON) for lines in (plain, full))
    assert one is not None and other is not None
    assert not one.known_tests and not one.known_sites and other.known_tests and other.known_sites
    assert len(other.observed) > len(one.observed) and other.observed.sum() > one.observed.sum() + 800


def test_structures_differ_as_they_say() -> None:
    known = prior(small.reference(), ON, STRUCTURES)
    assert known.dimension == len(known.varied) + 2 * len(known.sources) + 1
    point = known.points(1, 9)[0]
    worlds = {}
    for k, structure in enumerate(STRUCTURES):
        there = point.copy()
        there[-1] = (k + 0.5) / len(STRUCTURES)
        worlds[structure] = known.world(there, 7, 0)
        assert worlds[structure].structure == structure
    values = table().defaults()
    plain, unseen = worlds[PLACES], worlds[UNSEEN]
    assert unseen.epidemic["dispersion"] == plain.epidemic["dispersion"] * values["unseen_dispersion"]
    assert (
        unseen.effects["detection_routine"] == plain.effects["detection_routine"] * values["unseen_detection"]
    )
    assert unseen.epidemic["reproduction_number"] == plain.epidemic["reproduction_number"]
    assert set(worlds[BEHAVIOUR].joint) == {"caution_most", "caution_half_per_100k"}
    assert prior(small.reference(), ON).structures == (PLACES,)


def test_cautious_people_have_fewer_cases_in_the_end() -> None:
    cautious = replace(
        small.world(reproduction_number=4.0),
        structure=BEHAVIOUR,
        joint={"caution_most": 0.5, "caution_half_per_100k": 5.0},
    )
    plain = replace(cautious, structure=PLACES)
    totals = []
    for world in (plain, cautious):
        outcome = small.runner().run("present", small.scheduled(), world)
        totals.append(int(outcome.infections.sum()))
    assert totals[1] < totals[0]


def test_caution_follows_the_cases_of_the_week_in_the_district() -> None:
    ground = small.ground()
    n, values = ground.population.n_communes, joint_table().defaults()
    caution = Caution(ground, values)
    seen = Observed(np.zeros((40, n, 4), np.int32), np.zeros((40, ground.population.n_sites + 1), np.int32))
    assert (caution.kept(10, seen) == 1.0).all()
    seen.reported[12, 0, 0] = 1000
    parents = np.array(ground.pack.communes["parent_code"].to_list())
    inside = parents == parents[0]
    assert (caution.kept(12, seen) == 1.0).all()  # what is announced today is read tomorrow
    people = ground.people[inside].sum()
    rate = 1000 / people * 1e5
    least = 1.0 - values["caution_most"] * rate / (rate + values["caution_half_per_100k"])
    kept = caution.kept(13, seen)
    np.testing.assert_allclose(kept[inside], round(least * STEPS) / STEPS, rtol=1e-6)
    assert (kept[~inside] == 1.0).all() and (caution.kept(12 + 8, seen) == 1.0).all()
