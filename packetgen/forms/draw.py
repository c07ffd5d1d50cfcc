"""Values drawn into fields: a size that fits, embedded fonts, and an addendum for what does not fit."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packetgen import typeset
from packetgen.forms.widgets import Widget

LARGEST, SMALLEST, STEP = 10.0, 7.0, 0.5
LEADING = 1.18
PADDING = 3.0
PAGE = (612.0, 792.0)
MARGIN = 54.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """Lines of text at one size in points."""

    lines: tuple[str, ...]
    size: float


def fit(text: str, widget: Widget) -> Drawn | None:
    """The text at the largest size that fits the field, or None when it fits at none."""
    if widget.comb:
        return Drawn((text,), LARGEST) if len(text) <= widget.comb and "\n" not in text else None
    width, height = widget.box.width - 2 * PADDING, widget.box.height - 2
    size = min(LARGEST, max(SMALLEST, height / LEADING))
    while size >= SMALLEST:
        lines = typeset.wrap(text, typeset.REGULAR, size, width) if widget.multiline else [" ".join(text.split())]
        wide = max(typeset.width_of(line, typeset.REGULAR, size) for line in lines)
        whole = "".join("".join(lines).split()) == "".join(text.split())
        if whole and wide <= width and len(lines) * size * LEADING <= height:
            return Drawn(tuple(lines), size)
        size -= STEP
    return None


def appearances(drawn: Sequence[tuple[Widget, Drawn]]) -> io.BytesIO:
    """A PDF with one page for each field, as large as the field, showing its text."""
    out = io.BytesIO()
    canvas = typeset.new_canvas(out)
    for widget, text in drawn:
        canvas.setPageSize((widget.box.width, widget.box.height))
        _draw_text(canvas, widget, text)
        canvas.showPage()
    if not drawn:
        canvas.showPage()
    canvas.save()
    out.seek(0)
    return out


def _draw_text(canvas: Any, widget: Widget, text: Drawn) -> None:
    height = widget.box.height
    if widget.comb:
        cell = widget.box.width / widget.comb
        for index, letter in enumerate(text.lines[0]):
            width = typeset.width_of(letter, typeset.REGULAR, text.size)
            x = index * cell + (cell - width) / 2
            typeset.draw(canvas, x, (height - text.size) / 2 + text.size * 0.22, letter, typeset.REGULAR, text.size)
        return
    step = text.size * LEADING
    block = step * len(text.lines)
    top = height - 2 if widget.multiline and len(text.lines) > 1 else (height + block) / 2
    for index, line in enumerate(text.lines):
        typeset.draw(canvas, PADDING, top - step * (index + 1) + step * 0.27, line, typeset.REGULAR, text.size)


def addendum(title: str, too_long: Sequence[tuple[str, str]], folder: Path) -> Path | None:
    """Pages with what did not fit its field: (what the form calls it, the whole text); None when all fits."""
    if not too_long:
        return None
    path = folder / "addendum.pdf"
    canvas = typeset.new_canvas(str(path), PAGE)
    y = _head(canvas, title)
    for name, text in too_long:
        lines = [(typeset.BOLD, line) for line in typeset.wrap(name, typeset.BOLD, 10, PAGE[0] - 2 * MARGIN)]
        lines += [(typeset.REGULAR, line) for line in typeset.wrap(text, typeset.REGULAR, 10, PAGE[0] - 2 * MARGIN)]
        for font, line in lines:
            if y < MARGIN + 14:
                canvas.showPage()
                y = _head(canvas, title)
            typeset.draw(canvas, MARGIN, y, line, font, 10)
            y -= 14
        y -= 8
    canvas.save()
    return path


def _head(canvas: Any, title: str) -> float:
    typeset.draw(canvas, MARGIN, PAGE[1] - MARGIN - 12, f"Addendum to: {title}", typeset.BOLD, 13)
    return PAGE[1] - MARGIN - 40
