"""Compute `docs/evidence/economy.md` and its pictures again.

With names of sections (``python scripts/evidence_economy.py belgium``) only those are computed and printed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from evidence import bac_giang, belgium_page, economy_forms
from evidence.page import OUTSIDE, Section
from evidence.writing import Sections, main

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "evidence" / "economy"
SECTIONS: Sections = {
    "still": economy_forms.still,
    "books": economy_forms.books,
    "leontief": economy_forms.leontief,
    "by-hand": economy_forms.by_hand,
    "catching-up": economy_forms.catching_up,
    "belgium": belgium_page.section,
    "bac-giang": bac_giang.section,
}
TITLE = "Evidence for the economic model"
OPENING = """
What `songhanh.economy` was compared with, and what came out: closed forms, books that must balance, the GDP of Belgium in
2020, and what was published of Bắc Giang in 2021. `make evidence` computes this page and its pictures again. What falls
outside is marked and stays. Equations are in [the economy](../economy.md), speed in [the benchmarks](../benchmarks.md).
"""


def closing(sections: list[Section]) -> str:
    """Return how to read the summary."""
    lines = [line for section in sections for line in section.lines]
    outside = sum(line.verdict == OUTSIDE for line in lines)
    return f"""
**Inside** means: as close to the closed form as the table of the section asks, within the four percentage points asked
of Belgium, or, for Bắc Giang, within the 90 % interval of the free parameters. **Shown** means that there is nothing to
compare with. {outside} of the {len(lines)} lines {"is" if outside == 1 else "are"} outside. The tests in
`tests/economy` assert the closed forms and Belgium each time the code changes, and hold the kernels against a slow twin
in plain Python.
"""


if __name__ == "__main__":
    main(sys.argv[1:], FOLDER, TITLE, OPENING, SECTIONS, closing)
