"""What can be entered on a device: one form a kind, drawn in the page that the device keeps and asked again here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from songhanh.operations.cases.models import Classification, Found, Symptom
from songhanh.operations.fieldwork.models import EntryKind
from songhanh.operations.people.models import Sex
from songhanh.operations.places.models import Level, Unit
from songhanh.operations.project.clock import today
from songhanh.operations.project.days import DayField
from songhanh.operations.tracing.actions_follow import COLDEST, HOTTEST
from songhanh.operations.tracing.models import FollowUp, Proximity, Setting

OLDEST_BIRTH_YEAR = 1900
STATES = [
    FollowUp.State.WELL,
    FollowUp.State.ILL,
    FollowUp.State.NOT_SEEN,
    FollowUp.State.LOST,
]


def _listed(choices: type[models.TextChoices], *names: str) -> list[tuple[str, Any]]:
    return [(value, label) for value, label in choices.choices if not names or value in names]


class _TemperatureField(forms.DecimalField):
    """Degrees with a comma or a point."""

    def to_python(self, value: Any) -> Any:
        """Read ``36,6`` as ``36.6``."""
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)


class _DeviceForm(forms.Form):
    """A form whose choices of places come from the device's own lists."""

    prefix_of_ids = ""

    def __init__(self, data: Any = None, **options: Any) -> None:
        options.setdefault("auto_id", f"{self.prefix_of_ids}-%s")
        options.setdefault("use_required_attribute", True)
        super().__init__(data, **options)
        for field in self.fields.values():
            if isinstance(field, DayField):
                field.widget.attrs["data-day"] = ""


class _PersonForm(_DeviceForm):
    """As much identity as somebody in the field is told."""

    full_name = forms.CharField(label=_("Full name"), max_length=160)
    birth_year = forms.IntegerField(
        label=_("Year of birth"),
        required=False,
        min_value=OLDEST_BIRTH_YEAR,
        max_value=2100,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    sex = forms.ChoiceField(label=_("Sex"), choices=_listed(Sex), initial=Sex.UNKNOWN, required=False)
    phone = forms.CharField(
        label=_("Telephone"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    id_number = forms.CharField(
        label=_("Identity number"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    unit = forms.ModelChoiceField(
        label=_("Commune"), queryset=Unit.objects.filter(level=Level.COMMUNE), widget=forms.Select(choices=[])
    )
    hamlet = forms.CharField(
        label=_("Hamlet, residential group"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"list": "hamlets"}),
    )
    address = forms.CharField(label=_("Address"), max_length=250, required=False)

    def clean_sex(self) -> str:
        """Return the sex, unknown where nothing was chosen."""
        return self.cleaned_data["sex"] or Sex.UNKNOWN

    def clean_birth_year(self) -> int | None:
        """Refuse years that have not begun."""
        year: int | None = self.cleaned_data["birth_year"]
        if year is not None and year > today().year:
            raise forms.ValidationError(_("The year of birth is in the future."), code="future")
        return year

    def person(self) -> dict[str, Any]:
        """Return the fields of the person."""
        names = ("full_name", "birth_year", "sex", "phone", "id_number", "unit", "hamlet", "address")
        return {name: self.cleaned_data[name] for name in names}


class CaseForm(_PersonForm):
    """A new case with what is known where it was found."""

    prefix_of_ids = "case"
    occupation = forms.CharField(label=_("Occupation, workplace"), max_length=120, required=False)
    classification = forms.ChoiceField(
        label=_("Held to be"),
        choices=_listed(Classification, "suspected", "probable", "confirmed"),
        initial=Classification.SUSPECTED,
    )
    found = forms.ChoiceField(label=_("Where found"), choices=_listed(Found), initial=Found.UNKNOWN)
    reported_on = DayField(label=_("Reported on"))
    onset_on = DayField(label=_("First symptoms on"), required=False)
    sampled_on = DayField(label=_("Sample taken on"), required=False)
    isolated_on = DayField(label=_("Isolated on"), required=False)
    symptoms = forms.MultipleChoiceField(
        label=_("Symptoms"),
        choices=_listed(Symptom),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def person(self) -> dict[str, Any]:
        """Return the fields of the person."""
        return super().person() | {"occupation": self.cleaned_data["occupation"]}

    def case(self) -> dict[str, Any]:
        """Return the fields of the case."""
        names = ("reported_on", "found", "onset_on", "sampled_on", "isolated_on", "symptoms", "note")
        return {name: self.cleaned_data[name] for name in names}


class CaseChangeForm(_DeviceForm):
    """What became known of a case since it was registered; what is left empty stays as it is."""

    prefix_of_ids = "change"
    case = forms.UUIDField(label=_("Case"), widget=forms.Select(choices=[]))
    version = forms.IntegerField(widget=forms.HiddenInput)
    onset_on = DayField(label=_("First symptoms on"), required=False)
    sampled_on = DayField(label=_("Sample taken on"), required=False)
    isolated_on = DayField(label=_("Isolated on"), required=False)
    symptoms = forms.MultipleChoiceField(
        label=_("Symptoms"), choices=_listed(Symptom), required=False, widget=forms.CheckboxSelectMultiple
    )
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def changes(self) -> dict[str, Any]:
        """Return the fields that were filled in."""
        names = ("onset_on", "sampled_on", "isolated_on", "symptoms", "note")
        return {name: self.cleaned_data[name] for name in names if self.cleaned_data[name]}

    def clean(self) -> dict[str, Any]:
        """Refuse a form without anything in it."""
        data = super().clean() or {}
        if not self.errors and not self.changes():
            raise forms.ValidationError(_("Nothing was filled in. Enter what is new."), code="empty")
        return data


class ContactForm(_PersonForm):
    """Somebody who met a case: where, when, how near."""

    prefix_of_ids = "contact"
    source = forms.UUIDField(label=_("Met the case"), widget=forms.Select(choices=[]))
    happened_from = DayField(label=_("Met on, or from"))
    happened_until = DayField(label=_("Until (if more than one day)"), required=False)
    setting = forms.ChoiceField(label=_("Where they met"), choices=_listed(Setting), initial=Setting.UNKNOWN)
    proximity = forms.ChoiceField(label=_("How near"), choices=_listed(Proximity), initial=Proximity.CLOSE)
    relation = forms.CharField(label=_("Relation to the case"), max_length=80, required=False)
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    field_order = ("source",)

    def clean(self) -> dict[str, Any]:
        """Refuse days that are in the future or in the wrong order."""
        data = super().clean() or {}
        first, last = data.get("happened_from"), data.get("happened_until") or data.get("happened_from")
        if first and first > today():
            self.add_error(
                "happened_from", forms.ValidationError(_("This day is in the future."), code="future")
            )
        elif first and last and last < first:
            message = _("The last day comes before the first.")
            self.add_error("happened_until", forms.ValidationError(message, code="order"))
        elif last and last > today():
            self.add_error(
                "happened_until", forms.ValidationError(_("This day is in the future."), code="future")
            )
        data["happened_until"] = last
        return data

    def contact(self) -> dict[str, Any]:
        """Return the fields of the contact."""
        names = ("happened_from", "happened_until", "setting", "proximity", "relation", "note")
        return {name: self.cleaned_data[name] for name in names}


class FollowUpForm(_DeviceForm):
    """How a contact is on the day of the visit or call."""

    prefix_of_ids = "follow"
    person = forms.UUIDField(widget=forms.HiddenInput)
    due_on = forms.DateField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    state = forms.ChoiceField(
        label=_("How it went"),
        choices=[(state.value, state.label) for state in STATES],
        widget=forms.RadioSelect,
        initial=FollowUp.State.WELL,
    )
    temperature = _TemperatureField(
        label=_("Temperature, °C"),
        min_value=COLDEST,
        max_value=HOTTEST,
        max_digits=3,
        decimal_places=1,
        required=False,
        localize=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "pattern": r"\s*[34]\d([.,]\d)?\s*"}),
    )
    symptoms = forms.MultipleChoiceField(
        label=_("Symptoms"), choices=_listed(Symptom), required=False, widget=forms.CheckboxSelectMultiple
    )
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def found(self) -> dict[str, Any]:
        """Return what was found."""
        return {name: self.cleaned_data[name] for name in ("state", "temperature", "symptoms", "note")}


FORMS: dict[str, type[_DeviceForm]] = {
    EntryKind.CASE: CaseForm,
    EntryKind.CASE_CHANGE: CaseChangeForm,
    EntryKind.CONTACT: ContactForm,
    EntryKind.FOLLOW_UP: FollowUpForm,
}


def form_of(kind: str, payload: Any) -> forms.Form:
    """Return the bound form of an entry; what a device may send instead of texts is turned into texts."""
    form = FORMS[kind]
    values: dict[str, Any] = {}
    for name, value in payload.items() if isinstance(payload, dict) else ():
        if isinstance(form.base_fields.get(name), forms.MultipleChoiceField):
            values[name] = [str(item) for item in value] if isinstance(value, list) else []
        elif isinstance(value, str | int | float) and not isinstance(value, bool):
            values[name] = str(value)
    return form(values)
