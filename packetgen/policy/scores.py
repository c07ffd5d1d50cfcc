"""Scores against what a plan asks."""

from __future__ import annotations

from packetgen.case import Case
from packetgen.chart import words
from packetgen.chart.model import Chart, Fact
from packetgen.extraction.model import Score
from packetgen.policy.comparisons import ScoreRule
from packetgen.policy.judged import FAINT, Judged, places
from packetgen.policy.partial_dates import months_before, since

ONE_PLUS = 1.5  # what Ashworth's "1+" counts: between 1 and 2


def score(rule: ScoreRule, case: Case, chart: Chart) -> Judged:
    """Whether the newest score lies within the bounds; without a bound, whether there is one."""
    facts = scores_of(rule.instrument, chart)
    if not facts:
        return Judged("missing", f"the chart gives no {rule.instrument}")
    fact, value = facts[0]
    shown = f"{rule.instrument} {value:g}" + (f" ({words.day(fact.value.date)})" if fact.value.date else "")
    why = f"{shown}{_asked(rule)}"
    evidence = places(fact.evidence)
    if fact.is_faint or fact.against:
        return Judged("check", f"{why}; {FAINT if fact.is_faint else 'a note says otherwise'}", evidence, shown=shown)
    if rule.within_months and not since(fact.value.date, months_before(case.request.start_date, rule.within_months)):
        return Judged("missing", f"{why}; not dated in the last {rule.within_months} months", evidence, shown=shown)
    low = rule.at_least if rule.at_least is not None else value
    high = rule.at_most if rule.at_most is not None else value
    return Judged("met" if low <= value <= high else "not_met", why, evidence, shown=shown)


def _asked(rule: ScoreRule) -> str:
    bounds = [f"at least {rule.at_least:g}"] if rule.at_least is not None else []
    bounds += [f"at most {rule.at_most:g}"] if rule.at_most is not None else []
    return f", {' and '.join(bounds)} asked" if bounds else ""


def scores_of(instrument: str, chart: Chart) -> list[tuple[Fact[Score], float]]:
    """The scores of an instrument with their number, newest first."""
    found = [(fact, value_of(fact.value)) for fact in chart.scores if fact.value.instrument == instrument]
    return [(fact, value) for fact, value in found if value is not None]


def value_of(score: Score) -> float | None:
    """The score in one number: its total, else the highest of its parts."""
    if score.value is not None:
        return score.value
    numbers = [ONE_PLUS if part == "1+" else _number(part) for _, part in score.subscores]
    return max((number for number in numbers if number is not None), default=None)


def _number(part: object) -> float | None:
    try:
        return float(part)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
