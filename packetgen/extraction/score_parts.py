"""Scores whose parts a sentence tells: "TWSTRS 41: severity 19, disability 13, pain 9".

Parts that do not make the sum beside them are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from packetgen.documents.text import PageText
from packetgen.extraction.dates import dates_in
from packetgen.extraction.grid import tables_of
from packetgen.extraction.model import Finding, Score
from packetgen.extraction.place import evidence
from packetgen.extraction.score_tables import written
from packetgen.extraction.spasticity import side_in
from packetgen.extraction.vocabulary import Instrument, Part

_N = r"\d{1,3}(?:\.\d{1,2})?"
SUM_AFTER = re.compile(
    r"[^A-Za-z\d]{0,40}(?:\b(?:total|sum|score)\b|=|->|→)[^A-Za-z\d]{0,60}(?:\b(?:total|sum|score|is"
    r"|of)\b[^A-Za-z\d]{0,60})?"
    rf"(?P<sum>{_N})(?!\d)",
    re.IGNORECASE,
)
SUM_BEFORE = re.compile(
    rf"(?:^|[ :=(])(?:(?:total|score|today|is|was|of|now)[ :=]*)*(?P<sum>{_N})(?!\d|[/.]\d{{1,2}}[/.])"
    r"(?:[ ]?/[ ]?\d{2})?[^\d;.]{0,12}[:;,(=–-][ ]*$",
    re.IGNORECASE,
)
PARTS_WITHIN = 500  # characters after a score's name
ROUNDING = 0.01
GRAVIMETRIC = re.compile(r"\bgravimetr\w*", re.IGNORECASE)
_MG = r"\d{1,4}(?:\.\d)?"
RIGHT_LEFT = re.compile(
    rf"(?:right|\bR\b)[^\d\n]{{0,20}}?(?P<right>{_MG})[ ]?mg[^.]{{0,40}}?(?:left|\bL\b)[^\d]{{0,20}}?(?P<left>{_MG})"
    rf"|(?P<right2>{_MG})[ ]?mg[^.\d]{{0,24}}?(?:right|\bR\b)[^.\d]{{0,20}}?"
    rf"(?P<left2>{_MG})[ ]?mg[^.\d]{{0,24}}?(?:left|\bL\b)",
    re.IGNORECASE,
)
SWEAT_WITHIN = 160  # characters after its name
Parts = tuple[tuple[str, float | str], ...]


def find_parts(page: PageText) -> Iterator[Finding]:
    """Scores of a page's sentences with their parts, and grams of sweat by side."""
    for instrument, pattern in written():
        if instrument.parts:
            titles = list(pattern.finditer(page.text))
            for number, title in enumerate(titles):
                stop = titles[number + 1].start() if number + 1 < len(titles) else len(page.text)
                yield from _of_title(page, instrument, title, min(stop, title.end() + PARTS_WITHIN))
    yield from _sweat(page)


def _of_title(page: PageText, instrument: Instrument, title: re.Match[str], stop: int) -> Iterator[Finding]:
    """As often as all of its parts are told in order after a score's name."""
    before = title.end()
    for pattern in _ways(instrument.parts):
        for match in pattern.finditer(page.text, title.end(), stop):
            parts = tuple((part.name, float(match[group_of(part)])) for part in instrument.parts)
            if all(value <= part.high for (_, value), part in zip(parts, instrument.parts, strict=True)):
                yield from _checked(page, instrument, parts, title, before, match)
            before = match.end()


def _checked(
    page: PageText,
    instrument: Instrument,
    parts: tuple[tuple[str, float], ...],
    title: re.Match[str],
    before: int,
    match: re.Match[str],
) -> Iterator[Finding]:
    """The score with the sum that the text states, where it agrees; without one, the parts alone."""
    total = sum(value for _, value in parts)
    ahead = SUM_BEFORE.search(page.text[before : match.start()])
    after = SUM_AFTER.match(page.text, match.end())
    stated = {float(found["sum"]) for found in (ahead, after) if found}
    if stated and not any(abs(one - total) < ROUNDING for one in stated):
        return
    end = max(match.end(), after.end()) if after and abs(float(after["sum"]) - total) < ROUNDING else match.end()
    days = dates_in(page.text[before : match.start()])
    score = Score(instrument.instrument, total if stated else None, parts, None, days[-1][2] if days else None)
    yield Finding(score, "present", (evidence(page, title.start(), end, "score_parts"),), score.date)


def group_of(part: Part) -> str:
    """The name of a part as that of a group of a pattern."""
    return part.name.replace(" ", "_")


@cache
def _ways(parts: tuple[Part, ...]) -> tuple[re.Pattern[str], ...]:
    """ "severity 19, disability 13, pain 9", "18 severity, 12 disability, 8 pain", "= 19 + 13 + 9", "(19/13/9)"."""
    value = (
        r"[ .:=_]*(?:\((?:\d+[ ]?[-–to]+[ ]?\d+)\))?(?:\b(?:score|sub-?score|sub-?scale|sub-?total|is|was"
        r"|of)\b)?[ .:=_(]*"
    )
    of = r"(?!\d|%)(?:[ ]?/[ ]?\d{2}\b)?"
    between = r"[^A-Za-z\d]{1,40}(?:(?:[IVX]{1,3}\.|\b(?:and|plus|with|today|now)\b)[^A-Za-z\d]{0,20})?"
    number = {part.name: rf"(?P<{group_of(part)}>{_N})" for part in parts}
    named = between.join(rf"\b(?:{part.written})\b{value}{number[part.name]}{of}" for part in parts)
    turned = r"[ ,;/+]*(?:and )?".join(
        rf"{number[part.name]}{of}[ ]?(?:for |on |in )?(?:{part.written})\b" for part in parts
    )
    letters = r"[ ]?[/,+][ ]?".join(rf"(?:{part.written})" for part in parts)
    plain = r"[ ]?[/,+][ ]?".join(number.values())
    return tuple(
        re.compile(pattern, re.IGNORECASE)
        for pattern in (named, turned, rf"\b{letters}[ :=(]*{plain}\b", rf"(?<=[(=])[ ]?{plain}(?![\d/+]|[ ]?[/+])")
    )


def _sweat(page: PageText) -> Iterator[Finding]:
    """Milligrams of sweat in five minutes, right and left: in sentences, and in tables by side and date."""
    for title in GRAVIMETRIC.finditer(page.text):
        match = RIGHT_LEFT.search(page.text, title.end(), title.end() + SWEAT_WITHIN)
        if match and page.text.count("\n", title.end(), match.start()) <= 2:
            right, left = match["right"] or match["right2"], match["left"] or match["left2"]
            days = dates_in(page.text[title.end() : match.start()])
            yield _sweat_score(page, right, left, days[0][2] if days else None, title.start(), match.end())
    for table in tables_of(page) if GRAVIMETRIC.search(page.text) else ():
        told: dict[str | int, dict[str, tuple[str, str | None]]] = {}
        for number, row in enumerate(table.rows):
            titled = GRAVIMETRIC.search(f"{table.corner} {table.above} {row.label.text}")
            for index, cell in enumerate(row.values) if titled else ():
                of_row, of_head = side_in(row.label.text), side_in(" ".join(cell.heads))
                days = dates_in(" ".join((*cell.heads, row.label.text)))
                if side := of_row or of_head:
                    key = f"column {index}" if of_row else f"row {number}"
                    told.setdefault(key, {})[side] = (cell.text, days[0][2] if days else None)
        for sides in told.values():
            if len(sides) == 2:
                (right, day), (left, _) = sides["right"], sides["left"]
                yield _sweat_score(page, right, left, day, table.start, table.end)


def _sweat_score(page: PageText, right: str, left: str, day: str | None, start: int, end: int) -> Finding:
    amounts = [re.match(_MG, text) for text in (right, left)]
    parts: Parts = tuple(
        (side, float(amount.group(0))) for side, amount in zip(("right", "left"), amounts, strict=True) if amount
    )
    score = Score("Gravimetry", None, (*parts, ("unit", "mg/5 min")), None, day)
    return Finding(score, "present", (evidence(page, start, end, "score_parts"),), day)
