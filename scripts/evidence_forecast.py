"""Compute `docs/evidence/forecast.md` and its pictures again.

With names of sections (``python scripts/evidence_forecast.py bac-ninh``) only those are computed and printed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from evidence import forecast_forms, forecast_provinces
from evidence.page import OUTSIDE, Section
from evidence.writing import Sections, main

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "evidence" / "forecast"
SECTIONS: Sections = {
    "closed-forms": forecast_forms.closed_forms,
    "own-series": forecast_forms.own_series,
    "bac-ninh": forecast_provinces.bac_ninh,
    "bac-giang": forecast_provinces.bac_giang,
    "how": forecast_provinces.how_it_was_done,
}
TITLE = "Evidence for the forecasts"
OPENING = """
What the forecasts of `songhanh.twin` were compared with, and what came out: closed forms, series of their own making, and
two provinces of 2021 beside three baselines (last week again, growth continued, a renewal model). `make evidence` computes
this page and its pictures again; `songhanh score` does the same on any series. The method is in [forecasts](../forecast.md).
"""


def closing(sections: list[Section]) -> str:
    """Return how to read the summary."""
    lines = [line for section in sections for line in section.lines]
    outside = sum(line.verdict == OUTSIDE for line in lines)
    return f"""
**Inside** means: as close to the closed form as asked, or, beside the baselines, better than every one of them and with
intervals that hold as often as asked. **Shown** means that there is too little to judge by. {outside} of the {len(lines)}
lines {"is" if outside == 1 else "are"} outside. Scores are sums over sums (weighted interval score, 23 quantiles, natural scale).
"""


if __name__ == "__main__":
    main(sys.argv[1:], FOLDER, TITLE, OPENING, SECTIONS, closing)
