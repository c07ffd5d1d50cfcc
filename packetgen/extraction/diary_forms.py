"""Diaries that are no table of dated rows: app exports with a legend, notebooks with clock times, calendars.

Each reader gives entries: a day and what stands for it, as the columns of a table would.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from packetgen.documents.model import Word
from packetgen.documents.text import PageText
from packetgen.extraction.dates import DATE, MONTHS, iso
from packetgen.extraction.scope import names_in

Cells = dict[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """What a diary says of a day; text[start:end] of the page. day: ISO."""

    page: PageText
    start: int
    end: int
    day: str
    cells: Cells


# --- exports -------------------------------------------------------------------------------------------------------
EXPORTED = {
    "date": r"^(?:date|day|yyyymmdd|dt|datum)\b",
    "start": r"^start",
    "end": r"^end",
    "headache": r"entry|headache|^evt|^event|^type",
    "minutes": r"dur\w*_?min|minutes|^min$",
    "hours": r"dur\w*_?h|^hours|^hrs",
    "acute": r"acute|rescue|^rx|meds?$|medication",
}
SEPARATORS = (",", ";", "\t", "|")
LEAST_TITLES = 4
# "evt 0=clear 1=headache 2=migraine"
LEGEND = re.compile(
    r"(?P<code>\b[0-9A-Z])\s*=\s*(?P<means>[a-z][a-z ]{2,20}?)(?=\s+[0-9A-Z]\s*=|\s*[|;,]|\s{2,}|\s*\n|$)", re.I
)
COMPACT = re.compile(r"(?P<y>20\d\d)(?P<m>\d\d)(?P<d>\d\d)$")


@dataclass(slots=True)
class Export:
    """How an app writes its export: its separator and columns, and what its codes mean. Told on the first page."""

    titles: list[str] = field(default_factory=list)
    legend: dict[str, str] = field(default_factory=dict)


def exported(page: PageText, export: Export) -> Iterator[Entry]:
    """Rows of an app's export; `export` is what earlier pages told of it, and learns from this one."""
    export.legend |= {m["code"].upper(): m["means"].strip().lower() for m in LEGEND.finditer(page.text)}
    for line, offset in _lines(page.text):
        found = _titles(line)
        if found:
            export.titles = found
        elif export.titles:
            yield from _exported_row(page, offset, line.rstrip(), export)


def _titles(line: str) -> list[str]:
    """The columns of an export, its separator first; [] for a line that names none."""
    for separator in SEPARATORS:
        cells = [cell.strip() for cell in line.split(separator)]
        if len(cells) >= LEAST_TITLES:
            named = [next((n for n, p in EXPORTED.items() if re.search(p, cell, re.IGNORECASE)), "") for cell in cells]
            if {"date", "headache"} <= set(named) or {"start", "headache"} <= set(named):
                return [separator, *named]
    return []


def _exported_row(page: PageText, offset: int, line: str, export: Export) -> Iterator[Entry]:
    titles = export.titles
    values = [value.strip() for value in line.lstrip().split(titles[0])]
    cells = {title: value for title, value in zip(titles[1:], values, strict=False) if title}
    written = cells.get("date", "") or cells.get("start", "")
    compact, usual = COMPACT.match(written), DATE.match(written)
    day = _iso(int(compact["y"]), int(compact["m"]), int(compact["d"])) if compact else iso(usual) if usual else None
    if day is None or len(day) != 10 or len(values) < LEAST_TITLES:
        return
    said = export.legend.get(cells.get("headache", "").upper(), cells.get("headache", "")).lower()
    if re.match(r"clear|none|no\b", said):
        said = "no"
    cells["migraine"] = "yes" if "migraine" in said else "no"
    cells["headache"] = "yes" if said and said != "no" else said
    if cells.get("minutes"):
        cells["hours"] = f"{cells['minutes']} min"
    elif {"start", "end"} <= set(cells):
        cells["hours"] = between(cells["start"], cells["end"])
    first = offset + len(line) - len(line.lstrip())
    yield Entry(
        page, first, offset + len(line), day, {name: cells[name] for name in cells if name not in ("date", "minutes")}
    )


# --- clock times ---------------------------------------------------------------------------------------------------
_CLOCK = r"(?:\d{1,2}(?::\d\d)?\s*(?:[ap]\.?m?\.?)?|noon|midnight)"
CLOCKS = re.compile(rf"(?P<start>{_CLOCK})\s*(?:to|-|–|until|till)\s*(?P<end>{_CLOCK})(?![\d/])", re.IGNORECASE)
CLOCK = re.compile(r"(?P<h>\d{1,2})(?::(?P<m>\d\d))?\s*(?P<half>[ap])?", re.IGNORECASE)


def between(start: str, end: str) -> str:
    """Minutes from one clock time to the next, also past midnight, as "90 min"; "" when one is not given."""
    first, last = _minutes(start), _minutes(end)
    if first is None or last is None:
        return ""
    return f"{(last - first) % (24 * 60)} min"


def _minutes(text: str) -> int | None:
    text = text.strip().lower()
    if text in ("noon", "midnight"):
        return 12 * 60 if text == "noon" else 0
    match = CLOCK.fullmatch(re.sub(r"\.?m?\.?$", "", text))
    if match is None or int(match["h"]) > 24:
        return None
    hour = int(match["h"]) % 12 + (12 if match["half"] == "p" else 0) if match["half"] else int(match["h"])
    return hour * 60 + int(match["m"] or 0)


# --- notebooks -----------------------------------------------------------------------------------------------------
NOTED = re.compile(
    r"^[ ]*(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*\.?,?[ ]+)?"
    r"(?:(?P<m>\d{1,2})/(?P<d>\d{1,2})(?!/|\d)|(?P<same>[\"”″]))[ ]*(?P<rest>.*)$",
    re.IGNORECASE,
)
MONTH_YEAR = re.compile(
    rf"\b(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\.?,?[ ]+(?P<year>20\d\d)\b", re.I
)
LEAST_NOTES = 8
NOTHING = re.compile(r"^\W*(?:none|no\b|clear|ok\b|good day|-+\s*$)", re.IGNORECASE)


def noted(page: PageText) -> Iterator[Entry]:
    """Lines that begin with a day of the month that the page is headed by; a ditto sign is the day before."""
    head = MONTH_YEAR.search(page.text)
    lines = [(m, start) for line, start in _lines(page.text) if (m := NOTED.match(line))]
    if head is None or len(lines) < LEAST_NOTES:
        return
    day: str | None = None
    for match, start in lines:
        if match["m"]:
            day = _iso(int(head["year"]), int(match["m"]), int(match["d"]))
        if day:
            first = start + len(match.group(0)) - len(match.group(0).lstrip())
            yield Entry(page, first, start + len(match.group(0).rstrip()), day, _note(match["rest"]))


def _note(rest: str) -> Cells:
    if NOTHING.match(rest):
        return {"headache": "no", "migraine": "no", "hours": "", "acute": ""}
    clocks = CLOCKS.search(rest)
    hours = between(clocks["start"], clocks["end"]) if clocks else ""
    if not hours and (told := re.search(r"all day|\d+(?:\.\d)?\s*(?:h|hrs?|hours)\b", rest, re.IGNORECASE)):
        hours = told.group(0)
    return {
        "headache": "yes" if rest.strip() else "",
        "migraine": "yes" if re.search(r"\(M\)|\bmig(?:raine)?\b", rest, re.IGNORECASE) else "no",
        "hours": hours,
        "acute": ", ".join(drug.generic for _, _, drug in names_in(rest)) or "no",
    }


# --- calendars -----------------------------------------------------------------------------------------------------
WEEKDAYS = re.compile(
    r"\bsun\w*\b.*\bmon\w*\b.*\btue\w*\b.*\bwed\w*\b|\bmon\w*\b.*\btue\w*\b.*\bwed\w*\b.*\bthu\w*\b", re.I
)
LEAST_DAYS = 3  # in the first or the last week of a month
SLACK = 0.3  # of a cell's width, by which its words may stand further left than its number
TOOK = re.compile(r"\((?P<code>[A-Z])\)\s*=\s*(?:took|used|take)", re.IGNORECASE)


def calendar(page: PageText) -> Iterator[Entry]:
    """Cells of a month's grid: under each row of day numbers, the words nearest to each number."""
    head = MONTH_YEAR.search(page.text)
    if head is None or not WEEKDAYS.search(page.text):
        return
    year, month = int(head["year"]), MONTHS[head["month"].lower()]
    took = {m["code"].upper() for m in TOOK.finditer(page.text)}
    lines = page.page.lines
    weeks = [(number, days) for number, line in enumerate(lines) if len(days := _day_numbers(line.words)) >= LEAST_DAYS]
    for (number, days), (end, _) in pairwise([*weeks, (len(lines), [])]):
        width = min((b.box.x0 - a.box.x0 for a, b in pairwise(days)), default=60.0)
        cells: dict[str, list[Word]] = {word.text: [] for word in days}
        for line in lines[number + 1 : end]:
            if any(set(word.text) <= set("+-=_|") and len(word.text) > 3 for word in line.words):
                break
            for word in line.words:
                left = [day for day in days if day.box.x0 - SLACK * width <= word.box.x0]
                if left and word.text.strip("|") and word.box.x0 - left[-1].box.x0 < width:
                    cells[left[-1].text].append(word)
        for word in days:
            day = _iso(year, month, int(word.text))
            if day and cells[word.text]:
                yield _cell(page, day, [word, *cells[word.text]], took)


def _day_numbers(words: Sequence[Word]) -> list[Word]:
    """The day numbers of a calendar's row: one after the other, and nothing else in it."""
    days = [word for word in words if word.text.isdigit() and 1 <= int(word.text) <= 31]
    others = [word for word in words if word not in days and word.text.strip("|")]
    in_order = all(int(b.text) == int(a.text) + 1 for a, b in pairwise(days))
    return days if days and in_order and not others else []


def _cell(page: PageText, day: str, words: Sequence[Word], took: set[str]) -> Entry:
    text = " ".join(word.text.strip("|") for word in words[1:]).strip()
    codes = {code.upper() for code in re.findall(r"\(([A-Z])\)", text, re.IGNORECASE)}
    told = re.search(r"all day|\d+(?:\.\d)?\s*(?:h|hrs?|hours)\b", text, re.IGNORECASE)
    none = re.match(r"(?:N|no|none|0|-)\b(?! *\()", text, re.IGNORECASE) is not None
    offsets = [page.starts[page.words.index(word)] for word in words if word in page.words]
    start = offsets[0]
    cells = {
        "headache": "no" if none else "yes",
        "migraine": "yes" if re.search(r"\bM\b|\bmig", text, re.IGNORECASE) and not none else "no",
        "hours": told.group(0) if told else "",
        "acute": "yes" if codes & took or (not took and names_in(text)) else "no",
    }
    return Entry(page, start, start + len(words[0].text), day, cells)


def _lines(text: str) -> Iterator[tuple[str, int]]:
    offset = 0
    for line in text.splitlines(keepends=True):
        yield line.rstrip("\n"), offset
        offset += len(line)


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
