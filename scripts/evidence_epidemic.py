"""Compute `docs/evidence/epidemic.md` and its pictures again.

With names of sections (``python scripts/evidence_epidemic.py growth luck``) only those are computed and printed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from evidence import (
    against_covasim,
    books,
    final_size,
    growth,
    households,
    intervals,
    luck,
    next_generation,
    offspring,
)
from evidence.page import Section, page

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "evidence" / "epidemic"
PAGE = ROOT / "docs" / "evidence" / "epidemic.md"
OPENING = """Computed with fixed seeds. A figure is inside where it lies within three standard errors of what it should
be; what lies outside is marked and stays."""
CLOSING = """Equality bit for bit with a slow engine in plain Python is a test (`tests/epidemic/test_reference.py`). Speed is not
evidence of truth and stands in [the benchmarks](../benchmarks.md)."""
SECTIONS: dict[str, Callable[[Path], Section]] = {
    "final-size": final_size.section,
    "growth": growth.section,
    "offspring": offspring.section,
    "households": households.section,
    "extinction": final_size.extinction,
    "next-generation": next_generation.section,
    "conservation": books.conservation,
    "same-bytes": books.same_bytes,
    "luck": luck.section,
    "extremes": books.extremes,
    "covasim": against_covasim.section,
    "intervals": intervals.section,
}


def main(names: list[str]) -> None:
    """Compute all sections and write the page, or only some and print them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    sections = []
    for name in names or SECTIONS:
        began = time.monotonic()
        sections.append(SECTIONS[name](FOLDER))
        print(f"    {name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    if names:
        for section in sections:
            print(section.title, section.text, *section.lines, sep="\n")
        return
    PAGE.write_text(
        page("The epidemic engine: what it was held against", OPENING, sections, CLOSING), encoding="utf-8"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
