"""What tables must say together: shared helpers, and the rules about areas and people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from songhanh.core.errors import Fault
from songhanh.province.descriptor import Details
from songhanh.province.reading import ROW

# How far tables from different surveys may disagree before it is taken for a mistake.
AGE_TOLERANCE = 0.10
HOUSEHOLD_LOW, HOUSEHOLD_HIGH = 0.80, 1.10  # "seven and more" counts as seven, so the sum may fall short
SHARE_TOLERANCE = 0.001
BOX_DEGREES = 2.0  # no province reaches further from its middle


@dataclass(frozen=True)
class Folder:
    """A pack whose tables have the right form: frames with the column ``_row``."""

    tables: Mapping[str, pl.DataFrame]
    details: Details | None
    shapes: frozenset[str]  # codes that `areas.geojson` gives an outline

    def rows(self, table: str) -> Iterable[dict[str, Any]]:
        """Return the rows of a table."""
        return self.tables[table].iter_rows(named=True)

    def levels(self) -> dict[str, str]:
        """Return the level of each area."""
        areas = self.tables["areas"]
        return dict(zip(areas["code"], areas["level"], strict=True))

    def kinds(self) -> dict[str, str]:
        """Return the kind of each site."""
        sites = self.tables["sites"]
        return dict(zip(sites["site_id"], sites["kind"], strict=True))

    def total(self, table: str, key: str, value: str) -> dict[str, float]:
        """Return the sum of a column by another."""
        sums = self.tables[table].group_by(key, maintain_order=True).agg(pl.col(value).sum())
        return dict(zip(sums[key], sums[value], strict=True))

    def first_row(self, table: str, key: str, value: object) -> int:
        """Return the line on which a value first stands."""
        return int(self.tables[table].filter(pl.col(key) == value)[ROW][0])


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule and the tables that it reads: it is skipped while one of them has faults of form."""

    find: Callable[[Folder], Iterator[Fault]]
    tables: tuple[str, ...]


def fault(table: str, row: int | None, column: str | None, message: str, remedy: str, code: str) -> Fault:
    """Return a fault in a table."""
    return Fault(f"pack.{code}", message, remedy, f"{table}.csv", row, column)


def ordered(pack: Folder, table: str, first: str, last: str) -> Iterator[Fault]:
    """Find rows that end before they begin."""
    for row in pack.rows(table):
        low, high = row[first], row[last]
        if low is not None and high is not None and low > high:
            yield fault(
                table,
                row[ROW],
                last,
                f"{last} ({high}) is before {first} ({low}).",
                "Correct one of them.",
                "order",
            )


def of_level(pack: Folder, table: str, levels: tuple[str, ...], star: bool = False) -> Iterator[Fault]:
    """Find area codes that are not of the level a table is about."""
    known = pack.levels()
    for row in pack.rows(table):
        code = row["area_code"]
        if star and code == "*":
            continue
        if known.get(code) not in levels:
            what = f"is a {known[code]}" if code in known else "is not in areas.csv"
            yield fault(
                table,
                row[ROW],
                "area_code",
                f"{code!r} {what}.",
                f"Give the code of a {' or '.join(levels)}" + (", or *." if star else "."),
                "area.level",
            )


def sums_to_one(pack: Folder, table: str, key: str) -> Iterator[Fault]:
    """Find shares that do not sum to one."""
    for value, total in pack.total(table, key, "share").items():
        if abs(total - 1.0) > SHARE_TOLERANCE:
            yield fault(
                table,
                pack.first_row(table, key, value),
                "share",
                f"The shares of {value} sum to {total:.4f}.",
                "They must sum to 1.",
                "share",
            )


def hierarchy(pack: Folder) -> Iterator[Fault]:
    """Find areas without the right parent, or that outlive it."""
    areas = {row["code"]: row for row in pack.rows("areas")}
    above = {"commune": "district", "hamlet": "commune"}
    for row in areas.values():
        parent = areas.get(row["parent_code"])
        wanted = above.get(row["level"])
        if wanted is None and row["parent_code"] is not None:
            yield fault(
                "areas",
                row[ROW],
                "parent_code",
                "A district has no unit above it here.",
                "Leave it empty.",
                "parent",
            )
        if wanted is not None and (parent is None or parent["level"] != wanted):
            yield fault(
                "areas",
                row[ROW],
                "parent_code",
                f"The parent of a {row['level']} must be a {wanted}.",
                f"Give the code of its {wanted}.",
                "parent",
            )
        elif parent is not None and not _within(row, parent):
            yield fault(
                "areas",
                row[ROW],
                "valid_from",
                f"Its dates reach beyond those of {parent['code']} ({parent['name']}).",
                "A unit exists only while the one above it does; correct the dates.",
                "dates",
            )
    yield from ordered(pack, "areas", "valid_from", "valid_until")


def _within(row: Mapping[str, Any], parent: Mapping[str, Any]) -> bool:
    last, last_above = row["valid_until"] or date.max, parent["valid_until"] or date.max
    return bool(parent["valid_from"] <= row["valid_from"] and last <= last_above)


def communes(pack: Folder) -> Iterator[Fault]:
    """Find communes that cannot be placed, counted or dated."""
    rows = [row for row in pack.rows("areas") if row["level"] == "commune"]
    if not rows:
        yield fault(
            "areas", 1, "level", "There is no commune.", "Add the communes of the province.", "areas.none"
        )
    middle = {
        axis: pl.Series([row[axis] for row in rows if row[axis] is not None], dtype=pl.Float64).median()
        for axis in ("lon", "lat")
    }
    start = pack.details.outbreak_from if pack.details else None
    for row in rows:
        if row["population"] is None:
            yield fault(
                "areas",
                row[ROW],
                "population",
                "A commune needs its residents.",
                "Fill in the number.",
                "value.missing",
            )
        for axis in ("lon", "lat"):
            if row[axis] is None:
                if row["code"] not in pack.shapes:
                    yield fault(
                        "areas",
                        row[ROW],
                        axis,
                        "The commune has neither a centre nor an outline.",
                        "Fill in lon and lat, or add it to areas.geojson.",
                        "geometry.missing",
                    )
            elif abs(row[axis] - float(str(middle[axis]))) > BOX_DEGREES:
                yield fault(
                    "areas",
                    row[ROW],
                    axis,
                    f"{row[axis]} lies more than {BOX_DEGREES:g} degrees from the middle of the province.",
                    "Look for swapped columns or a misplaced decimal point.",
                    "box",
                )
        last = row["valid_until"] or date.max
        if start is not None and not row["valid_from"] <= start <= last:
            yield fault(
                "areas",
                row[ROW],
                "valid_from",
                f"The commune does not exist on the first day of the run ({start}).",
                "Keep only the units of that day.",
                "dates",
            )


def district_sums(pack: Folder) -> Iterator[Fault]:
    """Find districts whose residents are not the sum of their communes'."""
    of_communes = pack.tables["areas"].filter(pl.col("level") == "commune")
    sums = of_communes.group_by("parent_code").agg(pl.col("population").sum())
    below = dict(zip(sums["parent_code"], sums["population"], strict=True))
    for row in pack.rows("areas"):
        if row["level"] != "district":
            continue
        if row["code"] not in below:
            yield fault(
                "areas", row[ROW], "code", "The district has no commune.", "Add its communes.", "areas.none"
            )
        elif (
            row["population"] is not None
            and abs(below[row["code"]] - row["population"]) > 0.02 * row["population"]
        ):
            yield fault(
                "areas",
                row[ROW],
                "population",
                f"{row['population']} residents, but its communes have {below[row['code']]}.",
                "Correct either, or leave the district's cell empty.",
                "sum",
            )


def ages(pack: Folder) -> Iterator[Fault]:
    """Find age tables that overlap, leave gaps, miss an area or do not fit its residents."""
    yield from of_level(pack, "population_by_age", ("district", "commune"))
    yield from ordered(pack, "population_by_age", "age_from", "age_to")
    populations = _populations(pack)
    bands = pack.tables["population_by_age"].sort("area_code", "age_from").partition_by("area_code")
    for band in bands:
        code = band["area_code"][0]
        expected = 0
        for row in band.iter_rows(named=True):
            if row["age_from"] != expected:
                word = "overlaps the band before it" if row["age_from"] < expected else "leaves a gap"
                yield fault(
                    "population_by_age",
                    row[ROW],
                    "age_from",
                    f"The band from {row['age_from']} of {code} {word}.",
                    f"It must begin at {expected}: the band before ends the year before.",
                    "ages",
                )
            expected = row["age_to"] + 1
        total, residents = int(band["people"].sum()), populations.get(code)
        if residents and abs(total - residents) > AGE_TOLERANCE * residents:
            yield fault(
                "population_by_age",
                band[ROW].to_list()[0],
                "people",
                f"The bands of {code} have {total} people, areas.csv {residents}.",
                f"They may differ by {AGE_TOLERANCE:.0%}; correct one.",
                "sum",
            )
    given = set(pack.tables["population_by_age"]["area_code"])
    for row in pack.rows("areas"):
        if row["level"] == "commune" and not given & {row["code"], row["parent_code"]}:
            yield fault(
                "areas",
                row[ROW],
                "code",
                f"Neither {row['code']} nor its district has ages in population_by_age.csv.",
                "Add the age bands of one of them.",
                "ages",
            )


def _populations(pack: Folder) -> dict[str, float]:
    """Return residents by area; a district without a figure has its communes'."""
    result: dict[str, float] = {}
    for row in pack.rows("areas"):
        if row["level"] == "commune":
            result[row["code"]] = row["population"] or 0
            result[row["parent_code"]] = result.get(row["parent_code"], 0) + (row["population"] or 0)
    return result


def households(pack: Folder) -> Iterator[Fault]:
    """Find communes whose households do not add up to their residents."""
    yield from of_level(pack, "households_by_size", ("commune",))
    frame = pack.tables["households_by_size"].with_columns(
        (pl.col("size") * pl.col("households")).alias("people"), pl.col(ROW).alias("line")
    )
    sums = frame.group_by("area_code").agg(pl.col("people").sum(), pl.col("line").min())
    living = {code: (people, line) for code, people, line in sums.iter_rows()}
    for row in pack.rows("areas"):
        if row["level"] != "commune" or not row["population"]:
            continue
        if row["code"] not in living:
            yield fault(
                "areas",
                row[ROW],
                "code",
                f"{row['code']} has no row in households_by_size.csv.",
                "Add its households.",
                "households",
            )
            continue
        people, line = living[row["code"]]
        if not HOUSEHOLD_LOW <= people / row["population"] <= HOUSEHOLD_HIGH:
            yield fault(
                "households_by_size",
                line,
                "households",
                f"The households of {row['code']} hold {people} people, areas.csv has {row['population']}.",
                f"They must hold {HOUSEHOLD_LOW:.0%} to {HOUSEHOLD_HIGH:.0%} of the residents.",
                "households",
            )


def schools(pack: Folder) -> Iterator[Fault]:
    """Find school stages that overlap in age."""
    yield from of_level(pack, "schools", ("district", "commune"))
    yield from ordered(pack, "schools", "age_from", "age_to")
    for rows in pack.tables["schools"].sort("area_code", "age_from").partition_by("area_code"):
        last = -1
        for row in rows.iter_rows(named=True):
            if row["age_from"] <= last:
                yield fault(
                    "schools",
                    row[ROW],
                    "age_from",
                    "The ages overlap those of another stage of the area.",
                    f"Begin after {last}: a pupil is in one stage.",
                    "ages",
                )
            last = max(last, row["age_to"])


RULES = (
    Rule(hierarchy, ("areas",)),
    Rule(communes, ("areas",)),
    Rule(district_sums, ("areas",)),
    Rule(ages, ("areas", "population_by_age")),
    Rule(households, ("areas", "households_by_size")),
    Rule(schools, ("areas", "schools")),
)
