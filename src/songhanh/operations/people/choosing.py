"""Naming persons in a form: one a line, by uuid, telephone, identity number, case code or name."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from songhanh.operations.people.models import Person
from songhanh.operations.people.search import listed

MOST_LINES = 500


class PersonsField(forms.CharField):
    """Persons whom the reader may see by name; each line must mean exactly one."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", gettext_lazy("Persons, one a line"))
        options.setdefault(
            "help_text",
            gettext_lazy("Telephone, identity number, case code, or the full name if only one has it."),
        )
        options.setdefault("widget", forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}))
        super().__init__(**options)
        self.user: Any = None

    def clean(self, value: Any) -> Any:
        """Return the persons in the order of the lines."""
        text = super().clean(value)
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if len(lines) > MOST_LINES:
            raise ValidationError(_("At most %(n)s lines at once.") % {"n": MOST_LINES})
        persons: list[Person] = []
        faults = []
        for number, line in enumerate(lines, start=1):
            found = list(listed(self.user, line)[:2])
            where = {"row": number, "text": line[:60]}
            if not found:
                faults.append(_("Line %(row)d: nobody of your area is found for “%(text)s”.") % where)
            elif len(found) > 1:
                faults.append(
                    _("Line %(row)d: “%(text)s” means several persons; write the telephone.") % where
                )
            elif found[0] in persons:
                faults.append(_("Line %(row)d: “%(text)s” is in the list twice.") % where)
            else:
                persons.append(found[0])
        if faults:
            raise ValidationError(faults)
        return persons
