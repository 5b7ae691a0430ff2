"""A fresh process from its first import to its first result: ``python -m songhanh.console.bench.first PACK DAYS``."""

from __future__ import annotations

import sys

from songhanh.console.bench.scenario import digest, scenario
from songhanh.epidemic import Engine
from songhanh.province import load, population


def first(pack_ref: str, days: int) -> str:
    """Return the hash of one replicate of the committed scenario."""
    people = population(load(pack_ref))
    return digest(scenario(people, days).run(Engine(people, days), seed=1))


if __name__ == "__main__":
    print(first(sys.argv[1], int(sys.argv[2])))
