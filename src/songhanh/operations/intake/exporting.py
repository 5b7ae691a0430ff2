"""What can be exported, in what form; every export is one event of the audit, written before its first row."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any

import xlsxwriter
from django.utils.translation import gettext_lazy as _

from songhanh.operations.accounts.access import demand
from songhanh.operations.audit.actions import record
from songhanh.operations.audit.models import Kind
from songhanh.operations.intake import exports_fhir, exports_json
from songhanh.operations.intake.exports import Layout, rows_of
from songhanh.operations.intake.exports_foreign import (
    GODATA_LAYOUTS,
    LINELIST_TAGS,
    R_LAYOUTS,
    SORMAS_LAYOUTS,
    WHO_LAYOUTS,
)
from songhanh.operations.intake.exports_own import LAYOUTS
from songhanh.operations.intake.fields import TARGET_WORDS
from songhanh.operations.intake.tables import refuse
from songhanh.operations.project.clock import today
from songhanh.operations.project.downloads import BYTE_ORDER_MARK, FORMULA_STARTS

MOST_XLSX_ROWS = 1_048_576
TABLES: Mapping[str, Mapping[str, Layout]] = {
    "songhanh": LAYOUTS, "godata": GODATA_LAYOUTS, "sormas": SORMAS_LAYOUTS, "who": WHO_LAYOUTS, "r": R_LAYOUTS,
}  # fmt: skip
DOCUMENTS: Mapping[str, Mapping[str, Callable[[Any], Iterator[str]]]] = {
    "godata-json": {
        "cases": exports_json.godata_cases, "contacts": exports_json.godata_contacts,
        "relationships": exports_json.godata_relationships,
    },
    "dhis2": {"cases": exports_json.dhis2_cases, "contacts": exports_json.dhis2_contacts},
    "fhir": {"all": exports_fhir.bundle},
    "r-tags": {"cases": lambda _by: iter([json.dumps({tag: tag for tag in LINELIST_TAGS}, indent=1) + "\n"])},
}  # fmt: skip
FORMAT_LABELS = {
    "songhanh": _("Songhanh's own table"), "godata": _("Go.Data table"), "godata-json": _("Go.Data JSON (API)"),
    "sormas": _("SORMAS table"), "dhis2": _("DHIS2 tracker JSON"), "who": _("WHO line list"),
    "fhir": _("FHIR R4B bundle"), "r": _("R: linelist, epicontacts"), "r-tags": _("R: tags of the linelist"),
}  # fmt: skip
TARGET_LABELS = TARGET_WORDS | {
    "all": _("cases, contacts and samples"),
    "epicontacts-linelist": _("epicontacts: persons"),
    "epicontacts-contacts": _("epicontacts: contacts"),
}


def choices() -> list[tuple[str, str, str]]:
    """Return what can be exported: format, target, suffix of the file."""
    tables = [(name, target, "csv") for name, layouts in TABLES.items() for target in layouts]
    return tables + [(name, target, "json") for name, writers in DOCUMENTS.items() for target in writers]


def file_name(source_format: str, target: str, suffix: str) -> str:
    """Return what an exported file is called."""
    return f"songhanh-{source_format}-{target}-{today().isoformat()}.{suffix}"


def demand_export(by: Any, source_format: str, target: str, suffix: str) -> None:
    """Raise where there is no such export or somebody may not have it; otherwise write it into the audit."""
    demand(by, "export.rows")
    offered = {(name, kind): ending for name, kind, ending in choices()}
    ending = offered.get((source_format, target))
    if ending is None or (suffix != ending and (suffix, ending) != ("xlsx", "csv")):
        raise refuse(
            "export",
            "There is no such export.",
            f"Choose among: {', '.join(sorted({n for n, _t, _s in choices()}))}.",
        )
    record(
        "intake.export",
        by=by,
        kind=Kind.EXPORT,
        details={"format": source_format, "target": target, "file": suffix},
    )


def lines(
    by: Any, source_format: str, target: str, filters: Mapping[str, Any] | None = None
) -> Iterator[str]:
    """Yield an export piece by piece, never the whole of it; call `demand_export` first."""
    if source_format in DOCUMENTS:
        return DOCUMENTS[source_format][target](by)
    return _csv(TABLES[source_format][target], by, filters, quoted=source_format != "r")


def _csv(layout: Layout, by: Any, filters: Mapping[str, Any] | None, *, quoted: bool) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    if quoted:
        buffer.write(
            BYTE_ORDER_MARK
        )  # a spreadsheet shows Vietnamese letters broken without it; R needs none
    for head in layout.above():
        writer.writerow(head)
    for number, row in enumerate(rows_of(layout.source, by, filters), start=1):
        writer.writerow([cell(value) for value in layout.row(row)])
        if number % 500 == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def cell(value: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula."""
    # A text that a spreadsheet would take for a formula is quoted; reading takes the quote off again.
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def workbook(by: Any, source_format: str, target: str, filters: Mapping[str, Any] | None = None) -> IO[bytes]:
    """Return an export as an open .xlsx file, written row by row in flat memory; every text stays a text."""
    layout = TABLES[source_format][target]
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    book = xlsxwriter.Workbook(
        file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )  # fmt: skip
    sheet = book.add_worksheet(target[:31])
    number = 0
    for head in layout.above():
        sheet.write_row(number, 0, head)
        number += 1
    for row in rows_of(layout.source, by, filters):
        if number >= MOST_XLSX_ROWS:
            file.close()
            raise refuse("export_rows", "There are more rows than a sheet holds.", "Export them as CSV.")
        sheet.write_row(number, 0, layout.row(row))
        number += 1
    book.close()
    file.seek(0)
    return file
