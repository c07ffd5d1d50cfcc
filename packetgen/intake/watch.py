"""Watching an inbox: one pass, or until stopped.

Events only wake the watcher; what is there is always looked at anew, and at least every minute, so that a share that
loses events, or a change during the start, costs time and nothing else.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from packetgen import office
from packetgen.errors import BadCaseFile, PacketgenError
from packetgen.files import held
from packetgen.intake.arrivals import Arrival
from packetgen.intake.file import Builder, Intake, Reader, build_case
from packetgen.intake.reading import read_file
from packetgen.intake.stability import Stability
from packetgen.limits import POLL_SECONDS, QUIET_SECONDS, RESCAN_SECONDS, TICK_SECONDS
from packetgen.workspace import WATCHING, Workspace, refuse_loops

Tell = Callable[[str], None]
UNFINISHED = "copy it again, or watch without --once: it is then taken as it is after a while."
Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A case that was built again. state: of its packet, in words."""

    case: str
    state: str


Outcome = Arrival | Rebuilt


def watch(
    workspace: Workspace,
    trouble: Tell,
    *,
    once: bool = False,
    quiet: float = QUIET_SECONDS,
    named: bool = True,
    read: Reader = read_file,
    build: Builder = build_case,
) -> Iterator[Outcome]:
    """Take files as they arrive, until the caller stops, or once all that lies there has been.

    trouble: told what could not be done, once; `named` says whether by the file's name, which may be a patient's.
    quiet: seconds that a file must have stood still.
    Raises BadCaseFile when another watcher is at work or the inbox may not be watched.
    """
    refuse_loops(workspace)
    alone = workspace.locked(WATCHING, wait=False)
    with alone, _only_watcher_of(workspace.inbox), workspace.ledger_kept_open(), office.kept():
        watcher = _Watcher(Intake(workspace, read, build), Stability(quiet), trouble, named=named)
        yield from watcher.recover()
        if once:
            watcher.look()
            time.sleep(quiet if watcher.stability.seen else 0)
            yield from watcher.turn()
            watcher.tell_what_stays()
            return
        wake = _poll() if workspace.settings.polling else _events(workspace.inbox, trouble)
        for told in wake:
            since = time.monotonic() - watcher.stability.looked
            if told or since >= watcher.stability.look_again_after:
                yield from watcher.turn()


@contextlib.contextmanager
def _only_watcher_of(inbox: Path) -> Iterator[None]:
    """Two workspaces may name one inbox; where the disk can lock, only one of them is served."""
    with held(os.open(inbox, os.O_RDONLY | os.O_DIRECTORY)) as descriptor:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BadCaseFile("is watched by another packetgen", where=str(inbox), fix="Stop it first.") from None
        except OSError:  # a share without locks: taking a file by a move still gives it to one of two only
            pass
        yield


def _poll() -> Iterator[bool]:
    while True:
        yield True
        time.sleep(POLL_SECONDS)


def _events(inbox: Path, trouble: Tell) -> Iterator[bool]:
    """True when something changed in the inbox, False every tick; polls when the system gives no events."""
    from watchfiles import watch as changes

    try:
        yield True
        ticks = changes(inbox, watch_filter=None, rust_timeout=int(TICK_SECONDS * 1000), debounce=200,
                        yield_on_timeout=True, raise_interrupt=True)  # fmt: skip
        for changed in ticks:
            yield bool(changed)
    except (OSError, RuntimeError) as failure:
        trouble(f"no events from the inbox ({failure}); looking every {POLL_SECONDS:g} s instead")
        yield from _poll()


class _Watcher:
    """Looks, takes, files, builds; one bad file or case never stops the others."""

    def __init__(self, intake: Intake, stability: Stability, trouble: Tell, *, named: bool) -> None:
        self.intake, self.stability, self.trouble, self.named = intake, stability, trouble, named
        self.later: dict[int, float] = {}
        self.told: dict[str, str] = {}

    def recover(self) -> Iterator[Outcome]:
        """Complete what an earlier watcher left."""
        for arrival in self._due():
            if finished := self._try(self._name(arrival), partial(self.intake.finish, arrival)):
                yield finished
        self._try("incoming/", self.intake.tidy)
        yield from self._file_all()

    def look(self) -> list[Path]:
        """The files of the inbox that have arrived."""
        inbox = self.intake.workspace.inbox
        arrived = self._try("the inbox", partial(self.stability.ready, inbox, time.monotonic())) or []
        if self.stability.seen:
            self._try("LibreOffice", office.make_ready)  # while the file stands still
        return arrived

    def turn(self) -> Iterator[Outcome]:
        """Take all that has arrived, file it, and build the cases that got something."""
        for path in self.look():
            name = path.name if self.named else "a file in the inbox"
            if not self._try(name, partial(self.intake.take, path)):
                self.stability.leave(path, time.monotonic())
        self._try("needs-filing/", self.intake.follow_hands)
        yield from self._file_all()

    def tell_what_stays(self) -> None:
        """At the end of a single pass: what was left in the inbox because it has not arrived."""
        left = [path for path in self.stability.seen if path.exists() and path not in self.stability.put_aside]
        for path in left:
            name = path.name if self.named else "a file in the inbox"
            self.trouble(f"{name} stays: it is still being written, or its end is missing. Next: {UNFINISHED}")

    def _file_all(self) -> Iterator[Outcome]:
        """File all that waits, also the parts of what was split on the way."""
        while found := self._due():
            for arrival in found:
                self.later[arrival.id] = time.monotonic() + RESCAN_SECONDS
                step = self.intake.file if arrival.state == "taken" else self.intake.finish
                if filed := self._try(self._name(arrival), partial(step, arrival)):
                    yield filed
                elif self._name(arrival) not in self.told:  # it has come as far as incoming/
                    del self.later[arrival.id]
        for folder in self._try("the ledger", self.intake.to_build) or ():
            if state := self._try(f"{folder}: the packet", partial(self.intake.rebuild, folder)):
                yield Rebuilt(Path(folder).name, state)

    def _name(self, arrival: Arrival) -> str:
        return arrival.name if self.named else f"file {arrival.id}"

    def _due(self) -> list[Arrival]:
        """What waits to be filed, without what failed a moment ago."""
        now = time.monotonic()
        waiting = self._try("the ledger", self.intake.waiting) or ()
        return [arrival for arrival in waiting if self.later.get(arrival.id, 0.0) <= now]

    def _try(self, name: str, step: Callable[[], Done]) -> Done | None:
        """Do a step; whatever stops it is told, once, and gives None."""
        try:
            done = step()
        except (Exception, SystemExit) as error:
            if isinstance(error, SystemExit) and error.code == 128 + signal.SIGTERM:
                raise  # a stop of this program; other exits are a library's that gives up
            text = _why(error)
            if self.told.get(name) != text:
                self.told[name] = text
                self.trouble(f"{name} waits: {text}")
            return None
        self.told.pop(name, None)
        return done


def _why(error: BaseException) -> str:
    """An error in words that name no file: they may go to a service's log."""
    if isinstance(error, PacketgenError):
        return f"{error.what}{f'  Next: {error.fix}' if error.fix else ''}"
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
