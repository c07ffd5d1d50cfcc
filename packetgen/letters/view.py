"""What a letter template may say: facts in words, each with the exhibit pages that `cite` prints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from packetgen.case import Case
from packetgen.chart import words
from packetgen.chart.model import Chart, Fact, HeadacheFacts
from packetgen.chart.words import Said
from packetgen.documents.model import Document
from packetgen.extraction.model import DiaryMonth, Evidence, Therapy, Toxin
from packetgen.letters.literature import references_for
from packetgen.policy.model import Assessment, Criterion

CITED_PAGES = 4


@dataclass(frozen=True, slots=True)
class Trial:
    """A row of the therapy table."""

    drug: str
    drug_class: str
    dose: str
    taken: str
    outcome: str
    reason: str
    places: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Month:
    """A row of the diary table; an empty count where the diary has no such column."""

    month: str
    recorded: str
    headache: str
    migraine: str
    long: str
    medicated: str
    places: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A row of the policy table: the criterion and what the chart shows."""

    says: str
    shows: str
    places: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Enclosed:
    """An exhibit in the list of enclosures."""

    label: str
    kind: str
    dated: str


def exhibit_pages(places: Iterable[Evidence]) -> tuple[str, ...]:
    """The exhibit pages to cite, each once, the leading ones only."""
    return tuple(dict.fromkeys(place.exhibit_page for place in places))[:CITED_PAGES]


def context_of(case: Case, chart: Chart, assessment: Assessment, documents: Sequence[Document]) -> dict[str, Any]:
    """All the variables of a template, by name."""
    context = {
        "case": case.case,
        "request": case.request,
        "start_date": words.day(case.request.start_date),
        "patient": case.patient,
        "birth_date": words.day(case.patient.birth_date),
        "insurance": case.insurance,
        "provider": case.provider,
        "payer": assessment.reference.payer,
        "policy": assessment.reference.described,
        "indication": case.request.indication.replace("_", " "),
        "diagnosis": _diagnosis(case, chart),
        "current": _headache(chart.current),
        "baseline": _headache(chart.baseline),
        "diary": [_month(fact) for fact in chart.diary],
        "scores": [
            Said(f"{f.value.instrument} was {f.value.value:g} on {words.day(f.value.date or '')}", f.evidence)
            for f in chart.dated_scores
        ],
        "trials": [_trial(fact) for fact in chart.ended_preventives],
        "acute": [_named(fact) for fact in chart.acute_in_use],
        "denied": _denied(chart),
        "planned_dose": _planned_dose(case, chart.toxins),
        "matches": [_match(criterion) for criterion in assessment.criteria],
        "references": references_for(case.request.indication),
    }
    cited = {place.document for place in _places(list(context.values()))}
    enclosed = [
        Enclosed(d.label, words.DOCUMENT_KINDS[s.kind], words.day(s.date) if s.date else "")
        for d, s in zip(documents, chart.documents, strict=True)
        if d.label in cited
    ]
    return {**context, "enclosed": enclosed}


def _places(told: object) -> Iterator[Evidence]:
    """All places that a template may cite."""
    if isinstance(told, dict | list):
        for part in told.values() if isinstance(told, dict) else told:
            yield from _places(part)
    else:
        yield from getattr(told, "places", ())


def _denied(chart: Chart) -> list[Said]:
    """What notes deny of contraindications, in their own words: a class of ours could claim more than they say.

    What another note affirms is left out.
    """
    affirmed = {fact.value.concern for fact in chart.safety}
    quotes = {
        f"“{fact.evidence[0].quote}”": fact.evidence[:1] for fact in chart.denied if fact.value.concern not in affirmed
    }
    return [Said(quote, places) for quote, places in quotes.items()]


def _diagnosis(case: Case, chart: Chart) -> Said | None:
    """The diagnosis of the request, where the chart gives its code; the code of the case file is not proof."""
    fact = chart.coded(case.request.icd10)
    return Said(f"{fact.value.name}, {fact.value.icd10}", fact.evidence) if fact else None


def _headache(facts: HeadacheFacts) -> dict[str, Said | None]:
    return {
        name: Said(words.amount(fact.value), fact.evidence) if fact and not fact.against else None
        for name, fact in (
            ("headache_days", facts.headache_days),
            ("migraine_days", facts.migraine_days),
            ("hours_per_day", facts.hours_per_day),
            ("months", facts.months),
        )
    }


def _month(fact: Fact[DiaryMonth]) -> Month:
    value = fact.value
    migraine, long, medicated = (
        "–" if count is None else str(count)
        for count in (value.migraine_days, value.days_4h_or_more, value.acute_medication_days)
    )
    return Month(
        words.day(value.month),
        str(value.days_recorded),
        str(value.headache_days),
        migraine,
        long,
        medicated,
        fact.evidence,
    )


def _trial(fact: Fact[Therapy]) -> Trial:
    value = fact.value
    return Trial(
        words.capital(value.drug),
        words.drug_class(value),
        words.dose(value),
        words.duration(value),
        words.STATUS[value.status],
        value.reason or "",
        words.telling(fact),
    )


def _named(fact: Fact[Therapy]) -> Said:
    return Said(f"{fact.value.drug} {words.dose(fact.value)}".strip(), words.telling(fact))


def _planned_dose(case: Case, toxins: Iterable[Fact[Toxin]]) -> Said | None:
    """Where the chart plans the very dose that is requested."""
    for fact in toxins:
        if (
            fact.value.status != "given"
            and fact.value.product == case.request.product
            and fact.value.units == case.request.units
        ):
            return Said(f"{case.request.units} units", fact.evidence)
    return None


def _match(criterion: Criterion) -> Match:
    return Match(criterion.text, words.capital(criterion.shown or "Not documented"), criterion.evidence)
