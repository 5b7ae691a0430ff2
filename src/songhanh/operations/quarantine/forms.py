"""Forms of stays."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from songhanh.operations.people.choosing import PersonsField
from songhanh.operations.places.models import Facility
from songhanh.operations.places.queries import commune_choices
from songhanh.operations.project.clock import today
from songhanh.operations.project.days import DayField

STATES = [("open", _("inside")), ("due", _("inside, last day reached")), ("ended", _("ended"))]


def _places() -> Any:
    return Facility.objects.filter(kind=Facility.Kind.QUARANTINE)


class StayFilter(forms.Form):
    """Which stays are listed."""

    unit = forms.TypedChoiceField(label=_("Commune"), required=False, coerce=int, empty_value=None)
    place: forms.ModelChoiceField[Facility] = forms.ModelChoiceField(
        label=_("Place"), queryset=None, required=False, empty_label=_("all")
    )
    state = forms.ChoiceField(label=_("State"), choices=STATES, required=False)

    def __init__(self, *args: Any, user: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].choices = [("", _("all")), *commune_choices(user)]  # type: ignore[attr-defined]
        self.fields["place"].queryset = _places()  # type: ignore[attr-defined]


class PlaceForm(forms.Form):
    """Where somebody is kept apart."""

    place: forms.ModelChoiceField[Facility] = forms.ModelChoiceField(
        label=_("Place"), queryset=None, required=False, empty_label=_("at home"),
        help_text=_("“At home” where the rule in force and the home allow it."),
    )  # fmt: skip
    room = forms.CharField(label=_("Room"), required=False, max_length=40)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["place"].queryset = _places()  # type: ignore[attr-defined]

    @property
    def where(self) -> dict[str, Any]:
        """Return what the actions ask for."""
        place = self.cleaned_data["place"]
        return {"place": place, "is_home": place is None, "room": self.cleaned_data["room"]}


class AdmitForm(PlaceForm):
    """Admitting one or several persons at once."""

    persons = PersonsField()
    from_on = DayField(label=_("First day"))
    until_on = DayField(
        label=_("Last day"), required=False, help_text=_("Empty: as the rule in force on the first day says.")
    )
    reason = forms.CharField(label=_("Why"), required=False, max_length=80)
    field_order = ("persons", "place", "room", "from_on", "until_on", "reason")

    def __init__(self, *args: Any, user: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["persons"].user = user  # type: ignore[attr-defined]
        self.fields["from_on"].initial = today().strftime("%d/%m/%Y")


class VersionForm(forms.Form):
    """A form of a row that somebody else may have changed."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class ExtendForm(VersionForm):
    """Another last day."""

    until_on = DayField(label=_("New last day"))
    reason = forms.CharField(label=_("Why"), max_length=200)


class MoveForm(VersionForm, PlaceForm):
    """Another place or room."""


class EndForm(VersionForm):
    """The day on which a stay ends."""

    on = DayField(label=_("Released on"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["on"].initial = today().strftime("%d/%m/%Y")


class TransferForm(EndForm):
    """Where somebody is taken."""

    reason = forms.CharField(label=_("Where to and why"), max_length=80)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["on"].label = _("Taken away on")


FORMS: dict[str, type[VersionForm]] = {
    "release": EndForm,
    "extend": ExtendForm,
    "move": MoveForm,
    "transfer": TransferForm,
}


def said(form: forms.Form, error: ValidationError) -> None:
    """Put an action's fault to the field that it is about, or to the form."""
    if hasattr(error, "error_dict"):
        for name, faults in error.error_dict.items():
            form.add_error(name if name in form.fields else None, faults)
    else:
        form.add_error(None, error)
