"""Scores with their dates: in sentences, and in flowsheets with a date a row and an instrument a column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from packetgen.documents.text import PageText
from packetgen.extraction.dates import dates_in
from packetgen.extraction.model import Finding, Score
from packetgen.extraction.numerals import as_digits
from packetgen.extraction.place import evidence
from packetgen.extraction.subscores import find_subscores, without_plain_twins
from packetgen.extraction.vocabulary import Instrument, instruments

# Words that may stand between a score's name and its value.
_FILLER = (
    r"total|score[ds]?|today|recorded|reported|reviewed|as|is|was|were|of|at|in|on|by|the|to|clinic|visit|last|now"
    r"|currently|after|fill|\d(?=[ ]+\d)|scan(?:ned)?|bladder|volume|void|repeat|staff|pt|patient|with|he|she|gave"
    r"|marked|his|her|this|quotes|an?|portal|online|phone|form|and|for|staff use|result|value|completed|filled(?: out)?"
)
_DAY = r"\d{1,2}/\d{1,2}(?:/\d{2,4})?(?=[ ]*[:=(]|[ ]+(?:was|is|=))"
VALUE = re.compile(
    rf"(?:[ ]*\([^)\d]*\d?[^)\d]*\))?(?:[\s:=,(_-]|w/|(?:19|20)\d\d:|{_DAY}|\b(?:{_FILLER})\b){{0,14}}?[ =:(_]*"
    r"(?P<value>\d{1,3}(?:\.\d{1,2})?)"
    r"(?![\d-]|\.\d|[ ]?(?:or|and|to) \d|%|[ ]?(?:wks?|weeks?|months?|days?|years?)\b|/\d{1,2}/\d"
    r"|[ ]+\d{1,3}[ ]?(?:mL|cc))"
    r"(?:/\d{2,3})?[ ]?(?:mL|cc)?(?:[ ,/]*\(?(?:which is )?(?P<grade>(?:grade|gr)[ ](?:IV|III|II|I|[1-4])))?",
    re.IGNORECASE,
)
# With its unit, a value may stand further from the name: "PVR before today's case 18 mL".
FURTHER = (
    r"(?:[^.;\d\n]|\d(?:st|nd|rd|th)\b|\d+[ ]*(?:weeks?|wks?|days?|months?|h\b"
    r"|hours?)){{0,60}}(?:\n[^.;\d\n]{{0,40}})?\b(?P<value>\d{{1,4}}(?:\.\d)?)[ ]?{unit}\b(?P<grade>)"
)
# "MIDAS 24 today (58 on 7/14/25)", "MIDAS 102 (95 in March)"
EARLIER = re.compile(
    r"[^.\n()]{0,25}\((?:\w+ )?(?P<value>\d{1,3}(?:\.\d{1,2})?)[ ]?(?:mL |cc )?"
    r"(?:on|in|at|last|a year|before|baseline)\b[^)\n]{0,24}\)",
    re.IGNORECASE,
)
# "MIDAS 80 -> 24", "HDSS 4 today (11/2024: 4)"
THEN = re.compile(
    r"[ ]*(?:->|→|=>|(?:fell |down |improved )?to)[ ]*(?P<value>\d{1,3}(?:\.\d{1,2})?)(?![\d/-]|[ ]?(?:weeks|months"
    r"|days|mg))",
    re.IGNORECASE,
)
ON_DAY = re.compile(
    r"[^.\n()]{0,25}\((?:in |on "
    r"|was )?(?P<day>[A-Za-z]{0,9}\.?[ ]?[\d/]{2,10})[ ]?[:=] ?(?P<value>\d{1,3}(?:\.\d{1,2})?)\)",
    re.IGNORECASE,
)
ROW_NUMBER = re.compile(r"(?<![\d./-])\d{1,3}(?:\.\d{1,2})?(?![\d/-]|\.\d)")
ROWS_ABOVE = 14
TOTAL_LINE = re.compile(r"^[ ]*total(?: score)?[ ]*[:=]?[ ]+(?P<value>\d{1,3})\b", re.IGNORECASE | re.MULTILINE)
TOTAL_WITHIN = 2000  # characters: a questionnaire of a page
SHORT_SCALE = 5
CHOICES_WITHIN = 400
CIRCLED = re.compile(r"^[ ]*(?:\((?P<value>\d)\)|\[x\][ ]*(?P<ticked>\d)\b)[ ]+\S.*$", re.IGNORECASE | re.MULTILINE)
CHOICE = re.compile(r"^[ ]*(?:\[ \][ ]*)?\d[ ]+[a-z]", re.IGNORECASE | re.MULTILINE)
THRESHOLD = re.compile(r"(?:>|≥|<|≤|range|at least|or more|required?)[ ]*$", re.IGNORECASE)
GRADES = {"1": "I", "2": "II", "3": "III", "4": "IV"}


def find_scores(page: PageText) -> list[Finding]:
    """All scores of a page; the same value of an instrument on one date is found once."""
    page = replace(page, text=as_digits(page.text))
    found: dict[Score, Finding] = {}
    for instrument, names in _names():
        for pattern in names:
            for match in pattern.finditer(page.text):
                for finding in (
                    *_in_sentence(page, instrument, match),
                    *_in_row(page, instrument, match),
                    _below_title(page, instrument, match),
                    _circled(page, instrument, match),
                    *_in_flowsheet(page, instrument, match),
                ):
                    if finding and isinstance(finding.value, Score):
                        found.setdefault(finding.value, finding)
    return without_plain_twins([*find_subscores(page), *found.values()])


@cache
def _names() -> tuple[tuple[Instrument, tuple[re.Pattern[str], ...]], ...]:
    """Each instrument with the ways to write it."""
    return tuple(
        (i, tuple(re.compile(rf"\b(?:{name})(?![\w-])", re.IGNORECASE) for name in i.names))
        for i in instruments().scores
    )


def _in_sentence(page: PageText, instrument: Instrument, name: re.Match[str]) -> Iterator[Finding]:
    """The value after a name, and the earlier one in brackets after it."""
    match = None
    if instrument.unit:
        match = re.compile(FURTHER.format(unit=instrument.unit), re.IGNORECASE).match(page.text, name.end())
    match = match or VALUE.match(page.text, name.end())
    if not match or THRESHOLD.search(page.text[name.end() : match.start("value")]) or _is_a_row(page, name):
        return
    line_end = page.text.find("\n", match.end())
    line_end = line_end if line_end >= 0 else len(page.text)
    earlier = EARLIER.match(page.text, match.end())
    after = dates_in(
        page.text[match.end() : min(line_end, match.end() + 25, earlier.start("value") if earlier else line_end)]
    )
    grade = match["grade"]
    yield from _score(
        page, instrument, match["value"], name.start(), match.end(), after[0][2] if after else None, grade
    )
    for again in (THEN.match(page.text, match.end()), None if earlier else ON_DAY.match(page.text, match.end())):
        if again:
            days = dates_in(again.group(0))
            yield from _score(page, instrument, again["value"], name.start(), again.end(), days[0][2] if days else None)
    if earlier:
        days = dates_in(earlier.group(0))
        day = days[0][2] if days else None
        yield from _score(page, instrument, earlier["value"], name.start(), earlier.end(), day)


def _score(
    page: PageText, instrument: Instrument, value: str, start: int, end: int, day: str | None, grade: str | None = None
) -> Iterator[Finding]:
    """A score of that value, unless the instrument cannot have it."""
    if instrument.low <= float(value) <= instrument.high:
        parts = (("unit", instrument.unit),) if instrument.unit else ()
        score = Score(instrument.instrument, float(value), parts, _grade(grade), day)
        yield Finding(score, "present", (evidence(page, start, end, "score"),), day)


def _line(page: PageText, at: int) -> tuple[int, str]:
    """Start and text of the line around an offset."""
    start = page.text.rfind("\n", 0, at) + 1
    end = page.text.find("\n", at)
    return start, page.text[start : end if end >= 0 else len(page.text)]


def _row_values(page: PageText, name: re.Match[str]) -> list[re.Match[str]]:
    """Numbers of a table's row that begins with a score's name: two or more, far from it and from each other."""
    start, line = _line(page, name.start())
    if re.sub(r"\btotal\b", "", line[: name.start() - start], flags=re.IGNORECASE).strip(" |-•"):
        return []
    rest = re.sub(r"\([^)]*\)", lambda m: " " * len(m.group(0)), line[name.end() - start :])
    if not re.fullmatch(
        r"[ ]*(?:total|score)?[ ]{2,}(?:(?:\d{1,3}(?:\.\d{1,2})?|-+)(?:[ ]{2,}|[ ]*$)){2,}", rest, re.IGNORECASE
    ):
        return []
    return list(ROW_NUMBER.finditer(page.text, name.end() + len(rest) - len(rest.lstrip()), start + len(line)))


def _is_a_row(page: PageText, name: re.Match[str]) -> bool:
    return bool(_row_values(page, name))


def _in_row(page: PageText, instrument: Instrument, name: re.Match[str]) -> Iterator[Finding]:
    """A row of a table with a column for each date: "HDSS   4   1   3"."""
    values = _row_values(page, name)
    if not values:
        return
    days = _dates_above(page, name.start(), len(values))
    for value, day in zip(values, days, strict=True):
        yield from _score(page, instrument, value.group(0), name.start(), value.end(), day)


def _dates_above(page: PageText, at: int, count: int) -> list[str | None]:
    """The dates of the nearest line above that has one for each column."""
    for line in reversed(page.text[:at].split("\n")[-ROWS_ABOVE:]):
        found = dates_in(line)
        if len(found) == count:
            return [day for _, _, day in found]
    return [None] * count


def _below_title(page: PageText, instrument: Instrument, name: re.Match[str]) -> Finding | None:
    """ "Total Score: 66" on a line of its own belongs to the questionnaire whose title stands last above it."""
    below = TOTAL_LINE.search(page.text, name.end(), name.end() + TOTAL_WITHIN)
    if below is None or page.text.count("\n", name.end(), below.start()) == 0:
        return None
    others = "|".join(n for other in instruments().scores if other is not instrument for n in other.names)
    if re.search(rf"\b(?:{others})(?![\w-])", page.text[name.end() : below.start()], re.IGNORECASE):
        return None
    value = float(below["value"])
    if not instrument.low <= value <= instrument.high:
        return None
    place = evidence(page, below.start(), below.end(), "score_total")
    return Finding(Score(instrument.instrument, value), "present", (place,))


def _circled(page: PageText, instrument: Instrument, name: re.Match[str]) -> Finding | None:
    """The one choice of a short scale that is set in brackets: "(3) barely tolerable"."""
    if instrument.high > SHORT_SCALE:
        return None
    lines = page.text[name.end() : name.end() + CHOICES_WITHIN]
    marked = list(CIRCLED.finditer(lines))
    if len(marked) != 1 or len(CHOICE.findall(lines)) < 2:
        return None
    start = name.end() + marked[0].start()
    place = evidence(page, start, start + len(marked[0].group(0)), "score_circled")
    return Finding(Score(instrument.instrument, float(marked[0]["value"] or marked[0]["ticked"])), "present", (place,))


def _grade(text: str | None) -> str | None:
    if not text:
        return None
    word = text.split()[-1].upper()
    return GRADES.get(word, word)


def _in_flowsheet(page: PageText, instrument: Instrument, name: re.Match[str]) -> list[Finding]:
    """The column under an instrument's name, as far as rows begin with a date."""
    line_start = page.text.rfind("\n", 0, name.start()) + 1
    column = name.start() - line_start
    found: list[Finding] = []
    offset = page.text.find("\n", name.end()) + 1
    while offset:
        end = page.text.find("\n", offset)
        row = page.text[offset : end if end >= 0 else None]
        dates = dates_in(row)
        if not dates or dates[0][0] > 12:
            break
        cell = next((m for m in re.finditer(r"\d{1,3}(?![\d/-])", row) if abs(m.start() - column) <= 3), None)
        if cell and cell.start() > dates[0][1] and instrument.low <= float(cell.group(0)) <= instrument.high:
            grade = re.match(r"[ ]*\((grade \w+)\)", row[cell.end() :], re.IGNORECASE)
            score = Score(
                instrument.instrument, float(cell.group(0)), (), _grade(grade[1]) if grade else None, dates[0][2]
            )
            place = evidence(page, offset + dates[0][0], offset + cell.end(), "flowsheet")
            found.append(Finding(score, "present", (place,), dates[0][2]))
        offset = end + 1 if end >= 0 else 0
    return found
