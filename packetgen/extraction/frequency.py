"""How often the head aches, as sentences, forms and tables say it. Goals, criteria and hypotheses are not findings.

A number of days a month is reported as it is written. What is told otherwise ("daily", "5 days a week", "8 days without
a headache") gives no number of days a month: to make one would be a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from packetgen.documents.text import PageText
from packetgen.extraction.context import RELATIVE
from packetgen.extraction.model import Amount, Finding, HeadacheFrequency, Range
from packetgen.extraction.numerals import as_digits
from packetgen.extraction.place import Passage, evidence, passages
from packetgen.extraction.sections import section_at
from packetgen.extraction.ticks import TICKED

When = Literal["current", "baseline", "on_treatment"]
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
N = (
    r"(?<![\d./:-])(?<!\d )(?P<low>\d{1,2})(?:\s*(?:-|–|to|or)\s*(?P<high>\d{1,2}))?(?P<plus>\+| or more"
    r"| plus)?(?![\d:%]|\.\d|/\d{1,2}/|/\d{1,2} (?:visit|appt|OV|note|call|=))"
)
_OF = r"per|a|each|every|/|in an?|(?:out )?of (?:the|every|each|a)"
PERIOD = (
    rf"(?:(?:{_OF})\s*(?:usual |typical |average |given |calendar |single )?(?:month|mo\b|30[ -]days?)"
    r"|(?:(?:out )?of|in|over|during|for) the (?:last|past|previous|prior) (?:30|28|thirty)(?: days)?"
    rf"|(?:in |over |during )?(?:the )?(?:last|past|this|previous|prior) (?:month|30(?: days)?)\b|in {_MONTH}\b\.?"
    r"|(?:/|out of|of)\s*(?:30|31)(?:\s*d(?:ays)?)?\b|monthly\b)"
)
_HEAD = r"(?:headaches?|HA(?:['’]?s)?|head pain)"
_MIG = r"(?:migraines?|migranes?|migrainous|mig)\b"
_DAYS = r"(?:(?:days?|d)\b)"
_HDAYS = rf"(?:{_HEAD}[ -]{_DAYS}|MHDs?|{_DAYS} (?:of|with|w/?) (?:any |a )?{_HEAD}(?! ?-?free))"
_MDAYS = rf"(?:{_MIG}[ -]{_DAYS}|MMDs?|{_DAYS} (?:of|with) (?:full |true )?{_MIG})"
_LABEL = (
    rf"(?:[ ]*\(?(?:{PERIOD})\)?)?(?:[ ]*[:=#_,.]+|[^.;:\d]{{0,24}}?\b(?:of|was|were|is|are|numbers?|at|on"
    rf"|averag\w+|about|approximately|total\w*))?[ ~_]*"
)
_FELL = r"(?:[^.;\d]{0,30}\bfrom)(?: about| approximately| around| an average of)? ~?"
HEADACHE = (
    rf"{_HDAYS}{_FELL}(?P<first>\d{{1,2}})(?: to| ?->| ?→) (?P<second>\d{{1,2}})",
    rf"{N}(?:\s*/\s*3[01])?\s*(?:\w+ ){{0,2}}?{_HDAYS}",
    rf"{_HDAYS}{_LABEL}{N}",
    rf"{_HEAD}(?:[^.;\d]{{0,60}}?){N}\s*{_DAYS}?\s*(?:{PERIOD})",
    rf"\bfrequency\b[^.;\d]{{0,20}}{N}\s*{_DAYS}?\s*(?:{PERIOD})",
    rf"\b(?:counted|counts|had|has|have|having|recorded|logged|tracked|hurts?|ached?|reports?|averag\w+|was|were|maybe|about|from"
    rf"|to|pain on|now"
    rf"|abt|approximately|previously|currently|at least)\s*(?:about |~)?{N}\s*{_DAYS}\s*(?:{PERIOD})",
)
MIGRAINE = (
    rf"{_MDAYS}{_FELL}(?P<first>\d{{1,2}})(?: to| ?->| ?→) (?P<second>\d{{1,2}})",
    rf"{N}\s*(?:of (?:which|these|those|them|the \w+)\s*)?(?:(?:is|was|were|are|meet|as|with|being"
    rf"|had)\s*)?(?:a |the )?"
    rf"(?:full |true |real |severe |definite |full-blown )*{_MIG}(?:[ ]*(?:{_DAYS}|features))?(?![ ]*(?:attacks?"
    rf"|in the past|years|meds?|medic))",
    rf"{_MDAYS}{_LABEL}{N}",
    rf"{N}(?:\s*/\s*3[01])? (?:that )?(?:she|he|they|I|pt|patient) (?:would )?(?:calls?|called|describes? as"
    rf"|consider\w*|counts? as) (?:a |it |them )?{_MIG}",
    rf"{_MIG}[: ]*{N}\s*/\s*3[01]\b",
    rf"{N} of (?:which|these|those|them|the (?:days|headaches))\b(?![^.;]{{0,40}}\b(?:last\w*|hours?|hrs?|treat\w*"
    rf"|took|acute|medic\w*))",
    rf"of (?:which|these|those|them),? (?:\w+ ){{0,2}}(?:counts?|are|were|is|was)? ?{N}\b[^.;]{{0,25}}{_MIG}",
    rf"(?:with|and) {N} (?:bad|severe|really bad|full|big|disabling) (?:ones?|days?)\b",
    rf"{N}\s*{_DAYS}\s*(?:{PERIOD})[^.,;\d]{{0,40}}{_MIG}",
    rf"{_MIG}[ ]*(?:days?[ ]*)?(?:on|:|=)?[ ]*(?:about )?{N}(?![ ]*(?:h\b|hrs?|hours|mg|years?|yrs?|weeks?|months?"
    rf"|attacks?|-?day\b))",
)
HOURS = (
    rf"(?P<bound>>|≥|more than|at least|over|greater than)?[ ]*{N}\s*(?:\+ ?)?(?:h|hrs?|hours)\b(?!\s*(?:later|after"
    rf"|ago|prior|of sleep|of work|a night"
    r"|per night|/night|each night|notice|urine|holter|post|appeal|shift))",
)
NOT_LASTING = re.compile(
    r"\b(?:within|every|q|in|after|wait\w*|x|past|the last|next|sle\w+|work\w*|relie\w+|until"
    r"|repeat\w*)\W{0,2}(?:about |~)?$",
    re.IGNORECASE,
)
MONTHS = (
    r"(?:for|x|past|last|over)\s*(?:about |at least |the (?:last|past) )?(?P<low>\d{1,3})\s*mo(?:nths?)?\b",
    r"(?:for|x|over) (?:about |at least |the (?:last|past) )?(?P<years>\d{1,2})\s*(?:years|yrs)\b",
    r"\b(?P<low>\d{1,2}) months now\b",
)
SLOTS: tuple[tuple[str, tuple[re.Pattern[str], ...]], ...] = tuple(
    (name, tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns))
    for name, patterns in (
        ("hours_per_day", HOURS), ("months", MONTHS), ("migraine_days_per_month", MIGRAINE),
        ("headache_days_per_month", HEADACHE),
    )
)  # fmt: skip
EXPLICIT = re.compile(rf"\b(?:{_HDAYS}|{_MDAYS})", re.IGNORECASE)
FORM_LINE = re.compile(
    rf"^(?P<label>[^\n]*?\b(?:how many|number of|days (?:each|per|a|every) month|days/mo)[^\n?]*?\b(?:(?P<mig>{_MIG})"
    rf"|{_HEAD})[^\n]*?)"
    r"(?P<low>\d{1,2})[\"”_]*(?:[ ]*days?)?[\"”_ .]*$",
    re.IGNORECASE | re.MULTILINE,
)
# "Days in last 30 with ANY headache?  19   Of those, migraine-type?  10", "Days with headache:  [ ] 10-14  [X] 15-20"
QUESTION = re.compile(
    rf"(?P<asked>(?:\bdays?\b[^\n?:]{{0,60}}\b(?:{_HEAD}|{_MIG})|(?P<mig>(?:of (?:those|these|which)"
    rf"|how many)[^\n?:]{{0,30}}{_MIG}))[^\n?:]{{0,40}})"
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
MONTH_NAMED = re.compile(
    rf"\b{_MONTH}\.?\s*(?::|=|was"
    rf"|were)?\s*\d{{1,2}} {_HDAYS}[^.;\d]{{0,20}}\d{{1,2}}[^.;\d]{{0,60}}(?:{_MIG})?[^.;\d]{{0,60}}",
    re.IGNORECASE,
)
MONTH_PAIR = re.compile(
    rf"[\s.;,]{{1,4}}(?P<month>{_MONTH})\.?\s*(?::|=|was|were)\s*(?P<low>\d{{1,2}})\s*(?:and|&|,|/)\s*(?P<mig>\d{{1,2}})(?=[.;,]|\s*$)",
    re.IGNORECASE | re.MULTILINE,
)
TILE = re.compile(
    r"(?:last|past) 30 days[^\n]{0,40}?headache days:?\s*(?P<low>\d{1,2})"
    r"(?:\D{1,6}migraine days:?\s*(?P<mig>\d{1,2}))?",
    re.IGNORECASE,
)
NOT_A_FACT = re.compile(
    r"\b(?:goal|target|criteri\w+|requires?|defined|definition|aim|if (?!(?:he|she|they|not|untreated|left))|would"
    r"|expect\w*|fewer than|less than"
    r"|not meet\w*|policy|threshold|ICHD|(?<!\d )or more|people with|creep)\b|<",
    re.IGNORECASE,
)
ABOUT_HEADACHE = re.compile(rf"headache|\b{_MIG}|\bHA(?:['’]?s)?\b|\bM[HM]Ds?\b|attacks?|pattern|pain", re.IGNORECASE)
BASELINE = re.compile(
    r"\b(?:before|prior to|pre-?|b4)\s*(?:starting |any |series|the )?"
    r"(?:botox|onabot\w+|toxin|injections?|treatment|series|ajovy|aimovig|emgality|vyepti|\w+mab)\b"
    r"|baseline|first referred|\bwas only\b|climbed|used to be|previously|before that|\bpre-series",
    re.IGNORECASE,
)
TREATED = re.compile(
    r"\b(?:since|after|following|on|with)\s*(?:the )?(?:last |first |starting )?"
    r"(?:botox|onabot\w+|cycle|injections?|ajovy|aimovig|emgality|vyepti|qulipta)|month following"
    r"|\bnow\b(?=[^.;]{0,60}\bbefore\b)",
    re.IGNORECASE,
)
# Days of something else: of tablets, of missed work.
OTHER_DAYS = re.compile(
    r"\b(?:uses?|using|used|takes?|taking|took|tablets?|pills|doses?|triptans?|medic\w*|meds|rescue|acute|abortive"
    r"|miss\w+|work|school|in bed"
    r"|period|menses|bleed\w*|exercis\w+|vomit\w*|prn|mg)\b[^.;]{0,70}$",
    re.IGNORECASE,
)
MEDICINE_ONLY = re.compile(r"\b(?:mg|tablets?|trial|took|tried|weeks|prn|uses?|takes?|triptan)\b", re.IGNORECASE)
# "15 or more HA days/mo   Y": a line of a worksheet, not the patient's number
ASKED_FOR = re.compile(r"\d{1,2}(?: or more|\+| plus) (?:[\w/]+ ){1,4}(?:Y|N|\?|yes|no)(?= |$)")
DAYS_NEXT = re.compile(rf"\d{{1,2}} (?:{_HDAYS}|{_MDAYS})", re.IGNORECASE)
AFTER_MONTH = re.compile(rf"\b{_MONTH}\.?[ ]+$", re.IGNORECASE)
DATED_ROW = re.compile(
    rf"^\W*(?:\w{{3}} )?(?:{_MONTH}\.? \d{{1,2}}\b(?! (?:headache|migraine|days))|\d{{1,2}}/\d{{1,2}}\b)", re.IGNORECASE
)
CLAUSE = re.compile(
    r"(?<=[a-z0-9)])[.;]\s+|,\s+(?:and|but|now|and now)\s+(?:for |since |over |now )|\s\((?=(?:was|previously)\b)"
    r"|,\s(?=was \d)"
)
ROW = re.compile(
    r"^[ ]*(?P<what>headache|migraine|HA) days?(?: ?/ ?(?:month|mo)| per month| a month)?[ ]{2,}(?P<first>\d{1,2})"
    r"[ ]{2,}(?P<second>\d{1,2})[ ]*$",
    re.IGNORECASE | re.MULTILINE,
)
MOST_DAYS = 31
RELATIVE_WITHIN = 90  # characters before a number: "her sister has 20 headache days"
STILL_ABOUT = 3  # sentences after one that names headache
HEADS = {"ha": "headache"}
HEAD_WITHIN = 400  # characters of a page between a table's heading and its row
Amounts = dict[str, Amount]


@dataclass(frozen=True, slots=True)
class _Said:
    """A clause of a passage, one or more of its amounts, and when they hold."""

    passage: Passage
    found: Amounts
    when: When


def find_frequency(page: PageText) -> list[Finding]:
    """One finding for each run of neighbouring clauses that speak of it, with a place for each; forms and tables."""
    runs: list[list[_Said]] = []
    last = -9
    named = -9
    for position, passage in enumerate(passages(page)):
        if ROW.search(page.text, passage.start, passage.end):
            continue
        named = position if ABOUT_HEADACHE.search(passage.said) else named
        for said in _clauses(passage) if position - named <= STILL_ABOUT else ():
            if position - last <= 1 and runs and _goes_on(runs[-1], said):
                runs[-1].append(said)
            else:
                runs.append([said])
            last = position
    sentences = [finding for run in runs if (finding := _finding(run))]
    return [*sentences, *_from_form(page), *_from_table(page), *_by_month(page)]


def _goes_on(run: list[_Said], said: _Said) -> bool:
    """Whether a clause adds to what a run tells, and does not tell it of another time."""
    days = {"headache_days_per_month", "migraine_days_per_month"}
    told = {name for part in run for name in part.found}
    return not (told & set(said.found)) and not (days & told and days & set(said.found) and run[0].when != said.when)


def _finding(run: list[_Said]) -> Finding | None:
    values: dict[str, Any] = {name: amount for said in run for name, amount in said.found.items()}
    if set(values) == {"months"}:
        return None
    # the rule's name says which values a place states, so that each can be cited by itself
    places = tuple(said.passage.evidence(f"headache_frequency: {', '.join(said.found)}") for said in run)
    return Finding(HeadacheFrequency(**values, when=run[0].when), "present", tuple(dict.fromkeys(places)))


def _when(said: str) -> When:
    return "baseline" if BASELINE.search(said) else "on_treatment" if TREATED.search(said) else "current"


def _clauses(passage: Passage) -> Iterator[_Said]:
    said = passage.said
    section = section_at(passage.page, passage.start)
    if section in ("family", "trials", "failed", "current", "acute", "education"):
        return
    if DATED_ROW.match(said):
        return
    cuts = [0, *(cut.end() for cut in CLAUSE.finditer(said)), len(said)]
    for start, end in pairwise(cuts):
        clause = said[start:end]
        if not NOT_A_FACT.search(clause):
            for found in _amounts(clause):
                yield _Said(passage, found, _when(clause))


def _amounts(said: str) -> Iterator[Amounts]:
    """The amounts of a clause; a second of the same kind ("from 22 to 9", "20, before that 6") makes a second set."""
    matches = sorted(_matches(said), key=lambda found: found[1].start())
    found: Amounts = {}
    for name, match in matches:
        if match.groupdict().get("first"):
            yield {name: float(match["first"])}
            yield {name: float(match["second"])}
            continue
        if name in found:
            yield found
            found = {}
        found[name] = _amount(match)
    days = {"headache_days_per_month", "migraine_days_per_month"} & set(found)
    if found and (days or not MEDICINE_ONLY.search(said)):
        yield found


def _matches(said: str) -> Iterator[tuple[str, re.Match[str]]]:
    """Every amount and what it is of; each number is read once, by the first pattern that fits it."""
    taken: set[int] = set()
    for name, patterns in SLOTS:
        for pattern in patterns:
            for match in pattern.finditer(said):
                number = next(match.start(group) for group in ("first", "low", "years") if match.groupdict().get(group))
                if number not in taken and _counts(name, said, match, number):
                    taken.add(number)
                    if match.groupdict().get("high"):
                        taken.add(match.start("high"))
                    yield name, match


def _counts(name: str, said: str, match: re.Match[str], number: int) -> bool:
    before = said[:number]
    digits = re.match(r"\d+", said[number:])
    too_many = name.endswith("_days_per_month") and digits is not None and int(digits.group(0)) > MOST_DAYS
    if too_many or RELATIVE.search(before[-RELATIVE_WITHIN:]) or ASKED_FOR.match(said, number):
        return False
    if AFTER_MONTH.search(before) and not DAYS_NEXT.match(said, number):
        return False
    if name == "hours_per_day":
        return not NOT_LASTING.search(said[: match.start()])
    if name == "months" or EXPLICIT.search(match.group(0)):
        return True
    return not OTHER_DAYS.search(before)


def _amount(match: re.Match[str]) -> Amount:
    parts = match.groupdict()
    if parts.get("years"):
        return float(parts["years"]) * 12
    low = float(parts["low"])
    if parts.get("bound"):
        return Range(low, None)
    if parts.get("high"):
        return Range(low, float(parts["high"]))
    return low


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
            re.search(_MIG, asked, re.IGNORECASE) and not re.search(_HEAD, asked, re.IGNORECASE)
        )
        name = "migraine_days_per_month" if is_migraine else "headache_days_per_month"
        if int(question["low"]) <= MOST_DAYS and not NOT_ASKED.search(asked):
            matches.setdefault(name, question)
    if hours := HOURS_ON_A_FORM.search(page.text):
        matches["hours_per_day"] = hours
    if set(matches) & {"headache_days_per_month", "migraine_days_per_month"}:
        values: dict[str, Any] = {name: _amount(match) for name, match in matches.items()}
        places = tuple(
            evidence(page, match.start(), match.end(), f"headache_frequency: {name}") for name, match in matches.items()
        )
        yield Finding(HeadacheFrequency(**values), "present", places)
    if tile := TILE.search(page.text):
        migraine = float(tile["mig"]) if tile["mig"] else None
        place = evidence(page, tile.start(), tile.end(), "headache_frequency: headache_days_per_month")
        yield Finding(HeadacheFrequency(_amount(tile), migraine), "present", (place,))


def _by_month(page: PageText) -> Iterator[Finding]:
    """ "May: 19 headache days, 11 migraine. June: 21 and 9.": the months that follow tell the same two counts."""
    for named in MONTH_NAMED.finditer(page.text):
        at = named.end()
        while match := MONTH_PAIR.match(page.text, at):
            headache, migraine = float(match["low"]), float(match["mig"])
            if migraine > headache or headache > MOST_DAYS:
                break
            place = evidence(
                page,
                match.start("month"),
                match.end(),
                "headache_frequency: headache_days_per_month, migraine_days_per_month",
            )
            yield Finding(HeadacheFrequency(headache, migraine), "present", (place,))
            at = match.end()


def _from_table(page: PageText) -> Iterator[Finding]:
    """Rows of days with a column before treatment and one on it."""
    rows = {HEADS.get(what := row["what"].lower(), what): row for row in ROW.finditer(page.text)}
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
