"""The command line: parse, call, print. No logic lives here; each module holds the commands of one job."""

from __future__ import annotations

import gc
import signal
import sys

import click

from packetgen import __version__
from packetgen.cli import access, appeals, cases, clinic, forms, letters, many, packets, payers, tracking
from packetgen.errors import ExitCode, PacketgenError


class Commands(click.Group):
    """Prints a PacketgenError as a message with its exit code; a traceback only with --debug."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except PacketgenError as error:
            if ctx.params.get("debug"):
                raise
            click.echo(f"packetgen: {error}", err=True)
            ctx.exit(int(error.exit_code))
        except (click.exceptions.Exit, click.ClickException, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            if ctx.params.get("debug"):
                raise
            click.echo(f"packetgen: internal error ({type(error).__name__}); run again with --debug", err=True)
            ctx.exit(int(ExitCode.internal_error))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
@click.option("--debug", is_flag=True, help="Show a traceback when something goes wrong.")
def main(debug: bool) -> None:
    """Prior-authorization packets for botulinum toxin, built from the chart and cited to it.

    Example: packetgen build samples/chronic-migraine-uhc/case.yaml
    """
    gc.set_threshold(50_000, 20, 50)  # commands make many objects and few that refer to each other
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that work folders are removed


for command in (
    cases.build,
    many.batch,
    cases.check,
    cases.extract,
    cases.forget,
    appeals.appeal,
    packets.verify,
    clinic.review,
    clinic.init,
    clinic.watch,
    clinic.backup,
    clinic.restore,
    access.audit,
    clinic.doctor,
):
    main.add_command(command)
for commands in (tracking.track, access.users, payers.payers, letters.letters, forms.forms):
    main.add_command(commands)
