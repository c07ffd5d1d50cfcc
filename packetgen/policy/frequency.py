"""Headache counts and diaries against what a plan asks."""

from __future__ import annotations

from packetgen.case import Case
from packetgen.chart import words
from packetgen.chart.model import Chart, Fact
from packetgen.extraction.model import Amount, Evidence
from packetgen.policy.comparisons import DiaryRule, FrequencyRule
from packetgen.policy.judged import FAINT, Judged, places

COMPLETE_MONTH_DAYS = 20  # recorded days below which a diary month decides nothing (facts: 20 of 28-30)
DIARY_COLUMNS = ("headache_days", "migraine_days")


def frequency(rule: FrequencyRule, case: Case, chart: Chart) -> Judged:
    """Whether a count, of the time before the toxin when none is stated for now, is enough."""
    fact: Fact[Amount] | None = getattr(chart.current, rule.fact) or getattr(chart.baseline, rule.fact)
    name = rule.fact.replace("_", " ")
    if fact is None:
        return Judged("missing", f"the chart does not state {name}")
    low, high = words.ends_of(fact.value)
    evidence = places((*fact.evidence, *(e for f in fact.against for e in f.evidence), *_diary_places(rule, chart)))
    shown = f"{name}: {words.amount(fact.value)}"
    stated = f"{shown} stated, {rule.asked} asked"
    if any(rule.holds(ends_of_finding(f, rule)[0]) != rule.holds(low) for f in fact.against):
        return Judged("check", f"{stated}; another note says otherwise", evidence, shown=shown)
    if doubt := _doubt(fact, rule, chart):
        return Judged("check", f"{stated}; {doubt}", evidence, shown=shown)
    if rule.holds(low):
        return Judged("met", stated, evidence, shown=shown)
    return Judged("check" if rule.holds(high) else "not_met", stated, evidence, shown=shown)


def _doubt(fact: Fact[Amount], rule: FrequencyRule, chart: Chart) -> str:
    """Why a stated count cannot stand alone: a scan that reads poorly, or a diary that counts fewer days."""
    if fact.is_faint:
        return FAINT
    short = [
        month.value.month
        for month in chart.diary
        if month.value.days_recorded >= COMPLETE_MONTH_DAYS
        and (count := _diary_count(rule, month.value)) is not None
        and not rule.holds(count)
    ]
    return f"the diary counts fewer in {', '.join(short)}" if short else ""


def _diary_count(rule: FrequencyRule, month: object) -> int | None:
    return getattr(month, rule.fact) if rule.fact in DIARY_COLUMNS else None


def _diary_places(rule: FrequencyRule, chart: Chart) -> list[Evidence]:
    return [e for month in chart.diary if _diary_count(rule, month.value) is not None for e in month.evidence[:1]]


def ends_of_finding(finding: object, rule: FrequencyRule) -> tuple[float, float]:
    """Least and most that a contradicting finding states of the rule's fact."""
    field = {"headache_days": "headache_days_per_month", "migraine_days": "migraine_days_per_month"}
    amount = getattr(getattr(finding, "value", None), field.get(rule.fact, rule.fact), None)
    return words.ends_of(amount) if amount is not None else (0.0, float("inf"))


def diary(rule: DiaryRule, case: Case, chart: Chart) -> Judged:
    """Whether the diary has enough complete months."""
    whole = [month for month in chart.diary if month.value.days_recorded >= rule.days_recorded]
    shown = f"headache diary: {', '.join(words.day(month.value.month) for month in whole)}" if whole else ""
    why = f"{len(whole)} months of headache diary, {rule.months} asked"
    evidence = places(month.evidence[0] for month in whole)
    return Judged("met" if len(whole) >= rule.months else "missing", why, evidence, shown=shown)
