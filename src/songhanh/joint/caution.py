"""People who keep to themselves as cases are reported near them, whatever is ordered: the structure ``behaviour``.

The share of contacts that is given up follows the cases reported in the own district over the last week, as in models of
prevalence-elastic behaviour (Funk, Salathe and Jansen 2010, doi 10.1098/rsif.2010.0142): it rises with them, to a most.
It acts on contacts in the commune and between communes, by the stricter of itself and of what is ordered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from songhanh.epidemic.controls import EpidemicControls
from songhanh.joint.setting import Setting
from songhanh.measures import DayMeasures
from songhanh.response import Observed

WINDOW_DAYS = 7
STEPS = 50  # caution moves in fiftieths, so that levers stay the same on quiet days


class Caution:
    """Lowers contacts by what people have read in the news of the evening before."""

    def __init__(self, setting: Setting, values: Mapping[str, float]) -> None:
        parents = setting.pack.communes["parent_code"].to_list()
        districts = sorted(set(parents))
        self._district = np.array([districts.index(parent) for parent in parents], np.intp)
        self._people = np.bincount(self._district, weights=setting.people, minlength=len(districts))
        self._most, self._half = values["caution_most"], values["caution_half_per_100k"]
        self._last: tuple[DayMeasures, bytes, DayMeasures] | None = None

    def kept(self, day: int, observed: Observed) -> NDArray[np.float32]:
        """Return (C,) the share of contacts that people keep up on a day."""
        rows = observed.reported[max(day - WINDOW_DAYS, 0) : day]
        cases = np.bincount(
            self._district, weights=rows.sum(axis=(0, 2), dtype=np.float64), minlength=len(self._people)
        )
        rate = cases / np.maximum(self._people, 1.0) * 1e5
        kept = 1.0 - self._most * rate / (rate + self._half)
        return np.asarray(np.round(kept * STEPS) / STEPS, np.float32)[self._district]

    def __call__(self, day: int, today: DayMeasures, observed: Observed) -> DayMeasures:
        """Return the day's levers as people live them; the same object while nothing changes."""
        kept = self.kept(day, observed)
        if (kept == 1.0).all():
            return today
        if self._last is None or self._last[0] is not today or self._last[1] != kept.tobytes():
            levers: EpidemicControls = today.epidemic
            cautious = replace(
                levers,
                community=np.minimum(levers.community, kept),
                movement=np.minimum(levers.movement, kept),
            )
            self._last = today, kept.tobytes(), replace(today, epidemic=cautious)
        return self._last[2]
