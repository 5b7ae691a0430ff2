"""The form that moves the dates and thresholds of a plan: one field for each number, date and choice of its measures.

It is made from the measures' own models, which also check what is entered; imported by name on first use, since the
measures bring the models' rooms with them.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Literal, get_args, get_origin

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from songhanh.core.errors import SonghanhError
from songhanh.core.text import Text
from songhanh.measures import Measure, Plan, compile_plan, history_of
from songhanh.measures.described import where_in_words
from songhanh.measures.ground import ground_of
from songhanh.measures.plan import parse_plan
from songhanh.measures.registry import KINDS
from songhanh.measures.triggers import Condition
from songhanh.operations.planning.forms import date_field
from songhanh.operations.planning.measure_names import (
    choice_name,
    complaint,
    condition_name,
    field_name,
)
from songhanh.operations.project.templatetags.songhanh import words
from songhanh.province import load

FIXED = {"kind", "id", "where", "exit", "legal_basis", "source", "confidence"}
LEAVE_OUT = "leave-out"


def plan_from(description: Mapping[str, Any]) -> Plan:
    """Return the plan that a document describes."""
    return parse_plan(description["toml"], slug=description["id"])


class PlanForm(forms.Form):
    """The fields of every measure of a plan; valid where the changed plan can be given to the models."""

    def __init__(self, data: Any = None, *, plan: Plan, pack_ref: str, as_of: date) -> None:
        super().__init__(data)
        self.plan, self.pack_ref, self.as_of = plan, pack_ref, as_of
        self.changed: Plan | None = None
        for number, measure in enumerate(plan.measures):
            for name, field in fields_of(measure):
                self.fields[f"m{number}-{name}"] = field

    def measures(self) -> Iterator[tuple[str, list[BoundField]]]:
        """Yield each measure, with its places, and its fields."""
        ground = ground_of(load(self.pack_ref))
        for number, measure in enumerate(self.plan.measures):
            start = f"m{number}-"
            where = words(where_in_words(measure, ground))
            name = f"{words(measure.NAME)} – {where}"
            yield name, [self[key] for key in self.fields if key.startswith(start)]

    def clean(self) -> dict[str, Any]:
        """Build the changed plan and have it checked by its measures, the law and the province."""
        given = super().clean() or self.cleaned_data
        if self.errors:
            return given
        kept = [self._measure(number, measure, given) for number, measure in enumerate(self.plan.measures)]
        if self.errors:
            return given
        changed = Plan(
            slug=self.plan.slug if self.plan.slug.endswith("-changed") else f"{self.plan.slug}-changed",
            name=_changed(self.plan.name),
            summary=self.plan.summary,
            measures=tuple(measure for measure in kept if measure is not None),
            lifts=self.plan.lifts,
        )
        if set(changed.measures) == set(self.plan.measures):
            raise forms.ValidationError(_("Nothing was changed: move a date or a number first."))
        self._compile(changed)
        self.changed = changed
        return given

    def _measure(self, number: int, measure: Measure, given: Mapping[str, Any]) -> Measure | None:
        values = {
            key.split("-", 1)[1]: value for key, value in given.items() if key.startswith(f"m{number}-")
        }
        if values.pop(LEAVE_OUT):
            return None
        content = measure.content()
        for name, value in values.items():
            _put(content, measure, name, value)
        try:
            return KINDS[measure.kind].model_validate(content)
        except ValidationError as error:
            for item in error.errors():
                place = "-".join(str(part) for part in item["loc"])
                self.add_error(self._name_of(number, "from" if place == "begins" else place), complaint(item))
            return None

    def _name_of(self, number: int, place: str) -> str:
        """Return the field that a complaint belongs to: its own, else the first of its condition or measure."""
        own = [key for key in self.fields if key.startswith(f"m{number}-")]
        near = [key for key in own if place and f"{key}-".startswith(f"m{number}-{place}-")]
        return (near or own)[0]

    def _compile(self, changed: Plan) -> None:
        pack = load(self.pack_ref)
        try:
            compile_plan(changed, pack, history_of(pack), self.as_of, pack.policy_set)
        except SonghanhError as error:
            for fault in error.faults:
                self.add_error(None, str(fault))


def fields_of(measure: Measure) -> Iterator[tuple[str, forms.Field]]:
    """Yield name and form field of all that may be moved in a measure, its conditions included."""
    for name, info in type(measure).model_fields.items():
        value = getattr(measure, name)
        if isinstance(value, Condition):
            yield from _condition_fields(name, value)
        elif name not in FIXED:
            field = _field(info, value)
            if field is not None:
                shown = info.alias or name
                field.label = field_name(shown)
                yield shown, field
    yield LEAVE_OUT, forms.BooleanField(label=_("Leave this measure out"), required=False)


def _condition_fields(name: str, condition: Condition) -> Iterator[tuple[str, forms.Field]]:
    """Yield the threshold that a condition has, and its numbers of days."""
    for part, info in type(condition).model_fields.items():
        value = getattr(condition, part)
        if (
            part == "indicator"
            or value is None
            or (part, condition.indicator) == ("window_days", "days_without")
        ):
            continue
        field = _field(info, value)
        if field is not None:
            field.required = True
            field.label = condition_name(name, part, condition.indicator)
            yield f"{name}-{part}", field


def _field(info: FieldInfo, value: Any) -> forms.Field | None:
    """Return the form field of one field of a measure; None for what a form cannot show as one value."""
    kind, optional = _plain(info.annotation)
    common: dict[str, Any] = {"required": not optional, "initial": value}
    if get_origin(kind) is Literal:
        return forms.ChoiceField(
            choices=[(choice, choice_name(choice)) for choice in get_args(kind)], **common
        )
    if kind is bool:
        return forms.BooleanField(required=False, initial=value)
    if kind is date:
        return date_field(**common)
    if kind is int:
        return forms.IntegerField(**common)
    if kind is float:
        return forms.FloatField(localize=True, **common)
    return None


def _plain(annotation: Any) -> tuple[Any, bool]:
    """Return a type without None and without what is annotated, and whether None was allowed."""
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    if get_origin(annotation) in (types.UnionType, typing.Union):
        rest = [part for part in get_args(annotation) if part is not type(None)]
        return (_plain(rest[0])[0] if len(rest) == 1 else None), True
    return annotation, False


def _put(content: dict[str, Any], measure: Measure, name: str, value: Any) -> None:
    """Write one value into a measure's content; a level's own document follows it among the legal bases."""
    condition, dash, part = name.partition("-")
    if dash:
        content[condition] = {**content[condition], part: value}
        return
    old = getattr(measure, "begins" if name == "from" else name)
    if value in (None, "", old):
        if value != old:
            content.pop(name, None)
        return
    content[name] = value
    if isinstance(old, str) and old in measure.legal_basis:
        content["legal_basis"] = [value if basis == old else basis for basis in measure.legal_basis]


def _changed(name: Text) -> Text:
    vi, en = " (đã thay đổi)", " (changed)"
    return Text(name.vi.removesuffix(vi) + vi, name.en.removesuffix(en) + en)
