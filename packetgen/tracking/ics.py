"""What to do, as an iCalendar file (RFC 5545): whole days, under the case's number and without a patient's name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar, Event

from packetgen.files import sha256
from packetgen.tracking.due import Followed, Task

PRODUCT = "-//packetgen//follow-up//EN"


def calendar(cases: Sequence[Followed], stamp: datetime | None, names: bool = False) -> bytes:
    """All tasks whose day is known.

    stamp   when the ledger was last written, so that the same ledger gives the same file
    names   also the patient, and what people typed, which may name one
    """
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    for one in cases:
        for task in one.tasks:
            if task.day:
                made.add_component(_entry(task, task.day, one.case.patient.name if names else "", stamp))
    return bytes(made.to_ical())


def _entry(task: Task, day: date, name: str, stamp: datetime | None) -> Event:
    """A whole day. Its id stays when the day moves, so that a calendar moves it too."""
    entry = Event()
    entry.add("uid", f"{sha256(f'{task.case_id} {task.id} {task.text}')[:32]}@packetgen")
    entry.add("dtstamp", stamp or datetime(1970, 1, 1, tzinfo=UTC))
    entry.add("dtstart", day)
    entry.add("dtend", day + timedelta(days=1))
    entry.add("summary", ": ".join(filter(None, (task.case_id, name, task.text))))
    lines = (task.private if name else "", f"Counted: {task.counted}", f"Source: {task.source}", task.ask)
    entry.add("description", "\n".join(filter(None, lines)))
    entry.add("transp", "TRANSPARENT")
    return entry
