"""What the page of a file shows: the counts, the problems by reason, the rows with their cells."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from songhanh.operations.intake.fields import FORMAT_WORDS, TARGET_WORDS, field_of
from songhanh.operations.intake.forms import MappingForm
from songhanh.operations.intake.models import Batch, Row
from songhanh.operations.project.paging import Page

GROUPED = 20_000  # rows of which the reasons are counted on the page
SHOWN = 8  # cells of a row
# What rows say of themselves that is no problem.
QUIET = frozenset({"unchanged", "changed", "twice"})


def batch_page(batch: Batch, page: Page, verdict: str, form: MappingForm) -> dict[str, Any]:
    """Return the context of the page."""
    counts = [
        (value, label, getattr(batch, f"n_{value}")) for value, label in Row.Verdict.choices
    ]  # in = created + updated + duplicate + rejected
    mapped = [
        (column, field_of(batch.target, batch.mapping[column]))
        for column in batch.columns
        if column in batch.mapping
    ]
    return {
        "batch": batch, "page": page, "verdict": verdict, "form": form, "counts": counts, "section": "see",
        "target": TARGET_WORDS[batch.target], "source_format": FORMAT_WORDS.get(batch.source_format, batch.source_format),
        "problems": problems(batch), "rows": [_row(batch, row, mapped) for row in page.rows],
        "mapped": mapped, "unmapped": [column for column in batch.columns if column not in batch.mapping],
        "can_change": batch.state in ("uploaded", "tried", "failed") and not batch.n_done and batch.content is not None,
        "is_stopped": batch.state in ("tried", "failed") and batch.n_done > 0,
        "percent": round(100 * batch.progress),
    }  # fmt: skip


def problems(batch: Batch) -> list[dict[str, Any]]:
    """Return what was said about rows, once for each reason and column, with how many rows it is said of."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    rows = Row.objects.filter(batch=batch).exclude(reasons=[]).order_by("number")[:GROUPED]
    for number, reasons in rows.values_list("number", "reasons"):
        for reason in reasons:
            if reason["code"] in QUIET:
                continue
            key = (reason["level"], reason["column"], reason["code"])
            entry = found.setdefault(key, {**reason, "n": 0, "first": number})
            entry["n"] += 1
    return sorted(found.values(), key=lambda entry: (entry["level"] != "error", -entry["n"]))


def _row(batch: Batch, row: Row, mapped: list[Any]) -> dict[str, Any]:
    places = {column: position for position, column in enumerate(batch.columns)}
    cells: list[tuple[str, Any, str]] = []
    for column, field in mapped:
        value = row.values[places[column]] if places[column] < len(row.values) else ""
        if value and field is not None and len(cells) < SHOWN:
            cells.append(
                (column, field.words if not field.name.startswith("symptom:") else _("symptom"), value)
            )
    return {"row": row, "cells": cells}
