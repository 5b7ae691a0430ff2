"""Worlds that agree with what was published: kept on disk, drawn again by weight, each with a future of its own."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import small
import tiny

from songhanh.core.errors import Cancelled
from songhanh.joint.horizon import Horizon
from songhanh.joint.setting import setting
from songhanh.twin.histories import lucks, past_counts, simulate_pasts
from songhanh.twin.prior import prior
from songhanh.twin.sampler import Sampler
from songhanh.twin.worlds import WorldSet, world_set

HISTORIES = 64
WORLDS = 12


class Progress:
    """Counts what is reported."""

    def __init__(self) -> None:
        self.said: list[tuple[int, int, str]] = []

    def __call__(self, done: int, total: int, stage: str) -> None:
        self.said.append((done, total, stage))


def drawn(pack: str, report: Progress | None = None, **asked: Any) -> WorldSet:
    options = {"as_of": small.AS_OF, "seed": 4, "n_worlds": WORLDS, "n_histories": HISTORIES, "n_jobs": 1}
    return world_set(pack, **{**options, **asked}, report=report or Progress(), should_stop=lambda: False)


def test_worlds_agree_better_with_the_bulletins_than_the_prior_does() -> None:
    worlds = drawn(small.reference())
    published = np.array([count.value for count in worlds.counts])
    known = prior(small.reference(), small.AS_OF)
    blind = simulate_pasts(
        small.reference(), small.AS_OF, worlds.counts, known.points(HISTORIES, 4), lucks(4, HISTORIES)
    )
    assert worlds.simulated.shape == (WORLDS, len(published))

    def miss(counts: np.ndarray) -> float:
        return float(np.mean(np.abs(np.log((counts + 0.5) / (published + 0.5)))))

    kept = np.array([history.counts for history in blind if np.isfinite(history.counts).all()])
    assert miss(worlds.simulated) < 0.7 * miss(kept)
    assert 0 < worlds.power <= 1


def test_the_worlds_of_one_history_share_its_past_and_part_afterwards() -> None:
    worlds = drawn(small.reference(), n_worlds=40)
    assert worlds.n_distinct < 40
    assert len({world.future_luck for world in worlds.worlds}) == 40
    assert len({world.luck for world in worlds.worlds}) == worlds.n_distinct
    assert [world.number for world in worlds.worlds] == list(range(40))
    # What the bulletins speak of comes from the histories; what they are silent on is drawn anew for each world.
    assert len({world.epidemic["reproduction_number"] for world in worlds.worlds}) <= HISTORIES // 4
    assert len({tuple(world.economy.values()) for world in worlds.worlds}) == 40


def test_a_world_runs_to_the_counts_that_earned_its_place() -> None:
    worlds = drawn(small.reference())
    for k in (0, 3, 7):
        counts = past_counts(small.reference(), small.AS_OF, worlds.counts, worlds.worlds[k])
        assert np.array_equal(counts, worlds.simulated[k])


def test_the_same_question_is_answered_from_disk(empty_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Progress()
    one = drawn(small.reference(), first, seed=11)
    assert (HISTORIES, HISTORIES, "histories") in first.said
    kept = list((empty_home / "cache" / "histories").iterdir())
    assert len(kept) == 1 and not kept[0].name.startswith(".")

    def again(*_: object) -> None:
        raise AssertionError("a history was run again")

    monkeypatch.setattr(Sampler, "sample", again)
    second = Progress()
    other = drawn(small.reference(), second, seed=11, n_worlds=5)
    assert second.said == []
    assert other.closest.luck == one.closest.luck
    assert other.power == one.power


def test_another_pack_date_or_seed_is_not_answered_from_disk(empty_home: Path, tmp_path: Path) -> None:
    drawn(small.reference(), seed=11)
    kept = empty_home / "cache" / "histories"
    rows = tiny.tables()["lab_capacity"]
    changed = small.write(tmp_path / "changed", lab_capacity=[{**rows[0], "samples_per_day": 20}])
    assert drawn(str(changed), seed=11).id != drawn(small.reference(), seed=11).id
    assert len(list(kept.iterdir())) == 2
    drawn(small.reference(), seed=12)
    drawn(small.reference(), seed=11, as_of=date(2021, 5, 18))
    drawn(small.reference(), seed=11, n_histories=32)
    assert len(list(kept.iterdir())) == 5
    drawn(small.reference(), seed=11)
    assert len(list(kept.iterdir())) == 5


def test_one_process_and_two_find_the_same_worlds(empty_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = drawn(small.reference(), n_jobs=1)
    monkeypatch.setenv("SONGHANH_HOME", str(empty_home / "other"))
    two = drawn(small.reference(), n_jobs=2)
    assert one.id == two.id
    assert np.array_equal(one.simulated, two.simulated)
    for a, b in zip(one.worlds, two.worlds, strict=True):
        assert (a.luck, a.future_luck, a.epidemic) == (b.luck, b.future_luck, b.epidemic)


def test_a_cancelled_draw_leaves_nothing_behind(empty_home: Path) -> None:
    with pytest.raises(Cancelled):
        world_set(small.reference(), small.AS_OF, 3, WORLDS, HISTORIES, 1, Progress(), lambda: True)
    assert list((empty_home / "cache" / "histories").iterdir()) == []


def test_the_total_by_the_as_of_date_is_that_of_the_runs() -> None:
    worlds = drawn(small.reference(), n_worlds=3)
    ground = setting(small.reference())
    horizon = Horizon.of(ground.pack.outbreak_from, small.AS_OF, 1)
    for world, total in zip(worlds.worlds, worlds.simulated_total, strict=True):
        engine = small.runner().past(world, small.scheduled())
        assert engine is not None
        assert engine.reported[: horizon.as_of + 1].sum() == total
