"""Treatments given before: how long ago, and how many units within the label's three months, cosmetic ones too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from packetgen.case import Case
from packetgen.chart import words
from packetgen.chart.model import Chart
from packetgen.extraction.model import Evidence
from packetgen.policy.dose_sets import dose_rules
from packetgen.policy.doses import capped, weight_limit
from packetgen.policy.model import Check, Verdict
from packetgen.policy.partial_dates import span_of
from packetgen.policy.predicates import age_on


@dataclass(frozen=True, slots=True)
class Session:
    """A treatment that the chart says was given. first, last: the days it can have been; a full date makes them one."""

    product: str
    cosmetic: bool
    first: date
    last: date
    units: float | None
    evidence: tuple[Evidence, ...]

    @property
    def day(self) -> str:
        """When it was, in words."""
        first, last = words.day(self.first), words.day(self.last)
        return last if first == last else f"{first} to {last}"

    @property
    def told(self) -> str:
        """In words: "64 units cosmetic on 10/02/2026"."""
        units = "units not stated" if self.units is None else f"{self.units:g} units"
        return f"{units}{' cosmetic' if self.cosmetic else ''} on {self.day}"


def sessions_given(chart: Chart) -> tuple[Session, ...]:
    """The dated sessions, newest first. Passages that tell of one product on one day tell of one session."""
    found: dict[tuple[str, str], Session] = {}
    dated = [fact for fact in chart.toxins if fact.value.status == "given" and fact.value.date]
    for fact in sorted(dated, key=lambda fact: (-len(fact.value.date or ""), -(fact.value.units or 0))):
        day = fact.value.date or ""
        if any(product == fact.value.product and told.startswith(day) for product, told in found):
            continue  # the same session, told with fewer units or without its day
        first, last = span_of(day)
        name, _, cosmetic = fact.value.product.partition(" (")
        found[fact.value.product, day] = Session(name, bool(cosmetic), first, last, fact.value.units, fact.evidence[:1])
    return tuple(sorted(found.values(), key=lambda session: session.last, reverse=True))


def check_sessions(case: Case, chart: Chart) -> Iterator[Check]:
    """The checks of a request against what was given before."""
    earlier = [session for session in sessions_given(chart) if session.first < case.request.start_date]
    yield from _undated(case, chart)
    yield from _interval(case, earlier)
    yield from _between(earlier)
    yield from _cumulative(case, earlier)
    yield from _other_products(case, earlier)


def _undated(case: Case, chart: Chart) -> Iterator[Check]:
    undated = [fact for fact in chart.toxins if fact.value.status == "given" and not fact.value.date]
    dated = {(session.product, session.units) for session in sessions_given(chart)}
    for fact in undated:
        name = fact.value.product.partition(" (")[0]
        if (name, fact.value.units) not in dated:
            yield Check(
                "session_undated",
                "Each earlier treatment has its date",
                "check",
                f"the chart tells of {fact.value.product} given, without a date",
                "the chart",
                f"When was {fact.value.product} given, and how many units?",
                fact.evidence[:1],
                who="clinician",
                severity="doubt" if name == case.request.product else "note",
            )


def _interval(case: Case, earlier: Sequence[Session]) -> Iterator[Check]:
    """Days from the last session to the requested day, and between the sessions requested."""
    rule, request = dose_rules().interval, case.request
    if request.interval_weeks * 7 < rule.days:
        why = f"every {request.interval_weeks} weeks requested, {rule.days // 7} are the fewest"
        ask = f"Why earlier than {rule.days // 7} weeks? Give the reason, or correct request.interval_weeks."
        yield Check(
            "interval_requested", "Weeks between treatments", "not_met", why, rule.citation, ask, who="clinician"
        )
    medical = [session for session in earlier if not session.cosmetic]
    text = f"At least {rule.days} days after the last treatment"
    if not medical:
        if request.kind == "continuation":
            why, ask = "the chart gives no dated treatment", "When was the last treatment? Add its record."
            yield Check("interval", text, "missing", why, rule.citation, ask, severity="required")
        return
    last = medical[0]
    least, most = (request.start_date - last.last).days, (request.start_date - last.first).days
    earliest = words.day(last.last + timedelta(days=rule.days))
    verdict: Verdict = "met" if least >= rule.days else "not_met" if most < rule.days else "check"
    why = f"{least if least == most else f'{least} to {most}'} days from {last.day} to {words.day(request.start_date)}"
    why += "" if verdict == "met" else f"; the first day is {earliest}"
    ask = f"Set request.start_date to {earliest} or later, or give the reason for an earlier treatment."
    yield Check("interval", text, verdict, why, rule.citation, ask, last.evidence, who="clinician")


def _between(earlier: Sequence[Session]) -> Iterator[Check]:
    """Sessions of the past that were too close to each other."""
    days = dose_rules().interval.days
    exact = [session for session in earlier if not session.cosmetic and session.first == session.last]
    for later, before in pairwise(exact):
        apart = (later.first - before.first).days
        if apart < days:
            yield Check(
                "interval_before",
                "Days between earlier treatments",
                "check",
                f"{words.day(before.first)} and {words.day(later.first)} are {apart} days apart, fewer than {days}",
                dose_rules().interval.citation,
                "Are both dates right? If so, say in the note why the second treatment came early.",
                (*before.evidence, *later.evidence),
                who="clinician",
            )


def _cumulative(case: Case, earlier: Sequence[Session]) -> Iterator[Check]:
    request = case.request
    age = age_on(case.patient.birth_date, request.start_date)
    rule = next((r for r in dose_rules().cumulative if r.product == request.product and r.is_for(age)), None)
    if rule is None:
        return
    near = [s for s in _within(request.start_date, rule.days, earlier) if s.product == request.product]
    text = f"Units of {request.product} in {rule.days} days, all sites and uses together"
    limit = weight_limit(case, rule.units, rule.per_kg)
    if limit is None:
        why = f"the limit is by weight ({rule.per_kg:g} units/kg), and the weight is not known"
        ask = "What does the patient weigh? Add patient.weight."
        yield Check("units_together", text, "missing", why, rule.citation, ask, severity="required")
        return
    verdict, why = _sum(request.units, near, limit, request.start_date - timedelta(days=rule.days))
    ask = f"Lower the dose, treat later, or give the reason for more than {limit:g} units."
    evidence = tuple(e for session in near for e in session.evidence)
    yield Check(
        "units_together", text, *capped(verdict, why, rule.confidence), rule.citation, ask, evidence, "clinician"
    )


def _within(start: date, days: int, earlier: Sequence[Session]) -> list[Session]:
    """Sessions that can have been fewer than so many days before."""
    return [session for session in earlier if session.last > start - timedelta(days=days)]


def _sum(requested: float, near: Sequence[Session], limit: float, edge: date) -> tuple[Verdict, str]:
    """Requested and earlier units against the limit; sessions without their day or units leave it open."""
    surely = requested + sum(s.units or 0 for s in near if s.first > edge)
    at_most = requested + sum(s.units or 0 for s in near)
    told = "; ".join(s.told for s in near)
    why = f"{at_most:g} units, {limit:g} allowed" + (f" ({requested:g} requested; {told})" if near else "")
    if surely > limit:
        return "not_met", why
    return ("check" if at_most > limit or any(s.units is None for s in near) else "met"), why


def _other_products(case: Case, earlier: Sequence[Session]) -> Iterator[Check]:
    rule = dose_rules().interval
    others = [s for s in _within(case.request.start_date, rule.days, earlier) if s.product != case.request.product]
    for session in others[:1]:
        yield Check(
            "other_toxin",
            f"No other toxin within {rule.days} days",
            "check",
            f"{session.product} was given on {session.day}; units of two products cannot be added or compared",
            rule.citation,
            f"Is {case.request.product} safe so soon after {session.product}? Say so in the note.",
            session.evidence,
            who="clinician",
        )
