"""The page of a case's chain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from songhanh.operations.accounts.access import only, permitted
from songhanh.operations.audit.actions import record
from songhanh.operations.audit.models import Kind
from songhanh.operations.audit.reading import note_read
from songhanh.operations.project.downloads import csv_response
from songhanh.operations.tracing import clocks
from songhanh.operations.tracing.above import case_of
from songhanh.operations.tracing.chain import Chain, chain_of, network
from songhanh.operations.tracing.forms import ReasonForm
from songhanh.operations.tracing.names import is_known, names_of
from songhanh.operations.tracing.queries import contacts_of, source_of

EVERYTHING = 100_000
COLUMNS = (
    "level", "person", "full_name", "case", "commune", "exposed_on", "last_exposed_on", "until", "setting", "met_or_infected_by",
)  # fmt: skip


@require_safe
@permitted("tracing.view")
def chain(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """Show the chain of a case as tree, network and table; ``?format=csv`` downloads all of it."""
    case = case_of(request.user, uuid)
    if case is None:
        raise Http404("no such case")
    if request.GET.get("format") == "csv":
        only(request, "export.rows")
        found = chain_of(request.user, case, most=EVERYTHING)
        record("tracing.chain", kind=Kind.EXPORT, by=request.user, subject=case.person)
        return csv_response(f"chain-{case.code}.csv", COLUMNS, _lines(found))
    found = chain_of(request.user, case)
    people = [node.person for node in found.nodes.values()]
    names = names_of(people)
    contacts = contacts_of(request.user, case.person)
    seen = [person for person in (*people, *(row.other for row in contacts)) if is_known(person)]
    note_read(request.user, [person.pk for person in seen], page="tracing:chain")
    context = {
        "section": "see",
        "case": case,
        "chain": found,
        "network": network(found, dict(names)),
        "source": source_of(case.person),
        "clocks": clocks.of_case(request.user, case.person),
        "contacts": contacts,
        "reason": ReasonForm(),
    }
    return render(request, "tracing/chain.html", context)


def _lines(found: Chain) -> Iterator[list[Any]]:
    for node in found.rows:
        row, person = node.standing, node.person
        parent = found.nodes.get(node.parent or 0)
        yield [
            f"F{node.level}", person.uuid, person.full_name if is_known(person) else "",
            node.case.code if node.case else "", person.unit.name if person.unit else "",
            row.exposed_on if row else None, row.last_exposed_on if row else None, row.until if row else None,
            row.via.setting if row and row.via else "", parent.person.uuid if parent else "",
        ]  # fmt: skip
