"""Forms of samples and results."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from songhanh.operations.people.choosing import PersonsField
from songhanh.operations.places.models import Facility
from songhanh.operations.places.queries import commune_choices
from songhanh.operations.project.clock import now
from songhanh.operations.project.days import DayField
from songhanh.operations.sampling.models import Sample

CLOCK = {"placeholder": "14:30", "inputmode": "numeric"}
ANSWERS = [choice for choice in Sample.Result.choices if choice[0] in ("positive", "negative", "invalid")]


class SampleFilter(forms.Form):
    """Which samples are listed."""

    unit = forms.TypedChoiceField(label=_("Commune"), required=False, coerce=int, empty_value=None)
    on = DayField(label=_("Taken on"), required=False)
    result = forms.ChoiceField(
        label=_("Result"), required=False, choices=[("", _("all")), *Sample.Result.choices]
    )
    tube = forms.CharField(label=_("Tube"), required=False, max_length=40)
    late = forms.BooleanField(label=_("waiting for more than 24 hours"), required=False)

    def __init__(self, *args: Any, user: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].choices = [("", _("all")), *commune_choices(user)]  # type: ignore[attr-defined]


class MomentForm(forms.Form):
    """A form with a day and an hour; both are of now unless written."""

    day = DayField(label=_("Day"))
    hour = forms.TimeField(
        label=_("Hour"), input_formats=["%H:%M", "%Hh%M", "%H"], widget=forms.TimeInput(format="%H:%M", attrs=CLOCK),
        error_messages={"invalid": _("Write the hour, for example 14:30.")},
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        local = timezone.localtime(now())
        self.fields["day"].initial = local.strftime("%d/%m/%Y")
        self.fields["hour"].initial = local.strftime("%H:%M")

    @property
    def moment(self) -> datetime:
        """Return the instant written."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["day"], self.cleaned_data["hour"]))


class TakeForm(MomentForm):
    """Samples taken: of one person, or of the members of a pool in one tube."""

    persons = PersonsField()
    kind = forms.ChoiceField(label=_("Test"), choices=Sample.Kind.choices)
    tube = forms.CharField(
        label=_("Tube"),
        required=False,
        max_length=40,
        help_text=_("All of the list are in this tube: a pool."),
    )
    laboratory = forms.ModelChoiceField(
        label=_("Laboratory"), queryset=Facility.objects.filter(kind=Facility.Kind.LABORATORY), required=False
    )
    reason = forms.CharField(label=_("Why"), required=False, max_length=80)
    field_order = ("persons", "kind", "tube", "day", "hour", "laboratory", "reason")

    def __init__(self, *args: Any, user: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["persons"].user = user  # type: ignore[attr-defined]


class ResultForm(MomentForm):
    """What the laboratory said of one sample."""

    result = forms.ChoiceField(label=_("Result"), choices=ANSWERS, widget=forms.RadioSelect)
    ct_value = forms.DecimalField(
        label=_("Ct value"), required=False, localize=True, max_digits=4, decimal_places=1,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )  # fmt: skip
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    field_order = ("result", "ct_value", "day", "hour", "version")


class TubeForm(MomentForm):
    """What the laboratory said of a tube, and of members that it tested singly."""

    result = forms.ChoiceField(label=_("Result of the tube"), choices=ANSWERS, widget=forms.RadioSelect)
    field_order = ("result", "day", "hour")

    def __init__(self, *args: Any, samples: list[Sample], **options: Any) -> None:
        super().__init__(*args, **options)
        self.samples = samples
        for sample in samples:
            self.fields[f"single-{sample.pk}"] = forms.ChoiceField(
                label="", required=False, choices=[("", _("as the tube")), *ANSWERS]
            )

    def singly(self) -> list[tuple[Sample, Any]]:
        """Return the members with their own field."""
        return [(sample, self[f"single-{sample.pk}"]) for sample in self.samples]

    @property
    def single(self) -> dict[int, str]:
        """Return the results of members that have one of their own."""
        given = self.cleaned_data
        return {s.pk: given[f"single-{s.pk}"] for s in self.samples if given.get(f"single-{s.pk}")}
