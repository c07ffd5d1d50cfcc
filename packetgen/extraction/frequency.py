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
from packetgen.extraction.place import Passage, evidence, passages
from packetgen.extraction.sections import section_at
from packetgen.extraction.ticks import TICKED

When = Literal["current", "baseline", "on_treatment"]
N = r"(?<![\d./])(?P<low>\d{1,2})(?:\s*(?:-|–|to)\s*(?P<high>\d{1,2}))?"
_OF = r"per|a|each|every|/|in a|(?:out )?of (?:the|every|each|a)"
PER_MONTH = (
    rf"(?:(?:{_OF})\s*(?:usual |typical |average )?(?:month|mo\b|30 days)"
    r"|(?:(?:out )?of|in|over) the (?:last|past) (?:30|28|thirty) days|(?:/|out of)\s*30(?:\s*d(?:ays)?)?\b)"
)
_HEAD = r"(?:headaches?|HA(?:['’]?s)?|head pain)"
_MIG = r"(?:migraines?|migranes?|mig)\b"
HEADACHE = [
    re.compile(rf"{N}\s*(?:headache|HA) days?\s*(?:{PER_MONTH})", re.IGNORECASE),
    re.compile(rf"\b{_HEAD}\b[^.;\d]{{0,60}}?{N}\s*(?:days?\s*|d\s*)?(?:{PER_MONTH})", re.IGNORECASE),
    re.compile(rf"{N}\s*(?:headache|HA) days\b", re.IGNORECASE),
    re.compile(
        rf"(?:was|were|from|to|about|climbed to|now|abt)\s*(?:about |~)?{N}\s*(?:days?|d)\s*(?:{PER_MONTH})",
        re.IGNORECASE,
    ),
]
ON_A_FORM = {
    "headache_days_per_month": re.compile(
        rf"how many days(?![^?\n]{{0,60}}\b(?:no|3 months)\b)[^?\n]{{0,50}}\b{_HEAD}[^?\n]{{0,40}}\?[ _:]*{N}",
        re.IGNORECASE,
    ),
    "migraine_days_per_month": re.compile(
        rf"how many days[^?\n]{{0,50}}\b{_MIG}[^?\n]{{0,50}}\?[ _:]*{N}", re.IGNORECASE
    ),
    "hours_per_day": re.compile(rf"(?:{TICKED})\s*{N}\s*(?:h|hrs?|hours)\b", re.IGNORECASE),
}
TILE = re.compile(
    rf"(?:last|past) 30 days[^\n]{{0,40}}?headache days:?\s*{N}(?:\D{{1,6}}migraine days:?\s*(?P<mig>\d{{1,2}}))?",
    re.IGNORECASE,
)
MIGRAINE = [
    re.compile(rf"{N}\s*(?:of (?:which|these|those|them)\s*)?(?:were|are|meet|as)?\s*(?:full |true |real )?{_MIG}"
               rf"(?:\s*days?)?(?:\s*(?:{PER_MONTH}))?(?!\s*(?:attacks?|in the past|years))", re.IGNORECASE),
    re.compile(rf"{N} of (?:which|these|those|them) (?:were|are|meet|have|had)[^.\d]{{0,40}}{_MIG}", re.IGNORECASE),
    re.compile(rf"of (?:which|these) (?:\w+ ){{0,2}}(?:counts?|are|were) {N}\b[^.;]{{0,25}}{_MIG}", re.IGNORECASE),
    re.compile(rf"{N}\s*(?:days?|d)\s*(?:{PER_MONTH})[^.;\d]{{0,40}}{_MIG}", re.IGNORECASE),
    re.compile(rf"{_MIG} (?:days? )?(?:on|:)?\s*{N}\s*(?:days?\s*)?(?:{PER_MONTH})", re.IGNORECASE),
]  # fmt: skip
_LASTS = r"last|lasting|lasts|lasted|runs?|duration|for|each|persist\w*|goes on"
HOURS = [
    re.compile(rf"(?:{_LASTS})\D{{0,30}}?{N}\s*(?:h|hrs?|hours)\b", re.IGNORECASE),
    re.compile(r"(?P<bound>>|≥|more than|at least|over)\s*(?P<low>\d{1,2})\s*(?:h|hrs?|hours)\b", re.IGNORECASE),
]
IN_WORDS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "twelve": 12,
}  # fmt: skip
_WORDS = "|".join(IN_WORDS)
MONTHS = [
    re.compile(r"(?:for|x|past|last)\s*(?:the (?:last|past) )?(?P<low>\d{1,3})\s*mo(?:nths?)?\b", re.IGNORECASE),
    re.compile(r"(?:for|x) (?:the (?:last|past) )?(?P<years>\d{1,2})\s*(?:years|yrs)\b", re.IGNORECASE),
    re.compile(
        rf"(?:for|over|since,?)(?: the (?:last|past))? (?P<word>{_WORDS}) months\b|\b(?P<word2>{_WORDS}) months now\b",
        re.IGNORECASE,
    ),
]
PATTERNS: tuple[tuple[str, list[re.Pattern[str]]], ...] = (
    ("migraine_days_per_month", MIGRAINE), ("headache_days_per_month", HEADACHE), ("hours_per_day", HOURS),
    ("months", MONTHS),
)  # fmt: skip
NOT_A_FACT = re.compile(
    r"\b(?:goal|target|criteri\w+|requires?|defined|aim|if (?!(?:he|she|they|not|untreated))|would|expect\w*|fewer than"
    r"|policy|threshold|ICHD|or more|people with|creep)\b",
    re.IGNORECASE,
)
ABOUT_HEADACHE = re.compile(rf"headache|\b{_MIG}|\bHA(?:['’]?s)?\b|attacks?|pattern|pain", re.IGNORECASE)
BASELINE = re.compile(
    r"\b(?:before|prior to|pre-?|b4)\s*(?:starting )?"
    r"(?:botox|onabot\w+|toxin|injections?|treatment|ajovy|aimovig|emgality|vyepti|\w+mab)\b"
    r"|baseline|first referred|\bwas only\b|climbed|used to be",
    re.IGNORECASE,
)
TREATED = re.compile(
    r"\b(?:since|after|following|on)\s*(?:the )?(?:last |first |starting )?"
    r"(?:botox|onabot\w+|cycle|injections?|ajovy|aimovig|emgality|vyepti|qulipta)|month following",
    re.IGNORECASE,
)
MEDICINE_ONLY = re.compile(r"\b(?:mg|tablets?|trial|took|tried|weeks|prn|uses?|takes?|triptan)\b", re.IGNORECASE)
CLAUSE = re.compile(
    r"(?<=[a-z0-9)])[.;]\s+|,\s+(?:and|but|now|and now)\s+(?:for |since |over |now )|\s\((?=was\b)|,\s(?=was \d)"
)
ROW = re.compile(
    r"^[ ]*(?P<what>headache|migraine|HA) days?(?: ?/ ?(?:month|mo)| per month| a month)?[ ]{2,}(?P<first>\d{1,2})"
    r"[ ]{2,}(?P<second>\d{1,2})[ ]*$",
    re.IGNORECASE | re.MULTILINE,
)
HEADS = {"ha": "headache"}
HEAD_WITHIN = 400  # characters of a page between a table's heading and its row
Amounts = dict[str, Amount]


@dataclass(frozen=True, slots=True)
class _Said:
    """A clause of a passage and what it tells."""

    passage: Passage
    clause: str
    found: Amounts


def find_frequency(page: PageText) -> list[Finding]:
    """One finding for each run of neighbouring clauses that speak of it, with a place for each; forms and tables."""
    runs: list[list[_Said]] = []
    last = -9
    for position, passage in enumerate(passages(page)):
        if ROW.search(page.text, passage.start, passage.end):
            continue
        for said in _clauses(passage):
            if position - last <= 1 and runs and not any(set(told.found) & set(said.found) for told in runs[-1]):
                runs[-1].append(said)
            else:
                runs.append([said])
            last = position
    sentences = [finding for run in runs if (finding := _finding(run))]
    return [*sentences, *_from_form(page), *_from_table(page)]


def _finding(run: list[_Said]) -> Finding | None:
    values: dict[str, Any] = {name: amount for said in run for name, amount in said.found.items()}
    if set(values) == {"months"}:
        return None
    when = _when(" ".join(said.clause for said in run))
    # the rule's name says which values a place states, so that each can be cited by itself
    places = tuple(said.passage.evidence(f"headache_frequency: {', '.join(said.found)}") for said in run)
    return Finding(HeadacheFrequency(**values, when=when), "present", tuple(dict.fromkeys(places)))


def _when(said: str) -> When:
    return "baseline" if BASELINE.search(said) else "on_treatment" if TREATED.search(said) else "current"


def _clauses(passage: Passage) -> Iterator[_Said]:
    said = passage.said
    section = section_at(passage.page, passage.start)
    if not ABOUT_HEADACHE.search(said) or RELATIVE.search(said):
        return
    if section in ("family", "trials", "failed", "current", "acute", "education"):
        return
    cuts = [0, *(cut.end() for cut in CLAUSE.finditer(said)), len(said)]
    for start, end in pairwise(cuts):
        clause = said[start:end]
        found = {} if NOT_A_FACT.search(clause) else _amounts(clause)
        if found:
            yield _Said(passage, clause, found)


def _amounts(said: str) -> Amounts:
    found: Amounts = {}
    migraine: tuple[int, int] = (0, 0)
    for name, patterns in PATTERNS:
        for match in (match for pattern in patterns if (match := pattern.search(said))):
            if name == "headache_days_per_month" and _within(match, migraine):
                continue
            found[name] = _amount(match)
            migraine = match.span() if name == "migraine_days_per_month" else migraine
            break
    days = {"headache_days_per_month", "migraine_days_per_month"} & set(found)
    return {} if MEDICINE_ONLY.search(said) and not days else found


def _within(match: re.Match[str], migraine: tuple[int, int]) -> bool:
    """Whether a number of days is that of the migraine days, which another pattern read."""
    overlap = match.start() < migraine[1] and migraine[0] < match.end()
    return overlap and not re.search(rf"\b{_HEAD}\b", match.group(0), re.IGNORECASE)


def _amount(match: re.Match[str]) -> Amount:
    parts = match.groupdict()
    if parts.get("years"):
        return float(parts["years"]) * 12
    word = parts.get("word") or parts.get("word2")
    if word:
        return float(IN_WORDS[word.lower()])
    low = float(parts["low"])
    if parts.get("bound"):
        return Range(low, None)
    if parts.get("high"):
        return Range(low, float(parts["high"]))
    return low


def _from_form(page: PageText) -> Iterator[Finding]:
    """Answers to a form's questions, and an app's summary of the last 30 days."""
    matches = {name: match for name, pattern in ON_A_FORM.items() if (match := pattern.search(page.text))}
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
