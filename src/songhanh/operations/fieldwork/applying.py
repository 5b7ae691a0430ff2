"""What each kind of entry does to the registers: first time (`create`), and on top of what is there (`over`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from songhanh.operations.cases import actions as cases
from songhanh.operations.cases.models import Case
from songhanh.operations.fieldwork.models import Entry, EntryKind
from songhanh.operations.people import actions as people
from songhanh.operations.people import queries as identity
from songhanh.operations.people.models import Person
from songhanh.operations.project.base import Stale
from songhanh.operations.tracing import actions as tracing
from songhanh.operations.tracing.models import Contact, FollowUp


class Conflict(Exception):
    """Something stands there already that the entry does not know of; ``row`` is what."""

    def __init__(self, row: models.Model, message: str) -> None:
        super().__init__(message)
        self.row = row
        self.message = message


def create_case(by: Any, form: Any, client_id: UUID) -> models.Model:
    """Register a case, and the person where nobody certain is known."""
    person = _person(by, form.person())
    try:
        return cases.register(
            by=by,
            person=person,
            unit=form.cleaned_data["unit"],
            classification=form.cleaned_data["classification"],
            uuid=client_id,
            **form.case(),
        )
    except ValidationError as error:
        there = (error.params or {}).get("case") if getattr(error, "code", "") == "case.again" else None
        if there is None or not Case.objects.identified(by).filter(pk=there.pk).exists():
            raise
        raise Conflict(there, " ".join(error.messages)) from None


def case_over(by: Any, form: Any, row: Any, version: int | None) -> models.Model:
    """Write what was entered over a case that is there, and over its person; what was left empty stays."""
    people.edit(by=by, person=row.person, version=row.person.version, **_filled(form.person()))
    row = cases.edit(by=by, case=row, version=version, **_filled(form.case()))
    wanted = form.cleaned_data["classification"]
    if row.classification != wanted:
        row = cases.classify(
            by=by, case=row, to=wanted, on=form.cleaned_data["reported_on"], version=row.version
        )
    return row


def create_case_change(by: Any, form: Any, client_id: UUID) -> models.Model:
    """Add to a case."""
    case = Case.objects.identified(by).filter(uuid=form.cleaned_data["case"]).select_related("person").first()
    if case is None:
        raise ValidationError(
            {"case": ValidationError(_("This case is not in your lists any more."), code="gone")}
        )
    return case_change_over(by, form, case, form.cleaned_data["version"])


def case_change_over(by: Any, form: Any, row: Any, version: int | None) -> models.Model:
    """Write the additions on the version that was seen."""
    try:
        return cases.edit(by=by, case=row, version=version, **form.changes())
    except Stale:
        raise Conflict(row, _("Somebody else changed this case meanwhile.")) from None


def create_contact(by: Any, form: Any, client_id: UUID) -> models.Model:
    """Register a contact of a case that may itself have come from this device."""
    return tracing.add_contact(
        by=by, source=_source(by, form.cleaned_data["source"]), person=_person(by, form.person()),
        uuid=client_id, **form.contact(),
    )  # fmt: skip


def contact_over(by: Any, form: Any, row: Any, version: int | None) -> models.Model:
    """Put the corrected contact in the place of the first, which is kept as void."""
    people.edit(by=by, person=row.person, version=row.person.version, **_filled(form.person()))
    fields = form.contact()
    source = _source(by, form.cleaned_data["source"])
    key = ("happened_from", "happened_until", "setting")
    if source != row.source or any(fields[name] != getattr(row, name) for name in key):
        tracing.void_contact(by=by, contact=row, reason=_("Corrected on the device."))
    return tracing.add_contact(by=by, source=source, person=row.person, **fields)


def create_follow_up(by: Any, form: Any, client_id: UUID) -> models.Model:
    """Record a visit or call, unless somebody else did meanwhile and found something else."""
    data = form.cleaned_data
    person = Person.objects.identified(by).filter(uuid=data["person"]).first()
    if person is None:
        message = _("This person is not in your lists any more.")
        raise ValidationError({"person": ValidationError(message, code="gone")})
    there = FollowUp.objects.identified(by).filter(person=person, due_on=data["due_on"]).first()
    found = form.found()
    if there is not None and there.state != FollowUp.State.DUE and there.version != data["version"]:
        if _same(there, found):
            return there
        raise Conflict(there, _("Somebody else entered this follow-up meanwhile."))
    version = there.version if there is not None else None
    return tracing.record_follow_up(
        by=by, person=person, due_on=data["due_on"], version=version, uuid=client_id, **found
    )


def follow_up_over(by: Any, form: Any, row: Any, version: int | None) -> models.Model:
    """Write what was found over what is there."""
    return tracing.record_follow_up(
        by=by, person=row.person, due_on=row.due_on, version=version, **form.found()
    )


def _same(row: Any, found: dict[str, Any]) -> bool:
    return all(getattr(row, name) == value for name, value in found.items())


def _filled(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in ("", None, [], "unknown")}


def _person(by: Any, fields: dict[str, Any]) -> Person:
    """Return the person if one is certain and may be seen, else a new one: two rows are merged later, one is not split."""
    known: dict[str, Any] = {
        name: fields.get(name) for name in ("full_name", "birth_year", "phone", "id_number", "unit")
    }
    for candidate in identity.candidates(**known, by=by):
        if identity.certain_match(candidate):
            return Person.objects.identified(by).get(pk=candidate.person_id)
    return people.register(by=by, **fields)


def _source(by: Any, reference: UUID) -> Person:
    """Return the person of a case, named by the case's id or by that of the entry that made it."""
    entry = Entry.objects.filter(client_id=reference, by=by, kind=EntryKind.CASE).first()
    rows = Case.objects.identified(by).select_related("person")
    if entry is not None and entry.state not in {Entry.State.DONE, Entry.State.RESOLVED}:
        message = _(
            "The case that it belongs to was not accepted yet. Settle the case first; this entry waits."
        )
        raise ValidationError({"source": ValidationError(message, code="source-waits")})
    case = rows.filter(**({"pk": entry.object_id} if entry else {"uuid": reference})).first()
    if case is None:
        raise ValidationError({"source": ValidationError(_("This case is not in your lists."), code="gone")})
    person: Person = case.person
    return person


@dataclass(frozen=True)
class Handler:
    """How one kind of entry is written."""

    model: type[models.Model]
    create: Callable[[Any, Any, UUID], models.Model]
    over: Callable[[Any, Any, Any, int | None], models.Model]


HANDLERS: dict[str, Handler] = {
    EntryKind.CASE: Handler(Case, create_case, case_over),
    EntryKind.CASE_CHANGE: Handler(Case, create_case_change, case_change_over),
    EntryKind.CONTACT: Handler(Contact, create_contact, contact_over),
    EntryKind.FOLLOW_UP: Handler(FollowUp, create_follow_up, follow_up_over),
}
