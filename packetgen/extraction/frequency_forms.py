"""How often the head aches, as forms, tables and lists of months say it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from packetgen.documents.text import PageText
from packetgen.extraction.frequency_words import HDAYS, HEAD, MDAYS, MIG, MONTH, MOST_DAYS, amount
from packetgen.extraction.model import Finding, HeadacheFrequency
from packetgen.extraction.numerals import as_digits
from packetgen.extraction.place import evidence
from packetgen.extraction.ticks import TICKED

FORM_LINE = re.compile(
    rf"^(?P<label>(?:(?!(?<=[a-z])\. )[^\n])*?\b(?:how many|number of|days (?:each|per|a|every) month|days/mo)"
    rf"[^\n?]*?\b(?:(?P<mig>{MIG})|{HEAD})(?:(?!number of|how many\b(?![\W_]*\d)|(?<=[a-z])\. )[^\n])*?)"
    r"(?P<low>\d{1,2})[\"”_]*(?:[ ]*days?)?[\"”_ .]*$",
    re.IGNORECASE | re.MULTILINE,
)
# "Days in last 30 with ANY headache?  19   Of those, migraine-type?  10", "Days with headache:  [ ] 10-14  [X] 15-20"
QUESTION = re.compile(
    rf"(?P<asked>(?:\bdays?\b[^\n?:]{{0,60}}\b(?:{HEAD}|{MIG})|\b{HEAD} days?\b|(?P<mig>(?:of (?:those|these|which)"
    rf"|how many)[^\n?:]{{0,30}}{MIG}))[^\n?:]{{0,40}})"
    rf"[?:][ _\"”]*(?:(?:\[[ ]?\]|☐)[ ]*[\d+–-]+[ ]*(?:days?)?[ ]*)*(?:{TICKED})?[ ]*(?P<low>\d{{1,2}})"
    r"(?:\s*(?:-|–|to)\s*(?P<high>\d{1,2}))?(?P<plus>\+)?[_\"” ]*(?:days?)?(?=[ ]{2}|[_\"”.]|[ ]*$|[ ]*\[)",
    re.IGNORECASE | re.MULTILINE,
)
NOT_ASKED = re.compile(
    r"\b(?:3 months|miss|work|school|productiv\w*|household|leisure|medic\w*|take|how long"
    r"|hours|no)\b",
    re.IGNORECASE,
)
HOURS_ON_A_FORM = re.compile(
    rf"(?:{TICKED})\s*(?P<low>\d{{1,2}})(?:\s*(?:-|–|to)\s*(?P<high>\d{{1,2}}))?\s*(?:h|hrs?|hours)\b", re.IGNORECASE
)
MONTH_PAIR = re.compile(
    rf"\b(?P<month>{MONTH})\.?\s*(?::|=|was|were)?\s*(?P<low>\d{{1,2}})\s*(?:and|&|,|/)\s*(?P<mig>\d{{1,2}})(?=[.;,)]|\s*$)",
    re.IGNORECASE | re.MULTILINE,
)
COUNTED = re.compile(rf"\d{{1,2}} {HDAYS}[^\d]{{0,160}}\d{{1,2}}", re.IGNORECASE)
COUNTED_WITHIN = 260  # characters before "October was 20 & 12" that tell what is counted
# "Headache days by diary: June 23, July 20"
_COUNT = rf"\b{MONTH}\.?(?: ?['’]?\d\d(?=[ :=]+\d))?[ :=]+\d{{1,2}}(?![\d/:]|,? 20\d\d)"
MONTH_COUNT = re.compile(rf"\b{MONTH}\.?(?: ?['’]?\d\d(?=[ :=]+\d))?[ :=]+(?P<low>\d{{1,2}})\b", re.IGNORECASE)
MONTH_SERIES = re.compile(
    rf"\b(?:{HDAYS}|(?P<mig>{MDAYS}))[^.;\n\d]{{0,30}}?(?P<months>{_COUNT}(?:[ ]*[,;/&][ ]*(?:and )?{_COUNT})+)",
    re.IGNORECASE,
)
TILE = re.compile(
    r"(?:last|past) 30 days[^\n]{0,40}?headache days:?\s*(?P<low>\d{1,2})"
    r"(?:\D{1,6}migraine days:?\s*(?P<mig>\d{1,2}))?",
    re.IGNORECASE,
)
COMPARED_ROW = re.compile(
    r"^[ ]*(?P<what>headache|migraine|HA) days?(?: ?/ ?(?:month|mo)| per month| a month)?[ ]{2,}(?P<first>\d{1,2})"
    r"[ ]{2,}(?P<second>\d{1,2})[ ]*$",
    re.IGNORECASE | re.MULTILINE,
)
HEADS = {"ha": "headache"}
HEAD_WITHIN = 400  # characters of a page between a table's heading and its row


def in_forms(page: PageText) -> Iterator[Finding]:
    """What the forms, tables and lists of months of a page say."""
    yield from _from_form(page)
    yield from _from_table(page)
    yield from _by_month(page)
    yield from _series(page)


def _from_form(page: PageText) -> Iterator[Finding]:
    """Answers to a form's questions, and an app's summary of the last 30 days."""
    matches: dict[str, re.Match[str]] = {}
    for line in FORM_LINE.finditer(as_digits(page.text)):
        name = "migraine_days_per_month" if line["mig"] else "headache_days_per_month"
        if int(line["low"]) <= MOST_DAYS and not NOT_ASKED.search(line["label"]):
            matches.setdefault(name, line)
    for question in QUESTION.finditer(as_digits(page.text)):
        asked = question["asked"]
        is_migraine = question["mig"] or (
            re.search(MIG, asked, re.IGNORECASE) and not re.search(HEAD, asked, re.IGNORECASE)
        )
        name = "migraine_days_per_month" if is_migraine else "headache_days_per_month"
        if int(question["low"]) <= MOST_DAYS and not NOT_ASKED.search(asked):
            matches.setdefault(name, question)
    if hours := HOURS_ON_A_FORM.search(page.text):
        matches["hours_per_day"] = hours
    if set(matches) & {"headache_days_per_month", "migraine_days_per_month"}:
        values: dict[str, Any] = {name: amount(match) for name, match in matches.items()}
        places = tuple(
            evidence(page, match.start(), match.end(), f"headache_frequency: {name}") for name, match in matches.items()
        )
        yield Finding(HeadacheFrequency(**values), "present", places)
    if tile := TILE.search(page.text):
        migraine = float(tile["mig"]) if tile["mig"] else None
        place = evidence(page, tile.start(), tile.end(), "headache_frequency: headache_days_per_month")
        yield Finding(HeadacheFrequency(amount(tile), migraine), "present", (place,))


def _by_month(page: PageText) -> Iterator[Finding]:
    """ "May: 19 headache days, 11 migraine. June: 21 and 9.": a month that follows tells the same two counts."""
    for match in MONTH_PAIR.finditer(page.text):
        before = page.text[max(0, match.start() - COUNTED_WITHIN) : match.start()]
        headache, migraine = float(match["low"]), float(match["mig"])
        if COUNTED.search(before) and migraine <= headache <= MOST_DAYS:
            rule = "headache_frequency: headache_days_per_month, migraine_days_per_month"
            place = evidence(page, match.start("month"), match.end(), rule)
            yield Finding(HeadacheFrequency(headache, migraine), "present", (place,))


def _series(page: PageText) -> Iterator[Finding]:
    """ "Headache days by diary: June 23, July 20, August 22.": a finding for each month."""
    for series in MONTH_SERIES.finditer(page.text):
        name = "migraine_days_per_month" if series["mig"] else "headache_days_per_month"
        for match in MONTH_COUNT.finditer(page.text, series.start("months"), series.end()):
            if int(match["low"]) <= MOST_DAYS:
                values: dict[str, Any] = {name: float(match["low"])}
                place = evidence(page, match.start(), match.end(), f"headache_frequency: {name}")
                yield Finding(HeadacheFrequency(**values), "present", (place,))


def _from_table(page: PageText) -> Iterator[Finding]:
    """Rows of days with a column before treatment and one on it."""
    rows = {HEADS.get(what := row["what"].lower(), what): row for row in COMPARED_ROW.finditer(page.text)}
    if "headache" not in rows:
        return
    first = min(row.start() for row in rows.values())
    if not re.search(r"\b(?:before|baseline|pre)\b", page.text[max(0, first - HEAD_WITHIN) : first], re.IGNORECASE):
        return
    for column, when in (("first", "baseline"), ("second", "on_treatment")):
        values: dict[str, Any] = {f"{what}_days_per_month": float(row[column]) for what, row in rows.items()}
        places = tuple(
            evidence(page, row.start(), row.end(), f"headache_frequency: {what}_days_per_month")
            for what, row in rows.items()
        )
        yield Finding(HeadacheFrequency(**values, when=when), "present", places)  # type: ignore[arg-type]
