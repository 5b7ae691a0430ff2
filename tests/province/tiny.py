"""A small made-up province for tests: 3 districts, 6 communes, 6,000 residents, a park, a cluster, 3 named firms."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from songhanh.province import write_descriptor
from songhanh.province.schema import schemas

DETAILS: dict[str, Any] = {
    "version": 1,
    "id": "tiny-2021",
    "name": {"vi": "Tỉnh Nhỏ", "en": "Tiny"},
    "country": "VN",
    "time_zone": "Asia/Ho_Chi_Minh",
    "currency": "VND",
    "outbreak_from": "2021-04-20",
    "policy_set": "vn-2021",
}
POPULATION = {"00101": 1200, "00102": 800, "00201": 1500, "00202": 900, "00301": 1000, "00302": 600}
LODGERS = {("00101", "park-a"): 150, ("00102", "park-a"): 50, ("00101", "cluster-b"): 20}
SITE_WORKERS = {"park-a": 400, "cluster-b": 80}
FIRM_WORKERS = {"firm-x": 60, "firm-y": 25, "firm-z": 18}
EMPLOYED = {"farm": 1200, "plant": 150, "shop": 600, "teaching": 90}
AGE_SHARES = ((0, 5, 0.10), (6, 17, 0.19), (18, 39, 0.36), (40, 64, 0.26), (65, 100, 0.09))
HOUSEHOLD_SHARES = {1: 0.08, 2: 0.18, 3: 0.24, 4: 0.27, 5: 0.14, 6: 0.06, 7: 0.03}

_MEAN_HOUSEHOLD = sum(size * share for size, share in HOUSEHOLD_SHARES.items())
Rows = list[dict[str, Any]]


def areas() -> Rows:
    rows: Rows = [
        {
            "code": f"00{d}",
            "name": f"Huyện {d}",
            "level": "district",
            "kind": "Huyện",
            "valid_from": "2010-01-01",
        }
        for d in (1, 2, 3)
    ]
    for i, (code, people) in enumerate(POPULATION.items()):
        rows.append(
            {
                "code": code,
                "name": f"Xã {code}",
                "level": "commune",
                "parent_code": code[:3],
                "kind": "Xã",
                "valid_from": "2010-01-01",
                "population": people,
                "area_km2": 20,
                "lon": 106.0 + 0.05 * (i % 3),
                "lat": 21.2 + 0.04 * (i // 3) + 0.005 * i,
            }
        )
    return rows


def sites() -> Rows:
    def site(
        site_id: str, kind: str, area: str, workers: int, parent: str = "", **more: Any
    ) -> dict[str, Any]:
        row = {
            "site_id": site_id,
            "name_vi": f"Khu {site_id}",
            "name_en": site_id,
            "kind": kind,
            "parent_id": parent,
        }
        return {**row, "area_code": area, "workers": workers, **more}

    park = {"workers_low": 350, "workers_high": 500, "lodging_places": 100, "lon": 106.01, "lat": 21.21}
    return [
        site("park-a", "park", "00101", SITE_WORKERS["park-a"], **park),
        site("firm-x", "firm", "00101", FIRM_WORKERS["firm-x"], "park-a"),
        site("cluster-b", "cluster", "00201", SITE_WORKERS["cluster-b"]),
        site("firm-y", "firm", "00201", FIRM_WORKERS["firm-y"], "cluster-b"),
        site("firm-z", "firm", "00301", FIRM_WORKERS["firm-z"]),
        site("shop-w", "workshop", "00101", 10, "firm-x"),
    ]


def employment() -> Rows:
    sizes = {"farm": "", "plant": 20, "shop": 4, "teaching": 30}
    rows: Rows = [
        {"area_code": "*", "sector_id": s, "employed": n, "mean_workplace_size": sizes[s]}
        for s, n in EMPLOYED.items()
        if s != "shop"
    ]
    for district, share in (("001", 0.4), ("002", 0.35), ("003", 0.25)):
        employed = round(EMPLOYED["shop"] * share)
        rows.append(
            {"area_code": district, "sector_id": "shop", "employed": employed, "mean_workplace_size": 4}
        )
    return rows


def sectors() -> Rows:
    rows = []
    for sector, broad, gva in (
        ("farm", "agriculture", 60),
        ("plant", "industry", 200),
        ("shop", "services", 90),
        ("teaching", "services", 20),
    ):
        rows.append(
            {
                "sector_id": sector,
                "name_vi": f"Ngành {sector}",
                "name_en": sector,
                "broad": broad,
                "gva_vnd_bn": gva,
                "output_vnd_bn": gva * 2.5,
                "export_share": 0.5 if sector == "plant" else 0.05,
                "household_share": 0.7,
                "remote_share": 0.1,
                "essential": "true" if sector in ("farm", "plant") else "false",
                "stock_days": 14,
            }
        )
    return rows


def tables() -> dict[str, Rows]:
    """Return the rows of all tables, without source and confidence."""
    ages = [
        {"area_code": d, "age_from": low, "age_to": high, "people": round(share * total)}
        for d in ("001", "002", "003")
        for total in [sum(n for code, n in POPULATION.items() if code.startswith(d))]
        for low, high, share in AGE_SHARES
    ]
    homes = [
        {"area_code": code, "size": size, "households": round(share * people / _MEAN_HOUSEHOLD)}
        for code, people in POPULATION.items()
        for size, share in HOUSEHOLD_SHARES.items()
    ]
    stages = (
        ("kindergarten", 3, 5, 0.9, 60, 20),
        ("primary", 6, 10, 1, 80, 25),
        ("lower_secondary", 11, 14, 0.95, 90, 30),
    )
    schools = [_school(code, *stage) for code in POPULATION for stage in stages]
    schools += [_school(d, "upper_secondary", 15, 17, 0.8, 150, 35) for d in ("001", "002", "003")]
    ids = [row["sector_id"] for row in sectors()]
    return {
        "areas": areas(),
        "population_by_age": ages,
        "households_by_size": homes,
        "boarding": [
            {"area_code": area, "site_id": site, "lodgers": n, "room_size_mean": 2.2, "rooms_per_house": 6}
            for (area, site), n in LODGERS.items()
        ],
        "schools": schools,
        "sites": sites(),
        "site_sectors": [
            {"site_id": "park-a", "sector_id": "plant", "share": 0.9},
            {"site_id": "park-a", "sector_id": "shop", "share": 0.1},
            {"site_id": "cluster-b", "sector_id": "plant", "share": 1},
            {"site_id": "firm-z", "sector_id": "plant", "share": 1},
        ],
        "site_residence": [
            {"site_id": "park-a", "area_code": "001", "share": 0.7},
            {"site_id": "park-a", "area_code": "00201", "share": 0.3},
            {"site_id": "cluster-b", "area_code": "00202", "share": 1},
        ],
        "employment": employment(),
        "facilities": [
            {"facility_id": "clinic", "name_vi": "Bệnh viện", "area_code": "00101", "kind": "hospital", "beds": 40,
             "icu_beds": 2, "valid_from": "2021-04-01"},
            {"facility_id": "field", "name_vi": "Dã chiến", "area_code": "002", "kind": "field_hospital", "beds": 100,
             "icu_beds": 0, "valid_from": "2021-05-20", "planned_on": "2021-05-16"},
        ],
        "quarantine_capacity": [{"valid_from": "2021-04-01", "places": 200}],
        "lab_capacity": [{"valid_from": "2021-04-01", "samples_per_day": 300, "pool_size": 5, "turnaround_days": 1}],
        "forces": [{"kind": "inspectors", "valid_from": "2021-04-01", "people": 40}],
        "sectors": sectors(),
        "input_output": [
            {"from_sector": i, "to_sector": j, "coefficient": 0.15} for i in ids for j in ids
        ],
        "national_output": [],
        "seasons": [],
        "crops": [
            {"crop_id": "lychee", "name_vi": "Vải", "name_en": "Lychee", "sector_id": "farm", "season_from": "2021-05-20",
             "season_peak": "2021-06-15", "season_until": "2021-07-20", "harvest_tonnes": 900, "price_vnd_per_kg": 15000,
             "decay_per_day": 0.15, "pickers_needed": 60},
        ],
        "channels": [
            {"channel_id": "border", "crop_id": "lychee", "name_vi": "Cửa khẩu", "name_en": "Border", "kind": "border",
             "share": 0.6, "max_tonnes_per_day": 20},
            {"channel_id": "home", "crop_id": "lychee", "name_vi": "Nội địa", "name_en": "Domestic", "kind": "domestic",
             "share": 0.4, "max_tonnes_per_day": 20},
        ],
        "calendar": [
            {"from_date": "2021-04-30", "until_date": "2021-05-03", "kind": "holiday", "name_vi": "Nghỉ lễ",
             "name_en": "Holiday", "area_code": "*"},
        ],
        "bulletins": [
            {"date": "2021-05-16", "indicator": "cases_cumulative", "area_or_site": "*", "value": 30, "low": 28, "high": 30},
            {"date": "2021-05-16", "indicator": "cluster_cases", "area_or_site": "firm-x", "value": 12},
        ],
        "introductions": [
            {"place_id": "firm-x", "from_date": "2021-04-26", "until_date": "2021-05-04", "people_low": 1, "people_high": 4,
             "known_on": "2021-05-12"},
        ],
        "reopening": [{"date": "2021-06-10", "firms": 2, "workers": 40}],
        "economic_facts": [{"date_or_period": "2021-H1", "fact": "cases_wave_total", "value": 120, "unit": "cases"}],
        "capacity_path": [{"site_id": "park-a", "date": "2021-10-01", "workers": 450}],
    }  # fmt: skip


def _school(
    area: str, stage: str, low: int, high: int, share: float, school: int, size: int
) -> dict[str, Any]:
    row = {"area_code": area, "stage": stage, "age_from": low, "age_to": high}
    return {**row, "enrolment_share": share, "school_size": school, "class_size": size}


def write(folder: Path, **changed: Rows) -> Path:
    """Write the pack into a folder; tables given by name replace those of the pack."""
    folder.mkdir(parents=True, exist_ok=True)
    write_descriptor(folder, DETAILS)
    for name, rows in (tables() | changed).items():
        columns = header(name)
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n", restval="")
            writer.writeheader()
            writer.writerows({"source": "made up for tests", "confidence": "assumed"} | row for row in rows)
    return folder


def header(name: str) -> list[str]:
    """Return the columns of a table."""
    return list(schemas()[name].columns)
