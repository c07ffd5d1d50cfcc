"""A form without fields: its blanks found from what is drawn and printed, as places of an overlay map.

A blank is a row of underscores, a line with room above it, an empty cell, or the room that a label leaves in its
cell; a small square, drawn or printed, is a box to tick.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packetgen.documents.model import Box

LEAST_BLANK = 24.0  # points: a shorter line is no blank
LINE_ROOM, LEAST_ROOM = 13.0, 8.0  # points above a line that its text may take, at most and at least
LEAST_SQUARE, LARGEST_SQUARE = 5.5, 16.0
LEAST_BAR, HIGHEST_BAR = 120.0, 26.0  # points: the width and height of a heading's bar
SHADED = 0.7  # of a cell that a shaded bar covers
LIGHT = 0.97  # of white: a lighter fill is none
LONE_BOX = 45.0  # points: a box by itself that is higher is a frame
LARGEST_CELL = 140.0  # points: a higher cell is a frame around a part of the page
SQUARES = "☐□❑❏❐▢◻○◯"
SIGN_FONTS = re.compile(r"wingdings|zapf|dingbats|webdings|symbol", re.IGNORECASE)
SIGNS = "oq¨nr"  # letters that those fonts show as empty squares


@dataclass(frozen=True, slots=True)
class Blank:
    """A place to fill on a page (1-based). tick: a square; lines: room for several lines of text."""

    page: int
    box: Box
    tick: bool = False
    lines: bool = False


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a page draws around its words: closed cells, and shaded bars of headings."""

    cells: tuple[Box, ...] = ()
    bars: tuple[Box, ...] = ()


def blanks_of(pdf: Path) -> list[Blank]:
    """Every blank of a PDF whose pages are upright and at the origin."""
    import pdfplumber

    with pdfplumber.open(pdf) as opened:
        found = [blank for page in opened.pages for blank in _of_page(page)]
    return sorted(found, key=lambda blank: (blank.page, round(blank.box.top / 5), blank.box.x0))


def drawings_of(pdf: Path) -> dict[int, Drawn]:
    """What is drawn on each page (1-based) of a PDF whose pages are upright and at the origin."""
    import pdfplumber

    with pdfplumber.open(pdf) as opened:
        return {page.page_number: Drawn(tuple(_closed(page)), tuple(_bars(page))) for page in opened.pages}


def _closed(page: Any) -> Iterator[Box]:
    drawn = [(r["x0"], r["top"], r["x1"], r["bottom"]) for r in page.rects]
    ruled = [cell for table in page.find_tables() for cell in table.cells]
    for corners in {tuple(round(value, 1) for value in cell) for cell in (*drawn, *ruled)}:
        cell = Box(*corners)
        if cell.width >= LEAST_BLANK and LEAST_ROOM <= cell.height <= LARGEST_CELL:
            yield cell


def _bars(page: Any) -> Iterator[Box]:
    for rect in page.rects:
        bar = Box(rect["x0"], rect["top"], rect["x1"], rect["bottom"])
        if rect["fill"] and _is_dark(rect) and bar.width >= LEAST_BAR and LEAST_ROOM <= bar.height <= HIGHEST_BAR:
            yield bar


def _of_page(page: Any) -> Iterator[Blank]:
    number = page.page_number
    squares = list(_squares(page))
    yield from (Blank(number, box, tick=True) for box in squares)
    printed = page.filter(lambda item: item.get("text") != "_")
    words = [Box(w["x0"], w["top"], w["x1"], w["bottom"]) for w in printed.extract_words()]
    taken: list[Box] = [*squares]
    for box, lines in (*_cells(page, words, squares), *((b, False) for b in _underlines(page, words))):
        if not any(_overlap(box, other) > 0.3 for other in taken):
            taken.append(box)
            yield Blank(number, box, lines=lines)


def _squares(page: Any) -> Iterator[Box]:
    """Small squares, drawn or printed as a sign."""
    seen: set[tuple[int, int]] = set()
    drawn = [*page.rects, *page.curves]
    for item in drawn:
        box = Box(item["x0"], item["top"], item["x1"], item["bottom"])
        sized = LEAST_SQUARE <= box.width <= LARGEST_SQUARE and abs(box.width - box.height) <= 2.5
        if sized and (spot := (round(box.x0 / 4), round(box.top / 4))) not in seen:
            seen.add(spot)
            yield box
    for sign in page.chars:
        special = bool(SIGN_FONTS.search(sign["fontname"])) and sign["text"] in SIGNS
        if sign["text"] in SQUARES or special or 0xF000 <= ord(sign["text"][0]) <= 0xF0FF:
            side = min(sign["size"], LARGEST_SQUARE)
            top = (sign["top"] + sign["bottom"] - side) / 2
            yield Box(sign["x0"], top, sign["x0"] + max(side * 0.8, sign["x1"] - sign["x0"]), top + side)


def _underlines(page: Any, words: Sequence[Box]) -> Iterator[Box]:
    """Rows of underscores, and lines that end no cell."""
    for x0, x1, bottom in (*_underscores(page), *_lines(page)):
        if x1 - x0 < LEAST_BLANK:
            continue
        over = [
            w.bottom for w in words if w.x0 < x1 - 2 and w.x1 > x0 + 2 and bottom - LINE_ROOM < w.bottom <= bottom + 2
        ]
        if any(w.x0 < x1 - 2 and w.x1 > x0 + 2 and w.top < bottom - 2 < w.bottom for w in words):
            continue  # it underlines words
        top = max([bottom - LINE_ROOM, *(value for value in over if value < bottom - LEAST_ROOM)])
        if not any(value > bottom - LEAST_ROOM for value in over):
            yield Box(x0 + 1, top, x1 - 1, bottom)


def _underscores(page: Any) -> Iterator[tuple[float, float, float]]:
    run: list[Any] = []
    for sign in [*page.chars, None]:
        goes_on = sign is not None and sign["text"] == "_" and (
            not run or (abs(sign["top"] - run[-1]["top"]) < 1 and sign["x0"] - run[-1]["x1"] < 2)
        )  # fmt: skip
        if goes_on:
            run.append(sign)
            continue
        if run:
            yield run[0]["x0"], run[-1]["x1"], run[0]["bottom"] - 0.15 * run[0]["size"]
        run = [sign] if sign is not None and sign["text"] == "_" else []


def _lines(page: Any) -> Iterator[tuple[float, float, float]]:
    """Horizontal lines whose ends touch no upright one: those are cells."""
    upright = [edge for edge in page.edges if edge["orientation"] == "v" and edge["height"] > 4]
    level = [edge for edge in page.edges if edge["orientation"] == "h" and edge["width"] >= LEAST_BLANK]
    for edge in level:
        ends = (edge["x0"], edge["x1"])
        touched = [
            any(abs(v["x0"] - end) < 2 and v["top"] - 2 <= edge["top"] <= v["bottom"] + 2 for v in upright)
            for end in ends
        ]
        if not any(touched):
            yield edge["x0"], edge["x1"], edge["top"]


def _cells(page: Any, words: Sequence[Box], squares: Sequence[Box]) -> Iterator[tuple[Box, bool]]:
    """The free room of each cell of a table, and whether it takes several lines."""
    shaded = [Box(r["x0"], r["top"], r["x1"], r["bottom"]) for r in page.rects if r["fill"] and _is_dark(r)]
    ruled = {tuple(round(value, 1) for value in cell) for table in page.find_tables() for cell in table.cells}
    cells = ruled | set(_lone_boxes(page, ruled))
    for x0, top, x1, bottom in sorted(cells, key=lambda cell: (cell[1], cell[0])):
        cell = Box(x0, top, x1, bottom)
        if cell.width < LEAST_BLANK or not LEAST_ROOM <= cell.height <= LARGEST_CELL:
            continue
        if any(_overlap(cell, bar) > SHADED for bar in shaded):
            continue  # the bar of a heading
        inside = [w for w in words if cell.holds((w.x0 + w.x1) / 2, (w.top + w.bottom) / 2)]
        if any(cell.holds((s.x0 + s.x1) / 2, (s.top + s.bottom) / 2) for s in squares):
            continue
        room = _room(cell, inside)
        if room is not None and not (room.x0 > cell.x0 + 2 and _empty_beside(cell, cells, words)):
            yield room, room.height >= 2.2 * LINE_ROOM


def _lone_boxes(page: Any, ruled: Iterable[tuple[float, ...]]) -> Iterator[tuple[float, ...]]:
    """Drawn boxes that touch no other, which are no tables; a box around others is a frame."""
    drawn = {tuple(round(r[key], 1) for key in ("x0", "top", "x1", "bottom")) for r in page.rects if r["stroke"]}
    known = [Box(*corners) for corners in (*ruled, *drawn)]
    for corners in drawn:
        box = Box(*corners)
        inside = [other for other in known if other != box and _overlap(box, other) > SHADED]
        if box.height <= LONE_BOX and not inside:
            yield corners


def _empty_beside(cell: Box, cells: Iterable[tuple[float, ...]], words: Sequence[Box]) -> bool:
    """Whether an empty cell follows on the right: then the label is for that one."""
    for x0, top, x1, bottom in cells:
        follows = abs(x0 - cell.x1) < 3 and abs(top - cell.top) < 3 and x1 - x0 >= LEAST_BLANK
        if follows and not any(
            x0 <= (w.x0 + w.x1) / 2 <= x1 and top <= (w.top + w.bottom) / 2 <= bottom for w in words
        ):
            return True
    return False


def _is_dark(rect: Any) -> bool:
    """Whether a rectangle is filled with something that is not white."""
    colour = rect.get("non_stroking_color")
    parts = [float(value) for value in (colour if isinstance(colour, (list, tuple)) else [colour]) if _is_number(value)]
    if len(parts) == 4:  # cyan, magenta, yellow, black
        return max(parts) > 1 - LIGHT
    return bool(parts) and min(parts) < LIGHT


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float))


def _room(cell: Box, words: Sequence[Box]) -> Box | None:
    """What a label leaves free: all of an empty cell, the room below it, or the room to its right."""
    if not words:
        return Box(cell.x0 + 1, cell.top + 1, cell.x1 - 1, cell.bottom - 1)
    label = words[0]
    for word in words[1:]:
        label = label.union(word)
    if cell.bottom - label.bottom >= LEAST_ROOM + 1:
        return Box(cell.x0 + 1, label.bottom, cell.x1 - 1, cell.bottom - 1)
    if label.height < LINE_ROOM and cell.x1 - label.x1 >= max(LEAST_BLANK, 0.3 * cell.width):
        return Box(label.x1 + 2, cell.top + 1, cell.x1 - 1, cell.bottom - 1)
    return None


def _overlap(one: Box, other: Box) -> float:
    """Share of the smaller box that lies in the other."""
    across = min(one.x1, other.x1) - max(one.x0, other.x0)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    least = min(one.width * one.height, other.width * other.height)
    return across * down / least if across > 0 and down > 0 and least else 0.0
