"""A pack of Bắc Ninh for comparison with its wave of 2021: communes from the census, everything else made up."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from songhanh.province import write_descriptor
from songhanh.province.schema import schemas

CENSUS = "population/bacninh_communes_2021.csv"
CASES = "cases/bacninh_commune_daily_2021.csv"
DETAILS: dict[str, Any] = {
    "version": 1,
    "id": "bac-ninh-2021",
    "name": {"vi": "Bắc Ninh", "en": "Bac Ninh"},
    "country": "VN",
    "time_zone": "Asia/Ho_Chi_Minh",
    "currency": "VND",
    "outbreak_from": "2021-04-25",
    "policy_set": "vn-2021",
}
AGE_SHARES = ((0, 4, 0.10), (5, 17, 0.21), (18, 39, 0.35), (40, 64, 0.26), (65, 100, 0.08))
FEWEST_IN_HOMES = 0.82  # share of the residents
SOURCE = "General Statistics Office, census of 1 April 2019"
Rows = list[dict[str, Any]]


def write_pack(shared: Path, folder: Path) -> Path:
    """Write the pack into a folder from the census figures in the shared data; return the folder.

    Only areas and households are real. A forecast from a line list reads nothing else.
    """
    with (shared / CENSUS).open(encoding="utf-8-sig", newline="") as file:
        census = list(csv.DictReader(file))
    tables = {
        "areas": _areas(census),
        "population_by_age": _ages(census),
        "households_by_size": _households(census),
        "employment": [
            {"area_code": "*", "sector_id": "all", "employed": 600_000, "mean_workplace_size": 10}
        ],
        "sectors": [
            {
                "sector_id": "all", "name_vi": "Mọi ngành", "name_en": "All sectors", "broad": "industry",
                "gva_vnd_bn": 120_000, "output_vnd_bn": 300_000, "export_share": 0.5, "household_share": 0.3,
                "remote_share": 0.1, "essential": "true", "stock_days": 14,
            }
        ],
        "input_output": [{"from_sector": "all", "to_sector": "all", "coefficient": 0.5}],
        "quarantine_capacity": [{"valid_from": "2021-04-01", "places": 5000}],
        "lab_capacity": [
            {"valid_from": "2021-04-01", "samples_per_day": 10_000, "pool_size": 5, "turnaround_days": 1}
        ],
    }  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    write_descriptor(folder, DETAILS)
    for name, schema in schemas().items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(schema.columns), lineterminator="\n", restval="")
            writer.writeheader()
            made_up = {"source": "assumed: made up for a comparison", "confidence": "assumed"}
            writer.writerows(made_up | row for row in tables.get(name, []))
    return folder


def _areas(census: list[dict[str, str]]) -> Rows:
    districts = {row["district_code"]: row["district"] for row in census}
    rows: Rows = [
        {"code": code, "name": name, "level": "district", "kind": _kind(name), "valid_from": "2020-01-01"}
        for code, name in sorted(districts.items())
    ]
    rows += [
        {
            "code": row["code"],
            "name": row["name"],
            "level": "commune",
            "parent_code": row["district_code"],
            "kind": _kind(row["name"]),
            "valid_from": "2020-01-01",
            "population": int(row["pop2019"]),
            "lon": float(row["lon"]),
            "lat": float(row["lat"]),
            "source": SOURCE,
            "confidence": "reported",
        }
        for row in sorted(census, key=lambda row: row["code"])
    ]
    return rows


def _kind(name: str) -> str:
    kinds = ("Thành phố", "Thị xã", "Thị trấn", "Huyện", "Phường", "Xã")
    return next(kind for kind in kinds if name.startswith(kind))


def _ages(census: list[dict[str, str]]) -> Rows:
    people: dict[str, int] = {}
    for row in census:
        people[row["district_code"]] = people.get(row["district_code"], 0) + int(row["pop2019"])
    return [
        {"area_code": code, "age_from": low, "age_to": high, "people": round(share * total)}
        for code, total in sorted(people.items())
        for low, high, share in AGE_SHARES
    ]


def _households(census: list[dict[str, str]]) -> Rows:
    rows: Rows = []
    for row in census:
        homes = {size: int(row[f"hh{size}"]) for size in range(1, 8)}
        inside = sum(size * number for size, number in homes.items()) / int(row["pop2019"])
        # Workers in dormitories are not in households; a pack wants them in one or the other, and has no sites here.
        more = max(1.0, FEWEST_IN_HOMES / inside)
        rows += [
            {"area_code": row["code"], "size": size, "households": round(number * more)}
            for size, number in homes.items()
        ]
    return rows
