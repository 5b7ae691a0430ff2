"""Forms of intake: a file, how its columns are read, a health declaration."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from songhanh.operations.cases.models import Classification, Symptom
from songhanh.operations.intake.fields import FORMAT_WORDS, TARGET_WORDS, TARGETS
from songhanh.operations.intake.models import Batch, Declaration
from songhanh.operations.places.models import Level, Unit
from songhanh.operations.places.queries import commune_choices
from songhanh.operations.project.clock import today

ORDER_WORDS = [
    ("", _("as the file says, else the day first")),
    ("dmy", _("day/month/year")),
    ("mdy", _("month/day/year")),
    ("ymd", _("year/month/day")),
]


class UploadForm(forms.Form):
    """A file; everything else is found out unless it is said."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("Excel (.xlsx, .xls), OpenDocument (.ods), CSV, or JSON of Go.Data and DHIS2"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xls,.ods,.json"}),
    )
    target = forms.ChoiceField(label=_("What its rows are"), required=False)
    unit = forms.ChoiceField(label=_("Commune of rows that name none"), required=False)
    date_order = forms.ChoiceField(label=_("How its dates are written"), required=False, choices=ORDER_WORDS)

    def __init__(self, *args: Any, user: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["target"].choices = [("", _("found out from its columns")), *TARGET_WORDS.items()]  # type: ignore[attr-defined]
        communes = commune_choices(user)
        self.fields["unit"].choices = [("", "–"), *[(str(pk), name) for pk, name in communes]]  # type: ignore[attr-defined]
        if len(communes) == 1:  # a commune officer's lists are of their commune
            self.fields["unit"].initial = str(communes[0][0])

    def options(self) -> dict[str, Any]:
        """Return what was said about the file."""
        given = {"date_order": self.cleaned_data["date_order"], "unit": self.cleaned_data["unit"]}
        return {**given, "unit": int(given["unit"]) if given["unit"] else None}


class MappingForm(forms.Form):
    """Which column is which field, and how the file is read."""

    target = forms.ChoiceField(label=_("What its rows are"), choices=list(TARGET_WORDS.items()))
    source_format = forms.ChoiceField(label=_("Whose file it is"), choices=list(FORMAT_WORDS.items()))
    date_order = forms.ChoiceField(label=_("How its dates are written"), choices=ORDER_WORDS[1:])
    unit = forms.ChoiceField(label=_("Commune of rows that name none"), required=False)
    classification = forms.ChoiceField(
        label=_("Classification of rows that name none"),
        required=False,
        choices=[("", "–"), *Classification.choices],
    )
    sheet = forms.ChoiceField(label=_("Sheet"), required=False)

    def __init__(self, *args: Any, user: Any, batch: Batch, **options: Any) -> None:
        given = batch.options
        options["initial"] = {
            "target": batch.target, "source_format": batch.source_format, "date_order": given.get("date_order", "dmy"),
            "unit": str(given.get("unit") or ""), "classification": given.get("classification", ""),
            "sheet": given.get("sheet") or given.get("notes", {}).get("sheet", ""),
        }  # fmt: skip
        super().__init__(*args, **options)
        self.batch = batch
        units = [(str(pk), name) for pk, name in commune_choices(user)]
        self.fields["unit"].choices = [("", "–"), *units]  # type: ignore[attr-defined]
        sheets = given.get("notes", {}).get("sheets", [])
        self.fields["sheet"].choices = [(name, name) for name in sheets]  # type: ignore[attr-defined]
        if len(sheets) < 2:
            del self.fields["sheet"]
        names = sorted(TARGETS[batch.target].values(), key=lambda field: str(field.words))
        fields = [("", "–"), *[(field.name, field.words) for field in names]]
        known = {name for name, _label in fields}
        symptoms = {field for field in batch.mapping.values() if field not in known}
        fields += [(name, name) for name in sorted(symptoms)]
        for position, column in enumerate(batch.columns):
            self.fields[f"column_{position}"] = forms.ChoiceField(
                label=column, required=False, choices=fields, initial=batch.mapping.get(column, "")
            )

    def columns(self) -> list[Any]:
        """Return the bound fields of the columns."""
        return [self[f"column_{position}"] for position in range(len(self.batch.columns))]

    def settings(self) -> list[Any]:
        """Return the other bound fields."""
        return [self[name] for name in self.fields if not name.startswith("column_")]

    def mapping(self) -> dict[str, str]:
        """Return the columns that were given a field."""
        pairs = ((column, self.cleaned_data[f"column_{n}"]) for n, column in enumerate(self.batch.columns))
        return {column: field for column, field in pairs if field}

    def options(self) -> dict[str, Any]:
        """Return how the file is read."""
        given = {name: self.cleaned_data.get(name) for name in ("date_order", "classification", "sheet")}
        return {**given, "unit": int(self.cleaned_data["unit"]) if self.cleaned_data["unit"] else None}


class DeclareForm(forms.ModelForm):
    """A health declaration; nothing in it is required but a sign of what is declared."""

    symptoms = forms.MultipleChoiceField(
        label=_("symptoms today"),
        required=False,
        choices=Symptom.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    met_a_case = forms.NullBooleanField(
        label=_("met a case in the last 14 days"),
        required=False,
        widget=forms.RadioSelect(
            choices=[("true", _("yes")), ("false", _("no")), ("unknown", _("not known"))]
        ),
    )
    website = forms.CharField(
        required=False, widget=forms.HiddenInput
    )  # people leave it empty, machines do not

    class Meta:
        """What a declaration says."""

        model = Declaration
        fields = (
            "symptoms", "met_a_case", "travelled", "unit", "full_name", "phone", "birth_year", "address", "note",
        )  # fmt: skip
        widgets = {
            "note": forms.Textarea(attrs={"rows": 3}),
            "phone": forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
            "full_name": forms.TextInput(attrs={"autocomplete": "name"}),
            "birth_year": forms.TextInput(attrs={"inputmode": "numeric"}),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        rows = (
            Unit.objects.filter(level=Level.COMMUNE).select_related("parent").order_by("parent__name", "name")
        )
        self.fields["unit"].queryset = rows  # type: ignore[attr-defined]
        self.fields["unit"].label_from_instance = lambda unit: (  # type: ignore[attr-defined]
            f"{unit.name} ({unit.parent.name})" if unit.parent else unit.name
        )

    def clean_website(self) -> str:
        """Refuse what fills in a field that nobody sees."""
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("This form was filled in by a program."))
        return ""

    def clean_birth_year(self) -> int | None:
        """Refuse a year in which nobody who declares was born."""
        year = self.cleaned_data["birth_year"]
        if year is not None and not today().year - 120 <= year <= today().year:
            raise forms.ValidationError(_("Write four digits, for example 1987."))
        return int(year) if year is not None else None

    def clean(self) -> dict[str, Any]:
        """Refuse a declaration that says nothing."""
        given: dict[str, Any] = super().clean() or {}
        given.pop("website", None)
        if not any(given.get(name) not in (None, "", []) for name in self.Meta.fields if name != "unit"):
            raise forms.ValidationError(
                _("Say at least one thing: a symptom, a meeting, where you came from, or a note.")
            )
        return given
