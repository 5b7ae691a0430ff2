"""What the device keeps of the page: its files, its texts, its manifest, and the forms when they are online."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django import forms
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _

from songhanh.operations.cases.models import Case
from songhanh.operations.fieldwork.forms import FORMS
from songhanh.operations.fieldwork.models import Entry, EntryKind
from songhanh.operations.places.models import Unit
from songhanh.operations.project import assets
from songhanh.operations.tracing.models import FollowUp

ICONS = ("icon.svg", "icon-192.png", "icon-512.png")
CASES_TO_CHOOSE = 300


def files() -> list[str]:
    """Return the addresses of what the page is made of, beside itself."""
    built = [assets.address(name) for name in ("app.css", "field.css", "field.js")]
    fonts = sorted(path.name for path in assets.BUILD.glob("*.woff2"))
    fixed = [static(f"fieldwork/{name}") for name in ICONS] + [reverse("fieldwork:manifest")]
    return built + [static(f"songhanh/build/{name}") for name in fonts] + fixed


def version() -> str:
    """Return a short name of what the device keeps; another one, and the device fetches all of it anew."""
    told = json.dumps([files(), assets.names().get("worker.js", "")])
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def worker_script() -> str:
    """Return the service worker, after the list of what it keeps. A new list is a new worker to the browser."""
    name = assets.names().get("worker.js")
    if name is None:
        assets.demand_build()
    home = reverse("fieldwork:entry")
    told = {"version": version(), "files": files(), "shell": home, "home": home}
    script = (assets.BUILD / str(name)).read_text(encoding="utf-8")
    return f"self.FIELD = {json.dumps(told)};\n{script}"


def manifest() -> dict[str, Any]:
    """Return what a telephone needs to install the page."""
    home = reverse("fieldwork:entry")
    svg, small, large = (static(f"fieldwork/{name}") for name in ICONS)
    return {
        "id": home,
        "name": _("Songhanh · field entry"),
        "short_name": "Songhanh",
        "description": _("Enter cases, contacts and follow-ups, also without a network."),
        "start_url": home,
        "scope": home,
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#123f7a",
        "icons": [
            {"src": svg, "sizes": "any", "type": "image/svg+xml"},
            {"src": small, "sizes": "192x192", "type": "image/png", "purpose": "any"},
            {"src": large, "sizes": "512x512", "type": "image/png", "purpose": "any"},
            {"src": large, "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
        ],
    }


def texts() -> dict[str, str]:
    """Return what the script says, in the language of the page."""
    found = {
        "net_up": _("Network: yes"),
        "net_down": _("No network"),
        "net_ended": _("Logged out"),
        "net_unknown": _("Looking for the network"),
        "wait_network": _("Entries that wait for the network: {n}."),
        "wait_sending": _("Entries that wait to be sent: {n}."),
        "nothing_waits": _("Nothing waits to be sent."),
        "sent_last": _("Nothing waits. Last sent: {n}, at {at}."),
        "rejected_count": _("Not accepted: {n}. Open them under “Queue” and correct them."),
        "other_user": _(
            "Entries of another account on this device: {n}. They are sent when that person logs in."
        ),
        "conflicts": _("Entries that need your decision: {n}"),
        "offline_ready": _("This page works without a network on this device."),
        "offline_not_ready": _("This browser cannot keep the page: without a network it will not open."),
        "no_visits": _("No follow-ups here today."),
        "no_lists": _("The lists are not on this device yet. They come with the network."),
        "as_of": _("To do: {n} of {of} · {day}, as of {at}"),
        "kept_here": _("Kept on this device."),
        "more": _("Something else"),
        "change": _("Change"),
        "drop": _("Delete"),
        "drop_sure": _("Delete the entry “{name}”? It was not sent."),
        "drop_sent": _(
            "Delete the entry “{name}” from this device? It was sent once without an answer, so it may be on the "
            "server already."
        ),
        "leave_queue": _(
            "Entries that were not sent: {n}. They stay on this device and are sent only when you log in here again. "
            "Log out all the same?"
        ),
        "choose": _("– choose –"),
        "missing": _("This is needed."),
        "bad_day": _("Write day/month/year, for example 17/05/2021."),
        "bad_value": _("This cannot be right; look again."),
        "queue_waiting": _("waits to be sent"),
        "queue_rejected": _("not accepted"),
    }
    found |= {f"state_{value}": str(label) for value, label in FollowUp.State.choices}
    return found | {f"kind_{value}": str(label) for value, label in EntryKind.choices}


def online_form(entry: Entry, data: Any, communes: list[Unit], user: Any) -> forms.Form:
    """Return the form of an entry with its values, and with the choices that the device had from its lists."""
    form = FORMS[entry.kind](data, initial=entry.payload)
    fields = form.fields
    if "unit" in fields and entry.kind == EntryKind.CASE:
        fields["unit"].queryset = Unit.objects.filter(pk__in=[unit.pk for unit in communes])  # type: ignore[attr-defined]
    for name in ("case", "source"):
        if name in fields:
            rows = Case.objects.identified(user).select_related("person")[:CASES_TO_CHOOSE]
            choices = [(str(row.uuid), f"{row.person.full_name} · {row.code}") for row in rows]
            known = str(entry.payload.get(name, ""))
            own = Entry.objects.filter(by=user, client_id=known).first() if _is_id(known) else None
            if own is not None:
                choices.insert(0, (known, str(own.payload.get("full_name", known))))
            fields[name].widget.choices = [("", "–"), *choices]
    return form


def _is_id(text: str) -> bool:
    return len(text) == 36 and text.count("-") == 4


def payload_of(form: forms.Form) -> dict[str, Any]:
    """Return what a valid form was given, as a device would send it."""
    found: dict[str, Any] = {}
    for name, field in form.fields.items():
        value = field.widget.value_from_datadict(form.data, form.files, name)
        found[name] = value if isinstance(value, list) else "" if value is None else str(value)
    return found
