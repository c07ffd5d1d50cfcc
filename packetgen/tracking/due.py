"""What to do next in each case, counted by the rules of packetgen.policy.deadlines from what was logged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from packetgen.case import Case, read_case
from packetgen.chart import words
from packetgen.errors import PacketgenError, Who
from packetgen.extraction.model import Denial
from packetgen.policy import deadlines
from packetgen.policy.catalog import load_payer
from packetgen.policy.deadline_rules import EventKind as RuleKind
from packetgen.policy.deadlines import deadlines_after
from packetgen.policy.model import Deadline
from packetgen.policy.workdays import working_day_on_or_before
from packetgen.tracking.events import CLOSED, STAGES, Event, EventKind, stage_of, standing
from packetgen.workspace import Workspace, payer_folder

STEP_DONE_BY = ("called", "peer_to_peer", "info_sent", *STAGES)
OUR_RECORD = "our own record"
LONGEST_DECISION = 366  # days


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do in a case.

    day      the working day by which to do it; None: unknown, ask the plan
    private  what a person typed, and so may name a patient
    """

    case_id: str
    payer: str
    id: str
    text: str
    who: Who
    day: date | None
    counted: str
    source: str
    ask: str = ""
    private: str = ""


@dataclass(frozen=True, slots=True)
class Followed:
    """A case with what happened in it, and what to do."""

    case: Case
    events: tuple[Event, ...]
    tasks: tuple[Task, ...]


def followed(workspace: Workspace) -> tuple[tuple[Followed, ...], tuple[str, ...]]:
    """All cases by id, and why others cannot be followed: a case file that cannot be read has no deadlines."""
    events = standing(workspace)
    payer = cache(load_payer)
    found, unread = {}, []
    for path in workspace.case_files():
        try:
            case = read_case(path)
            plan = case.insurance.payer
            case = case.on_line(payer(plan, payer_folder(case.folder, plan)).line_of_business)
        except PacketgenError as error:
            unread.append(f"{path.parent.name}: {error.what.splitlines()[0]}")
            continue
        if case.case in found:
            unread.append(f"{path.parent.name}: another case file has the same number, {case.case}")
            continue
        own = history_of(case, events.get(case.case, ()))
        found[case.case] = Followed(case, own, tuple(tasks_of(case, own)))
    lost = sorted(events.keys() - found.keys())
    unread += [f"{case}: events are logged, but its case file cannot be read" for case in lost]
    return tuple(found[case] for case in sorted(found)), tuple(unread)


def by_day(cases: Sequence[Followed]) -> tuple[Task, ...]:
    """All tasks, the earliest first, those of unknown day last."""
    tasks = [task for one in cases for task in one.tasks]
    return tuple(sorted(tasks, key=lambda task: (task.day is None, task.day or date.max, task.case_id)))


def tasks_of(case: Case, events: Sequence[Event]) -> Iterator[Task]:
    """What is to be done in a case after its events, in the order in which they happened."""
    stage = stage_of(events)
    if stage and stage.kind in CLOSED:
        return
    yield from _steps(case, events)
    if stage is None:
        yield _send_by(case, "send", "Last day to send, so that the plan must decide before the treatment",
                       case.request.start_date)  # fmt: skip
    elif stage.kind in ("sent", "appealed"):
        yield from _waiting(case, stage, events)
    elif stage.kind == "denied":
        yield from _denied(case, stage, events)
    yield from _authorized(case, stage, events)
    treated = next((event for event in reversed(events) if event.kind == "treated"), None)
    if treated:
        yield from (_task(case, found) for found in deadlines_after(_rule_event("treated", treated), case))


def history_of(case: Case, logged: Sequence[Event]) -> tuple[Event, ...]:
    """The events of a case; what the case file tells counts where the ledger does not say where the request stands."""
    return tuple(logged) if stage_of(logged) else (*_typed(case), *logged)


def _typed(case: Case) -> Iterator[Event]:
    """What the case file tells of its plan."""
    dates, name = case.plan_dates, case.case
    if dates.submitted:
        kind: EventKind = "appealed" if dates.level else "sent"
        yield Event(name, kind, dates.submitted, channel=dates.channel, received_on=dates.received_by_plan,
                    level=dates.level)  # fmt: skip
    if dates.denial_dated and not (dates.submitted and dates.submitted > dates.denial_dated):
        yield Event(name, "denied", dates.denial_dated, level=dates.level)
    if dates.authorized:
        yield Event(name, "approved", dates.authorized, ends_on=dates.authorized_until)


def _rule_event(kind: RuleKind, event: Event, **more: object) -> deadlines.Event:
    return deadlines.Event(kind, event.happened_on, **more)  # type: ignore[arg-type]


def _task(case: Case, found: Deadline) -> Task:
    """A deadline as a task."""
    day = found.act_by or found.due
    counted = found.counted
    if found.due and day != found.due:
        counted = f"due {words.day(found.due)}; {counted}"
    return Task(case.case, case.insurance.payer, found.id, found.text, found.who, day, counted, found.source, found.ask)


def _own(case: Case, name: str, text: str, day: date | None, counted: str, ask: str = "", private: str = "") -> Task:
    return Task(case.case, case.insurance.payer, name, text, "front_desk", day, counted, OUR_RECORD, ask, private)


def _steps(case: Case, events: Sequence[Event]) -> Iterator[Task]:
    """What a person said to do next, and what the plan has asked for, while it is not done."""
    for position, event in enumerate(events):
        later = {after.kind for after in events[position + 1 :]}
        logged = f"logged with event {event.id} of {words.day(event.happened_on)}"
        if event.kind == "info_requested" and not later & {"info_sent", *STAGES}:
            ask = "" if event.due else "By when do you need the further information, and where shall we send it?"
            counted = logged if event.due else f"unknown, ask the plan; {logged}"
            yield _own(
                case, f"information-{event.id}", "Send what the plan has asked for", event.due, counted, ask, event.note
            )
        elif event.due and event.kind not in ("info_requested", "denied") and not later & set(STEP_DONE_BY):
            told = event.next_step or event.note
            yield _own(case, f"step-{event.id}", "Next step", event.due, logged, private=told)


def _waiting(case: Case, stage: Event, events: Sequence[Event]) -> Iterator[Task]:
    """When the plan must decide, and when to ask; a call on that day or later has asked."""
    kind: RuleKind = "appealed" if stage.kind == "appealed" else "submitted"
    sent = _rule_event(kind, stage, channel=stage.channel, received=stage.received_on, level=_level(stage, events))
    calls = [event.happened_on for event in events if event.kind == "called"]
    for found in deadlines_after(sent, case):
        asked = found.id == "follow_up" and found.due and any(day >= found.due for day in calls)
        if not asked:
            yield _task(case, found)


def _denied(case: Case, stage: Event, events: Sequence[Event]) -> Iterator[Task]:
    """Appeal, and the conversation with the plan's physician while it has not been held.

    Of several letters about the same denial the earliest day counts.
    """
    answered = max((n for n, event in enumerate(events) if event.kind in ("sent", "appealed")), default=-1)
    since = events[answered + 1 :]
    letters = [event for event in since if event.kind == "denied"]
    letter = Denial(
        appeal_deadline=_earliest(event.due for event in letters),
        p2p_deadline=_earliest(event.peer_to_peer_by for event in letters),
    )
    held = any(event.kind == "peer_to_peer" and event.outcome in ("overturned", "upheld") for event in since)
    for found in deadlines_after(_rule_event("denied", letters[0], level=_level(stage, events), letter=letter), case):
        if not (held and found.id == "peer_to_peer"):
            yield _task(case, found)


def _earliest(days: Iterable[date | None]) -> str | None:
    return min((day.isoformat() for day in days if day), default=None)


def _level(stage: Event, events: Sequence[Event]) -> object:
    """What was sent or denied: as logged, or for a denial the appeal before it."""
    if stage.level or stage.kind == "sent":
        return stage.level
    before = [event for event in events[: events.index(stage)] if event.kind in ("sent", "appealed")]
    appealed = stage.kind == "appealed" or bool(before and before[-1].kind == "appealed")
    return ((before[-1].level if before else None) or "internal") if appealed else None


def _authorized(case: Case, stage: Event | None, events: Sequence[Event]) -> Iterator[Task]:
    """The end of an authorization, by days or by units, and the request that must follow it."""
    approved = next((event for event in reversed(events) if event.kind == "approved"), None)
    if approved is None:
        return
    for found in deadlines_after(_rule_event("approved", approved, until=approved.ends_on), case):
        yield _task(case, found)
    yield from _units(case, approved, events)
    if stage is approved and approved.ends_on:
        renewal = case.model_copy(update={"request": case.request.model_copy(update={"kind": "continuation"})})
        text = "Last day to send the renewal, so that the plan must decide while the authorization lasts"
        yield _send_by(renewal, "renewal", text, approved.ends_on)


def _units(case: Case, approved: Event, events: Sequence[Event]) -> Iterator[Task]:
    """Whether the authorization still covers a treatment; what was not said or not logged is asked."""
    first = approved.starts_on or approved.happened_on
    given = [event for event in events if event.kind == "treated" and event.happened_on >= first]
    if approved.units is None or approved.units_for is None:
        ask = f"Are the {approved.units} units for each treatment, or for all together?"
        ask = ask if approved.units else "How many units are authorized, for each treatment or in all?"
        yield _own(case, "units", "Units of the authorization", None, "unknown, ask the plan", ask)
    elif approved.units_for == "all" and any(event.units is None for event in given):
        days = ", ".join(words.day(event.happened_on) for event in given if event.units is None)
        yield _own(case, "units", "Units of the authorization", None, f"unknown: no units are logged for {days}")
    elif approved.units_for == "all":
        left = approved.units - sum(event.units or 0 for event in given)
        if left < case.request.units:
            why = f"{left} of {approved.units} units are left, a treatment needs {case.request.units:g}"
            yield _running_out(case, why, given)
    if approved.treatments and len(given) >= approved.treatments:
        yield _running_out(case, f"{len(given)} of {approved.treatments} treatments have been given", given)


def _running_out(case: Case, why: str, given: Sequence[Event]) -> Task:
    """The next treatment is not covered any more."""
    found = deadlines_after(_rule_event("treated", given[-1]), case) if given else ()
    day = next((deadline.due for deadline in found if deadline.due), None)
    counted = f"{why}; by the next treatment" if day else f"{why}; no treatment is logged"
    return _own(case, "units_left", "The authorization covers no further treatment: renew it", day, counted)


def _send_by(case: Case, name: str, text: str, wanted: date) -> Task:
    """The last working day to send a request that must be decided by a day, by the plan's time to decide."""
    for back in range(LONGEST_DECISION):
        day = wanted - timedelta(days=back)
        sent = deadlines.Event("submitted", day, channel="portal")
        decisions = [found for found in deadlines_after(sent, case) if found.id == "decision"]
        unknown = next((found for found in decisions if found.due is None), None)
        if unknown or not decisions:
            why = "unknown, ask the plan: no rule for its time to decide is known"
            return _own(case, name, text, None, why, "How long do you take to decide?")
        last = max(decisions, key=lambda found: found.due or date.max)
        if last.due and last.due <= wanted:
            counted = f"to be decided by {words.day(wanted)}: {last.counted}"
            return replace(_own(case, name, text, working_day_on_or_before(day), counted), source=last.source)
    raise AssertionError("a rule gives a plan more than a year to decide")
