"""The command line: parse, call, print. No logic lives here."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from packetgen import __version__
from packetgen.errors import ExitCode, PacketgenError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from packetgen.errors import Problem
    from packetgen.policy.model import Assessment

VERDICT_WORDS = {"met": "MET", "not_met": "NOT MET", "missing": "MISSING", "check": "CHECK"}


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


@main.command()
@click.argument("case_file", type=click.Path(path_type=Path), metavar="CASE.yaml")
@click.option("-o", "--output", type=click.Path(path_type=Path, file_okay=False), help="Folder for the packet.")
def build(case_file: Path, output: Path | None) -> None:
    """Build the submission packet: one PDF, its letter and form, and a worklist of what is open.

    Example: packetgen build case.yaml
    """
    from packetgen import pipeline

    built = pipeline.build(case_file, output, _progress())
    _print_assessment(built.checked.assessment)
    _print_problems(built.problems)
    packet = built.packet
    click.echo(f"{built.folder / pipeline.PACKET}: {packet.page_count} pages")
    for part in packet.parts:
        click.echo(f"  {part.first_page:3}–{part.last_page:<3} {part.title}")
    if packet.draft:
        click.echo(f"DRAFT on every page: {packet.draft}. What to do: {built.folder / 'worklist.md'}")
    sys.exit(int(built.exit_code))


@main.command()
@click.argument("case_file", type=click.Path(path_type=Path), metavar="CASE.yaml")
def check(case_file: Path) -> None:
    """Say what the plan requires and what is missing; write nothing.

    Example: packetgen check case.yaml
    """
    import tempfile

    from packetgen import pipeline

    with tempfile.TemporaryDirectory(prefix="packetgen-") as work:
        checked = pipeline.check(case_file, Path(work), _progress())
    _print_assessment(checked.assessment)
    _print_problems(checked.problems)
    sys.exit(int(checked.exit_code))


@main.command()
@click.argument("chart", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@click.option("--json", "as_json_text", is_flag=True, help="Print one JSON object instead of a table.")
def extract(chart: tuple[Path, ...], as_json_text: bool) -> None:
    """Read charts and print what was found, each with its place.

    Example: packetgen extract notes/visit.pdf scans/diary.tif --json
    """
    import tempfile

    from packetgen.documents.cache import PageCache
    from packetgen.documents.model import ToRead
    from packetgen.documents.problems import UNREAD
    from packetgen.documents.read import read_documents
    from packetgen.errors import UnreadableInput
    from packetgen.extraction.extract import extract as extract_findings
    from packetgen.extraction.report import as_json
    from packetgen.files import json_text

    for path in chart:
        if not path.is_file():
            raise UnreadableInput("no such file", where=str(path), fix="Check the path.")
    with tempfile.TemporaryDirectory(prefix="packetgen-") as work:
        sources = [ToRead(str(path), path) for path in chart]
        documents, problems = read_documents(sources, Path(work), PageCache(), _progress())
        extraction = extract_findings(documents)
    if as_json_text:
        click.echo(json_text(as_json(documents, extraction)), nl=False)
    else:
        for finding in extraction.findings:
            evidence = finding.evidence[0]
            click.echo(f"{finding.kind:19} {finding.assertion:12} {evidence.exhibit_page:6} {evidence.quote[:90]}")
    _print_problems(problems)
    if any(problem.code == UNREAD for problem in problems):
        sys.exit(int(ExitCode.unreadable_input))


@main.command()
@click.argument("case_file", type=click.Path(path_type=Path), metavar="CASE.yaml")
@click.option("--port", default=0, show_default="any free one", help="Port on 127.0.0.1.")
@click.option("--no-browser", is_flag=True, help="Print the address, open no browser.")
def review(case_file: Path, port: int, no_browser: bool) -> None:
    """Look at the evidence page by page in the browser, and sign the packet.

    Example: packetgen review case.yaml
    """
    from packetgen.review.serve import serve

    serve(case_file, port, tell=click.echo, open_browser=not no_browser)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def init(folder: Path) -> None:
    """Make a workspace: an inbox to watch, a folder for cases, and a ledger.

    Example: packetgen init clinic
    """
    from packetgen.workspace import make_workspace

    workspace = make_workspace(folder)
    click.echo(f"Cases go into {workspace.cases}, one folder each with its case.yaml.")
    click.echo(f"Scans go into {workspace.inbox}; then: packetgen watch {folder}")


@main.command()
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


@main.group()
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


@main.command()
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


@main.group()
def payers() -> None:
    """The plans whose rules ship with packetgen.

    Example: packetgen payers list
    """


@payers.command("list")
def payers_list() -> None:
    """List the plans and their policies.

    Example: packetgen payers list
    """
    from packetgen.policy.catalog import list_payers

    for payer in list_payers():
        for policy in payer.policies:
            click.echo(f"{payer.id:20} {policy.number:16} {policy.indication:20} effective {policy.effective}")


def _progress() -> Callable[[int, int], None]:
    """Tells of OCR: a line that is written over on a terminal, a line every ten pages elsewhere."""
    import time

    start = time.monotonic()

    def tell(done: int, total: int) -> None:
        minutes = max(time.monotonic() - start, 0.001) / 60
        left = round((total - done) * minutes / done * 60)
        text = f"Reading scans: page {done} of {total}, {done / minutes:.0f} pages a minute, {left} s left"
        if sys.stderr.isatty():
            click.echo(f"\r{text:78}" if done < total else f"\r{'':78}\r", nl=False, err=True)
        elif done % 10 == 0 and done < total:
            click.echo(text, err=True)

    return tell


def _print_assessment(assessment: Assessment) -> None:
    click.echo(f"{assessment.reference.payer} · {assessment.reference.citation}")
    for criterion in (*assessment.criteria, *assessment.checks):
        places = ", ".join(dict.fromkeys(f"Ex. {e.exhibit_page}" for e in criterion.evidence))
        click.echo(f"  {VERDICT_WORDS[criterion.verdict]:8} {criterion.text}")
        click.echo(f"           {criterion.why}{f' ({places})' if places else ''}")


def _print_problems(problems: Sequence[Problem]) -> None:
    for problem in problems:
        click.echo(f"  [{problem.severity}] {problem.where}: {problem.what}", err=True)
