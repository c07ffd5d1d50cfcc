"""The comparisons of a policy: each takes the chart and the request, and gives a verdict with its places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice
from typing import Any

from packetgen.case import Case
from packetgen.chart import words
from packetgen.chart.model import ENDED_BADLY, Chart, Fact
from packetgen.extraction.model import Diagnosis, DocumentSummary, Evidence
from packetgen.policy.code_sets import code_rules
from packetgen.policy.comparisons import (
    AgeRule,
    DiagnosisRule,
    DocumentRule,
    IntervalRule,
    Need,
    NotTogetherRule,
    RuledOutRule,
    SpecialtyRule,
    TreatmentsRule,
)
from packetgen.policy.frequency import diary, frequency
from packetgen.policy.judged import FAINT, Judged, all_of, any_of, places
from packetgen.policy.model import Verdict
from packetgen.policy.partial_dates import months_before, since, span_of
from packetgen.policy.response import reduction
from packetgen.policy.scores import score
from packetgen.policy.trials import judge_trials

COSMETIC = "(cosmetic)"


def judge(need: Need, case: Case, chart: Chart) -> Judged:
    """Apply a criterion's comparison."""
    name = need.comparison
    if name == "all_of":
        return all_of([judge(part, case, chart) for part in need.all_of or ()])
    if name == "any_of":
        return any_of([judge(part, case, chart) for part in need.any_of or ()])
    return JUDGES[name](getattr(need, name), case, chart)


def _age(rule: AgeRule, case: Case, chart: Chart) -> Judged:
    start, born = case.request.start_date, case.patient.birth_date
    age = age_on(born, start)
    within = (rule.at_least or 0) <= age <= (rule.at_most if rule.at_most is not None else age)
    why = f"{age} years old on {words.day(start)}"
    return Judged("met" if within else "not_met", why, shown=f"born {words.day(born)}")


def age_on(born: date, day: date) -> int:
    """Completed years of life on a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _diagnosis(rule: DiagnosisRule, case: Case, chart: Chart) -> Judged:
    table = code_rules().of(case.request.indication)
    codes = rule.codes or table.codes
    is_of_indication = any(
        code.startswith(table.codes) or known.startswith(code) for code in codes for known in table.codes
    )
    others = (*table.codes, *table.depends) if is_of_indication else ()
    named = [fact for fact in chart.diagnoses if _begins(fact, (*codes, *others))]
    listed = [fact for fact in named if _begins(fact, codes)]
    if not named:
        return Judged("missing", f"no diagnosis with a code {' or '.join(codes)} is in the chart")
    leading = listed or named
    evidence = places(e for fact in leading for e in fact.evidence)
    shown = f"{leading[0].value.name}, {leading[0].value.icd10}"
    if not listed:
        return Judged("check", f"{shown}; not every plan takes this code", evidence, shown=shown)
    if all(fact.is_faint for fact in listed):
        return Judged("check", f"{shown}; {FAINT}", evidence, shown=shown)
    return Judged("met", shown, evidence, shown=shown)


def _begins(fact: Fact[Diagnosis], codes: tuple[str, ...]) -> bool:
    return (fact.value.icd10 or "").startswith(codes)


def _specialty(rule: SpecialtyRule, case: Case, chart: Chart) -> Judged:
    own = case.provider.specialty
    why = f"the prescriber's specialty is {own}"
    if any(wanted in own.lower() for wanted in rule.one_of):
        return Judged("met", why, shown=why)
    consults = [
        d
        for d in chart.documents
        if d.kind == "consult" and any(wanted in (d.specialty or "") for wanted in rule.one_of)
    ]
    if consults:
        told = f"consultation in {consults[0].specialty}"
        return Judged("met", f"{why}; {told}", places(consults[0].evidence), shown=told)
    return Judged("missing", f"{why}, and no consultation by a specialist is in the chart")


def _not_together(rule: NotTogetherRule, case: Case, chart: Chart) -> Judged:
    """Absence of a mention proves nothing: only a drug of the class that is said to have ended, or a denial, does."""
    named = [f for f in chart.therapies if f.value.drug_class in rule.classes and f.value.role == "preventive"]
    taken = [f for f in named if f.value.status in ("current", "effective", "planned")]
    ended = [f for f in named if f.value.status in (*ENDED_BADLY, "stopped_other", "never_tried")]
    if taken:
        shown = ", ".join(f"{f.value.drug}, {f.value.status}" for f in taken)
        planned = all(f.value.status == "planned" for f in taken)
        return Judged(
            "check" if planned else "not_met", shown, places(e for f in taken for e in f.evidence), shown=shown
        )
    if ended and all(f in ended for f in named):
        shown = "; ".join(f"{f.value.drug}, {f.value.status.replace('_', ' ')}" for f in ended)
        return Judged("met", shown, places(e for f in ended for e in f.evidence), shown=shown)
    return Judged("missing", "the chart does not say whether one is taken now")


def _treatments(rule: TreatmentsRule, case: Case, chart: Chart) -> Judged:
    given = [f for f in chart.toxins if f.value.status == "given" and f.value.product == case.request.product]
    dates = sorted({f.value.date for f in given if f.value.date})
    shown = f"given on {', '.join(words.day(day) for day in dates)}" if dates else ""
    evidence = places(e for f in given for e in f.evidence)
    if len(dates) >= rule.at_least:
        return Judged("met", f"{len(dates)} dated treatments, {rule.at_least} asked", evidence, shown=shown)
    ask = "On which dates was the toxin given, and how many units? Please attach the procedure notes."
    why = f"{len(dates)} dated treatments in the chart, {rule.at_least} asked"
    return Judged("missing", why, evidence, ask, shown)


def _units(most: int, case: Case, chart: Chart) -> Judged:
    why = f"{case.request.units} units requested"
    return Judged("met" if case.request.units <= most else "not_met", why, _planned(case, chart), shown=why)


def _planned(case: Case, chart: Chart) -> tuple[Evidence, ...]:
    """Where the chart plans the dose that is requested."""
    return places(
        evidence
        for fact in chart.toxins
        if fact.value.status != "given" and fact.value.units == case.request.units
        for evidence in fact.evidence
    )


def _interval(rule: IntervalRule, case: Case, chart: Chart) -> Judged:
    """The interval on the request, and the days from the last treatment in the chart to the day of service."""
    why = f"every {case.request.interval_weeks} weeks requested"
    evidence = _planned(case, chart)
    if case.request.interval_weeks < rule.at_least_weeks:
        return Judged("not_met", why, evidence, shown=why)
    start = case.request.start_date
    given = [
        fact
        for fact in chart.toxins
        if fact.value.status == "given"
        and not fact.value.product.endswith(COSMETIC)
        and _before(fact.value.date, start)
    ]
    if not given:
        return Judged("met", why, evidence, shown=why)
    last = max(given, key=lambda fact: span_of(fact.value.date or "")[1])
    allowed = start - timedelta(weeks=rule.at_least_weeks)
    first, latest = span_of(last.value.date or "")
    why = f"{why}; last given {words.day(last.value.date or '')}"
    verdict: Verdict = "met" if latest <= allowed else "not_met" if first > allowed else "check"
    return Judged(verdict, why, places((*last.evidence, *evidence)), shown=why)


def _before(day: str | None, start: date) -> bool:
    """Whether a session was before the one that is requested."""
    return day is not None and span_of(day)[0] < start


def _product(products: tuple[str, ...], case: Case, chart: Chart) -> Judged:
    why = f"{case.request.product} requested"
    return Judged("met" if case.request.product in products else "not_met", why, shown=why)


def _document(rule: DocumentRule, case: Case, chart: Chart) -> Judged:
    judged = _newest(rule, case, chart)
    return judged if judged.verdict == "missing" else replace(judged, attach=(rule.kinds,))


def _newest(rule: DocumentRule, case: Case, chart: Chart) -> Judged:
    found = [d for d in chart.documents if d.kind in rule.kinds]
    asked = " or ".join(words.DOCUMENT_KINDS[kind] for kind in rule.kinds)
    if not found:
        return Judged("missing", f"no {asked} is in the chart")
    newest = max(found, key=lambda d: d.date or "")
    evidence = _place_in(newest, chart)
    dated = f" of {words.day(newest.date)}" if newest.date and newest.evidence else ""
    shown = f"{words.DOCUMENT_KINDS[newest.kind]}{dated}"
    if rule.within_months:
        first = months_before(case.request.start_date, rule.within_months)
        if newest.date is None:
            return Judged("check", f"{shown}, not dated", evidence, shown=shown)
        if span_of(newest.date)[1] < first:
            return Judged("not_met", f"the newest is the {shown}", evidence, shown=shown)
        if not since(newest.date, first):
            return Judged("check", f"the newest is the {shown}", evidence, shown=shown)
    if rule.signed and not newest.signed:
        return Judged("check", f"{shown}: no signature was read on it", evidence, shown=shown)
    return Judged("met", shown, evidence, shown=shown)


def _place_in(document: DocumentSummary, chart: Chart) -> tuple[Evidence, ...]:
    """Where a document says what it is: its date, else the first thing that was read in it."""
    facts: tuple[Fact[Any], ...] = (*chart.diary, *chart.scores, *chart.diagnoses, *chart.therapies)
    read = (place for fact in facts for place in fact.evidence if place.document == document.document)
    return places(document.evidence) or tuple(islice(read, 1))


def _ruled_out(rule: RuledOutRule, case: Case, chart: Chart) -> Judged:
    there = [f for f in chart.safety if f.value.concern == rule.concern]
    denied = [f for f in chart.denied if f.value.concern == rule.concern]
    if there:
        evidence = places(e for f in there for e in f.evidence)
        return Judged("check", f"the chart speaks of {rule.concern}", evidence)
    if denied:
        shown = f"no {rule.concern}"
        return Judged("met", shown, places(e for f in denied for e in f.evidence), shown=shown)
    return Judged("missing", f"the chart does not say whether there is {rule.concern}")


def _statement(question: str, case: Case, chart: Chart) -> Judged:
    return Judged("check", "only a person can judge this", open=question, shown="see the enclosed notes")


JUDGES: dict[str, Callable[[Any, Case, Chart], Judged]] = {
    "age": _age,
    "diagnosis": _diagnosis,
    "frequency": frequency,
    "failed_trials": judge_trials,
    "score": score,
    "specialty": _specialty,
    "not_together": _not_together,
    "reduction": reduction,
    "treatments": _treatments,
    "units_at_most": _units,
    "interval": _interval,
    "product_one_of": _product,
    "diary": diary,
    "document": _document,
    "ruled_out": _ruled_out,
    "statement": _statement,
}
