"""Writes: the units, sites and facilities of a province pack."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.db import transaction

from songhanh.core.errors import Fault, SonghanhError
from songhanh.operations.audit import actions as audit
from songhanh.operations.places.models import Facility, Installation, Level, Site, Unit
from songhanh.operations.places.naming import split_kind
from songhanh.operations.project.clock import today
from songhanh.operations.project.folding import fold
from songhanh.province import load
from songhanh.province.pack import Pack

_SITE_KINDS = {
    "park": Site.Kind.PARK,
    "cluster": Site.Kind.PARK,
    "firm": Site.Kind.PLANT,
    "workshop": Site.Kind.PLANT,
}


@transaction.atomic
def load_pack(pack_ref: str, *, by: Any = None, is_synthetic: bool = False) -> Installation:
    """Write a province pack's places; doing it again changes what the pack changed and nothing else.

    Raises
    ------
    SonghanhError
        If the pack is wrong, or this installation serves another province.
    """
    pack = load(pack_ref)
    name = re.sub(r"\s*\d{4}\s*$", "", pack.name.vi).strip() or pack.name.vi
    code = fold(name).replace(" ", "-")[:20]
    served = Installation.objects.select_related("province").first()
    if served is not None and served.province.name_folded != fold(name):
        raise SonghanhError(
            Fault(
                "places.other_province",
                f"This installation serves {served.province}, not {name}.",
                "One installation serves one province: use another data directory (SONGHANH_HOME) for this pack.",
                file=str(pack_ref),
            )
        )
    province = _units(pack, served.province.code if served else code, name)
    _sites(pack)
    _facilities(pack)
    installation, created = Installation.objects.update_or_create(
        province=province,
        defaults={
            "pack_ref": str(pack_ref),
            "code_prefix": "".join(word[0] for word in fold(name).split() if word[0].isalpha()).upper()[:6],
            # An installation with made-up persons never becomes a real one by loading its pack again.
            "is_synthetic": is_synthetic or bool(served and served.is_synthetic),
        },
    )
    details = {"pack": pack.id, "hash": pack.hash, "first": created, "program": "" if by else "load_pack"}
    audit.record("places.load_pack", by=by, subject=installation, details=details)
    Unit.writes += 1
    return installation


def _units(pack: Pack, code: str, name: str) -> Unit:
    rows = pack.tables["areas"].to_dicts()
    # The pack does not say since when there is the province; its units are at least as young.
    province, _ = Unit.objects.update_or_create(
        code=code,
        valid_from=None,
        defaults={
            "name": name,
            "level": Level.PROVINCE,
            "kind": "Tỉnh",
            "population": sum(row["population"] for row in rows if row["level"] == "commune"),
        },
    )
    above: dict[str, Unit] = {"": province}
    for level in (Level.DISTRICT, Level.COMMUNE):
        written = [_unit(row, above) for row in rows if row["level"] == level]
        Unit.objects.bulk_create([unit for unit in written if unit.pk is None], batch_size=500)
        Unit.objects.bulk_update([unit for unit in written if unit.pk], _UNIT_FIELDS, batch_size=200)
        above |= {unit.code: unit for unit in written}
    return province


_UNIT_FIELDS = [
    "name", "name_folded", "level", "kind", "parent", "valid_until", "population", "longitude", "latitude",
]  # fmt: skip


def _unit(row: dict[str, Any], above: dict[str, Unit]) -> Unit:
    found = Unit.objects.filter(code=row["code"], valid_from=row["valid_from"]).first()
    unit = found or Unit(code=row["code"], valid_from=row["valid_from"])
    unit.kind, unit.name = split_kind(row["name"])
    unit.kind = unit.kind or row["kind"] or ""
    unit.name_folded = fold(unit.name)
    unit.level = row["level"]
    unit.parent = above[row["parent_code"] or ""]
    unit.valid_until = row["valid_until"]
    unit.population = row["population"]
    unit.longitude, unit.latitude = row["lon"], row["lat"]
    return unit


def _sites(pack: Pack) -> None:
    rows = pack.tables["sites"].to_dicts()
    written: dict[str, Site] = {}
    for row in sorted(rows, key=lambda row: bool(row["parent_id"])):  # parents first
        written[row["site_id"]], _ = Site.objects.update_or_create(
            slug=row["site_id"],
            defaults={
                "name": row["name_vi"],
                "kind": _SITE_KINDS[row["kind"]],
                "parent": written.get(row["parent_id"] or ""),
                "unit": _unit_of(row["area_code"]),
                "longitude": row["lon"],
                "latitude": row["lat"],
                "valid_from": row["valid_from"],
                "valid_until": row["valid_until"],
            },
        )


def _facilities(pack: Pack) -> None:
    for row in pack.tables["facilities"].to_dicts():
        _facility(
            row["facility_id"],
            row["name_vi"],
            Facility.Kind.HOSPITAL,
            _unit_of(row["area_code"]),
            (row["beds"] or 0) + (row["icu_beds"] or 0),
            row["valid_from"],
            row["valid_until"],
        )
    # A pack knows places and samples a day of the whole province only; each place by itself is added by its keepers.
    whole = [
        ("quarantine_capacity", "places", "cach-ly-toan-tinh", "Cách ly tập trung (toàn tỉnh)", "quarantine"),
        ("lab_capacity", "samples_per_day", "xet-nghiem-toan-tinh", "Xét nghiệm (toàn tỉnh)", "laboratory"),
    ]
    for table, column, slug, name, kind in whole:
        rows = pack.tables[table].sort("valid_from").to_dicts()
        if rows:
            _facility(slug, name, kind, None, _in_force(rows)[column], rows[0]["valid_from"], None)


def _in_force(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the row of today; before the first row the first, after the last the last."""
    begun = [row for row in rows if row["valid_from"] <= today()]
    return begun[-1] if begun else rows[0]


def _facility(
    slug: str, name: str, kind: str, unit: Unit | None, capacity: int, since: date | None, until: date | None
) -> None:
    Facility.objects.update_or_create(
        slug=slug,
        defaults={
            "name": name,
            "kind": kind,
            "unit": unit,
            "capacity": capacity,
            "valid_from": since,
            "valid_until": until,
        },
    )


def _unit_of(code: str) -> Unit | None:
    return Unit.objects.filter(code=code).order_by("-valid_from").first()
