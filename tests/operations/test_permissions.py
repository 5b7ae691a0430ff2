"""Address x role x jurisdiction, from the URLconf: who is let in, and which rows come back, by name or not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest
from django.db import models, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from permission_rows import ANYBODY, PLACES, PUBLIC, TABLE, Address, World, build_world
from registry import Province, user_with

from songhanh.operations.accounts.masking import pseudonym
from songhanh.operations.accounts.models import User
from songhanh.operations.accounts.roles import PERMISSIONS, SEES_NAMES, SEES_ROWS, Role
from songhanh.operations.api.build import api
from songhanh.operations.audit.models import Event

ROWS = {row.name: row for rows in TABLE.values() for row in rows}


def addresses() -> Iterator[tuple[str, URLPattern]]:
    """Yield every address of the URLconf with its whole name."""

    def walk(patterns: list[Any], prefix: str) -> Iterator[tuple[str, URLPattern]]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
                yield from walk(pattern.url_patterns, inner)
            else:
                yield f"{prefix}{pattern.name}", pattern

    return walk(get_resolver().url_patterns, "")


def pattern_of(row: Address) -> str:
    return row.name.partition("#")[0]


def app_of(name: str) -> str:
    app = name.partition(":")[0] if ":" in name else ""
    return "api" if app.startswith("api") else app


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    known = {name for name, _pattern in addresses()}
    named = {pattern_of(row) for row in ROWS.values()}
    assert known - named == set(), "addresses without a row in permission_rows.py"
    assert named - known == set(), "rows without an address"
    for app, rows in TABLE.items():
        assert {app_of(row.name) for row in rows} <= {app}


@dataclass(frozen=True)
class Reader:
    """Somebody with a role in a place, and what the issue says they see."""

    label: str
    client: Client
    permissions: frozenset[str]
    sees: frozenset[str]  # places whose rows
    names: frozenset[str]  # places whose people by name

    def may(self, permission: str) -> bool:
        return permission in {PUBLIC, ANYBODY} or permission in self.permissions


# role, jurisdiction -> places of which the rows come back
SEEN: list[tuple[Role, str, tuple[str, ...]]] = [
    (Role.COMMITTEE, "", PLACES),
    (Role.EPIDEMIOLOGIST, "", PLACES),
    (Role.DISTRICT, "viet_yen", ("nenh", "hong_thai")),
    (Role.DISTRICT, "yen_dung", ("tan_an",)),
    (Role.COMMUNE, "nenh", ("nenh",)),
    (Role.COMMUNE, "tan_an", ("tan_an",)),
    (Role.PARK, "park", ()),
    (Role.DEPARTMENT, "", ()),
    (Role.FRONT, "", ()),
    (Role.AUDITOR, "", ()),
    (Role.ANALYST, "", PLACES),
    (Role.ADMINISTRATOR, "", ()),
]


@pytest.fixture
def world(province: Province, settings: Any) -> World:
    settings.API_RATES = {"read": 10**6, "write": 10**6}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # hundreds of log-ins
    world = build_world(province)
    account = user_with("front", name="somebody-else")
    world.extra |= {"account": account.pk, "membership": account.memberships.get().pk}
    return world


@pytest.fixture
def readers(world: World) -> list[Reader]:
    assert {role for role, _place, _seen in SEEN} == set(Role)
    found = []
    for role, place, seen in SEEN:
        where = getattr(world.province, place) if place else None
        at = {"site": where} if place == "park" else {"unit": where}
        user = user_with(role, **at)
        sees = frozenset(seen if role in SEES_ROWS else ())
        names = sees if role in SEES_NAMES else frozenset()
        found.append(_reader(f"{role} {place}", user, PERMISSIONS[role], sees, names))
    nobody = User.objects.create_user(username="nobody", password="x")
    found.append(_reader("no role", nobody, frozenset(), frozenset(), frozenset()))
    return found


def _reader(
    label: str, user: User, permissions: frozenset[str], sees: frozenset[str], names: frozenset[str]
) -> Reader:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return Reader(label, client, permissions, sees, names)


def ask(client: Client, row: Address, address: str) -> tuple[int, str]:
    """Ask for an address and take back what it wrote; return the status and the text."""
    with transaction.atomic():
        answer = send(client, row, address)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[arg-type]
        transaction.set_rollback(True)
    kind = answer.headers.get("Content-Type", "")
    readable = kind.startswith(("text/", "application/json", "application/geo+json", "application/xml"))
    return answer.status_code, plain(content.decode("utf-8", "replace")) if readable else ""


def send(client: Client, row: Address, address: str) -> Any:
    if not row.is_post:
        return client.get(address)
    if not row.name.startswith("api:"):
        return client.post(address, row.data)
    return client.generic(
        row.method or "POST", address, json.dumps(row.data), content_type="application/json"
    )


def plain(text: str) -> str:
    """Undo the escapes of HTML and JSON, behind which a name would not be found."""
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), unescape(text))


def address_of(row: Address, world: World, place: str) -> str:
    return reverse(pattern_of(row), kwargs=dict(row.kwargs(world, place)))


@pytest.mark.parametrize("app", list(TABLE))
def test_who_is_let_in_and_what_comes_back(world: World, readers: list[Reader], app: str) -> None:
    stranger = Client(raise_request_exception=False)
    problems: list[str] = []
    for row in TABLE[app]:
        problems += _of_strangers(row, world, stranger)
        for reader in readers:
            for place in PLACES[::2] if row.of_place else PLACES[:1]:
                problems += _of_reader(row, world, reader, place)
    assert problems == [], "\n".join(["", *problems])


def _of_strangers(row: Address, world: World, stranger: Client) -> list[str]:
    status, text = ask(stranger, row, address_of(row, world, "nenh"))
    leaks = [secret for place in PLACES for secret in world.secrets(place) if secret in text]
    problems = [f"{row.name}: a stranger reads {leak!r}" for leak in leaks]
    is_right = (
        status in ({200, 302, 403, 404} if row.why else {200, 302})
        if row.permission == PUBLIC
        else status == row.anonymous
    )
    return problems if is_right else [*problems, f"{row.name}: a stranger gets {status}"]


def _of_reader(row: Address, world: World, reader: Reader, place: str) -> list[str]:
    here = f"{row.name} ({reader.label}, {place})"
    address = address_of(row, world, place) + row.query
    status, text = ask(reader.client, row, address)
    exists = not row.of_place or place in (reader.names if row.is_named else reader.sees)
    if status >= 500:
        return [f"{here}: {status}"]
    if not reader.may((row.to_send or row.permission) if row.is_post else row.permission):
        return [] if status in row.denied else [f"{here}: {status} without {row.permission}"]
    if not exists:
        return [] if status in row.denied else [f"{here}: {status} for a row of another place"]
    problems = []
    if status in {403, 404, 405} and not row.why:
        problems.append(f"{here}: {status} although allowed")
    problems += _rows_in(row, world, reader, text, here)
    if row.csv:
        sign = "&" if "?" in address else "?"
        status, text = ask(reader.client, row, f"{address}{sign}format=csv")
        if row.csv_permission and not reader.may(row.csv_permission):
            return (
                problems
                if status in row.denied
                else [*problems, f"{here}: CSV {status} without {row.csv_permission}"]
            )
        problems += (
            _rows_in(row, world, reader, text, here + " as CSV")
            if status == 200
            else [f"{here}: CSV {status}"]
        )
    return problems


def _rows_in(row: Address, world: World, reader: Reader, text: str, here: str) -> list[str]:
    problems = []
    for place in PLACES:
        if place not in reader.names:
            problems += [
                f"{here}: says {secret!r}" for secret in sorted(world.secrets(place)) if secret in text
            ]
        if row.lists is None:
            continue
        is_due = place in (reader.names if row.lists_named else reader.sees)
        found = row.lists(world, place) in text
        if found != is_due:
            problems.append(f"{here}: {'shows' if found else 'misses'} the row of {place}")
        people = [world.person[place], world.met[place]]
        if is_due and not any(
            (p.full_name if place in reader.names else pseudonym(p.pk)) in text for p in people
        ):
            problems.append(f"{here}: the row of {place} says neither name nor pseudonym")
    return problems


def test_what_may_be_looked_at_is_not_thereby_sent(world: World, readers: list[Reader]) -> None:
    both = [row for row in ROWS.values() if row.to_send and not row.is_post]
    assert both
    for row in both:
        for reader in readers:
            if reader.may(row.permission) and not reader.may(row.to_send):
                with transaction.atomic():
                    status = reader.client.post(address_of(row, world, "nenh")).status_code
                    transaction.set_rollback(True)
                assert status in row.denied, (row.name, reader.label)


def test_each_view_asks_for_what_its_row_says() -> None:
    """The table and the views name the same permission, so that neither can be loosened alone."""
    for name, pattern in addresses():
        asked = getattr(pattern.callback, "permission", None)
        row = ROWS.get(name)
        if asked is not None and row is not None:
            assert row.permission == asked, name
            assert getattr(pattern.callback, "to_send", asked) in {
                row.to_send or row.permission,
                row.permission,
            }, name


def test_each_operation_of_the_api_asks_for_what_its_row_says() -> None:
    asked = {
        f"api:{operation.operation_id or operation.view_func.__name__}": getattr(
            operation.view_func, "permission", None
        )
        for _prefix, router in api._routers
        for view in router.path_operations.values()
        for operation in view.operations
    }
    assert len(asked) > 30
    for name, permission in asked.items():
        short = f"api:{name.rsplit('_api_', 1)[-1].removeprefix('api:')}"
        row = ROWS.get(name) or ROWS.get(short)
        assert row is not None, name
        assert row.permission == permission, name


def test_a_person_seen_by_name_is_noted(world: World, readers: list[Reader]) -> None:
    """Every page that shows somebody by name adds one read to the audit; pseudonyms add none."""
    by_label = {reader.label: reader for reader in readers}
    officer, analyst = by_label["commune nenh"], by_label["analyst "]
    for row in ROWS.values():
        if row.lists is None or row.is_post or row.permission not in officer.permissions:
            continue
        address = address_of(row, world, "nenh") + row.query
        for reader, n_due in ((officer, 1), (analyst, 0)):
            if reader.may(row.permission):
                before = Event.objects.filter(kind="read").count()
                reader.client.get(address)
                assert Event.objects.filter(kind="read").count() - before == n_due, (row.name, reader.label)


def test_pages_of_the_frame_ask_little(world: World, django_assert_max_num_queries: Any) -> None:
    client = Client()
    client.force_login(user_with("commune", world.province.hong_thai))
    client.get("/account/glass/")  # the tree of places is read once a process
    with django_assert_max_num_queries(4):  # who, roles, broken glass, installation
        client.get("/account/glass/")


OPERATIONAL = (
    "accounts",
    "audit",
    "people",
    "tracing",
    "cases",
    "sampling",
    "quarantine",
    "intake",
    "fieldwork",
    "bulletin",
)


def operational_models() -> list[type[models.Model]]:
    from django.apps import apps  # noqa: PLC0415 - once, here

    return [model for app in OPERATIONAL for model in apps.get_app_config(app).get_models()]


@pytest.mark.parametrize("model", operational_models(), ids=lambda model: model._meta.label)
def test_every_field_says_how_personal_it_is(model: type[models.Model]) -> None:
    names = {
        field.name for field in model._meta.get_fields() if field.concrete and not field.auto_created
    } | {field.name for field in model._meta.concrete_fields}
    kinds = getattr(model, "FIELD_CLASSES", None)
    points_to_people = any(
        getattr(field.related_model, "_meta", None)
        and field.related_model._meta.label in {"people.Person", "accounts.User"}
        for field in model._meta.concrete_fields
        if field.related_model
    )
    if kinds is None:
        assert not points_to_people, f"{model._meta.label} holds data of people and no FIELD_CLASSES"
        return
    assert names - {"groups", "user_permissions", "password"} <= kinds.keys(), names - kinds.keys()
    assert kinds.keys() <= names | {"password"}, kinds.keys() - names
    assert re.fullmatch(r"\w+", model._meta.model_name or "")
