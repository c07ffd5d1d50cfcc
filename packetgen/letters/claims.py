"""What a statement claims, in a form that can be compared: numbers, dates, codes, drugs, and which number of what.

Claims are words: "22", "2026-10-02", "G43.709", "topiramate", "topiramate 100" (a dose), "HIT-6 67" (a result).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from packetgen.chart import words
from packetgen.chart.model import ENDED_BADLY
from packetgen.documents.model import Box, Document, Line, Page, Word
from packetgen.documents.text import PageText
from packetgen.extraction.dates import DATE, iso
from packetgen.extraction.diagnoses import find_diagnoses
from packetgen.extraction.drugnames import drug_named, drug_pattern
from packetgen.extraction.frequency import find_frequency
from packetgen.extraction.model import Diagnosis, Finding, HeadacheFrequency, Score, Therapy
from packetgen.extraction.therapies import find_therapies
from packetgen.extraction.vocabulary import instruments

TOKEN = re.compile(r"[A-Z]\d\d(?:\.[0-9A-Z]+)?\b|\d+(?:[-./,]\d+)*\+?")
THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")
DOSE = re.compile(r"(?<![\d./-])(?P<dose>\d{1,4}(?:\.\d{1,2})?)[ ]?(?:mg|mcg|g|units?)\b", re.IGNORECASE)
PLAIN_NUMBER = re.compile(r"(?<![\d./-])\d{1,4}(?:\.\d{1,2})?(?![\d/-])")
DRUG_CLASS = re.compile(r"\([a-z][a-z0-9 ]*\)")  # in brackets after a drug: "(topical antiperspirant)" names no other
BEFORE_NAME = 16  # characters: "100 mg of topiramate"
ISO_DATE = re.compile(r"\d{4}(?:-\d\d){1,2}")
# "one" is left out: it is a pronoun too.
SMALL = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen"
)
UNITS = {word: number for number, word in enumerate(SMALL.split(), 2)}
ROUND = "twenty thirty forty fifty sixty seventy eighty ninety"
TENS = {word: 10 * number for number, word in enumerate(ROUND.split(), 2)}
SPELLED = re.compile(
    rf"\b(?:(?P<ten>{'|'.join(TENS)})(?:[- ](?P<unit>{'|'.join(UNITS)}|one))?|(?P<alone>{'|'.join(UNITS)}))\b",
    re.IGNORECASE,
)
COMPARED = re.compile(
    r"%|\b(?:fewer|more|less|lower|higher|points?|percent|fell|rose|drop\w*|reduc\w+|increas\w+)\b", re.IGNORECASE
)
LINE_HEIGHT, CHARACTER_WIDTH = 12.0, 6.0
_NOWHERE = Path()


def claims_in(texts: Iterable[str]) -> set[str]:
    """The numbers, dates, codes and drugs that texts hold; drugs by generic name, dates as ISO, numbers in digits."""
    found: set[str] = set()
    for text in texts:
        for match in DATE.finditer(text):
            found.add(iso(match) or match.group(0))
        text = instrument_pattern().sub(" ", DATE.sub(" ", text))
        found.update(_plain(token) for token in TOKEN.findall(text))
        found.update(_spelled(match) for match in SPELLED.finditer(text))
        found.update(drug_named(name).generic for name in drug_pattern().findall(text))
    return found


def _plain(token: str) -> str:
    """ "1,384" and "100.0" as "1384" and "100"; codes and compounds as they are."""
    if THOUSANDS.fullmatch(token):
        token = token.replace(",", "")
    return f"{float(token):g}" if re.fullmatch(r"\d{1,6}\.\d+", token) else token


def _spelled(match: re.Match[str]) -> str:
    if match["alone"]:
        return str(UNITS[match["alone"].lower()])
    return str(TENS[match["ten"].lower()] + {**UNITS, "one": 1}.get((match["unit"] or "").lower(), 0))


@cache
def instrument_pattern() -> re.Pattern[str]:
    """Matches the name of any score: the digits of "HIT-6" are no number."""
    names = [instrument.instrument for instrument in instruments().scores]
    return re.compile(r"\b(?:" + "|".join(map(re.escape, sorted(names, key=len, reverse=True))) + r")(?![\w-])")


def computed(claims: set[str], text: str, supported: set[str]) -> set[str]:
    """Those claims that are the difference of two supported numbers of the text, or its share of the first in percent.

    Only where the text compares.
    """
    if not COMPARED.search(text):
        return set()
    numbers = [float(claim) for claim in claims_in([text]) & supported if re.fullmatch(r"\d+(?:\.\d+)?", claim)]
    results = {f"{abs(a - b):g}" for a in numbers for b in numbers}
    results |= {f"{abs(a - b) / a * 100:.0f}" for a in numbers for b in numbers if a}
    return claims & results


def doses_in(text: str) -> set[str]:
    """The dose that a text gives each drug: "topiramate 100"."""
    return {f"{drug} {float(dose['dose']):g}" for drug, said in _by_drug(text) if (dose := DOSE.search(said))}


def numbers_of_drugs(quote: str) -> set[str]:
    """Every number that a quote gives to a drug: up to the next drug, and just before its name."""
    found = {f"{drug} {float(n):g}" for drug, said in _by_drug(quote) for n in PLAIN_NUMBER.findall(said)}
    for name in drug_pattern().finditer(quote):
        generic = drug_named(name.group(0)).generic
        before = quote[max(0, name.start() - BEFORE_NAME) : name.start()]
        found.update(f"{generic} {float(n):g}" for n in PLAIN_NUMBER.findall(before))
    return found


def _by_drug(text: str) -> Iterator[tuple[str, str]]:
    """Each drug with the words from its name to the next drug's."""
    names = list(drug_pattern().finditer(text))
    ends = [*(name.start() for name in names[1:]), len(text)]
    for name, end in zip(names, ends, strict=False):
        yield drug_named(name.group(0)).generic, text[name.end() : end]


def meaning_of(text: str) -> set[str]:
    """What a sentence of a letter says when the rules that read charts read it: results, days, diagnoses, trials."""
    page = _page(DRUG_CLASS.sub(" ", text))
    found = [*find_diagnoses(page), *find_frequency(page), *find_therapies(page)]
    said = set().union(*(meaning(finding) for finding in found if finding.assertion in ("present", "historical")))
    return said | _results(text)


def _results(text: str) -> set[str]:
    """Each instrument with the first number after it: "HIT-6 67"."""
    text = DATE.sub(" ", text)
    names = list(instrument_pattern().finditer(text))
    ends = [*(name.start() for name in names[1:]), len(text)]
    values = ((name, PLAIN_NUMBER.search(text[name.end() : end])) for name, end in zip(names, ends, strict=False))
    return {f"{name.group(0)} {float(value.group(0)):g}" for name, value in values if value}


def meaning(finding: Finding) -> set[str]:
    """What a finding says, in the same words."""
    value = finding.value
    if isinstance(value, Diagnosis):
        return {f"diagnosis of {value.name}"}
    if isinstance(value, HeadacheFrequency):
        named = (("headache days", value.headache_days_per_month), ("migraine days", value.migraine_days_per_month),
                 ("hours a day", value.hours_per_day))  # fmt: skip
        return {f"{name}: {words.amount(amount)}" for name, amount in named if amount is not None}
    if isinstance(value, Therapy) and value.status in (*ENDED_BADLY, "effective"):
        return {f"{value.drug} {value.status.replace('_', ' ')}"}
    if isinstance(value, Score):
        numbers = [value.value] if value.value is not None else [part for _, part in value.subscores]
        flat = [str(n) for number in numbers for n in (number if isinstance(number, tuple) else (number,))]
        return {f"{value.instrument} {float(n):g}" for n in flat if PLAIN_NUMBER.fullmatch(n)}
    return set()


def _page(text: str) -> PageText:
    """A sentence as a page, for the rules of extraction."""
    made = text.split()
    starts = [0]
    for word in made[:-1]:
        starts.append(starts[-1] + len(word) + 1)
    laid = tuple(
        Word(word, Box(s * CHARACTER_WIDTH, 0, (s + len(word)) * CHARACTER_WIDTH, LINE_HEIGHT))
        for word, s in zip(made, starts, strict=False)
    )
    page = Page(1, 612, 792, 0, "text", (Line(laid),) if laid else ())
    return PageText.of(Document("A", "", "", (page,), _NOWHERE), page)


def strings(value: Any) -> Iterator[str]:
    """Everything a value holds, in words, as a letter would print it."""
    if isinstance(value, str):
        yield value
        if ISO_DATE.fullmatch(value):
            yield words.day(value)
    elif isinstance(value, date):
        yield from strings(value.isoformat())
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield f"{value:g}"
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from strings(item)
    elif is_dataclass(value):
        for field in fields(value):
            yield from strings(getattr(value, field.name))
