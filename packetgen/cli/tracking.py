"""`packetgen track`: what was sent to the plan, and what is due."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click


@click.group()
def track() -> None:
    """What was sent to the plan, and what is due.

    Example: packetgen track due --workspace clinic
    """


IN_WORKSPACE = click.option(
    "-w", "--workspace", "folder", default=".", show_default=True, type=click.Path(path_type=Path, file_okay=False)
)
DAY = click.DateTime(["%Y-%m-%d"])


@track.command("log")
@click.argument("case_id", metavar="CASE")
@click.argument("kind", type=click.Choice(["sent", "called", "info_requested", "approved", "denied", "withdrawn"]))
@click.option("--on", "happened", type=DAY, help="Day it happened [default: today].")
@click.option("--due", type=DAY, help="Day by which to act next.")
@click.option("--reference", default="", help="The plan's number, or whom you spoke to.")
@click.option("--note", default="", help="Anything else.")
@IN_WORKSPACE
def track_log(
    case_id: str, kind: str, happened: datetime | None, due: datetime | None, reference: str, note: str, folder: Path
) -> None:
    """Log what happened with a case.

    Example: packetgen track log 2026-0142 sent --reference 4471 --due 2026-12-15 --workspace clinic
    """
    from packetgen.tracking.track import Event, log_event
    from packetgen.workspace import open_workspace

    on = happened.date() if happened else date.today()
    log_event(open_workspace(folder), Event(case_id, kind, on, due.date() if due else None, reference, note))
    click.echo(f"{case_id}: {kind} on {on}{f', next step due {due.date()}' if due else ''}")


@track.command("due")
@click.option("--by", type=DAY, help="Last day to show [default: today].")
@IN_WORKSPACE
def track_due(by: datetime | None, folder: Path) -> None:
    """List open cases whose next step is due.

    Example: packetgen track due --by 2026-12-31 --workspace clinic
    """
    from packetgen.tracking.track import due_by
    from packetgen.workspace import open_workspace

    events = due_by(open_workspace(folder), by.date() if by else date.today())
    for event in events:
        click.echo(f"{event.due}  {event.case_id:16} {event.kind:14} {event.reference} {event.note}".rstrip())
    if not events:
        click.echo("Nothing is due.")


@track.command("status")
@IN_WORKSPACE
def track_status(folder: Path) -> None:
    """List every case and what happened last.

    Example: packetgen track status --workspace clinic
    """
    from packetgen.tracking.track import latest
    from packetgen.workspace import open_workspace

    workspace = open_workspace(folder)
    events = {event.case_id: event for event in latest(workspace)}
    for case_id in sorted(case.case for _, case in workspace.readable_cases()):
        event = events.get(case_id)
        told = f"{event.kind} {event.happened_on}{f', due {event.due}' if event.due else ''}" if event else "not sent"
        click.echo(f"{case_id:16} {told}")
