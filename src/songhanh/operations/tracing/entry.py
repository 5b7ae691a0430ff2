"""The screen on which a case's contacts are entered, several rows at once; a row without a name is left out."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from songhanh.operations.audit.reading import note_read
from songhanh.operations.places.queries import tree
from songhanh.operations.tracing.forms import ContactRow
from songhanh.operations.tracing.names import lend, mark
from songhanh.operations.tracing.queries import contacts_of, source_of

ROWS, MOST_ROWS = 4, 40


def communes() -> list[tuple[int, str]]:
    """Return every commune: contacts live anywhere."""
    units = [unit for unit in tree().units.values() if unit.level == "commune"]
    named = [(unit.pk, f"{unit.name} ({unit.parent.name})" if unit.parent else unit.name) for unit in units]
    return sorted(named, key=lambda pair: pair[1])


def rows_of(request: HttpRequest, case: Any) -> list[ContactRow]:
    """Return the rows of the screen: those sent, or some empty ones in the case's commune."""
    offered = communes()
    if request.method == "POST":
        asked = request.POST.get("rows", "")
        n = min(int(asked), MOST_ROWS) if asked.isascii() and asked.isdigit() else ROWS
        forms = []
        for number in range(n):
            is_empty = not request.POST.get(f"r{number}-full_name", "").strip()
            forms.append(
                ContactRow(request.POST, prefix=f"r{number}", communes=offered, use_required_attribute=False)
            )
            forms[-1].left_out = is_empty and not _has_more(request, number)
        return forms
    asked = request.GET.get("rows", "")
    n = min(max(1, int(asked)), MOST_ROWS) if asked.isascii() and asked.isdigit() else ROWS
    initial = {"unit": case.unit_id}
    return [
        ContactRow(prefix=f"r{number}", communes=offered, initial=initial, use_required_attribute=False)
        for number in range(n)
    ]


def _has_more(request: HttpRequest, number: int) -> bool:
    names = ("phone", "birth_year", "address", "happened_from", "happened_until", "relation")
    return any(request.POST.get(f"r{number}-{name}", "").strip() for name in names)


def are_valid(forms: list[ContactRow]) -> bool:
    """Say whether every row with something in it can be read, and there is at least one."""
    filled = [form for form in forms if not form.left_out]
    if not filled:
        forms[0].left_out = False
        forms[0].is_valid()
        return False
    return not any([form.errors for form in filled])  # noqa: C419 - all of them: each says its own faults


def told(forms: list[ContactRow]) -> list[dict[str, Any]]:
    """Return the rows as the action takes them."""
    rows = []
    for form in forms:
        if form.left_out:
            continue
        row = dict(form.cleaned_data)
        unit, birth_year = row.pop("unit"), row.pop("birth_year")
        row["unit"] = tree().units.get(unit) if unit else None
        if birth_year:
            row["birth_year"] = birth_year
        rows.append(row)
    return rows


def blame(forms: list[ContactRow], error: ValidationError) -> None:
    """Show what the action refused, on the first row that has something in it; the text says which row."""
    first = next(form for form in forms if not form.left_out)
    for text in error.messages:
        first.add_error(None, text)


def context(request: HttpRequest, case: Any, forms: list[ContactRow]) -> dict[str, Any]:
    """Return what the screen shows beside the rows: the days that count, and who was told before."""
    mark(case.person, case.is_identified)
    known = contacts_of(request.user, case.person)
    seen = lend(request.user, [case.person, *(row.other for row in known)])
    note_read(request.user, [person.pk for person in seen], page="tracing:enter")
    faults = [
        (_("Row %(n)d") % {"n": number}, form)
        for number, form in enumerate(forms, start=1)
        if form.is_bound and not form.left_out and form.errors
    ]
    return {
        "section": "see",
        "case": case,
        "forms": forms,
        "faults": faults,
        "n_rows": len(forms),
        "more": min(MOST_ROWS, len(forms) + 6),
        "known": known,
        "source": source_of(case.person),
    }
