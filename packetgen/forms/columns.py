"""Tables of a new form: rows of equal fields under heads that name the columns of a list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from packetgen.documents.model import Box
from packetgen.forms.labels import Printed
from packetgen.forms.labelwords import words_of
from packetgen.forms.vocabulary import match_column
from packetgen.forms.widgets import Widget

SURE = 0.6  # a proposal below goes to a person
HEADER_HEIGHT = 36.0  # points above a table in which its column heads stand
ROW_STEP = 2.4  # of a row's height: rows farther apart are no table


@dataclass(frozen=True, slots=True)
class Proposal:
    """What goes into a field: an expression (empty: nothing is proposed), how sure, and the words that say so."""

    name: str
    expression: str
    confidence: float
    because: str


@dataclass(frozen=True, slots=True)
class TableProposal:
    """A table: the list it shows, and for each column its expression and field names, row by row."""

    over: str
    columns: tuple[tuple[Proposal, tuple[str, ...]], ...]
    rows: int


def tables_of(widgets: Sequence[Widget], pages: Mapping[int, Printed]) -> Iterator[TableProposal]:
    """Rows of equal fields under heads that name the columns of a list."""
    for number, group in groupby(widgets, key=lambda widget: widget.page):
        rows = list(rows_of([widget for widget in group if widget.kind == "text"]))
        start = 0
        while start < len(rows):
            stop = start + 1
            while stop < len(rows) and _follows(rows[stop - 1], rows[stop]):
                stop += 1
            if stop - start > 1 and (table := _table(rows[start:stop], pages[number])):
                yield table
            start = stop


def _follows(above: Sequence[Widget], row: Sequence[Widget]) -> bool:
    """Whether a row is the next of the same table."""
    if len(above) != len(row) or len(row) < 2:
        return False
    step = row[0].box.top - above[0].box.top
    close = step <= ROW_STEP * max(above[0].box.height, 8)
    return close and all(
        abs(a.box.x0 - b.box.x0) < 3 and abs(a.box.x1 - b.box.x1) < 3 for a, b in zip(above, row, strict=True)
    )


def _table(rows: Sequence[Sequence[Widget]], page: Printed) -> TableProposal | None:
    columns = []
    used = set()
    for column in zip(*rows, strict=True):
        texts = _column_texts(column[0], page)
        found, score = match_column(texts)
        names = tuple(widget.name for widget in column)
        because = texts[0][0] if texts else ""
        if found is None or score < SURE or found.value in used or len(set(names)) < len(names):
            continue
        used.add(found.value)
        columns.append((Proposal(names[0], found.value, min(0.95, score), because), names))
    if "row.drug" not in used or len(columns) < 2 or _labelled_between(rows, page):
        return None
    return TableProposal("trials", tuple(columns), len(rows))


def _labelled_between(rows: Sequence[Sequence[Widget]], page: Printed) -> bool:
    """Whether words stand between the rows, or before fields in a row: then each field has a label of its own."""
    for before, field in (pair for row in rows for pair in pairwise(row)):
        gap = Box(before.box.x1 - 1, field.box.top, field.box.x0 + 1, field.box.bottom)
        if any(gap.holds((p.box.x0 + p.box.x1) / 2, (p.box.top + p.box.bottom) / 2) for p in page.phrases):
            return True
    for upper, lower in pairwise(rows):
        top, bottom = upper[0].box.bottom - 1, lower[0].box.top + 1
        for phrase in page.phrases:
            middle = (phrase.box.top + phrase.box.bottom) / 2
            if top <= middle <= bottom and any(_over(phrase.box, widget.box) for widget in lower):
                return True
    return False


def _column_texts(top: Widget, page: Printed) -> list[tuple[str, float]]:
    over = [p for p in page.phrases if 0 <= top.box.top - p.box.bottom + 4 <= HEADER_HEIGHT and _over(p.box, top.box)]
    head = " ".join(phrase.text for phrase in sorted(over, key=lambda p: (p.box.top, p.box.x0)))
    last = max(over, key=lambda p: p.box.top).text if over else ""
    texts = [(head, 0.95), (last, 0.9), (top.tip, 0.9), (spoken(top.name.split(".")[-1]), 0.75)]
    return [(text, trust) for text, trust in texts if words_of(text)]


def _over(label: Box, box: Box) -> bool:
    return min(label.x1, box.x1) - max(label.x0, box.x0) > 0.5 * min(label.width, box.width)


def rows_of(widgets: Sequence[Widget]) -> Iterator[list[Widget]]:
    """Fields that stand side by side, from the top of the page down."""
    ordered = sorted(widgets, key=lambda widget: (widget.box.top, widget.box.x0))
    row: list[Widget] = []
    for widget in ordered:
        if row and abs(widget.box.top - row[-1].box.top) > 4:
            yield row
            row = []
        row.append(widget)
    if row:
        yield row


def spoken(name: str) -> str:
    """A field's name as words."""
    return re.sub(r"[_.\-#]+", " ", name)
