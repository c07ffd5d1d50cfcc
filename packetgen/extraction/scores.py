"""Scores with their dates: in sentences here, in tables, questionnaires and parts by the modules beside it.

A sentence gives the value after the instrument's name, and then others that it compares with: "65, was 71 in March",
"from 70 to 57", "33; on 24 February: 58". What an instrument cannot have, a goal or a threshold is not reported.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from packetgen.documents.text import PageText
from packetgen.extraction.bladder import find_bladder_diary
from packetgen.extraction.dates import DATE, MONTHS, iso
from packetgen.extraction.grid import tables_of
from packetgen.extraction.model import Finding, Score
from packetgen.extraction.numerals import as_digits
from packetgen.extraction.place import Passage, end_of_sentence, evidence, passages
from packetgen.extraction.questionnaires import find_questionnaires
from packetgen.extraction.score_parts import find_parts
from packetgen.extraction.score_tables import find_in_tables, instrument_at, written
from packetgen.extraction.spasticity import find_tone
from packetgen.extraction.vocabulary import Instrument, Part

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
# Days without a year tell two values apart, though not when they were.
SHORT_DATE = re.compile(
    rf"(?<![\d/.])(?:0?[1-9]|1[0-2])/(?:[0-2]?\d|3[01])(?![\d/])|\b\d{{1,2}}(?:st|nd|rd"
    rf"|th)?[ ](?:of[ ])?(?:{_MONTH})\b\.?(?:,?[ ]'\d\d)?"
    rf"|\b(?:{_MONTH})\b\.?(?:[ ]\d{{1,2}}\b(?![ ]?[/:][ ]?\d))?(?:,?[ ]'\d\d)?|\b(?:19|20)\d\d\b",
    re.IGNORECASE,
)
SPAN = re.compile(
    r"(?<![\d.])\d{1,3}(?:\.\d)?(?:[ ]?[-–][ ]?\d{1,3})?[ -]{0,6}(?:weeks?|wks?|w|months?|mos?|days?|d|years?"
    r"|yrs?|yo|hours?|hrs?|h|mg"
    r"|mcg|units?|u|sites?|sessions?|points?|pts?|items?|questions?|times|cm|kg|lbs?|nd|rd|th|st)\b|\b(?:wk"
    r"|week|month|(?<!last )(?<!this )(?<!prior )(?<!first )visit|cycle"
    r"|session|day|fill|q|x|#)[ ]?\d{1,2}\b|\d{1,3}%|#[ ]?\d+|\d{1,3}(?:\.\d+)?[ ]+(?:headaches?|migraines?|HA"
    r"|MHD|MMD)\b|\d+(?:\.\d+)?(?:[ ]?[+/][ ]?\d+(?:\.\d+)?){2,}",
    re.IGNORECASE,
)
MASK, OVER = "§", "~"  # stand for a date, and for a number that is no score
NUMBER = (
    r"(?<![\d.,/#-])(?P<value>\d{1,3}(?:\.\d{1,2})?)(?![\d-]|\.\d|,\d{3}|[ ]?(?:or|and) (?:more|less|higher"
    r"|lower|above|below|over"
    r"|under|up)\b|[ ]?(?:or|to)[ ]\d|[ ]?[-–][ ]?\d|\+(?!\w))(?:[ ]?(?:/|out of|of)[ ]?\d{2,3}\b)?[ ]?(?:mL\b|cc\b)?"
    r"(?:[ ,/:]*\(?(?:which is )?(?P<grade>(?:(?:grade|gr)[ ](?:IV|III|II|I|[1-4]))|(?<=\()(?:IV|III|II|I)(?=\))))?"
)
# Words that may stand between a score's name and its value.
_FILLER = (
    r"total|score[ds]?|today|recorded|reported|reviewed|as|is|was|were|of|at|in|on|by|the|to|clinic|visit|last|now|w/"
    r"|currently|after|fill|scan(?:ned)?|bladder|volume|void|repeat|staff|pt|patient|with|he|she|gave|here"
    r"|grade (?:IV|III|II|I)"
    r"|marked|his|her|this|quotes|an?|portal|online|phone|form|and|for|staff use|result|value|completed|filled(?: out)?"
    r"|right|left|[RL]|axilla(?:e|ry)?|underarms?|palms?|hands?|bilateral(?:ly)?|both|each|this visit"
    r"|previous(?:ly)?|prior"
    r"|baseline|most recent|current|initial(?:ly)?|pre|post|pre-treatment|treatment"
)
DIRECT = re.compile(
    rf"(?:[\s:=,(_{MASK}{OVER}.|-]|\({MASK}+\)|\([a-z]{{3,}}\)|\b(?:{_FILLER})\b)*?[ =:(_.]*{NUMBER}", re.IGNORECASE
)
_LINK = (
    r"is|was|were|of|at|with|score[ds]?|said|says|gave|gives|shows?|showed|now|today|total|totals|result"
    r"|adds? up to|came (?:out |back )?(?:at|to|as)"
    r"|made|makes|fell|dropped|improved|rose|down to|up to|circled|marked|went|got|measured|remains?"
    r"|unchanged at|stable at|to"
)
FREE = re.compile(rf"[^\d.;]{{0,70}}?(?:\b(?:{_LINK})\b|[:=])[ :=({MASK}]*{NUMBER}", re.IGNORECASE)
FROM_TO = re.compile(
    rf"[^\d.;]{{0,50}}?(?P<from>\bfrom )(?P<one>\d{{1,3}}(?:\.\d{{1,2}})?)(?:/\d{{2,3}})?"
    rf"(?P<between>[^\d;.]{{0,40}}?)(?:\bto|->|→|,? now) ?"
    rf"(?:[^\d;.]{{0,12}} )?{NUMBER}",
    re.IGNORECASE,
)
FURTHER = re.compile(r"[^.;\d]{0,60}?\b(?P<value>\d{1,4}(?:\.\d)?)[ ]?(?:mL|cc)\b(?P<grade>)", re.IGNORECASE)
NEXT = re.compile(
    rf"(?P<gap>[^\d;]{{0,50}}?|;[^\d]{{0,40}}?){NUMBER}(?P<after>[ ]*\(?(?:on |in |at |from |before |last "
    rf"|baseline){{0,2}}{MASK}?)?",
    re.IGNORECASE,
)
COMPARED = re.compile(
    rf"{MASK}|\b(?:was|were|from|compared (?:with|to)|vs\.?|versus|against|previous(?:ly)?|prior(?:ly)?|last"
    rf"|before|baseline|initial(?:ly)?"
    r"|earlier|up from|down from|then|now|today|left|right|[RL]|hands?|palms?|axilla\w*|pre|post|at start|to"
    r"|fell|rose|after)\b|->|→|=>",
    re.IGNORECASE,
)
STOP = re.compile(r"\.\s")
AFTERWARDS = re.compile(
    rf"\b(?:it|(?:the|her|his) (?:total|score|sum)) (?:was|is|had been|fell to|rose to|went to) {NUMBER}", re.IGNORECASE
)
AFTERWARDS_WITHIN = 140  # characters after the sentence that names an instrument
SAID_FIRST = re.compile(
    r"(?:\b(?:scor\w+|had|has|was|with|of|and|is|got|at)"
    r"|[,;:]) (?:a )?(?P<value>\d{1,3}(?:\.\d{1,2})?)(?:/\d{2,3})? (?:points )?(?:on|for|in) "
    r"(?:the |her |his |a |today's )?$",
    re.IGNORECASE,
)
NOT_A_VALUE = re.compile(
    r"[<>≥≤]|\b(?:range|at least|or more|required?|requires|goal|target|below|under|above|over|less than"
    r"|more than|exceed\w*|if|should"
    r"|will|threshold|cut-?off|criteri\w+|minimum|BP|HR|pulse|age[d]?|weight|pain|VAS|NRS|dose|not (?:done"
    r"|completed|available)"
    r"|improv\w+ by|fell by|dropped by|reduc\w+ (?:of|by)|repeat (?:the|in)|version|page|item|question)\b",
    re.IGNORECASE,
)
# "MIDAS 47 (A 61, B 7)": what it asks for beside its sum
BESIDE = re.compile(r"[^\d.;]{0,12}\bA[ :=]*(?P<A>\d{1,2})\b\W{1,4}(?:and )?B[ :=]*(?P<B>\d{1,2})\b")
DAY_AFTER = re.compile(rf"[ ]?\(?(?:(?:on|in|at|of|from|dated|done|,)[ ])?{MASK}+(?![ ]*[:=])", re.IGNORECASE)
TOTAL_LINE = re.compile(r"^[ ]*total(?: score)?[ ]*[:=]?[ ]+(?P<value>\d{1,3})\b", re.IGNORECASE | re.MULTILINE)
TOTAL_WITHIN = 2000  # characters: a questionnaire of a page
SHORT_SCALE = 5
CHOICES_WITHIN = 400
CIRCLED = re.compile(r"^[ ]*(?:\((?P<value>\d)\)|\[x\][ ]*(?P<ticked>\d)\b)[ ]+\S.*$", re.IGNORECASE | re.MULTILINE)
CHOICE = re.compile(r"^[ ]*(?:\[ \][ ]*)?\d[ ]+[a-z]", re.IGNORECASE | re.MULTILINE)
GRADES = {"1": "I", "2": "II", "3": "III", "4": "IV"}
MOST_VALUES = 6  # that one sentence compares


@dataclass(frozen=True, slots=True)
class _Name:
    """An instrument's name at text[start:end], and where the next one begins."""

    instrument: Instrument
    start: int
    end: int
    stop: int


@dataclass(frozen=True, slots=True)
class _Told:
    value: str
    start: int
    end: int
    grade: str | None = None


def find_scores(page: PageText) -> list[Finding]:
    """All scores of a page; the same value of an instrument on one date is found once."""
    digits = replace(page, text=as_digits(page.text))
    names = _names(digits.text)
    found = [*find_parts(digits), *find_questionnaires(digits), *find_tone(page), *find_bladder_diary(page)]
    if names:
        found += find_in_tables(digits)
        rows = _rows_of_scores(digits)
        found += [
            f
            for name in names
            for f in _of_name(page, digits, name, in_table=any(s <= name.start < e for s, e in rows))
        ]
    return _once(found)


def _names(text: str) -> list[_Name]:
    """Every instrument named, in order; of names that overlap the longest."""
    found = sorted(
        ((m.start(), -m.end(), i) for i, pattern in written() for m in pattern.finditer(text)),
        key=lambda item: item[:2],
    )
    apart = [item for index, item in enumerate(found) if not any(-other[1] > item[0] for other in found[:index])]
    starts = [item[0] for item in apart] + [len(text)]
    return [_Name(i, start, -end, starts[index + 1]) for index, (start, end, i) in enumerate(apart)]


def _rows_of_scores(page: PageText) -> list[tuple[int, int]]:
    """Rows of tables that begin with an instrument and have several values: read as such."""
    return [
        (row.start, row.end)
        for table in tables_of(page)
        for row in table.rows
        if len(row.values) > 1 and instrument_at(row.name)
    ]


def _of_name(page: PageText, digits: PageText, name: _Name, *, in_table: bool) -> Iterator[Finding]:
    circled = _circled(digits, name)
    if not in_table and not circled:
        yield from _in_sentence(page, digits, name)
    for place in (_below_title(digits, name), circled):
        if place:
            yield from _finding(digits, name.instrument, place, None, "score_total")


def _in_sentence(page: PageText, digits: PageText, name: _Name) -> Iterator[Finding]:
    """The value after a name or before it, and those that it is compared with."""
    passage = _passage_at(page, name.start)
    stop = min(name.stop, end_of_sentence(passage))
    before = SAID_FIRST.search(digits.text[passage.start : name.start].replace("\n", " "))
    if before:
        place = _Told(before["value"], passage.start + before.start("value"), name.end)
        yield from _finding(digits, name.instrument, place, None, "score")
        return
    said, days = _masked(digits.text[name.end : stop], name.instrument)
    for told in _values(name.instrument, said):
        place = _Told(told.value, name.start, name.end + told.end, told.grade)
        beside = BESIDE.match(said, told.end) if name.instrument.beside else None
        parts = tuple((item, float(beside[item])) for item in name.instrument.beside) if beside else ()
        yield from _finding(digits, name.instrument, place, _day_of(said, days, told), "score", parts)
    rest = digits.text[stop : min(name.stop, stop + AFTERWARDS_WITHIN)].split("\n\n")[0]
    for again in AFTERWARDS.finditer(_masked(rest, name.instrument)[0]):
        yield from _finding(
            digits, name.instrument, _Told(again["value"], name.start, stop + again.end()), None, "score"
        )


def _passage_at(page: PageText, at: int) -> Passage:
    found = passages(page)
    return found[max(0, bisect_right([passage.start for passage in found], at) - 1)]


def _masked(text: str, instrument: Instrument) -> tuple[str, list[tuple[int, str | None]]]:
    """The text on one line with its dates and its numbers of other things blanked, and the dates by their place."""
    text = text.replace("\n", " ").replace("->", "→ ").replace("=>", "→ ")
    days: list[tuple[int, str | None]] = []

    def hide(match: re.Match[str], sign: str) -> str:
        return sign * len(match.group(0))

    for match in DATE.finditer(text):
        days.append((match.start(), iso(match)))
    text = DATE.sub(lambda m: hide(m, MASK), text)
    highest = f"/{instrument.high:g}"
    text = SHORT_DATE.sub(lambda m: m.group(0) if m.group(0).endswith(highest) else hide(m, MASK), text)
    text = SPAN.sub(lambda m: hide(m, OVER), text)
    return (_parts_of(instrument.parts).sub(lambda m: hide(m, OVER), text) if instrument.parts else text), days


@cache
def _parts_of(parts: tuple[Part, ...]) -> re.Pattern[str]:
    """A part of a score with its number."""
    return re.compile(
        rf"\b(?:{'|'.join(part.written for part in parts)})\b[ .:=]*\d{{1,2}}(?:\.\d+)?(?:/\d+)?", re.IGNORECASE
    )


def _values(instrument: Instrument, said: str) -> Iterator[_Told]:
    """The values that follow a name, as far as each is tied to the one before."""
    moved = FROM_TO.match(said)
    if moved and not NOT_A_VALUE.search(said[: moved.start("one")]):
        yield _Told(moved["one"], moved.start("one"), moved.end("one"))
        first: re.Match[str] | None = moved
    else:
        first = (FURTHER.match(said) if instrument.unit else None) or DIRECT.match(said) or FREE.match(said)
    if first is None or NOT_A_VALUE.search(said[: first.start("value")]):
        return
    yield _Told(first["value"], first.start("value"), first.end(), first["grade"])
    at = first.end()
    for _ in range(MOST_VALUES):
        match = NEXT.match(said, at)
        if match is None or NOT_A_VALUE.search(match["gap"]):
            return
        if STOP.search(match["gap"]) and not re.search(rf"\bit\b|{MASK}", match["gap"]):
            return
        if not COMPARED.search(match["gap"]) and not (match["after"] or "").strip(" ("):
            return
        yield _Told(match["value"], match.start("value"), match.end("value"), match["grade"])
        at = match.end("value")


def _day_of(said: str, days: Sequence[tuple[int, str | None]], told: _Told) -> str | None:
    """The date right after a value, or the last one before it that no other value has."""
    after = DAY_AFTER.match(said, told.end)
    if after:
        return next((day for at, day in days if told.end <= at < after.end()), None)
    since = max((m.end() for m in re.finditer(r"\d", said[: told.start])), default=0)
    return next((day for at, day in reversed(days) if since <= at < told.start), None)


def _finding(
    page: PageText,
    instrument: Instrument,
    told: _Told,
    day: str | None,
    rule: str,
    parts: tuple[tuple[str, float], ...] = (),
) -> Iterator[Finding]:
    """A score of that value, unless the instrument cannot have it."""
    if instrument.low <= float(told.value) <= instrument.high:
        unit = (("unit", instrument.unit),) if instrument.unit else ()
        score = Score(instrument.instrument, float(told.value), (*parts, *unit), _grade(told.grade), day)
        yield Finding(score, "present", (evidence(page, told.start, told.end, rule),), day)


def _grade(text: str | None) -> str | None:
    word = text.split()[-1].upper() if text else None
    return GRADES.get(word, word) if word else None


def _below_title(page: PageText, name: _Name) -> _Told | None:
    """ "Total Score: 66" on a line of its own belongs to the questionnaire whose title stands last above it."""
    below = TOTAL_LINE.search(page.text, name.end, min(name.stop, name.end + TOTAL_WITHIN))
    if below is None or page.text.count("\n", name.end, below.start()) == 0 or name.instrument.parts:
        return None
    return _Told(below["value"], below.start(), below.end())


def _circled(page: PageText, name: _Name) -> _Told | None:
    """The one choice of a short scale that is set in brackets: "(3) barely tolerable"."""
    if name.instrument.high > SHORT_SCALE:
        return None
    lines = page.text[name.end : name.end + CHOICES_WITHIN]
    marked = list(CIRCLED.finditer(lines))
    if len(marked) != 1 or len(CHOICE.findall(lines)) < 2:
        return None
    start = name.end + marked[0].start()
    return _Told(marked[0]["value"] or marked[0]["ticked"], start, start + len(marked[0].group(0)))


def _once(findings: Sequence[Finding]) -> list[Finding]:
    """The findings without those that another one tells with its parts or its date."""
    kept: list[Finding] = []
    for finding in sorted(findings, key=lambda f: _detail(f.value), reverse=True):
        if not any(_tells(other.value, finding.value) for other in kept):
            kept.append(finding)
    return sorted(kept, key=lambda f: findings.index(f))


def _detail(value: object) -> tuple[int, bool, bool]:
    if not isinstance(value, Score):
        return (0, False, False)
    return (len(value.subscores), value.value is not None, value.date is not None)


def _tells(one: object, other: object) -> bool:
    """Whether one score says all that another says."""
    if not (isinstance(one, Score) and isinstance(other, Score)) or one.instrument != other.instrument:
        return False
    same_day = one.date == other.date or other.date is None or one.date is None
    same_parts = dict(other.subscores).items() <= dict(one.subscores).items()
    return same_day and same_parts and one.value == other.value
