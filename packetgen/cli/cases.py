"""Commands over one case: build, check, extract."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from packetgen.cli.show import print_assessment, print_problems, progress
from packetgen.errors import ExitCode

PASSPHRASE = "PACKETGEN_PASSPHRASE"  # noqa: S105 - the name of a variable
LEAST_PASSPHRASE = 12


@click.command()
@click.argument("case_file", type=click.Path(path_type=Path), metavar="CASE.yaml")
@click.option("-o", "--output", type=click.Path(path_type=Path, file_okay=False), help="Folder for the packet.")
@click.option("--fax", is_flag=True, help="Also as a fax: 200 dpi, black and white, cover sheet; read back by OCR.")
@click.option(
    "--max-pages", type=click.IntRange(2), help="Also in parts of at most so many pages, cover sheet included."
)
@click.option("--max-mb", type=click.FloatRange(0, min_open=True), help="Also in parts of at most so many megabytes.")
@click.option("--redact", type=click.Path(path_type=Path), metavar="PHRASES.txt", help="Remove these, one a line.")
@click.option("--signature-field", is_flag=True, help="Give the letter a field to sign in, while nobody has signed.")
@click.option(
    "--encrypt", is_flag=True, help=f"Also locked (AES-256); the passphrase is asked for, or in ${PASSPHRASE}."
)
def build(
    case_file: Path,
    output: Path | None,
    fax: bool,
    max_pages: int | None,
    max_mb: float | None,
    redact: Path | None,
    signature_field: bool,
    encrypt: bool,
) -> None:
    """Build the submission packet: one PDF, its letter and form, and a worklist of what is open.

    The options make one more file, or one in parts, beside packet.pdf: packet-redacted-fax-part-1-of-2.pdf.

    Example: packetgen build case.yaml --fax --max-pages 20
    """
    from packetgen.packet.fresh import built_before, output_of
    from packetgen.packet.wanted import Limits, Wanted

    limits = Limits(max_pages, round(max_mb * 1e6) if max_mb else None)
    wanted = Wanted(fax, limits, _phrases(redact), _passphrase() if encrypt else "", signature_field)
    folder = output or output_of(case_file)
    if earlier := built_before(case_file, folder, wanted):
        click.echo("Nothing has changed since this packet was built.")
        _tell(folder, earlier.page_count, earlier.parts, earlier.draft)
        sys.exit(earlier.exit_code)
    from packetgen import pipeline

    built = pipeline.build(case_file, folder, progress(), wanted)
    print_assessment(built.checked.assessment)
    print_problems(built.problems)
    packet = built.packet
    parts = [(part.first_page, part.last_page, part.title) for part in packet.parts]
    _tell(folder, packet.page_count, parts, packet.draft)
    sys.exit(int(built.exit_code))


def _tell(folder: Path, page_count: int, parts: Sequence[tuple[int, int, str]], draft: str) -> None:
    """What lies in the output folder."""
    from packetgen.packet.wanted import VARIANTS

    click.echo(f"{folder / 'packet.pdf'}: {page_count} pages")
    for first, last, title in parts:
        click.echo(f"  {first:3}–{last:<3} {title}")
    for file in sorted(folder.glob(VARIANTS)):
        click.echo(f"{file}: {file.stat().st_size / 1e6:.1f} MB")
    if draft:
        click.echo(f"DRAFT on every page: {draft}. What to do: {folder / 'worklist.md'}")


def _phrases(path: Path | None) -> tuple[str, ...]:
    if path is None:
        return ()
    from packetgen.packet.redact import read_phrases

    return read_phrases(path)


def _passphrase() -> str:
    """From the environment or typed unseen: an argument could be read by every user of the machine."""
    found = os.environ.get(PASSPHRASE) or (
        click.prompt("Passphrase", hide_input=True, confirmation_prompt=True) if sys.stdin.isatty() else ""
    )
    if len(found) < LEAST_PASSPHRASE:
        raise click.UsageError(
            f"--encrypt needs a passphrase of {LEAST_PASSPHRASE} letters: type it, or set ${PASSPHRASE}"
        )
    return found


@click.command()
@click.argument("case_file", type=click.Path(path_type=Path), metavar="CASE.yaml")
def check(case_file: Path) -> None:
    """Say what the plan requires and what is missing; write nothing.

    Example: packetgen check case.yaml
    """
    import tempfile

    from packetgen import pipeline
    from packetgen.files import work_folder

    with work_folder(Path(tempfile.gettempdir())) as work:
        checked = pipeline.check(case_file, work, progress())
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
    from packetgen.files import json_text, work_folder

    for path in chart:
        if not path.is_file():
            raise UnreadableInput("no such file", where=str(path), fix="Check the path.")
    with work_folder(Path(tempfile.gettempdir())) as work:
        sources = [ToRead(str(path), path) for path in chart]
        documents, problems = read_documents(sources, work, PageCache(), progress())
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


@click.command()
@click.argument("case_file", type=click.Path(path_type=Path), metavar="CASE.yaml")
@click.option("--history", is_flag=True, help="Also who decided, signed and looked, and what was sent and answered.")
@click.option("--chart", is_flag=True, help="Also the case with its documents, its history and what came for it.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def forget(case_file: Path, history: bool, chart: bool, yes: bool) -> None:
    """Remove what packetgen keeps of a case: pages that it read, packets that it built.

    What the law says must be kept, and for how long, is for the clinic to know. Backups are not touched.

    Example: packetgen forget clinic/cases/2026-0142/case.yaml --chart
    """
    what = (
        "the whole case"
        if chart
        else "its packets, kept pages and history"
        if history
        else "its packets and kept pages"
    )
    if not yes:
        click.confirm(f"{case_file}: remove {what}? This cannot be undone", abort=True)
    from packetgen.forget import forget as forget_case

    done = forget_case(case_file, history=history, chart=chart)
    click.echo(f"{done.removed} files removed.")
    for text in done.left:
        click.echo(f"Left: {text}")
