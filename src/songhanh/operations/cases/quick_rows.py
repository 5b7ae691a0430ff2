"""Rows of the quick entry: what was typed or pasted from a spreadsheet, as cells with the names of fields."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from songhanh.operations.cases.models import Found
from songhanh.operations.places.queries import unit_named
from songhanh.operations.project.clock import today
from songhanh.operations.project.days import DayField
from songhanh.operations.project.folding import fold

MOST_ROWS = 200
# In the order in which they are pasted when there is no row of names above.
COLUMNS: dict[str, Any] = {
    "full_name": gettext_lazy("Full name"),
    "birth": gettext_lazy("Born (year or date)"),
    "sex": gettext_lazy("Sex"),
    "phone": gettext_lazy("Telephone"),
    "id_number": gettext_lazy("Identity number"),
    "unit": gettext_lazy("Commune"),
    "hamlet": gettext_lazy("Hamlet, address"),
    "reported_on": gettext_lazy("Reported on"),
    "onset_on": gettext_lazy("Onset"),
    "sampled_on": gettext_lazy("Sample taken on"),
    "confirmed_on": gettext_lazy("Confirmed on"),
    "found": gettext_lazy("Where found"),
    "source": gettext_lazy("Infected by (code, or in words)"),
}
_NAMES = {
    "full_name": "ho va ten|ho ten|ten|name|full name",
    "birth": "nam sinh|ngay sinh|born|birth year|year of birth|born (year or date)|sinh",
    "sex": "gioi tinh|gioi|sex|nam/nu",
    "phone": "dien thoai|so dien thoai|sdt|phone|telephone",
    "id_number": "cccd|cmnd|cmnd/cccd|so cccd|identity number|cmt",
    "unit": "xa|phuong|xa/phuong|commune|dia phuong|noi o|xa, phuong",
    "hamlet": "thon|to dan pho|dia chi|address|hamlet|thon, dia chi|hamlet, address",
    "reported_on": "ngay bao cao|reported on|ngay cong bo|ngay",
    "onset_on": "ngay khoi phat|khoi phat|onset|onset on",
    "sampled_on": "ngay lay mau|lay mau|sample taken on|sampled on",
    "confirmed_on": "ngay khang dinh|ngay duong tinh|khang dinh|ngay xac nhan|confirmed on|ngay co ket qua",
    "found": "noi phat hien|phat hien|where found|found|dien phat hien",
    "source": "nguon lay|nguon|lay tu|infected by|source|tiep xuc voi",
}
_BY_NAME = {name: field for field, names in _NAMES.items() for name in names.split("|")}
_FOUND = {
    Found.COMMUNITY: "cong dong|cd|community|ngoai cong dong|in the community",
    Found.QUARANTINE: "cach ly|kcl|khu cach ly|cach ly tap trung|trong khu cach ly|quarantine|f1|f2|cltt|in quarantine",
    Found.SEALED: "phong toa|khu phong toa|kpt|vung phong toa|sealed|trong khu phong toa|in a sealed area",
    Found.IMPORTED: "nhap canh|imported|on arrival|tu noi khac ve",
    Found.UNKNOWN: "|unknown|khong ro|chua ro|not known",
}
_FOUND_BY_NAME = {name: found for found, names in _FOUND.items() for name in names.split("|")}


def blank_row() -> dict[str, str]:
    """Return an empty row with an id of its own, by which it is saved once."""
    return dict.fromkeys(COLUMNS, "") | {"uuid": str(uuid4()), "same_as": ""}


def pasted(text: str) -> list[dict[str, str]]:
    """Return the rows of a text copied from a spreadsheet, by the names above them or in the order of the columns."""
    delimiter = "\t" if "\t" in text else ";" if ";" in text else ","
    lines = [
        [cell.strip() for cell in line]
        for line in csv.reader(io.StringIO(text.strip("\ufeff\n\r")), delimiter=delimiter)
    ]
    lines = [line for line in lines if any(line)]
    if not lines:
        return []
    named = [_BY_NAME.get(fold(cell)) for cell in lines[0]]
    if sum(name is not None for name in named) >= 2:
        columns, lines = named, lines[1:]
    else:
        columns = list(COLUMNS)
    rows = []
    for line in lines[: MOST_ROWS + 1]:
        cells = {name: cell for name, cell in zip(columns, line, strict=False) if name is not None}
        rows.append(blank_row() | cells)
    return rows


def posted(data: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the rows of the grid as it was sent, without the empty ones."""
    rows = []
    for number in range(MOST_ROWS + 1):
        if f"row-{number}-uuid" not in data:
            break
        row = {name: data.get(f"row-{number}-{name}", "").strip() for name in (*COLUMNS, "uuid", "same_as")}
        if any(row[name] for name in COLUMNS):
            rows.append(row)
    return rows


class QuickRow(forms.Form):
    """One row, read."""

    uuid = forms.UUIDField()
    same_as = forms.CharField(required=False, max_length=40)
    full_name = forms.CharField(label=COLUMNS["full_name"], max_length=160)
    birth = forms.CharField(label=COLUMNS["birth"], required=False, max_length=12)
    sex = forms.CharField(label=COLUMNS["sex"], required=False, max_length=12)
    phone = forms.CharField(label=COLUMNS["phone"], required=False, max_length=60)
    id_number = forms.CharField(label=COLUMNS["id_number"], required=False, max_length=30)
    unit = forms.CharField(label=COLUMNS["unit"], required=False, max_length=120)
    hamlet = forms.CharField(label=COLUMNS["hamlet"], required=False, max_length=120)
    reported_on = DayField(label=COLUMNS["reported_on"], required=False)
    onset_on = DayField(label=COLUMNS["onset_on"], required=False)
    sampled_on = DayField(label=COLUMNS["sampled_on"], required=False)
    confirmed_on = DayField(label=COLUMNS["confirmed_on"], required=False)
    found = forms.CharField(label=COLUMNS["found"], required=False, max_length=60)
    source = forms.CharField(label=COLUMNS["source"], required=False, max_length=200)

    def __init__(self, *args: Any, communes: list[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.communes = communes

    def clean_birth(self) -> dict[str, Any]:
        """Read a year, or a whole date."""
        text = self.cleaned_data["birth"].strip()
        if not text:
            return {}
        if text.isascii() and text.isdigit() and len(text) == 4:
            return {"birth_year": int(text)}
        return {"born_on": DayField().clean(text)}

    def clean_reported_on(self) -> Any:
        """Take an empty day of report for today."""
        return self.cleaned_data["reported_on"] or today()

    def clean_found(self) -> str:
        """Read where the case was found, in the words that lists use."""
        found = _FOUND_BY_NAME.get(fold(self.cleaned_data["found"]))
        if found is None:
            raise ValidationError(_("Write: community, quarantine, sealed area, or on arrival."))
        return str(found)

    def clean_unit(self) -> int | None:
        """Read the commune by its name or code; whoever answers for one commune only need not write it."""
        text = self.cleaned_data["unit"].strip()
        own = dict(self.communes)
        if not text:
            if len(own) == 1:
                return next(iter(own))
            raise ValidationError(_("Write the commune."))
        unit = unit_named(text)
        if unit is None:
            folded = fold(text)
            near = [pk for pk, name in self.communes if fold(name).split(" (")[0] == folded]
            if len(near) != 1:
                raise ValidationError(
                    _("There is no commune %(text)s, or more than one: write the district too, as in Nếnh (Việt Yên)."),
                    params={"text": text},
                )  # fmt: skip
            return near[0]
        if unit.pk not in own:
            raise ValidationError(_("%(text)s is outside your area."), params={"text": unit.name})
        return int(unit.pk)
