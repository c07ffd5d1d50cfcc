"""Commands that run a clinic's workspace: review, init, watch, doctor."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from packetgen.errors import ExitCode


@click.command()
@click.argument("case_file", type=click.Path(path_type=Path), metavar="CASE.yaml")
@click.option("--port", default=0, show_default="any free one", help="Port on 127.0.0.1.")
@click.option("--no-browser", is_flag=True, help="Print the address, open no browser.")
def review(case_file: Path, port: int, no_browser: bool) -> None:
    """Look at the evidence page by page in the browser, and sign the packet.

    Example: packetgen review case.yaml
    """
    from packetgen.review.serve import serve

    serve(case_file, port, tell=click.echo, open_browser=not no_browser)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def init(folder: Path) -> None:
    """Make a workspace: an inbox to watch, a folder for cases, and a ledger.

    Example: packetgen init clinic
    """
    from packetgen.workspace import make_workspace

    workspace = make_workspace(folder)
    click.echo(f"Cases go into {workspace.cases}, one folder each with its case.yaml.")
    click.echo(f"Scans go into {workspace.inbox}; then: packetgen watch {folder}")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--once", is_flag=True, help="Take what lies in the inbox now, then stop.")
def watch(folder: Path, once: bool) -> None:
    """Take scans from a workspace's inbox, file each in its case, and build the case again.

    Example: packetgen watch clinic --once
    """
    from packetgen.intake import watch as intake
    from packetgen.workspace import open_workspace

    workspace = open_workspace(folder)
    if not once:
        click.echo(f"Watching {workspace.inbox}. Stop with Ctrl-C.")
    run = intake.one_pass if once else intake.forever
    for outcome in run(workspace, trouble=lambda text: click.echo(f"packetgen: {text}", err=True)):
        where = f"case {outcome.case_id}" if outcome.case_id else str(outcome.place.relative_to(folder))
        click.echo(f"{outcome.name}: {outcome.went}, {where}{f'; {outcome.state}' if outcome.state else ''}")


@click.command()
def doctor() -> None:
    """Tell which outside programs and fonts are installed, and how to install what is not.

    Example: packetgen doctor
    """
    from packetgen.doctor import examine

    findings = examine()
    for item in findings:
        click.echo(f"{'ok     ' if item.found else 'MISSING'}  {item.name:22} {item.detail}")
    if not all(item.found for item in findings):
        sys.exit(int(ExitCode.missing_program))
