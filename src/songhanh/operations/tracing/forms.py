"""Forms of tracing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from songhanh.operations.places.queries import commune_choices
from songhanh.operations.project.days import DayField
from songhanh.operations.tracing.models import FollowUp, PresenceList, Proximity, Setting

ANY = [("", _("all"))]


class ContactFilter(forms.Form):
    """What the list of contacts shows."""

    level = forms.TypedChoiceField(
        label=_("Level"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[*ANY, ("1", "F1"), ("2", "F2"), ("3", "F3"), ("4", "F4"), ("5", _("F5 and beyond"))],
    )
    unit = forms.TypedChoiceField(label=_("Commune"), required=False, coerce=int, empty_value=None)
    setting = forms.ChoiceField(label=_("Setting"), required=False, choices=[*ANY, *Setting.choices])
    on = DayField(label=_("Exposed on"), required=False)
    waiting = forms.ChoiceField(
        label=_("Still waiting"),
        required=False,
        choices=[
            *ANY,
            ("not-sampled", _("not sampled")),
            ("not-called", _("not seen or called")),
            ("ill", _("with symptoms")),
        ],
    )
    which = forms.ChoiceField(
        label=_("Follow-up"),
        required=False,
        choices=[("active", _("still followed")), ("all", _("also those that ended"))],
    )

    def __init__(self, *args: Any, user: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].choices = [*ANY, *commune_choices(user)]  # type: ignore[attr-defined]


class ContactRow(forms.Form):
    """One contact of a case, as it is told."""

    left_out = False  # set by `entry.rows_of`: nothing is written in this row

    full_name = forms.CharField(label=_("Full name"), max_length=160)
    phone = forms.CharField(
        label=_("Telephone"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    birth_year = forms.IntegerField(
        label=_("Year of birth"),
        required=False,
        min_value=1900,
        max_value=2100,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    unit = forms.TypedChoiceField(label=_("Commune"), required=False, coerce=int, empty_value=None)
    address = forms.CharField(label=_("Hamlet, address"), max_length=120, required=False)
    happened_from = DayField(label=_("Met from"))
    happened_until = DayField(label=_("Met until"), required=False)
    setting = forms.ChoiceField(label=_("Setting"), choices=Setting.choices, initial=Setting.UNKNOWN)
    proximity = forms.ChoiceField(label=_("How close"), choices=Proximity.choices, initial=Proximity.CLOSE)
    relation = forms.CharField(label=_("Relation"), max_length=80, required=False)

    def __init__(self, *args: Any, communes: list[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].choices = [("", "–"), *communes]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Take the first day as the last where only one is given."""
        found = dict(super().clean() or {})
        if found.get("happened_from") and not found.get("happened_until"):
            found["happened_until"] = found["happened_from"]
        first, last = found.get("happened_from"), found.get("happened_until")
        if first and last and last < first:
            raise ValidationError({"happened_until": _("The last day is before the first.")})
        return found


class ReasonForm(forms.Form):
    """Why something is struck out or opened."""

    reason = forms.CharField(label=_("Reason"), max_length=250, widget=forms.Textarea(attrs={"rows": 2}))


class ForwardForm(forms.Form):
    """Since when contacts are to be forwarded."""

    since = DayField(label=_("Entered since"), required=False)


class RoundForm(forms.Form):
    """Whose round, and of which day."""

    on = DayField(label=_("Day"), required=False)
    unit = forms.TypedChoiceField(label=_("Commune"), required=False, coerce=int, empty_value=None)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[*ANY, *FollowUp.State.choices])

    def __init__(self, *args: Any, user: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].choices = [*ANY, *commune_choices(user)]  # type: ignore[attr-defined]


class FoundForm(forms.Form):
    """What was found on a visit or a call."""

    state = forms.ChoiceField(label=_("State"), choices=FollowUp.State.choices)
    version = forms.IntegerField(widget=forms.HiddenInput)
    temperature = forms.DecimalField(
        label=_("Temperature"), required=False, max_digits=4, decimal_places=1, localize=True
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=250)


class PlanForm(forms.Form):
    """Which days to plan."""

    on = DayField(label=_("From day"))
    days = forms.IntegerField(label=_("Days"), min_value=1, max_value=31, initial=1)


class PresenceForm(forms.Form):
    """A list that is handed in: one person a line."""

    kind = forms.ChoiceField(label=_("What the list is of"), choices=PresenceList.Kind.choices)
    site = forms.TypedChoiceField(label=_("Site"), coerce=int)
    label = forms.CharField(label=_("Line, room, number of the bus"), max_length=120)
    on = DayField(label=_("Day"))
    begins = forms.TimeField(label=_("From (hour)"), initial="00:00", widget=forms.TextInput)
    ends = forms.TimeField(label=_("Until (hour)"), initial="23:59", widget=forms.TextInput)
    people = forms.CharField(
        label=_("Persons"),
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            "One a line: full name; telephone or identity number; year of birth. From a spreadsheet: copy the columns."
        ),
    )

    def __init__(self, *args: Any, sites: list[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["site"].choices = sites  # type: ignore[attr-defined]


class IndicatorFilter(forms.Form):
    """Of which cases the indicators are."""

    since = DayField(label=_("Confirmed from"), required=False)
    until = DayField(label=_("Confirmed until"), required=False)
