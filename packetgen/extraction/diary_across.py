"""Diaries whose days are columns: a week's or month's days over rows of headache, migraine, hours and medicine.

A row may also be a month, with a sign for each of its days.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from packetgen.documents.text import PageText
from packetgen.extraction.dates import DATE, MONTHS, iso
from packetgen.extraction.diary_calendar import Sign, legend, meant, read_signs
from packetgen.extraction.diary_days import WEEKDAYS, Told, a_date, begins, is_heading
from packetgen.extraction.diary_entry import Cells, Entry
from packetgen.extraction.place import lines_of

LEAST_DAYS = 5
PIECE = re.compile(r"(?<!\d)\d|[MTWFSmtwfs][a-z]{2}|[A-Z]{3}")  # a number or weekday: a quick look
LEAST_ROWS = 2
LEAST_MONTH = 28  # columns of days, where each row is a month
ROWS = (
    ("", r"prevent|prophyla|daily med|trigger|sleep|mood|stress|period|menstr|weather|note|comment|aura|nausea|vomit"),
    ("acute", r"acute|rescue|medic|\bmeds?\b|took|taken|pill|tablet|treat|abortive|triptan|relief"),
    ("hours", r"hours|\bhrs?\b|duration|how long|lasted|length"),
    ("migraine", r"migraine"),
    ("headache", r"headache|\bHA\b|type|kind"),
    ("pain", r"pain|sever|intens|level|0 ?- ?10|worst"),
)
TOKEN = re.compile(r"[^\s|]+")
MONTH_ROW = re.compile(
    rf"^[ |]*(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\b\.?(?:[ ]+(?P<year>20\d\d))?", re.IGNORECASE
)
WEEKDAY = re.compile(rf"\b(?:{'|'.join(WEEKDAYS)})[a-z]*\b", re.IGNORECASE)
SHORT = re.compile(r"(?<![\d/])\d{1,2}[/-]\d{1,2}(?![\d/])")
NUMBER = re.compile(r"(?<![\w/.:])\d{1,2}(?![\w/.:])")
PAGE_YEAR = re.compile(r"\b(20\d\d)\b")


_Rows = dict[
    str, tuple[int, int, dict[date, str]]
]  # of what: start and end on the page, and what stands under each day


@dataclass(frozen=True, slots=True)
class _Column:
    """A day's column: its middle, in characters, and its date; month rows know only its number."""

    middle: float
    day: date | None
    number: int


def across(page: PageText, known_of: Told) -> Iterator[Entry]:
    """An entry for each day of which a row says something; none when the page has no such table."""
    columns: list[_Column] = []
    codes = legend(page.text)
    table: _Rows = {}
    for line, offset in lines_of(page.text):
        heading = is_heading(line, known_of)
        if found := _columns(line, known_of):
            yield from _entries(page, table, codes)
            table, columns = {}, found
        elif not columns or heading:
            continue
        elif (month := MONTH_ROW.match(line)) and len(columns) >= LEAST_MONTH:
            yield from _month_row(page, line, offset, month, columns, codes)
        elif name := _name(line[: _left(columns)]):
            table.setdefault(name, (offset, offset + len(line.rstrip()), _cells(line, columns)))
    yield from _entries(page, table, codes)


def _left(columns: list[_Column]) -> int:
    """Where the first column begins."""
    return max(0, int(columns[0].middle - _width(columns) / 2))


def _width(columns: list[_Column]) -> float:
    return (columns[-1].middle - columns[0].middle) / (len(columns) - 1)


def _columns(line: str, known_of: Told) -> list[_Column]:
    """The days that a line names one after the other, as dates, numbers of the month or weekdays of the week."""
    if len(PIECE.findall(line)) < LEAST_DAYS:
        return []
    dates = [(m, day) for m in DATE.finditer(line) if (day := iso(m)) and len(day) == 10]
    written = [(m.start(), m.end(), date.fromisoformat(day)) for m, day in dates]
    if len(written) < LEAST_DAYS:
        written = _read(line, SHORT, known_of)
    if len(written) < LEAST_DAYS:
        return _numbers(line, known_of) or _weekdays(line, known_of)
    if any((after[2] - before[2]).days != 1 for before, after in pairwise(written)):
        return []
    return [_Column((start + end) / 2, day, day.day) for start, end, day in written]


def _read(line: str, pattern: re.Pattern[str], known_of: Told) -> list[tuple[int, int, date]]:
    found = []
    for match in pattern.finditer(line):
        read = begins(match.group(0), 0, known_of)
        if read is None:
            return []
        found.append((match.start(), match.end(), read[1][0]))
    return found


def _numbers(line: str, known_of: Told) -> list[_Column]:
    numbers = list(NUMBER.finditer(line))
    while numbers and len(numbers) > 1 and int(numbers[1].group(0)) != int(numbers[0].group(0)) + 1:
        numbers.pop(0)
    steps = {int(after.group(0)) - int(before.group(0)) for before, after in pairwise(numbers)}
    if len(numbers) < LEAST_DAYS + 2 or steps != {1} or int(numbers[-1].group(0)) > 31:
        return []
    return [
        _Column(
            (m.start() + m.end()) / 2, a_date(known_of.year or 0, known_of.month or 0, int(m.group(0))), int(m.group(0))
        )
        for m in numbers
    ]


def _weekdays(line: str, known_of: Told) -> list[_Column]:
    named = list(WEEKDAY.finditer(line))
    if len(named) < len(WEEKDAYS) or known_of.week is None:
        return []
    first = WEEKDAYS.index(named[0].group(0)[:3].lower())
    start = known_of.week - timedelta((known_of.week.weekday() - first) % 7)
    return [
        _Column((m.start() + m.end()) / 2, start + timedelta(n), (start + timedelta(n)).day)
        for n, m in enumerate(named[: len(WEEKDAYS)])
    ]


def _name(label: str) -> str:
    """What a row is of, by its label; "" for what a diary does not count."""
    return next((name for name, words in ROWS if re.search(words, label, re.IGNORECASE)), "")


def _cells(line: str, columns: list[_Column]) -> dict[date, str]:
    found: dict[date, list[str]] = defaultdict(list)
    for column, text in _tokens(line, columns):
        if column.day:
            found[column.day].append(text)
    return {day: " ".join(said) for day, said in found.items()}


def _tokens(line: str, columns: list[_Column]) -> Iterator[tuple[_Column, str]]:
    """Each piece of a line with the column that it stands under."""
    left = _left(columns)
    for token in TOKEN.finditer(line):
        if token.start() >= left:
            middle = (token.start() + token.end()) / 2
            yield min(columns, key=lambda column: abs(column.middle - middle)), token.group(0)


def _entries(page: PageText, table: _Rows, codes: dict[str, Sign]) -> Iterator[Entry]:
    if len(table) < LEAST_ROWS or not {"headache", "migraine", "pain"} & set(table):
        return
    start, end, _ = table.get("headache") or table.get("migraine") or table["pain"]
    for day in sorted({day for _, _, cells in table.values() for day in cells}):
        said = {name: cells.get(day, "") for name, (_, _, cells) in table.items()}
        yield Entry(page, start, end, day.isoformat(), _as_row(said, codes))


def _as_row(said: dict[str, str], codes: dict[str, Sign]) -> Cells:
    """The cells of a day as those of a dated row: signs become words, a level of pain stands for the headache."""
    head = said.get("headache") or said.get("pain", "")
    if not {"headache", "pain"} & set(said):
        head = said["migraine"]
    row = {name: text for name, text in said.items() if name in ("migraine", "hours", "acute")}
    sign = meant(head, codes)
    is_migraine = sign.meaning == "migraine" if sign else re.search(r"\bmig", head, re.IGNORECASE)
    if "headache" in said:
        row.setdefault("migraine", "yes" if is_migraine else "no")
    if sign:
        head = "no" if sign.meaning == "none" else "yes"
    return {**row, "headache": head}


def _month_row(
    page: PageText, line: str, offset: int, month: re.Match[str], columns: list[_Column], codes: dict[str, Sign]
) -> Iterator[Entry]:
    """A sign for each day of a month."""
    years = PAGE_YEAR.findall(page.text)
    year = int(month["year"] or (years[0] if years else 0))
    signs: dict[int, list[str]] = defaultdict(list)
    for column, text in _tokens(line, columns):
        signs[column.number].append(text)
    for number, said in signs.items():
        day = a_date(year, MONTHS[month["month"].lower()], number)
        cells = read_signs(" ".join(said), codes)
        if day and cells:
            yield Entry(page, offset, offset + len(line.rstrip()), day.isoformat(), cells)
