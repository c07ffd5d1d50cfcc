"""Counting failed trials as a plan does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Literal

from packetgen import yamlfile
from packetgen.case import Case
from packetgen.chart import words
from packetgen.chart.model import ENDED_BADLY, Chart, Fact
from packetgen.extraction.model import Therapy
from packetgen.policy.comparisons import FailedTrialsRule
from packetgen.policy.judged import Judged, places
from packetgen.policy.model import Confidence
from packetgen.policy.partial_dates import months_before, span_of
from packetgen.resources import KNOWLEDGE
from packetgen.yamlfile import Strict

Standing = Literal["counts", "too_short", "no_duration", "too_old", "no_dose", "samples", "not_said"]
OPEN: tuple[Standing, ...] = ("no_duration", "no_dose")  # what a date or a dose in a note could make count
SAMPLES = re.compile(r"\bsamples?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Trial:
    """A failed trial and whether it counts. days: (least, most) it lasted, or None when the chart does not say."""

    fact: Fact[Therapy]
    standing: Standing
    days: tuple[int, int] | None

    @property
    def told(self) -> str:
        """In words: "amitriptyline (antidepressant, ineffective, 123 to 181 days)"."""
        value = self.fact.value
        parts = [value.drug_class.replace("_", " "), value.status.replace("_", " ")]
        if self.days:
            low, high = self.days
            parts.append(f"{low} days" if low == high else f"{low} to {high} days")
        parts += {"too_old": ["too long ago"], "samples": ["samples"]}.get(self.standing, [])
        return f"{value.drug} ({', '.join(parts)})"


def judge_trials(rule: FailedTrialsRule, case: Case, chart: Chart) -> Judged:
    """Whether enough trials count: each class or drug once, and two at the same time once."""
    trials = failed_trials(chart.therapies, rule, case)
    if not trials:
        return Judged("missing", "no failed trial that the plan counts is in the chart")
    counted = [trial for trial in trials if trial.standing == "counts"]
    undecided = [trial for trial in trials if trial.standing in OPEN]
    number = len({_key(trial, rule) for trial in counted})
    evidence = places(trial.fact.evidence[0] for trial in (*counted, *(t for t in trials if t not in counted)))
    told = [trial for trial in trials if trial.standing in ("counts", "not_said", *OPEN)]
    shown = "; ".join(words.trial(trial.fact.value) for trial in told)
    why = f"{_number(number, rule)}, {rule.at_least} asked: {_told(counted)}" if counted else "no trial counts yet"
    if number >= rule.at_least:
        doubt = _doubt(counted, rule)
        return Judged("check" if doubt else "met", f"{why}{doubt}", evidence, shown=shown)
    unsaid = [trial for trial in trials if trial.standing == "not_said"]
    if len({_key(trial, rule) for trial in (*counted, *unsaid)}) >= rule.at_least:
        why += f"; whether the plan counts {_told(unsaid)} is not known"
        return Judged("check", why, evidence, shown=shown)
    lost = _told(trial for trial in trials if trial.standing not in ("counts", *OPEN))
    why += f"; not counted: {lost}" if lost else ""
    if len({_key(trial, rule) for trial in (*counted, *undecided)}) > number:
        names = ", ".join(trial.fact.value.drug for trial in undecided)
        ask = f"What are the start and stop dates of {names}, and its highest daily dose?"
        lacking = "how long" if any(t.standing == "no_duration" for t in undecided) else "at which dose"
        return Judged("missing", f"{why}; {lacking} {names} was taken is not stated", evidence, ask, shown)
    return Judged("not_met", why, evidence, shown=shown)


def _number(number: int, rule: FailedTrialsRule) -> str:
    several = {"class": "classes", "drug": "drugs"}
    return f"{number} {rule.by if number == 1 else several[rule.by]}"


def _key(trial: Trial, rule: FailedTrialsRule) -> str:
    return trial.fact.value.drug_class if rule.by == "class" else trial.fact.value.drug


def _doubt(counted: Sequence[Trial], rule: FailedTrialsRule) -> str:
    """Why enough trials may still not be enough: faint or disputed notes, or two drugs taken at the same time."""
    doubted = [t for t in counted if t.fact.is_faint or t.fact.against]
    if doubted:
        return f"; a note is faint or says otherwise: {_told(doubted)}"
    for chosen in combinations(counted, rule.at_least):
        distinct = len({_key(trial, rule) for trial in chosen}) == rule.at_least
        if distinct and _are_apart(chosen, rule):
            return ""
    return "; taken at the same time, so the plan may count them once"


def _are_apart(chosen: Sequence[Trial], rule: FailedTrialsRule) -> bool:
    """Whether the days of these trials, each day counted once, are enough for all of them."""
    dated = [t for t in chosen if t.fact.value.start and t.fact.value.stop]
    days: set[int] = set()
    for trial in dated:
        first, last = span_of(trial.fact.value.start or "")[0], span_of(trial.fact.value.stop or "")[1]
        days.update(range(first.toordinal(), last.toordinal() + 1))
    return len(days) >= len(dated) * (rule.too_short_below or rule.minimum_days or 0)


def _told(trials: Iterable[Trial]) -> str:
    return "; ".join(dict.fromkeys(trial.told for trial in trials))


def failed_trials(therapies: Sequence[Fact[Therapy]], rule: FailedTrialsRule, case: Case) -> list[Trial]:
    """The failed trials that the plan's classes name, and how each stands."""
    return [
        Trial(fact, _standing(fact, rule, case), days_of(fact.value))
        for fact in therapies
        if fact.value.role == rule.role and fact.value.status in ENDED_BADLY and _is_listed(fact.value, rule)
    ]


def _is_listed(value: Therapy, rule: FailedTrialsRule) -> bool:
    return any(
        listed.drug_class == value.drug_class and (not listed.drugs or value.drug in listed.drugs)
        for listed in rule.classes
    )


def _standing(fact: Fact[Therapy], rule: FailedTrialsRule, case: Case) -> Standing:
    value = fact.value
    if value.status in rule.accept_without_duration:
        return "counts"
    if value.status == "contraindicated" or (value.status == "not_tolerated" and not rule.minimum_days):
        return "not_said"
    if any(SAMPLES.search(place.quote) for place in fact.evidence):
        return "samples"
    days = days_of(value)
    if rule.minimum_days and not (days and days[0] >= rule.minimum_days):
        return "too_short" if days and days[1] < (rule.too_short_below or rule.minimum_days) else "no_duration"
    if rule.within_months:
        end = value.stop or value.start
        first = months_before(case.request.start_date, rule.within_months)
        if end is None or span_of(end)[1] < first:
            return "no_duration" if end is None else "too_old"
    if rule.therapeutic_dose and (usual := usual_doses().get(value.drug)):
        # a dose is of one administration: below the usual one a day it may still be taken twice
        return "counts" if value.dose is not None and value.dose >= usual else "no_dose"
    return "counts"


def days_of(value: Therapy) -> tuple[int, int] | None:
    """Least and most days a trial can have lasted: a date without a day is any day of its month."""
    if value.weeks is not None:
        days = round(value.weeks * 7)
        return days, days
    if value.start is None or value.stop is None:
        return None
    first, last = span_of(value.start), span_of(value.stop)
    return max(0, (last[0] - first[1]).days), (last[1] - first[0]).days + 1


class UsualDose(Strict):
    """The least daily dose at which a preventive is usually given."""

    generic: str
    mg_a_day: float
    source: str
    as_of: str
    confidence: Confidence


class UsualDoses(Strict):
    """knowledge/therapeutic_doses.yaml."""

    doses: tuple[UsualDose, ...]


@cache
def usual_doses() -> dict[str, float]:
    """Milligrams a day by generic name."""
    read = yamlfile.read(KNOWLEDGE / "therapeutic_doses.yaml", UsualDoses)
    return {dose.generic: dose.mg_a_day for dose in read.doses}
