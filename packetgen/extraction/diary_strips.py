"""Month strips: below the name of a month, each day with a sign beside it, many to a line: "1:0  2:M8T  3:h2"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from packetgen.documents.text import PageText
from packetgen.extraction.diary_calendar import Sign, legend, read_signs
from packetgen.extraction.diary_days import Told, a_date, is_heading
from packetgen.extraction.diary_entry import Entry
from packetgen.extraction.place import lines_of

DAY = re.compile(
    r"(?<!\S)(?P<day>\d{1,2})[ ]?[:=.)-][ ]?(?P<said>[^\s,;|]+(?:[ ][^\s,;|]+){0,2}?)"
    r"(?=[ ]{2,}|[ ]*[,;|]|[ ]+\d{1,2}[ ]?[:=.)-]|[ ]*$)"
)
LEAST_ON_A_LINE = 3
LEAST_DAYS = 5


class _Box(NamedTuple):
    """What page.text[start:end] has for a day of the month."""

    day: int
    start: int
    end: int
    said: str


def strips(page: PageText, known_of: Told) -> list[Entry]:
    """An entry for each day of the strips; none when days do not follow one another."""
    codes = legend(page.text)
    months: dict[tuple[int, int], list[_Box]] = {}
    for line, offset in lines_of(page.text):
        if is_heading(line, known_of):
            continue
        days = [_Box(int(m["day"]), offset + m.start(), offset + m.end(), m["said"]) for m in DAY.finditer(line)]
        begins = days and not line[: days[0].start - offset].strip()
        if begins and (len(days) >= LEAST_ON_A_LINE or months):
            months.setdefault((known_of.year or 0, known_of.month or 0), []).extend(days)
    return [entry for (year, month), days in months.items() for entry in _month(page, year, month, days, codes)]


def _month(page: PageText, year: int, month: int, days: list[_Box], codes: dict[str, Sign]) -> Iterator[Entry]:
    numbers = [box.day for box in days]
    if not (year and month) or len(days) < LEAST_DAYS or numbers != sorted(set(numbers)):
        return  # not the days of a month
    for box in days:
        day = a_date(year, month, box.day)
        if day and (cells := read_signs(box.said, codes)):
            yield Entry(page, box.start, box.end, day.isoformat(), cells)
