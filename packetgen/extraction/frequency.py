"""How often the head aches, as sentences say it. Goals, criteria and hypotheses are not findings."""

from __future__ import annotations

import re
from typing import Any, Literal

from packetgen.documents.text import PageText
from packetgen.extraction.context import RELATIVE
from packetgen.extraction.model import Amount, Finding, HeadacheFrequency, Range
from packetgen.extraction.place import Passage, passages
from packetgen.extraction.sections import section_at

When = Literal["current", "baseline", "on_treatment"]
N = r"(?P<low>\d{1,2})(?:\s*(?:-|–|to)\s*(?P<high>\d{1,2}))?"
PER_MONTH = (
    r"(?:per|a|each|every|/|in a)\s*(?:month|mo\b|30 days)|of the (?:last|past) (?:30|28) days|/\s*30\s*d(?:ays)?\b"
)
HEADACHE = [
    re.compile(rf"{N}\s*(?:headache|HA) days?\s*(?:{PER_MONTH})", re.IGNORECASE),
    re.compile(rf"(?:headaches?|HA)\b[^.\d]{{0,40}}?{N}\s*(?:days?\s*)?(?:{PER_MONTH})", re.IGNORECASE),
    re.compile(rf"{N}\s*(?:headache|HA) days\b", re.IGNORECASE),
]
MIGRAINE = [
    re.compile(rf"{N}\s*(?:of (?:which|these|those|them)\s*)?(?:were|are|meet)?\s*(?:full |true )?(?:migraines?|mig)\b"
               rf"(?:\s*days?)?(?:\s*(?:{PER_MONTH}))?", re.IGNORECASE),
    re.compile(rf"{N} of (?:which|these|those|them) (?:were|are|meet|have|had)[^.\d]{{0,40}}migraine", re.IGNORECASE),
    re.compile(rf"migraines? (?:days? )?(?:on|:)?\s*{N}\s*(?:days?\s*)?(?:{PER_MONTH})", re.IGNORECASE),
]  # fmt: skip
HOURS = [
    re.compile(rf"(?:last|lasting|lasts|duration|for|each)\D{{0,30}}?{N}\s*(?:h|hrs?|hours)\b", re.IGNORECASE),
    re.compile(r"(?P<bound>>|≥|more than|at least|over)\s*(?P<low>\d{1,2})\s*(?:h|hrs?|hours)\b", re.IGNORECASE),
]
MONTHS = [
    re.compile(r"(?:for|x|past|last)\s*(?:the (?:last|past) )?(?P<low>\d{1,3})\s*mo(?:nths?)?\b", re.IGNORECASE),
    re.compile(r"for (?:the (?:last|past) )?(?P<years>\d{1,2})\s*(?:years|yrs)\b", re.IGNORECASE),
]  # fmt: skip
NOT_A_FACT = re.compile(
    r"\b(?:goal|target|criteri\w+|requires?|defined|aim|if|would|expect\w*|fewer than|policy|threshold|ICHD)\b",
    re.IGNORECASE,
)
ABOUT_HEADACHE = re.compile(r"headache|migraine|\bHA\b|\bmig\b|attacks?|pattern", re.IGNORECASE)
BASELINE = re.compile(r"\b(?:before|prior to|pre-?)\s*(?:botox|onabot\w+|toxin|injections?)|baseline", re.IGNORECASE)
TREATED = re.compile(
    r"\b(?:since|after|following|on)\s*(?:the )?(?:last |first |starting )?(?:botox|onabot\w+|cycle|injections?)",
    re.IGNORECASE,
)
MEDICINE_ONLY = re.compile(r"\b(?:mg|tablet|trial|took|tried|weeks)\b", re.IGNORECASE)


def find_frequency(page: PageText) -> list[Finding]:
    """One finding for each run of neighbouring sentences that speak of it, with a place for each sentence."""
    runs: list[list[tuple[Passage, dict[str, Amount]]]] = []
    last = -9
    for position, passage in enumerate(passages(page)):
        found = _amounts(passage)
        if not found:
            continue
        if position - last <= 1 and runs and not _overlap(runs[-1], found):
            runs[-1].append((passage, found))
        else:
            runs.append([(passage, found)])
        last = position
    return [finding for run in runs if (finding := _finding(run))]


def _overlap(run: list[tuple[Passage, dict[str, Amount]]], found: dict[str, Amount]) -> bool:
    return any(set(earlier) & set(found) for _, earlier in run)


def _finding(run: list[tuple[Passage, dict[str, Amount]]]) -> Finding | None:
    values: dict[str, Any] = {name: amount for _, found in run for name, amount in found.items()}
    if set(values) == {"months"}:
        return None
    said = " ".join(passage.said for passage, _ in run)
    when: When = "baseline" if BASELINE.search(said) else "on_treatment" if TREATED.search(said) else "current"
    # the rule's name says which values a place states, so that each can be cited by itself
    evidence = tuple(passage.evidence(f"headache_frequency: {', '.join(found)}") for passage, found in run)
    return Finding(HeadacheFrequency(**values, when=when), "present", evidence)


def _amounts(passage: Passage) -> dict[str, Amount]:
    said = passage.said
    section = section_at(passage.page, passage.start)
    if not ABOUT_HEADACHE.search(said) or NOT_A_FACT.search(said) or RELATIVE.search(said):
        return {}
    if section in ("family", "trials", "failed", "current", "acute", "education"):
        return {}
    found: dict[str, Amount] = {}
    for name, patterns in (
        ("headache_days_per_month", HEADACHE), ("migraine_days_per_month", MIGRAINE), ("hours_per_day", HOURS),
        ("months", MONTHS),
    ):  # fmt: skip
        amount = next(
            (a for pattern in patterns if (m := pattern.search(said)) and (a := _amount(m)) is not None), None
        )
        if amount is not None:
            found[name] = amount
    if MEDICINE_ONLY.search(said) and not {"headache_days_per_month", "migraine_days_per_month"} & set(found):
        return {}
    return found


def _amount(match: re.Match[str]) -> Amount | None:
    parts = match.groupdict()
    if parts.get("years"):
        return float(parts["years"]) * 12
    low = float(parts["low"])
    if parts.get("bound"):
        return Range(low, None)
    if parts.get("high"):
        return Range(low, float(parts["high"]))
    return low
