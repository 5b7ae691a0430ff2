"""Dates as people here write them: the day first."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class DayField(forms.DateField):
    """A date written 17/05/2021 (or 2021-05-17, as browsers and programs do); 05/06 is the fifth of June."""

    def __init__(self, **options: Any) -> None:
        options.setdefault(
            "widget", forms.DateInput(attrs={"placeholder": "17/05/2021", "inputmode": "numeric"})
        )
        options.setdefault("input_formats", ["%d/%m/%Y", "%d/%m/%y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d"])
        options.setdefault("error_messages", {"invalid": _("Write day/month/year, for example 17/05/2021.")})
        super().__init__(**options)
