"""A denial against the chart: for each reason what answers it, whether the plan had it, and the course that follows."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

from packetgen import yamlfile
from packetgen.chart.model import Chart
from packetgen.extraction.model import Denial, DenialReason, DenialReasonName, Evidence, Finding
from packetgen.extraction.vocabulary import Pattern
from packetgen.policy.model import Assessment, Check, Confidence, Criterion
from packetgen.resources import KNOWLEDGE
from packetgen.yamlfile import Strict

State = Literal["sent", "not_sent", "in_chart", "request", "none"]
Course = Literal["read", "right", "resubmit", "peer_to_peer", "appeal"]
COURSES: dict[Course, str] = {
    "read": "Read the letter first: a reason of it is not known here",
    "right": "The denial is right as the chart stands",
    "resubmit": "Resubmit, no appeal is needed yet",
    "peer_to_peer": "Call the plan's reviewer first, then appeal",
    "appeal": "Appeal",
}
FIRST = tuple(COURSES)  # of several reasons, the step to take first


class ReasonRule(Strict):
    """What answers a reason, and the course that follows. blocked_by: checks that leave it unanswered while open."""

    reason: DenialReasonName
    says: str
    comparisons: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    blocked_by: tuple[str, ...] = ()
    sent: Course = "appeal"
    not_sent: Course = "appeal"
    only: Course | None = None
    change: str


class AskedRule(Strict):
    """What a sentence of a plan asks for: a topic of criteria ("frequency.headache_days", "score"), by its words."""

    topic: str
    pattern: Pattern
    unless: Pattern | None = None
    example: str
    counter_example: str

    def found_in(self, text: str) -> bool:
        """Whether a sentence asks for it."""
        return bool(re.search(self.pattern, text, re.IGNORECASE)) and not (
            self.unless and re.search(self.unless, text, re.IGNORECASE)
        )


class _File(Strict):
    source: str
    as_of: date
    confidence: Confidence
    reasons: tuple[ReasonRule, ...]
    asked: tuple[AskedRule, ...]
    peer_to_peer: tuple[str, ...]


@cache
def appeal_rules() -> _File:
    """knowledge/appeals.yaml."""
    return yamlfile.read(KNOWLEDGE / "appeals.yaml", _File)


def topics_in(quote: str) -> tuple[str, ...]:
    """What a sentence of a plan asks for, in the order of knowledge/appeals.yaml."""
    return tuple(dict.fromkeys(rule.topic for rule in appeal_rules().asked if rule.found_in(quote)))


@dataclass(frozen=True, slots=True)
class Answer:
    """What the chart has against one reason.

    state     sent: the plan had every page; not_sent; in_chart: what was sent is not known; request: what is asked for
              answers it, and no page needs to; none: nothing answers it
    criteria  of the policy, met by the chart; whole: the whole policy speaks to the reason
    open      what is not met or not shown: criteria and checks in words
    pages     of the sent packet, where the evidence stood
    course    for this reason, and change: what would change the decision
    """

    reason: DenialReason
    says: str
    place: Evidence
    state: State
    criteria: tuple[Criterion, ...]
    whole: bool
    open: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    pages: tuple[int, ...]
    course: Course
    change: str

    @property
    def answered(self) -> bool:
        """Whether an appeal can answer it."""
        return self.state != "none"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A denial, and what the chart has against each of its reasons. new: exhibit pages that the plan did not have."""

    denial: Denial
    places: tuple[Evidence, ...]
    answers: tuple[Answer, ...]
    new: tuple[str, ...]

    @property
    def course(self) -> Course:
        """What to do first: the step that the least answered reason needs."""
        return next(course for course in FIRST if any(answer.course == course for answer in self.answers))

    @property
    def reasons(self) -> tuple[DenialReasonName, ...]:
        """The classes of the reasons."""
        return tuple(answer.reason.reason for answer in self.answers)


def compare(
    assessment: Assessment, denial: Finding, sent: Mapping[str, int] | None = None, chart: Chart | None = None
) -> Comparison:
    """Hold each reason of a denial against the verdicts on the chart.

    chart: what else it holds of that which the reason asks for: a diary, the treatments given
    sent: the page of the sent packet of each exhibit page ("A-2") that it held; None when no packet is known.
    """
    value = denial.value
    assert isinstance(value, Denial)  # noqa: S101 - the caller chose the finding by its kind
    answers = tuple(
        _answer(reason, place, assessment, sent, chart)
        for reason, place in zip(value.reasons, denial.evidence, strict=False)
    )
    pages = dict.fromkeys(e.exhibit_page for answer in answers for e in answer.evidence)
    new = tuple(page for page in pages if sent is not None and page not in sent)
    return Comparison(value, denial.evidence, answers, new)


def _answer(
    reason: DenialReason, place: Evidence, assessment: Assessment, sent: Mapping[str, int] | None, chart: Chart | None
) -> Answer:
    rule = next(rule for rule in appeal_rules().reasons if rule.reason == reason.reason)
    whole = not rule.comparisons and not rule.checks
    criteria = [c for c in assessment.criteria if whole or set(c.comparisons) & set(rule.comparisons)]
    criteria = [c for c in criteria if c.comparisons != ("statement",)]
    checks = [c for c in assessment.checks if _named(c, rule.checks)]
    met = tuple(c for c in criteria if c.verdict == "met" or c.doubted_rule)
    held = tuple(c for c in checks if c.verdict == "met")
    amiss: list[Criterion | Check] = [c for c in criteria if c not in met]
    amiss += [c for c in checks if c.verdict in ("not_met", "missing")]
    blocking = [c for c in assessment.checks if _named(c, rule.blocked_by) and c.verdict != "met"]
    places = (*(e for c in met for e in c.evidence), *(e for c in held for e in c.evidence))
    evidence = tuple(dict.fromkeys((*places, *_told_on(topics_in(reason.quote), chart))))
    found = None if rule.only or amiss or blocking or not (met or held) else _state(evidence, sent)
    against = blocking or any(c.verdict in ("not_met", "missing") for c in amiss)
    unanswered: Course = "right" if against else "read"  # where nothing here speaks against it, a person judges
    course = rule.only or (unanswered if found is None else rule.sent if found == "sent" else rule.not_sent)
    pages = tuple(sorted({sent[e.exhibit_page] for e in evidence if sent and e.exhibit_page in sent}))
    told = tuple(f"{c.text}: {c.why}" for c in (*amiss, *blocking))
    return Answer(reason, rule.says, place, found or "none", met, whole, told, evidence, pages, course, rule.change)


def _named(check: Check, names: tuple[str, ...]) -> bool:
    return any(check.id == name or check.id.startswith(f"{name}_") for name in names)


def _told_on(topics: Collection[str], chart: Chart | None) -> Iterator[Evidence]:
    """Where the chart tells of what is asked for, whether the policy has a criterion on it or not."""
    if chart and "diary" in topics:
        yield from (place for fact in chart.diary for place in fact.evidence)
    if chart and {"treatments", "interval"} & set(topics):
        yield from (place for fact in chart.given for place in fact.evidence)


def _state(evidence: tuple[Evidence, ...], sent: Mapping[str, int] | None) -> State:
    if not evidence:
        return "request"
    if sent is None:
        return "in_chart"
    return "sent" if all(e.exhibit_page in sent for e in evidence) else "not_sent"
