"""A province pack, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from songhanh.core.text import Text


@dataclass(frozen=True)
class Pack:
    """A province as its folder describes it. Tables keep the columns of `schema/*.json`.

    Index order, used by every array of the library: communes, sites and sectors as in `communes`, `sites`
    and `sectors` (communes sorted by code; sites and sectors in the order of their files).
    """

    id: str
    name: Text
    country: str
    time_zone: str
    currency: str
    policy_set: str  # the dated rules of `response/policies` that hold here
    folder: Path
    hash: str  # SHA-256 of every file of the folder
    outbreak_from: date  # day 0 of a run: the day before the first import can act
    tables: Mapping[str, pl.DataFrame]  # by resource name

    @property
    def communes(self) -> pl.DataFrame:
        """Return the areas of level commune, sorted by code: row number is commune index."""
        return self.tables["areas"].filter(pl.col("level") == "commune").sort("code")

    @property
    def districts(self) -> pl.DataFrame:
        """Return the areas of level district, sorted by code: row number is district index."""
        return self.tables["areas"].filter(pl.col("level") == "district").sort("code")

    @property
    def sites(self) -> pl.DataFrame:
        """Return the sites that have workers of their own (kind park or cluster), in file order."""
        return self.tables["sites"].filter(pl.col("kind").is_in(["park", "cluster"]))

    @property
    def sectors(self) -> pl.DataFrame:
        """Return the sectors in file order."""
        return self.tables["sectors"]
