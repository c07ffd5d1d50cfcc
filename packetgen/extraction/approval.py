"""What an approval letter grants: its number, units, and first and last day. What it does not say clearly stays out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from packetgen.extraction.dates import DATE, iso

NUMBER = re.compile(
    r"\b(?:Auth(?:orization)?|Certification|Approval)\.?(?: (?:number|no\.?|ID|#|code))?[ ]*[:#.]*[ ]+"
    r"(?P<id>(?=[A-Z0-9-]*\d)[A-Z0-9][A-Z0-9-]{4,})",
    re.IGNORECASE,
)
UNITS = re.compile(r"(?P<units>\d{1,4})[ ]units\b(?![ ]*(?:/|per)[ ]?(?:mL|vial|site))", re.IGNORECASE)
# What follows the units tells whether they are for each treatment or for all of them.
FOR_EACH = re.compile(
    r"[ ,(]*(?:for |at )?(?:per|each|every)[ ](?:treatment|visit|session|injection|procedure|date of service|dos\b"
    r"|\d{1,2} weeks|(?:twelve|ten|sixteen) weeks)",
    re.IGNORECASE,
)
FOR_ALL = re.compile(r"[ ,(]*(?:in )?(?:total\b|all\b|altogether\b)", re.IGNORECASE)
TOTAL_OF = re.compile(
    r"\btotal(?: (?:units|quantity|amount))?(?: (?:approved|authorized))?(?: of)?[ :]*$", re.IGNORECASE
)
SPAN = re.compile(
    r"\b(?:valid|effective|approved|authorized|covered|dates?(?: of service)?|period|from|starting|begin\w*)\b"
    r"[^\d\n]{0,30}",
    re.IGNORECASE,
)
UNTIL = re.compile(r"[ ,]*(?:through|thru|to|until|-|–|and (?:ends?|expires?)(?: on)?)[ ]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Approval:
    """An approval as its letter tells it. units_for: "each" treatment, or "all"; "" when it does not say; dates ISO."""

    number: str | None = None
    units: int | None = None
    units_for: Literal["each", "all", ""] = ""
    starts_on: str | None = None
    ends_on: str | None = None


def read_approval(text: str) -> Approval:
    """Read a letter that says yes; a number of units is taken only when the letter names no other."""
    number = NUMBER.search(text)
    named = list(UNITS.finditer(text))
    starts_on, ends_on = _span(text)
    told = number["id"] if number else None
    if len({int(match["units"]) for match in named}) != 1:
        return Approval(told, starts_on=starts_on, ends_on=ends_on)
    return Approval(told, int(named[0]["units"]), _units_for(text, named), starts_on, ends_on)


def _units_for(text: str, named: Sequence[re.Match[str]]) -> Literal["each", "all", ""]:
    """What the units are for, where the letter says it and does not contradict itself."""
    each = any(FOR_EACH.match(text, match.end()) for match in named)
    of_all = any(FOR_ALL.match(text, match.end()) or TOTAL_OF.search(text, 0, match.start()) for match in named)
    return "" if each == of_all else "each" if each else "all"


def _span(text: str) -> tuple[str | None, str | None]:
    """The first two days that the letter joins to a span of time."""
    for label in SPAN.finditer(text):
        first = DATE.match(text, label.end())
        joined = UNTIL.match(text, first.end()) if first else None
        last = DATE.match(text, joined.end()) if joined else None
        if first and last and (start := iso(first)) and (end := iso(last)) and len(start) == len(end) == 10:
            return start, end
    return None, None
