"""Documents of the shapes that the pages read, made up for tests: no figure here is a fact.

Names of districts are real so that Vietnamese letters are exercised; every number is drawn by a fixed rule.
"""

# ruff: noqa: E501 - tables read better as tables
from __future__ import annotations

import math
import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from songhanh.core.canonical import json_bytes, sha256

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


PLAN_TOML = """
format = "songhanh-plan/1"

[name]
vi = "{vi}"
en = "{en}"

[summary]
vi = "{vi}: kế hoạch thử nghiệm."
en = "{en}: a test plan."

[[measures]]
kind = "site_mode"
where = ["dinh-tram", "quang-chau"]
mode = "closed"
legal_basis = ["luat-03-2007", "ct07-tu"]

[[measures]]
kind = "distancing"
level = "ct15"
where = ["222"]
from = 2021-05-20
until = 2021-06-05
legal_basis = ["ct15"]

[[measures]]
kind = "distancing"
level = "ct16"
where = ["*"]
trigger = {{ at_least = 2, window_days = 7 }}
legal_basis = ["ct16"]
"""
CARD = {
    "if": _text("số ca ở một xã từ 2 trong 7 ngày", "a commune has 2 or more cases in 7 days"),
    "for_days": 3,
    "then": _text("áp dụng Chỉ thị 16 ở xã đó", "put that commune under Directive 16"),
    "authority": _text("Chủ tịch UBND tỉnh", "Chairman of the provincial committee"),
    "legal_basis": [_text("Chỉ thị 16/CT-TTg", "Directive 16/CT-TTg")],
    "measure": 3,
    "now": _text("đang đúng ở 4 xã", "true in 4 communes now"),
}
FAILS = {
    "share_failing": 0.3,
    "boxes": [
        {
            "conditions": [
                {
                    "parameter": "compliance",
                    "name": _text("Tuân thủ", "Compliance"),
                    "low": None,
                    "high": 0.62,
                    "unit": _text("", ""),
                },
                {
                    "parameter": "seeds",
                    "name": _text("Ca chưa phát hiện", "Cases not yet found"),
                    "low": 120.0,
                    "high": None,
                    "unit": _text("ca", "cases"),
                },
            ],
            "coverage": 0.7,
            "density": 0.9,
            "n": 24,
        }
    ],
    "note": _text("Theo các kịch bản của mô hình.", "In the worlds of the model."),
}


def plan_toml(vi: str, en: str) -> str:
    """Return a plan as it is written, of measures that the example province knows."""
    return PLAN_TOML.format(vi=vi, en=en)


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
        "toml": plan_toml(vi, en),
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
        "cards": [CARD] if plan_id == "targeted" else [],
        "fails_when": FAILS if plan_id == "targeted" else None,
        "within_ceilings": 0.8,
        "meets": {},
        "breaks": [],
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
        "neighbours": [
            {
                "from": "targeted",
                "to": "close-parks",
                "value_added_lost_more_vnd_bn": _interval(3800.0),
                "public_cost_more_vnd_bn": _interval(90.0),
                "value_added_vnd_per_case_averted": 4.75e9,
                "value_added_vnd_per_death_averted": None,
            }
        ],
        "plans": [_plan(k, n_worlds, n_communes) for k in range(len(PLANS))],
    }


def _spread(middle: float) -> dict[str, float]:
    quantiles = {"p05": 0.4, "p25": 0.75, "p50": 1.0, "p75": 1.3, "p95": 2.0}
    return {"mean": middle * 1.05} | {q: middle * factor for q, factor in quantiles.items()}


def _place(level: str, code: str, name: object, size: float, as_of: date) -> dict[str, Any]:
    past = [as_of - timedelta(days=back) for back in range(30, -1, -1)]
    known = level != "site"
    return {
        "level": level,
        "code": code,
        "name": name,
        "history": [
            {
                "date": when.isoformat(),
                "cases": round(size * math.exp(0.05 * (i - 30))),
                "nowcast": {
                    q: v
                    for q, v in _spread(size * math.exp(0.05 * (i - 30))).items()
                    if q in ("p05", "p50", "p95")
                },
            }
            for i, when in enumerate(past)
        ],
        "r": {"p05": 0.9, "p50": 1.3, "p95": 1.8} if known else None,
        "r_caveat": _text("Số xét nghiệm đang thay đổi.", "Testing has changed.")
        if level == "province"
        else None,
        "growth_per_day": {"p05": 0.01, "p50": 0.05, "p95": 0.09} if known else None,
        "doubling_days": {"p05": 8.0, "p50": 14.0, "p95": 70.0} if known else None,
        "fan": [
            {"date": (as_of + timedelta(days=ahead)).isoformat(), **_spread(size * math.exp(0.03 * ahead))}
            for ahead in range(1, 29)
        ],
        "sums": {str(days): _spread(size * days * 1.2) for days in (7, 14, 28)},
        "changed": {
            "week_before": round(5 * size),
            "week": round(6 * size),
            "since_yesterday": {
                "cases": round(size),
                "r_p50_before": 1.2 if known else None,
                "sum7_p50_before": 8 * size,
            },
        },
    }


def forecast(as_of: date = date(2021, 5, 17), seed: int = 1, n_communes: int = 8) -> dict[str, Any]:
    """Return a ``songhanh-forecast/1``."""
    risks = ("low", "medium", "high", "very-high")
    places = _places(n_communes)
    districts = [
        _place("district", f"{d:02}", _text(n, n), 1.0 + 3 * d, as_of) for d, n in enumerate(DISTRICTS)
    ]
    parks = [_place("site", code, _text(f"KCN {n}", f"{n} park"), 4.0, as_of) for code, n in SITES]
    return {
        "schema": "songhanh-forecast/1",
        "pack": PACK,
        "as_of": as_of.isoformat(),
        "seed": seed,
        "line_list": {"id": "3" * 64, "accepted": 1234, "rejected": 2, "rows": 1236, "synthetic": True},
        "rejected": [
            {
                "row": 7,
                "column": "date",
                "reason": "future",
                "message": _text("Ngày ở tương lai.", "The date is in the future."),
            },
            {
                "row": 9,
                "column": None,
                "reason": "duplicate",
                "message": _text("Dòng lặp lại.", "The row is there twice."),
            },
        ],
        "delays": {
            "median_days": 1.5,
            "p90_days": 4.0,
            "known": True,
            "weekday_factor": [1.0] * 7,
            "note": _text("Ghi chú về độ trễ.", "A note on delays."),
        },
        "structures": [
            {"id": "renewal", "name": _text("Phương trình tái tạo", "Renewal equation"), "weight": 0.7},
            {"id": "growth", "name": _text("Tăng trưởng", "Growth"), "weight": 0.3},
        ],
        "caveats": [_text("Lưu ý thử nghiệm.", "A test caveat.")],
        "definitions": [
            {
                "id": "r",
                "name": _text("Hệ số lây R", "Reproduction number R"),
                "definition": _text("Định nghĩa R.", "Definition of R."),
            },
            {
                "id": "coverage",
                "name": _text("Độ bao phủ", "Coverage"),
                "definition": _text("Bao nhiêu lần đúng.", "How often it held."),
            },
        ],
        "places": [_place("province", "24", PACK["name"], 40.0, as_of), *districts, *parks],
        "communes": [
            {
                "code": place["code"],
                "name": place["name"],
                "district_code": place["district"],
                "cases_14d": k % 7,
                "cases_7d": k % 4,
                "p_any_7d": (k % 4) * 0.3 + 0.02,
                "risk": risks[k % 4],
            }
            for k, place in enumerate(places)
        ],
        "clusters": [
            {
                "id": "c1",
                "communes": [places[0]["code"], places[1]["code"]],
                "site_id": SITES[0][0],
                "cases": 31,
                "first_on": "2021-05-08",
                "last_on": "2021-05-17",
                "growing": True,
                "p_value": 0.003,
                "reason": _text("Nhiều ca ở một nơi làm việc.", "Many cases at one workplace."),
            }
        ],
        "too_little_data": False,
        "note": None,
    }


def priorities(as_of: date = date(2021, 5, 17), seed: int = 1, n_communes: int = 8) -> dict[str, Any]:
    """Return a ``songhanh-priorities/1`` of all districts and communes."""
    modes = {
        "epidemic-first": _text("dịch trước", "epidemic first"),
        "both": _text("cả hai", "both together"),
        "production-under-guard": _text("ưu tiên sản xuất, có bảo vệ", "production under guard"),
    }
    levels = ["none", "ct19", "ct15", "ct16", "lockdown"]
    names = list(modes)
    areas = [("district", f"{d:02}", name, None) for d, name in enumerate(DISTRICTS)]
    areas += [("commune", place["code"], place["name"], place["district"]) for place in _places(n_communes)]
    return {
        "schema": "songhanh-priorities/1",
        "pack": PACK,
        "as_of": as_of.isoformat(),
        "seed": seed,
        "n_worlds": 100,
        "model_version": "test",
        "world_set": "1" * 64,
        "review_on": (as_of + timedelta(days=5)).isoformat(),
        "rule": {"values": {"guard_days": 7}},
        "definitions": [
            {
                "id": "mode",
                "name": _text("Chế độ", "Mode"),
                "definition": _text("Định nghĩa chế độ.", "Definition of the mode."),
            }
        ],
        "areas": [
            {
                "level": level,
                "code": code,
                "name": name,
                "district_code": district,
                "mode": names[k % 3],
                "mode_name": modes[names[k % 3]],
                "allowed_modes": names[: {"lockdown": 1, "ct16": 2}.get(levels[k % 5], 3)],
                "reasons": [_text(f"Lý do {k}.", f"Reason {k}.")],
                "to_change": [_text("Bảy ngày không có ca.", "Seven days without a case.")],
                "risk": {
                    "cases_14d": k % 5,
                    "per_100k_week": 12.5,
                    "p_any_7d": None if level == "district" else 0.4,
                    "trend": "up",
                },
                "work": {"value_added_day_vnd_bn": 3.2, "workers": 4100, "closure_costs_day_vnd_bn": 1.4},
                "legal_level": {"id": levels[k % 5], "name": _text(*LEVELS[levels[k % 5]])},
                "expires_on": None,
            }
            for k, (level, code, name, district) in enumerate(areas)
        ],
    }


def search(
    as_of: date = date(2021, 5, 17), seed: int = 1, n_rules: int = 2000, n_worlds: int = 20
) -> dict[str, Any]:
    """Return a ``songhanh-search/1`` with two named plans."""
    standing = _plan(3, 30, 8)
    named = [
        {
            "slug": standing["id"],
            "name": standing["name"],
            "why": _text("Luôn được nêu.", "Always shown."),
            "plan_toml": standing["toml"],
            "letter": "C",
            "plan": standing,
        }
    ]
    for number, k in enumerate((2, 4), start=1):
        plan = _plan(k, 30, 8) | {
            "id": f"found-{number}",
            "decided": False,
            "dominated_by": [],
            "on_front": True,
        }
        plan["name"] = _text(f"Quy tắc {number}", f"Rule {number}")
        named.append(
            {
                "slug": plan["id"],
                "name": plan["name"],
                "why": _text("Ít ca nhất.", "Fewest cases."),
                "plan_toml": plan["toml"],
                "letter": "AB"[number - 1],
                "plan": plan,
            }
        )
    return {
        **{
            key: value
            for key, value in evaluation(as_of, seed, n_worlds).items()
            if key in ("pack", "as_of", "seed", "n_worlds", "model_version", "world_set")
        },
        "schema": "songhanh-search/1",
        "rules_tried": n_rules,
        "generations": 20,
        "objectives": ["cases_total", "value_added_lost_vnd_bn"],
        "front": [],
        "named": named,
        "dominance": [
            {
                "plan": "found-1",
                "other": "close-parks",
                "share_of_worlds": 0.55,
                "by_structure": {"near": 0.6, "far": 0.5},
            }
        ],
    }


def what_if(as_of: date = date(2021, 5, 17), seed: int = 1, days: int = 60) -> dict[str, Any]:
    """Return a ``songhanh-what-if/1``: a changed plan beside its base."""
    compared = ("dominated_by", "on_front", "cards", "fails_when", "within_ceilings", "meets", "breaks")
    base, plan = (
        {key: value for key, value in _plan(k, 100, 8).items() if key not in compared} for k in (2, 3)
    )
    plan |= {"id": "targeted-changed", "name": _text("Đúng điểm (đã thay đổi)", "Targeted (changed)")}
    return {
        **{
            key: value
            for key, value in evaluation(as_of, seed).items()
            if key in ("pack", "as_of", "seed", "n_worlds", "model_version", "world_set")
        },
        "schema": "songhanh-what-if/1",
        "days": days,
        "plan": plan,
        "base": base,
        "difference": {
            name: _interval(plan["outcomes"][name]["p50"] - base["outcomes"][name]["p50"])
            for name in base["outcomes"]
        },
    }


Progress = Callable[[int, int, str], None]
ShouldStop = Callable[[], bool]


def evaluate_of(
    pack_ref: str,
    as_of: date,
    seed: int,
    n_worlds: int,
    ceilings: dict[str, float],
    on_progress: Progress,
    should_stop: ShouldStop,
) -> dict[str, Any]:
    """Stand in for the decision room in tests of the web application only: instant, and clearly test data."""
    on_progress(n_worlds, n_worlds, "test")
    limits = [{"indicator": name, "at_most": value} for name, value in ceilings.items()]
    return evaluation(as_of, seed, n_worlds) | {"ceilings": limits}


def situation_of(
    pack_ref: str, as_of: date, seed: int, on_progress: Progress, should_stop: ShouldStop
) -> dict[str, Any]:
    """Stand in for the decision room's situation."""
    return situation(as_of)


def forecast_of(
    pack_ref: str, as_of: date, seed: int, n_worlds: int, on_progress: Progress, should_stop: ShouldStop
) -> dict[str, Any]:
    """Stand in for the twin's forecast."""
    return forecast(as_of, seed)


def priorities_of(
    pack_ref: str,
    as_of: date,
    seed: int,
    n_worlds: int,
    forecast: dict[str, Any] | None,
    on_progress: Progress,
    should_stop: ShouldStop,
) -> dict[str, Any]:
    """Stand in for the decision room's priorities."""
    return priorities(as_of, seed)


def search_of(
    pack_ref: str,
    as_of: date,
    seed: int,
    n_worlds: int,
    n_rules: int,
    n_fresh: int,
    ceilings: dict[str, float],
    on_progress: Progress,
    should_stop: ShouldStop,
) -> dict[str, Any]:
    """Stand in for the search."""
    return search(as_of, seed, n_rules, n_worlds)


def what_if_of(
    pack_ref: str,
    as_of: date,
    seed: int,
    n_worlds: int,
    days: int,
    plan: str,
    plan_slug: str,
    base: str,
    base_slug: str,
    on_progress: Progress,
    should_stop: ShouldStop,
) -> dict[str, Any]:
    """Stand in for the what-if."""
    return what_if(as_of, seed, days)


def record_of(
    pack_ref: str,
    as_of: date,
    seed: int,
    n_worlds: int,
    decided: int,
    slug: str,
    plan: str,
    on_progress: Progress,
    should_stop: ShouldStop,
) -> dict[str, Any]:
    """Stand in for the record of a decided plan."""
    shown = next(row for row in evaluation(as_of, seed, n_worlds)["plans"] if row["id"] == slug)
    hashes = {name: name[0] * 64 for name in ("pack", "policies", "models", "world_set", "plan")}
    results = {"outcomes": shown["outcomes"]}
    return {
        "schema": "songhanh-decided/1",
        **hashes,
        "version": "test",
        "policy_set": "vn-2021",
        "results": results,
        "results_sha256": sha256(json_bytes(results)),
        "plan_toml": plan,
    }


def rerun_of(
    pack_ref: str,
    as_of: date,
    seed: int,
    n_worlds: int,
    decided: int,
    slug: str,
    record: dict[str, Any],
    on_progress: Progress,
    should_stop: ShouldStop,
) -> dict[str, Any]:
    """Stand in for running a record again."""
    now = record_of(
        pack_ref, as_of, seed, n_worlds, decided, slug, record["plan_toml"], on_progress, should_stop
    )
    same = now["results_sha256"] == record["results_sha256"]
    word = (
        _text("Các con số giống nhau.", "The same numbers.")
        if same
        else _text("Khác bản ghi.", "Not as recorded.")
    )
    return {"schema": "songhanh-rerun/1", "same": same, "changed": {}, "words": [word]}


def geometry_of(pack_ref: str) -> dict[str, Any]:
    """Stand in for the province room's geometry."""
    return geometry()


def preload_of(pack_ref: str, as_of: date, seed: int, n_worlds: int, days: int) -> None:
    """Stand in for loading the models: there are none."""


def answers() -> dict[str, dict[str, Any]]:
    """Return the three answers of an evening, by kind."""
    return {"evaluate": evaluation(), "forecast": forecast(), "priorities": priorities()}
