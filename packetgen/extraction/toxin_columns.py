"""Toxin treatments in flow sheets, a column a date, and in ledgers, a row a date."""

from __future__ import annotations

import re
from collections.abc import Iterator

from packetgen.documents.text import PageText
from packetgen.extraction.dates import DATE, iso
from packetgen.extraction.doses import COSMETIC, PRODUCT, PRODUCTS, Status
from packetgen.extraction.grid import Cell, Row, Table, is_value, tables_of
from packetgen.extraction.model import Finding, Site, Toxin
from packetgen.extraction.muscle_tables import Session, sessions
from packetgen.extraction.place import evidence

LEAST_COLUMNS = 2
SUM_ROW = re.compile(r"\W*(?:total|sum|units?|dose)\b", re.IGNORECASE)
UNITS_ROW = re.compile(
    r"\W*(?:[\w-]+[ ])?(?:total[ ])?(?:units|dose)\b(?! ?(?:discard|waste|left|per))|\W*total \(U\)", re.IGNORECASE
)
UNITS_HEAD = re.compile(r"\b(?:units?|dose|total|amount)\b|\(U\)", re.IGNORECASE)
WITH_UNITS = re.compile(r"(?P<n>\d{1,2},\d{3}|\d{1,4}(?:\.\d)?)[ ]?(?:units?|u)\b", re.IGNORECASE)
AHEAD = re.compile(r"\b(?:plan\w*|next|due|propos\w+|sched\w*|request\w*)\b", re.IGNORECASE)


def flow_sheets(page: PageText, only: str | None = None) -> Iterator[Finding]:
    """One treatment a column, where its product is named and its muscles, if any, make its total."""
    told = [session for session in sessions(page) if session.when]
    for table in tables_of(page):
        columns = _columns(table)
        if len(columns) >= LEAST_COLUMNS:
            mine = [s for s in told if table.start <= s.start <= table.end]
            yield from _sheet(page, table, columns, mine, only)


def _columns(table: Table) -> dict[str, list[str]]:
    """What stands over each dated column, by its date."""
    columns: dict[str, list[str]] = {}
    for row in table.rows:
        for cell in row.cells:
            if day := _day_over(cell):
                columns.setdefault(day, []).extend(head for head in cell.heads if head not in columns.get(day, ()))
    return columns


def _day_over(cell: Cell) -> str | None:
    return cell.day if cell.day and len(cell.day) == len("2025-01-01") else None


def _sheet(
    page: PageText, table: Table, columns: dict[str, list[str]], told: list[Session], only: str | None
) -> Iterator[Finding]:
    totals: dict[str, Cell] = {}
    over = {day: " ".join(heads) for day, heads in columns.items()}
    for row in table.rows:
        for cell in row.cells:
            day = _day_over(cell)
            if day and not is_value(cell.text):
                over[day] += f" {cell.text}"
            elif (
                day
                and (UNITS_ROW if not told else SUM_ROW).match(row.label.text)
                and cell.number is not None
                and day not in totals
            ):
                totals[day] = cell
                over[day] += f" {row.label.text}"
    general = _product(f"{table.corner} {table.above}") or only
    for day, cell in totals.items():
        product = _product(over[day]) or general
        units = cell.number
        mine = [session for session in told if session.when == day]
        sites = mine[0].sites if mine else ()
        if product and units and (not mine or abs(mine[0].total - units) < 0.01):
            ahead = AHEAD.search(over[day]) is not None
            yield _finding(
                page, product, units, sites, None if ahead else day, table.start, max(cell.end, table.start + 1)
            )


def _product(text: str) -> str | None:
    names = {PRODUCTS[match["product"].lower()] for match in PRODUCT.finditer(text)}
    return names.pop() if len(names) == 1 else None


def _finding(
    page: PageText, product: str, units: float, sites: tuple[Site, ...], day: str | None, start: int, end: int
) -> Finding:
    place = evidence(page, start, end, "toxin_flow_sheet")
    status: Status = "given" if day else "planned"
    return Finding(Toxin(product, status, units, day, None, sites), "present" if day else "planned", (place,), day)


def ledgers(page: PageText, only: str | None) -> Iterator[Finding]:
    """Rows that begin with a date and tell the product and its units, under heads or with its unit."""
    for table in tables_of(page):
        general = _product(f"{table.corner} {table.above.rsplit(chr(10), 1)[-1]}") or only
        for row in table.rows:
            written = DATE.match(row.label.text)
            day = iso(written) if written else None
            said = " ".join([row.label.text, *(cell.text for cell in row.cells)])
            units = _units(row)
            product = _product(said) or (general if not PRODUCT.search(said) else None)
            if day and product and units and not AHEAD.search(said) and not COSMETIC.search(said):
                yield _finding(page, product, units, (), day, row.start, row.end)


def _units(row: Row) -> float | None:
    """The number of a row that is its units: under a head that says so, or with its unit."""
    headed = [cell for cell in row.values if cell.heads and UNITS_HEAD.search(cell.heads[-1])]
    written = [match for cell in row.cells if (match := WITH_UNITS.fullmatch(cell.text))]
    if len(headed) == 1 and headed[0].number is not None:
        return headed[0].number
    return float(written[0]["n"].replace(",", "")) if len(written) == 1 else None
