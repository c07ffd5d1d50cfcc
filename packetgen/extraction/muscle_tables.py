"""Units by muscle and side in tables: a column a side, a side of its own, sites times units, a column a date.

Sites that do not make the total beside them are left to a person: a row was not read, or the note does not add up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from packetgen.documents.text import PageText
from packetgen.extraction.grid import Cell, Row, Table, is_value, tables_of
from packetgen.extraction.model import Site
from packetgen.extraction.muscles import SIDES
from packetgen.extraction.vocabulary import muscle_named, muscle_pattern

SIDE = re.compile(
    r"(?<![\w/'’])(?P<side>left|right|midline|bilateral|bilat|both|b/l|lt|rt|od|os|ou|l|r|b)(?![\w/'’])\.?",
    re.IGNORECASE,
)
BEFORE = re.compile(
    r"[\W\d]*(?:[A-Z]\d?[ ]+)?(?:(?:left|right|bilateral|b/l|lt|rt|od|os|l|r)\b\.?[ ]*)?[\W\d]*", re.IGNORECASE
)
NOT_UNITS = re.compile(
    r"\b(?:sites?|inj(?:ections?)?|points|passes|depth|dil\w*|vol\w*|mL|cc|per site|units?/site|u/site|emg"
    r"|activity|goal|vials?)\b"
    r"|#|\?$",
    re.IGNORECASE,
)
UNITS = re.compile(r"\b(?:units?|u|dose|amount|given|injected)\b", re.IGNORECASE)
ALL = re.compile(r"\b(?:total|both|sum|all)\b", re.IGNORECASE)
NUMBER = re.compile(
    r"(?:(?P<side>left|right|[rl])[ :]{1,2})?(?P<n>\d{1,4}(?:\.\d{1,2})?)(?![\d/])(?P<unit>[ ]?(?:units?|u)\b)?",
    re.IGNORECASE,
)
TIMES = re.compile(r"(?P<sites>\d{1,2})[ ]?x[ ]?(?P<units>\d{1,3}(?:\.\d)?)", re.IGNORECASE)
TOTAL = re.compile(r"\W*(?:grand |sub-?)?(?:total|sum|units total|total units|dose|units)\b", re.IGNORECASE)
SUM_LINE = re.compile(
    r"\b(?:total|sum|making|in all|altogether)\b[^\n]*|^\W*\d{2,4}(?:\.\d)? ?(?:U|units?)\b[^\n]*"
    r"|(?<=sum)[^\n]*=[ ]?\d{2,4}[^\n]*",
    re.IGNORECASE | re.MULTILINE,
)
GRADED = re.compile(r"\b(?:ashworth|MAS|tardieu|strength|MRC)\b", re.IGNORECASE)
ONE_SIDE = re.compile(
    r"\b(?P<a>left|right) side\b|\b(?:all|only|entirely)(?: on)?(?: the)? (?P<b>left|right)\b", re.IGNORECASE
)
MIDLINE = ("procerus",)
SUM_WITHIN = 260  # characters after the last row
AFTER_TOTAL = 40  # characters after the total that may name its side
LEAST_ROWS = 2

When = str  # the heads that are a date, or "" of a table with one session


@dataclass(frozen=True, slots=True)
class Session:
    """The sites of one session at text[start:end]. when: the date over its column, ISO; stated: sums that are told."""

    sites: tuple[Site, ...]
    start: int
    end: int
    when: str | None
    stated: tuple[float, ...]

    @property
    def total(self) -> float:
        """Sum of the units."""
        return sum(site.units or 0 for site in self.sites)

    @property
    def adds_up(self) -> bool:
        """Whether no sum is told, or one that the sites make."""
        return not self.stated or any(abs(total - self.total) < 0.01 for total in self.stated)


def sessions(page: PageText) -> Iterator[Session]:
    """The sessions that tables of a page tell muscle by muscle."""
    for table in tables_of(page):
        rows = [(row, sites) for row in table.rows if (sites := _sites(row)) is not None]
        if len(rows) < LEAST_ROWS or (GRADED.search(_about(table)) and not _of_units(table)):
            continue
        start, end = rows[0][0].start, rows[-1][0].end
        for when in dict.fromkeys(when for _, sites in rows for when, _ in sites):
            found = tuple(site for _, told in rows for day, site in told if day == when and site.units)
            stated, last = _stated(page, table, when, end)
            if found:
                yield Session(_one_sided(page, table, found, end, last), start, last, when or None, stated)


def _about(table: Table) -> str:
    """What the heads and the line above say a table is about, its first rows' groups too."""
    heads = (head for cell in table.rows[0].cells for head in cell.heads)
    return " ".join((table.corner, table.above.rsplit("\n", 1)[-1], table.rows[0].group, *heads))


def _of_units(table: Table) -> bool:
    """Whether a head says that the numbers below are units, whatever table stands above this one."""
    return any(UNITS.fullmatch(head) for cell in table.rows[0].cells for head in cell.heads)


def _one_sided(page: PageText, table: Table, sites: tuple[Site, ...], end: int, last: int) -> tuple[Site, ...]:
    """Sites without a side get the one that the lines around the table name."""
    if any(site.side in ("left", "right") for site in sites):
        return sites
    near = table.above.rsplit("\n", 1)[-1], page.text[end : last + AFTER_TOTAL]
    match = next((found for text in near if (found := ONE_SIDE.search(text))), None)
    side = (match["a"] or match["b"]).lower() if match else None
    return tuple(Site(site.muscle, side or site.side, site.units) for site in sites)


def _stated(page: PageText, table: Table, when: When, end: int) -> tuple[tuple[float, ...], int]:
    """The sums that the table's total row or the line below tells, and where they end."""
    totals = [row for row in table.rows if TOTAL.match(row.name) and row.start >= end - 1]
    if when:
        told = [c for row in totals for c in row.values if _day(c) == when]
        return tuple(float(m["n"]) for c in told if (m := NUMBER.match(c.text))), max(
            (c.end for c in told), default=end
        )
    line = SUM_LINE.search(page.text, end, end + SUM_WITHIN)
    if line is None:
        return (), end
    stop = line.end()
    numbers = [
        float(n.replace(",", ""))
        for n in re.findall(r"(?<![\d.])\d{1,4}(?:,\d{3})?(?:\.\d)?(?![\d.]*\d)", line.group(0))
    ]
    sides = [sum(numbers[:2])] if len(numbers) > 1 else []
    return (*numbers, *sides), stop


def _day(cell: Cell) -> When:
    return cell.day if cell.day and len(cell.day) == len("2025-01-01") else ""


def _sites(row: Row) -> list[tuple[When, Site]] | None:
    """What a row says of its muscle, or of each of several; None when it names none, or not first."""
    pieces = [row.label, *row.cells]
    if is_value(row.label.text):
        return None
    starts = [i for i, piece in enumerate(pieces) if not is_value(piece.text) and _named(piece.text)]
    if not starts or (starts[0] > 0 and not all(len(p.text) <= 2 for p in pieces[: starts[0]])):
        return None
    found: list[tuple[When, Site]] = []
    for start, stop in pairwise([*starts, len(pieces)]):
        found += _of_muscle(pieces[start].text, pieces[start + 1 : stop], row.group)
    return found


def _named(text: str) -> re.Match[str] | None:
    """The muscle that a cell begins with, after a number, a letter or a side."""
    match = muscle_pattern().search(text)
    return match if match and BEFORE.fullmatch(text[: match.start()]) else None


def _of_muscle(text: str, cells: list[Cell], group: str) -> Iterator[tuple[When, Site]]:
    name = _named(text)
    assert name is not None  # noqa: S101 - for the type checker
    muscle = muscle_named(name.group(0))
    words = [cell for cell in cells if not is_value(cell.text)]
    said = (
        f"{text[: name.start()]} {text[name.end() :]} {' '.join(cell.text for cell in words if len(cell.text) <= 12)}"
    )
    own = _side(said) or (_side(group) if len(group) <= 16 else None) or ("midline" if muscle in MIDLINE else None)
    numbers = [cell for cell in cells if is_value(cell.text) and re.search(r"\d", cell.text)]
    by_side = [c for c in numbers if _side_of(c) and not _is_other(c)]
    if by_side and own not in ("midline",):
        for cell in by_side:
            yield from _told(cell, muscle, _side_of(cell))
        return
    days = [cell for cell in numbers if _day(cell)]
    for cell in days or _units_of(numbers):
        if own == "bilateral" and any(re.search(r"each|per side", word.text, re.IGNORECASE) for word in words):
            yield from (told for side in ("left", "right") for told in _told(cell, muscle, side))
        else:
            yield from _told(cell, muscle, own)


def _told(cell: Cell, muscle: str, side: str | None) -> Iterator[tuple[When, Site]]:
    if times := TIMES.match(cell.text):
        yield _day(cell), Site(muscle, side, float(times["sites"]) * float(times["units"]))
    elif number := NUMBER.match(cell.text):
        yield _day(cell), Site(muscle, side, float(number["n"]))


def _units_of(numbers: list[Cell]) -> list[Cell]:
    """The one cell of a row that is the muscle's units: by its own unit, its head, or alone in its row."""
    own = [c for c in numbers if re.search(r"\d[ ]?(?:units?|u)\b", c.text, re.IGNORECASE)]
    headed = [c for c in numbers if c.heads and UNITS.search(c.heads[-1]) and not _is_other(c)]
    total = [c for c in headed if ALL.search(" ".join(c.heads))]
    whole = [c for c in numbers if c.heads and ALL.search(" ".join(c.heads)) and not _is_other(c)]
    rest = [c for c in numbers if not _is_other(c)]
    return (own or total or headed or whole or (rest if len(rest) == 1 else [c for c in rest if TIMES.match(c.text)]))[
        :1
    ]


def _is_other(cell: Cell) -> bool:
    """Whether a cell counts sites, or anything but the units of its muscle."""
    last = cell.heads[-1] if cell.heads else ""
    return (
        NOT_UNITS.search(last) is not None
        or re.search(r"\d[ ]?(?:sites?|inj\w*|ml|cc)\b", cell.text, re.IGNORECASE) is not None
    )


def _side_of(cell: Cell) -> str | None:
    """The side over a cell or in it; a head of both sides has none."""
    number = NUMBER.match(cell.text)
    if number and number["side"]:
        return SIDES[number["side"].lower()]
    side = _side(" ".join(cell.heads))
    return None if side == "bilateral" else side


def _side(text: str) -> str | None:
    found = {SIDES[match["side"].lower()] for match in SIDE.finditer(text)}
    return found.pop() if len(found) == 1 else None
