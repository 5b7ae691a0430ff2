"""The filter of the audit's page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from songhanh.operations.audit import words
from songhanh.operations.audit.models import Kind
from songhanh.operations.places.models import Unit
from songhanh.operations.places.queries import unit_named
from songhanh.operations.project.days import DayField


class AuditFilter(forms.Form):
    """Who, what, about whom, where, when."""

    by = forms.CharField(label=_("log-in name"), required=False, max_length=150)
    action = forms.ChoiceField(label=_("action"), required=False)
    kind = forms.ChoiceField(label=_("kind"), required=False, choices=[("", _("all")), *Kind.choices])
    person = forms.UUIDField(label=_("person's code"), required=False)
    unit = forms.CharField(label=_("unit"), required=False, max_length=120)
    since = DayField(label=_("from"), required=False)
    until = DayField(label=_("until"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        named = sorted(((code, str(text)) for code, text in words.ACTIONS.items()), key=lambda pair: pair[1])
        self.fields["action"].choices = [("", _("all")), *named]  # type: ignore[attr-defined]

    def clean_unit(self) -> Unit | None:
        """Find the unit by code or name."""
        text = self.cleaned_data["unit"].strip()
        if not text:
            return None
        found = unit_named(text)
        if found is None:
            raise forms.ValidationError(_("No unit, or more than one, has this name or code."))
        return found
