"""Household income lost by district, residents and lodgers apart.

The economy counts pay lost by site and sector. Here each day's loss goes to where those workers live: people behind a
lock-down to the communes that are locked, closed work outside the sites to the communes where it may not open, all
other causes to all workers of the same site and sector alike (the epidemic tells absences by work, not by home).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from songhanh.core.modes import Absence
from songhanh.economy import Economy, EconomyResult
from songhanh.joint.setting import Setting
from songhanh.measures import DayMeasures

Floats = NDArray[np.float64]
RESIDENTS, LODGERS = 0, 1


class Incomes:
    """Adds up, day by day, (districts, 2) pay not received in bn VND; districts in the order of the pack."""

    def __init__(self, setting: Setting, from_day: int = 0, until_day: int = 1 << 30) -> None:
        people = setting.population
        pack, shape = setting.pack, (people.n_communes, *setting.workers.shape)
        self._days = range(from_day, until_day)
        district = pack.communes["parent_code"].to_list()
        self.districts = tuple(pack.districts["code"].to_list())
        self._of = np.array([[float(one == code) for one in district] for code in self.districts])  # (N, C)
        at_work = np.flatnonzero(people.work_cell >= 0)
        commune = np.searchsorted(people.commune_start, at_work, side="right") - 1
        cell = commune * people.n_cells + people.work_cell[at_work]
        lodges = people.lodger[at_work].astype(np.bool_)
        self._homes = tuple(  # (C, S + 1, J) workers by home: residents, lodgers
            np.bincount(cell[lodges == group], minlength=people.n_communes * people.n_cells)
            .astype(np.float64)
            .reshape(shape)
            for group in (False, True)
        )
        self._everybody = np.diff(people.commune_start).astype(np.float64)
        self._usual = tuple(self._shares(home, home) for home in self._homes)
        self._locked: tuple[bytes, tuple[Floats, ...]] = (b"", self._usual)
        self._closed: tuple[bytes, tuple[Floats, ...]] = (b"", self._usual)
        self._lodgers = setting.economy.lodger_share
        self.lost = np.zeros((len(self.districts), 2))

    def _shares(self, weight: Floats, home: Floats) -> Floats:
        """Return (N, S + 1, J) shares by district; where nobody is meant, those of the site, else of all people."""
        whole = [weight, home, np.broadcast_to(home.sum(axis=2, keepdims=True), home.shape)]
        whole.append(np.broadcast_to(self._everybody[:, None, None], home.shape))
        shares = np.zeros((len(self.districts), *home.shape[1:]))
        missing = np.ones(home.shape[1:], np.bool_)
        for candidate in whole:
            by_district = np.tensordot(self._of, candidate, axes=1)
            total = by_district.sum(axis=0)
            here = missing & (total > 0)
            shares[:, here] = by_district[:, here] / total[here]
            missing &= ~here
        return shares

    def add(self, day: int, economy: Economy, today: DayMeasures) -> None:
        """Count the day that the economy has just lived."""
        if day not in self._days:
            return
        key = today.epidemic.locked.tobytes()
        if key != self._locked[0]:
            behind = today.epidemic.locked[:, None, None]
            self._locked = key, tuple(self._shares(home * behind, home) for home in self._homes)
        key = today.economy.work.tobytes()
        if key != self._closed[0]:
            self._closed = key, tuple(self._closed_shares(home, today.economy.work) for home in self._homes)
        unpaid = economy.unpaid  # (S + 1, J, causes)
        apart = (Absence.LOCKED_DOWN, Absence.CLOSED)
        others = np.delete(unpaid, apart, axis=2).sum(axis=2)
        for group, part in ((RESIDENTS, 1.0 - self._lodgers), (LODGERS, self._lodgers)):
            for money, shares in (
                (others, self._usual),
                (unpaid[:, :, Absence.LOCKED_DOWN], self._locked[1]),
                (unpaid[:, :, Absence.CLOSED], self._closed[1]),
            ):
                self.lost[:, group] += np.tensordot(shares[group], money * part[:, None], axes=2)

    def _closed_shares(self, home: Floats, work: Floats) -> Floats:
        weight = home.copy()
        weight[:, -1, :] *= 1.0 - work
        return self._shares(weight, home)

    def total(self, economy: Economy, result: EconomyResult) -> Floats:
        """Return (districts, 2) income lost: pay, and for residents crops that could not be sold.

        Scaled to what the accounts call lost where a normal year has idle days of its own (seasons, growing sites).
        """
        crops = economy.model.crops
        unsold = np.zeros(len(crops.sector))
        days = slice(self._days.start, min(self._days.stop, len(result.wages_lost)))
        if len(unsold):
            fewer = (economy.baseline.crop_sold - economy.records.crop_sold)[days]
            # Sales of one day cannot make up for another, as in the accounts.
            value = fewer @ crops.price
            weight = np.abs(fewer).sum(axis=0) * crops.price
            unsold = np.maximum(value, 0.0).sum() * weight / max(weight.sum(), 1e-300)
        farms = self._usual[RESIDENTS][:, -1, :]  # (N, J)
        lost = self.lost.copy()
        told = result.household_income_lost[days].sum(axis=0)
        told[RESIDENTS] -= unsold.sum()
        gross = lost.sum(axis=0)
        lost *= np.divide(told, gross, out=np.ones(2), where=gross > 0)
        lost[:, RESIDENTS] += farms[:, crops.sector] @ unsold if len(unsold) else 0.0
        return lost
