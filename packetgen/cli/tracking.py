"""`packetgen track`: what was sent to the plan, what came back, and what to do next."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from packetgen.tracking.due import Followed, Task

KINDS = ("sent", "called", "info_requested", "info_sent", "peer_to_peer", "approved", "denied", "appealed", "treated",
         "withdrawn", "closed", "void")  # fmt: skip
CHANNELS = ("portal", "fax", "phone", "mail")
LEVELS = ("internal", "second", "external")
OUTCOMES = ("overturned", "upheld", "pending")
REASONS = ("not_medically_necessary", "step_therapy", "missing_documentation", "experimental", "not_covered_benefit",
           "quantity_or_frequency", "coding_error", "out_of_network", "no_prior_auth", "untimely",
           "unclassified")  # fmt: skip
WEEK = timedelta(days=7)
IN_WORKSPACE = click.option(
    "-w", "--workspace", "folder", default=".", show_default=True, type=click.Path(path_type=Path, file_okay=False)
)
DAY = click.DateTime(["%Y-%m-%d"])
FILE = click.Path(path_type=Path, dir_okay=False)
COUNT = click.IntRange(min=1)


@click.group()
def track() -> None:
    """What was sent to the plan, what came back, and what to do next.

    Example: packetgen track due --workspace clinic
    """


@track.command("log")
@click.argument("case_id", metavar="CASE")
@click.argument("kind", type=click.Choice(KINDS), metavar="KIND")
@click.option(
    "--on", "happened_on", type=DAY, help="Day it happened; of a decision the letter's date [default: today]."
)
@click.option(
    "--due",
    type=DAY,
    help="Act by then; of a denial the last day to appeal, of a request for information its last day.",
)
@click.option("--reference", default="", help="The plan's number: confirmation, call, authorization, denial.")
@click.option("--contact", default="", help="To whom it was sent, or with whom you spoke.")
@click.option("--channel", type=click.Choice(CHANNELS), help="How it was sent.")
@click.option("--received", "received_on", type=DAY, help="Day the plan had it, when it was sent by mail.")
@click.option("--promised", default="", help="What the plan promised.")
@click.option("--next", "next_step", default="", help="What to do next.")
@click.option("--minutes", type=COUNT, help="On the phone, waiting included.")
@click.option("--outcome", type=click.Choice(OUTCOMES), help="Of the peer-to-peer conversation.")
@click.option("--units", type=COUNT, help="Units authorized, or given.")
@click.option("--units-for", type=click.Choice(["each", "all"]), help="Authorized for each treatment, or for all.")
@click.option("--treatments", type=COUNT, help="Treatments authorized.")
@click.option("--from", "starts_on", type=DAY, help="First day of the authorization.")
@click.option("--until", "ends_on", type=DAY, help="Last day of the authorization.")
@click.option("--level", type=click.Choice(LEVELS), help="Of the appeal that was sent or denied.")
@click.option(
    "--reason",
    "reasons",
    multiple=True,
    type=click.Choice(REASONS),
    metavar="REASON",
    help=f"Of a denial, also several: {', '.join(REASONS)}.",
)
@click.option("--peer-to-peer-by", type=DAY, help="Last day for that conversation, as the letter says.")
@click.option("--note", default="", help="Anything else.")
@click.option("--corrects", type=COUNT, help="Number of the event in whose place this one stands.")
@IN_WORKSPACE
def track_log(case_id: str, kind: str, folder: Path, happened_on: datetime | None, **told: object) -> None:
    """Log what happened with a case. Nothing is ever changed: a wrong event is corrected by another, or by void.

    KIND: sent, called, info_requested, info_sent, peer_to_peer, approved, denied, appealed, treated, withdrawn,
    closed, void.

    \b
    Examples:
      packetgen track log 2026-0142 sent --channel fax --contact "prior auth desk" --reference 4471
      packetgen track log 2026-0142 called --contact "Ms. Reyes" --reference C-88 --minutes 25 --promised "a letter"
      packetgen track log 2026-0142 approved --on 2026-10-12 --units 620 --units-for all --until 2027-10-11
      packetgen track log 2026-0142 void --corrects 3
    """  # noqa: D301 - click's sign for lines that stay as they are
    from packetgen.errors import UnreadableInput
    from packetgen.tracking.events import Event, built_packet, log_event, with_packet
    from packetgen.workspace import open_workspace

    days = {name: value.date() if isinstance(value, datetime) else value for name, value in told.items()}
    on = happened_on.date() if happened_on else date.today()
    if on > date.today():
        raise click.BadParameter("the day is still to come", param_hint="--on")
    workspace = open_workspace(folder)
    path = workspace.case_of(case_id)
    event = with_packet(Event(case_id, kind, on, **days), path)  # type: ignore[arg-type]
    number = log_event(workspace, event)
    click.echo(f"{case_id}: event {number}, {kind} on {on}{f', next step due {event.due}' if event.due else ''}")
    if kind in ("sent", "appealed", "info_sent"):
        click.echo(f"  packet {event.packet}" if event.packet else "  no packet was built here; none is logged")
        with suppress(UnreadableInput):  # an earlier version's account
            built = built_packet(path)
            if built and built[0].draft:
                click.echo(f"  it was a draft: {built[0].draft}", err=True)


@track.command("due")
@click.option("--on", type=DAY, help="Look from this day [default: today].")
@click.option("--by", type=DAY, help="Last day to show [default: in a week].")
@IN_WORKSPACE
def track_due(on: datetime | None, by: datetime | None, folder: Path) -> None:
    """List what to do: overdue, today, this week, and what must be asked because its day is not known.

    Example: packetgen track due --by 2026-12-31 --workspace clinic
    """
    from packetgen.tracking.due import by_day

    today = on.date() if on else date.today()
    last = by.date() if by else today + WEEK
    cases = _followed(folder)
    tasks = by_day(cases)
    sections = (
        ("Overdue", [task for task in tasks if task.day and task.day < today]),
        ("Today", [task for task in tasks if task.day == today]),
        (f"Until {last:%m/%d/%Y}", [task for task in tasks if task.day and today < task.day <= last]),
        ("Day unknown: ask the plan", [task for task in tasks if task.day is None]),
    )
    for title, found in sections:
        if found:
            click.secho(title, bold=True)
            for task in found:
                _print_task(task)
    if not any(found for _, found in sections):
        click.echo("Nothing is due.")


def _print_task(task: Task) -> None:
    """A task with how it was counted, by which rule, and what to ask."""
    day = f"{task.day:%a %m/%d/%Y}" if task.day else "unknown"
    click.echo(f"  {day:14} {task.case_id:14} {task.text}{f': {task.private}' if task.private else ''}")
    click.echo(f"{'':17} {task.counted}{f' ({task.source})' if task.source else ''}")
    if task.ask:
        click.echo(f"{'':17} Ask: {task.ask}")


def _followed(folder: Path) -> Sequence[Followed]:
    """The cases of a workspace; those that cannot be read are named."""
    from packetgen.tracking.due import followed
    from packetgen.workspace import open_workspace

    cases, unread = followed(open_workspace(folder))
    for problem in unread:
        click.echo(f"not shown: {problem}", err=True)
    return cases


def _one(folder: Path, case_id: str) -> Followed:
    """One case of a workspace."""
    from packetgen.workspace import open_workspace

    open_workspace(folder).case_of(case_id)
    return next(one for one in _followed(folder) if one.case.case == case_id)


@track.command("call")
@click.argument("case_id", metavar="CASE")
@IN_WORKSPACE
def track_call(case_id: str, folder: Path) -> None:
    """Print the call sheet: the numbers the plan asks for, what has happened, and what to ask. It names the patient.

    Example: packetgen track call 2026-0142 --workspace clinic
    """
    from packetgen.tracking.callsheet import call_sheet

    click.echo(call_sheet(_one(folder, case_id)), nl=False)


@track.command("calendar")
@click.argument("file", type=FILE, metavar="FILE.ics")
@click.option(
    "--names", is_flag=True, help="Also patients' names and your notes: for a calendar that only the clinic sees."
)
@IN_WORKSPACE
def track_calendar(file: Path, names: bool, folder: Path) -> None:
    """Write all that is due into a calendar file, under case numbers and without patients' names.

    Example: packetgen track calendar follow-up.ics --workspace clinic
    """
    from packetgen.files import private_folder, write_atomic
    from packetgen.tracking.events import last_logged
    from packetgen.tracking.ics import calendar
    from packetgen.workspace import open_workspace

    cases = _followed(folder)
    private_folder(file.parent)
    write_atomic(file, calendar(cases, last_logged(open_workspace(folder)), names))
    tasks = [task for one in cases for task in one.tasks]
    unknown = sum(task.day is None for task in tasks)
    click.echo(
        f"{file}: {len(tasks) - unknown} entries{f'; {unknown} of unknown day are not in it' if unknown else ''}"
    )


@track.command("status")
@click.argument("case_id", metavar="[CASE]", required=False)
@IN_WORKSPACE
def track_status(case_id: str | None, folder: Path) -> None:
    """List every case, where it stands and what is next; or all events of one case, with their numbers.

    Example: packetgen track status 2026-0142 --workspace clinic
    """
    from packetgen.tracking.callsheet import told

    if case_id:
        for event in _one(folder, case_id).events:
            click.echo(
                f"{event.id or 'case':>5}  {event.happened_on:%m/%d/%Y}  {'; '.join([event.kind, *told(event)])}"
            )
        return
    for one in _followed(folder):
        click.echo(f"{one.case.case:16} {_stands(one)}")


def _stands(one: Followed) -> str:
    """Where a case stands, and its next day."""
    from packetgen.tracking.due import by_day
    from packetgen.tracking.events import stage_of

    stage = stage_of(one.events)
    told = f"{stage.kind} {stage.happened_on:%m/%d/%Y}" if stage else "not sent"
    first = next((task for task in by_day([one]) if task.day), None)
    return f"{told:22} {f'{first.day:%m/%d/%Y}  {first.text}' if first else ''}".rstrip()


@track.command("renew")
@click.argument("case_id", metavar="CASE")
@click.argument("new_id", metavar="NEW-CASE")
@IN_WORKSPACE
def track_renew(case_id: str, new_id: str, folder: Path) -> None:
    """Draft the case that continues an approved one; its baseline comes from the pages that the plan has seen.

    Example: packetgen track renew 2026-0142 2027-0009 --workspace clinic
    """
    from packetgen.tracking.renewal import draft_renewal
    from packetgen.workspace import open_workspace

    made = draft_renewal(open_workspace(folder), case_id, new_id)
    click.echo(f"{made.case_file}: fill in what is missing there")
    for path in made.documents:
        click.echo(f"  from the approved packet: {path}")
    if made.rebuilt:
        click.echo(
            "  that packet was built again after it was sent: compare its pages with what the plan had", err=True
        )


@track.command("report")
@click.option("--csv", "csv_file", type=FILE, metavar="FILE.csv", help="Also for a spreadsheet.")
@click.option("--plot", type=FILE, metavar="FILE.svg", help="Also as a picture.")
@IN_WORKSPACE
def track_report(csv_file: Path | None, plot: Path | None, folder: Path) -> None:
    """Show by plan: approval rate, days to decision, reasons of denial, hours on the phone. No patient is in it.

    Example: packetgen track report --plot report.svg --workspace clinic
    """
    from packetgen.files import private_folder, write_atomic
    from packetgen.tracking.report import as_csv, as_svg, as_table, figures

    rows = figures(_followed(folder))
    click.echo(as_table(rows), nl=False)
    for path, text in ((csv_file, as_csv), (plot, as_svg)):
        if path:
            private_folder(path.parent)
            write_atomic(path, text(rows))
            click.echo(str(path))
