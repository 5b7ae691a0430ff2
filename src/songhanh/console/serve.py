"""``songhanh serve`` and ``songhanh manage``: the web application."""

from __future__ import annotations

import os

import click
from django.core.management import execute_from_command_line

from songhanh.operations.project.serving import serve as serve_forever


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Beyond loopback only with SONGHANH_HOSTS."
)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def serve(host: str, port: int) -> None:
    """Run the web server and the background worker until Ctrl-C."""
    serve_forever(host, port)


@click.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
@click.pass_context
def manage(ctx: click.Context) -> None:
    """Run a Django management command, such as ``songhanh manage migrate``."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "songhanh.operations.project.settings")
    execute_from_command_line(["songhanh manage", *ctx.args])
