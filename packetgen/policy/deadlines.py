"""By when must someone act after what happened? Each answer with its legal source; what is unknown is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from packetgen.case import AppealLevel, Case, Channel, LineOfBusiness
from packetgen.chart import words
from packetgen.chart.model import Chart
from packetgen.extraction.model import Denial
from packetgen.policy.deadline_rules import DeadlineRule, EventKind, Subject, deadline_rules
from packetgen.policy.model import Deadline
from packetgen.policy.partial_dates import months_after
from packetgen.policy.sessions import sessions_given
from packetgen.policy.workdays import (
    is_working_day,
    working_day_on_or_before,
    working_days_after,
    working_days_before,
)

COUNTS = {"calendar_days": "calendar days", "business_days": "business days", "hours": "hours", "months": "months"}
TEXTS = {
    ("submitted", "decision"): "Decision on the request",
    ("appealed", "decision"): "Decision on the appeal",
    ("denied", "appeal"): "Last day to appeal",
    ("denied", "continued_benefits"): "Last day to appeal so that a running treatment stays paid",
    ("approved", "tracking_number"): "Last day of treatment under the tracking number",
    ("treated", "next_treatment"): "First day for the next treatment",
}
WINDOW = re.compile(r"(\d{1,3})\)?\s*(calendar |business |working )?(day|hour)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened between clinic and plan.

    on        submitted, appealed: the day it was sent; denied, approved: the date on the letter; treated: the day
    channel   by which it was sent: portal, fax and phone arrive on the same day, for mail the receipt must be known
    received  the day the plan received what was sent
    level     what was denied, or the appeal that was sent; "request": no appeal yet
    letter    what the denial letter says; its own deadline goes before a later one of the rules
    until     last day of an authorization
    """

    kind: EventKind
    on: date
    channel: Channel | None = None
    received: date | None = None
    level: AppealLevel | None = None
    letter: Denial | None = None
    until: date | None = None


def deadlines_after(event: Event, case: Case) -> tuple[Deadline, ...]:
    """What is due after an event in a case: decisions, appeals, conversations, ends of authorizations, treatments.

    The case must know its kind of plan, typed or from the payer's policy file (`Case.on_line`); else all is unknown.
    """
    if event.kind in ("submitted", "appealed"):
        return tuple(_decisions(event, case))
    if event.kind == "denied":
        return (*_appeals(event, case), _peer_to_peer(event))
    if event.kind == "approved":
        return (_authorization_end(event), *_counted(event, case))
    return tuple(_counted(event, case))


def deadlines_of(case: Case, chart: Chart, letter: Denial | None = None) -> tuple[Deadline, ...]:
    """What is due after all that the case file and the chart tell of, by date, what is unknown last."""
    found = [deadline for event in _events(case, chart, letter) for deadline in deadlines_after(event, case)]
    return tuple(sorted(found, key=lambda deadline: (deadline.due is None, deadline.due or date.max)))


def _events(case: Case, chart: Chart, letter: Denial | None) -> Iterator[Event]:
    dates = case.plan_dates
    if dates.submitted and not dates.authorized and (not dates.denial_dated or dates.denial_dated < dates.submitted):
        kind: EventKind = "appealed" if dates.level else "submitted"
        yield Event(kind, dates.submitted, dates.channel, dates.received_by_plan, dates.level)
    elif dates.denial_dated and not dates.authorized:
        yield Event("denied", dates.denial_dated, level=dates.level, letter=letter)
    if dates.authorized:
        yield Event("approved", dates.authorized, until=dates.authorized_until)
    last = next((s for s in sessions_given(chart) if not s.cosmetic and s.first == s.last), None)
    if last:
        yield Event("treated", last.last)


def line_of(case: Case) -> LineOfBusiness | None:
    """The kind of plan by whose rules it is counted: the pharmacy benefit of Medicare Advantage is Part D's."""
    line = case.insurance.line
    return "part_d" if line == "medicare_advantage" and case.request.benefit == "pharmacy" else line


def rules_for(event: Event, case: Case) -> list[DeadlineRule]:
    """The rules of counting for an event in a case."""
    request, line = case.request, line_of(case)
    level = event.level or "request"
    return [
        rule
        for rule in deadline_rules().rules
        if rule.event == event.kind
        and (not rule.lines or line in rule.lines)
        and rule.level in (None, level)
        and rule.subject in (None, *_subjects(case))
        and rule.benefit in (None, request.benefit)
        and rule.place in (None, request.place_of_service)
        and rule.urgency in (None, request.urgency)
        and (not rule.kinds or request.kind in rule.kinds)
    ]


def _subjects(case: Case) -> tuple[Subject, ...]:
    """What is asked for: the drug, and under the medical benefit its injection too."""
    return ("drug",) if case.request.benefit == "pharmacy" else ("drug", "service")


def _counted(event: Event, case: Case) -> Iterator[Deadline]:
    for rule in rules_for(event, case):
        yield _deadline(event, case, rule, event.on)


def _deadline(event: Event, case: Case, rule: DeadlineRule, start: date) -> Deadline:
    text = TEXTS[event.kind, rule.id] + (f" ({rule.subject})" if rule.subject else "")
    ours = event.kind in ("denied", "approved", "treated")
    due = after(start, rule.count, rule.number) if rule.count and rule.number else None
    goal = after(start, rule.count, rule.aim) if rule.count and rule.aim else due
    sure = "" if rule.confidence == "high" else "Is this the plan's deadline? The rule was not read in its own text."
    return Deadline(
        rule.id,
        text,
        "front_desk" if ours else "plan",
        due,
        _how(event, case, rule, start, due),
        rule.citation,
        rule.confidence,
        working_day_on_or_before(goal) if goal and event.kind in ("denied", "approved") else None,
        sure,
    )


def after(start: date, count: str, number: int) -> date:
    """The day so long after `start`, the day after it being the first. Hours are given in whole days."""
    if count == "business_days":
        return working_days_after(start, number)
    if count == "months":
        return months_after(start, number)
    return start + timedelta(days=number if count == "calendar_days" else -(-number // 24))


def _how(event: Event, case: Case, rule: DeadlineRule, start: date, due: date | None) -> str:
    """How it was counted, in words."""
    line = (line_of(case) or "").replace("_", " ")
    line = f"the rule for {line}" if rule.lines else ""
    if due is None:
        return f"{rule.says}; {line}"
    kinds = {
        "submitted": "the plan's receipt", "appealed": "the plan's receipt", "denied": "the date on the letter",
        "approved": "the decision", "treated": "the treatment",
    }  # fmt: skip
    told = f"{rule.number} {COUNTS[rule.count or 'calendar_days']} from {kinds[event.kind]}, {words.day(start)}"
    parts = [told]
    if rule.count == "hours":
        parts.append("the clock runs from the hour of receipt")
    if rule.received:
        parts.append("it must have been received by then")
    if rule.aim:
        parts.append(f"the aim is day {rule.aim}")
    if not is_working_day(due):
        parts.append("the day falls on a weekend or holiday")
    if rule.confidence != "high":
        parts.append(f"of {rule.confidence} confidence: confirm it with the plan")
    return "; ".join([*parts, *(told for told in (rule.note, line) if told)])


def _decisions(event: Event, case: Case) -> Iterator[Deadline]:
    """When the plan must decide on drug and injection, and when the clinic asks after it."""
    received = event.received or (None if event.channel in (None, "mail") else event.on)
    rules = rules_for(event, case)
    text = TEXTS[event.kind, "decision"]
    if received is None:
        yield _unknown("decision", text, "unknown: when did the plan receive it?", "When did you receive our request?")
        return
    known = [_deadline(event, case, rule, received) for rule in rules]
    yield from known
    told = {subject for rule in rules for subject in (_subjects(case) if rule.subject is None else (rule.subject,))}
    for subject in (subject for subject in _subjects(case) if subject not in told):
        yield _unknown("decision", f"{text} ({subject})", _why(case), f"By when will you decide on the {subject}?")
    due = [deadline.due for deadline in known if deadline.due]
    if due:
        yield _follow_up(event, min(due))


def _why(case: Case) -> str:
    """Why no rule is known."""
    line = line_of(case)
    if line is None:
        return "unknown: the kind of plan is not given (insurance.line)"
    return f"unknown: no rule is known for {line.replace('_', ' ')}, this benefit and this place"


def _unknown(name: str, text: str, why: str, ask: str) -> Deadline:
    return Deadline(name, text, "plan", None, why, "", "low", None, ask)


def _follow_up(event: Event, due: date) -> Deadline:
    """Some working days before a decision is due, but not before the first one after sending."""
    rule = deadline_rules().follow_up
    day = working_days_before(due, rule.business_days_before)
    day = min(max(day, working_days_after(event.on, 1)), due)
    counted = (
        f"{rule.business_days_before} business days before {words.day(due)}, and not before the first after sending"
    )
    return Deadline("follow_up", "Ask the plan how far it is", "front_desk", day, counted, rule.source, "high", day)


def _appeals(event: Event, case: Case) -> Iterator[Deadline]:
    """The clinic's next level. What the letter says goes before a later day of the rules."""
    found = list(_counted(event, case))
    stated = _stated(event)
    for deadline in found:
        if deadline.id == "appeal" and stated and (deadline.due is None or (stated.due and stated.due < deadline.due)):
            yield stated
        else:
            yield deadline
    if not any(deadline.id == "appeal" for deadline in found):
        yield stated or _unknown("appeal", TEXTS["denied", "appeal"], _why(case), "By when, and where, can we appeal?")


def _stated(event: Event) -> Deadline | None:
    """The deadline that the denial letter itself gives."""
    letter = event.letter
    if letter is None or not (letter.appeal_deadline or letter.appeal_days):
        return None
    if letter.appeal_deadline and len(letter.appeal_deadline) == len("2026-01-01"):
        due, counted = date.fromisoformat(letter.appeal_deadline), "the day that the letter gives"
    elif letter.appeal_days:
        due = after(event.on, "calendar_days", letter.appeal_days)
        counted = f"{letter.appeal_days} days, as the letter says, from its date, {words.day(event.on)}"
    else:
        return None
    text = TEXTS["denied", "appeal"]
    return Deadline(
        "appeal", text, "front_desk", due, counted, "the denial letter", "high", working_day_on_or_before(due)
    )


def _peer_to_peer(event: Event) -> Deadline:
    """The window that the letter gives for a conversation with the plan's physician; none is supposed."""
    window = event.letter.p2p_window if event.letter else None
    text = "Last day for a peer-to-peer conversation"
    if event.letter and event.letter.p2p_deadline:
        due = date.fromisoformat(event.letter.p2p_deadline)
        act_by = working_day_on_or_before(due)
        counted = "the day that the letter gives"
        return Deadline("peer_to_peer", text, "clinician", due, counted, "the denial letter", "high", act_by)
    match = WINDOW.search(window or "")
    if match is None:
        why = f'the letter says: "{window}"' if window else "unknown: no letter that was read gives a window"
        return _unknown(
            "peer_to_peer", text, why, "Until when, and at which number, can our physician speak with yours?"
        )
    count = "hours" if match[3].lower() == "hour" else "calendar_days"
    count = "business_days" if (match[2] or "").strip().lower() in ("business", "working") else count
    due = after(event.on, count, int(match[1]))
    counted = f'"{window}", as the letter says, from its date, {words.day(event.on)}'
    act_by = working_day_on_or_before(due)
    return Deadline("peer_to_peer", text, "clinician", due, counted, "the denial letter", "high", act_by)


def _authorization_end(event: Event) -> Deadline:
    text = "Last day of the authorization"
    if event.until is None:
        why, ask = "unknown: no end is given (plan_dates.authorized_until)", "Until when does it hold, for which doses?"
        return _unknown("authorization_end", text, why, ask)
    act_by = working_day_on_or_before(event.until)
    return Deadline(
        "authorization_end", text, "front_desk", event.until, "as the plan wrote", "the plan's approval", "high", act_by
    )
