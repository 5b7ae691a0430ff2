"""The text for the messaging group: short, in Vietnamese, with the same figures as the page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

AREAS_NAMED = 6


def number(value: int | None) -> str:
    """Write a number as Vietnamese texts do."""
    return "chưa có" if value is None else f"{value:,}".replace(",", ".")


def day(value: str) -> str:
    """Write an ISO date with the day first."""
    return f"{date.fromisoformat(value[:10]):%d/%m/%Y}"


def message_of(document: Mapping[str, Any]) -> str:
    """Return the text of a report."""
    n = {name: number(value) for name, value in document["figures"].items()}
    found = [
        ("new_community", "cộng đồng"), ("new_quarantine", "khu cách ly"), ("new_sealed", "vùng phong tỏa"),
        ("new_imported", "nhập cảnh/nơi khác về"), ("new_unknown", "chưa rõ nơi phát hiện"),
    ]  # fmt: skip
    parts = ", ".join(
        f"{words} {n[name]}" for name, words in found if document["figures"][name] or name == "new_community"
    )
    heading = f"[{document['place'].upper()}] Tình hình COVID-19 ngày {day(document['on'])}"
    as_of = datetime.fromisoformat(document["as_of"])
    lines = [f"{heading} (số liệu đến {as_of:%H:%M %d/%m/%Y})"]
    if document["is_synthetic"]:
        lines.append("SỐ LIỆU MÔ PHỎNG - không dùng để điều hành")
    lines += [f"- Ca mắc mới: {n['new_total']} ({parts})"]
    areas = [
        f"{row['name'] or 'chưa rõ'} {number(row['new_total'])}"
        for row in document["areas"]
        if row["new_total"]
    ]
    if areas:
        more = f", {len(areas) - AREAS_NAMED} nơi khác" if len(areas) > AREAS_NAMED else ""
        lines.append(f"- Theo địa bàn: {', '.join(areas[:AREAS_NAMED])}{more}")
    lines += [
        f"- Cộng dồn: {n['cumulative']}; đang điều trị {n['active']}; khỏi {n['recovered']}; tử vong {n['deaths']}",
        f"- F1 đang cách ly: {n['f1_quarantine']}; F2: {n['f2_quarantine']}",
        f"- Mẫu lấy trong ngày: {n['samples_taken']}; chờ kết quả: {n['samples_pending']}",
        _quiet(document["figures"]["days_quiet"]),
    ]
    if document["corrections"]:
        lines.append(f"(Có {len(document['corrections'])} số sửa tay, lý do ghi trong báo cáo)")
    if document["version"] > 1:
        lines.append(f"Bản số {document['version']}, thay bản trước.")
    return "\n".join(lines)


def _quiet(days: int | None) -> str:
    if days is None:
        return "- Chưa có ca ngoài cộng đồng"
    if days == 0:
        return "- Ca ngoài cộng đồng gần nhất: trong ngày (0 ngày không có ca cộng đồng)"
    return f"- Số ngày không có ca cộng đồng: {number(days)}"
