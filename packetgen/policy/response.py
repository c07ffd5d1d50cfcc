"""What the treatment took off, from before it to now."""

from __future__ import annotations

from dataclasses import dataclass

from packetgen.case import Case
from packetgen.chart import words
from packetgen.chart.model import Chart, HeadacheFacts
from packetgen.extraction.model import Evidence
from packetgen.policy.comparisons import ReductionRule
from packetgen.policy.judged import Judged, places
from packetgen.policy.scores import scores_of

HEADACHE_COUNTS = ("headache_days", "migraine_days", "headache_hours")


@dataclass(frozen=True, slots=True)
class Stated:
    """An amount at one time: least and most it can be, in words, and whether its places are faint or disputed."""

    least: float
    most: float
    text: str
    evidence: tuple[Evidence, ...]
    is_doubtful: bool


def reduction(rule: ReductionRule, case: Case, chart: Chart) -> Judged:
    """Whether the decrease is enough. A range decides only when both of its ends do."""
    name = rule.of.replace("_", " ")
    before, now = _before_and_now(rule.of, chart)
    if before is None or now is None:
        lacking = "before the first treatment" if before is None else "under treatment"
        return Judged("missing", f"the chart does not state {name} {lacking}")
    shown = f"{name}: {before.text} before, {now.text} now"
    why = f"{shown}; {_asked(rule)} asked"
    evidence = places((*now.evidence[:2], *before.evidence[:2]))
    if before.is_doubtful or now.is_doubtful:
        return Judged("check", f"{why}; a note is faint or says otherwise", evidence, shown=shown)
    if _is_enough(rule, before.least, now.most):
        return Judged("met", why, evidence, shown=shown)
    possible = _is_enough(rule, before.most, now.least)
    return Judged("check" if possible else "not_met", why, evidence, shown=shown)


def _is_enough(rule: ReductionRule, before: float, now: float) -> bool:
    if rule.percent is not None:
        return before > 0 and (before - now) / before * 100 >= rule.percent
    return before - now >= rule.at_least if rule.at_least is not None else before > now


def _asked(rule: ReductionRule) -> str:
    if rule.percent is not None:
        return f"{rule.percent:g} percent less"
    return f"{rule.at_least:g} less" if rule.at_least is not None else "a decrease"


def _before_and_now(of: str, chart: Chart) -> tuple[Stated | None, Stated | None]:
    """A headache count before the toxin and under it, or the first and the last dated score.

    Where the chart dates the first treatment, the first score is one up to that day, and the last one after it.
    """
    if of in HEADACHE_COUNTS:
        return _count(of, chart.baseline), _count(of, chart.on_treatment) or _count(of, chart.current)
    dated = sorted(
        ((fact, value) for fact, value in scores_of(of, chart) if fact.value.date),
        key=lambda pair: pair[0].value.date or "",
    )
    scores = [
        (fact.value.date or "", Stated(value, value, f"{value:g}", fact.evidence, fact.is_faint or bool(fact.against)))
        for fact, value in dated
    ]
    treated = chart.first_treated
    before = [stated for day, stated in scores if not treated or day <= treated]
    under = [stated for day, stated in scores if day > treated] if treated else before[1:]
    return (before[0] if before else None, under[-1] if under else None)


def _count(of: str, facts: HeadacheFacts) -> Stated | None:
    """A count of days, or days times hours a day."""
    parts = (facts.headache_days, facts.hours_per_day) if of == "headache_hours" else (getattr(facts, of),)
    least = most = 1.0
    evidence: list[Evidence] = []
    for part in parts:
        if part is None:
            return None
        low, high = words.ends_of(part.value)
        least, most = least * low, most * high
        evidence += part.evidence
    doubtful = any(part.is_faint or part.against for part in parts if part)
    text = f"{least:g}" if least == most else f"{least:g} to {most:g}"
    return Stated(least, most, text, tuple(evidence), doubtful)
