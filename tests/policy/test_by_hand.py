"""Words that a person marked for a criterion."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from packetgen.chart.decisions import Decision, Place
from packetgen.documents.model import Box, Document, Line, Page, Word
from packetgen.policy.by_hand import with_marked
from packetgen.policy.model import Assessment
from tests.conftest import Told

LINE = Line((Word("Two", Box(50, 50, 70, 60)), Word("years", Box(74, 50, 100, 60))))
DOCUMENT = Document("A", "visit.pdf", "0" * 64, (Page(1, 612, 792, 0, "text", (LINE,)),), Path("none.pdf"))


def marked(told: Told, quote: str, criterion: str) -> Assessment:
    decision = Decision(
        "cite", "Lena Ortiz", "2026-11-25", criterion, place=Place("0" * 64, 1, 0, 1, quote), why="look"
    )
    return with_marked(told.assessment, [decision], [DOCUMENT])


def test_a_missing_criterion_becomes_one_to_check_and_never_met(told: Told) -> None:
    missing = next(c for c in told.assessment.criteria if c.verdict == "missing")
    after = marked(told, "Two years", missing.id)
    criterion = next(c for c in after.criteria if c.id == missing.id)
    assert (criterion.verdict, criterion.evidence[0].quote) == ("check", "Two years")
    (problem,) = [p for p in after.problems if p.code.startswith(missing.id)]
    assert (problem.code, problem.severity) == (f"{missing.id}_check", "doubt")


def test_a_verdict_that_the_chart_gave_stays(told: Told) -> None:
    met = next(c for c in told.assessment.criteria if c.verdict == "met")
    after = marked(told, "Two years", met.id)
    assert next(c for c in after.criteria if c.id == met.id) == replace(
        met, evidence=(after.criteria[told.assessment.criteria.index(met)].evidence[0], *met.evidence)
    )


def test_words_that_are_not_there_any_more_change_nothing(told: Told) -> None:
    missing = next(c for c in told.assessment.criteria if c.verdict == "missing")
    after = marked(told, "Three years", missing.id)
    assert after.criteria == told.assessment.criteria
    assert after.problems[-1].code == "decision_does_not_fit"
