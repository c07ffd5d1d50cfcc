"""Headache diaries, counted from their dated rows over all pages of a document.

A headache day is a calendar day with any entry of headache; a day with no entry is not recorded; two entries on
one day are one day, their hours added; 4 hours counts as 4 hours or more (source: ICHD-3 1.3 and payers' texts).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from packetgen.documents.model import Word
from packetgen.documents.text import PageText
from packetgen.extraction.dates import DATE, iso
from packetgen.extraction.diary_forms import Entry, Export, calendar, exported, noted
from packetgen.extraction.model import DiaryMonth, Evidence, Finding
from packetgen.extraction.place import evidence

ROW_START = re.compile(r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*\.?,?[ ]+)?", re.IGNORECASE)
MIN_ROWS = 5
COLUMNS = {
    "date": r"\bdate\b|\bday\b",
    "headache": r"headache|entry",
    "migraine": r"migraine",
    "hours": r"hours|lasted|duration|\bhrs\b",
    "acute": r"acute|medication|took|meds?\b|rescue",
}
TELLING = ("migraine", "hours")  # columns that a row without a headache leaves empty
YES = re.compile(r"^(?:y|yes|x|✓|headache|migraine)\b", re.IGNORECASE)
NO = re.compile(r"^(?:n|no|none|-+|—|–|0)\b|^(?:-+|—|–)$|^no headache", re.IGNORECASE)
DURATION = re.compile(r"(?P<n>\d{1,4}(?:\.\d)?)\s*(?P<unit>h|hrs?|hours?|min\w*)?", re.IGNORECASE)


@dataclass(slots=True)
class _Day:
    headache: bool = False
    migraine: bool = False
    acute: bool = False
    hours: float = 0.0
    places: list[tuple[PageText, int, int]] = field(default_factory=list)
    unclear: list[tuple[PageText, int, int]] = field(default_factory=list)


def find_diary(pages: Sequence[PageText]) -> list[Finding]:
    """A finding for each calendar month that the document's diary rows speak of.

    A month with a row whose headache entry cannot be read is only "possible": its count may be too low.
    """
    days: dict[str, _Day] = {}
    seen: set[str] = set()
    export = Export()
    for page in pages:
        for entry in _entries(page, export):
            seen |= set(entry.cells)
            _count(entry, days.setdefault(entry.day, _Day()))
    if sum(bool(entry.places) for entry in days.values()) < MIN_ROWS:
        return []
    months: dict[str, list[_Day]] = defaultdict(list)
    for day in sorted(days):
        months[day[:7]].append(days[day])
    return [_finding(month, entries, seen) for month, entries in months.items() if any(day.places for day in entries)]


def _entries(page: PageText, export: Export) -> list[Entry]:
    """The entries of a page by the first reader that finds some."""
    return list(exported(page, export)) or list(calendar(page)) or list(_tabled(page)) or list(noted(page))


def _tabled(page: PageText) -> Iterator[Entry]:
    """Rows of a table that begin with a date, under heads that name its columns."""
    heads = _heads(page)
    if heads:
        for start, end, day in _rows(page):
            cells = dict.fromkeys(heads, "") | _cells(page.words_between(start, end), heads)
            yield Entry(page, start, end, day, cells)


def _heads(page: PageText) -> dict[str, float]:
    """Where each known column's heading begins (x, in points): the line naming at least three; {} without one."""
    if not all(re.search(COLUMNS[name], page.text, re.IGNORECASE) for name in ("date", "headache")):
        return {}
    for line in page.page.lines:
        heads: dict[str, float] = {}
        for name, pattern in COLUMNS.items():
            word = next((w for w in line.words if re.search(pattern, w.text, re.IGNORECASE)), None)
            if word:
                heads[name] = word.box.x0
        if len(heads) >= 3 and {"date", "headache"} <= set(heads):
            return heads
    return {}


def _rows(page: PageText) -> list[tuple[int, int, str]]:
    """(start, end, ISO day) of each line that begins with a date."""
    rows = []
    offset = 0
    for line in page.text.splitlines(keepends=True):
        lead = ROW_START.match(line.lstrip())
        begin = len(line) - len(line.lstrip()) + (lead.end() if lead else 0)
        match = DATE.match(line, begin)
        day = iso(match) if match else None
        if day and len(day) == 10:
            rows.append((offset + begin, offset + len(line.rstrip()), day))
        offset += len(line)
    return rows


def _count(entry: Entry, day: _Day) -> None:
    page, start, end, cells = entry.page, entry.start, entry.end, entry.cells
    said = cells.get("headache", "")
    if any(_same_row(page.text[start:end], p.text[s:e]) for p, s, e in day.places):
        return  # carried over to the next sheet: one entry
    if "no entry" in " ".join(cells.values()).lower():
        return
    if not said and not any(YES.match(cells.get(name, "")) or _hours(cells.get(name, "")) for name in TELLING):
        return
    if not YES.match(said) and not NO.match(said):
        day.unclear.append((page, start, end))
        return
    day.places.append((page, start, end))
    if NO.match(said):
        return
    day.headache = True
    day.migraine |= bool(YES.match(cells.get("migraine", "")))
    acute = cells.get("acute", "")
    day.acute |= bool(acute) and not NO.match(acute)
    day.hours += _hours(cells.get("hours", ""))


def _cells(words: Sequence[Word], heads: dict[str, float]) -> dict[str, str]:
    """The row's words by the column whose heading is nearest to the left (a little slack for centred cells)."""
    cells: dict[str, list[str]] = defaultdict(list)
    order = sorted(heads.items(), key=lambda item: item[1])
    for word in words:
        left = [name for name, x in order if x <= word.box.x0 + 14]
        cells[left[-1] if left else order[0][0]].append(word.text)
    return {name: " ".join(texts) for name, texts in cells.items()}


def _same_row(a: str, b: str) -> bool:
    short, long = sorted((" ".join(a.split()), " ".join(b.split())), key=len)
    return long.startswith(short)


def _hours(text: str) -> float:
    if re.search(r"all day", text, re.IGNORECASE):
        return 24.0
    match = DURATION.search(text)
    if not match:
        return 0.0
    hours = float(match["n"])
    return hours / 60 if (match["unit"] or "").lower().startswith("min") else hours


def _finding(month: str, days: list[_Day], heads: set[str]) -> Finding:
    unclear = [row for day in days for row in day.unclear]
    days = [day for day in days if day.places]
    value = DiaryMonth(
        month,
        days_recorded=len(days),
        headache_days=sum(day.headache for day in days),
        migraine_days=sum(day.migraine for day in days) if "migraine" in heads else None,
        days_4h_or_more=sum(day.headache and day.hours >= 4 for day in days) if "hours" in heads else None,
        acute_medication_days=sum(day.acute for day in days) if "acute" in heads else None,
    )
    places: list[Evidence] = []
    for page in dict.fromkeys(page for day in days for page, _, _ in day.places):
        rows = [(s, e) for day in days for p, s, e in day.places if p is page]
        places += [evidence(page, s, e, "diary") for s, e in dict.fromkeys((rows[0], rows[-1]))]
    places += [evidence(page, start, end, "diary_unclear") for page, start, end in unclear]
    return Finding(value, "possible" if unclear else "present", tuple(places), month)
