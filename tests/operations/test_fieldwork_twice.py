"""The same entries from several processes at the same moment are taken once, on both databases."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from served import Place


def _race(place: Place) -> None:
    place.run("world.build()")
    ids = [str(uuid.uuid4()) for _ in range(12)]
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda _: place.run(f"world.submit({ids!r})"), range(3)))
    assert found == [{"done": 12}] * 3
    counts = place.run("world.counts()")
    assert (counts["entries"], counts["cases"], counts["people"]) == (12, 12, 12)


def test_on_sqlite(tmp_path: Path) -> None:
    _race(Place(tmp_path))


def test_on_postgresql(tmp_path: Path, postgresql: str) -> None:
    _race(Place(tmp_path, postgresql))
