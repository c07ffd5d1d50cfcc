"""A case's history with its plan.

Events are only ever added. A wrong one is corrected by a further event that names it: the new one stands in its place,
and one of kind "void" takes it out; both stay in the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal, get_args

from packetgen.case import AppealLevel, Channel, check_day
from packetgen.errors import BadCaseFile
from packetgen.extraction.model import DenialReasonName
from packetgen.files import sha256_of
from packetgen.packet.manifest import Manifest, read_manifest
from packetgen.packet.wanted import MANIFEST, PACKET
from packetgen.tracking.store import events_of
from packetgen.workspace import Workspace

EventKind = Literal[
    "sent", "called", "info_requested", "info_sent", "peer_to_peer", "approved", "denied", "appealed", "treated",
    "withdrawn", "closed", "void",
]  # fmt: skip
Outcome = Literal["overturned", "upheld", "pending"]
KINDS: tuple[EventKind, ...] = get_args(EventKind)
STAGES = ("sent", "appealed", "approved", "denied", "withdrawn", "closed")  # kinds that say where a request stands
CLOSED = ("withdrawn", "closed")
ANYTHING = {"due", "reference", "note", "contact"}
SENDING = {"channel", "received_on", "packet"}
FITTING: Mapping[str, set[str]] = {
    "sent": SENDING,
    "called": {"promised", "next_step", "minutes"},
    "info_requested": {"channel"},
    "info_sent": SENDING,
    "peer_to_peer": {"outcome", "promised", "next_step", "minutes"},
    "approved": {"units", "units_for", "treatments", "starts_on", "ends_on"},
    "denied": {"reasons", "level", "peer_to_peer_by"},
    "appealed": {*SENDING, "level"},
    "treated": {"units"},
}
DATES = {"happened_on", "due", "received_on", "starts_on", "ends_on", "peer_to_peer_by"}


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    due              the day by which someone must act next; of a denial the last day to appeal, as its letter says
    reference        the plan's number: a confirmation, a call's, an authorization's, a denial's
    contact          to whom it was sent, or with whom we spoke
    received_on      the day the plan had it
    packet           SHA-256 of the packet that was sent
    level            of the appeal that was sent or denied; None: the first request
    units            authorized, or given
    units_for        authorized for "each" treatment or for "all" together; None: the plan did not say
    peer_to_peer_by  last day for that conversation, as the letter says
    minutes          on the phone
    document         the letter, from the workspace
    corrects         id of the event in whose place this one stands
    logged_by        who logged it, as the review page knows
    id               in the ledger; 0 before it is logged
    """

    case_id: str
    kind: EventKind
    happened_on: date
    due: date | None = None
    reference: str = ""
    note: str = ""
    channel: Channel | None = None
    contact: str = ""
    received_on: date | None = None
    packet: str = ""
    promised: str = ""
    next_step: str = ""
    outcome: Outcome | None = None
    level: AppealLevel | None = None
    units: int | None = None
    units_for: Literal["each", "all"] | None = None
    treatments: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    reasons: tuple[DenialReasonName, ...] = ()
    peer_to_peer_by: date | None = None
    minutes: int | None = None
    document: str = ""
    corrects: int | None = None
    logged_by: str = ""
    id: int = 0


COLUMNS = tuple(field.name for field in fields(Event) if field.name != "id")


def log_event(workspace: Workspace, event: Event) -> int:
    """Append an event and give its number.

    Raises BadCaseFile when the workspace has no such case, something does not fit the kind or the dates each other, or
    the event to correct is not a standing one of this case.
    """
    workspace.case_of(event.case_id)
    _check(event)
    row = {name: _stored(value) for name, value in asdict(event).items() if name in COLUMNS and value is not None}
    row["logged_at"] = datetime.now(UTC).isoformat(timespec="seconds")
    with events_of(workspace, writing=True) as events:  # no one else corrects the same event meanwhile
        stands = events(
            "SELECT 1 FROM events WHERE id = :corrects AND case_id = :case_id AND kind != 'void' "
            "AND NOT EXISTS (SELECT 1 FROM events AS later WHERE later.corrects = events.id)",
            corrects=event.corrects,
            case_id=event.case_id,
        )
        if event.corrects is not None and not stands:
            raise BadCaseFile(
                f"there is no event {event.corrects} of this case that stands",
                where=event.case_id,
                fix=f"See the numbers: packetgen track status {event.case_id}",
            )
        names, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
        ((number,),) = events(f"INSERT INTO events ({names}) VALUES ({marks}) RETURNING id", **row)  # noqa: S608
        return int(number)


def _check(event: Event) -> None:
    """Raise BadCaseFile when the event contradicts itself."""
    allowed = (
        FITTING.get(event.kind, set())
        | ANYTHING
        | {"case_id", "kind", "happened_on", "corrects", "logged_by", "id", "document"}
    )
    wrong = [name for name, value in asdict(event).items() if value not in (None, "", ()) and name not in allowed]
    if wrong:
        raise BadCaseFile(f"{', '.join(wrong)} does not fit an event '{event.kind}'", where=event.case_id)
    for name in (*DATES, "happened_on"):
        try:
            check_day(getattr(event, name) or date.today())
        except ValueError as failure:
            raise BadCaseFile(f"{name}: {failure}", where=event.case_id, fix="Correct the date.") from None
    if event.kind == "void" and event.corrects is None:
        raise BadCaseFile("which event is void?", where=event.case_id, fix="Give its number with --corrects.")
    pairs = (("received_on", event.happened_on, event.received_on), ("ends_on", event.starts_on, event.ends_on))
    for name, first, last in pairs:
        if first and last and last < first:
            raise BadCaseFile(f"{name} {last} is before {first}", where=event.case_id, fix="Correct one of the dates.")


def standing(workspace: Workspace) -> dict[str, tuple[Event, ...]]:
    """The events that stand, by case and in the order in which they happened; a correction has its original's place."""
    names = ", ".join((*COLUMNS, "id"))
    with events_of(workspace) as logged:
        rows = logged(f"SELECT {names} FROM events ORDER BY id")  # noqa: S608 - constant
    events = [_event(dict(zip((*COLUMNS, "id"), row, strict=True))) for row in rows]
    corrected = {event.corrects for event in events}
    place: dict[int, int] = {}
    for event in events:
        place[event.id] = place[event.corrects] if event.corrects else event.id
    found: dict[str, tuple[Event, ...]] = {}
    for event in sorted(events, key=lambda event: (event.happened_on, place[event.id])):
        if event.id not in corrected and event.kind != "void":
            found[event.case_id] = (*found.get(event.case_id, ()), event)
    return found


def stage_of(events: Sequence[Event]) -> Event | None:
    """The event that says where the request stands; None: nothing was sent."""
    return next((event for event in reversed(events) if event.kind in STAGES), None)


def last_logged(workspace: Workspace) -> datetime | None:
    """When the last event was logged."""
    with events_of(workspace) as events:
        ((when,),) = events("SELECT max(logged_at) FROM events")
    return datetime.fromisoformat(when) if when else None


def built_packet(case_file: Path) -> tuple[Manifest, str] | None:
    """The account of the packet beside a case and the SHA-256 of its PDF; None when none was built."""
    path = case_file.parent / "packet" / MANIFEST
    if not path.is_file():
        return None
    account = read_manifest(path)
    return account, account.outputs.get(PACKET, "")


def with_packet(event: Event, case_file: Path) -> Event:
    """The event with the digest of the packet that was sent: of its file, also of an earlier version's."""
    sent = case_file.parent / "packet" / PACKET
    return (
        replace(event, packet=sha256_of(sent)) if "packet" in FITTING.get(event.kind, ()) and sent.is_file() else event
    )


def _stored(value: object) -> object:
    """A value as the ledger keeps it."""
    if isinstance(value, date):
        return value.isoformat()
    return ",".join(value) if isinstance(value, tuple) else value


def _event(row: dict[str, object]) -> Event:
    """An event from its row."""
    known = {name: value for name, value in row.items() if value not in (None, "")}
    known |= {name: date.fromisoformat(str(value)) for name, value in known.items() if name in DATES}
    known["reasons"] = tuple(str(row["reasons"]).split(",")) if row["reasons"] else ()
    return Event(**known)  # type: ignore[arg-type]
