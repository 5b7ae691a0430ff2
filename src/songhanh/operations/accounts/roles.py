"""The roles, and what each may do. A page or an action asks for a permission, never for a role."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext
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


def place_problem(role: str, unit_level: str | None, has_site: bool) -> str:
    """Return what is wrong with a role's place in words; an empty text where nothing is."""
    if role not in PERMISSIONS:
        return gettext("There is no such role.")
    if unit_level and has_site:
        return gettext("A role holds in a unit or at a site, not in both.")
    if role == Role.PARK:
        return "" if has_site else gettext("Choose the park that the park authority runs.")
    if has_site:
        return gettext("Only the park authority has its role at a site.")
    if role in {Role.DISTRICT, Role.COMMUNE} and unit_level != role:
        return gettext("Choose the district of a district officer, the commune of a commune officer.")
    return ""


WHAT_IT_SEES: dict[str, object] = {
    Role.COMMITTEE: _("the whole province, people by pseudonym; adopts plans"),
    Role.EPIDEMIOLOGIST: _("the whole province with names; confirms cases, traces, samples"),
    Role.DISTRICT: _("the people of one district with names; enters, traces, imports"),
    Role.COMMUNE: _("the people of one commune with names; enters and follows up"),
    Role.PARK: _("until when workers of the park are absent; hands in presence lists"),
    Role.DEPARTMENT: _("the situation and the plans, no rows of people"),
    Role.FRONT: _("the situation, no rows of people"),
    Role.AUDITOR: _("who did what and when, values that identify are masked"),
    Role.ANALYST: _("the whole province, people by pseudonym; runs the models, exports"),
    Role.ADMINISTRATOR: _("accounts and their roles, no rows of people"),
}
