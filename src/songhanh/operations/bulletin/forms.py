"""Forms of the report."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from songhanh.operations.bulletin.figures import FIGURES
from songhanh.operations.project.days import DayField
from songhanh.operations.project.templatetags.songhanh import words

MOST_FILES = 30


class ManyFiles(forms.ClearableFileInput):
    """A control that takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, as a list; none at all is an empty list."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Check each file as Django does."""
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if len(given) > MOST_FILES:
            raise ValidationError(_("At most %(n)s files at once.") % {"n": MOST_FILES})
        return [super(FilesField, self).clean(one, initial) for one in given]


class ReportForm(forms.Form):
    """The day and today's files."""

    on = DayField(label=_("Day of the report"))
    lists = FilesField(
        label=_("Today's files (Excel or CSV)"), required=False,
        help_text=_("Case lists of the districts, one or more, as they are. Without a file the report is of the register alone."),
    )  # fmt: skip


class CorrectionForm(forms.Form):
    """A figure set by hand."""

    figure = forms.ChoiceField(label=_("Figure"))
    value = forms.IntegerField(label=_("Is"), min_value=0)
    reason = forms.CharField(label=_("Reason"), max_length=250)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["figure"].choices = [(figure.id, words(figure.name).strip("– ")) for figure in FIGURES]  # type: ignore[attr-defined]
