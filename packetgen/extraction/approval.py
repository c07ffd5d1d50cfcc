"""What an approval letter grants: its number, units, and first and last day. What it does not say clearly stays out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from packetgen.extraction.dates import DATE, iso

NUMBER = re.compile(
    r"\b(?:Auth(?:orization)?|Certification|Approval)\.?(?: (?:number|no\.?|ID|#|code))?[ ]*[:#.]*[ ]+"
    r"(?P<id>(?=[A-Z0-9-]*\d)[A-Z0-9][A-Z0-9-]{4,})",
    re.IGNORECASE,
)
UNITS = re.compile(r"(?P<units>\d{1,4})[ ]units\b(?![ ]*(?:/|per)[ ]?(?:mL|vial|site))", re.IGNORECASE)
SPAN = re.compile(
    r"\b(?:valid|effective|approved|authorized|covered|dates?(?: of service)?|period|from|starting|begin\w*)\b"
    r"[^\d\n]{0,30}",
    re.IGNORECASE,
)
UNTIL = re.compile(r"[ ,]*(?:through|thru|to|until|-|–|and (?:ends?|expires?)(?: on)?)[ ]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Approval:
    """An approval as its letter tells it. units: of one treatment or in all, as the letter counts; dates ISO."""

    number: str | None = None
    units: int | None = None
    starts_on: str | None = None
    ends_on: str | None = None


def read_approval(text: str) -> Approval:
    """Read a letter that says yes; a number of units is taken only when the letter names no other."""
    number = NUMBER.search(text)
    units = {int(match["units"]) for match in UNITS.finditer(text)}
    starts_on, ends_on = _span(text)
    return Approval(number["id"] if number else None, units.pop() if len(units) == 1 else None, starts_on, ends_on)


def _span(text: str) -> tuple[str | None, str | None]:
    """The first two days that the letter joins to a span of time."""
    for label in SPAN.finditer(text):
        first = DATE.match(text, label.end())
        joined = UNTIL.match(text, first.end()) if first else None
        last = DATE.match(text, joined.end()) if joined else None
        if first and last and (start := iso(first)) and (end := iso(last)) and len(start) == len(end) == 10:
            return start, end
    return None, None
