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
from packetgen.extraction.diary_across import across
from packetgen.extraction.diary_calendar import calendar
from packetgen.extraction.diary_days import Told, begins, is_heading, known, misread
from packetgen.extraction.diary_entry import NOT_RECORDED, VAGUE, Entry
from packetgen.extraction.diary_forms import Export, exported
from packetgen.extraction.diary_lines import ABOUT, attacks, listed
from packetgen.extraction.diary_strips import strips
from packetgen.extraction.diary_times import between
from packetgen.extraction.model import DiaryMonth, Evidence, Finding
from packetgen.extraction.overuse import overused
from packetgen.extraction.place import evidence, lines_of
from packetgen.extraction.scope import names_in

MIN_ROWS = 5
COLUMNS = {
    "date": r"\bdate\b|\bday\b",
    "start": r"\bstart\w*|\bbegan\b|\bonset\b|\bfrom\b",
    "end": r"\bend\w*|\bstop\w*|\buntil\b|\brelief\b|\bresolved\b|\bover\b",
    "migraine": r"\bmigraine",
    "headache": r"headache|\bentry\b|\bkind\b|\btype\b|what it was|\bwhat\b(?! (?:i )?(?:took|taken))|\bevent\b"
    r"|\bpain\b|\bHA\b",
    "hours": r"\bhours\b|\blasted\b|\bduration\b|\bhrs\b|how long|\blength\b",
    "acute": r"acute|medic\w*|\btook\b|meds?\b|rescue|\bpills?\b|treatment|\btaken\b|tablets?",
}
LEAST_COLUMNS = 3
ROW_OR_PROSE = re.compile(r"^\W*\d|[a-z]{2}\.\s")  # no heading of a table
TWO_DAYS = re.compile(r"\s*(?:and|&)\s*\d")  # "6/17 and 7/4: lost the sheet"
LIKE_A_ROW = re.compile(r"\W*(?:\d|(?:mon|tue|wed|thu|fri|sat|sun))", re.IGNORECASE)
LONG = 4  # hours
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
DURATION = re.compile(r"(?P<n>\d{1,4}(?:\.\d)?)\s*(?P<unit>h|hrs?|hours?|min\w*)?", re.IGNORECASE)


@dataclass(slots=True)
class _Day:
    headache: bool = False
    migraine: bool = False
    acute: bool = False
    taken: set[str] = field(default_factory=set)  # generic names of acute medicine
    hours: float = 0.0
    places: list[tuple[PageText, int, int]] = field(default_factory=list)
    unclear: list[tuple[PageText, int, int]] = field(default_factory=list)
    vague: list[tuple[PageText, int, int]] = field(default_factory=list)  # how long is told, but not to the hour


@dataclass(slots=True)
class _Table:
    """The heads of a table that goes on over pages: where each known column begins."""

    heads: dict[str, float] = field(default_factory=dict)
    barred: list[str] = field(default_factory=list)  # the column of each cell between bars


def find_diary(pages: Sequence[PageText]) -> list[Finding]:
    """A finding for each calendar month that the document's diary rows speak of.

    A month with a row whose headache entry cannot be read, or of pages of which OCR may have lost a day, is only
    "possible": its count may be too low.
    """
    if not any(ABOUT.search(page.text) for page in pages):
        return []
    days: dict[str, _Day] = {}
    seen: set[str] = set()
    entries = list(_entries(pages))
    for entry in entries:
        seen |= set(entry.cells)
        _count(entry, days.setdefault(entry.day, _Day()))
    if sum(bool(entry.places) for entry in days.values()) < MIN_ROWS:
        return []
    is_sure = not any(_may_be_lost(page, [entry for entry in entries if entry.page is page]) for page in pages)
    months: dict[str, list[_Day]] = defaultdict(list)
    for day in sorted(days):
        months[day[:7]].append(days[day])
    return [
        _finding(month, read, seen, is_sure=is_sure)
        for month, read in months.items()
        if any(day.places for day in read)
    ]


def is_diary(pages: Sequence[PageText], months: Sequence[Finding]) -> bool:
    """Whether most of a document's lines are the days of its diary, whatever its title says."""
    lines = sum(bool(line.strip()) for page in pages for line, _ in lines_of(page.text))
    return sum(f.value.days_recorded for f in months if isinstance(f.value, DiaryMonth)) > lines / 2


def _entries(pages: Sequence[PageText]) -> Iterator[Entry]:
    """The entries of each page by the first reader that finds some; free entries are judged over all other pages."""
    export, table, known_of = Export(), _Table(), known(pages)
    free = []
    for page in pages:
        found = (
            list(exported(page, export))
            or list(across(page, known_of))
            or list(calendar(page))
            or strips(page, known_of)
            or list(_tabled(page, table, known_of))
            or list(attacks(page))
        )
        yield from found
        if not found:
            free.append(page)
    yield from listed(free, known(pages))


def _tabled(page: PageText, table: _Table, known_of: Told) -> Iterator[Entry]:
    """Rows of a table that begin with a date, under heads that name its columns, there or on an earlier page."""
    heads, top = _heads(page)
    if heads:
        table.heads, table.barred = heads, _barred(page.text[top:].splitlines()[0])
    heads = table.heads
    for start, after, end, day in _rows(page, top, known_of) if heads else ():
        row = page.text[page.text.rfind("\n", 0, start) + 1 : end]
        cells = dict.fromkeys(heads, "") | (
            _between_bars(row, table.barred) or _cells(page.words_between(start, end), heads)
        )
        if NO.match(page.text[after:end].lstrip()):
            cells["headache"] = "none"  # written right after the date, under whatever head
        if {"start", "end"} <= set(cells):
            cells["hours"] = between(cells["start"], cells["end"]) or cells.get("hours", "")
        if "headache" not in cells:
            cells["headache"] = cells.get("migraine", "") and "headache"
        if "migraine" not in cells:
            cells["migraine"] = (
                "yes" if MIGRAINE.search(cells["headache"]) and not NO.search(cells["headache"]) else "no"
            )
        yield Entry(page, start, end, day.isoformat(), cells)


def _heads(page: PageText) -> tuple[dict[str, float], int]:
    """Where each known column's heading begins (x, in points), and the heading line's offset; {} without one.

    A sentence above the table may name some of its columns too: the line that names most is the heading.
    """
    best: dict[str, float] = {}
    top = -1
    for line, offset in lines_of(page.text):
        heads: dict[str, float] = {}
        if len(COLUMN_GAP.findall(line)) < LEAST_COLUMNS - 1 or ROW_OR_PROSE.search(line):
            continue
        for name, pattern in COLUMNS.items():
            match = re.search(pattern, line, re.IGNORECASE)
            if match and not any(abs(x - _x(page, offset + match.start())) < 1 for x in heads.values()):
                heads[name] = _x(page, offset + _begin_of_head(line, match.start()))
        known = len(heads) >= LEAST_COLUMNS and "date" in heads and {"headache", "migraine", "start"} & set(heads)
        if known and len(heads) > len(best):
            best, top = heads, offset
    return best, top


def _begin_of_head(line: str, at: int) -> int:
    """Where the heading begins that a word stands in ("What I took"), unless another column's name begins it."""
    begin = max((gap.end() for gap in COLUMN_GAP.finditer(line, 0, at + 1)), default=at)
    firsts = (re.compile(pattern, re.IGNORECASE).search(line, begin) for pattern in COLUMNS.values())
    others = any(first and first.start() < at for first in firsts)
    return at if others else begin


def _barred(head: str) -> list[str]:
    """The column of each cell of a heading whose cells stand between bars; [] for another."""
    cells = head.strip(" |").split("|")
    named = [next((n for n, p in COLUMNS.items() if re.search(p, cell, re.IGNORECASE)), "") for cell in cells]
    return named if len(cells) > 1 else []


def _between_bars(row: str, columns: list[str]) -> dict[str, str]:
    """The cells of a row by the bars between them; {} when it has not as many as its heading."""
    cells = [cell.strip() for cell in row.strip().removeprefix("|").removesuffix("|").split("|")]
    if not columns or len(cells) != len(columns):
        return {}
    return {name: cell for name, cell in zip(columns, cells, strict=True) if name}


def _x(page: PageText, offset: int) -> float:
    """Left edge of the word at an offset, in points."""
    words = page.words_between(offset, offset + 1)
    return words[0].box.x0 if words else 0.0


def _rows(page: PageText, head: int, known_of: Told) -> Iterator[tuple[int, int, int, date]]:
    """(start, end of the date, end, day) of each line that begins with one and goes on after it.

    Below the heads a date may lack its year.
    """
    for line, offset in lines_of(page.text):
        at = len(line) - len(line.lstrip(" |"))
        read = begins(line, at, known_of, full=offset <= head) if line.strip() else None
        if read is None and page.page.source == "ocr" and offset > head:
            read = misread(line, at, known_of)
        if read is None:
            is_heading(line, known_of)
            continue
        end, days, _ = read
        if TWO_DAYS.match(line, end) or not line[end:].strip(" |"):
            continue
        if COLUMN_GAP.search(line, at) or not line[end:].strip().count(" ") > 2:
            yield from ((offset + at, offset + end, offset + len(line.rstrip()), day) for day in days)


def _count(entry: Entry, day: _Day) -> None:
    page, start, end, cells = entry.page, entry.start, entry.end, entry.cells
    said = cells.get("headache", "")
    if any(_same_row(page.text[start:end], p.text[s:e]) for p, s, e in day.places):
        return  # carried over to the next sheet: one entry
    if NOT_RECORDED in " ".join(cells.values()).lower():
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
    if acute and not NO.search(acute):
        day.acute = True
        day.taken |= {drug.generic for _, _, drug in names_in(acute) if "acute" in (drug.role, drug.may_be)}
    hours = cells.get("hours", "")
    day.hours += _hours(hours)
    if hours == VAGUE:
        day.vague.append((page, start, end))


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


def _on_lines(page: PageText, entries: Sequence[Entry]) -> list[tuple[str, int]]:
    """The lines from the first entry of a page to its last, and how many entries each has."""
    first, last = min(entry.start for entry in entries), max(entry.end for entry in entries)
    return [
        (line, sum(entry.start < offset + len(line) and offset < entry.end for entry in entries))
        for line, offset in lines_of(page.text)
        if first <= offset + len(line) <= last
    ]


def _may_be_lost(page: PageText, entries: Sequence[Entry]) -> bool:
    """Whether OCR may have lost or misread a day of a page: a line among the rows that looks like one, a day out of
    order; single signs of many boxes on a line are never sure."""
    if page.page.source != "ocr" or not entries:
        return False
    days = [entry.day for entry in entries]
    lines = _on_lines(page, entries)
    if days not in (sorted(days), sorted(days, reverse=True)) or any(many > 1 for _, many in lines):
        return True
    return any(not many and LIKE_A_ROW.match(line) for line, many in lines)


def _finding(month: str, days: list[_Day], heads: set[str], *, is_sure: bool) -> Finding:
    unclear = [row for day in days for row in (*day.unclear, *(day.vague if day.hours < LONG else ()))]
    days = [day for day in days if day.places]
    value = DiaryMonth(
        month,
        days_recorded=len(days),
        headache_days=sum(day.headache for day in days),
        migraine_days=sum(day.migraine for day in days) if "migraine" in heads else None,
        days_4h_or_more=sum(day.headache and day.hours >= LONG for day in days) if "hours" in heads else None,
        acute_medication_days=sum(day.acute for day in days) if "acute" in heads else None,
        overuse=tuple(overused([day.taken for day in days if day.acute], sum(day.acute for day in days))),
    )
    places: list[Evidence] = []
    for page in dict.fromkeys(page for day in days for page, _, _ in day.places):
        rows = [(s, e) for day in days for p, s, e in day.places if p is page]
        faintest = min(rows, key=lambda row: _confidence(page, row))  # a count is as sure as its faintest row
        places += [evidence(page, s, e, "diary") for s, e in dict.fromkeys((rows[0], rows[-1], faintest))]
    places += [evidence(page, start, end, "diary_unclear") for page, start, end in unclear]
    return Finding(value, "present" if is_sure and not unclear else "possible", tuple(places), month)


def _confidence(page: PageText, row: tuple[int, int]) -> float:
    read = page.confidence_between(*row)
    return 100.0 if read is None else read
