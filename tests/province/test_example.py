"""The example province adds up, says where each row comes from, and dates what was learnt later."""

import csv
import json
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from songhanh.economy.pack_table import embedded_table

FOLDER = Path(__file__).parents[2] / "src/songhanh/province/examples/bac-giang-2021"
TABLES = sorted(path.stem for path in FOLDER.glob("*.csv"))
DATED = {"bulletins": "date", "reopening": "date", "capacity_path": "date", "introductions": "known_on",
         "facilities": "valid_from", "quarantine_capacity": "valid_from", "lab_capacity": "valid_from",
         "forces": "valid_from"}  # fmt: skip


def rows(table: str) -> list[dict[str, str]]:
    with (FOLDER / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def header(table: str) -> list[str]:
    with (FOLDER / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def sums(table: str, key: str, value: str) -> dict[str, float]:
    found: dict[str, float] = defaultdict(float)
    for row in rows(table):
        found[row[key]] += float(row[value])
    return found


def test_people_and_units_of_the_census() -> None:
    areas = rows("areas")
    communes = [row for row in areas if row["level"] == "commune"]
    districts = [row for row in areas if row["level"] == "district"]
    assert (len(districts), len(communes)) == (10, 209)
    assert sum(int(row["population"]) for row in communes) == 1_803_950
    assert sum(int(row["people"]) for row in rows("population_by_age")) == 1_803_950
    by_age = sums("population_by_age", "area_code", "people")
    assert by_age == {row["code"]: int(row["population"]) for row in districts}


def test_every_area_has_all_household_sizes() -> None:
    sizes = defaultdict(set)
    for row in rows("households_by_size"):
        sizes[row["area_code"]].add(int(row["size"]))
    assert len(sizes) == 209
    assert all(found == set(range(1, 8)) for found in sizes.values())


def test_shares_of_sites_sum_to_one() -> None:
    parks = {row["site_id"] for row in rows("sites") if row["kind"] == "park"}
    for table in ("site_sectors", "site_residence"):
        found = sums(table, "site_id", "share")
        assert set(found) == parks
        assert all(total == pytest.approx(1.0, abs=1e-9) for total in found.values())
    assert all(total == pytest.approx(1.0) for total in sums("channels", "crop_id", "share").values())


def test_park_workers_lie_in_their_range_and_agree_with_the_totals() -> None:
    sites = rows("sites")
    assert all(int(r["workers_low"]) <= int(r["workers"]) <= int(r["workers_high"]) for r in sites)
    parks = {row["site_id"]: int(row["workers"]) for row in sites if row["kind"] == "park"}
    assert sum(parks.values()) == 151_500
    assert sum(parks.values()) - parks["hoa-phu"] == 142_000
    lodgers = sums("boarding", "site_id", "lodgers")
    assert sum(lodgers.values()) == 60_000
    assert all(lodgers[park] < parks[park] for park in parks)
    for park, workers in parks.items():
        assert sum(int(r["workers"]) for r in sites if r["parent_id"] == park) < workers


def test_sectors_add_to_the_grdp_and_its_structure() -> None:
    broad = sums("sectors", "broad", "gva_vnd_bn")
    total = sum(broad.values())
    assert total == pytest.approx(129_837, abs=0.05)
    for name, percent in (("industry", 58.1), ("agriculture", 17.4), ("services", 24.5)):
        assert 100 * broad[name] / total == pytest.approx(percent, abs=0.01)


def test_value_added_is_what_inputs_leave_of_output() -> None:
    # The example brings no table: it stands on the embedded estimate.
    assert rows("input_output") == rows("national_output") == []
    table = embedded_table("VN")
    assert table is not None
    inputs = dict(zip(table.sectors, table.coefficients.sum(axis=0), strict=True))
    for row in rows("sectors"):
        left = float(row["output_vnd_bn"]) * (1 - inputs[row["sector_id"]])
        assert left == pytest.approx(float(row["gva_vnd_bn"]), rel=2e-3), row["sector_id"]


def test_beds_agree_with_the_facilities_reported_on_29_may() -> None:
    def beds(day: str, column: str) -> int:
        found = [
            r for r in rows("facilities") if r["valid_from"] <= day and (r["valid_until"] or "9999") >= day
        ]
        return sum(int(row[column]) for row in found)

    assert (beds("2021-05-17", "beds"), beds("2021-05-29", "beds")) == (1_000, 3_600)
    assert (beds("2021-05-17", "icu_beds"), beds("2021-05-29", "icu_beds")) == (30, 70)


def test_crops_hold_the_forecast_not_the_result() -> None:
    assert sum(int(row["harvest_tonnes"]) for row in rows("crops")) == 180_000


@pytest.mark.parametrize("table", TABLES)
def test_every_row_has_a_source_and_a_confidence(table: str) -> None:
    for number, row in enumerate(rows(table), start=2):
        assert row["source"].strip(), f"{table}.csv row {number}"
        assert row["confidence"] in {"reported", "derived", "assumed"}, f"{table}.csv row {number}"
        if row["confidence"] == "assumed":
            assert "assumed" in row["source"], f"{table}.csv row {number} does not say what is assumed"


@pytest.mark.parametrize(("table", "column"), DATED.items())
def test_what_was_learnt_later_is_dated(table: str, column: str) -> None:
    for row in rows(table):
        date.fromisoformat(row[column])
        if row.get("planned_on"):
            assert date.fromisoformat(row["planned_on"]) <= date.fromisoformat(row["valid_from"])


def test_the_package_describes_every_table_and_column() -> None:
    package = json.loads((FOLDER / "datapackage.json").read_text(encoding="utf-8"))
    described = {r["name"]: [f["name"] for f in r["schema"]["fields"]] for r in package["resources"]}
    assert described == {table: header(table) for table in TABLES}
    assert all(f["description"] for r in package["resources"] for f in r["schema"]["fields"])


def test_keys_that_point_elsewhere_arrive() -> None:
    package = json.loads((FOLDER / "datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        for key in resource["schema"].get("foreignKeys", []):
            target, (field,) = key["reference"]["resource"] or resource["name"], key["reference"]["fields"]
            known = {row[field] for row in rows(target)} | {""}
            lost = {row[key["fields"][0]] for row in rows(resource["name"])} - known
            assert not lost, f"{resource['name']}: {lost}"
    places = {r["code"] for r in rows("areas")} | {r["site_id"] for r in rows("sites")} | {"*"}
    assert {row["area_or_site"] for row in rows("bulletins")} <= places
    assert {row["place_id"] for row in rows("introductions")} <= places
