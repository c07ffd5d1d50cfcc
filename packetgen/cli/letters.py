"""`packetgen letters`: write single letters, and check a clinic's templates."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from packetgen.cli.show import progress
from packetgen.errors import ExitCode, SafetyStop

if TYPE_CHECKING:
    from packetgen.letters.model import Material


@click.group()
def letters() -> None:
    """Letters besides the one in the packet, and the templates of all.

    Example: packetgen letters check clinic/templates/letters/initial.docx
    """


@letters.command()
@click.argument("case_file", type=click.Path(path_type=Path), metavar="CASE.yaml")
@click.argument("name", metavar="NAME")
@click.option("-o", "--output", type=click.Path(path_type=Path, file_okay=False), help="Folder for the letter.")
def write(case_file: Path, name: str, output: Path | None) -> None:
    """Write the letter NAME (fax_cover, missing_records, more_information, …) as .docx and .pdf beside the packet.

    Example: packetgen letters write case.yaml missing_records
    """
    from dataclasses import replace

    from packetgen import pipeline
    from packetgen.files import private_folder, work_folder, write_atomic
    from packetgen.judging import material_of
    from packetgen.letters.write import write_letter
    from packetgen.workspace import letter_folders

    folder = private_folder(output or (case_file if case_file.is_dir() else case_file.parent) / "packet")
    with work_folder(folder) as work:
        material = material_of(pipeline.check(case_file, work, progress()))
        material = replace(material, packet_pages=_pages(folder / "manifest.json"))
        letter = write_letter(material, work, letter_folders(material.case.folder), name)
        for path in (letter.docx, letter.pdf):
            write_atomic(folder / f"{name.replace('_', '-')}{path.suffix}", path.read_bytes())
            click.echo(folder / f"{name.replace('_', '-')}{path.suffix}")


def _pages(manifest: Path) -> int | None:
    """Pages of the packet that was built, if one was."""
    return json.loads(manifest.read_text("utf-8"))["page_count"] if manifest.is_file() else None


@letters.command()
@click.argument("template", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
def check(template: Path | None) -> None:
    """Check a Word template: unknown names, blocks it lacks, and a letter from it for every sample.

    Without TEMPLATE, those that ship are checked.

    Example: packetgen letters check clinic/templates/letters/initial.docx
    """
    from packetgen.letters.check import lint, tried
    from packetgen.letters.templates import find_template
    from packetgen.letters.view import context_of
    from packetgen.resources import LETTERS

    wrong = 0
    with tempfile.TemporaryDirectory(prefix="packetgen-") as work:
        materials = dict(_samples(Path(work)))
        for docx in [template] if template else sorted(LETTERS.glob("*.docx")):
            click.echo(docx.name)
            for sample, material in materials.items():
                made = find_template(docx.stem, material.case.request.indication, (docx.parent, LETTERS))
                found = [*lint(made, material, context_of(material))]
                found += filter(None, [tried(made, material, Path(work))])
                wrong += len(found)
                for text in found or ["ok"]:
                    click.echo(f"  {sample}: {text}")
    sys.exit(int(ExitCode.bad_usage if wrong else ExitCode.complete))


def _samples(work: Path) -> Iterator[tuple[str, Material]]:
    """What letters about each sample are made of; a sample that stops for safety has no letter."""
    from packetgen import pipeline
    from packetgen.judging import material_of
    from packetgen.resources import SAMPLES

    for case_file in sorted(SAMPLES.glob("*/case.yaml")):
        try:
            yield case_file.parent.name, material_of(pipeline.check(case_file, work, progress()))
        except SafetyStop:
            continue


@letters.command()
def references() -> None:
    """List the references that letters may print, with what each is said to have found and how sure that is.

    Example: packetgen letters references
    """
    from packetgen.letters.literature import literature

    for reference in literature():
        click.echo(f"{reference.key}: {', '.join(reference.indications)} ({reference.confidence} confidence)")
        click.echo(f"  {reference.citation}\n  {reference.says}\n  Source: {reference.source}, {reference.as_of}")
