"""Compute `docs/evidence/decision.md` and its pictures again: about a quarter of an hour on two cores.

With names of sections (``python scripts/evidence_decision.py night``) only those are computed and printed; with
``--small`` first, at numbers that show no more than that it runs, and nothing is written.
"""

from __future__ import annotations

import sys
from pathlib import Path

from evidence import deciding
from evidence.page import Section
from evidence.writing import Sections, main

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "evidence" / "decision"
SECTIONS: Sections = {"night": deciding.the_night, "reopening": deciding.the_reopening}
TITLE = "Evidence for the decision"
OPENING = """
Two nights of Bắc Giang in 2021: the rules that a search found, the decision that was taken on the front, and whether anything
beats it. `make evidence` computes this page and its pictures again. Worlds are calibrated on what was known by each date;
“in 80% of the worlds” means of our model, and is no probability. What was done after 26 May is hindsight.
"""


def closing(sections: list[Section]) -> str:
    """Return how to read the summary."""
    return """
**Shown** means that nothing of the outside world tells which plan was best: the other plans were not carried out. The
numbers compare plans within one model, with common luck, and stand or fall with its priors; the effect of Directive 16 is
mostly prior. No price of a life is set anywhere.
"""


if __name__ == "__main__":
    asked = sys.argv[1:]
    if asked[:1] == ["--small"]:
        deciding.EFFORT.rules, deciding.EFFORT.worlds = 40, 3
        deciding.EFFORT.fresh, deciding.EFFORT.histories = 6, 64
        asked = asked[1:] or list(SECTIONS)
    main(asked, FOLDER, TITLE, OPENING, SECTIONS, closing)
