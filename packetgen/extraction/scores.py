"""Scores with their dates: in sentences, and in flowsheets with a date a row and an instrument a column."""

from __future__ import annotations

import re

from packetgen.documents.text import PageText
from packetgen.extraction.dates import dates_in
from packetgen.extraction.model import Finding, Score
from packetgen.extraction.place import evidence
from packetgen.extraction.subscores import find_subscores, without_plain_twins
from packetgen.extraction.vocabulary import Instrument, instruments

VALUE = re.compile(
    r"[ ]*(?:(?:19|20)\d\d:)?[ ]*(?:total|score|today|\(total\)|recorded as|is|was|of|=|:|[ ])*[ ]*"
    r"(?P<value>\d{1,3}(?:\.\d)?)(?![\d-]|[ ]?(?:or|and) )(?:/\d{2,3})?"
    r"(?:[ ,/]*\(?(?P<grade>grade[ ](?:IV|III|II|I|[1-4])))?",
    re.IGNORECASE,
)
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
    found: dict[Score, Finding] = {}
    for instrument in instruments().scores:
        for name in instrument.names:
            for match in re.finditer(rf"\b(?:{name})(?![\w-])", page.text, re.IGNORECASE):
                for finding in (
                    _in_sentence(page, instrument, match),
                    _below_title(page, instrument, match),
                    _circled(page, instrument, match),
                    *_in_flowsheet(page, instrument, match),
                ):
                    if finding and isinstance(finding.value, Score):
                        found.setdefault(finding.value, finding)
    return without_plain_twins([*find_subscores(page), *found.values()])


def _in_sentence(page: PageText, instrument: Instrument, name: re.Match[str]) -> Finding | None:
    match = VALUE.match(page.text, name.end())
    if not match or THRESHOLD.search(page.text[name.end() : match.start("value")]):
        return None
    value = float(match["value"])
    if not instrument.low <= value <= instrument.high:
        return None
    line_end = page.text.find("\n", match.end())
    after = dates_in(page.text[match.end() : min(line_end, match.end() + 25)])
    return Finding(
        Score(instrument.instrument, value, (), _grade(match["grade"]), after[0][2] if after else None),
        "present",
        (evidence(page, name.start(), match.end(), "score"),),
        after[0][2] if after else None,
    )


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
    if text is None:
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
