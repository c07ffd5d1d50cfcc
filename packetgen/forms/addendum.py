"""The addendum of a form: what has no room in its field, numbered, so that the field can refer to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packetgen import typeset

PAGE = (612.0, 792.0)
MARGIN = 54.0
SIZE, LINE = 10.0, 14.0


@dataclass(frozen=True, slots=True)
class Item:
    """One value that is too long: what the form calls its field, and the whole text."""

    name: str
    text: str


def references(number: int) -> tuple[str, ...]:
    """What a field may say instead of its text, the clearest first."""
    return (f"see Addendum A, item {number}", f"Addendum A, {number}", f"Add. A-{number}", f"A-{number}")


def write_addendum(title: str, patient: str, items: Sequence[Item], folder: Path) -> Path | None:
    """Pages with every item whole; None when there is none. Each page names the form and the patient."""
    if not items:
        return None
    path = folder / "addendum.pdf"
    canvas = typeset.new_canvas(str(path), PAGE)
    y = _head(canvas, title, patient)
    for number, item in enumerate(items, 1):
        width = PAGE[0] - 2 * MARGIN
        lines = [
            (typeset.BOLD, line) for line in typeset.wrap(f"Item {number}: {item.name}", typeset.BOLD, SIZE, width)
        ]
        lines += [(typeset.REGULAR, line) for line in typeset.wrap(item.text, typeset.REGULAR, SIZE, width)]
        for font, line in lines:
            if y < MARGIN + LINE:
                canvas.showPage()
                y = _head(canvas, title, patient)
            typeset.draw(canvas, MARGIN, y, line, font, SIZE)
            y -= LINE
        y -= 8
    canvas.save()
    return path


def _head(canvas: Any, title: str, patient: str) -> float:
    typeset.draw(canvas, MARGIN, PAGE[1] - MARGIN - 12, "Addendum A", typeset.BOLD, 13)
    y = PAGE[1] - MARGIN - 28
    for line in typeset.wrap(f"to: {title}. {patient}", typeset.REGULAR, SIZE, PAGE[0] - 2 * MARGIN):
        typeset.draw(canvas, MARGIN, y, line, typeset.REGULAR, SIZE)
        y -= LINE
    return y - 10
