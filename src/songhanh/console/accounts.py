"""``songhanh accounts``: who may enter the web application."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.module_loading import import_string

from songhanh.core.errors import Fault, SonghanhError
from songhanh.operations.project import serving

ACTIONS = "songhanh.operations.accounts.actions."
MODELS = "songhanh.operations.accounts.models."


@click.group()
def accounts() -> None:
    """Make accounts, list them, change passwords, unlock."""


@accounts.command()
@click.argument("username")
@click.option("--name", default="", help="The person's name.")
@click.option("--role", required=True, help="committee, epidemiologist, district, commune, park, ...")
@click.option("--unit", help="Code or name of the district or commune (district and commune officers).")
@click.option("--site", help="Short name of the park (park authority).")
@click.password_option(help="Asked for where it is not given.")
def create(username: str, name: str, role: str, unit: str | None, site: str | None, password: str) -> None:
    """Make an account with one role; more are given on the pages."""
    serving.set_up()
    place = (role, _unit(unit), _site(site))
    make = import_string(ACTIONS + "create_user")
    user = _said(
        lambda: make(by=None, username=username, full_name=name or username, password=password, roles=[place])
    )
    click.echo(f"{user.username} may log in as {role}.")


@accounts.command("list")
def listing() -> None:
    """List the accounts with their roles."""
    serving.set_up()
    users = import_string("songhanh.operations.accounts.queries.users")()
    for user in users:
        roles = ", ".join(str(item) for item in user.memberships.all()) or "no role"
        marks = [
            mark
            for mark, is_so in (
                ("closed", not user.is_active), ("locked", user.is_locked), ("second factor", user.has_factor),
                ("demonstration", user.is_demo),
            )
            if is_so
        ]  # fmt: skip
        click.echo("\t".join([user.username, user.full_name, roles, ", ".join(marks)]).rstrip())


@accounts.command()
@click.argument("username")
@click.password_option(help="Asked for where it is not given.")
def password(username: str, password: str) -> None:
    """Give an account another password."""
    serving.set_up()
    user = _user(username)
    _said(lambda: import_string(ACTIONS + "set_password")(by=None, user=user, password=password))
    click.echo(f"{username} has another password.")


@accounts.command()
@click.argument("username")
def unlock(username: str) -> None:
    """Let somebody try again after too many wrong passwords."""
    serving.set_up()
    import_string(ACTIONS + "unlock")(by=None, user=_user(username))
    click.echo(f"{username} may try again.")


def _said(do: Callable[[], Any]) -> Any:
    """Do something; a refusal becomes a sentence of the command line."""
    with translation.override("en"):
        try:
            return do()
        except ValidationError as error:
            raise _fault("accounts.refused", " ".join(error.messages), "Correct it and try again.") from error


def _fault(code: str, message: str, remedy: str) -> SonghanhError:
    return SonghanhError(Fault(code=code, message=message, remedy=remedy))


def _user(username: str) -> Any:
    found = import_string(MODELS + "User").objects.filter(username=username).first()
    if found is None:
        raise _fault(
            "accounts.unknown",
            f"There is no account {username!r}.",
            "See `songhanh accounts list` for those there are.",
        )
    return found


def _unit(text: str | None) -> Any:
    if text is None:
        return None
    fold = import_string("songhanh.operations.project.folding.fold")
    units = import_string("songhanh.operations.places.models.Unit").objects.all()
    found = list(units.filter(code=text)[:2]) or list(units.filter(name_folded=fold(text))[:2])
    if len(found) != 1:
        problem = "several units have" if found else "no unit has"
        raise _fault("accounts.unit", f"{problem} the name {text!r}.".capitalize(), "Give the unit's code.")
    return found[0]


def _site(text: str | None) -> Any:
    if text is None:
        return None
    sites = import_string("songhanh.operations.places.models.Site").objects.all()
    found = sites.filter(slug=text).first()
    if found is None:
        known = ", ".join(sites.order_by("slug").values_list("slug", flat=True)[:20]) or "none yet"
        raise _fault("accounts.site", f"There is no site {text!r}.", f"Sites: {known}.")
    return found
