"""The comparisons that a policy may make: each takes the chart and the request and gives a verdict with its places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from packetgen.case import Case
from packetgen.chart import words
from packetgen.chart.model import Chart, Fact
from packetgen.extraction.model import Amount, Evidence
from packetgen.policy.model import Verdict
from packetgen.policy.schema import CriterionRule, DiagnosisRule, FailedTrialsRule, FrequencyRule
from packetgen.policy.trials import Trial, failed_trials

COMPLETE_MONTH_DAYS = 20  # recorded days below which a diary month decides nothing (facts: 20 of 28-30)
PLACES = 4


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict, why, and the places that show it.

    shown         what the chart shows, in words for the plan; empty when it shows nothing
    open          what to ask for, when something specific is missing
    doubted_rule  the chart meets the rule, but the rule itself is not certain
    """

    verdict: Verdict
    why: str
    evidence: tuple[Evidence, ...] = ()
    open: str = ""
    shown: str = ""
    doubted_rule: bool = False


def judge(rule: CriterionRule, case: Case, chart: Chart) -> Judged:
    """Apply a criterion's comparison."""
    if rule.diagnosis:
        return _diagnosis(rule.diagnosis, chart)
    if rule.frequency:
        return _frequency(rule.frequency, chart)
    if rule.failed_trials:
        return _failed_trials(rule.failed_trials, chart)
    if rule.age_at_least is not None:
        return _age(rule.age_at_least, case)
    if rule.units_at_most is not None:
        ok = case.request.units <= rule.units_at_most
        return _requested(ok, f"{case.request.units} units requested", _planned(chart, case))
    if rule.interval_at_least_weeks is not None:
        ok = case.request.interval_weeks >= rule.interval_at_least_weeks
        return _requested(ok, f"every {case.request.interval_weeks} weeks requested", _planned(chart, case))
    wanted = rule.specialty_one_of or ()
    return _requested(
        case.provider.specialty.lower() in wanted, f"the prescriber's specialty is {case.provider.specialty}"
    )


def _requested(ok: bool, why: str, evidence: tuple[Evidence, ...] = ()) -> Judged:
    return Judged("met" if ok else "not_met", why, evidence, shown=why)


def _planned(chart: Chart, case: Case) -> tuple[Evidence, ...]:
    """Where the chart plans the dose that is requested."""
    return _places(
        evidence
        for fact in chart.toxins
        if fact.value.status != "given" and fact.value.units == case.request.units
        for evidence in fact.evidence
    )


def _age(at_least: int, case: Case) -> Judged:
    start = case.request.start_date
    age = age_on(case.patient.birth_date, start)
    verdict: Verdict = "met" if age >= at_least else "not_met"
    why = f"{age} years old on {words.day(start)}"
    return Judged(verdict, why, shown=f"born {words.day(case.patient.birth_date)}")


def age_on(born: date, day: date) -> int:
    """Completed years of life on a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _diagnosis(rule: DiagnosisRule, chart: Chart) -> Judged:
    named = [fact for fact in chart.diagnoses if (fact.value.icd10 or "").startswith(rule.codes)]
    if named:
        evidence = _places(e for fact in named for e in fact.evidence)
        shown = f"{named[0].value.name}, {named[0].value.icd10}"
        if all(fact.is_faint for fact in named):
            return Judged("check", f"{shown}; the scan it was read from reads poorly", evidence, shown=shown)
        return Judged("met", shown, evidence, shown=shown)
    return Judged("missing", f"no diagnosis with a code {' or '.join(rule.codes)} is in the chart")


def _frequency(rule: FrequencyRule, chart: Chart) -> Judged:
    fact: Fact[Amount] | None = getattr(chart.current, rule.fact) or getattr(chart.baseline, rule.fact)
    name = rule.fact.replace("_", " ")
    if fact is None:
        return Judged("missing", f"the chart does not state {name}")
    low, high = words.ends_of(fact.value)
    evidence = _places((*fact.evidence, *(e for f in fact.against for e in f.evidence), *_diary_places(rule, chart)))
    shown = f"{name}: {words.amount(fact.value)}"
    stated = f"{shown} stated, {rule.at_least:g} asked"
    if any((ends_of_finding(f, rule)[0] >= rule.at_least) != (low >= rule.at_least) for f in fact.against):
        return Judged("check", f"{stated}; another note says otherwise", evidence, shown=shown)
    if doubt := _doubt(fact, rule, chart):
        return Judged("check", f"{stated}; {doubt}", evidence, shown=shown)
    if low >= rule.at_least:
        return Judged("met", stated, evidence, shown=shown)
    return Judged("check" if high >= rule.at_least else "not_met", stated, evidence, shown=shown)


def _doubt(fact: Fact[Amount], rule: FrequencyRule, chart: Chart) -> str:
    """Why a stated count cannot stand alone: a scan that reads poorly, or a diary that counts fewer days."""
    if fact.is_faint:
        return "the scan it was read from reads poorly"
    short = [
        month.value.month
        for month in chart.diary
        if month.value.days_recorded >= COMPLETE_MONTH_DAYS
        and (count := _diary_count(rule, month.value)) is not None
        and count < rule.at_least
    ]
    return f"the diary counts fewer in {', '.join(short)}" if short else ""


def _diary_count(rule: FrequencyRule, month: object) -> int | None:
    field = {"headache_days": "headache_days", "migraine_days": "migraine_days"}.get(rule.fact)
    return getattr(month, field) if field else None


def _diary_places(rule: FrequencyRule, chart: Chart) -> list[Evidence]:
    return [e for month in chart.diary if _diary_count(rule, month.value) is not None for e in month.evidence[:1]]


def _failed_trials(rule: FailedTrialsRule, chart: Chart) -> Judged:
    trials = failed_trials(chart.therapies, rule)
    if not trials:
        return Judged("missing", "no failed trial of a preventive that the plan counts is in the chart")
    counted = [trial for trial in trials if trial.standing == "counts"]
    undated = [trial for trial in trials if trial.standing == "no_duration"]
    classes = {trial.fact.value.drug_class for trial in counted}
    evidence = _places(trial.fact.evidence[0] for trial in (*counted, *(t for t in trials if t not in counted)))
    shown = "; ".join(words.trial(trial.fact.value) for trial in (*counted, *undated))
    asked = f"{len(classes)} classes, {rule.distinct_classes} asked"
    why = f"{asked}: {_told(counted)}" if counted else "no trial counts yet"
    if len(classes) >= rule.distinct_classes:
        faint = [t for t in counted if t.fact.is_faint]
        disputed = [t for t in counted if t.fact.against]
        if faint or disputed:
            doubted = _told([*faint, *disputed])
            return Judged("check", f"{why}; a note is faint or says otherwise: {doubted}", evidence, shown=shown)
        return Judged("met", why, evidence, shown=shown)
    if classes | {trial.fact.value.drug_class for trial in undated} > classes:
        names = ", ".join(trial.fact.value.drug for trial in undated)
        ask = f"What are the start and stop dates of {names}, and its highest daily dose?"
        return Judged("missing", f"{why}; how long {names} was taken is not stated", evidence, ask, shown)
    return Judged("not_met", why, evidence, shown=shown)


def _told(trials: Iterable[Trial]) -> str:
    return "; ".join(dict.fromkeys(trial.told for trial in trials))


def _places(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    return tuple(list(dict.fromkeys(evidence))[:PLACES])


def ends_of_finding(finding: object, rule: FrequencyRule) -> tuple[float, float]:
    """Least and most that a contradicting finding states of the rule's fact."""
    field = {"headache_days": "headache_days_per_month", "migraine_days": "migraine_days_per_month"}
    amount = getattr(getattr(finding, "value", None), field.get(rule.fact, rule.fact), None)
    return words.ends_of(amount) if amount is not None else (0.0, float("inf"))
