"""Decisions applied: to what was read (reject, add), and to the facts made of it (confirm, correct)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, cast

from packetgen.chart.decisions import Decision
from packetgen.chart.model import Chart, Fact
from packetgen.documents.model import Document
from packetgen.documents.text import PageText
from packetgen.errors import Problem
from packetgen.extraction.model import (
    Amount,
    Diagnosis,
    Evidence,
    Extraction,
    Finding,
    HeadacheFrequency,
    Score,
    Therapy,
    Toxin,
)

BY_HAND = "by_hand"  # rule of evidence that a person marked, or read otherwise than the program
ADDABLE = {kind.kind: kind for kind in (Diagnosis, HeadacheFrequency, Therapy, Score, Toxin)}
# What makes a fact another one is not corrected: that fact is rejected, and the right one added.
# Nor is a reason: letters print it in quotation marks, so it must be the chart's own words.
FIXED = {
    "drug", "drug_class", "role", "instrument", "product", "month", "concern", "what", "name", "indication", "reason",
    "subscores", "sites",
}  # fmt: skip


def fields_of(value: Any) -> dict[str, Any]:
    """A fact's value as plain fields by name; an amount has the one field "amount"."""
    plain = _adapter_of(value).dump_python(value, mode="json")
    return plain if hasattr(value, "kind") else {"amount": plain}


def correctable(value: Any) -> dict[str, Any]:
    """Those fields of a value that a person may correct."""
    return {name: told for name, told in fields_of(value).items() if name not in FIXED}


def corrected(value: Any, after: Mapping[str, Any]) -> Any:
    """The value with fields changed; raises ValueError (of pydantic) when a field or its type is not right."""
    unknown = after.keys() - correctable(value).keys()
    if unknown:
        raise ValueError(f"cannot be corrected: {', '.join(sorted(unknown))}")
    if not hasattr(value, "kind"):
        return _adapter(cast(Any, Amount)).validate_python(after["amount"])
    return _adapter_of(value).validate_python({**fields_of(value), **after})


def decide_findings(
    extraction: Extraction, documents: Sequence[Document], decisions: Iterable[Decision]
) -> tuple[Extraction, tuple[Problem, ...]]:
    """The extraction without what was rejected and with what was added; problems name decisions that fit nothing."""
    rejected: dict[str, set[str]] = defaultdict(set)
    known = {finding.id for finding in extraction.findings}
    added: list[Finding] = []
    problems: list[Problem] = []
    for decision in decisions:
        if decision.event == "add":
            finding = added_finding(decision, documents, extraction)
            if finding is None:
                problems.append(does_not_fit(decision, "the words that it marks are no longer on that page"))
            else:
                added.append(finding)
                known.add(finding.id)
        elif decision.event == "reject":
            for finding_id in decision.findings:
                rejected[finding_id].add(decision.fact.rpartition(":")[2])
            if not known.issuperset(decision.findings):
                problems.append(does_not_fit(decision, "something that it rejects is no longer read in the chart"))
    kept = tuple(left for f in (*extraction.findings, *added) for left in _struck(f, rejected.get(f.id)))
    return replace(extraction, findings=kept), tuple(problems)


def decide_facts(chart: Chart, decisions: Iterable[Decision]) -> Chart:
    """The chart with facts confirmed and corrected; problems name decisions that no longer fit."""
    problems: list[Problem] = []
    for decision in decisions:
        if decision.event not in ("confirm", "correct"):
            continue
        facts = {fact.id: fact for fact in chart.facts}
        told = _ruled(facts.get(decision.fact), decision)
        if isinstance(told, Problem):
            problems.append(told)
        else:
            chart = chart.with_fact(told)
    return replace(chart, problems=(*chart.problems, *problems))


def findings_by_hand(chart: Chart) -> Iterator[Finding]:
    """What people corrected, as findings at the places of the fact: a letter may say it and cite these."""
    for fact in chart.facts:
        if fact.decided_by is None:
            continue
        value = fact.value
        if not hasattr(value, "kind"):
            when, field = fact.id.split(":")
            value = replace(HeadacheFrequency(), **{"when": when, field: value})
        if all(value != finding.value for finding in fact.findings):
            yield Finding(value, "present", tuple(replace(place, rule=BY_HAND) for place in fact.evidence))


def _ruled(fact: Fact[Any] | None, decision: Decision) -> Fact[Any] | Problem:
    """The fact as decided, or why the decision does not fit it."""
    if fact is None:
        return does_not_fit(decision, f"the chart no longer shows {decision.fact}")
    now = fields_of(fact.value)
    if any(now.get(name) != told for name, told in (decision.before or {}).items()):
        return does_not_fit(decision, f"the chart now says something else of {decision.fact} than the person saw")
    try:
        value = fact.value if decision.event == "confirm" else corrected(fact.value, decision.after or {})
    except ValueError:
        return does_not_fit(decision, f"it does not fit {decision.fact}")
    overruled = (*fact.overruled, *fact.against)
    return replace(fact, value=value, against=(), overruled=overruled, decided_by=decision.by)


def _struck(finding: Finding, rejected: set[str] | None) -> tuple[Finding, ...]:
    """What is left of a finding. One about headache frequency speaks to several facts: the others stay."""
    if rejected is None:
        return (finding,)
    if not isinstance(finding.value, HeadacheFrequency):
        return ()
    nothing: dict[str, Any] = dict.fromkeys(rejected)
    return (replace(finding, value=replace(finding.value, **nothing)),)


def added_finding(decision: Decision, documents: Sequence[Document], extraction: Extraction) -> Finding | None:
    """The finding that a person added, or None when its words are not on the page any more."""
    evidence = marked_by(decision, documents)
    if evidence is None:
        return None
    try:
        value = _adapter(ADDABLE[decision.kind]).validate_python(decision.after or {})
    except (KeyError, ValueError):
        return None
    as_of = next((d.date for d in extraction.documents if d.document == evidence.document), None)
    return Finding(value, "present", (evidence,), as_of)


def marked_by(decision: Decision, documents: Sequence[Document]) -> Evidence | None:
    """The words that a person marked, or None when they are not on the page any more."""
    place = decision.place
    document = next((d for d in documents if place and d.sha256 == place.sha256), None)
    if place is None or document is None or not 1 <= place.page <= len(document.pages):
        return None
    text = PageText.of(document, document.page(place.page))
    if not 0 <= place.first <= place.last < len(text.words):
        return None
    start, end = text.starts[place.first], text.starts[place.last] + len(text.words[place.last].text)
    if text.quote_between(start, end) != place.quote:
        return None
    boxes = text.boxes_between(start, end)
    return Evidence(document.label, place.page, boxes, place.quote, None, BY_HAND, key=document.key)


def does_not_fit(decision: Decision, why: str) -> Problem:
    """A decision that has no effect, since what it was about has changed. why: in words."""
    return Problem(
        "decision_does_not_fit",
        decision.where,
        f"{decision.by} decided on {decision.at[:10]} ({decision.event}), but {why}. The decision has no effect.",
        "Look at the fact again: undo this decision on the review page, and decide anew.",
        "clinician",
        "doubt",
    )


def _adapter_of(value: Any) -> Any:
    kind: Any = type(value)
    return _adapter(kind)


@cache
def _adapter(kind: Any) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)
