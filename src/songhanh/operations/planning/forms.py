"""Questions to the models, and the committee's decisions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from songhanh.operations.indicators.names import ORDER_LEVELS
from songhanh.operations.planning.actions import Signature
from songhanh.operations.planning.models import Mode

WRONG_DATE = {"invalid": _("Write day/month/year, for example 17/05/2021.")}


def date_field(**options: Any) -> forms.DateField:
    """Return a field for a date as it is written in the language of the page."""
    widget = forms.DateInput(
        attrs={"inputmode": "numeric", "autocomplete": "off", "placeholder": "17/05/2021"}
    )
    return forms.DateField(widget=widget, error_messages=WRONG_DATE, **options)


def ceiling_field(label: Any) -> forms.IntegerField:
    """Return an optional upper limit."""
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=10**8)


class RunForm(forms.Form):
    """Date, seed, number of worlds and the health ceilings; the pack is the one installed."""

    as_of = date_field(label=_("As of the evening of"), help_text=_("day/month/year"))
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
    ceiling_deaths = ceiling_field(_("Deaths, at most"))
    ceiling_peak_hospital = ceiling_field(_("Treatment beds in use at the peak, at most"))
    ceiling_peak_icu = ceiling_field(_("Intensive care beds in use at the peak, at most"))
    ceiling_cases_community = ceiling_field(_("Cases found in the community, at most"))

    def question_fields(self) -> Iterator[BoundField]:
        """Yield the fields of the question itself."""
        return (field for field in self if not field.name.startswith("ceiling_"))

    def ceiling_fields(self) -> Iterator[BoundField]:
        """Yield the fields of the ceilings."""
        return (field for field in self if field.name.startswith("ceiling_"))

    def question(self) -> dict[str, Any]:
        """Return what is asked, with the ceilings that were set."""
        given = self.cleaned_data
        asked = {name: given[name] for name in ("as_of", "n_worlds", "seed")}
        return asked | {"ceilings": ceilings_in(given)}


def ceilings_in(given: Mapping[str, Any]) -> dict[str, int]:
    """Return the ceilings among some fields, by indicator."""
    named = {
        name.removeprefix("ceiling_"): value for name, value in given.items() if name.startswith("ceiling_")
    }
    return {name: value for name, value in named.items() if value is not None}


class SearchForm(forms.Form):
    """How far to search for better plans."""

    n_rules = forms.IntegerField(
        label=_("Rules to try"),
        min_value=20,
        max_value=20_000,
        initial=2000,
        help_text=_("2000 take about ten minutes"),
    )
    n_worlds = forms.IntegerField(label=_("Worlds in the search"), min_value=2, max_value=200, initial=20)
    n_fresh = forms.IntegerField(
        label=_("Fresh worlds in which the best are tried again"), min_value=2, max_value=2000, initial=200
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # It stands on one page with the form of a run, which has a field of the same name.
        super().__init__(*args, **{"auto_id": "search_%s", **kwargs})


class SignatureForm(forms.Form):
    """Who decides, in what office, and why. Until there are accounts the name is written by hand."""

    decided_by = forms.CharField(
        label=_("Decided by"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    post = forms.CharField(label=_("Post"), max_length=160, help_text=_("office in whose name it is decided"))
    reason = forms.CharField(
        label=_("Reason"),
        min_length=10,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "always needed, and kept with the decision; also where it departs from the recommendation"
        ),
    )

    def signature(self) -> Signature:
        """Return who decides and why."""
        return Signature(**{name: self.cleaned_data[name] for name in ("decided_by", "post", "reason")})


class PriorityForm(SignatureForm):
    """The mode of one area with the day on which it is looked at again."""

    mode = forms.ChoiceField(label=_("Mode"), choices=Mode.choices, widget=forms.RadioSelect)
    review_on = date_field(label=_("Review on"))
    field_order = ("mode", "review_on", "decided_by", "post", "reason")

    def __init__(
        self, *args: Any, area: Mapping[str, Any], as_of: date, guard_days: int, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.area, self.as_of, self.guard_days = area, as_of, guard_days

    @property
    def expires_on(self) -> date:
        """Return the last day of production under guard decided tonight."""
        return self.as_of + timedelta(days=self.guard_days)

    def clean_mode(self) -> str:
        """Refuse a mode that is looser than the legal level of the area."""
        mode = str(self.cleaned_data["mode"])
        allowed = self.area["allowed_modes"]
        if mode not in allowed:
            level = ORDER_LEVELS.get(self.area["legal_level"]["id"], self.area["legal_level"]["id"])
            raise forms.ValidationError(
                _("Looser than the level in force in this area (%(level)s). Ease the level first."),
                params={"level": level},
            )
        return mode

    def clean_review_on(self) -> date:
        """Refuse a review that lies before the evening of the decision."""
        review_on: date = self.cleaned_data["review_on"]
        if review_on <= self.as_of:
            raise forms.ValidationError(_("The review must come after the evening of the decision."))
        return review_on

    def clean(self) -> dict[str, Any]:
        """Refuse production under guard that would be looked at only after it has ended."""
        given = super().clean() or self.cleaned_data
        review_on = given.get("review_on")
        if given.get("mode") == Mode.PRODUCTION and review_on and review_on > self.expires_on:
            words = _("Production under guard ends after %(n)d days unless decided anew: review it by then.")
            self.add_error("review_on", forms.ValidationError(words, params={"n": self.guard_days}))
        return given


class PriorityFilter(forms.Form):
    """District, kind of area, recommended mode, and what was decided."""

    district = forms.ChoiceField(label=_("District"), required=False)
    level = forms.ChoiceField(
        label=_("Areas"),
        required=False,
        choices=[("", _("districts and communes")), ("district", _("districts")), ("commune", _("communes"))],
    )
    mode = forms.ChoiceField(
        label=_("Recommended mode"), required=False, choices=[("", _("any")), *Mode.choices]
    )
    decided = forms.ChoiceField(
        label=_("Decided"),
        required=False,
        choices=[
            ("", _("any")),
            ("yes", _("decided")),
            ("no", _("not decided")),
            ("against", _("against the recommendation")),
            ("expired", _("expired")),
        ],
    )

    def __init__(self, *args: Any, districts: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["district"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("all districts")), *districts]
