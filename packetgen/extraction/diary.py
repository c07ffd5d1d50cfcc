"""Headache diaries, counted from their dated rows over all pages of a document.

A headache day is a calendar day with any entry of headache; a day with no entry is not recorded; two entries on
one day are one day, their hours added; 4 hours counts as 4 hours or more (source: ICHD-3 1.3 and payers' texts).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from packetgen.documents.model import Word
from packetgen.documents.text import PageText
from packetgen.extraction.dates import DATE, MONTHS, iso
from packetgen.extraction.diary_calendar import MONTH_YEAR, calendar
from packetgen.extraction.diary_forms import Entry, Export, between, exported, noted
from packetgen.extraction.model import DiaryMonth, Evidence, Finding
from packetgen.extraction.place import evidence, lines_of

ROW_START = re.compile(r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*\.?,?[ ]+)?", re.IGNORECASE)
MIN_ROWS = 5
TWO_DAYS = re.compile(r"[\d/]+[ ]+and[ ]+\d")  # "6/17 and 7/4: lost the sheet"
COLUMNS = {
    "date": r"\bdate\b|\bday\b",
    "start": r"\bstart\w*|\bbegan\b|\bonset\b|\bfrom\b",
    "end": r"\bend\w*|\bstop\w*|\buntil\b",
    "migraine": r"\bmigraine",
    "headache": r"headache|\bentry\b|\bkind\b|\btype\b|what it was|\bwhat\b(?! (?:i )?(?:took|taken))|\bevent\b"
    r"|\bpain\b|\bHA\b",
    "hours": r"\bhours\b|\blasted\b|\bduration\b|\bhrs\b|how long|\blength\b",
    "acute": r"acute|medic\w*|\btook\b|meds?\b|rescue|\bpills?\b|treatment|\btaken\b|tablets?",
}
LEAST_COLUMNS = 3
COLUMN_GAP = re.compile(r"\S(?:[ ]{2,}|[ ]*[|][ ]*)(?=\S)")
TELLING = ("migraine", "hours", "start")  # columns that a row without a headache leaves empty
YES = re.compile(
    r"^(?:y|yes|x|✓|[1-9]\b|10\b|mild|moderate|severe|bad|tension|tth)|headache|migraine|\bHA\b|\bmig\b", re.IGNORECASE
)
NO = re.compile(
    r"^(?:n|no|none|nil|nothing|clear|free|-+|—|–|0)\b|^(?:-+|—|–)(?:\s|$)|\bno (?:headache|HA|pain|entry)"
    r"|headache[- ]free",
    re.IGNORECASE,
)
MIGRAINE = re.compile(r"\bmig|^M\b", re.IGNORECASE)
UNDATED = re.compile(
    rf"(?:(?P<mon>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\.?[ ](?P<d>\d{{1,2}})"
    rf"|(?P<d2>\d{{1,2}})[ -](?P<mon2>{'|'.join(sorted(MONTHS, key=len, reverse=True))})"
    r"|(?P<m>\d{1,2})/(?P<d3>\d{1,2}))(?![\d/])",
    re.IGNORECASE,
)
DAY_ALONE = re.compile(r"(?P<d>\d{1,2})(?![\d/.:-])")
YEAR = re.compile(r"\b(20\d\d)\b")
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
    heads, top = _heads(page)
    for start, end, day in _rows(page, top) if heads else ():
        cells = dict.fromkeys(heads, "") | _cells(page.words_between(start, end), heads)
        if NO.match(page.text[start:end].split(maxsplit=1)[-1]):
            cells["headache"] = "none"  # written right after the date, under whatever head
        if {"start", "end"} <= set(cells):
            cells["hours"] = between(cells["start"], cells["end"]) or cells.get("hours", "")
        if "headache" not in cells:
            cells["headache"] = cells.get("migraine", "") and "headache"
        if "migraine" not in cells:
            cells["migraine"] = (
                "yes" if MIGRAINE.search(cells["headache"]) and not NO.search(cells["headache"]) else "no"
            )
        yield Entry(page, start, end, day, cells)


def _heads(page: PageText) -> tuple[dict[str, float], int]:
    """Where each known column's heading begins (x, in points), and the heading line's offset; {} without one.

    A sentence above the table may name some of its columns too: the line that names most is the heading.
    """
    best: dict[str, float] = {}
    top = 0
    for line, offset in lines_of(page.text):
        heads: dict[str, float] = {}
        if len(COLUMN_GAP.findall(line)) < LEAST_COLUMNS - 1:
            continue  # prose
        for name, pattern in COLUMNS.items():
            match = re.search(pattern, line, re.IGNORECASE)
            if match and not any(abs(x - _x(page, offset + match.start())) < 1 for x in heads.values()):
                heads[name] = _x(page, offset + match.start())
        known = len(heads) >= LEAST_COLUMNS and "date" in heads and {"headache", "migraine", "start"} & set(heads)
        if known and len(heads) > len(best):
            best, top = heads, offset
    return best, top


def _x(page: PageText, offset: int) -> float:
    """Left edge of the word at an offset, in points."""
    words = page.words_between(offset, offset + 1)
    return words[0].box.x0 if words else 0.0


def _rows(page: PageText, head: int) -> list[tuple[int, int, str]]:
    """(start, end, ISO day) of each line that begins with a date; one without a year has the page's."""
    rows = []
    calendar_month = MONTH_YEAR.search(page.text)
    years = YEAR.findall(page.text)
    before = ""
    for line, offset in lines_of(page.text):
        lead = ROW_START.match(line.lstrip())
        begin = len(line) - len(line.lstrip()) + (lead.end() if lead else 0)
        match = DATE.match(line, begin)
        day = iso(match) if match else None
        if day is None and offset > head:
            day = _without_year(line, begin, years, calendar_month, before)
        if (
            day
            and len(day) == 10
            and not TWO_DAYS.match(line, begin)
            and (COLUMN_GAP.search(line, begin) or not line[begin:].strip().count(" ") > 2)
        ):
            rows.append((offset + begin, offset + len(line.rstrip()), day))
            before = day
    return rows


def _without_year(line: str, begin: int, years: list[str], month: re.Match[str] | None, before: str) -> str | None:
    """The day of "Oct 2", "6/14" or, below the name of a month, "14"; January after December is of the next year."""
    if not years:
        return None
    year = int(before[:4] or years[0])
    if match := UNDATED.match(line, begin):
        name = match["mon"] or match["mon2"]
        number = MONTHS[name.lower()] if name else int(match["m"])
        day = int(match["d"] or match["d2"] or match["d3"])
    elif month and (match := DAY_ALONE.match(line, begin)):
        year, number, day = int(month["year"]), MONTHS[month["month"].lower()], int(match["d"])
    else:
        return None
    if before and number == 1 and before[5:7] == "12":
        year += 1
    try:
        return date(year, number, day).isoformat()
    except ValueError:
        return None


def _count(entry: Entry, day: _Day) -> None:
    page, start, end, cells = entry.page, entry.start, entry.end, entry.cells
    said = cells.get("headache", "")
    if any(_same_row(page.text[start:end], p.text[s:e]) for p, s, e in day.places):
        return  # carried over to the next sheet: one entry
    if "no entry" in " ".join(cells.values()).lower():
        return
    if not said and not any(YES.search(cells.get(name, "")) or _hours(cells.get(name, "")) for name in TELLING):
        return
    if not YES.search(said) and not NO.search(said):
        day.unclear.append((page, start, end))
        return
    day.places.append((page, start, end))
    if NO.search(said):
        return
    day.headache = True
    day.migraine |= bool(YES.search(cells.get("migraine", ""))) and not NO.search(cells.get("migraine", ""))
    acute = cells.get("acute", "")
    day.acute |= bool(acute) and not NO.search(acute)
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
        faintest = min(rows, key=lambda row: _confidence(page, row))  # a count is as sure as its faintest row
        places += [evidence(page, s, e, "diary") for s, e in dict.fromkeys((rows[0], rows[-1], faintest))]
    places += [evidence(page, start, end, "diary_unclear") for page, start, end in unclear]
    return Finding(value, "possible" if unclear else "present", tuple(places), month)


def _confidence(page: PageText, row: tuple[int, int]) -> float:
    read = page.confidence_between(*row)
    return 100.0 if read is None else read
