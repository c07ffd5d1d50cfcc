"""Commands over one case: build, check, extract."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from packetgen.cli.show import print_assessment, print_problems, progress
from packetgen.errors import ExitCode


@click.command()
@click.argument("case_file", type=click.Path(path_type=Path), metavar="CASE.yaml")
@click.option("-o", "--output", type=click.Path(path_type=Path, file_okay=False), help="Folder for the packet.")
def build(case_file: Path, output: Path | None) -> None:
    """Build the submission packet: one PDF, its letter and form, and a worklist of what is open.

    Example: packetgen build case.yaml
    """
    from packetgen import pipeline

    built = pipeline.build(case_file, output, progress())
    print_assessment(built.checked.assessment)
    print_problems(built.problems)
    packet = built.packet
    click.echo(f"{built.folder / pipeline.PACKET}: {packet.page_count} pages")
    for part in packet.parts:
        click.echo(f"  {part.first_page:3}–{part.last_page:<3} {part.title}")
    if packet.draft:
        click.echo(f"DRAFT on every page: {packet.draft}. What to do: {built.folder / 'worklist.md'}")
    sys.exit(int(built.exit_code))


@click.command()
@click.argument("case_file", type=click.Path(path_type=Path), metavar="CASE.yaml")
def check(case_file: Path) -> None:
    """Say what the plan requires and what is missing; write nothing.

    Example: packetgen check case.yaml
    """
    import tempfile

    from packetgen import pipeline

    with tempfile.TemporaryDirectory(prefix="packetgen-") as work:
        checked = pipeline.check(case_file, Path(work), progress())
    print_assessment(checked.assessment)
    print_problems(checked.problems)
    sys.exit(int(checked.exit_code))


@click.command()
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
        documents, problems = read_documents(sources, Path(work), PageCache(), progress())
        extraction = extract_findings(documents)
    if as_json_text:
        click.echo(json_text(as_json(documents, extraction)), nl=False)
    else:
        for finding in extraction.findings:
            evidence = finding.evidence[0]
            click.echo(f"{finding.kind:19} {finding.assertion:12} {evidence.exhibit_page:6} {evidence.quote[:90]}")
    print_problems(problems)
    if any(problem.code == UNREAD for problem in problems):
        sys.exit(int(ExitCode.unreadable_input))
