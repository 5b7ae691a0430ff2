"""What the page of a case shows: who infected whom, the numbers of its chain, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from songhanh.operations.accounts.scope import scope_of
from songhanh.operations.audit.models import Event, Kind
from songhanh.operations.cases.checks import DATES, date_problems
from songhanh.operations.cases.models import Case, Classification, Found, Outcome, Symptom
from songhanh.operations.cases.registering import may_write
from songhanh.operations.people.reading import lend
from songhanh.operations.project.clock import today
from songhanh.operations.tracing.models import Contact, Source, Standing

EVENTS_SHOWN = 30
SUSPECTED_TOO_LONG = timedelta(days=2)


@dataclass(frozen=True)
class Missing:
    """One thing that is not known of a case yet, and where it is entered."""

    code: str
    words: str
    address: str = ""


def link(name: str, *args: Any) -> str:
    """Return an address, or nothing where the page does not exist."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def sections(request: Any, case: Any) -> dict[str, Any]:
    """Return everything about a case that the reader may see; ``case`` came through the gate."""
    user, person = request.user, case.person
    person.is_identified = case.is_identified
    cases = Case.objects.visible_to(user).select_related("person", "unit")
    infected = list(cases.filter(source_case=case).order_by("reported_on", "pk"))
    source_case = cases.filter(pk=case.source_case_id).first() if case.source_case_id else None
    lend([*infected, *([source_case] if source_case else [])])
    exposures = list(case.exposures.select_related("unit", "site"))
    chain = chain_numbers(user, case)
    return {
        "case": case, "person": person, "infected": infected, "source_case": source_case,
        "exposures": exposures, "history": list(case.history.select_related("by")), "chain": chain,
        "source": Source.objects.filter(person=person).first(),
        "problems": problems_of(case), "may_write": may_write(user, case),
        "others": list(cases.filter(person=person).exclude(pk=case.pk)),
        "symptoms": [str(Symptom(code).label) for code in case.symptoms if code in Symptom.values],
        "panels": _panels(request, person),
        "missing": missing(case, exposures, chain),
        "events": events_of(user, case),
    }  # fmt: skip


def _panels(request: Any, person: Any) -> list[dict[str, Any]]:
    panels = [import_string(name)(request, person) for name in settings.PERSON_PANELS]
    return [panel for panel in panels if panel]


def chain_numbers(user: Any, case: Case) -> dict[str, Any]:
    """Return how many F1, F2, ... start at this case, and how many contacts were entered of it."""
    levels = (
        Standing.objects.visible_to(user)
        .filter(origin=case.person_id, level__gte=1)
        .order_by()
        .values("level")
        .annotate(n=Count("pk"))
    )
    told = Contact.objects.visible_to(user).filter(
        Q(source=case.person_id) | Q(person=case.person_id), is_void=False
    )
    return {
        "levels": sorted((row["level"], row["n"]) for row in levels),
        "n_contacts": told.order_by().count(),
    }


def problems_of(case: Case) -> list[Any]:
    """Return what is odd about the dates of a case, for somebody to look at again."""
    fields: dict[str, Any] = {name: getattr(case, name) for name in (*DATES, "outcome")}
    return date_problems(fields | {"born_on": case.person.born_on, "birth_year": case.person.birth_year})


def events_of(user: Any, case: Case) -> list[Event]:
    """Return what was done to a case, newest first: for those who know whom it is about, and for the auditors."""
    if not (getattr(case, "is_identified", False) or scope_of(user).may("audit.view")):
        return []
    rows = Event.objects.filter(subject_type="cases.case", subject_id=case.pk, kind=Kind.WRITE)
    return list(rows.select_related("actor")[:EVENTS_SHOWN])


def missing(case: Case, exposures: list[Any], chain: dict[str, Any]) -> list[Missing]:
    """Return what is not known of a case yet."""
    if case.classification == Classification.NOT_A_CASE:
        return []
    codes = [*_missing_of_the_illness(case), *_missing_of_the_chain(case, exposures, chain)]
    edit = link("cases:edit", case.uuid)
    addresses = {
        "result": "#classify", "contacts": link("tracing:enter", case.uuid),
        "milestones": link("cases:milestone_new", case.uuid),
        "birth": link("people:edit", case.person.uuid), "phone": link("people:edit", case.person.uuid),
    }  # fmt: skip
    words = missing_words()
    return [
        Missing(code, words[code], addresses.get(code, f"{edit}#id_{code}" if edit else "")) for code in codes
    ]


def _missing_of_the_illness(case: Case) -> Iterator[str]:
    """Yield what is not known of the illness; but for some, the name of the field where it is entered."""
    confirmed = case.classification == Classification.CONFIRMED
    if case.unit_id is None:
        yield "unit"
    if case.onset_on is None and case.has_symptoms is not False:
        yield "onset_on"
    if case.sampled_on is None:
        yield "sampled_on"
    if not confirmed and today() - case.reported_on > SUSPECTED_TOO_LONG:
        yield "result"
    if confirmed and case.found == Found.UNKNOWN:
        yield "found"
    if confirmed and case.isolated_on is None:
        yield "isolated_on"
    if confirmed and case.facility_id is None and case.outcome == Outcome.ACTIVE:
        yield "facility"
    if case.outcome in (Outcome.RECOVERED, Outcome.DIED) and case.outcome_on is None:
        yield "outcome_on"


def _missing_of_the_chain(case: Case, exposures: list[Any], chain: dict[str, Any]) -> Iterator[str]:
    """Yield what is not known of the source, the contacts and the person."""
    confirmed = case.classification == Classification.CONFIRMED
    if case.source_case_id is None and not case.source_note:
        yield "source_code"
    if confirmed and chain["n_contacts"] == 0:
        yield "contacts"
    if confirmed and not exposures:
        yield "milestones"
    if not case.person.birth_year:
        yield "birth"
    if not case.person.phone:
        yield "phone"


def missing_words() -> dict[str, str]:
    """Return what is said of each thing that is missing."""
    return {
        "unit": _("Which commune is responsible is not entered."),
        "onset_on": _("No date of onset, and not said to be without symptoms."),
        "sampled_on": _("No date of the sample."),
        "result": _("Reported more than 2 days ago and neither confirmed nor ruled out."),
        "found": _(
            "Where the case was found is not entered: it counts neither as in the community nor as in quarantine."
        ),
        "isolated_on": _("No date of isolation: contacts are traced up to today."),
        "facility": _("Where the case is treated is not entered."),
        "outcome_on": _("The outcome has no date."),
        "source_code": _("Who or what infected them is not known yet."),
        "contacts": _("No contact was entered."),
        "milestones": _("No milestone (place and time) was entered."),
        "birth": _("No year of birth."),
        "phone": _("No telephone."),
    }
