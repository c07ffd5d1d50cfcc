"""Commands about payer forms: list, inspect, import, proof."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from packetgen.errors import ExitCode

if TYPE_CHECKING:
    from packetgen.forms.formmap import FormMap


@click.group(name="forms")
def forms() -> None:
    """Payer forms: which there are, what is in one, how a new one comes in, and whether one is filled well.

    Example: packetgen forms import plan.pdf --payer acme
    """


@forms.command(name="list")
def list_forms() -> None:
    """List the forms that can be filled.

    Example: packetgen forms list
    """
    from packetgen.forms.formmap import load_map
    from packetgen.resources import FORM_MAPS

    for path in sorted(FORM_MAPS.glob("*.yaml")):
        form = load_map(path.stem)
        left = len(form.left)
        click.echo(f"{form.id:28} {form.title}")
        click.echo(
            f"{'':28} {form.blank}, revision {form.revision}: {len(form.named) - left} fields filled, {left} left"
        )


@forms.command()
@click.argument("pdf", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="PLAN.pdf")
@click.option("--map", "for_map", is_flag=True, help="Print only fingerprint: and places:, for its map.")
def inspect(pdf: Path, for_map: bool) -> None:
    """Show the fields of a form: number, page, kind, choices, name and label.

    Example: packetgen forms inspect plan.pdf
    """
    import tempfile

    from packetgen.forms.importing import look
    from packetgen.forms.showing import field_lines, map_lines

    with tempfile.TemporaryDirectory() as work:
        seen = look(pdf, Path(work))
    if not for_map:
        how = "no fields; its blanks, found from what is printed" if seen.overlay else "fields"
        click.echo(f"{pdf.name}: {len(seen.pages)} page{'s' if len(seen.pages) > 1 else ''}, {how}:")
    for line in map_lines(seen) if for_map else field_lines(seen):
        click.echo(line)


@forms.command(name="import")
@click.argument("pdf", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="PLAN.pdf")
@click.option("--payer", required=True, help="Folder name of the plan: small letters, digits and dashes.")
@click.option("--to", "root", type=click.Path(path_type=Path, file_okay=False), default=Path(), show_default="here")
def import_(pdf: Path, payer: str, root: Path) -> None:
    """Take in a plan's form: its blank, a map to finish, and a numbered picture of it.

    Example: packetgen forms import plan.pdf --payer acme
    """
    import re

    from packetgen.forms.importing import import_form

    if not re.fullmatch(r"[a-z0-9-]{1,64}", payer):
        raise click.BadParameter("small letters, digits and dashes", param_hint="--payer")
    done = import_form(pdf, payer, root)
    found = "blanks found on a form without fields" if done.flat else "fields"
    click.echo(f"{done.fields} {found}, {done.mapped} with a proposal.")
    click.echo(f"  map to finish:     {done.map}")
    click.echo(f"  blank form:        {done.blank}")
    click.echo(f"  numbered picture:  {', '.join(str(path) for path in done.pictures)}")
    click.echo(f"Then look at it filled: packetgen forms proof {done.map}")


@forms.command()
@click.argument("form", metavar="FORM")
@click.option(
    "--case", "case_file", type=click.Path(path_type=Path), metavar="CASE.yaml", help="Default: a sample case."
)
@click.option(
    "--to", "folder", type=click.Path(path_type=Path, file_okay=False), default=Path("proof"), show_default=True
)
def proof(form: str, case_file: Path | None, folder: Path) -> None:
    """Fill a form for a case and show it as a picture: green is proved, red is not, grey is empty.

    FORM is a form's name (packetgen forms list) or a map, e.g. templates/forms/acme.yaml.

    Example: packetgen forms proof general-request --case case.yaml
    """
    from packetgen.cli.show import print_problems, progress
    from packetgen.files import private_folder, work_folder
    from packetgen.forms.showing import show_proof
    from packetgen.pipeline import check
    from packetgen.resources import SAMPLES

    form_map = _map(form)
    with work_folder(private_folder(folder)) as work:
        checked = check(case_file or SAMPLES / "chronic-migraine-uhc" / "case.yaml", work, progress())
        shown = show_proof(checked.case, checked.chart, checked.assessment, form_map, folder)
    print_problems(shown.filled.problems)
    for fault in shown.faults:
        click.echo(f"  [NOT PROVED] page {fault.field.page}, {fault.field.name}: {fault.why}", err=True)
    proved = len(shown.filled.fields) - len({fault.field.name for fault in shown.faults})
    click.echo(f"{proved} of {len(shown.filled.fields)} values proved, in two programs, filled and flat.")
    for path in shown.pictures:
        click.echo(f"  {path}")
    if shown.faults:
        sys.exit(int(ExitCode.safety_stop))


def _map(form: str) -> FormMap:
    """A form by name, or the map at a path."""
    from packetgen.forms.formmap import load_map, read_map

    return read_map(Path(form)) if form.endswith(".yaml") else load_map(form)
