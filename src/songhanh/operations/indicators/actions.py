"""Writes of the situation: one snapshot with its line list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from songhanh.operations.indicators.models import LineListCase, Snapshot
from songhanh.operations.indicators.outlines import with_district_outlines


@transaction.atomic
def record(*, document: Mapping[str, Any], geometry: Mapping[str, Any], seed: int) -> Snapshot:
    """Keep a situation (``songhanh-situation/1``); one of the same pack, date and seed is replaced."""
    kept = {key: value for key, value in document.items() if key != "cases"}
    pack = document["pack"]
    snapshot, _ = Snapshot.objects.update_or_create(
        pack_hash=pack["hash"],
        as_of=date.fromisoformat(document["as_of"]),
        seed=seed,
        defaults={
            "pack_id": pack["id"],
            "document": kept,
            "geometry": with_district_outlines(geometry, document["areas"]),
        },
    )
    snapshot.cases.all().delete()
    LineListCase.objects.bulk_create(_case_rows(snapshot, document), batch_size=500)
    return snapshot


def _case_rows(snapshot: Snapshot, document: Mapping[str, Any]) -> list[LineListCase]:
    areas = {area["code"]: area for area in document["areas"]}
    districts = {district["code"]: district["name"] for district in document["districts"]}
    sites = {site["site_id"]: site["name"] for site in document["sites"]}
    rows = []
    for case in document["cases"]:
        area = areas.get(case["area_code"], {})
        rows.append(
            LineListCase(
                snapshot=snapshot,
                code=case["code"],
                reported_on=date.fromisoformat(case["reported_on"]),
                area_code=case["area_code"],
                area_name=area.get("name", case["area_code"]),
                district_name=districts.get(area.get("district_code"), ""),
                age_group=case["age_group"],
                site_id=case["site_id"] or "",
                site_name=sites.get(case["site_id"]),
                lodger=case["lodger"],
                found=case["found"],
            )
        )
    return rows
