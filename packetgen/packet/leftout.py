"""The list of chart pages that are not in the packet, for the plan: which, and no more of why than it needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from packetgen import typeset
from packetgen.chart import words
from packetgen.packet.choose import BLANK
from packetgen.packet.drawing import BLUE, FLOOR, GREY, INK, LEADING, MARGIN, SMALL, WIDTH, rule, say, table_head, tag
from packetgen.packet.model import LeftOut
from packetgen.packet.sheet import LETTER
from packetgen.typeset import BOLD, REGULAR

NOT_ENCLOSED = "Chart pages not enclosed"
TELLS = (
    "The exhibits hold the pages that the criteria, the form and the letter cite. These pages of the same documents "
    "stay with the practice and can be asked for."
)
COLUMNS = (90.0, 256.0, 170.0)  # document, pages, why
Row = tuple[str, list[str], str]


def lay_out_left_out(left_out: Sequence[LeftOut]) -> list[list[Row]]:
    """The list's rows (document, lines of page numbers, why), a list for each of its pages.

    A page held back or left out by a person is told as not needed: the reason itself may be what is protected.
    """
    told: dict[tuple[str, int, str], set[int]] = defaultdict(set)
    for item in left_out:
        why = "Blank" if item.why == BLANK else "Not needed for this request"
        told[item.exhibit, item.of_pages, why] |= set(item.pages)
    pages: list[list[Row]] = []
    room = 0.0
    for (exhibit, count, why), numbers in told.items():
        text = f"{words.pages(numbers)} of {count}"
        lines = typeset.wrap(text, REGULAR, SMALL, COLUMNS[1] - 8)
        if len(lines) * LEADING + 9 > room:
            pages.append([])
            room = LETTER[1] - MARGIN - FLOOR - 90
        pages[-1].append((f"Document {exhibit}", lines, why))
        room -= len(lines) * LEADING + 9
    return pages


def draw_left_out(canvas: Any, rows: Sequence[Row]) -> None:
    """Draw one page of the list."""
    y = LETTER[1] - MARGIN - 20
    with tag(canvas, "H1"):
        say(canvas, MARGIN, y, NOT_ENCLOSED, BOLD, 15, BLUE)
    with tag(canvas, "P"):
        for line in typeset.wrap(TELLS, REGULAR, 9, WIDTH):
            y -= 14
            say(canvas, MARGIN, y, line, REGULAR, 9, GREY)
    y = table_head(canvas, y - 12, ("Document", "Pages", "Why"), COLUMNS)
    for number, (document, lines, why) in enumerate(rows, 1):
        first = y - LEADING
        with tag(canvas, "TH", number):
            say(canvas, MARGIN + 4, first, document, BOLD, SMALL, INK)
        with tag(canvas, "TD", number):
            for index, line in enumerate(lines):
                say(canvas, MARGIN + COLUMNS[0] + 4, first - index * LEADING, line, REGULAR, SMALL, INK)
        with tag(canvas, "TD", number):
            say(canvas, MARGIN + COLUMNS[0] + COLUMNS[1] + 4, first, why, REGULAR, SMALL, INK)
        y -= len(lines) * LEADING + 9
        rule(canvas, y, 0.5)
