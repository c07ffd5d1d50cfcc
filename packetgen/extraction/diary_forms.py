"""Diaries that are no table of dated rows: app exports with a legend, notebooks with clock times.

Each reader gives entries: a day and what stands for it, as the columns of a table would.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from packetgen.documents.text import PageText
from packetgen.extraction.dates import DATE, MONTHS, iso
from packetgen.extraction.place import lines_of
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
    "start": r"^(?:start|began|begin|onset|from)",
    "end": r"^(?:end|stop|until|to\b)",
    "migraine": r"migraine",
    "minutes": r"(?:dur\w*|length)[ _]?(?:in[ _])?min|minutes|^min$",
    "hours": r"dur\w*[ _]?(?:in[ _])?h|\bhours|\bhrs|^duration|lasted",
    "acute": r"acute|rescue|^rx|meds?$|medic|abortive|treatment|taken$",
    "headache": r"entry|headache|^evt|^event|^type|^kind|^attack",
}
SEPARATORS = (",", ";", "\t", "|")
LEAST_TITLES = 4
MISREAD = re.compile(r"(?<!\d\d):|:(?!\d\d)")  # a separator read as a colon, not one of a clock time
UNREADABLE = "?"
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
    for line, offset in lines_of(page.text):
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
            named = [name if name not in named[:index] else "" for index, name in enumerate(named)]
            if {"date", "headache"} <= set(named) or {"start", "headache"} <= set(named):
                return [separator, *named]
    return []


def _exported_row(page: PageText, offset: int, line: str, export: Export) -> Iterator[Entry]:
    titles = export.titles
    if page.page.source == "ocr" and line.count(titles[0]) < len(titles) - 2:
        line = MISREAD.sub(titles[0], line)
    values = [value.strip() for value in line.lstrip().split(titles[0])]
    cells = {title: value for title, value in zip(titles[1:], values, strict=False) if title}
    written = cells.get("date", "") or cells.get("start", "")
    compact, usual = COMPACT.match(written), DATE.match(written)
    day = _iso(int(compact["y"]), int(compact["m"]), int(compact["d"])) if compact else iso(usual) if usual else None
    if day is None or len(day) != 10 or len(values) < LEAST_TITLES:
        return
    first = offset + len(line) - len(line.lstrip())
    if page.page.source == "ocr" and len(values) != len(titles) - 1:
        yield Entry(page, first, offset + len(line), day, {"headache": UNREADABLE})
        return
    said = export.legend.get(cells.get("headache", "").upper(), cells.get("headache", "")).lower()
    if re.match(r"clear|none|no\b|0$|false", said):
        said = "no"
    if "migraine" not in cells:
        cells["migraine"] = "yes" if "migraine" in said else "no"
    cells["headache"] = "yes" if said and said != "no" else said
    if cells.get("minutes"):
        cells["hours"] = f"{cells['minutes']} min"
    elif {"start", "end"} <= set(cells):
        cells["hours"] = between(cells["start"], cells["end"])
    yield Entry(
        page, first, offset + len(line), day, {name: cells[name] for name in cells if name not in ("date", "minutes")}
    )


# --- clock times ---------------------------------------------------------------------------------------------------
_CLOCK = r"(?:\d{1,2}(?::\d\d)?\s*(?:[ap]\.?m?\.?)?|noon|midnight)"
CLOCKS = re.compile(rf"(?P<start>{_CLOCK})\s*(?:to|-|–|until|till)\s*(?P<end>{_CLOCK})(?![\d/])", re.IGNORECASE)
CLOCK = re.compile(r"(?P<h>\d{1,2})(?::?(?P<m>\d\d))?\s*(?P<half>[ap])?", re.IGNORECASE)
NEXT_DAY = re.compile(r"\s*\(?(?:\+\s?1|next day|nd)\)?\s*$", re.IGNORECASE)


def between(start: str, end: str) -> str:
    """Minutes from one clock time to the next, also past midnight, as "90 min"; "" when one is not given."""
    first, last = _minutes(start), _minutes(end)
    if first is None or last is None:
        return ""
    return f"{(last - first) % (24 * 60)} min"


def _minutes(text: str) -> int | None:
    text = NEXT_DAY.sub("", text).strip(" -–").lower()
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
    r"(?:(?P<m>\d{1,2})/(?P<d>\d{1,2})(?!/|\d)|(?P<same>[\"”″]|[.,'’“*]{0,2}(?=[ ]*\d{1,2}:\d\d)))[ ]*(?P<rest>.*)$",
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
    lines = [(m, start) for line, start in lines_of(page.text) if (m := NOTED.match(line))]
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


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
