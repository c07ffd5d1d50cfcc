"""`packetgen appeal`: hold a denial against the chart, say what to do, and make what an appeal needs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from packetgen.cli.show import print_problems, progress
from packetgen.errors import BadCaseFile, ExitCode

if TYPE_CHECKING:
    from packetgen.policy.appeal import Answer, Comparison

STATES = {
    "sent": "in the packet that was sent",
    "not_sent": "in the chart, but not in the packet that was sent",
    "in_chart": "in the chart (name the sent packet's manifest.json under sent: to see whether the plan had it)",
    "request": "what is requested answers it; no page of the chart needs to",
    "none": "nothing in the chart answers it",
}


@click.command()
@click.argument("case_file", type=click.Path(path_type=Path), metavar="CASE.yaml")
@click.option("-o", "--output", type=click.Path(path_type=Path, file_okay=False), help="Folder for the packet.")
def appeal(case_file: Path, output: Path | None) -> None:
    """Compare the case's denial with its chart, say what to do first, and build appeal and peer-to-peer brief.

    The case file names the letter (denial: …) and asks for it (request: {kind: appeal, …}). Nothing is built when the
    denial is right or is answered by a corrected claim.

    Example: packetgen appeal samples/appeal-step-therapy/case.yaml
    """
    from packetgen import pipeline
    from packetgen.files import private_folder, work_folder, write_atomic
    from packetgen.judging import judge, material_of
    from packetgen.letters.write import write_letter
    from packetgen.packet.fresh import output_of
    from packetgen.workspace import letter_folders

    with work_folder(private_folder(output or output_of(case_file))) as work:
        reading = pipeline.read_chart(case_file, work, progress())
        checked = judge(reading)
        if checked.denial is None:
            raise BadCaseFile(
                "no denial is named, or no reason was read in it",
                where="denial",
                fix="Put the plan's letter there: denial: letter.pdf.",
            )
        _tell(checked.denial)
        if unanswered := [answer for answer in checked.denial.answers if not answer.answered]:
            named = "; ".join(f'{answer.says} ("{answer.reason.quote}")' for answer in unanswered)
            click.echo(f"No appeal was built. It would leave unanswered: {named}.")
            sys.exit(int(ExitCode.draft))
        if checked.case.request.kind != "appeal":
            raise BadCaseFile(
                "the request is no appeal", where="request.kind", fix="Write kind: appeal, and run again."
            )
        brief = write_letter(material_of(checked), work, letter_folders(checked.case.folder), "peer_to_peer")
        built = pipeline.build(case_file, output, reading=reading)
        for path in (brief.docx, brief.pdf):
            write_atomic(built.folder / f"peer-to-peer{path.suffix}", path.read_bytes())
    print_problems(built.problems)
    click.echo(f"{built.folder / pipeline.PACKET}: {built.packet.page_count} pages")
    click.echo(f"{built.folder / 'peer-to-peer.pdf'}: for the physician, not for the plan")
    sys.exit(int(built.exit_code))


def _tell(denial: Comparison) -> None:
    """Each reason with what answers it, and the course."""
    from packetgen.policy.appeal import COURSES

    for answer in denial.answers:
        click.echo(f'{answer.says}: "{answer.reason.quote}" ({answer.place.exhibit_page})')
        _tell_answer(answer)
    click.echo(f"{COURSES[denial.course]}.")


def _tell_answer(answer: Answer) -> None:
    pages = ", ".join(dict.fromkeys(place.exhibit_page for place in answer.evidence))
    where = f" {pages}" if pages and answer.answered else ""
    sent = f", page {', '.join(map(str, answer.pages))} of it" if answer.pages else ""
    click.echo(f"  {STATES[answer.state]}{where}{sent}")
    if not answer.answered:
        for text in answer.open:
            click.echo(f"  {text}")
        click.echo(f"  What would change it: {answer.change}")
