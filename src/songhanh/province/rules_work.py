"""What tables must say together: the rules about sites, work, the economy and dated facts."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from songhanh.core.errors import Fault
from songhanh.province.reading import ROW
from songhanh.province.rules import Folder, Rule, fault, of_level, ordered, sums_to_one

SITE_KINDS = ("park", "cluster")
WORKING_AGES = (15, 74)  # the synthesis takes workers from these ages


def sites(pack: Folder) -> Iterator[Fault]:
    """Find sites with impossible workers, parents, dates or places."""
    yield from of_level(pack, "sites", ("commune",))
    yield from ordered(pack, "sites", "valid_from", "valid_until")
    kinds = pack.kinds()
    inside: dict[str, int] = {}
    for row in pack.rows("sites"):
        low, high = row["workers_low"], row["workers_high"]
        if (low is not None and low > row["workers"]) or (high is not None and high < row["workers"]):
            message = (
                f"{row['workers']} workers are not between workers_low ({low}) and workers_high ({high})."
            )
            yield fault("sites", row[ROW], "workers", message, "Correct the range or the number.", "range")
        if row["kind"] in SITE_KINDS and row["parent_id"] is not None:
            message = "A park or cluster lies in no other site."
            yield fault("sites", row[ROW], "parent_id", message, "Leave it empty.", "parent")
        if row["kind"] == "firm" and row["parent_id"] is not None:
            if kinds.get(row["parent_id"]) not in SITE_KINDS:
                message = f"{row['parent_id']} is not a park or cluster."
                yield fault("sites", row[ROW], "parent_id", message, "Name one, or leave it empty.", "parent")
            inside[row["parent_id"]] = inside.get(row["parent_id"], 0) + row["workers"]
        if row["kind"] == "workshop" and kinds.get(row["parent_id"]) != "firm":
            message = "A workshop lies in a firm."
            yield fault("sites", row[ROW], "parent_id", message, "Name its firm.", "parent")
        if (row["lon"] is None) != (row["lat"] is None):
            yield fault(
                "sites",
                row[ROW],
                "lon",
                "lon and lat go together.",
                "Fill in both or none.",
                "geometry.missing",
            )
    for row in pack.rows("sites"):
        if row["site_id"] in inside and inside[row["site_id"]] > row["workers"]:
            message = f"Its named firms have {inside[row['site_id']]} workers, the site {row['workers']}."
            yield fault("sites", row[ROW], "workers", message, "Correct the site or its firms.", "sum")


def boarding(pack: Folder) -> Iterator[Fault]:
    """Find lodgers of unknown sites, or more lodgers than workers."""
    yield from of_level(pack, "boarding", ("commune",))
    yield from _of_sites(pack, "boarding")
    workers = pack.total("sites", "site_id", "workers")
    for site, lodgers in pack.total("boarding", "site_id", "lodgers").items():
        if lodgers > workers.get(site, 0):
            yield fault(
                "boarding",
                pack.first_row("boarding", "site_id", site),
                "lodgers",
                f"{site} has {lodgers:.0f} lodgers but {workers.get(site, 0):.0f} workers.",
                "Lodgers are a part of the site's workers; correct either.",
                "sum",
            )


def _of_sites(pack: Folder, table: str) -> Iterator[Fault]:
    kinds = pack.kinds()
    for row in pack.rows(table):
        if kinds.get(row["site_id"]) not in SITE_KINDS:
            message = f"{row['site_id']} is not a park or cluster."
            yield fault(table, row[ROW], "site_id", message, "Name the park or cluster.", "site.kind")


def site_mix(pack: Folder) -> Iterator[Fault]:
    """Find sites whose workers have no sector."""
    yield from sums_to_one(pack, "site_sectors", "site_id")
    given = set(pack.tables["site_sectors"]["site_id"])
    for row in pack.rows("sites"):
        if row["kind"] in SITE_KINDS and row["site_id"] not in given:
            message = f"{row['site_id']} has no row in site_sectors.csv."
            yield fault("sites", row[ROW], "site_id", message, "Add the sectors of its workers.", "share")
        if row["kind"] == "firm" and row["parent_id"] is None and row["site_id"] not in given:
            message = f"{row['site_id']} lies in no site and has no row in site_sectors.csv."
            yield fault("sites", row[ROW], "site_id", message, "Add its sector, with share 1.", "share")


def residence(pack: Folder) -> Iterator[Fault]:
    """Find sites whose resident workers live nowhere."""
    yield from of_level(pack, "site_residence", ("district", "commune"))
    yield from _of_sites(pack, "site_residence")
    yield from sums_to_one(pack, "site_residence", "site_id")
    given = set(pack.tables["site_residence"]["site_id"])
    lodgers = pack.total("boarding", "site_id", "lodgers")
    for row in pack.rows("sites"):
        if (
            row["kind"] in SITE_KINDS
            and row["site_id"] not in given
            and row["workers"] > lodgers.get(row["site_id"], 0)
        ):
            message = f"{row['site_id']} has no row in site_residence.csv."
            yield fault(
                "sites", row[ROW], "site_id", message, "Say where its resident workers live.", "share"
            )


def employment(pack: Folder) -> Iterator[Fault]:
    """Find more work than people, and sectors without workers."""
    yield from of_level(pack, "employment", ("district",), star=True)
    bands = pack.tables["population_by_age"]
    low, high = WORKING_AGES
    span = pl.col("age_to") - pl.col("age_from") + 1
    part = (
        pl.min_horizontal(pl.col("age_to"), pl.lit(high))
        - pl.max_horizontal(pl.col("age_from"), pl.lit(low))
        + 1
    )
    shares = bands.group_by("area_code").agg(
        (pl.col("people") * part.clip(lower_bound=0) / span).sum().alias("able"),
        pl.col("people").sum().alias("all"),
    )
    share = {code: able / max(1, everyone) for code, able, everyone in shares.iter_rows()}
    able = sum(
        (row["population"] or 0) * share.get(row["code"], share.get(row["parent_code"], 0.0))
        for row in pack.rows("areas")
        if row["level"] == "commune"
    )
    lodgers = sum(pack.total("boarding", "site_id", "lodgers").values())
    at_sites = sum(row["workers"] for row in pack.rows("sites") if row["kind"] in SITE_KINDS)
    outside = int(pack.tables["employment"]["employed"].sum())
    if outside + at_sites - lodgers > able:
        yield fault(
            "employment",
            2,
            "employed",
            f"{outside} work outside the sites and {at_sites - lodgers:.0f} residents at them, "
            f"but only {able:.0f} residents are {low} to {high} years old.",
            "Correct the employed or the workers of the sites.",
            "sum",
        )
    working = set(pack.tables["employment"].filter(pl.col("employed") > 0)["sector_id"])
    working |= set(pack.tables["site_sectors"].filter(pl.col("share") > 0)["sector_id"])
    for row in pack.rows("sectors"):
        if row["sector_id"] not in working and row["gva_vnd_bn"] > 0:
            message = f"Nobody works in {row['sector_id']}."
            yield fault(
                "sectors",
                row[ROW],
                "sector_id",
                message,
                "Add it to employment.csv or site_sectors.csv.",
                "sum",
            )


def accounts(pack: Folder) -> Iterator[Fault]:
    """Find sectors that earn more than they sell."""
    for row in pack.rows("sectors"):
        if row["gva_vnd_bn"] > row["output_vnd_bn"]:
            message = f"Value added ({row['gva_vnd_bn']:g}) is more than output ({row['output_vnd_bn']:g})."
            yield fault("sectors", row[ROW], "gva_vnd_bn", message, "Correct one of them.", "accounts")


def input_output(pack: Folder) -> Iterator[Fault]:
    """Find a table that is not square, or leaves no value added."""
    names = pack.tables["sectors"]["sector_id"].to_list()
    table = pack.tables["input_output"]
    if table.is_empty():
        return  # the embedded national table is used
    given = set(zip(table["from_sector"], table["to_sector"], strict=True))
    missing = [(i, j) for i in names for j in names if (i, j) not in given]
    if missing:
        i, j = missing[0]
        message = f"The table is not square: {len(missing)} pairs are missing, the first from {i} to {j}."
        yield fault(
            "input_output",
            None,
            "from_sector",
            message,
            "Give every pair of sectors; 0 where none.",
            "square",
        )
    for sector, total in pack.total("input_output", "to_sector", "coefficient").items():
        if total >= 1.0:
            yield fault(
                "input_output",
                pack.first_row("input_output", "to_sector", sector),
                "coefficient",
                f"The inputs of {sector} sum to {total:.3f}: no value added is left.",
                "They must sum to less than 1.",
                "accounts",
            )


def crops(pack: Folder) -> Iterator[Fault]:
    """Find seasons out of order and harvests that are not sold."""
    yield from ordered(pack, "crops", "season_from", "season_peak")
    yield from ordered(pack, "crops", "season_peak", "season_until")
    yield from sums_to_one(pack, "channels", "crop_id")
    sold = set(pack.tables["channels"]["crop_id"])
    for row in pack.rows("crops"):
        if row["crop_id"] not in sold:
            message = f"{row['crop_id']} has no row in channels.csv."
            yield fault(
                "crops", row[ROW], "crop_id", message, "Add the channels it is sold through.", "share"
            )


def facilities(pack: Folder) -> Iterator[Fault]:
    """Find facilities in unknown areas."""
    yield from of_level(pack, "facilities", ("district", "commune"))


def capacities(pack: Folder) -> Iterator[Fault]:
    """Find capacities that end before they begin or are announced after they begin."""
    yield from ordered(pack, "facilities", "valid_from", "valid_until")
    yield from ordered(pack, "quarantine_capacity", "valid_from", "valid_until")
    for table in ("facilities", "quarantine_capacity", "lab_capacity", "forces"):
        yield from ordered(pack, table, "planned_on", "valid_from")


def calendar(pack: Folder) -> Iterator[Fault]:
    """Find days off that end before they begin or of unknown areas."""
    yield from ordered(pack, "calendar", "from_date", "until_date")
    yield from of_level(pack, "calendar", ("district", "commune"), star=True)


def places(pack: Folder) -> Iterator[Fault]:
    """Find counts and introductions of unknown places or impossible ranges."""
    levels, kinds = pack.levels(), pack.kinds()
    for table, column in (("bulletins", "area_or_site"), ("introductions", "place_id")):
        for row in pack.rows(table):
            place = row[column]
            if place not in kinds and place not in levels and not (place == "*" and table == "bulletins"):
                message = f"{place!r} is neither in areas.csv nor in sites.csv."
                yield fault(table, row[ROW], column, message, "Correct it.", "place.unknown")
            elif table == "introductions" and levels.get(place, "commune") != "commune":
                message = f"{place!r} is a {levels[place]}."
                yield fault(table, row[ROW], column, message, "Name a commune, site or firm.", "area.level")
    yield from ordered(pack, "bulletins", "low", "value")
    yield from ordered(pack, "bulletins", "value", "high")
    yield from ordered(pack, "introductions", "from_date", "until_date")
    yield from ordered(pack, "introductions", "people_low", "people_high")
    if pack.details is None:
        return
    for row in pack.rows("introductions"):
        if row["from_date"] < pack.details.outbreak_from:
            message = f"{row['from_date']} is before the first day of the run ({pack.details.outbreak_from})."
            remedy = "Move outbreak_from in datapackage.json, or correct the date."
            yield fault("introductions", row[ROW], "from_date", message, remedy, "dates")


RULES = (
    Rule(sites, ("areas", "sites")),
    Rule(boarding, ("areas", "sites", "boarding")),
    Rule(site_mix, ("sites", "site_sectors")),
    Rule(residence, ("areas", "sites", "boarding", "site_residence")),
    Rule(
        employment,
        ("areas", "population_by_age", "sites", "boarding", "site_sectors", "sectors", "employment"),
    ),
    Rule(accounts, ("sectors",)),
    Rule(input_output, ("sectors", "input_output")),
    Rule(crops, ("crops", "channels")),
    Rule(facilities, ("areas", "facilities")),
    Rule(capacities, ("facilities", "quarantine_capacity", "lab_capacity", "forces")),
    Rule(calendar, ("areas", "calendar")),
    Rule(places, ("areas", "sites", "bulletins", "introductions")),
)
