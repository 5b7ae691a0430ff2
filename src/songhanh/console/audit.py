"""``songhanh audit``: whether the audit still says what was written into it."""

from __future__ import annotations

import json

import click
from django.utils.module_loading import import_string

from songhanh.core.errors import Fault, SonghanhError
from songhanh.operations.project import serving


@click.group()
def audit() -> None:
    """Check the audit of the web application."""


@audit.command()
@click.option(
    "--noted",
    metavar="POSITION:HASH",
    help="An end of the chain that was printed earlier and kept elsewhere; it must still be in the chain.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as JSON.")
def verify(noted: str | None, as_json: bool) -> None:
    """Walk the chain of all events; name the first that was changed or removed (exit code 2)."""
    serving.set_up()
    verdict = import_string("songhanh.operations.audit.queries.verify")(_noted(noted))
    if as_json:
        found = {
            "whole": verdict.is_whole, "sealed": verdict.n_sealed, "waiting": verdict.n_waiting,
            "position": verdict.position, "hash": verdict.hash, "broken": verdict.broken, "event": verdict.event_id,
        }  # fmt: skip
        click.echo(json.dumps(found))
    if not verdict.is_whole:
        raise SonghanhError(
            Fault(
                code="audit.broken",
                message=f"The audit was tampered with: {verdict.broken}.",
                remedy="Keep the database file as it is, compare it with the last backup, and tell the auditors.",
            )
        )
    if not as_json:
        click.echo(
            f"The chain holds: {verdict.n_sealed} events sealed, {verdict.n_waiting} waiting for their seal."
        )
        click.echo(f"Its end, to be kept elsewhere: {verdict.position}:{verdict.hash or '-'}")


def _noted(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    position, _colon, digest = text.partition(":")
    if not position.isdigit() or len(digest) != 64:
        raise SonghanhError(
            Fault(
                code="audit.noted",
                message=f"{text!r} is no end of a chain.",
                remedy="Give what `songhanh audit verify` printed: the position, a colon and 64 letters and digits.",
                parameter="noted",
            )
        )
    return int(position), digest
