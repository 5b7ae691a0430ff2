"""The roles, and what each may do. A page or an action asks for a permission, never for a role."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """Who somebody is in the response."""

    COMMITTEE = "committee", _("steering committee")
    EPIDEMIOLOGIST = "epidemiologist", _("epidemiologist")
    DISTRICT = "district", _("district officer")
    COMMUNE = "commune", _("commune officer")
    PARK = "park", _("park authority")
    DEPARTMENT = "department", _("department")
    FRONT = "front", _("Fatherland Front")
    AUDITOR = "auditor", _("auditor")
    ANALYST = "analyst", _("analyst")
    ADMINISTRATOR = "administrator", _("administrator of accounts")


# A second factor is demanded of those who see or decide for the whole province, or give others their rights.
PRIVILEGED = frozenset({Role.COMMITTEE, Role.EPIDEMIOLOGIST, Role.AUDITOR, Role.ANALYST, Role.ADMINISTRATOR})
# Whose rows carry names: inside the jurisdiction only. The others see pseudonyms, or no rows of persons at all.
SEES_NAMES = frozenset({Role.EPIDEMIOLOGIST, Role.DISTRICT, Role.COMMUNE})
SEES_ROWS = SEES_NAMES | {Role.COMMITTEE, Role.ANALYST}

_LOOK = {"situation.view", "decide.view"}
_ROWS = {"people.view", "cases.view", "tracing.view", "sampling.view", "quarantine.view"}
_FIELD = {
    "people.edit", "cases.edit", "cases.confirm", "tracing.edit", "tracing.follow", "sampling.edit",
    "quarantine.edit", "intake.import", "intake.declarations", "offline.use",
}  # fmt: skip
PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.COMMITTEE: frozenset(
        _LOOK | _ROWS | {"decide.run", "decide.adopt", "glass.break", "report.make", "waiting.view", "export.rows"}
    ),
    Role.EPIDEMIOLOGIST: frozenset(
        _LOOK | _ROWS | _FIELD
        | {"decide.run", "people.merge", "tracing.presence", "glass.break", "export.rows", "report.make", "waiting.view"}
    ),
    Role.DISTRICT: frozenset(
        _LOOK | _ROWS | _FIELD
        | {"people.merge", "tracing.presence", "glass.break", "export.rows", "report.make", "waiting.view"}
    ),
    Role.COMMUNE: frozenset(_LOOK | _ROWS | _FIELD | {"glass.break", "waiting.view"}),
    Role.PARK: frozenset({"situation.view", "absence.view", "tracing.hand_in_presence"}),
    Role.DEPARTMENT: frozenset(_LOOK),
    Role.FRONT: frozenset({"situation.view"}),
    Role.AUDITOR: frozenset({"situation.view", "audit.view"}),
    Role.ANALYST: frozenset(_LOOK | _ROWS | {"decide.run", "export.rows"}),
    Role.ADMINISTRATOR: frozenset({"accounts.manage", "audit.view"}),
}  # fmt: skip
