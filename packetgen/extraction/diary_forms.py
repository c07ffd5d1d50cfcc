"""An app's export of a headache diary: values between separators, under titles, with a legend of its codes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from packetgen.documents.text import PageText
from packetgen.extraction.dates import DATE, iso
from packetgen.extraction.diary_entry import UNREADABLE, Entry
from packetgen.extraction.diary_times import between
from packetgen.extraction.place import lines_of

EXPORTED = {
    "date": r"^(?:date|day|yyyymmdd|dt|datum)\b",
    "start": r"^(?:start|began|begin|onset|from)",
    "end": r"^(?:end|stop|until|to\b)",
    "migraine": r"migraine",
    "minutes": r"(?:dur\w*|length)[ _]?(?:in[ _])?min|minutes|^min$",
    "hours": r"dur\w*[ _]?(?:in[ _])?h|\bhours|\bhrs|^duration|lasted|how long|^length",
    "acute": r"acute|rescue|^rx|meds?$|medic|abortive|treatment|taken$|\btook\b|^pills|^relief",
    "headache": r"entry|headache|^evt|^event|^type|^kind|^attack",
}
SEPARATORS = (",", ";", "\t", "|")
LEAST_TITLES = 4
MISREAD = re.compile(r"(?<!\d\d):|:(?!\d\d)")  # a separator read as a colon, not one of a clock time
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
    if re.match(r"clear|none|no?\b|0$|false|-+$", said):
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


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
