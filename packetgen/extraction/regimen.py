"""How much of a drug words tell of, from when until when, and for how many weeks."""

from __future__ import annotations

import re
from itertools import pairwise

from packetgen.extraction.dates import dates_in
from packetgen.extraction.scope import Told

DOSE = re.compile(
    r"(?<![\d./-])(?:\d{1,4}(?:\.\d{1,2})?[ ]?(?:->|→|-|to)[ ]?)?(?P<dose>\d{1,4}(?:\.\d{1,2})?)[ ]?"
    r"(?P<unit>mg|milligrams?|mcg|micrograms?|g|grams?|units?|drops|gtts)\b",
    re.IGNORECASE,
)
UNITS = {"milligram": "mg", "milligrams": "mg", "microgram": "mcg", "micrograms": "mcg", "gram": "g", "grams": "g"}
BARE_DOSE = re.compile(
    r"(?:[ ](?:XR|LA|ER|XL|SR|DR|IR))?(?:[ ]\([^)]{2,20}\))?(?:\?[ ]+yes,?)?[ ][\"“(]?(?:\d{1,4}[ ]?(?:->|→)[ ]?)?"
    r"(?P<dose>(?!(?:19|20)\d\d\b)\d{1,4}(?:\.\d{1,2})?)"
    r"(?=[ ]*(?:for\b|x[ ]?\d|bid|tid|qid|qhs|qd|hs\b|daily|nightly|prn|[,;+(]|\.(?!\d)|$|-[ ]))",
    re.IGNORECASE,
)
RAISED = re.compile(
    r"(?:raised|increased|titrated|up|then) to (?P<dose>\d{1,4})(?= ?(?:bid|tid|qid|qhs|daily|nightly|a day"
    r"|/day|per day|/d)\b)",
    re.IGNORECASE,
)
NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
WEEKS = re.compile(
    r"(?:(?:x|for|of|over|after|in|only|,|;|\(|-|–|:)|(?<=[a-z0-9)\]]))[ ]*"
    r"(?:about |almost |nearly |only |just |~ ?|approx\w* )?"
    rf"(?P<n>\d{{1,3}}(?:\.\d)?|(?:{'|'.join(NUMBERS)})\b)(?: ?[-–] ?\d{{1,2}}| to \d{{1,2}})?[ -]?"
    r"(?P<unit>days?|nights?|d|wks?|weeks?|mos?|months?|yrs?|years?)\b"
    r"(?!\s*(?:a|per|/|each|every)\s*(?:week|month|year|wk|mo)|\s*(?:ago|supply|later|before|of age|old)|/)",
    re.IGNORECASE,
)
NOT_A_TERM = re.compile(r"(?:every|each|q|within|last|past|age|in|wk|week)[ ]*$", re.IGNORECASE)
FOR_A = re.compile(
    r"(?:for|lasted|about|over|only|[\"“(,])[ ]*$", re.IGNORECASE
)  # "a month" is a term, "8 a month" is none
IN_WEEKS = {"d": 1 / 7, "n": 1 / 7, "w": 1.0, "m": 52 / 12, "y": 52.0}


def dose_of(told: Told) -> tuple[float | None, str | None]:
    """The highest dose and its unit; a number right after the name is a dose without a unit: "topa 100 x3mo"."""
    own = told.own
    doses = [(float(m["dose"]), UNITS.get(m["unit"].lower(), m["unit"].lower())) for m in DOSE.finditer(own)]
    if doses:
        raised = [float(m["dose"]) for m in RAISED.finditer(own)]
        number, unit = max(doses)
        return max([number, *raised]), unit
    bare = BARE_DOSE.match(own, told.end - told.start)
    return (float(bare["dose"]), None) if bare else (None, None)


def period_in(words: str) -> tuple[str | None, str | None]:
    """Start and stop: two dates joined by a dash or "to"; a single date after "since" or "stopped"."""
    dates = dates_in(words)
    for (_, end, first), (begin, _, second) in pairwise(dates):
        if re.fullmatch(r"\s*(?:-|–|to|through|thru|until)\s*", words[end:begin]) and first <= second:
            return first, second
    for begin, _, day in dates:
        before = words[max(0, begin - 24) : begin].lower()
        if re.search(r"(?:since|from|started|start|begun)\W*(?:in )?$", before):
            return day, None
        if re.search(r"(?:stopped|until|ended|discontinued|d/c|quit)\W*(?:in |on )?$", before):
            return None, day
    return None, None


def weeks_in(words: str) -> float | None:
    """The first length of a trial that words tell, in weeks."""
    for match in WEEKS.finditer(words):
        if NOT_A_TERM.search(words[: match.start("n")]):
            continue
        if match["n"].lower() in ("a", "an") and not FOR_A.search(words[: match.start("n")]):
            continue
        number = NUMBERS.get(match["n"].lower())
        return round((number or float(match["n"])) * IN_WEEKS[match["unit"][0].lower()], 1)
    return None
