"""What a form map may say: the case, and facts in words with the places they were read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from packetgen.case import Case
from packetgen.chart import words
from packetgen.chart.model import Chart, Fact, HeadacheFacts
from packetgen.chart.words import Said
from packetgen.extraction.model import Amount, Evidence, Therapy
from packetgen.policy.model import Assessment
from packetgen.policy.predicates import age_on
from packetgen.policy.trials import days_of


@dataclass(frozen=True, slots=True)
class Counted(Said):
    """Said, with the number it says: (least, most) it can be."""

    ends: tuple[float, float] = (0.0, 0.0)


def context_of(case: Case, chart: Chart, assessment: Assessment) -> dict[str, Any]:
    """All names that an expression of a form map may use."""
    tried = chart.ended_preventives
    return {
        "case": case.case,
        "request": case.request,
        "patient": case.patient,
        "insurance": case.insurance,
        "provider": case.provider,
        "payer": assessment.reference.payer,
        "age": age_on(case.patient.birth_date, case.request.start_date),
        "diagnosis": _diagnosis(case, chart),
        "current": _headache(chart.current),
        "diary": _joined([_month(fact) for fact in chart.diary]),
        "scores": _joined(
            [
                Said(f"{f.value.instrument} {f.value.value:g} ({words.day(f.value.date or '')})", f.evidence)
                for f in chart.dated_scores
            ]
        ),
        "trials": [_trial(fact) for fact in tried],
        "classes_tried": _classes(tried),
        "acute": _joined(
            [Said(f"{f.value.drug} {words.dose(f.value)}".strip(), f.evidence) for f in chart.acute_in_use]
        ),
        "day": words.day,
        "at_least": at_least,
        "yes_no": lambda truth: None if truth is None else ("yes" if truth else "no"),
    }


def at_least(counted: Counted | None, least: float) -> Said | None:
    """ "yes", "no", or None when the chart does not say or its range lies on both sides."""
    if counted is None:
        return None
    low, high = counted.ends
    if low >= least:
        return Said("yes", counted.places)
    return Said("no", counted.places) if high < least else None


def _diagnosis(case: Case, chart: Chart) -> Said | None:
    fact = chart.coded(case.request.icd10)
    return Said(fact.value.name, fact.evidence) if fact else None


def _headache(facts: HeadacheFacts) -> dict[str, Counted | None]:
    return {
        "headache_days": _counted(facts.headache_days),
        "migraine_days": _counted(facts.migraine_days),
        "hours_per_day": _counted(facts.hours_per_day),
        "months": _counted(facts.months),
    }


def _counted(fact: Fact[Amount] | None) -> Counted | None:
    """An amount that no other note contradicts."""
    if fact is None or fact.against:
        return None
    return Counted(words.amount(fact.value), fact.evidence, words.ends_of(fact.value))


def _month(fact: Fact[Any]) -> Said:
    value = fact.value
    parts = [f"{value.headache_days} headache"]
    parts += [f"{value.migraine_days} migraine"] if value.migraine_days is not None else []
    parts += [f"{value.days_4h_or_more} of 4 h or longer"] if value.days_4h_or_more is not None else []
    return Said(f"{words.day(value.month)}: {', '.join(parts)} ({value.days_recorded} days recorded)", fact.evidence)


def _trial(fact: Fact[Therapy]) -> dict[str, Said | None]:
    """A row of the therapy table."""
    value = fact.value
    days = days_of(value)
    outcome = words.STATUS[value.status] + (f": “{value.reason}”" if value.reason else "")
    texts = {
        "drug": value.drug,
        "drug_class": words.drug_class(value),
        "dose": words.dose(value),
        "taken": words.duration(value),
        "outcome": outcome,
    }
    row: dict[str, Said | None] = {name: Said(text, fact.evidence) if text else None for name, text in texts.items()}
    row["days"] = Counted("", fact.evidence, days) if days else None
    return row


def _classes(tried: Sequence[Fact[Therapy]]) -> Counted | None:
    classes = {fact.value.drug_class for fact in tried}
    places = tuple(fact.evidence[0] for fact in tried)
    return Counted(str(len(classes)), places, (len(classes), len(classes))) if classes else None


def _joined(said: list[Said]) -> Said | None:
    """Several facts in one field."""
    places: tuple[Evidence, ...] = tuple(place for item in said for place in item.places)
    return Said("; ".join(item.text for item in said), places) if said else None
