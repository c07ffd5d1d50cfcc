"""The page that stands for a document that could not be read, so that its absence is seen."""

from __future__ import annotations

from pathlib import Path

from packetgen import typeset
from packetgen.documents.model import Page

SIZE = (612.0, 792.0)
MARGIN = 90.0


def write_slip(target: Path, path: str, why: str) -> Page:
    """Write the slip as a PDF of one page; returns that page, which holds nothing to extract."""
    draw_slip(
        target, "This document could not be read", path, f"It {why}.",
        "It belongs to this case and is not in this packet.",
    )  # fmt: skip
    return Page(1, *SIZE, 0, "none", ())


def draw_slip(target: Path, heading: str, *lines: str) -> None:
    """Draw a page that says no more than why another is not there."""
    canvas = typeset.new_canvas(str(target), SIZE)
    y = SIZE[1] - 250
    for font, size, text in ((typeset.BOLD, 16, heading), *((typeset.REGULAR, 12, line) for line in lines)):
        for line in typeset.wrap(text, font, size, SIZE[0] - 2 * MARGIN):
            typeset.draw(canvas, MARGIN, y, line, font, size)
            y -= size * 1.4
        y -= 8
    canvas.save()
