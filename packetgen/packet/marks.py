"""What is laid over the pages: stamp, exhibit tab, DRAFT, highlights and criterion numbers, in free margins only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from packetgen import typeset
from packetgen.documents.model import Box
from packetgen.packet.sheet import Sheet
from packetgen.typeset import BOLD, REGULAR

YELLOW, BLACK, GREY = "#fff2a8", "#000000", "#9aa5b1"
TAB_WIDTH, TAB_HEIGHT, TABS = 18.0, 46.0, 12
NUMBER_RADIUS = 7.5
NUMBERS_LEFT = 12.0  # a fax machine drops what stands nearer to the edge
NUMBERS_END = 40.0  # from the bottom of the sheet: the stamp
NEAR = 60.0
STAMP_BASELINE = 16.0


@dataclass(frozen=True, slots=True)
class Mark:
    """Cited words on a sheet: their boxes (points from the sheet's top left) and the criteria they speak to."""

    boxes: tuple[Box, ...]
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Overlay:
    """All that is laid over one sheet. exhibit: its letter and place among the exhibits, or None."""

    sheet: Sheet
    stamp: str
    draft: str
    exhibit: tuple[str, int] | None = None
    marks: tuple[Mark, ...] = ()


def number_boxes(marks: Sequence[Mark], sheet: Sheet) -> list[tuple[int, Box]]:
    """Where the criterion numbers stand in the left margin: beside their words, one below another.

    A number is not said again within NEAR points.
    """
    tall = 2 * NUMBER_RADIUS
    tops: list[tuple[int, float]] = []
    lowest = 0.0
    said: dict[int, float] = {}
    wanted = sorted((mark.boxes[0].top, number) for mark in marks if mark.boxes for number in mark.numbers)
    for top, number in wanted:
        if top - said.get(number, -NEAR) < NEAR:
            continue
        said[number] = top
        top = max(top - 2, lowest)
        tops.append((number, top))
        lowest = top + tall + 2
    placed: list[tuple[int, Box]] = []
    floor = sheet.height - NUMBERS_END
    for number, top in reversed(tops):
        top = min(top, floor - tall)
        placed.append((number, Box(NUMBERS_LEFT, top, NUMBERS_LEFT + tall, top + tall)))
        floor = top - 2
    return placed[::-1]


def draw_overlays(canvas: Any, overlays: Sequence[Overlay]) -> None:
    """Draw one transparent page for each overlay."""
    for overlay in overlays:
        canvas.setPageSize((overlay.sheet.width, overlay.sheet.height))
        _highlight(canvas, overlay)
        _stamp(canvas, overlay)
        if overlay.exhibit:
            _tab(canvas, overlay.sheet, *overlay.exhibit)
        if overlay.draft:
            _draft(canvas, overlay)
        canvas.showPage()


def _highlight(canvas: Any, overlay: Overlay) -> None:
    """Yellow under the cited words, and for black-and-white faxes a rule below them and a number beside them."""
    height = overlay.sheet.height
    for box in dict.fromkeys(box for mark in overlay.marks for box in mark.boxes):
        canvas.saveState()
        canvas.setBlendMode("Multiply")
        canvas.setFillColor(YELLOW)
        left, foot = round(box.x0 - 1, 1), round(height - box.bottom - 1, 1)
        canvas.rect(left, foot, round(box.width + 2, 1), round(box.height + 2, 1), stroke=0, fill=1)
        canvas.restoreState()
        canvas.setStrokeColor(BLACK)
        canvas.setLineWidth(0.5)
        canvas.line(left + 1, foot, round(box.x1, 1), foot)
    for number, box in number_boxes(overlay.marks, overlay.sheet):
        x, y = box.x0 + NUMBER_RADIUS, height - box.top - NUMBER_RADIUS
        canvas.setStrokeColor(BLACK)
        canvas.setLineWidth(1)
        canvas.circle(x, y, NUMBER_RADIUS, stroke=1, fill=0)
        text = str(number)
        canvas.setFillColor(BLACK)
        typeset.draw(canvas, x - typeset.width_of(text, BOLD, 9) / 2, y - 3.2, text, BOLD, 9)


def _stamp(canvas: Any, overlay: Overlay) -> None:
    width = typeset.width_of(overlay.stamp, BOLD, 9)
    canvas.setFillColor(BLACK)
    typeset.draw(canvas, (overlay.sheet.width - width) / 2, STAMP_BASELINE, overlay.stamp, BOLD, 9)
    canvas.setStrokeColor(GREY)
    canvas.setLineWidth(0.5)
    canvas.line(30, STAMP_BASELINE + 13, overlay.sheet.width - 30, STAMP_BASELINE + 13)


def _tab(canvas: Any, sheet: Sheet, label: str, index: int) -> None:
    top = sheet.height - 60 - (index % TABS) * (TAB_HEIGHT + 6)
    canvas.setFillColor(BLACK)
    canvas.rect(sheet.width - TAB_WIDTH, top - TAB_HEIGHT, TAB_WIDTH, TAB_HEIGHT, stroke=0, fill=1)
    canvas.setFillColor("#ffffff")
    size = 14 if len(label) == 1 else 9
    width = typeset.width_of(label, BOLD, size)
    typeset.draw(canvas, sheet.width - (TAB_WIDTH + width) / 2, top - TAB_HEIGHT / 2 - 5, label, BOLD, size)


def _draft(canvas: Any, overlay: Overlay) -> None:
    text = f"DRAFT · {overlay.draft}"
    x, y = overlay.sheet.width / 2, overlay.sheet.height - 15
    left = typeset.width_of("DRAFT", BOLD, 10)
    width = typeset.width_of(text, REGULAR, 8) + left + 6
    canvas.setFillColor(BLACK)
    typeset.draw(canvas, x - width / 2, y, "DRAFT", BOLD, 10)
    typeset.draw(canvas, x - width / 2 + left + 6, y, overlay.draft, REGULAR, 8)
