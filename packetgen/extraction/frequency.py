"""How often the head aches, as sentences, forms and tables say it. Goals, criteria and hypotheses are not findings.

A number of days a month is reported as it is written. What is told otherwise ("daily", "5 days a week", "8 days without
a headache") gives no number of days a month: to make one would be a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, Literal

from packetgen.documents.text import PageText
from packetgen.extraction.context import RELATIVE
from packetgen.extraction.frequency_forms import COMPARED_ROW, in_forms
from packetgen.extraction.frequency_words import (
    HDAYS,
    MDAYS,
    MIG,
    MONTH,
    MOST_DAYS,
    FrequencySaid,
    amount,
    frequency_words,
)
from packetgen.extraction.model import Amount, Assertion, Finding, HeadacheFrequency
from packetgen.extraction.place import Passage, passages
from packetgen.extraction.sections import section_at

When = Literal["current", "baseline", "on_treatment"]
Part = Literal["before", "after"]  # of a change or comparison
OF_DRUGS = ("trials", "failed", "discontinued", "current", "acute")
NUMBER = (
    r"(?<![\d./:-])(?<!\d )(?P<low>\d{1,2})(?:\s*(?:-|–|to|or)\s*(?P<high>\d{1,2}))?(?P<plus>\+| or more"
    r"| plus)?(?![\d:%]|\.\d|/\d{1,2}/|/\d{1,2} (?:visit|appt|OV|note|call|=))"
)
NOT_LASTING = re.compile(
    r"\b(?:within|every|q|in|after|wait\w*|x|past|the last|next|sle\w+|work\w*|relie\w+|until"
    r"|repeat\w*)\W{0,2}(?:about |~)?$",
    re.IGNORECASE,
)
EXPLICIT = re.compile(rf"\b(?:{HDAYS}|{MDAYS})", re.IGNORECASE)
ABOUT_HEADACHE = re.compile(
    rf"head ?(?:ache|hurts|pain|pounds)|\b{MIG}|\bHA(?:['’]?s)?\b|\bM[HM]Ds?\b|attacks?|pattern|pain"
    r"|ajovy|aimovig|emgality|vyepti|qulipta|botox",
    re.IGNORECASE,
)
MEDICINE_ONLY = re.compile(r"\b(?:mg|tablets?|trial|took|tried|weeks|prn|uses?|takes?|triptan)\b", re.IGNORECASE)
# "15 or more HA days/mo   Y": a line of a worksheet, not the patient's number
ASKED_FOR = re.compile(r"\d{1,2}(?: or more|\+| plus) (?:[\w/]+ ){1,4}(?:Y|N|\?|yes|no)(?= |$)")
DAYS_NEXT = re.compile(rf"\d{{1,2}} (?:{HDAYS}|{MDAYS})", re.IGNORECASE)
AFTER_MONTH = re.compile(rf"\b{MONTH}\.?[ ]+$", re.IGNORECASE)
DATED_ROW = re.compile(
    rf"^\W*(?:\w{{3}} )?(?:{MONTH}\.? \d{{1,2}}\b(?! (?:headache|migraine|days))|\d{{1,2}}/\d{{1,2}}\b)", re.IGNORECASE
)
CLAUSE = re.compile(r"(?<=[a-z0-9)])[.;]\s+|,\s+(?:and|but|now|and now)\s+(?:for |since |over |now )")
UNTICKED = re.compile(
    r"(?:\[[ ]*\]|☐)[ ]*(?:under|over|less than|more than|[<>])?[ ]*(?:\d{1,2} ?(?:-|–|to) ?)?$", re.IGNORECASE
)
DIGIT = re.compile(r"\d")
RELATIVE_WITHIN = 90  # characters before a number: "her sister has 20 headache days"
STILL_ABOUT = 3  # sentences after one that names headache
Amounts = dict[str, Amount]


@dataclass(frozen=True, slots=True)
class _Said:
    """A clause of a passage, one or more of its amounts, and when they hold; historical: before, no toxin's time."""

    passage: Passage
    found: Amounts
    when: When
    assertion: Assertion = "present"


@cache
def _slots() -> tuple[tuple[str, tuple[re.Pattern[str], ...]], ...]:
    """What is told, and the patterns that tell it, in the order in which they are tried."""
    said = frequency_words()
    return tuple(
        (name, tuple(re.compile(said.filled(entry.words, NUMBER), re.IGNORECASE) for entry in entries))
        for name, entries in (
            ("hours_per_day", said.hours), ("months", said.months), ("migraine_days_per_month", said.migraine),
            ("headache_days_per_month", said.headache),
        )
    )  # fmt: skip


@cache
def _words(name: str) -> re.Pattern[str]:
    """The words of the vocabulary under a name."""
    said = frequency_words()
    entries: tuple[FrequencySaid, ...] = getattr(said, name)
    return re.compile("|".join(f"(?:{said.filled(entry.words, NUMBER)})" for entry in entries), re.IGNORECASE)


def find_frequency(page: PageText) -> list[Finding]:
    """One finding for each run of neighbouring clauses that speak of it, with a place for each; forms and tables."""
    runs: list[list[_Said]] = []
    last = -9
    named = -9
    for position, passage in enumerate(passages(page)):
        if COMPARED_ROW.search(page.text, passage.start, passage.end):
            continue
        named = position if ABOUT_HEADACHE.search(passage.said) else named
        for said in _clauses(passage) if position - named <= STILL_ABOUT else ():
            if position - last <= 1 and runs and _goes_on(runs[-1], said):
                runs[-1].append(said)
            else:
                runs.append([said])
            last = position
    sentences = [finding for run in runs if (finding := _finding(run))]
    told = {finding.value for finding in sentences}
    return [*sentences, *(finding for finding in in_forms(page) if finding.value not in told)]


def _goes_on(run: list[_Said], said: _Said) -> bool:
    """Whether a clause adds to what a run tells, and does not tell it of another time."""
    days = {"headache_days_per_month", "migraine_days_per_month"}
    told = {name for part in run for name in part.found}
    if told & set(said.found) or said.assertion != run[0].assertion:
        return False
    return not (days & told and days & set(said.found) and run[0].when != said.when)


def _finding(run: list[_Said]) -> Finding | None:
    values: dict[str, Any] = {name: amount for said in run for name, amount in said.found.items()}
    if set(values) == {"months"}:
        return None
    # the rule's name says which values a place states, so that each can be cited by itself
    places = tuple(said.passage.evidence(f"headache_frequency: {', '.join(said.found)}") for said in run)
    return Finding(HeadacheFrequency(**values, when=run[0].when), run[0].assertion, tuple(dict.fromkeys(places)))


def _when(said: str) -> When:
    if _words("baseline").search(said):
        return "baseline"
    return "on_treatment" if _words("on_treatment").search(said) else "current"


def _clauses(passage: Passage) -> Iterator[_Said]:
    said = passage.said
    if not DIGIT.search(said):
        return
    section = section_at(passage.page, passage.start)
    if section in ("family", "education") or DATED_ROW.match(said):
        return
    cuts = [0, *(cut.end() for cut in CLAUSE.finditer(said)), len(said)]
    for start, end in pairwise(cuts):
        clause = said[start:end]
        if _words("not_a_fact").search(clause):
            continue
        for found, part in _amounts(clause):
            if section not in OF_DRUGS:
                yield _Said(passage, found, *_time(clause, part))
            elif part:  # what a drug changed, long ago
                yield _Said(passage, found, "current", "historical")


def _time(clause: str, part: Part | None) -> tuple[When, Assertion]:
    """When an amount holds; one before a change is the baseline only where the clause speaks of the toxin's time."""
    if part is None:
        return _when(clause), "present"
    if part == "after":
        # "16 where she used to have 22": the words of the time before speak of the other number
        return "on_treatment" if _words("on_treatment").search(clause) else "current", "present"
    return ("baseline", "present") if _when(clause) != "current" else ("current", "historical")


def _amounts(said: str) -> Iterator[tuple[Amounts, Part | None]]:
    """The amounts of a clause; a second of the same kind ("20, before that 6") makes a second set, a change two."""
    matches = sorted(_matches(said), key=lambda found: found[1].start())
    compared = any(is_compared for _, _, is_compared in matches)
    now: Part | None = "after" if compared else None
    found: Amounts = {}
    before: Amounts = {}
    for name, match, is_compared in matches:
        if change := _change(match):
            yield {name: change[0]}, "before"
            yield {name: change[1]}, "after"
        elif is_compared:
            before.setdefault(name, amount(match))
        else:
            if name in found:
                yield found, now
                found = {}
            found[name] = amount(match)
    days = {"headache_days_per_month", "migraine_days_per_month"} & set(found)
    if found and (days or not MEDICINE_ONLY.search(said)):
        yield found, now
    if before:
        yield before, "before"


def _matches(said: str) -> Iterator[tuple[str, re.Match[str], bool]]:
    """Every amount, what it is of, and whether another is compared with it; each number is read once, by the first
    pattern that fits it."""
    taken: set[int] = set()
    for name, patterns in _slots():
        for pattern in patterns:
            for match in pattern.finditer(said):
                number = next(match.start(group) for group in ("first", "low", "years") if match.groupdict().get(group))
                if number not in taken and _counts(name, said, match, number):
                    taken |= {number, match.start("high") if match.groupdict().get("high") else number}
                    yield name, match, False
                    compared = _words("compared").match(said, match.end()) if name.endswith("_month") else None
                    other = max(compared.start("low"), compared.start("low2")) if compared else number
                    if compared and other not in taken and int(compared["low"] or compared["low2"]) <= MOST_DAYS:
                        taken |= {other, compared.start("high")}
                        yield name, compared, True


def _counts(name: str, said: str, match: re.Match[str], number: int) -> bool:
    before = said[:number]
    digits = re.match(r"\d+", said[number:])
    too_many = name.endswith("_days_per_month") and digits is not None and int(digits.group(0)) > MOST_DAYS
    if UNTICKED.search(before) or _words("free").match(said, number):
        return False
    if too_many or RELATIVE.search(before[-RELATIVE_WITHIN:]) or ASKED_FOR.match(said, number):
        return False
    if AFTER_MONTH.search(before) and not DAYS_NEXT.match(said, number):
        return False
    if name == "hours_per_day":
        return not NOT_LASTING.search(said[: match.start()])
    if name == "months" or EXPLICIT.search(match.group(0)):
        return True
    if name == "headache_days_per_month" and _words("a_part").search(before):
        return False
    if match.groupdict().get("first"):
        before = before.rpartition(":")[2]  # "Aimovig 140 mg x 6 months: from 20 to 15 days"
    return not _words("other_days").search(before)


def _change(match: re.Match[str]) -> tuple[float, float] | None:
    """What a change leads from and to; "from 24 to 12" is no range."""
    parts = match.groupdict()
    if parts.get("first"):
        return float(parts["first"]), float(parts["second"] or parts["second2"])
    if parts.get("high") and float(parts["high"]) < float(parts["low"]):
        return float(parts["low"]), float(parts["high"])
    return None
