"""``songhanh install``: an empty installation for a province, with its places and its first administrator."""

from __future__ import annotations

import click
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.module_loading import import_string

from songhanh.core.errors import Fault, SonghanhError
from songhanh.operations.project import serving


@click.command()
@click.argument("pack")
@click.option("--administrator", required=True, help="Log-in of the first account; it gives the others.")
@click.option("--name", default="", help="The administrator's name.")
@click.password_option(help="Asked for where it is not given.")
def install(pack: str, administrator: str, name: str, password: str) -> None:
    """Set an installation up for the province of PACK (a folder or an embedded example): places, one account.

    What is entered from then on is taken for real persons. Run again with another account, it only adds that.
    """
    serving.set_up()
    found = import_string("songhanh.operations.places.queries.installation")()
    if found is not None and found.is_synthetic:
        raise SonghanhError(
            Fault(
                code="install.synthetic",
                message="This data directory holds a demonstration with made-up persons.",
                remedy="Set SONGHANH_HOME (or DATABASE_URL) to an empty place and run the command again.",
            )
        )
    made = import_string("songhanh.operations.places.actions.load_pack")(pack, is_synthetic=False)
    create = import_string("songhanh.operations.accounts.actions.create_user")
    with translation.override("en"):
        try:
            user = create(
                by=None,
                username=administrator,
                full_name=name or administrator,
                password=password,
                roles=[("administrator", None, None)],
            )
        except ValidationError as error:
            raise SonghanhError(
                Fault(
                    code="install.refused",
                    message=" ".join(error.messages),
                    remedy="The places are there; run the command again with a corrected account.",
                )
            ) from error
    click.echo(f"{made.province} is set up. {user.username} logs in and makes the other accounts.")
    click.echo("Next: songhanh serve")
