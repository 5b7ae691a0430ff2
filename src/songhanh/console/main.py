"""The entry point: finds a command, and turns errors into a sentence and exit code 2."""

from __future__ import annotations

import importlib
import sys

import click

from songhanh import __version__
from songhanh.core.errors import SonghanhError

# name -> module:attribute. Commands are imported when asked for, so that `songhanh --help` does not load the models.
COMMANDS = {
    "accounts": "songhanh.console.accounts:accounts",
    "audit": "songhanh.console.audit:audit",
    "backup": "songhanh.console.backup:backup",
    "bench": "songhanh.console.bench.command:bench",
    "decide": "songhanh.console.decide:decide",
    "decided": "songhanh.console.decided:decided",
    "demo": "songhanh.console.demo:demo",
    "economy": "songhanh.console.economy:economy",
    "export": "songhanh.console.intake:export_command",
    "forecast": "songhanh.console.forecast:forecast",
    "import": "songhanh.console.intake:import_command",
    "manage": "songhanh.console.serve:manage",
    "morning": "songhanh.console.morning:morning",
    "priorities": "songhanh.console.priorities:priorities",
    "province": "songhanh.console.province:province",
    "replay": "songhanh.console.replay:replay",
    "restore": "songhanh.console.backup:restore",
    "score": "songhanh.console.score:score",
    "search": "songhanh.console.search:search",
    "seed": "songhanh.console.seed:seed",
    "serve": "songhanh.console.serve:serve",
    "warm": "songhanh.console.warm:warm",
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name].split(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="songhanh")
def cli() -> None:
    """Hold an epidemic down and keep a province at work, side by side."""


def main() -> None:
    """Run the command line; a user's error is a sentence on stderr and exit code 2."""
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Exit as ending:
        sys.exit(ending.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except SonghanhError as error:
        for fault in error.faults:
            click.echo(f"songhanh: {fault}", err=True)
        sys.exit(2)
    except (KeyboardInterrupt, click.Abort):
        click.echo("songhanh: interrupted; nothing half written is kept.", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
