"""Dates as notes write them -> ISO text with the precision that the note has.

Also as OCR misreads them where no other date can be meant: "2025 -02-27", "27.02,2025", "0CT" for OCT.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october 0ct", "nov november", "dec december"),
        1,
    )
    for name in names.split()
}  # fmt: skip
ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
DATE = re.compile(
    rf"""(?<![\d./-])(?=\d|(?<![a-z])[jfmasond])(?:  # most letters begin no date: this spares asking every way
      (?P<y1>(?:19|20)\d\d)[ ]?[-/.][ ]?(?P<m1>\d\d)[-/.](?P<d1>\d\d)
    | (?P<y2>(?:19|20)\d\d)[ -]?(?P<mon2>{_MONTH})[ -]?(?P<d2>\d\d?)
    | (?P<d3>\d\d?)(?:st|nd|rd|th)?[ -]?(?:of[ ])?(?P<mon3>{_MONTH})[., -]*(?P<y3>(?:19|20)?\d\d)
    | (?P<mon4>{_MONTH})\.?(?:[ ]{{1,2}}|-)(?:the[ ])?(?P<d4>\d\d?)(?:st|nd|rd|th)?
      (?:,[ ]{{0,2}}|[ ]{{1,2}}|-)(?P<y4>(?:19|20)\d\d)
    | (?P<d5>\d\d?)\.(?P<m5>\d\d?)[.,](?P<y5>(?:19|20)\d\d)
    | (?P<d10>\d\d?)\.(?P<m10>\d\d?)\.(?P<y10>\d\d)(?![.\d])
    | (?P<m6>\d\d?)(?:[/-]|[ ]/[ ])(?P<d6>\d\d?)(?:[/-]|[ ]/[ ])(?P<y6>(?:19|20)?\d\d)
    | (?P<m7>\d\d?)/(?P<y7>(?:19|20)\d\d)
    | (?P<d9>\d\d?)\.(?P<mon9>{"|".join(ROMAN)})\.(?P<y9>(?:19|20)\d\d)
    | (?P<mon8>{_MONTH})\.?,?[ ](?P<y8>(?:19|20)\d\d)
    )(?![\d/])""",
    re.IGNORECASE | re.VERBOSE,
)


def iso(match: re.Match[str], *, in_the_past: bool = False) -> str | None:
    """ISO text of a DATE match, or None when there is no such day. in_the_past: a birth date."""
    parts = {key.rstrip("0123456789"): text for key, text in match.groupdict().items() if text is not None}
    year = _year(parts["y"], in_the_past)
    month = _month(parts["mon"].lower()) if "mon" in parts else int(parts["m"])
    if "d" not in parts:
        return f"{year:04}-{month:02}" if 1 <= month <= 12 else None
    day = int(parts["d"])
    if match["d10"] and max(day, month) <= 12:
        return None  # "3.8.71" may be the third or the eighth
    if month > 12 >= day and "mon" not in parts:  # "27-08-1983", as the rest of the world writes it
        month, day = day, month
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _month(name: str) -> int:
    return ROMAN.index(name) + 1 if name in ROMAN else MONTHS[name]


def _year(text: str, in_the_past: bool) -> int:
    year = int(text)
    if year >= 100:
        return year
    this_year = date.today().year % 100
    return 1900 + year if year > this_year + (0 if in_the_past else 5) else 2000 + year


def labelled(label: re.Pattern[str], text: str) -> Iterator[tuple[int, int, str]]:
    """(start of the label, end of the date, ISO) of every date that stands right after a label."""
    for match in label.finditer(text):
        written = DATE.match(text, match.end())
        if written and (day := iso(written)):
            yield match.start(), written.end(), day


def dates_in(text: str) -> list[tuple[int, int, str]]:
    """(start, end, ISO) of every date in a text."""
    return [(m.start(), m.end(), found) for m in DATE.finditer(text) if (found := iso(m))]
