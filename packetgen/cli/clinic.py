"""Commands that run a clinic's workspace: review, init, watch, backup, restore, doctor."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from packetgen.errors import ExitCode

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("place", type=click.Path(path_type=Path), metavar="CASE.yaml|WORKSPACE")
@click.option("--address", default="127.0.0.1", show_default=True, help="Address of this computer to listen on.")
@click.option("--port", default=0, show_default="any free one", help="Port to listen on.")
@click.option("--cert", type=FILE, help="TLS certificate in PEM, with those above it; needed for other addresses.")
@click.option("--key", type=FILE, help="Its key in PEM.")
@click.option(
    "--watch/--no-watch",
    default=None,
    help="Also watch the inbox of the workspace; otherwise as its settings.yaml says.",
)
@click.option("--no-browser", is_flag=True, help="Print the address, open no browser.")
def review(
    place: Path, address: str, port: int, cert: Path | None, key: Path | None, watch: bool | None, no_browser: bool
) -> None:
    """Look at the evidence page by page in the browser, confirm or correct the facts, and sign the packet.

    Of a workspace: the list of its cases, what is due, and what is to be filed. Its users, if any, must log in.

    Other computers may reach it with a certificate: --address 192.0.2.10 --port 443 --cert clinic.pem --key clinic.key

    Example: packetgen review clinic --watch
    """
    from packetgen.review.serve import Listening, serve, serve_workspace
    from packetgen.workspace import LEDGER

    listening = Listening(address, port, cert, key)
    if watch or (place / LEDGER).is_file():
        serve_workspace(place, listening, tell=click.echo, open_browser=not no_browser, watch=watch)
    else:
        serve(place, listening, tell=click.echo, open_browser=not no_browser)


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
    click.echo(f"Who asks, and where the scanner writes: {folder / 'settings.yaml'}")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--once", is_flag=True, help="Take what lies in the inbox now, then stop.")
def watch(folder: Path, once: bool) -> None:
    """Take scans from a workspace's inbox, file each in its case, and build the case again.

    On a terminal each file is named; elsewhere, where a log may keep it, only by its number in the ledger.

    Example: packetgen watch clinic --once
    """
    from packetgen.intake.watch import Rebuilt
    from packetgen.intake.watch import watch as watching
    from packetgen.workspace import open_workspace

    workspace = open_workspace(folder)
    named = sys.stdout.isatty()
    if not once:
        click.echo(f"Watching {workspace.inbox}. Stop with Ctrl-C.")
    for outcome in watching(workspace, lambda text: click.echo(f"packetgen: {text}", err=True), once=once, named=named):
        if isinstance(outcome, Rebuilt):
            click.echo(f"case {outcome.case}: {outcome.state}")
        else:
            where = f"case {outcome.case_id}" if outcome.case_id else str(Path(outcome.place).parent)
            click.echo(f"{outcome.name if named else f'file {outcome.id}'}: {outcome.went}, {where}")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.argument("archive", type=click.Path(path_type=Path, dir_okay=False), metavar="BACKUP.tar")
def backup(folder: Path, archive: Path) -> None:
    """Copy a whole workspace into one file, also while it is watched. It holds patients' data: keep it safe.

    Example: packetgen backup clinic backup.tar
    """
    from packetgen.intake.backup import write_backup
    from packetgen.workspace import open_workspace

    count = write_backup(open_workspace(folder), archive)
    click.echo(f"{archive}: {count} files of {folder}")


@click.command()
@click.argument("archive", type=click.Path(path_type=Path, dir_okay=False), metavar="BACKUP.tar")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def restore(archive: Path, folder: Path) -> None:
    """Make a workspace from a backup, in a folder that is not there yet; every file is checked.

    Example: packetgen restore backup.tar clinic
    """
    from packetgen.intake.backup import read_backup

    count = read_backup(archive, folder)
    click.echo(f"{folder}: {count} files, all as they were. Next: packetgen watch {folder}")


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False, exists=True))
def doctor(folder: Path | None) -> None:
    """Tell which outside programs and fonts are installed, and how to install what is not.

    With a folder of patients' data, also whether it lies where it is copied elsewhere, or on a disk in plain.

    Example: packetgen doctor clinic
    """
    from packetgen.doctor import examine, examine_folder

    machine = examine()
    for item in machine:
        click.echo(f"{'ok     ' if item.found else 'MISSING'}  {item.name:22} {item.detail}")
    for item in examine_folder(folder) if folder else ():
        click.echo(f"{'ok     ' if item.found else 'WARNING'}  {item.name:22} {item.detail}")
    if not all(item.found for item in machine):
        sys.exit(int(ExitCode.missing_program))
