"""What the page of a person shows, the sections of the apps above among it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.module_loading import import_string

from songhanh.operations.accounts.scope import scope_of
from songhanh.operations.people.models import Merge, Person

CASES = 10


def sections(request: Any, person: Any) -> dict[str, Any]:
    """Return everything of a person that the reader may see; ``person`` came through the gate."""
    may, user = scope_of(request.user).permissions, request.user
    found: dict[str, Any] = {"person": person}
    if "cases.view" in may:
        found["cases"] = list(person.cases.visible_to(user).select_related("unit")[:CASES])
    if "tracing.view" in may:
        found["standing"] = getattr(person, "standing", None)
        found["n_told"] = person.contacts_told.filter(is_void=False).count()
        found["n_named"] = person.contacts_named.filter(is_void=False).count()
    panels = [import_string(name)(request, person) for name in settings.PERSON_PANELS]
    merges = Merge.objects.filter(Q(kept=person) | Q(absorbed=person)).select_related("by")
    return found | {"panels": [panel for panel in panels if panel], "merges": list(merges)}


def differences(form: Any, person: Person) -> list[dict[str, Any]]:
    """Return where what somebody entered is not what the row says now: label, now, theirs."""
    found = []
    for name, field in form.fields.items():
        if name in ("version", "sure") or not hasattr(person, name):
            continue
        now, theirs = getattr(person, name), form.cleaned_data.get(name)
        if now != theirs and (now or theirs):
            found.append({"label": field.label, "now": now, "theirs": theirs})
    return found
