"""A case's history with its plan, in the workspace's ledger. Due dates are what a person entered, never guessed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal, get_args

from packetgen.workspace import Workspace

EventKind = Literal["sent", "called", "info_requested", "approved", "denied", "withdrawn"]
KINDS: tuple[EventKind, ...] = get_args(EventKind)
CLOSED = ("approved", "withdrawn")


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. due: the day by which someone must act next, if any."""

    case_id: str
    kind: str
    happened_on: date
    due: date | None
    reference: str
    note: str


def log_event(workspace: Workspace, event: Event) -> None:
    """Append an event; raises BadCaseFile when the workspace has no such case."""
    workspace.case_of(event.case_id)
    row = (
        event.case_id,
        event.kind,
        event.happened_on.isoformat(),
        event.due.isoformat() if event.due else None,
        event.reference,
        event.note,
        datetime.now(UTC).isoformat(timespec="seconds"),
    )
    with workspace.ledger() as ledger:
        ledger.execute(
            "INSERT INTO events (case_id, kind, happened_on, due, reference, note, logged_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            row,
        )


def latest(workspace: Workspace) -> tuple[Event, ...]:
    """The last event of each case, by case id. What was logged last is what stands."""
    with workspace.ledger() as ledger:
        rows = ledger.execute(
            "SELECT case_id, kind, happened_on, due, reference, note FROM events "
            "WHERE id IN (SELECT max(id) FROM events GROUP BY case_id) ORDER BY case_id"
        ).fetchall()
    return tuple(
        Event(case, kind, date.fromisoformat(on), date.fromisoformat(due) if due else None, reference, note)
        for case, kind, on, due, reference, note in rows
    )


def due_by(workspace: Workspace, day: date) -> tuple[Event, ...]:
    """Open cases whose next step is due by that day, the most urgent first."""
    waiting = [e for e in latest(workspace) if e.kind not in CLOSED and e.due is not None and e.due <= day]
    return tuple(sorted(waiting, key=lambda event: (event.due or day, event.case_id)))
