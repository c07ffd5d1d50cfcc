"""Tables as a page's text has them: rows of cells, and what stands above and before each cell.

Columns are kept apart by spaces, bars or rows of dots. A cell belongs to the head that it stands under; a head over
several columns belongs to each. What the words mean is for the rules that read a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import takewhile

from packetgen.documents.text import PageText
from packetgen.extraction.dates import DATE, dates_in
from packetgen.extraction.place import lines_of

PAGES_KEPT = 4  # the page in hand, as it stands and with its numerals as digits
GAP = re.compile(r"[ ]{2,}|[ ]*\|[ ]*|[ ]*\.{3,}[ ]*|[ ]*_{3,}[ ]*|\t+")  # what keeps cells apart
BRACKETED = re.compile(r"\[[ ]*(\d{1,4}(?:\.\d{1,2})?\+?)[ ]*\]")  # a value typed into a template
NUMBER = re.compile(r"[<>~≈≥≤]?[ ]?(?P<n>\d{1,2},\d{3}|\d{1,4}(?:\.\d{1,2})?)")
NOTHING = ("-", "--", "–", "—", "?")  # an empty cell
RULE = re.compile(r"[\W_]*")
ONE_NUMBER = r"[<>~≈≥≤]?[ ]?\d{1,4}(?:\.\d{1,2})?\+?"
_UNIT = r"units?|u|ml|cc|mg|%|pts?|points|d|days?|sites?|inj(?:ections?)?"
VALUE = re.compile(
    rf"(?:(?:left|right|[rl])[ :]{{1,2}})?{ONE_NUMBER}(?:(?:[ ]?[/x][ ]?{ONE_NUMBER}){{1,2}}|(?:,[ ]?{ONE_NUMBER})+)?"
    rf"[ ]?(?:{_UNIT})?(?:[ ]?\([^)]{{0,14}}\))?[*†]?|n/?a",
    re.IGNORECASE,
)
# "Severity: 19/35", "Elbow flexors 3": a label and its value in one piece
LABELLED = re.compile(
    rf"(?P<label>[A-Za-z][^:=\d]{{1,40}}?(?:\([^)]*\))?)[ ]*(?:[:=][ ]*"
    rf"|[ ])(?P<value>{ONE_NUMBER}(?:[ ]?/[ ]?{ONE_NUMBER})?)"
)
YEAR = re.compile(r"(?:19|20)\d\d(?:[./-]\d|\b(?![ ]?[a-z]))", re.IGNORECASE)  # "2025", "2023.05": a head
SIDES = re.compile(r"\b(?P<one>left|right|[rl])[ ]?(?:/|&|,)[ ]?(?P<other>left|right|[rl])\b", re.IGNORECASE)
PAIR = re.compile(
    rf"(?P<one>{ONE_NUMBER}|-)[ ]?[/,][ ]?(?P<other>{ONE_NUMBER}|-)(?P<unit>[ ]?(?:units?|u))?", re.IGNORECASE
)
NUMBERED = re.compile(r"(?:day|date|visit|week|wk|month|#)s?\W*", re.IGNORECASE)
HEAD_WORD = re.compile(
    r"\W*(?:left|right|[rl]|lt|rt|od|os|both|midline|units?|u|sites?|dose|total|side|score)\b[^a-z]*(?:units?|u)?\W*$",
    re.IGNORECASE,
)
CORNER = 3  # characters right of the rows' labels at which a head still stands over the labels
NEAR, NEAR_ABOVE = 6, 14  # characters between a cell and its head, and a head over several columns
MOST_HEADS = 3
LEAST_HEADS = 2
MOST_SINGLE = 2  # lines of one piece within a table: a group of rows, the second line of a cell
ABOVE = 3  # lines above a table that may name it


@dataclass(frozen=True, slots=True)
class Cell:
    """text[start:end] of the page, stripped; `at` is its column on the line. heads: what stands over it, top first."""

    text: str
    start: int
    end: int
    at: int
    heads: tuple[str, ...] = ()

    @property
    def day(self) -> str | None:
        """The date over it, ISO, the nearest when heads above another hold dates too."""
        return next((day for head in reversed(self.heads) for _, _, day in dates_in(head)), None)

    @property
    def number(self) -> float | None:
        """The number that it begins with; None where it begins with none."""
        match = NUMBER.match(self.text)
        return float(match["n"].replace(",", "")) if match else None

    @property
    def width(self) -> int:
        """Characters that it takes."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its label, its cells, and the line of one piece ("Right") that it stands below."""

    label: Cell
    cells: tuple[Cell, ...]
    group: str = ""

    @property
    def name(self) -> str:
        """Its label with the words that stand before its first value."""
        words = [cell.text for cell in takewhile(lambda cell: not is_value(cell.text), self.cells)]
        return " ".join([self.label.text, *words])

    @property
    def values(self) -> tuple[Cell, ...]:
        """Its cells that are values."""
        return tuple(cell for cell in self.cells if is_value(cell.text))

    @property
    def start(self) -> int:
        """Offset of its first character."""
        return self.label.start

    @property
    def end(self) -> int:
        """Offset after its last character."""
        return self.cells[-1].end if self.cells else self.label.end


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under the same heads. corner: what the heads say over the labels; above: the lines before them."""

    rows: tuple[Row, ...]
    corner: str
    above: str

    @property
    def start(self) -> int:
        """Offset of its first row."""
        return self.rows[0].start

    @property
    def end(self) -> int:
        """Offset after its last row."""
        return self.rows[-1].end


@lru_cache(maxsize=PAGES_KEPT)
def tables_of(page: PageText) -> tuple[Table, ...]:
    """The tables of a page in order; read once for all the rules that ask."""
    return tuple(read_tables(page.text))


def read_tables(text: str) -> Iterator[Table]:
    """The tables of a text."""
    heads: list[list[Cell]] = []
    rows: list[list[Cell]] = []
    groups: list[str] = []
    above: list[str] = []
    top: list[str] = []
    group, single, blank, ruled = "", 0, 0, False
    for line, offset in lines_of(text):
        cells = _cells(line, offset)
        if not cells:
            blank += 1 if not line.strip() else 0
            ruled = ruled or bool(line.strip())
            if rows and blank > 1:
                yield _table(heads, rows, groups, top)
                heads, rows, groups, group = [], [], [], ""
            continue
        if len(cells) == 1:
            single, group = single + 1, cells[0].text
            if rows and (single > MOST_SINGLE or blank):
                yield _table(heads, rows, groups, top)
                heads, rows, groups = [], [], []
            above = [*above, group][-ABOVE:]
            blank = 0
            continue
        if _is_head(cells):
            if rows and (blank or single or cells[0].at > rows[-1][0].at + CORNER or not _fits(cells, heads)):
                yield _table(heads, rows, groups, top)
                heads, rows, groups = [], [], []
            if rows:
                rows.append(cells)
                groups.append(group)
            else:
                heads = [cells] if blank or single or ruled else [*heads, cells][-MOST_HEADS:]
                group = ""
        else:
            heads = heads if rows or single <= MOST_SINGLE else []  # prose stands between them and the rows
            top = top if rows else above
            rows.append(cells)
            groups.append(group)
        single, blank, ruled = 0, 0, False
    if rows:
        yield _table(heads, rows, groups, top)


def _cells(line: str, offset: int) -> list[Cell]:
    """The pieces of a line that say something."""
    if not line.strip():
        return []
    cells = []
    for start, piece in _pieces(line):
        plain = piece.strip('_"* ')
        if not plain or (RULE.fullmatch(plain) and plain not in NOTHING):
            continue
        at = start + piece.index(plain)
        shown = plain.strip("-=– ") or plain if len(plain) > 2 else plain
        shown = BRACKETED.sub(r"\1", shown)
        cells.append(Cell(shown, offset + at, offset + at + len(plain), at))
    if len(cells) == 1 and (match := LABELLED.fullmatch(cells[0].text)):
        cell = cells[0]
        label, value = match["label"].strip(), match.start("value")
        return [
            Cell(label, cell.start, cell.start + len(label), cell.at),
            Cell(match["value"], cell.start + value, cell.end, cell.at + value),
        ]
    return cells


def _pieces(line: str) -> Iterator[tuple[int, str]]:
    """(offset in the line, text) of what stands between its gaps."""
    start = 0
    for gap in GAP.finditer(line):
        yield start, line[start : gap.start()]
        start = gap.end()
    yield start, line[start:]


def is_value(text: str) -> bool:
    """Whether a cell's text is a number, a pair or list of numbers, or nothing."""
    return text in NOTHING or (VALUE.fullmatch(text) is not None and not DATE.fullmatch(text) and not YEAR.match(text))


def _is_head(cells: list[Cell]) -> bool:
    """Whether none of the cells after a line's first is a value; numbers of days or visits are heads."""
    if NUMBERED.fullmatch(cells[0].text) and all(cell.text.isdigit() for cell in cells[1:]):
        return True
    return not any(is_value(cell.text) for cell in cells[1:])


def _fits(cells: list[Cell], heads: list[list[Cell]]) -> bool:
    """Whether a line of words is a row of a table: it has a label, and its words stand under the heads."""
    if all(HEAD_WORD.match(cell.text) for cell in cells[1:]):
        return False
    return bool(heads) and all(_nearest(cell, heads[-1], NEAR) for cell in cells[1:])


def _table(heads: list[list[Cell]], rows: list[list[Cell]], groups: list[str], above: list[str]) -> Table:
    left = min(row[0].at for row in rows)
    corners, over = [], []
    for line in heads:
        is_corner = line[0].at <= left + CORNER and len(line) > 1
        corners.append(line[0].text if is_corner else "")
        over.append(line[1:] if is_corner else line)
    made = []
    for row, group in zip(rows, groups, strict=True):
        cells = [part for cell in _headed(row[1:], over) for part in _sided(cell)]
        made.append(Row(row[0], tuple(cells), group))
    return Table(tuple(made), " ".join(filter(None, corners)), "\n".join(above))


def _headed(cells: list[Cell], heads: list[list[Cell]]) -> list[Cell]:
    """The cells with what stands over each. As many cells as heads stand in their order, wherever OCR put them."""
    found = []
    for index, cell in enumerate(cells):
        over = []
        for line in heads:
            head = line[0] if len(line) == 1 else _nearest(cell, line, NEAR if line is heads[-1] else NEAR_ABOVE)
            if line is heads[-1] and len(line) == len(cells) and len(line) >= LEAST_HEADS:
                head = line[index]
            if head:
                over.append(head.text)
        found.append(replace(cell, heads=tuple(over)))
    return found


def _nearest(cell: Cell, heads: list[Cell], within: int) -> Cell | None:
    def distance(head: Cell) -> tuple[int, float]:
        gap = max(0, head.at - cell.at - cell.width, cell.at - head.at - head.width)
        return gap, abs(head.at + head.width / 2 - cell.at - cell.width / 2)

    best = min(heads, key=distance, default=None)
    return best if best and distance(best)[0] <= within else None


def _sided(cell: Cell) -> list[Cell]:
    """ "3 / 2" under "R / L" as two cells, each under its own side."""
    sides = next((match for head in reversed(cell.heads) if (match := SIDES.search(head))), None)
    pair = PAIR.fullmatch(cell.text) if sides else None
    if sides is None:
        return [cell]
    if pair is None:
        return [replace(cell, heads=tuple(head.replace(sides.group(0), "") for head in cell.heads))]
    return [
        replace(
            cell,
            text=pair[which] + (pair["unit"] or ""),
            heads=tuple(head.replace(sides.group(0), sides[which]) for head in cell.heads),
        )
        for which in ("one", "other")
    ]
