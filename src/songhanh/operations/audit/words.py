"""What each action is called in a sentence, and what the things are called that it was done to."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTIONS: dict[str, Promise] = {
    "accounts.create": _("made an account"),
    "accounts.password": _("changed a password"),
    "accounts.give-role": _("gave a role"),
    "accounts.end-role": _("ended a role"),
    "accounts.activate": _("closed or reopened an account"),
    "accounts.unlock": _("unlocked an account"),
    "accounts.add-second-factor": _("set up a second factor"),
    "accounts.remove-second-factor": _("removed a second factor"),
    "accounts.make-recovery-codes": _("made recovery codes"),
    "accounts.second-factor-failed": _("entered a wrong code of the second factor"),
    "accounts.issue-token": _("made a key for a program"),
    "accounts.revoke-token": _("ended a key of a program"),
    "accounts.enter": _("logged in"),
    "accounts.leave": _("logged out"),
    "accounts.enter-failed": _("somebody tried to log in and failed"),
    "accounts.locked": _("an account was locked after too many wrong passwords"),
    "glass.break": _("broke the glass"),
    "audit.export": _("downloaded the audit"),
    "decide.adopt": _("adopted a plan"),
    "decide.area": _("decided the mode of an area"),
    "decide.request": _("started a computation"),
    "places.load_pack": _("loaded the places of a province"),
}
MODELS: dict[str, Promise] = {
    "accounts.user": _("account"),
    "people.person": _("person"),
    "people.merge": _("merge"),
    "cases.case": _("case"),
    "cases.cluster": _("cluster"),
    "cases.exposure": _("milestone"),
    "tracing.contact": _("contact"),
    "tracing.followup": _("follow-up"),
    "tracing.presencelist": _("presence list"),
    "tracing.source": _("source"),
    "tracing.team": _("team"),
    "sampling.sample": _("sample"),
    "quarantine.stay": _("stay in quarantine"),
    "intake.batch": _("batch of a file"),
    "intake.declaration": _("health declaration"),
    "fieldwork.entry": _("entry from a telephone"),
    "places.installation": _("installation"),
    "planning.decidedplan": _("decided plan"),
    "planning.prioritydecision": _("decision of an area"),
    "planning.job": _("computation"),
}


def of_action(code: str) -> str:
    """Return an action in words; its code where no words are known."""
    return str(ACTIONS.get(code, code))


def of_model(label: str) -> str:
    """Return what a model's rows are called."""
    return str(MODELS.get(label, label))
