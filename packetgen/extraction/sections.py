"""Headings of a page, and what stands below each: a patient's trials, a relative's illness, advice for everyone."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from packetgen.documents.text import PageText
from packetgen.extraction.drugnames import drug_pattern
from packetgen.extraction.vocabulary import SectionKind, sections

PAGES_KEPT = 2  # the page in hand: rules run page by page
MOST_WORDS = 7  # of a heading
NUMBERED = re.compile(r"[ \t]*(?:[-=~*#•|+]+[ ]*)*(?:\(?(?:\d{1,2}|[IVX]{1,4}|[A-H])[.)][ ]+)?")
# A title ends with its colon, or stands apart from what follows, or alone on its line.
TITLE = re.compile(
    r"(?P<title>[A-Za-z](?:[^\n:]{0,58}?[^\s:])??)[ ]*"
    r"(?P<end>[ .]*:|[ ]*>(?=[ ]|$)|[ ][-–—][ ]|\s*\([^)\n]{0,40}\)[ ]*(?::|(?=\n|$|[ ]{2}))|[ ]{2,}"
    r"|\.?[ ]*-*[ ]*(?=\n|$))"
)
# "Current meds: sertraline. Past meds: topiramate": only what is known to head a list of treatments
INLINE = re.compile(r"(?:[.;)][ ]+|[ ]{2,})(?P<title>[A-Z][A-Za-z/&' ]{1,32}):(?=[ ])")
INLINE_KINDS: tuple[SectionKind, ...] = (
    "family", "allergy", "failed", "discontinued", "trials", "acute", "current", "plan",
)  # fmt: skip
ONE_LINE = ("family", "allergy")  # what stands below it speaks of something else
RULE = re.compile(r"[-=_~*.]{10,}")
CAPITALS = re.compile(r"[A-Z][A-Z &/'-]{3,}")


@dataclass(frozen=True, slots=True)
class Heading:
    """text[start:end] is a heading. kind: what it announces, None when that is not known; alone: on its line."""

    start: int
    end: int
    kind: SectionKind | None
    alone: bool


def section_at(page: PageText, offset: int) -> SectionKind | None:
    """What the last heading at or before an offset announces."""
    found = headings(page)
    index = bisect_right(found, offset, key=lambda heading: heading.start) - 1
    if index < 0:
        return None
    last = found[index]
    if last.kind == "education" and not last.alone and "\n\n" in page.text[last.end : offset]:
        return None  # one line of instructions on a form
    return last.kind


@lru_cache(maxsize=PAGES_KEPT)
def headings(page: PageText) -> tuple[Heading, ...]:
    """All headings of a page in order."""
    found = []
    offset = 0
    for line in page.text.splitlines(keepends=True):
        heading = _heading(line, offset)
        if heading:
            found.append(heading)
        elif (
            RULE.fullmatch(line.strip()) and found and not (found[-1].alone and _is_next(page.text, found[-1], offset))
        ):
            found.append(Heading(offset, offset + len(line), None, True))  # a ruled line ends a section
        found += _inline(line, offset)
        offset += len(line)
    return tuple(found)


def _inline(line: str, offset: int) -> Iterator[Heading]:
    for match in INLINE.finditer(line):
        kind = _kind(match["title"].strip().lower())
        if kind in INLINE_KINDS:
            yield Heading(offset + match.start("title"), offset + match.end(), kind, False)
            if kind in ONE_LINE:
                yield Heading(offset + len(line), offset + len(line), None, False)


def _is_next(text: str, heading: Heading, offset: int) -> bool:
    """Whether only the heading stands between it and an offset: the rule underlines it."""
    return not text[heading.end : offset].strip()


def _heading(line: str, offset: int) -> Heading | None:
    lead = NUMBERED.match(line)
    match = TITLE.match(line, lead.end() if lead else 0)
    if match is None:
        return None
    title, end = match["title"], offset + match.end()
    if len(title.split()) > (MOST_WORDS if title[0].isupper() else 3) or drug_pattern().search(title):
        return None
    alone = not line[match.end() :].strip()
    kind = _kind(title.strip(" .-=~*").lower())
    if kind is not None and (match["end"].strip() or alone or title.isupper()):
        return Heading(offset + match.start(), end, kind, alone)
    if CAPITALS.fullmatch(title) and (alone or match["end"].strip()[-1:] in (":", ">")):
        return Heading(offset + match.start(), end, None, alone)
    return None


@cache
def _kind(title: str) -> SectionKind | None:
    return next((section.kind for section in sections().sections if _pattern(section.pattern).fullmatch(title)), None)


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
