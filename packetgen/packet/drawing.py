"""How the pages that packetgen draws itself look: colours that a fax keeps apart, margins, text and rules."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from packetgen import typeset
from packetgen.packet.sheet import LETTER

INK, BLUE, GREY, LINE, SHADE = "#1f2d3d", "#1f4e79", "#59636e", "#9aa5b1", "#eaf0f6"
MARGIN, FLOOR = 48.0, 64.0
WIDTH = LETTER[0] - 2 * MARGIN
SMALL, LEADING = 8.8, 11.6
BOM = "\ufeff"  # says that a text of a PDF is UTF-16
NOTICE = (
    "Confidential: this packet holds health information protected by law and is meant for the addressee only. If you "
    "received it in error, please call the sender and destroy it."
)


@contextlib.contextmanager
def tag(canvas: Any, kind: str, row: int = 0, alt: str = "") -> Iterator[None]:
    """What the block draws is to a screen reader one heading (H1, H2), paragraph (P), cell (TH, TD) or Figure.

    row: of its table, for a cell. alt: what a Figure shows, in words.
    """
    page, last = getattr(canvas, "last_tag", (0, -1))
    number = last + 1 if page == canvas.getPageNumber() else 0
    canvas.last_tag = canvas.getPageNumber(), number
    told = f" /Alt <{(BOM + alt).encode('utf-16-be').hex()}>" if alt else ""
    canvas.addLiteral(f"/{kind} <</MCID {number} /Row {row}{told}>> BDC")
    yield
    canvas.addLiteral("EMC")


def say(canvas: Any, x: float, y: float, text: str, font: str, size: float, colour: str) -> None:
    """One line of text with its baseline at y (points from the bottom left)."""
    canvas.setFillColor(colour)
    typeset.draw(canvas, x, y, text, font, size)


def rule(canvas: Any, y: float, width: float = 0.8) -> None:
    """A line from margin to margin."""
    canvas.setStrokeColor(LINE)
    canvas.setLineWidth(width)
    canvas.line(MARGIN, y, LETTER[0] - MARGIN, y)


def table_head(canvas: Any, y: float, heads: tuple[str, ...], columns: tuple[float, ...]) -> float:
    """A shaded row of column heads whose top is at y; returns its bottom."""
    canvas.setFillColor(SHADE)
    canvas.rect(MARGIN, y - 16, WIDTH, 16, stroke=0, fill=1)
    x = MARGIN
    for width, head in zip(columns, heads, strict=True):
        with tag(canvas, "TH"):
            say(canvas, x + 4, y - 11, head, typeset.BOLD, SMALL, INK)
        x += width
    return y - 16
