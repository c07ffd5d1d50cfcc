"""How long a headache lasted, as diaries write it: hours, clock times also past midnight, "all day"."""

from __future__ import annotations

import re
from functools import cache

from packetgen.extraction.diary_entry import VAGUE
from packetgen.extraction.diary_vocabulary import diary_words

CLOCK_TIME = (
    r"(?:\d{1,2}:\d\d(?::\d\d)?\s*(?:[ap]\.?m?\b\.?)?|\d{1,2}(?:\.\d\d)?\s*[ap]\.?m?\b\.?|[01]\d[0-5]\d\b|2[0-3][0-5]\d\b"
    r"|noon|midnight|\d{1,2}(?=\s*(?:to|-|–|till|til|until)\s*\d{1,2}\s*[ap]))"
)
_TO = (
    r"\s*(?:to|-|–|—|→|->|until|till|til|thru|through)\s*(?:bed(?:time)?|sleep|about|around|~)?\s*\(?\s*"
    r"|[^.;\d]{0,30}\b(?:end(?:ed|s)?|stop\w*|gone|over|off|better|done|finished|until|till|til)\b"
    r"\s*(?:by|at|around|about|~|:)?\s*"
)
CLOCKS = re.compile(rf"(?P<start>{CLOCK_TIME})(?:{_TO})(?P<end>{CLOCK_TIME})(?![\d/])", re.IGNORECASE)
CLOCK = re.compile(r"(?P<h>\d{1,2})(?:[:.]?(?P<m>\d\d))?(?::\d\d)?\s*(?P<half>[ap])?", re.IGNORECASE)
NEXT_DAY = re.compile(r"\s*\(?(?:\+\s?1|next day|nd)\)?\s*$", re.IGNORECASE)
_UNIT = r"(?:h\b|hrs?\b|hours?\b|h(?=\d))"
# "6h 20m", "3.5 hrs", "3 1/2 hours", "5-6 h", ">4h", "45 min"
HOURS = re.compile(
    rf"(?P<bound>[<>≥≤~]|under|over|less than|more than|at least|up to)?\s*(?<![\d/.])(?P<n>\d{{1,3}}(?:\.\d{{1,2}})?)"
    rf"(?:(?P<half>[ ]?½|[ ]1/2)|\s*(?:-|–|to|or)\s*(?P<high>\d{{1,2}}(?:\.\d)?))?(?P<plus>\+)?[ -]?{_UNIT}"
    r"(?:[ ,]*(?:and )?(?P<min>\d{1,2})\s*(?:m\b|mins?\b|minutes?\b)|(?<=h)(?P<bare>[0-5]\d)\b)?",
    re.IGNORECASE,
)
MINUTES = re.compile(r"(?<![\d/.])(?P<n>\d{1,4})[ -]?(?:m\b|mins?\b|minutes?\b)", re.IGNORECASE)
COLONED = re.compile(
    r"\b(?:duration|lasted|length|dur)\W{0,3}(?P<h>\d{1,3}):(?P<m>\d\d)(?::\d\d)?\b(?!\s*[ap]m)", re.IGNORECASE
)
FAINT = re.compile(r"(?<!\S)(?P<h>[\dIlTOoS@|]{1,2})[hn] (?P<m>[\dOoG@QUl]{2})m(?!\S)")
DIGITS = str.maketrans("IlOo@QUG|", "110000001")
LONG = 4.0  # hours that plans count; a range on both sides of it tells nothing
BELOW = 1 / 60


def lasted(text: str) -> str:
    """How long the words say, as "90 min"; "?" when they say it, but not to the hour; "" when they do not."""
    text = FAINT.sub(_digits, text)
    if clocks := CLOCKS.search(text):
        return between(clocks["start"], clocks["end"])
    if coloned := COLONED.search(text):
        return f"{int(coloned['h']) * 60 + int(coloned['m'])} min"
    if written := HOURS.search(text):
        return _hours(written)
    if minutes := MINUTES.search(text):
        return f"{minutes['n']} min"
    for duration in diary_words().durations:
        if _pattern(duration.words).search(text):
            return VAGUE if duration.hours is None else f"{duration.hours * 60:g} min"
    return ""


def _digits(faint: re.Match[str]) -> str:
    """Hours and minutes whose digits OCR misread: "24n OOm" is 24h 00m; a letter that may be several is no number."""
    hours, minutes = (faint[part].translate(DIGITS) for part in ("h", "m"))
    return f"{hours}h {minutes}m" if (hours + minutes).isdigit() else "some hours"


def _hours(written: re.Match[str]) -> str:
    hours = float(written["n"]) + (0.5 if written["half"] else 0) + float(written["min"] or written["bare"] or 0) / 60
    bound = (written["bound"] or "").lower()
    if bound in ("<", "≤", "under", "less than", "up to"):
        return f"{(hours - BELOW) * 60:g} min" if hours <= LONG else VAGUE
    if (bound in (">", "≥", "over", "more than", "at least") or written["plus"]) and hours < LONG:
        return VAGUE
    if written["high"] and hours < LONG <= float(written["high"]):
        return VAGUE
    return f"{hours * 60:g} min"


def between(start: str, end: str) -> str:
    """Minutes from one clock time to the next, also past midnight, as "90 min"; "" when one is not given."""
    first, last = minutes_of(start), minutes_of(end)
    if first is None or last is None:
        return VAGUE if re.search(r"\d", start) and re.search(r"\d", end) else ""
    if not re.search(r"[ap]", start, re.IGNORECASE) and ":" not in start and re.search(r"[ap]", end, re.IGNORECASE):
        first = _same_half(first, last)  # "2-5 pm", "10-2 pm"
    return f"{(last - first) % (24 * 60)} min"


def _same_half(first: int, last: int) -> int:
    """The start of a bare "2-5 pm" in the half of the day that makes it shorter."""
    return min((first % 720, first % 720 + 720), key=lambda start: (last - start) % (24 * 60))


def minutes_of(text: str) -> int | None:
    """Minutes after midnight of a clock time."""
    text = NEXT_DAY.sub("", text).strip(" -–").lower()
    if text in ("noon", "midnight"):
        return 12 * 60 if text == "noon" else 0
    match = CLOCK.fullmatch(re.sub(r"\.?m?\.?$", "", text))
    if match is None or int(match["h"]) > 24:
        return None
    hour = int(match["h"]) % 12 + (12 if match["half"] == "p" else 0) if match["half"] else int(match["h"])
    return hour * 60 + int(match["m"] or 0)


@cache
def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE)
