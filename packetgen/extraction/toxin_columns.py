"""Flow sheets of toxin treatments: a row a muscle, a column a date."""

from __future__ import annotations

import re
from collections.abc import Iterator

from packetgen.documents.text import PageText
from packetgen.extraction.dates import dates_in
from packetgen.extraction.doses import PRODUCT, PRODUCTS
from packetgen.extraction.model import Finding, Site, Toxin
from packetgen.extraction.muscles import SIDE, SIDES
from packetgen.extraction.place import evidence, lines_of
from packetgen.extraction.vocabulary import muscle_named, muscle_pattern

LEAST_COLUMNS = 2
ROWS_WITHIN = 24  # lines of a sheet below its dates
TOTAL = re.compile(r"^\W*(?:total|sum)\b", re.IGNORECASE)
CELL = re.compile(r"(?<![\w.])\d{1,4}(?:\.\d)?(?![\w.%])")
AHEAD = re.compile(r"\b(?:plan\w*|next|due|propos\w+|sched\w*|request\w*)\b", re.IGNORECASE)
OFF = 5  # characters that a cell may begin left or right of its column's date

Columns = list[tuple[int, str]]


def flow_sheets(page: PageText) -> Iterator[Finding]:
    """One treatment a column, where a row names its product and its muscles add up to the sheet's total."""
    lines = list(lines_of(page.text))
    for index, (line, offset) in enumerate(lines):
        columns = [(start, day) for start, _, day in dates_in(line) if len(day) == 10]
        if len(columns) >= LEAST_COLUMNS:
            heads = [above for above, _ in lines[max(0, index - 1) : index + 1]]
            yield from _sheet(page, columns, heads, offset, lines[index + 1 : index + 1 + ROWS_WITHIN])


def _sheet(
    page: PageText, columns: Columns, heads: list[str], start: int, rows: list[tuple[str, int]]
) -> Iterator[Finding]:
    ahead = {day for line in (*heads, *(line for line, _ in rows)) for day in _said_over(AHEAD, line, columns)}
    products: dict[str, str] = {}
    totals: dict[str, float] = {}
    sites: dict[str, list[Site]] = {day: [] for _, day in columns}
    end = start
    for line, offset in rows:
        if len(dates_in(line)) >= LEAST_COLUMNS:
            break  # the next sheet
        products |= {day: PRODUCTS[m["product"].lower()] for day, m in _by_column(PRODUCT, line, columns)}
        name = muscle_pattern().search(line)
        numbers = [(day, float(m.group(0))) for day, m in _by_column(CELL, line, columns)]
        if TOTAL.match(line) and numbers:
            totals, end = dict(numbers), offset + len(line)
            break
        if name and name.end() <= columns[0][0]:
            side = SIDE.search(line[: name.start()]) or SIDE.search(line[name.end() : columns[0][0]])
            for day, units in numbers:
                site = Site(muscle_named(name.group(0)), SIDES[side["side"].lower()] if side else None, units)
                sites[day].append(site)
    for day, total in totals.items():
        told = tuple(sites[day])
        if day in products and told and sum(site.units or 0 for site in told) == total:
            place = evidence(page, start, end, "toxin_flow_sheet")
            if day in ahead:
                yield Finding(Toxin(products[day], "planned", total, None, None, told), "planned", (place,), None)
            else:
                yield Finding(Toxin(products[day], "given", total, day, None, told), "present", (place,), day)


def _said_over(pattern: re.Pattern[str], line: str, columns: Columns) -> Iterator[str]:
    """The columns that words stand in or beside, not those of the row's own name."""
    for match in pattern.finditer(line):
        if match.start() >= columns[0][0] - OFF:
            yield min(columns, key=lambda column: abs(column[0] - match.start()))[1]


def _by_column(pattern: re.Pattern[str], line: str, columns: Columns) -> Iterator[tuple[str, re.Match[str]]]:
    """What a line has below each date."""
    for match in pattern.finditer(line):
        at, day = min(columns, key=lambda column: abs(column[0] - match.start()))
        if abs(at - match.start()) <= OFF:
            yield day, match
