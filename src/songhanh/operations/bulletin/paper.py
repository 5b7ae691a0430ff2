"""The report on paper: one A4 page as PDF (typst) and the same as .docx."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import typst
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from songhanh.operations.bulletin.figures import BY_ID, FIGURES, Figure
from songhanh.operations.bulletin.message import day, number

TEMPLATE = Path(__file__).with_name("report.typ")
AREAS_PRINTED = 12
COLUMNS = (
    ("new_total", "Mắc mới"), ("new_community", "Cộng đồng"), ("new_quarantine", "Cách ly"), ("new_sealed", "Phong tỏa"),
    ("cumulative", "Cộng dồn"),
)  # fmt: skip


def content(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is printed, all of it as text: the same for the PDF and the .docx."""
    corrections, files = document["corrections"], document["files"]
    marks = {name: f"({place})" for place, name in enumerate(corrections, start=1)}
    areas = [row for row in document["areas"] if row["new_total"]] or document["areas"]
    shown, rest = (
        areas[:AREAS_PRINTED],
        [row for row in document["areas"] if row not in areas[:AREAS_PRINTED]],
    )
    rows = [[row["name"] or "chưa rõ", *(number(row[name]) for name, _words in COLUMNS)] for row in shown]
    if rest:
        sums = (sum(row[name] for row in rest) for name, _words in COLUMNS)
        rows.append([f"{len(rest)} nơi khác", *map(number, sums)])
    return {
        "place": document["place"],
        "title": f"BÁO CÁO NHANH TÌNH HÌNH DỊCH COVID-19 NGÀY {day(document['on'])}",
        "as_of": f"Số liệu đến {datetime.fromisoformat(document['as_of']):%H:%M ngày %d/%m/%Y} · bản số {document['version']}",
        "synthetic": "SỐ LIỆU MÔ PHỎNG, KHÔNG DÙNG ĐỂ ĐIỀU HÀNH" if document["is_synthetic"] else "",
        "figures": [_line(document, figure, marks.get(figure.id, "")) for figure in FIGURES],
        "area_title": "Theo xã, phường, thị trấn" if document["is_district"] else "Theo huyện, thành phố",
        "area_columns": [words for _name, words in COLUMNS],
        "areas": rows,
        "files": _about_files(files),
        "corrections": [
            f"{marks[name]} {BY_ID[name].name.vi.strip('– ')}: sổ ghi {number(document['counted'][name])}, sửa tay thành "
            f"{number(one['value'])}. Lý do: {one['reason'][:160]}"
            for name, one in corrections.items()
        ][:5],
        "notices": [text["vi"] for text in document["notices"]],
    }  # fmt: skip


def _line(document: Mapping[str, Any], figure: Figure, mark: str) -> list[str]:
    value = number(document["figures"][figure.id])
    return [figure.name.vi, value + mark, figure.definition.vi, figure.source.vi]


def _about_files(files: Mapping[str, Any]) -> str:
    if not files["files"]:
        return "Không có tệp để đối chiếu; số liệu lấy từ sổ."
    names = ", ".join(file["name"] for file in files["files"])
    names = names if len(names) < 120 else f"{len(files['files'])} tệp"
    return (
        f"Đối chiếu {names}: {number(files['n_rows'])} dòng; khớp {number(files['n_same'])}; "
        f"lệch {number(files['n_differing'])}; chỉ có trong tệp {number(files['n_file_only'])}; "
        f"chỉ có trong sổ {number(files['n_registry_only'])}."
    )


def pdf(document: Mapping[str, Any]) -> bytes:
    """Return the report as a PDF of one A4 page."""
    # The text goes in as data, never as markup: a name of a place cannot run anything.
    made = typst.compile(TEMPLATE.read_bytes(), sys_inputs={"content": json.dumps(content(document))})
    assert isinstance(made, bytes)
    return made


def docx(document: Mapping[str, Any]) -> bytes:
    """Return the report as a .docx that can be edited."""
    what = content(document)
    paper = Document()
    page = paper.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.top_margin = page.bottom_margin = Cm(1.5)
    page.left_margin, page.right_margin = Cm(2), Cm(1.5)
    style = paper.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(10)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "Times New Roman")
    style.paragraph_format.space_after = Pt(2)
    for name, is_bold in (("place", True), ("title", True), ("as_of", False), ("synthetic", True)):
        text = what[name].upper() if name == "place" else what[name]
        if text:
            line = paper.add_paragraph()
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER
            line.add_run(text).bold = is_bold
    _table(paper, ["Chỉ số", "Số", "Định nghĩa", "Nguồn"], what["figures"], (4.2, 1.8, 8.5, 3.0))
    paper.add_paragraph().add_run(what["area_title"]).bold = True
    _table(paper, ["Địa bàn", *what["area_columns"]], what["areas"], (5.0, *[2.5] * len(COLUMNS)))
    for text in (what["files"], *what["corrections"], *what["notices"]):
        paper.add_paragraph(text)
    written = io.BytesIO()
    paper.save(written)
    return written.getvalue()


def _table(paper: Any, header: list[str], rows: list[list[str]], widths: tuple[float, ...]) -> None:
    table = paper.add_table(rows=1, cols=len(header), style="Table Grid")
    for cell, text in zip(table.rows[0].cells, header, strict=True):
        cell.paragraphs[0].add_run(text).bold = True
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    for row in table.rows:
        for place, (cell, width) in enumerate(zip(row.cells, widths, strict=True)):
            cell.width = Cm(width)
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.space_after = Pt(0)
                for run in paragraph.runs:
                    run.font.size = Pt(8.5 if place >= 2 and len(header) == 4 else 9.5)
