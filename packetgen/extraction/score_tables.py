"""Scores in tables: instruments as rows, as columns or as the title, with a date or a visit for the other side.

The parts of a score stand in rows or columns of their own beside its total. Parts that do not make the total, and a
column of the most that each can be, are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache

from packetgen.documents.text import PageText
from packetgen.extraction.dates import dates_in
from packetgen.extraction.grid import Cell, Row, Table, is_value, tables_of
from packetgen.extraction.model import Finding, Score
from packetgen.extraction.place import evidence
from packetgen.extraction.vocabulary import Instrument, Part, instruments

NOT_A_SCORE = re.compile(
    r"\b(?:max(?:imum)?|range|possible|normal|goal|target|change|delta|diff\w*|cut-?off|mcid|p(?:ercent)?|ref(?:erence)?"
    r"|units?|dose|mg)\b|%|[Δ∆]",
    re.IGNORECASE,
)
VISIT = re.compile(
    r"\b(?:baseline|today|now|current(?:ly)?|visit|last|prev(?:ious)?|prior|initial|first|pre|post|before|after|on|off"
    r"|w(?:ee)?ks?|mo(?:nths?)?|days?|session|cycle|q\d|t\d|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    r"[a-z]*\b|\d{1,2}/\d{1,2}|#\d|\b20\d\d\b",
    re.IGNORECASE,
)
SITE = re.compile(
    r"axill\w*|under ?arms?|armpits?|palm\w*|hands?|feet|foot|soles?|plantar|face|facial|left|right|both"
    r"|bilateral|[RL]\b",
    re.IGNORECASE,
)
TOTAL = re.compile(r"\b(?:total|sum|score|result|value|points|rating)\b", re.IGNORECASE)
GRADE = re.compile(r"\(?\b(?:grade[ ]?)?(?P<grade>IV|III|II|I)\b", re.IGNORECASE)
ROUNDING = 0.01
LONGEST_VISIT = 24  # characters of a label that names a day or a visit
WRAPPED = r"\s+"  # a name may run over the end of its line
LABELS_KEPT = 1000


@dataclass(slots=True)
class _Group:
    """The total and the parts of one score, from the cells of a column or a row."""

    instrument: Instrument
    parts: dict[str, float] = field(default_factory=dict)
    total: float | None = None
    headed: bool = False
    day: str | None = None
    start: int = 0
    end: int = 0


def find_in_tables(page: PageText) -> list[Finding]:
    """Every score that a table of a page tells."""
    return [finding for table in tables_of(page) for finding in _in_table(page, table)]


def _in_table(page: PageText, table: Table) -> Iterator[Finding]:
    title = _title(table)
    carried: Instrument | None = None
    groups: dict[tuple[object, ...], _Group] = {}
    for number, row in enumerate(table.rows):
        named: Instrument | None = instrument_at(row.name)
        about = instrument_at(row.group) or title
        for index, cell in enumerate(row.cells):
            if not is_value(cell.text):
                named = instrument_at(cell.text) or named  # "HIT-6: 67   MIDAS: 88"
                continue
            value = cell.number
            if any(NOT_A_SCORE.search(head) for head in cell.heads) or value is None:
                continue
            told = _told(row, cell, named, about) or (_told_of_part(row, carried) if carried else None)
            if told is None:
                continue
            instrument, part, by_row = told
            carried = instrument if instrument.parts else carried  # rows of its parts may follow
            days = [day for text in (*cell.heads, row.label.text) for _, _, day in dates_in(text)]
            if not instrument.parts:
                if instrument.low <= value <= instrument.high:
                    grade = GRADE.search(cell.text[len(str(value)) :])
                    score = Score(
                        instrument.instrument,
                        value,
                        _unit(instrument),
                        grade["grade"].upper() if grade else None,
                        next(iter(days), None),
                    )
                    yield _finding(page, score, row.start, cell.end)
                continue
            key = (instrument.instrument, by_row, number if by_row else cell.heads or index)
            group = groups.setdefault(key, _Group(instrument, start=row.start))
            group.headed |= bool(cell.heads)
            group.end, group.day = cell.end, group.day or next(iter(days), None)
            if part:
                group.parts.setdefault(part.name, value)
            elif group.total is None:
                group.total = value
    for group in groups.values():
        yield from _summed(page, group)


def _told(
    row: Row, cell: Cell, named: Instrument | None, title: Instrument | None
) -> tuple[Instrument, Part | None, bool] | None:
    """(instrument, its part or None for the whole, whether a row holds all parts) of a cell."""
    if named:
        return named, _part(named, row.name), False
    over = next((found for head in reversed(cell.heads) if (found := instrument_at(head))), None)
    is_visit = len(row.label.text) <= LONGEST_VISIT and VISIT.search(row.label.text) is not None
    if over and is_visit:
        return over, _part(over, cell.heads[-1]), True
    if title is None:
        return None
    if told := _told_of_part(row, title):
        return told
    if is_visit and cell.heads and (part := _part(title, cell.heads[-1])):
        return title, part, True
    total = TOTAL.search(row.name)
    head = " ".join(cell.heads)
    if total and (not head or VISIT.search(head) or TOTAL.search(head)):
        return title, None, False
    if is_visit and (TOTAL.search(head) or SITE.search(head) or (not head and len(row.values) == 1)):
        return title, None, True
    if not title.parts and SITE.match(row.label.text) and (VISIT.search(head) or TOTAL.search(head)):
        return title, None, False
    return None


def _told_of_part(row: Row, instrument: Instrument) -> tuple[Instrument, Part | None, bool] | None:
    part = _part(instrument, row.name)
    return (instrument, part, False) if part else None


def _summed(page: PageText, group: _Group) -> Iterator[Finding]:
    """The score of a group, with its parts when all are told and make the total."""
    instrument, total = group.instrument, group.total
    parts = tuple((part.name, group.parts[part.name]) for part in instrument.parts if part.name in group.parts)
    highest = not group.headed and all(group.parts.get(part.name) == part.high for part in instrument.parts)
    whole = len(parts) == len(instrument.parts) and all(group.parts[p.name] <= p.high for p in instrument.parts)
    if whole and not highest and (total is None or abs(sum(value for _, value in parts) - total) < ROUNDING):
        yield _finding(page, Score(instrument.instrument, total, parts, None, group.day), group.start, group.end)
    elif total is not None and not highest and instrument.low <= total <= instrument.high:
        yield _finding(page, Score(instrument.instrument, total, (), None, group.day), group.start, group.end)


def _finding(page: PageText, score: Score, start: int, end: int) -> Finding:
    return Finding(score, "present", (evidence(page, start, end, "score_table"),), score.date)


def _title(table: Table) -> Instrument | None:
    """The one instrument that a table is about: the heads over its labels name it, or the nearest line above."""
    heads = " ".join(head for cell in table.rows[0].cells for head in cell.heads)
    for text in (table.corner, *reversed(table.above.split("\n")), heads):
        named = {i.instrument: i for i, pattern in written() if pattern.search(text)}
        if named:
            return next(iter(named.values())) if len(named) == 1 else None
    return None


@lru_cache(maxsize=LABELS_KEPT)
def instrument_at(text: str) -> Instrument | None:
    """The instrument that a label or head begins with."""
    return next((i for i, pattern in written() if pattern.match(text.lstrip(" -•*("))), None)


@cache
def written() -> tuple[tuple[Instrument, re.Pattern[str]], ...]:
    """Each instrument with all the ways to write it."""
    return tuple(
        (
            i,
            re.compile(
                rf"\b(?:{'|'.join(name.replace(' ', WRAPPED) for name in i.names)})(?!\w|-(?!total|score|sev"
                rf"|dis|pain|r[fpr]|ef))",
                re.IGNORECASE,
            ),
        )
        for i in instruments().scores
    )


def _part(instrument: Instrument, text: str) -> Part | None:
    """The part that a label names, after the instrument's own name or a number: "Part I  Torticollis severity"."""
    return next((part for part in instrument.parts if _part_label(part, instrument.names).fullmatch(text)), None)


@cache
def _part_label(part: Part, names: tuple[str, ...]) -> re.Pattern[str]:
    before = rf"[ ]*(?:(?:part[ ]?)?[IVX\d]{{1,3}}[.:)]?[ ]+)?(?:(?:{'|'.join(names)})[ :–-]*)?"
    after = r"(?:[ ]*(?:\(.*|/.*|[:.]+|sub-?(?:total|scale|score).*|scale.*|score.*|total.*))*"
    return re.compile(rf"{before}(?:{part.written}){after}[ ]*", re.IGNORECASE)


def _unit(instrument: Instrument) -> tuple[tuple[str, str], ...]:
    return (("unit", instrument.unit),) if instrument.unit else ()
