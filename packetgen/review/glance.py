"""The six things that a plan's reviewer looks for, on one screen: each with what the chart shows and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from packetgen import pipeline
from packetgen.chart import words
from packetgen.chart.model import Fact
from packetgen.extraction.model import Evidence
from packetgen.packet.snapshot import name_of, value_of

SHOWN = 6  # items of one answer


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is said, and where."""

    text: str
    places: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A reviewer's question, and what the chart says to it; nothing: what is missing is the answer."""

    question: str
    items: tuple[Item, ...]


def glance(checked: pipeline.Checked) -> list[Answer]:
    """The six questions in the order in which a request is read."""
    chart, case = checked.chart, checked.case
    frequency = [
        Item(f"{words.amount(fact.value)} {name} ({when.replace('_', ' ')})", fact.evidence[:2])
        for when in ("current", "baseline", "on_treatment")
        for name, fact in _counts(getattr(chart, when))
    ]
    scores = [Item(f"{name_of(fact.id)}: {value_of(fact)}", fact.evidence[:1]) for fact in chart.dated_scores]
    safety = [Item(f"Affirmed: {fact.value.concern}", fact.evidence[:1]) for fact in chart.safety]
    denied = [Item(f"Denied: {fact.value.concern}", fact.evidence[:1]) for fact in chart.denied]
    toxins: tuple[Fact[Any], ...] = (*chart.toxins, *chart.responses)
    given = [Item(f"{name_of(fact.id)}: {value_of(fact)}", fact.evidence[:1]) for fact in toxins]
    request = case.request
    asked = f"{request.product} {request.units:g} units every {request.interval_weeks} weeks from "
    return [
        Answer("What is asked, and for what?", (
            Item(asked + words.day(request.start_date)),
            *_items(chart.diagnoses, [f for f in chart.diagnoses if f.value.icd10 == request.icd10]),
        )),
        Answer("How bad is it?", tuple([*frequency, *scores][: SHOWN + 2])),
        Answer("What was tried, and how did it end?", tuple(
            Item(words.capital(words.trial(fact.value)), words.telling(fact)[:2]) for fact in chart.ended_preventives
        )),
        Answer("Was the toxin given before, and did it help?", tuple(given[:SHOWN])),
        Answer("Does anything speak against it?", tuple([*safety, *denied][:SHOWN])),
        Answer("Are the plan's criteria met?", tuple(
            Item(f"{VERDICTS[c.verdict]}: {c.text}", c.evidence[:2]) for c in checked.assessment.criteria
        )),
    ]  # fmt: skip


VERDICTS = {"met": "Met", "not_met": "Not met", "missing": "Missing", "check": "Please check"}


def _counts(facts: Any) -> list[tuple[str, Fact[Any]]]:
    named = (("headache days a month", facts.headache_days), ("migraine days a month", facts.migraine_days),
             ("hours a day", facts.hours_per_day), ("months", facts.months))  # fmt: skip
    return [(name, fact) for name, fact in named if fact is not None]


def _items(all_of: Iterable[Fact[Any]], wanted: list[Fact[Any]]) -> list[Item]:
    """The diagnosis that is coded on the request, else all that the chart gives."""
    return [Item(", ".join(filter(None, [f.value.name, f.value.icd10])), f.evidence[:2]) for f in (wanted or all_of)][
        :SHOWN
    ]
