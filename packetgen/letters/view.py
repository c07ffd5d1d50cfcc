"""What a letter template may say: facts in words, each with the exhibit pages that `cite` prints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from packetgen.case import Case
from packetgen.chart import words
from packetgen.chart.model import Chart, Fact, HeadacheFacts
from packetgen.chart.words import Said
from packetgen.extraction.model import Evidence, Therapy
from packetgen.letters import rows
from packetgen.letters.answers import asked, denial_of, new_pages, not_to_say, replies
from packetgen.letters.label import Trials, facts_of, labelled
from packetgen.letters.literature import references_for
from packetgen.letters.model import Material
from packetgen.letters.quotes import quotes
from packetgen.letters.supply import supply_of
from packetgen.policy.model import Assessment

CITED_PAGES = 4
GENERIC = "generic-"  # rules of no plan of its own: a letter may not call them the plan's policy
# Lists of a context whose items a template prints as table rows, each with its own citation.
TABLES = ("diary", "measures", "trials", "excluded", "changes", "sessions", "muscles", "matches")


@dataclass(frozen=True, slots=True)
class Enclosed:
    """An exhibit."""

    label: str
    kind: str
    dated: str


def exhibit_pages(places: Iterable[Evidence]) -> tuple[str, ...]:
    """The exhibit pages to cite, each once, the leading ones only."""
    return tuple(dict.fromkeys(place.exhibit_page for place in places))[:CITED_PAGES]


def context_of(material: Material) -> dict[str, Any]:
    """All the variables of a template, by name (docs/letters.md tells them)."""
    case, chart, assessment = material.case, material.chart, material.assessment
    facts = facts_of(case.request.indication)
    tried, excluded = _tried(chart, facts.trials)
    planned = rows.planned(case.request, chart.toxins)
    context = {
        **_who_and_what(case, assessment, facts.name),
        "diagnosis": _diagnosis(case, chart),
        "current": _headache(chart.current),
        "baseline": _headache(chart.baseline),
        "diary": [rows.month(fact) for fact in chart.diary],
        "measures": rows.measures(chart, facts.measures),
        "trials": [rows.trial(fact) for fact in tried],
        "excluded": [rows.trial(fact) for fact in excluded],
        "continued": _named(chart, facts.trials, ("current", "effective")),
        "acute": [rows.named(fact) for fact in chart.acute_in_use] if facts.acute else [],
        "changes": rows.changes(chart, facts.measures),
        "sessions": rows.sessions(chart.given),
        "planned_dose": Said(f"{case.request.units:g} units", planned.evidence) if planned else None,
        "muscles": rows.muscles(planned),
        "denied": _denied(chart),
        "quotes": quotes(material),
        "matches": [rows.match(criterion) for criterion in assessment.criteria],
        "references": references_for(case, material.denied_for),
        "denial": denial_of(material),
        "replies": replies(material),
        "asked": asked(material),
        "new_pages": new_pages(material),
        "not_to_say": not_to_say(),
        "open": [problem for problem in material.problems if problem.severity != "note"],
        "packet_pages": material.packet_pages,
    }
    cited = {place.document for place in _places(list(context.values()))}
    return {**context, "enclosed": [exhibit for exhibit in exhibits(material) if exhibit.label in cited]}


def exhibits(material: Material) -> list[Enclosed]:
    """All documents of the chart, in order."""
    return [
        Enclosed(d.label, words.DOCUMENT_KINDS[s.kind], words.day(s.date) if s.date else "")
        for d, s in zip(material.documents, material.chart.documents, strict=True)
    ]


def _places(told: object) -> Iterator[Evidence]:
    """All places that a template may cite."""
    if isinstance(told, dict | list):
        for part in told.values() if isinstance(told, dict) else told:
            yield from _places(part)
    else:
        yield from getattr(told, "places", ())


def _who_and_what(case: Case, assessment: Assessment, indication: str) -> dict[str, Any]:
    """What the case file and the policy say; it needs no citation."""
    generic = case.insurance.payer.startswith(GENERIC)
    plan = case.insurance.plan or "Health plan"
    return {
        "case": case.case,
        "request": case.request,
        "units": f"{case.request.units:g}",
        "start_date": words.day(case.request.start_date),
        "patient": case.patient,
        "birth_date": words.day(case.patient.birth_date),
        "insurance": case.insurance,
        "provider": case.provider,
        "payer": plan if generic else assessment.reference.payer,
        "policy": "" if generic else assessment.reference.described,
        "indication": indication,
        "label": labelled(case),
        "supply": supply_of(case),
    }


def _tried(chart: Chart, trials: Trials) -> tuple[list[Fact[Therapy]], list[Fact[Therapy]]]:
    """Treatments that were tried without lasting success, and those that cannot be used."""
    ended = trials.ended(chart)
    excluded = [fact for fact in ended if fact.value.status == "contraindicated"]
    return [fact for fact in ended if fact not in excluded], excluded


def _named(chart: Chart, trials: Trials, statuses: tuple[str, ...]) -> list[Said]:
    return [rows.named(f) for f in chart.therapies if f.value.status in statuses and trials.hold(f.value)]


def _denied(chart: Chart) -> list[Said]:
    """What notes deny of contraindications, in their own words: a class of ours could claim more than they say.

    What another note affirms is left out.
    """
    affirmed = {fact.value.concern for fact in chart.safety}
    quoted = {
        f"“{fact.evidence[0].quote.rstrip('.')}”": fact.evidence[:1]
        for fact in chart.denied
        if fact.value.concern not in affirmed
    }
    return [Said(quote, places) for quote, places in quoted.items()]


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
