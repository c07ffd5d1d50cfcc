"""The six things that a plan's reviewer looks for, on one screen: each with what the chart shows and where.

The questions, and where they come from, are knowledge/glance.yaml.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

from packetgen import pipeline, yamlfile
from packetgen.chart import words
from packetgen.chart.model import ENDED_BADLY, Chart, Fact
from packetgen.extraction.model import Evidence
from packetgen.policy.code_sets import Cited
from packetgen.policy.model import Check, Criterion
from packetgen.resources import KNOWLEDGE
from packetgen.review.said import said

SHOWN = 6  # items of one kind
VERDICTS = {"met": "Met", "not_met": "Not met", "missing": "Missing", "check": "Please check"}
Topic = Literal["request", "diagnosis", "severity", "tried", "toxin", "prescriber"]
TRIED = ("preventive", "first_line_other")  # roles of what a plan wants tried first


class Question(yamlfile.Strict):
    """What a reviewer asks. sinks: what often sends a request back; asked_by: criteria that ask it, by payer."""

    id: Topic
    question: str
    sinks: str
    asked_by: dict[str, tuple[str, ...]]


class Glance(Cited):
    """knowledge/glance.yaml."""

    questions: tuple[Question, ...]


@cache
def questions() -> Glance:
    """The questions in the order in which a request is read."""
    return yamlfile.read(KNOWLEDGE / "glance.yaml", Glance)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is said, and where. verdict: of a criterion or check that is not met, for the page to mark."""

    text: str
    places: tuple[Evidence, ...] = ()
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A question, and what the chart says to it; nothing: what is missing is the answer."""

    question: Question
    items: tuple[Item, ...]


def glance(checked: pipeline.Checked) -> list[Answer]:
    """The six questions with their answers."""
    return [Answer(question, tuple(ANSWERS[question.id](checked))) for question in questions().questions]


def _request(checked: pipeline.Checked) -> Iterator[Item]:
    request = checked.case.request
    every = f"every {request.interval_weeks} weeks from {words.day(request.start_date)}"
    yield Item(f"{request.product}, {request.units:g} units {every}; {request.icd10}, CPT {request.cpt}")
    checks, about = checked.assessment.checks, ("dose", "dosing", "interval")
    yield from _judged([*checks, *(c for c in checked.assessment.criteria if c.id in about)])


def _diagnosis(checked: pipeline.Checked) -> Iterator[Item]:
    known = checked.chart.diagnoses
    coded = [fact for fact in known if fact.value.icd10 == checked.case.request.icd10]
    yield from _facts("", coded or known)
    months = [fact.value.month for fact in checked.chart.diary]
    if months:
        yield Item(f"Diary: {len(months)} month{'s' if len(months) > 1 else ''}", checked.chart.diary[0].evidence[:1])
    yield from _of(checked, "diagnosis", "diagnostic_evidence")


def _severity(checked: pipeline.Checked) -> Iterator[Item]:
    chart = checked.chart
    for when in ("current", "baseline", "on_treatment"):
        for name, fact in _counts(getattr(chart, when)):
            yield Item(f"{words.amount(fact.value)} {name} ({when.replace('_', ' ')})", fact.evidence[:2])
    for score in chart.scores[:SHOWN]:
        dated = f" ({words.day(score.value.date)})" if score.value.date else ""
        yield Item(f"{score.value.instrument} {said(score.value)}{dated}", score.evidence[:1])


def _tried(checked: pipeline.Checked) -> Iterator[Item]:
    ended = [f for f in checked.chart.therapies if f.value.role in TRIED and f.value.status in ENDED_BADLY]
    for fact in ended:
        text = f"{words.capital(fact.value.drug)} ({words.drug_class(fact.value)}): {said(fact.value)}"
        yield Item(text, words.telling(fact)[:2])


def _toxin(checked: pipeline.Checked) -> Iterator[Item]:
    chart: Chart = checked.chart
    given = [fact for fact in chart.toxins if fact.value.status == "given"]
    yield from (Item(f"{fact.value.product}: {said(fact.value)}", fact.evidence[:1]) for fact in given[:SHOWN])
    if not given:
        yield Item("No treatment with a toxin was read in the chart.")
    yield from _facts("", chart.responses[:SHOWN], named="what")
    yield from _facts("Affirmed: ", chart.safety, named="concern")
    yield from _facts("Denied: ", chart.denied, named="concern")


def _prescriber(checked: pipeline.Checked) -> Iterator[Item]:
    who = checked.case.provider
    yield Item(f"{who.name}, {who.specialty or 'specialty not given'}")
    for document in sorted(checked.extraction.documents, key=lambda d: d.date or "", reverse=True):
        if document.kind in ("clinic_note", "consult"):
            dated = f"of {words.day(document.date)}" if document.date else "without a date"
            by = f" by {document.author}" if document.author else ""
            signed = "signed" if document.signed else "no signature was read"
            kind = words.capital(words.DOCUMENT_KINDS[document.kind])
            yield Item(f"{kind} {dated}{by}: {signed}", document.evidence[:1])
    yield from _of(checked, "specialist", "prescriber")


ANSWERS: dict[Topic, Callable[[pipeline.Checked], Iterator[Item]]] = dict(
    zip(get_args(Topic), (_request, _diagnosis, _severity, _tried, _toxin, _prescriber), strict=True)
)


def _of(checked: pipeline.Checked, *ids: str) -> Iterator[Item]:
    return _judged([criterion for criterion in checked.assessment.criteria if criterion.id in ids])


def _judged(all_of: Iterable[Criterion | Check]) -> Iterator[Item]:
    """What is not met of criteria and checks; what is met is said above already."""
    for one in all_of:
        if one.verdict != "met":
            yield Item(f"{VERDICTS[one.verdict]}: {one.text} ({one.why})", one.evidence[:1], one.verdict)


def _facts(before: str, facts: Iterable[Fact[Any]], named: str = "") -> Iterator[Item]:
    for fact in facts:
        name = getattr(fact.value, named) if named else ""
        value = said(fact.value) if named != "concern" else ""
        yield Item(before + ": ".join(filter(None, [name, value])), fact.evidence[:2])


def _counts(facts: Any) -> list[tuple[str, Fact[Any]]]:
    named = (("headache days a month", facts.headache_days), ("migraine days a month", facts.migraine_days),
             ("hours a day", facts.hours_per_day), ("months", facts.months))  # fmt: skip
    return [(name, fact) for name, fact in named if fact is not None]
