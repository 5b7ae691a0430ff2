"""Forms about persons."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from songhanh.operations.people import identity
from songhanh.operations.people.models import Person, Sex
from songhanh.operations.places.models import Level, Site
from songhanh.operations.places.queries import commune_choices, label, tree
from songhanh.operations.project.days import DayField
from songhanh.operations.project.folding import fold


class SearchForm(forms.Form):
    """What is looked for, and where."""

    q = forms.CharField(
        label=_("Name, telephone, identity number or case code"), required=False, max_length=160
    )
    unit = forms.TypedChoiceField(label=_("Commune"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, user: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].choices = [("", _("all")), *commune_choices(user)]  # type: ignore[attr-defined]


class PersonForm(forms.Form):
    """A person's identity, as much of it as is known."""

    full_name = forms.CharField(
        label=_("Full name"), max_length=160, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("As it is written. Without a name: words by which the person can be found."),
    )  # fmt: skip
    sex = forms.ChoiceField(label=_("Sex"), choices=Sex.choices, required=False)
    born_on = DayField(label=_("Date of birth"), required=False)
    birth_year = forms.IntegerField(label=_("or year of birth only"), required=False)
    id_number = forms.CharField(
        label=_("Identity number"), required=False, max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("9 or 12 digits; a passport number has letters too."),
    )  # fmt: skip
    phone = forms.CharField(
        label=_("Telephone"), required=False, max_length=60,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )  # fmt: skip
    phone_owner = forms.CharField(label=_("Whose telephone, if not their own"), required=False, max_length=80)
    nationality = forms.CharField(label=_("Nationality"), required=False, max_length=20, initial="VN")
    unit = forms.TypedChoiceField(
        label=_("Commune where they live now"), required=False, coerce=int, empty_value=None,
        help_text=_("Of another province: leave empty and write it in the address."),
    )  # fmt: skip
    hamlet = forms.CharField(label=_("Hamlet"), required=False, max_length=120)
    address = forms.CharField(label=_("Address"), required=False, max_length=250)
    lodging = forms.CharField(label=_("Boarding house or dormitory"), required=False, max_length=120)
    site = forms.ModelChoiceField(
        label=_("Workplace or school"),
        queryset=Site.objects.all(),
        required=False,
        empty_label=_("none or not known"),
    )
    occupation = forms.CharField(label=_("Occupation"), required=False, max_length=120)
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    sure = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].choices = _choices(user)  # type: ignore[attr-defined]

    @classmethod
    def of(cls, person: Person, *, user: Any) -> PersonForm:
        """Return the form filled with what is known."""
        values = {name: getattr(person, name) for name in cls.base_fields if hasattr(person, name)}
        values |= {"unit": person.unit_id, "site": person.site_id}
        if person.born_on:
            values["birth_year"] = None
        return cls(initial=values, user=user)

    def clean(self) -> dict[str, Any]:
        """Bring what was written to its one form; what cannot be is said at its field."""
        given = dict(super().clean() or {})
        fields = {name: value for name, value in given.items() if name in identity.FIELDS}
        unit_id = fields.pop("unit", None)
        try:
            kept = identity.clean(fields)
        except ValidationError as error:
            self.add_error(None, error)
            return given
        kept["unit"] = tree().units.get(unit_id) if unit_id else None
        return given | kept

    @property
    def identity(self) -> dict[str, Any]:
        """Return the cleaned fields of the person."""
        return {name: value for name, value in self.cleaned_data.items() if name in identity.FIELDS}


def _choices(user: Any) -> list[Any]:
    own = commune_choices(user)
    ids = {pk for pk, _name in own}
    others = [unit for unit in tree().units.values() if unit.level == Level.COMMUNE and unit.pk not in ids]
    elsewhere = sorted(((unit.pk, label(unit)) for unit in others), key=lambda row: fold(row[1]))
    groups: list[Any] = [("", _("not known, or another province")), (_("Your area"), own)]
    return [*groups, (_("Elsewhere in the province"), elsewhere)] if elsewhere else groups
