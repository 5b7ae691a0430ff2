"""Filters of the pages of rows."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from songhanh.operations.indicators.names import FOUND, ORDER_LEVELS


class CaseFilter(forms.Form):
    """Commune, day and where the case was found."""

    area = forms.ChoiceField(label=_("Commune"), required=False)
    on = forms.DateField(
        label=_("Reported on"),
        required=False,
        widget=forms.DateInput(attrs={"placeholder": "17/05/2021", "inputmode": "numeric"}),
        error_messages={"invalid": _("Write day/month/year, for example 17/05/2021.")},
    )
    found = forms.ChoiceField(label=_("Found"), required=False, choices=[("", _("anywhere")), *FOUND.items()])

    def __init__(self, *args: object, areas: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["area"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("all communes")), *areas]


class AreaFilter(forms.Form):
    """District and order in force."""

    district = forms.ChoiceField(label=_("District"), required=False)
    level = forms.ChoiceField(
        label=_("Order in force"), required=False, choices=[("", _("any")), *ORDER_LEVELS.items()]
    )

    def __init__(self, *args: object, districts: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["district"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("all districts")), *districts]
