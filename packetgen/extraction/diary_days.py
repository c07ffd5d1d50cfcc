"""The day that a line of a diary begins with: a date, "9/3", "Sept 3", a number below the name of its month, a weekday
below "week of 9/1", a ditto sign, or several: "9/3-9/5", "9/3 and 9/4", "Thu 5 and Fri 6".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from packetgen.documents.text import PageText
from packetgen.extraction.dates import DATE, MONTHS, dates_in, iso
from packetgen.extraction.diary_times import CLOCK_TIME, minutes_of

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY = rf"(?:{'|'.join(WEEKDAYS)})(?:[a-z]{{1,6}})?\b\.?"
_END = r"(?:st|nd|rd|th)?(?![\d/%]|[:.]\d|[ ]?(?:mg|am|pm|h\b|hrs?\b|hours?|min|x\b|/10))"
MONTH_YEAR = re.compile(rf"\b(?P<month>{_MONTH})\.?,?[ ]+(?:of )?(?P<year>20\d\d|['’]\d\d)\b", re.IGNORECASE)
MONTH_ALONE = re.compile(rf"^\W*(?P<month>{_MONTH})\b\W*(?:\(?cont\w*\.?\)?|headaches?|continued)?\W*$", re.IGNORECASE)
WEEK_OF = re.compile(
    r"\bweek\b[^\n]{0,20}?\b(?:of|beginning|starting|begins|starts|from)\b[: ]*(?=\S*\d|[A-Z][a-z]{2,8}\.? \d)",
    re.IGNORECASE,
)
# what a heading has at the least
MAY_HEAD = re.compile(r"[Ww][Ee][Ee][Kk]|20\d\d|['’]\d\d|^\W*[A-Za-z]{3,9}\W*(?:\W[A-Za-z.]{4,10}\W*)?$")
START = re.compile(
    rf"(?P<bullet>[-•*·>][ ]+)?(?:(?P<weekday>{_WEEKDAY}),?[ ]*)?(?:(?:the|day)[ ]+)?"
    rf"(?:(?P<mon>{_MONTH})\.?[ ](?P<d>\d{{1,2}}){_END}|(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?[ -](?P<mon2>{_MONTH})\b"
    rf"|(?P<m>\d{{1,2}})[/-](?P<d3>\d{{1,2}}){_END}|(?P<day>\d{{1,2}}){_END}"
    r"|(?P<ditto>[\"”″]|[.,'’“*]{0,2}(?=[ ]*\d{1,2}:\d\d)))?",
    re.IGNORECASE,
)
MISREAD = re.compile(rf"(?P<weekday>{_WEEKDAY})[ ,]+[^\s/]{{0,4}}[/-]?(?P<day>\d\d)\.?(?=\s|$)[ ]*", re.IGNORECASE)
AFTER_DAY = re.compile(
    rf"(?:[ ]*\(?(?:{_WEEKDAY})\)?)?(?:[ ]*[:.)=|–—-]+(?=\s|$|[A-Za-z])|[ ]*,|(?=\s|$))[ ]*", re.IGNORECASE
)
ALSO = re.compile(
    rf"[ ]*(?P<link>-|–|to\b|thru\b|through\b|and\b|&|\+|,)[ ]*(?:(?P<weekday>{_WEEKDAY}),?[ ]*)?"
    rf"(?:(?P<m>\d{{1,2}})/|(?:(?:{_MONTH})\.?[ ]))?"
    rf"(?P<d>\d{{1,2}}){_END}(?(weekday)|(?![ ]?(?:[-–]|days?|out|pills?|tabs?|of)))",
    re.IGNORECASE,
)
TO_LATER_DAY = re.compile(
    rf",?[ ]*(?:at[ ]+)?(?P<start>{CLOCK_TIME})?[ ]*(?:-|–|—|to|until|→|->|[|]|[ ]{{2}}|(?:end|stop)\w*:?)[ ]*",
    re.IGNORECASE,
)
CLOCK_AFTER = re.compile(rf",?[ ]*(?:at[ ]+)?(?P<end>{CLOCK_TIME})", re.IGNORECASE)
YEAR = re.compile(r"\b20\d\d\b")
MOST_TOGETHER = 8  # days that one entry names
TURN = 300  # days: a step as long is that of a year's turn
DAY = 24 * 60  # minutes


@dataclass(slots=True)
class Told:
    """What a document has told so far: the month or week that entries stand below, its last entry, its newest date."""

    latest: str
    year: int | None = None
    month: int | None = None
    week: date | None = None
    last: date | None = None


def known(pages: Sequence[PageText]) -> Told:
    """What the pages say before their entries are read: the newest of their dates, or else the end of their year."""
    newest = max((day for page in pages for _, _, day in dates_in(page.text) if len(day) >= 7), default="")
    year = max((year for page in pages for year in YEAR.findall(page.text)), default="")
    return Told(newest if newest[:4] >= year else f"{year}-12-31")  # "b. 3/8/85 ... Year: 2024"


def is_heading(line: str, known_of: Told) -> bool:
    """Whether a line names the month or week of the entries below it; it is remembered."""
    if not MAY_HEAD.search(line):
        return False
    if week := WEEK_OF.search(line):
        first = _day(DATE.match(line, week.end())) or _short(START.match(line, week.end()), known_of)
        known_of.week, known_of.last = first, None
        return first is not None
    if named := MONTH_YEAR.search(line):
        year = named["year"].lstrip("'’")
        known_of.year, known_of.month = int(year) + (2000 if len(year) == 2 else 0), MONTHS[named["month"].lower()]
        known_of.last = None
        return True
    if named := MONTH_ALONE.match(line):
        month = MONTHS[named["month"].lower()]
        turned = known_of.year and known_of.month == 12 and month == 1
        known_of.month, known_of.year = month, (known_of.year or 0) + bool(turned) or _year_of(month, known_of)
        return True
    return False


def begins(
    line: str, at: int, known_of: Told, *, full: bool = False, alone: bool = True
) -> tuple[int, list[date], str] | None:
    """(end, days, how long) of the day that a line has at a place; how long only where its two dates tell it.

    full: only a date with its year counts; alone: also a number of the month.
    """
    match = START.match(line, at)
    if match is None:
        return None
    begin = match.end("weekday") if match["weekday"] else at + len(match["bullet"] or "")
    begin += len(line[begin:]) - len(line[begin:].lstrip(" ,"))
    written = DATE.match(line, begin)
    day = _day(written)
    if day and written:
        known_of.last, known_of.year = day, day.year
        return _to_later_day(line, written.end(), day)
    dated = match["m"] or match["mon"] or match["mon2"]
    if full or not (dated or alone or match["weekday"]):
        return None
    day = _short(match, known_of)
    if day is None or not (match["ditto"] or AFTER_DAY.match(line, match.end()) or ALSO.match(line, match.end())):
        return None
    days, end = _and_more(line, match.end(), day, named=not dated) if dated or match["day"] else ([day], match.end())
    known_of.last = days[-1]
    after = AFTER_DAY.match(line, end)
    return (after.end() if after else end), days, ""


def misread(line: str, at: int, known_of: Told) -> tuple[int, list[date], str] | None:
    """The day of a row whose month OCR misread ("Mon 95/12"): the next such weekday, if it is that day of the month."""
    match = MISREAD.match(line, at)
    if match is None or known_of.last is None:
        return None
    weekday = WEEKDAYS.index(match["weekday"][:3].lower())
    later = known_of.last + timedelta((weekday - known_of.last.weekday() - 1) % 7 + 1)
    if later.day != int(match["day"]):
        return None
    known_of.last = later
    return match.end(), [later], ""


def _day(match: re.Match[str] | None) -> date | None:
    written = iso(match) if match else None
    return date.fromisoformat(written) if written and len(written) == 10 else None


def _to_later_day(line: str, end: int, day: date) -> tuple[int, list[date], str]:
    """A date that goes on to another: each day of more than 24 hours, else the first with its minutes."""
    gap = TO_LATER_DAY.match(line, end)
    last = DATE.match(line, gap.end()) if gap else None
    until = _day(last)
    if gap is None or last is None or until is None or not 0 <= (until - day).days <= MOST_TOGETHER:
        after = AFTER_DAY.match(line, end)
        return (after.end() if after else end), [day], ""
    clock = CLOCK_AFTER.match(line, last.end())
    last_minute = minutes_of(clock["end"]) if clock else None
    stop = clock.end() if clock else last.end()
    total = (until - day).days * DAY + (last_minute or 0) - (minutes_of(gap["start"] or "") or 0)
    if last_minute is None or total > DAY:
        return stop, [day + timedelta(n) for n in range((until - day).days + 1)], "all day"
    return stop, [day], f"{total} min"


def _and_more(line: str, end: int, day: date, *, named: bool) -> tuple[list[date], int]:
    """The day and those that are named with it, and where they end. named: only those with their weekday count."""
    days = [day]
    while (more := ALSO.match(line, end)) and (more["weekday"] or not named):
        later = a_date(days[-1].year, int(more["m"] or days[-1].month), int(more["d"]))
        if later is None or not 0 < (later - days[-1]).days <= MOST_TOGETHER:
            break
        if more["weekday"] and WEEKDAYS.index(more["weekday"][:3].lower()) != later.weekday():
            break
        if more["link"].lower() in ("-", "–", "to", "thru", "through"):
            days += [days[-1] + timedelta(n) for n in range(1, (later - days[-1]).days + 1)]
        else:
            days.append(later)
        end = more.end()
    return days, end


def _short(match: re.Match[str] | None, known_of: Told) -> date | None:
    """The day of "9/3", "Sept 3", a number of the month, a ditto sign or a weekday of the week."""
    if match is None:
        return None
    if match["ditto"] is not None:
        return known_of.last
    if name := match["mon"] or match["mon2"]:
        return _in_year(MONTHS[name.lower()], int(match["d"] or match["d2"]), known_of)
    if match["m"]:
        return _in_year(int(match["m"]), int(match["d3"]), known_of)
    if match["day"]:
        told = known_of.year and known_of.month
        return a_date(known_of.year or 0, known_of.month or 0, int(match["day"])) if told else None
    if match["weekday"] and known_of.week:
        number = WEEKDAYS.index(match["weekday"][:3].lower())
        return known_of.week + timedelta((number - known_of.week.weekday()) % 7)
    return None


def _in_year(month: int, day: int, known_of: Told) -> date | None:
    """A day without its year: that of the entry before, of the heading, or the last before the newest date."""
    if known_of.last:
        found = a_date(known_of.last.year, month, day)
        step = (found - known_of.last).days if found else 0
        return a_date(known_of.last.year + (step < -TURN) - (step > TURN), month, day)
    if known_of.year:
        return a_date(known_of.year + (known_of.month == 12 and month == 1), month, day)
    year = _year_of(month, known_of)
    found = a_date(year, month, day) if year else None
    if found and found.isoformat()[: len(known_of.latest)] > known_of.latest:
        return a_date(found.year - 1, month, day)
    return found


def _year_of(month: int, known_of: Told) -> int | None:
    """The year in which a month was the last before the newest date."""
    if not known_of.latest:
        return None
    year = int(known_of.latest[:4])
    return year - (month > int(known_of.latest[5:7]))


def a_date(year: int, month: int, day: int) -> date | None:
    """The date, or None where the calendar has none such."""
    try:
        return date(year, month, day)
    except ValueError:
        return None
