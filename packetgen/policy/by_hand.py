"""Words that a person marked for a criterion: the plan's reader sees them; they never make a verdict "met"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from packetgen.chart.decide import does_not_fit, marked_by
from packetgen.chart.decisions import Decision
from packetgen.documents.model import Document
from packetgen.errors import Problem
from packetgen.extraction.model import Evidence
from packetgen.policy.model import Assessment, Criterion


def with_marked(assessment: Assessment, decisions: Iterable[Decision], documents: Sequence[Document]) -> Assessment:
    """The assessment with the words that people marked for its criteria.

    A criterion that nothing in the chart spoke to is then one to check; any other keeps its verdict.
    """
    for decision in decisions:
        if decision.event != "cite":
            continue
        criterion = next((c for c in assessment.criteria if c.id == decision.fact), None)
        place = marked_by(decision, documents)
        if criterion is None or place is None:
            why = "the policy has no such criterion" if criterion is None else "its words are not there any more"
            assessment = replace(assessment, problems=(*assessment.problems, does_not_fit(decision, why)))
        else:
            assessment = _marked(assessment, criterion, place, decision)
    return assessment


def _marked(assessment: Assessment, criterion: Criterion, place: Evidence, decision: Decision) -> Assessment:
    told = replace(criterion, evidence=(place, *criterion.evidence))
    problems = assessment.problems
    if criterion.verdict == "missing":
        why = f"{decision.by} marked words that speak to it" + (f": {decision.why}" if decision.why else "")
        told = replace(told, verdict="check", why=why, shown=criterion.shown or "see the words marked there")
        problems = tuple(_to_check(problem, criterion, why) for problem in problems)
    criteria = tuple(told if c is criterion else c for c in assessment.criteria)
    return replace(assessment, criteria=criteria, problems=problems)


def _to_check(problem: Problem, criterion: Criterion, why: str) -> Problem:
    if problem.code != f"{criterion.id}_missing":
        return problem
    what, fix = f"{why}.", "Do these words show it? A signature says yes; else undo the mark."
    return replace(problem, code=f"{criterion.id}_check", what=what, fix=fix, severity="doubt")
