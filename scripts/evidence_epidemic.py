"""Compute `docs/evidence/epidemic.md` and its pictures again.

With names of sections (``python scripts/evidence_epidemic.py growth luck``) only those are computed and printed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from evidence import (
    against_covasim,
    ages,
    books,
    final_size,
    growth,
    households,
    intervals,
    lessons,
    luck,
    next_generation,
    offspring,
)
from evidence.page import OUTSIDE, Section
from evidence.writing import main

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "evidence" / "epidemic"
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
    "ages": ages.section,
    "lessons": lessons.section,
}
TITLE = "Evidence for the epidemic engine"
OPENING = """
What `songhanh.epidemic` was compared with, and what came out: closed forms of theory, counts that must be equal, another
program, and published figures. `make evidence` computes this page and its pictures again, with fixed seeds. What falls outside
is marked and stays. Speed is no evidence of truth and stands in [the benchmarks](../benchmarks.md).
"""


def closing(sections: list[Section]) -> str:
    """Return how to read the summary."""
    lines = [line for section in sections for line in section.lines]
    compared, outside = sum(line.compared for line in lines), sum(line.verdict == OUTSIDE for line in lines)
    return f"""
**Inside** means: within three Monte Carlo standard errors of the closed form, equal where counts must be equal, at least what
was asked for, or in the published 95 % interval. **Shown** means that there is nothing to compare with. {compared} figures were
compared within three standard errors; if all were right, one in 370 would still fall outside by chance. {outside} of the
{len(lines)} lines {"is" if outside == 1 else "are"} outside. The tests in `tests/epidemic` assert the same closed forms on
smaller worlds, each time the code changes.
"""


if __name__ == "__main__":
    main(sys.argv[1:], FOLDER, TITLE, OPENING, SECTIONS, closing)
