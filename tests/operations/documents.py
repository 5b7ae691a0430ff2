"""Documents of the two shapes that the pages read, made up for tests: no figure here is a fact.

Names of districts are real so that Vietnamese letters are exercised; every number is drawn by a fixed rule.
"""

# ruff: noqa: E501 - tables read better as tables
from __future__ import annotations

import math
import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

DISTRICTS = [
    "Thành phố Bắc Giang", "Huyện Yên Thế", "Huyện Tân Yên", "Huyện Lạng Giang", "Huyện Lục Nam",
    "Huyện Lục Ngạn", "Huyện Sơn Động", "Huyện Yên Dũng", "Huyện Việt Yên", "Huyện Hiệp Hòa",
]  # fmt: skip
LEVELS = {
    "none": ("Không giãn cách", "No distancing"),
    "ct19": ("Chỉ thị 19", "Directive 19"),
    "ct15": ("Chỉ thị 15", "Directive 15"),
    "ct16": ("Chỉ thị 16", "Directive 16"),
    "lockdown": ("Cách ly y tế (phong tỏa)", "Medical isolation (lock-down)"),
}
SITES = [
    ("quang-chau", "Quang Châu"), ("van-trung", "Vân Trung"), ("dinh-tram", "Đình Trám"),
    ("song-khe", "Song Khê – Nội Hoàng"), ("hoa-phu", "Hòa Phú"),
]  # fmt: skip
PLANS = [
    ("do-nothing", "Dừng mọi biện pháp (đường tham chiếu)", "Stop all measures (reference line)", 9000, 9500),
    ("present-orders", "Giữ các lệnh hiện hành", "Present orders continued", 7200, 4200),
    (
        "targeted",
        "Đúng điểm: dừng xưởng có ca, giãn nhà trọ, hỗ trợ",
        "Targeted: affected workshops closed",
        3900,
        2300,
    ),
    ("close-parks", "Dừng bốn khu công nghiệp, Chỉ thị 16", "Four parks closed, Directive 16", 3100, 6100),
    ("on-site", "3 tại chỗ ở mọi khu công nghiệp", "3 on site in all parks", 3600, 3400),
    ("full-lockdown", "Phong tỏa toàn tỉnh", "Full lock-down", 2600, 14500),
    ("half-shift", "Giãn ca, nửa số công nhân", "Half shifts", 5200, 5100),
]
INDICATORS = [
    ("cases_community", "Ca phát hiện ngoài cộng đồng", "Cases found in the community", "ca", "cases", "epidemic", 0.3),
    ("cases_quarantine", "Ca phát hiện trong cách ly", "Cases found in quarantine", "ca", "cases", "epidemic", 0.7),
    ("cases_total", "Tổng số ca phát hiện", "Cases found in all", "ca", "cases", "epidemic", 1.0),
    ("deaths", "Tử vong", "Deaths", "người", "people", "epidemic", 0.003),
    ("peak_hospital", "Số giường điều trị cao nhất", "Peak of treatment beds", "giường", "beds", "epidemic", 0.4),
    ("restricted_person_days", "Ngày người bị hạn chế", "Person-days under restriction", "ngày người", "person-days", "effort", 4000.0),
    ("value_added_lost_vnd_bn", "Giá trị tăng thêm bị mất", "Value added lost", "tỷ đồng", "bn VND", "economy", 0.0),
    ("job_days_lost", "Ngày công bị mất", "Job-days lost", "ngày công", "person-days", "economy", 900.0),
]  # fmt: skip
PACK = {"id": "test-province", "hash": "0" * 64, "name": {"vi": "Tỉnh thử nghiệm", "en": "Test province"}}


def _text(vi: str, en: str) -> dict[str, str]:
    return {"vi": vi, "en": en}


def _order(level: str) -> dict[str, Any]:
    return {"id": level, "name": _text(*LEVELS[level])}


def _places(n_communes: int) -> list[dict[str, Any]]:
    """Lay the districts out as a 5 x 2 grid, each of n communes side by side."""
    places = []
    for d in range(len(DISTRICTS)):
        for c in range(n_communes):
            west = 105.85 + 0.22 * (d % 5) + 0.22 * (c % 4) / 4
            south = 21.15 + 0.24 * (d // 5) + 0.24 * (c // 4) / math.ceil(n_communes / 4)
            places.append(
                {
                    "code": f"{d:02}{c:03}",
                    "district": f"{d:02}",
                    "name": f"Xã {d + 1}.{c + 1}",
                    "box": (west, south),
                }
            )
    return places


def geometry(n_communes: int = 8) -> dict[str, Any]:
    """Return the communes as rectangles."""
    features = []
    height = 0.24 / math.ceil(n_communes / 4)
    for place in _places(n_communes):
        west, south = place["box"]
        east, north = west + 0.055, south + height
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        properties = {"code": place["code"], "schematic": True}
        features.append(
            {
                "type": "Feature",
                "properties": properties,
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        )
    return {"type": "FeatureCollection", "features": features}


def situation(as_of: date = date(2021, 5, 17), n_communes: int = 8) -> dict[str, Any]:
    """Return a ``songhanh-situation/1`` with a line list of 120 cases."""
    draw = random.Random(7)
    places = _places(n_communes)
    found = ["community", "quarantine", "sealed"]
    cases = []
    for i in range(120):
        reported = as_of - timedelta(days=min(10, int(draw.expovariate(0.3))))
        place = draw.choice(places[7 * n_communes : 9 * n_communes]) if i % 4 else draw.choice(places)
        cases.append(
            {
                "code": f"BG-2021-{i + 1:06}",
                "reported_on": reported.isoformat(),
                "area_code": place["code"],
                "age_group": "20-29",
                "site_id": SITES[i % 2][0] if i % 4 else None,
                "firm_id": None,
                "lodger": i % 2 == 0,
                "found": found[i % 3],
            }
        )
    in_area = {place["code"]: [c for c in cases if c["area_code"] == place["code"]] for place in places}
    areas = [
        {
            "code": place["code"],
            "name": place["name"],
            "district_code": place["district"],
            "population": 6000 + 137 * k,
            "cases_total": len(in_area[place["code"]]),
            "cases_14d": len(in_area[place["code"]]),
            "cases_community_7d": sum(c["found"] == "community" for c in in_area[place["code"]]),
            "order": _order(list(LEVELS)[(k * 7 + k // 5) % 5]),
            "restricted": 0,
        }
        for k, place in enumerate(places)
    ]
    days = [as_of - timedelta(days=back) for back in range(16, -1, -1)]
    return {
        "schema": "songhanh-situation/1",
        "pack": PACK,
        "as_of": as_of.isoformat(),
        "synthetic": True,
        "note": _text("Dữ liệu thử nghiệm.", "Test data."),
        "figures": _figures(as_of, len(cases)),
        "figures_order": {
            "epidemic": ["new_community", "new_quarantine"],
            "capacity": ["lab", "places"],
            "work": ["at_work", "value_added"],
        },
        "areas": areas,
        "districts": [_district(f"{d:02}", name, areas) for d, name in enumerate(DISTRICTS)],
        "sites": [
            {
                "site_id": site_id,
                "name": _text(f"KCN {name}", f"{name} park"),
                "workers": 20000 + 5000 * k,
                "workers_low": 18000 + 5000 * k,
                "workers_high": 23000 + 5000 * k,
                "mode": "normal" if k else "closed",
                "cases_total": sum(c["site_id"] == site_id for c in cases),
                "cases_7d": sum(c["site_id"] == site_id for c in cases),
                "lon": 106.05 + 0.12 * k,
                "lat": 21.27,
            }
            for k, (site_id, name) in enumerate(SITES)
        ],
        "curve": [
            {
                "date": day.isoformat(),
                **{
                    kind: sum(c["reported_on"] == day.isoformat() and c["found"] == kind for c in cases)
                    for kind in found
                },
                "imported": 0,
            }
            for day in days
        ],
        "bulletins": [
            {"date": "2021-05-16", "indicator": "cases_cumulative", "value": 332, "source": "test"},
        ],
        "decisions": [
            {
                "title": _text("Bốn khu công nghiệp: hai khu có lây lan", "Four parks: spread in two"),
                "why": _text("Số ca tăng gấp đôi trong ba ngày.", "Cases doubled in three days."),
                "link": "decide",
            }
        ],
        "cases": cases,
    }


def _figure(name: str, vi: str, en: str, value: float, unit: tuple[str, str], **extra: Any) -> dict[str, Any]:
    return {
        "id": name,
        "name": _text(vi, en),
        "value": value,
        "low": None,
        "high": None,
        "unit": _text(*unit),
        "definition": _text("Định nghĩa thử nghiệm.", "A test definition."),
        "source": _text("bộ sinh dữ liệu thử", "test data builder"),
        "change": None,
        **extra,
    }


def _figures(as_of: date, n_cases: int) -> list[dict[str, Any]]:
    day = as_of.isoformat()
    cases, people = ("ca", "cases"), ("người", "people")
    synthetic = {"as_of": day, "status": "synthetic"}
    assumed = {"as_of": day, "status": "assumed"}
    return [
        _figure("new_community", "Ca mới ngoài cộng đồng", "New cases in the community", 9, cases, change=3, rows="cases", **synthetic),
        _figure("new_quarantine", "Ca mới trong cách ly", "New cases in quarantine", n_cases, cases, rows="cases", **synthetic),
        _figure("lab", "Năng lực xét nghiệm", "Lab capacity", 20000, ("mẫu/ngày", "samples a day"), low=18000, high=22000, rows="capacity", **assumed),
        _figure("places", "Chỗ cách ly tập trung", "Quarantine places", 15723, ("chỗ", "places"), rows="capacity", as_of=day, status="reported"),
        _figure("at_work", "Công nhân đang làm việc", "Workers at work", 1234567, people, rows="sites", as_of=day, status="derived"),
        _figure("value_added", "Giá trị tăng thêm một ngày", "Value added a day", 320.5, ("tỷ đồng", "bn VND"), low=290, high=350, rows="areas", **assumed),
    ]  # fmt: skip


def _district(code: str, name: str, areas: list[dict[str, Any]]) -> dict[str, Any]:
    inside = [area for area in areas if area["district_code"] == code]
    return {
        "code": code,
        "name": name,
        **{
            key: sum(area[key] for area in inside)
            for key in ("population", "cases_total", "cases_14d", "cases_community_7d")
        },
        "order": inside[0]["order"],
        "restricted": 12345,
        "workers_absent": 3210.4,
        "value_added_lost_day_vnd_bn": 4.25,
    }


def _interval(middle: float, spread: float = 0.45) -> dict[str, float]:
    low, high = middle / (1 + 2 * spread), middle * (1 + 2 * spread)
    return {
        "mean": middle * 1.05,
        "p05": low,
        "p50": middle,
        "p95": high,
        "cvar90": high * 1.2,
        "max_regret": high - low,
    }


def _band(values: list[float]) -> dict[str, list[float]]:
    return {"p05": [0.5 * v for v in values], "p50": values, "p95": [1.9 * v for v in values]}


def _plan(k: int, n_worlds: int, n_communes: int) -> dict[str, Any]:
    plan_id, vi, en, cases, lost = PLANS[k]
    draw = random.Random(k)
    dates = [(date(2021, 5, 18) + timedelta(days=d)).isoformat() for d in range(120)]
    wave = [cases / 60 * math.exp(-(((d - 18) / 16) ** 2)) for d in range(120)]
    infeasible = plan_id == "full-lockdown"
    outcomes = {item[0]: _interval(cases * item[6] if item[6] else lost) for item in INDICATORS}
    causes = (
        "isolated",
        "quarantined",
        "locked_down",
        "dead",
        "taken_home",
        "closed",
        "no_input",
        "no_demand",
    )
    return {
        "id": plan_id,
        "hash": f"{k:064x}",
        "name": _text(vi, en),
        "summary": _text(f"{vi}: kế hoạch thử nghiệm.", f"{en}: a test plan."),
        "reference": plan_id == "do-nothing",
        "decided": plan_id == "close-parks",
        "feasible": not infeasible,
        "infeasible": [
            {
                "what": _text("chỗ cách ly tập trung", "quarantine places"),
                "share_of_worlds": 0.4,
                "first_on": "2021-06-02",
            }
        ]
        if infeasible
        else [],
        "dominated_by": ["targeted"] if plan_id in ("present-orders", "half-shift") else [],
        "on_front": plan_id in ("targeted", "close-parks", "on-site"),
        "measures": [
            {
                "kind": "site_mode",
                "title": _text("Tạm dừng hoạt động khu công nghiệp", "Close industrial parks"),
                "where": _text("bốn khu công nghiệp", "four parks"),
                "present": False,
                "from": "2021-05-18",
                "until": _text("14 ngày không có ca mới", "14 days without a new case"),
                "legal_basis": ["Luật Phòng, chống bệnh truyền nhiễm 2007"],
                "public": _text("Công nhân ở tại nơi cư trú.", "Workers stay where they live."),
                "order": _text("Điều 1. Tạm dừng hoạt động.", "Article 1. Operations are suspended."),
            }
        ],
        "outcomes": outcomes,
        "points": [
            [cases * math.exp(draw.gauss(0, 0.4)), lost * (1 + draw.gauss(0, 0.15))] for _ in range(n_worlds)
        ],
        "daily": {
            "dates": dates,
            "dates_economy": [(date(2021, 5, 18) + timedelta(days=d)).isoformat() for d in range(228)],
            "reported_community": _band([0.3 * v for v in wave]),
            "reported_quarantine": _band([0.7 * v for v in wave]),
            "hospital": _band([12 * v for v in wave]),
            "value_added_share": _band([1 - 0.25 * math.exp(-(((d - 20) / 25) ** 2)) for d in range(228)]),
        },
        "areas": [
            {
                "code": place["code"],
                "cases": _interval((j * 13 % 37) * cases / 9000),
                "any_case": 0.5,
                "restricted_days": 0.5 * j,
            }
            for j, place in enumerate(_places(n_communes))
        ],
        "sectors": [
            {"id": name, "name": _text(vi_name, name), "value_added_lost_vnd_bn": _interval(lost * share)}
            for name, vi_name, share in (
                ("electronics", "Sản xuất linh kiện điện tử", 0.55),
                ("garments", "Dệt may", 0.15),
                ("agriculture", "Nông nghiệp", 0.1),
                ("trade", "Bán buôn, bán lẻ", 0.2),
            )
        ],
        "jobs_by_cause": {cause: _interval(1000.0 * (i + 1)) for i, cause in enumerate(causes)},
    }


def evaluation(
    as_of: date = date(2021, 5, 17), seed: int = 1, n_worlds: int = 100, n_communes: int = 8
) -> dict[str, Any]:
    """Return a ``songhanh-evaluation/1`` of seven plans."""
    return {
        "schema": "songhanh-evaluation/1",
        "pack": PACK,
        "as_of": as_of.isoformat(),
        "seed": seed,
        "n_worlds": n_worlds,
        "epidemic_until": (as_of + timedelta(days=120)).isoformat(),
        "economy_until": "2021-12-31",
        "model_version": "test",
        "world_set": "1" * 64,
        "worlds": {
            "n_histories": 500,
            "counts": [
                {
                    "place": "*",
                    "date": "2021-05-16",
                    "published": 332,
                    "simulated": _interval(340.0),
                    "source": "test",
                }
            ],
        },
        "self_consistency_note": _text("Ghi chú thử nghiệm.", "A test note."),
        "ceilings": [],
        "indicators": [
            {
                "id": name,
                "name": _text(vi, en),
                "unit": _text(unit_vi, unit_en),
                "definition": _text(f"{vi}, định nghĩa.", f"{en}, definition."),
                "goal": goal,
                "better": "less",
            }
            for name, vi, en, unit_vi, unit_en, goal, _share in INDICATORS
        ],
        "plans": [_plan(k, n_worlds, n_communes) for k in range(len(PLANS))],
    }


def evaluate(
    pack_ref: str,
    as_of: date,
    seed: int,
    n_worlds: int,
    on_progress: Callable[[int, int, str], None],
    should_stop: Callable[[], bool],
) -> dict[str, Any]:
    """Stand in for the decision room in tests of the web application only: instant, and clearly test data."""
    on_progress(n_worlds, n_worlds, "test")
    return evaluation(as_of, seed, n_worlds)


def situation_of(
    pack_ref: str,
    as_of: date,
    seed: int,
    on_progress: Callable[[int, int, str], None],
    should_stop: Callable[[], bool],
) -> dict[str, Any]:
    """Stand in for the decision room's situation."""
    return situation(as_of)


def load(pack_ref: str) -> str:
    """Stand in for reading a pack."""
    return pack_ref


def geometry_of(pack: str) -> dict[str, Any]:
    """Stand in for the province room's geometry."""
    return geometry()
