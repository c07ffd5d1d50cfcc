"""Who looked at what and changed what: lines of audit.jsonl in the workspace and beside each case, without chart text.

Lines are only ever added. Each carries a hash over itself and the line before it as it stands in the file, so that one
altered, moved or taken out is noticed; lines taken off the end are not.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from pydantic import TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from packetgen.files import AUDIT, appending, sha256
from packetgen.review.guard import ASKED

LONGEST_LINE = 4096  # bytes, far above any line that is written here
CHAIN = "chain"
UNNAMED = "not named"


@dataclass(frozen=True, slots=True)
class Entry:
    """One request that was answered.

    at      ISO 8601, UTC
    who     the user, or the name that was typed
    did     the method and the page's address inside the case
    what    what it changed, where that is known
    answer  the HTTP status: 200 was shown, 303 was done, 4xx was refused
    """

    at: str
    who: str
    did: str
    answer: int
    what: str = ""

    def told(self, place: str) -> str:
        """As a line; place: a word before what was done."""
        return f"{self.at}  {self.who:24} {self.answer}  {place}{self.did}{f'  {self.what}' if self.what else ''}"


def note(folder: Path, entry: Entry) -> None:
    """Append an entry to the audit in `folder`, durably."""
    told = {key: value for key, value in asdict(entry).items() if value != ""}
    with appending(folder / AUDIT) as log:
        line = {**told, CHAIN: _link(_last_line(log), told)}
        log.write((json.dumps(line, ensure_ascii=False) + "\n").encode())


def read_audit(folder: Path) -> Iterator[tuple[int, Entry | None]]:
    """The lines of an audit by number, oldest first; None for one that was altered, or that follows a gap."""
    path, before = folder / AUDIT, b""
    adapter = TypeAdapter(Entry)
    for number, line in enumerate(path.read_bytes().splitlines() if path.is_file() else (), 1):
        try:
            told = json.loads(line)
            sound = told.pop(CHAIN) == _link(before, told)
            yield number, adapter.validate_python(told) if sound else None
        except (ValueError, KeyError, AttributeError, ValidationError):
            yield number, None
        before = line


def _last_line(log: BinaryIO) -> bytes:
    """The last line; one that a crash cut off is ended first."""
    log.seek(max(0, log.seek(0, os.SEEK_END) - LONGEST_LINE))
    tail = log.read()
    if tail and not tail.endswith(b"\n"):
        log.write(b"\n")
    lines = tail.splitlines()
    return lines[-1] if lines else b""


def _link(before: bytes, told: dict[str, object]) -> str:
    return sha256(before + json.dumps(told, ensure_ascii=False, sort_keys=True).encode())


class Audited:
    """Writes down every request before its answer leaves; no answer leaves that is not written down."""

    def __init__(self, app: ASGIApp, folder: Path) -> None:
        self.app, self.folder = app, folder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope.get("path", "")
        if scope["type"] != "http" or path.startswith("/static/") or path.rpartition("/")[2] in ASKED:
            await self.app(scope, receive, send)
            return

        async def sender(message: Message) -> None:
            if message["type"] == "http.response.start":
                await run_in_threadpool(self._note, scope, message["status"])
            await send(message)

        await self.app(scope, receive, sender)

    def _note(self, scope: Scope, status: int) -> None:
        """A page that does not exist is not named: its address may be anything."""
        state, session = scope["state"], scope["state"]["session"]
        folder, path = state.get("inside", (self.folder, scope["path"]))
        did = f"{scope['method']} {path}" if status != 404 else scope["method"]
        who = session.person if session else ""
        note(folder, Entry(_now(), who or UNNAMED, did, status, state.get("what", "")))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def account(folder: Path) -> tuple[list[str], list[str]]:
    """The audit of a case, or of a workspace with all its cases, a line each and the oldest first; and broken lines."""
    entries: list[tuple[str, str]] = []
    broken: list[str] = []
    for path in (folder / AUDIT, *sorted(folder.glob(f"cases/*/{AUDIT}"))):
        place = str(path.parent.relative_to(folder))
        for number, entry in read_audit(path.parent):
            if entry is None:
                broken.append(f"{path.relative_to(folder)}:{number}")
            else:
                entries.append((entry.at, entry.told("" if place == "." else f"{path.parent.name}: ")))
    return [line for _, line in sorted(entries, key=lambda told: told[0])], broken
