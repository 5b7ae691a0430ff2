"""The question of a run."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class RunForm(forms.Form):
    """Date, seed and number of worlds; the pack is the one installed."""

    as_of = forms.DateField(
        label=_("As of the evening of"),
        help_text=_("day/month/year"),
        widget=forms.DateInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"invalid": _("Write day/month/year, for example 17/05/2021.")},
    )
    n_worlds = forms.IntegerField(
        label=_("Worlds"),
        min_value=2,
        max_value=2000,
        help_text=_("draws of what is not known; 100 is usual, from 2 to 2000"),
    )
    seed = forms.IntegerField(
        label=_("Seed"),
        min_value=0,
        max_value=2**31 - 1,
        help_text=_("the same seed gives the same numbers"),
    )
