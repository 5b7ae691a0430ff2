"""Forms about cases."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from songhanh.operations.cases.models import (
    Case,
    Classification,
    Cluster,
    Exposure,
    Found,
    Outcome,
    Severity,
    Symptom,
)
from songhanh.operations.cases.queries import case_named
from songhanh.operations.people import identity
from songhanh.operations.people.models import Sex
from songhanh.operations.places.models import Facility, Level, Site, Unit
from songhanh.operations.places.queries import commune_choices, label, tree
from songhanh.operations.project.days import DayField
from songhanh.operations.project.folding import fold

NOTHING = ("", "—")
YES_NO = [("", _("not known")), ("yes", _("yes")), ("no", _("no"))]


def unit_choices(user: Any) -> list[Any]:
    """Return what the filter of a list offers: the districts, then the communes."""
    communes = commune_choices(user)
    units = tree().units
    parents = {parent for pk, _name in communes if (parent := units[pk].parent_id) is not None}
    districts = [units[pk] for pk in parents if units[pk].level == Level.DISTRICT]
    rows = sorted(((unit.pk, unit.name) for unit in districts), key=lambda row: fold(row[1]))
    above = {unit.parent_id for unit in districts if unit.parent_id is not None}
    provinces = [(pk, units[pk].name) for pk in sorted(above)]
    return [("", _("all")), *provinces, (_("Districts"), rows), (_("Communes"), communes)]


class CaseFilter(forms.Form):
    """Which cases a list shows."""

    q = forms.CharField(label=_("Code, name, telephone, identity number"), required=False, max_length=120)
    unit = forms.TypedChoiceField(
        label=_("District or commune"), required=False, coerce=int, empty_value=None
    )
    since = DayField(label=_("Reported from"), required=False)
    until = DayField(label=_("until"), required=False)
    classification = forms.ChoiceField(
        label=_("Classification"), required=False, choices=[("", _("all")), *Classification.choices]
    )
    found = forms.ChoiceField(
        label=_("Where found"), required=False, choices=[("", _("all")), *Found.choices]
    )
    cluster = forms.ModelChoiceField(
        label=_("Cluster"), required=False, queryset=Cluster.objects.none(), empty_label=_("all")
    )
    outcome = forms.ChoiceField(
        label=_("Outcome"), required=False, choices=[("", _("all")), *Outcome.choices]
    )
    # Only links from figures use these two: the day on which a confirmed case counts.
    counted_since = DayField(required=False, widget=forms.HiddenInput)
    counted_until = DayField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].choices = unit_choices(user)  # type: ignore[attr-defined]
        self.fields["cluster"].queryset = Cluster.objects.visible_to(user)  # type: ignore[attr-defined]


class CaseFields(forms.Form):
    """What is known of an episode, for the form of a new case and for its correction."""

    unit = forms.TypedChoiceField(
        label=_("Commune responsible"), required=False, coerce=int, empty_value=None,
        help_text=_("Empty: the commune where the person lives."),
    )  # fmt: skip
    reported_on = DayField(label=_("Reported on"))
    found = forms.ChoiceField(label=_("Where found"), choices=Found.choices, initial=Found.UNKNOWN)
    has_symptoms = forms.ChoiceField(label=_("Symptoms"), choices=YES_NO, required=False)
    onset_on = DayField(label=_("Onset of symptoms"), required=False)
    symptoms = forms.MultipleChoiceField(
        label=_("Which symptoms"),
        choices=Symptom.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    sampled_on = DayField(label=_("Sample taken on"), required=False)
    confirmed_on = DayField(label=_("Confirmed on"), required=False)
    isolated_on = DayField(label=_("Isolated on"), required=False)
    admitted_on = DayField(label=_("Admitted on"), required=False)
    facility = forms.ModelChoiceField(
        label=_("Treated at"), required=False, empty_label="—",
        queryset=Facility.objects.filter(kind=Facility.Kind.HOSPITAL),
    )  # fmt: skip
    severity = forms.ChoiceField(label=_("Severity"), choices=Severity.choices, initial=Severity.UNKNOWN)
    outcome = forms.ChoiceField(label=_("Outcome"), choices=Outcome.choices, initial=Outcome.ACTIVE)
    outcome_on = DayField(label=_("Date of the outcome"), required=False)
    site = forms.ModelChoiceField(
        label=_("Workplace or school"), required=False, queryset=Site.objects.all(), empty_label="—"
    )
    cluster = forms.ModelChoiceField(
        label=_("Cluster"), required=False, queryset=Cluster.objects.none(), empty_label="—"
    )
    source_code = forms.CharField(
        label=_("Infected by (code of the case)"), required=False, max_length=20,
        help_text=_("For example BG-2021-000123 or the national number."),
    )  # fmt: skip
    source_note = forms.CharField(
        label=_("Source, in words"), required=False, max_length=200,
        help_text=_("Where the source is in another area or not a case here."),
    )  # fmt: skip
    national_code = forms.CharField(label=_("National number"), required=False, max_length=20)
    vaccine_doses = forms.IntegerField(label=_("Vaccine doses"), required=False, min_value=0, max_value=10)
    ct_value = forms.DecimalField(
        label=_("Ct value"), required=False, min_value=0, max_value=60, max_digits=4, decimal_places=1, localize=True
    )  # fmt: skip
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, user: Any, case: Case | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.user, self.case = user, case
        choices: list[Any] = [NOTHING, *commune_choices(user)]
        if case is not None and case.unit is not None and case.unit_id not in dict(choices):
            choices.append((case.unit_id, label(case.unit)))
        self.fields["unit"].choices = choices  # type: ignore[attr-defined]
        self.fields["cluster"].queryset = Cluster.objects.visible_to(user)  # type: ignore[attr-defined]

    def clean_source_code(self) -> Case | None:
        """Return the case with the code; it must be one that the writer sees."""
        text = self.cleaned_data["source_code"].strip()
        if not text:
            return None
        kept = self.case.source_case if self.case else None
        if kept is not None and text.upper() == kept.code:
            return kept  # it may be outside the area by now
        found = case_named(self.user, text)
        if found is None:
            raise ValidationError(
                _("There is no case %(code)s in your area. Write the source in words below; the district links it."),
                params={"code": text},
            )  # fmt: skip
        return found

    def episode(self) -> dict[str, Any]:
        """Return the fields of the case as the actions take them."""
        fields = {name: self.cleaned_data.get(name) for name in CaseFields.base_fields}
        fields["source_case"] = fields.pop("source_code")
        fields["unit"] = Unit.objects.filter(pk=fields["unit"]).first() if fields["unit"] else None
        fields["has_symptoms"] = {"yes": True, "no": False}.get(fields["has_symptoms"] or "")
        if fields["has_symptoms"] is None and (fields["symptoms"] or fields["onset_on"]):
            fields["has_symptoms"] = True
        return fields


class CaseForm(CaseFields):
    """A case corrected; ``version`` is the one that the writer saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    @classmethod
    def of(cls, case: Case, *, user: Any) -> CaseForm:
        """Return the form filled with what is known."""
        values: dict[str, Any] = {
            name: getattr(case, name) for name in cls.base_fields if hasattr(case, name)
        }
        values |= {
            "unit": case.unit_id, "facility": case.facility_id, "site": case.site_id, "cluster": case.cluster_id,
            "has_symptoms": {True: "yes", False: "no", None: ""}[case.has_symptoms],
            "source_code": case.source_case.code if case.source_case else "",
        }  # fmt: skip
        return cls(initial=values, user=user, case=case)


class NewCaseForm(CaseFields):
    """A person and the episode, on one page; the person's part is left out where the person is known."""

    PERSON = (
        "full_name", "sex", "born_on", "birth_year", "id_number", "phone", "home", "hamlet", "address", "occupation",
    )  # fmt: skip
    full_name = forms.CharField(
        label=_("Full name"), max_length=160, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    sex = forms.ChoiceField(label=_("Sex"), choices=Sex.choices, required=False)
    born_on = DayField(label=_("Date of birth"), required=False)
    birth_year = forms.IntegerField(label=_("or year of birth only"), required=False)
    id_number = forms.CharField(label=_("Identity number"), required=False, max_length=30)
    phone = forms.CharField(
        label=_("Telephone"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    home = forms.TypedChoiceField(
        label=_("Commune where they live now"), required=False, coerce=int, empty_value=None
    )
    hamlet = forms.CharField(label=_("Hamlet"), required=False, max_length=120)
    address = forms.CharField(label=_("Address"), required=False, max_length=250)
    occupation = forms.CharField(label=_("Occupation"), required=False, max_length=120)
    classification = forms.ChoiceField(
        label=_("Classification"), choices=Classification.choices, initial=Classification.SUSPECTED
    )
    uuid = forms.UUIDField(widget=forms.HiddenInput)
    same_as = forms.CharField(required=False, widget=forms.HiddenInput)  # "new", or the uuid of the person

    def __init__(self, *args: Any, user: Any, is_known: bool = False, **options: Any) -> None:
        super().__init__(*args, user=user, **options)
        if is_known:
            for name in self.PERSON:
                del self.fields[name]
        else:
            self.fields["home"].choices = [NOTHING, *commune_choices(user)]  # type: ignore[attr-defined]

    def person_fields(self) -> list[Any]:
        """Return the fields about the person."""
        return [self[name] for name in self.PERSON if name in self.fields]

    def episode_fields(self) -> list[Any]:
        """Return the fields about the episode."""
        return [self["classification"], *(self[name] for name in CaseFields.base_fields)]

    def clean(self) -> dict[str, Any]:
        """Bring what was written of the person to its one form."""
        given = dict(super().clean() or {})
        if "full_name" not in self.fields or "full_name" not in given:
            return given
        fields = {name: given.get(name) for name in self.PERSON if name != "home"}
        try:
            self.identity = identity.clean(fields)
        except ValidationError as error:
            self.add_error(None, error)
            return given
        home = given.get("home") or given.get("unit")
        self.identity["unit"] = tree().units.get(home) if home else None
        return given


class ClassifyForm(forms.Form):
    """A step in the classification."""

    to = forms.ChoiceField(label=_("Classification"), choices=Classification.choices)
    on = DayField(label=_("On"))
    reason = forms.CharField(label=_("Reason"), required=False, max_length=250)
    version = forms.IntegerField(widget=forms.HiddenInput)


class InstantField(forms.DateTimeField):
    """A day and a time of the day, the day first."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateTimeInput(attrs={"placeholder": "17/05/2021 19:30"}))
        options.setdefault(
            "input_formats",
            [
                "%d/%m/%Y %H:%M",
                "%H:%M %d/%m/%Y",
                "%d/%m/%Y %Hh%M",
                "%d/%m/%Y",
                "%Y-%m-%dT%H:%M",
                "%Y-%m-%d %H:%M",
            ],
        )
        options.setdefault(
            "error_messages", {"invalid": _("Write day and time, for example 17/05/2021 19:30.")}
        )
        super().__init__(**options)


class ExposureForm(forms.Form):
    """Where a case was, and when."""

    place = forms.CharField(
        label=_("Place"), max_length=200,
        help_text=_("As people there call it: a market, a plant and its line, a bus. No names of persons."),
    )  # fmt: skip
    unit = forms.TypedChoiceField(label=_("Commune"), required=False, coerce=int, empty_value=None)
    site = forms.ModelChoiceField(
        label=_("Site"), required=False, queryset=Site.objects.all(), empty_label="—"
    )
    began_at = InstantField(label=_("From"))
    ended_at = InstantField(label=_("until"))
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        communes = [unit for unit in tree().units.values() if unit.level == Level.COMMUNE]
        rows = sorted(((unit.pk, label(unit)) for unit in communes), key=lambda row: fold(row[1]))
        self.fields["unit"].choices = [NOTHING, *rows]  # type: ignore[attr-defined]

    @classmethod
    def of(cls, exposure: Exposure) -> ExposureForm:
        """Return the form filled with a milestone."""
        values = {name: getattr(exposure, name) for name in cls.base_fields}
        return cls(initial=values | {"unit": exposure.unit_id, "site": exposure.site_id})

    def fields_of(self) -> dict[str, Any]:
        """Return what the actions take."""
        fields = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        fields["unit"] = Unit.objects.filter(pk=fields["unit"]).first() if fields["unit"] else None
        return fields


class PublishForm(forms.Form):
    """Until when a milestone is public."""

    published_until = DayField(label=_("Published until"))


class ClusterForm(forms.Form):
    """Cases that belong together."""

    name = forms.CharField(label=_("Name"), max_length=160)
    unit = forms.TypedChoiceField(label=_("Commune"), coerce=int)
    site = forms.ModelChoiceField(
        label=_("Site"), required=False, queryset=Site.objects.all(), empty_label="—"
    )
    began_on = DayField(label=_("Began on"), required=False)
    closed_on = DayField(label=_("Closed on"), required=False)
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].choices = [NOTHING, *commune_choices(user)]  # type: ignore[attr-defined]

    def fields_of(self) -> dict[str, Any]:
        """Return what the actions take."""
        fields = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        return fields | {"unit": Unit.objects.get(pk=fields["unit"])}
