"""A form for a person to look at: what is in it, and its proof as a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from packetgen.case import Case
from packetgen.chart.model import Chart
from packetgen.files import private_folder, work_folder, write_atomic
from packetgen.forms.fill import try_form
from packetgen.forms.formmap import FormMap
from packetgen.forms.importing import Looked, place_lines
from packetgen.forms.model import FilledForm
from packetgen.forms.picture import GREEN, GREY, RED, Mark, pictures
from packetgen.forms.proof import Fault
from packetgen.forms.values import choices_of
from packetgen.forms.widgets import Widget, widgets_of
from packetgen.policy.model import Assessment

LABEL = 60  # characters of a label that a line shows


@dataclass(frozen=True, slots=True)
class Shown:
    """A form filled for a case, what its proof found, and where the pictures are."""

    filled: FilledForm
    faults: tuple[Fault, ...]
    pictures: tuple[Path, ...]


def show_proof(case: Case, chart: Chart, assessment: Assessment, form: FormMap, folder: Path) -> Shown:
    """Fill a form and write form-<id>.pdf and a picture of each page: green is proved, red is not, grey is empty."""
    import pikepdf

    private_folder(folder)
    with work_folder(folder) as work:
        filled, faults = try_form(case, chart, assessment, form, work)
        with pikepdf.open(filled.pdf) as pdf:
            empty = [Mark(widget.page, widget.box, GREY) for widget in widgets_of(pdf)]
        wrong = {id(fault.field) for fault in faults}
        marks = [Mark(f.page, f.box, RED if id(f) in wrong else GREEN) for f in filled.fields]
        drawn = []
        for number, png in enumerate(pictures(filled.flat, [*empty, *marks]), 1):
            drawn.append(folder / f"proof-{form.id}-{number}.png")
            write_atomic(drawn[-1], png)
        write_atomic(folder / filled.pdf.name, filled.pdf.read_bytes())
    return Shown(filled, faults, tuple(drawn))


def field_lines(seen: Looked) -> Iterator[str]:
    """Each field of a form on a line: number, page, kind, name, choices, what the form calls it."""
    fields: dict[str, list[Widget]] = {}
    for widget in seen.widgets:
        fields.setdefault(widget.name, []).append(widget)
    for number, (name, boxes) in enumerate(fields.items(), 1):
        pages = ", ".join(dict.fromkeys(str(box.page) for box in boxes))
        yield f"{number:4}  p. {pages:4} {_sort(boxes):26} {name}  {boxes[0].tip[:LABEL]}".rstrip()


def _sort(boxes: Sequence[Widget]) -> str:
    first = boxes[0]
    if first.kind == "button":
        return f"{'one of' if len(boxes) > 1 else 'tick'}: {choices_of(boxes)}"
    if first.options:
        return f"one of: {choices_of(boxes)}"
    limit = f", {first.comb} cells" if first.comb else f", up to {first.longest}" if first.longest else ""
    return f"{'lines' if first.multiline else first.kind}{limit}"


def map_lines(seen: Looked) -> Iterator[str]:
    """The lines of a map that name the blank it was made for."""
    yield f'fingerprint: "{seen.fingerprint}"'
    if not seen.overlay:
        yield from place_lines(seen.widgets)
