"""The figures at the head of the situation page: each with its definition, its time, its source and its rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from songhanh.core.text import Text
from songhanh.decision.capacities import Capacities
from songhanh.decision.standing import Standing
from songhanh.joint.setting import Setting
from songhanh.twin.linelist import SyntheticCase

_LINE_LIST = Text("danh sách ca bệnh mô phỏng", "synthetic line list")
_MODEL = Text("mô hình, một lần chạy khớp các bản tin", "model, one run that agrees with the bulletins")
_PACK = Text("gói dữ liệu tỉnh", "province pack")
_OPEN_AIR = ("community", "imported")


@dataclass(frozen=True)
class Now:
    """What figures are computed from."""

    setting: Setting
    as_of: date
    cases: list[SyntheticCase]
    standing: Standing
    capacities: Capacities


def figures(now: Now) -> list[dict[str, Any]]:
    """Return the figures in three groups: epidemic, capacity, work."""
    return [*_epidemic(now), *_capacity(now), *_work(now)]


def _figure(
    now: Now,
    id_: str,
    group: str,
    name: Text,
    value: float | None,
    unit: Text,
    definition: Text,
    source: Text,
    status: str,
    rows: str,
    change: float | None = None,
    of: float | None = None,
) -> dict[str, Any]:
    return {
        "id": id_,
        "group": group,
        "name": name.as_dict(),
        "value": value,
        "of": of,
        "change": change,
        "unit": unit.as_dict(),
        "definition": definition.as_dict(),
        "source": source.as_dict(),
        "status": status,
        "as_of": now.as_of.isoformat(),
        "rows": rows,
    }


def _on(now: Now, when: date, found: tuple[str, ...]) -> int:
    return sum(case.reported_on == when and case.found in found for case in now.cases)


def _epidemic(now: Now) -> list[dict[str, Any]]:
    today, before = now.as_of, now.as_of - timedelta(days=1)
    cases = Text("ca", "cases")
    guarded = ("quarantine", "sealed")
    outside = [case.reported_on for case in now.cases if case.found in _OPEN_AIR]
    since = (today - max(outside)).days if outside else None
    return [
        _figure(
            now, "new_community", "epidemic", Text("Ca mới ngoài cộng đồng", "New in the community"),
            _on(now, today, _OPEN_AIR), cases,
            Text("Ca công bố trong ngày, phát hiện ngoài khu cách ly và vùng phong tỏa.",
                 "Cases announced today that were found outside quarantine and sealed areas."),
            _LINE_LIST, "synthetic", "cases", _on(now, today, _OPEN_AIR) - _on(now, before, _OPEN_AIR),
        ),
        _figure(
            now, "new_quarantine", "epidemic", Text("Ca mới trong cách ly, phong tỏa", "New in quarantine"),
            _on(now, today, guarded), cases,
            Text("Ca công bố trong ngày ở người đang cách ly hoặc sống trong vùng phong tỏa.",
                 "Cases announced today in people in quarantine or in a sealed area."),
            _LINE_LIST, "synthetic", "cases", _on(now, today, guarded) - _on(now, before, guarded),
        ),
        _figure(
            now, "cases_total", "epidemic", Text("Tổng số ca từ đầu đợt", "Cases since the start"), len(now.cases), cases,
            Text("Mọi ca xác định công bố đến hết ngày này.", "All confirmed cases announced by the end of this day."),
            _LINE_LIST, "synthetic", "cases",
        ),
        _figure(
            now, "days_since_outside", "epidemic",
            Text("Số ngày từ ca ngoài cộng đồng gần nhất", "Days since the last case outside"),
            since, Text("ngày", "days"),
            Text("0 nghĩa là hôm nay vẫn có ca ngoài cộng đồng.", "0 means that there was one today."),
            _LINE_LIST, "synthetic", "cases",
        ),
    ]  # fmt: skip


def _capacity(now: Now) -> list[dict[str, Any]]:
    standing = now.standing
    people = Text("người", "people")
    growth = standing.quarantined - standing.quarantined_before
    left = max(standing.places - standing.quarantined, 0) / growth if growth > 0 else None
    restricted = float((standing.restricted * now.setting.people).sum())
    return [
        _figure(
            now, "lab", "capacity", Text("Xét nghiệm hôm nay", "Samples tested today"), standing.tests,
            Text("mẫu/ngày", "samples a day"),
            Text("Số người được xét nghiệm trong ngày, so với năng lực một ngày.",
                 "People tested today, against the capacity of a day."),
            _MODEL, "synthetic", "capacity", of=standing.lab_capacity,
        ),
        _figure(
            now, "places", "capacity", Text("Người trong cách ly", "People in quarantine"), standing.quarantined, people,
            Text("Người đang cách ly, so với số chỗ cách ly tập trung.", "People in quarantine, against central places."),
            _MODEL, "synthetic", "capacity", growth, standing.places,
        ),
        _figure(
            now, "places_days_left", "capacity", Text("Chỗ cách ly còn đủ cho", "Places last for"), left, Text("ngày", "days"),
            Text("Số chỗ còn trống chia cho mức tăng hôm nay; 0 là đã hết chỗ, trống khi không tăng.",
                 "Free places divided by today's growth; 0 where they are full, empty where there is no growth."),
            _MODEL, "synthetic", "capacity",
        ),
        _figure(
            now, "beds", "capacity", Text("Đang điều trị", "Under treatment"), standing.hospital, Text("giường", "beds"),
            Text("Người đang điều trị, so với số giường đã có.", "People under treatment, against beds that stand."),
            _MODEL, "synthetic", "capacity", of=now.capacities.on(now.as_of, "beds"),
        ),
        _figure(
            now, "restricted", "capacity", Text("Người bị hạn chế", "People restricted"), restricted, people,
            Text("Cư dân vùng phong tỏa hoặc theo Chỉ thị 16, theo lệnh đang có hiệu lực.",
                 "Residents under lock-down or Directive 16, by the orders in force."),
            _PACK, "derived", "areas",
        ),
    ]  # fmt: skip


def _work(now: Now) -> list[dict[str, Any]]:
    standing = now.standing
    sites = now.setting.pack.sites
    low, high = (f"{sites[column].sum():,}" for column in ("workers_low", "workers_high"))
    return [
        _figure(
            now, "workers_at_work", "work", Text("Lao động đang làm việc", "Workers at work"), 100 * standing.workers_share,
            Text("% so với bình thường", "% of normal"),
            Text("Phần lao động toàn tỉnh đang làm việc; mỗi người vắng tính một lần.",
                 "Share of the province's workers who are at work; each absent person counts once."),
            _MODEL, "synthetic", "sites",
        ),
        _figure(
            now, "park_workers", "work", Text("Lao động khu công nghiệp", "Workers of the parks"), int(sites["workers"].sum()),
            Text("người", "people"),
            Text(f"Theo gói dữ liệu; các nguồn cho từ {low} đến {high}.".replace(",", "."),
                 f"From the pack; sources give {low} to {high}."),
            _PACK, "assumed", "sites",
        ),
        _figure(
            now, "value_added", "work", Text("Giá trị tăng thêm hôm nay", "Value added today"), standing.value_added_vnd_bn,
            Text("tỷ đồng/ngày", "bn VND a day"),
            Text("Giá trị tăng thêm cả tỉnh trong ngày (giá 2021), so với một ngày không có dịch.",
                 "Value added of the province today (2021 prices), against a day without an outbreak."),
            _MODEL, "assumed", "sectors", of=standing.value_added_baseline_vnd_bn,
        ),
    ]  # fmt: skip
