"""What people decided about a case: events appended to decisions.jsonl beside the case file, never changed.

The state is a fold over the events, and an undo is an event. Each line carries a hash over itself and the line
before it, so that a line altered, taken out or moved is noticed; lines taken off the end are not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

from packetgen.errors import BadDataFile, PacketgenError
from packetgen.files import appending, sha256

LOG = "decisions.jsonl"
SIGNED: Final = "signed"  # the event of packet/signoff.py
CHAIN = "chain"


class Conflict(PacketgenError):
    """Someone else decided something since this person last looked."""


@dataclass(frozen=True, slots=True)
class Place:
    """Words on a page: the document by its SHA-256, the page (1-based), the words first..last (0-based), as printed."""

    sha256: str
    page: int
    first: int
    last: int
    quote: str


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision of a person.

    by, at    who, and when (ISO 8601, UTC)
    fact      the fact that it is about; of words marked for a criterion (cite), the criterion
    findings  ids of the findings that the person saw and rejects
    before    the value that the person saw; of a correction, only the fields that it changes
    after     the fields that a correction changes, or all fields of a value added; of a letter, {"text": …}
    why       the reason, in the person's words
    kind      of a value added: the name of its kind
    place     the words on a page that show what was added or marked
    document  of a decision about pages (include, leave_out, release): the document by its SHA-256
    pages     those pages, 1-based
    undone    of an undo: the number of the line that it takes back
    number    its line in the log, 1-based

    Of a letter, `before` is the paragraph that the person changed, as plain text.
    """

    event: Literal["confirm", "correct", "reject", "add", "undo", "cite", "letter", "include", "leave_out", "release"]
    by: str
    at: str
    fact: str = ""
    findings: tuple[str, ...] = ()
    before: Any = None
    after: dict[str, Any] | None = None
    why: str = ""
    kind: str = ""
    place: Place | None = None
    document: str = ""
    pages: tuple[int, ...] = ()
    undone: int = 0
    number: int = 0

    @property
    def where(self) -> str:
        """Its line, for messages."""
        return f"{LOG}:{self.number}"


def read_log(folder: Path) -> list[dict[str, Any]]:
    """All events of the case in `folder`, oldest first; raises BadDataFile naming a line broken or tampered with."""
    log = folder / LOG
    return _lines(log.read_text("utf-8"))[0] if log.is_file() else []


def decisions_in(log: list[dict[str, Any]]) -> tuple[Decision, ...]:
    """The decisions that stand, oldest first: those that no later event undid. Raises BadDataFile naming a line."""
    from pydantic import TypeAdapter, ValidationError

    adapter = TypeAdapter(Decision)
    standing: dict[int, Decision] = {}
    for number, entry in enumerate(log, 1):
        if entry["event"] == SIGNED:
            continue
        try:
            decision = replace(adapter.validate_python(entry), number=number)
        except ValidationError:
            raise _broken(number, "is not a decision") from None
        if decision.event != "undo":
            standing[number] = decision
        elif standing.pop(decision.undone, None) is None:
            raise _broken(number, f"undoes line {decision.undone}, which holds no decision that stands")
    return tuple(standing.values())


def record(folder: Path, decision: Decision, expected: int) -> None:
    """Append a decision to the case's log; `expected` is the length of the log that the person saw.

    Raises Conflict, and writes nothing, when the log is longer by now.
    """
    entry = {key: value for key, value in asdict(decision).items() if value not in ("", (), None, 0)}
    append(folder, entry, expected)


def append(folder: Path, entry: Mapping[str, Any], expected: int | None = None) -> None:
    """Append an event to the case's log, after all others; see `record`."""
    with appending(folder / LOG) as log:
        events, chain = _lines(log.read().decode())
        if expected is not None and len(events) != expected:
            raise Conflict(
                "someone else decided something since this page was shown",
                fix="Nothing was lost. Look at the page anew, then decide again.",
            )
        line = {**entry, CHAIN: _link(chain, entry)}
        log.write((json.dumps(line, ensure_ascii=False) + "\n").encode())


def _lines(text: str) -> tuple[list[dict[str, Any]], str]:
    """The events of a log, and the hash that its last line carries."""
    events: list[dict[str, Any]] = []
    chain, chained = "", False
    for number, line in enumerate(text.splitlines(), 1):
        try:
            entry = json.loads(line)
            told = entry.pop(CHAIN, None)
            event = entry["event"]
        except (ValueError, TypeError, KeyError, AttributeError):
            raise _broken(number, "is not a decision") from None
        chain = _link(chain, entry)
        # sign-offs of the first version carry no hash; they can only stand before the lines that do
        if told != chain and (told is not None or chained or event != SIGNED):
            raise _broken(number, "was changed, or a line before it was taken out")
        chained = told is not None
        events.append(entry)
    return events, chain


def _link(chain: str, entry: Mapping[str, Any]) -> str:
    return sha256(chain + json.dumps(entry, ensure_ascii=False, sort_keys=True))


def _broken(number: int, what: str) -> BadDataFile:
    return BadDataFile(what, where=f"{LOG}:{number}", fix="Restore it from a copy.")
