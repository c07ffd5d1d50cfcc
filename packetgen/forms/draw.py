"""Values drawn into fields: a size that fits, embedded type that every viewer shows, and marks for ticks."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from packetgen import typeset
from packetgen.forms.righttoleft import as_drawn
from packetgen.forms.widgets import Widget

LARGEST, LARGEST_ASKED, SMALLEST, STEP = 10.0, 14.0, 7.0, 0.5  # points: by itself, when the form says so, the floor
LEADING = 1.18
LINE_HEIGHT = 1.06  # of the size: from the lowest descender to the highest accent of a lone line
PADDING, LEAST_PADDING = 3.0, 1.0
COMB_SHARE = 0.9  # of a cell that a letter may take


@dataclass(frozen=True, slots=True)
class Drawn:
    """Lines of text at one size in points."""

    lines: tuple[str, ...]
    size: float


def space_of(widget: Widget) -> tuple[float, float]:
    """Width and height of a field as its text runs, which may be turned against the page that is shown."""
    frame_width, frame_height = _rectangle(widget)
    return (frame_height, frame_width) if widget.turn in (90, 270) else (frame_width, frame_height)


def _rectangle(widget: Widget) -> tuple[float, float]:
    x0, y0, x1, y1 = (float(value) for value in widget.handle.Rect)
    return abs(x1 - x0), abs(y1 - y0)


def fit(text: str, widget: Widget) -> Drawn | None:
    """The text at the largest size that fits the field, or None when it fits at none."""
    width, height = space_of(widget)
    if widget.comb:
        return _fit_comb(text, widget.comb, width, height)
    if widget.longest and len(text) > widget.longest:
        return None
    padding = PADDING if width > 30 else LEAST_PADDING
    for size in _sizes(widget, height):
        lines = _lines(text, widget, size, width - 2 * padding)
        tall = (len(lines) - 1) * size * LEADING + size * LINE_HEIGHT
        wide = max(typeset.width_of(line, typeset.REGULAR, size) for line in lines)
        if "".join("".join(lines).split()) == "".join(text.split()) and wide <= width - 2 * padding and tall <= height:
            return Drawn(tuple(as_drawn(line) for line in lines), size)
    return None


def _lines(text: str, widget: Widget, size: float, width: float) -> list[str]:
    return typeset.wrap(text, typeset.REGULAR, size, width) if widget.multiline else [" ".join(text.split())]


def _sizes(widget: Widget, height: float) -> Iterator[float]:
    """Sizes to try: from what the form asks for, or fills a line, down to the floor."""
    size = min(widget.size, LARGEST_ASKED) if widget.size else LARGEST
    size = max(SMALLEST, min(size, height / LINE_HEIGHT))
    while size >= SMALLEST:
        yield size
        size -= STEP
    if size + STEP > SMALLEST:
        yield SMALLEST


def _fit_comb(text: str, cells: int, width: float, height: float) -> Drawn | None:
    """One letter a cell, all in one size."""
    if len(text) > cells or "\n" in text:
        return None
    widest = max(typeset.width_of(letter, typeset.REGULAR, 1) for letter in text)
    size = min(LARGEST, height / LINE_HEIGHT, COMB_SHARE * width / cells / widest)
    return Drawn((text,), size) if size >= SMALLEST else None


def appearances(drawn: Sequence[tuple[Widget, Drawn]]) -> io.BytesIO:
    """A PDF with one page for each field, as large as the field, showing its text."""
    out = io.BytesIO()
    canvas = typeset.new_canvas(out)
    for widget, text in drawn:
        canvas.setPageSize(space_of(widget))
        _draw_text(canvas, widget, text)
        canvas.showPage()
    if not drawn:
        canvas.showPage()
    canvas.save()
    out.seek(0)
    return out


def _draw_text(canvas: Any, widget: Widget, text: Drawn) -> None:
    width, height = space_of(widget)
    baseline = (height - text.size * LINE_HEIGHT) / 2 + text.size * 0.26
    if widget.comb:
        cell = width / widget.comb
        first = {1: (widget.comb - len(text.lines[0])) // 2, 2: widget.comb - len(text.lines[0])}.get(widget.align, 0)
        for index, letter in enumerate(text.lines[0], first):
            x = index * cell + (cell - typeset.width_of(letter, typeset.REGULAR, text.size)) / 2
            typeset.draw(canvas, x, baseline, letter, typeset.REGULAR, text.size)
        return
    if widget.multiline:
        baseline = max(baseline, height - 2 - text.size * 0.82) if len(text.lines) == 1 else height - text.size * 0.82
        spare = height - (len(text.lines) - 1) * text.size * LEADING - text.size * LINE_HEIGHT
        baseline -= min(2.0, spare / 2) if len(text.lines) > 1 else 0
    padding = PADDING if width > 30 else LEAST_PADDING
    for index, line in enumerate(text.lines):
        free = width - 2 * padding - typeset.width_of(line, typeset.REGULAR, text.size)
        x = padding + free * {1: 0.5, 2: 1.0}.get(widget.align, 0.0)
        typeset.draw(canvas, x, baseline - index * text.size * LEADING, line, typeset.REGULAR, text.size)


def dress(pdf: Any, widget: Widget, page: Any) -> None:
    """Give a field the appearance that a page of `appearances` shows, its printed border kept, turned as it must be."""
    import pikepdf

    look = pdf.copy_foreign(page.as_form_xobject())
    border = _border(widget)
    if border and widget.turn == 0:
        look.write(border + look.read_bytes())
    if widget.turn:
        look.Matrix = {90: [0, 1, -1, 0, 0, 0], 180: [-1, 0, 0, -1, 0, 0], 270: [0, -1, 1, 0, 0, 0]}[widget.turn]
    widget.handle.AP = pikepdf.Dictionary(N=look)
    _print(widget)


def tick(pdf: Any, widget: Widget) -> None:
    """Tick a box with a mark drawn as lines: a font may be missing where the form is read."""
    import pikepdf

    width, height = _rectangle(widget)
    side = min(width, height) * 0.64
    x, y = (width - side) / 2, (height - side) / 2
    mark = f"q {max(1.0, side / 7):.2f} w 0 G {x:.2f} {y:.2f} m {x + side:.2f} {y + side:.2f} l S "
    mark += f"{x:.2f} {y + side:.2f} m {x + side:.2f} {y:.2f} l S Q"
    look = pdf.make_stream(
        _border(widget) + mark.encode(),
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Form,
        BBox=[0, 0, width, height],
    )
    if not isinstance(widget.handle.get("/AP", {}).get("/N"), pikepdf.Dictionary):
        widget.handle.AP = pikepdf.Dictionary(N=pikepdf.Dictionary())
    widget.handle.AP.N["/" + widget.state] = look
    widget.handle.AS = pikepdf.Name("/" + widget.state)
    _print(widget)


def _border(widget: Widget) -> bytes:
    """Operators for the border that the form asks for around a field and its cells; most forms print their own."""
    colour = [float(value) for value in widget.handle.get("/MK", {}).get("/BC", [])]
    line = float(widget.handle.get("/BS", {}).get("/W", 1))
    if len(colour) not in (1, 3) or not line:
        return b""
    width, height = _rectangle(widget)
    paint = " ".join(f"{value:g}" for value in colour) + (" G" if len(colour) == 1 else " RG")
    half = line / 2
    cells = [width * cell / widget.comb for cell in range(1, widget.comb)]
    parted = "".join(f"{x:.2f} 0 m {x:.2f} {height:.2f} l S " for x in cells)
    return f"q {paint} {line:g} w {half:g} {half:g} {width - line:.2f} {height - line:.2f} re S {parted}Q\n".encode()


def _print(widget: Widget) -> None:
    """What is filled is printed, and shown: flags of the annotation."""
    widget.handle.F = 4
