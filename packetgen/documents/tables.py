"""Rows of ruled tables: a row whose cells wrap is one line, read cell by cell, and not a line of each cell in turn."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

from packetgen.documents.model import Box, Line, Word

NEAR = 3.0  # points: ends of rules that meet, and rules that are one
LEAST_WIDTH, LEAST_HEIGHT = 60.0, 8.0  # points: shorter strokes underline words or are parts of letters
NARROW = 8.0  # points: a column is wider
MOST_LINES = 8  # of a row: a taller cell holds paragraphs, and these keep their lines
PIECE = 7.0  # points: a rule of a scan that lies askew is a stair of such runs; the strokes of letters are shorter
THICKEST = 3.0  # points: what is thicker is no rule
TALLEST_LETTER = 30.0  # points
DARK, WHITE = 170, 255
UNRULED = 3  # lines with a word in every column: rows that no rule parts

Stroke = tuple[float, float, float, float]  # x0, y0, x1, y1 of its ends
Rule = tuple[float, float, float]  # where it lies across its direction, and its two ends along it; points


@dataclass(frozen=True, slots=True)
class Rules:
    """Straight strokes of a page: (y, x0, x1) of those across it, (x, top, bottom) of those down it.

    skew: degrees by which those across run downhill to the right; None without any.
    """

    across: tuple[Rule, ...]
    down: tuple[Rule, ...]
    skew: float | None = None

    def cells(self, at_least: float) -> Iterator[Box]:
        """The cells of table rows that are `at_least` so many points high, row by row."""
        found: list[Box] = []
        for top, bottom, borders in _bands(self):
            if bottom - top >= at_least:
                for left, right in pairwise(borders):
                    middle = (left + right) / 2, (top + bottom) / 2
                    if not any(cell.holds(*middle) for cell in found):
                        found.append(Box(left, top, right, bottom))
        yield from found


NO_RULES = Rules((), ())


def rules_of(strokes: Iterable[Stroke]) -> Rules:
    """Rules from straight strokes; what is drawn in pieces is put together."""
    across, down = _by_direction(strokes)
    return Rules(_rules(_chains(across), LEAST_WIDTH), _rules(_chains(down), LEAST_HEIGHT))


def _by_direction(strokes: Iterable[Stroke]) -> tuple[list[Rule], list[Rule]]:
    across, down = [], []
    for x0, y0, x1, y1 in strokes:
        if abs(y0 - y1) <= 1 and abs(x0 - x1) > 1:
            across.append(((y0 + y1) / 2, min(x0, x1), max(x0, x1)))
        elif abs(x0 - x1) <= 1 and abs(y0 - y1) > 1:
            down.append(((x0 + x1) / 2, min(y0, y1), max(y0, y1)))
    return across, down


def _chains(pieces: Iterable[Rule]) -> list[list[Rule]]:
    """Pieces that go on where one before them ends, so that the stair of a rule that lies askew is one chain."""
    chains: list[list[Rule]] = []
    open_: list[list[Rule]] = []
    for piece in sorted(pieces, key=lambda piece: piece[1]):
        open_ = [chain for chain in open_ if chain[-1][2] >= piece[1] - NEAR]
        chain = next(
            (c for c in open_ if abs(c[-1][2] - piece[1]) <= NEAR and abs(c[-1][0] - piece[0]) <= NEAR / 2), None
        )
        if chain is None:
            chain = []
            chains.append(chain)
            open_.append(chain)
        chain.append(piece)
    return chains


def _rules(chains: Iterable[Sequence[Rule]], least: float) -> tuple[Rule, ...]:
    """The rules that chains are, those drawn twice once."""
    found: list[Rule] = []
    for chain in chains:
        rule = (chain[0][0], chain[0][1], chain[-1][2])
        same = any(all(abs(a - b) <= NEAR for a, b in zip(rule, other, strict=True)) for other in found)
        if rule[2] - rule[1] >= least and not same:
            found.append(rule)
    return tuple(found)


def strokes_of(page: Any, objects: Sequence[Any]) -> Iterator[Stroke]:
    """Straight strokes of a pdfium page's path objects, in points from the page's top left."""
    import ctypes

    import pypdfium2.raw as pdfium

    height = page.get_height()
    x, y = ctypes.c_float(), ctypes.c_float()
    for path in objects:
        matrices = [path.get_matrix()]
        form = path.container
        while form is not None:
            matrices.append(form.get_matrix())
            form = form.container
        start = at = (0.0, 0.0)
        for index in range(pdfium.FPDFPath_CountSegments(path.raw)):
            segment = pdfium.FPDFPath_GetPathSegment(path.raw, index)
            pdfium.FPDFPathSegment_GetPoint(segment, x, y)
            point = (x.value, y.value)
            for matrix in matrices:
                point = matrix.on_point(*point)
            kind = pdfium.FPDFPathSegment_GetType(segment)
            if kind == pdfium.FPDF_SEGMENT_MOVETO:
                start = point
            elif kind == pdfium.FPDF_SEGMENT_LINETO:
                yield at[0], height - at[1], point[0], height - point[1]
            at = point
            if pdfium.FPDFPathSegment_GetClose(segment):
                yield at[0], height - at[1], start[0], height - start[1]


def without_rules(picture: Any, dpi: int) -> tuple[Any, Rules]:
    """A page's grey picture without its printed rules, which OCR reads as letters, and these; in points.

    The page may lie a degree or two askew: a rule is then a stair of short runs.
    """
    from PIL import Image, ImageDraw

    scale = 72 / dpi
    ink = picture.point(lambda level: 1 if level < DARK else 0)
    across = _long(_pieces(ink, scale), LEAST_WIDTH)
    down = _long(_pieces(ink.transpose(Image.Transpose.TRANSPOSE), scale), TALLEST_LETTER)
    wiped = picture.copy()
    draw = ImageDraw.Draw(wiped)
    for y, x0, x1 in (piece for chain in across for piece in chain):
        draw.rectangle((x0 / scale - 1, y / scale - 1, x1 / scale, y / scale + 1), fill=WHITE)
    for x, top, bottom in (piece for chain in down for piece in chain):
        draw.rectangle((x / scale - 1, top / scale - 1, x / scale + 1, bottom / scale), fill=WHITE)
    slopes = [math.degrees(math.atan2(chain[-1][0] - chain[0][0], chain[-1][2] - chain[0][1])) for chain in across]
    skew = median(slopes) if slopes else None
    return wiped, Rules(_rules(across, LEAST_WIDTH), _rules(down, TALLEST_LETTER), skew)


def _long(pieces: Iterable[Rule], least: float) -> list[list[Rule]]:
    return [chain for chain in _chains(pieces) if chain[-1][2] - chain[0][1] >= least]


def _pieces(ink: Any, scale: float) -> Iterator[Rule]:
    """Long thin runs of ink across a picture of ones and zeros; the inside and the edges of a black area are none."""
    from PIL import ImageChops

    thick = ImageChops.lighter(ink, ImageChops.offset(ink, 0, 1))  # the steps of a thin rule hang together
    raw, width, away = thick.tobytes(), ink.width, round(THICKEST / scale)
    for row, first, last in runs(raw, width, round(PIECE / scale), width):
        beside = [raw[y * width + first : y * width + last] for y in (row - away, row + away) if 0 <= y < ink.height]
        if all(2 * sum(line) < last - first for line in beside):
            yield row * scale, first * scale, last * scale


def runs(dark: bytes, width: int, least: int, most: int) -> Iterator[tuple[int, int, int]]:
    """Row, first column and the one after the last of every run of that many ones in rows of `width` bytes."""
    start = dark.find(b"\x01" * least)
    while start >= 0:
        end = dark.find(b"\x00", start)
        end = end if end >= 0 else len(dark)
        row, left = divmod(start, width)
        if end - start <= most and left + end - start <= width:
            yield row, left, left + end - start
        start = dark.find(b"\x01" * least, end)


def in_rows(lines: Sequence[Line], rules: Rules) -> tuple[Line, ...]:
    """Lines of a page in which each row of a ruled table is one line, its words cell by cell."""
    if len(rules.across) < 2 or len(rules.down) < 3:
        return tuple(lines)
    left = list(lines)
    for top, bottom, columns in _bands(rules):
        inside = [line for line in left if top < _middle(line) < bottom]
        row = _row(inside, columns) if len(inside) > 1 else None
        if row is not None:
            at = left.index(inside[0])
            left = [line for line in left if line not in inside]
            left.insert(at, row)
    return tuple(left)


def _bands(rules: Rules) -> Iterator[tuple[float, float, tuple[float, ...]]]:
    """Top, bottom and column borders (x) of each row of each table."""
    for upper, lower in _neighbours(rules.across):
        beside = sorted(
            x
            for x, top, bottom in rules.down
            if upper[1] - NEAR <= x <= upper[2] + NEAR and top <= upper[0] + NEAR and bottom >= lower[0] - NEAR
        )
        borders = tuple(x for before, x in zip([-NARROW, *beside], beside, strict=False) if x - before >= NARROW)
        if len(borders) >= 3 and lower[0] - upper[0] >= LEAST_HEIGHT:
            yield upper[0], lower[0], borders


def _neighbours(across: Sequence[Rule]) -> Iterator[tuple[Rule, Rule]]:
    """Each rule with the next one below that has the same ends."""
    ends: dict[tuple[int, int], list[Rule]] = defaultdict(list)
    for rule in across:
        key = next((k for k in ends if abs(k[0] - rule[1]) <= NEAR and abs(k[1] - rule[2]) <= NEAR), None)
        ends[key or (round(rule[1]), round(rule[2]))].append(rule)
    for same in ends.values():
        yield from pairwise(sorted(same))


def _middle(line: Line) -> float:
    first = line.words[0].box
    return (first.top + first.bottom) / 2


def _row(lines: Sequence[Line], borders: tuple[float, ...]) -> Line | None:
    """The lines between two rules as one, or None when they are no one row of a table."""
    columns: list[list[list[Word]]] = [[[] for _ in lines] for _ in borders[1:]]
    for number, line in enumerate(lines):
        for word in line.words:
            middle = (word.box.x0 + word.box.x1) / 2
            column = sum(middle > border for border in borders) - 1
            if not 0 <= column < len(columns):
                return None  # beside the table
            columns[column][number].append(word)
    full = sum(all(column[number] for column in columns) for number in range(len(lines)))
    filled = [cell for column in columns if (cell := [word for words in column for word in words])]
    calendar = all(cell[0].text.isdigit() for cell in filled)
    if len(filled) < 2 or full >= UNRULED or len(lines) > MOST_LINES or calendar:
        return None
    return Line(tuple(word for cell in filled for word in cell))
