"""Watching an inbox: one pass, or until stopped. Rescans by itself, so it works on network shares too."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from packetgen.errors import PacketgenError
from packetgen.intake.file import Outcome, file_one
from packetgen.intake.stability import Stability
from packetgen.limits import QUIET_SECONDS, RESCAN_SECONDS
from packetgen.workspace import Workspace


def one_pass(workspace: Workspace, *, trouble: Callable[[str], None]) -> Iterator[Outcome]:
    """Take every file that lies in the inbox and stands still; what is still growing stays."""
    stability = Stability(QUIET_SECONDS)
    if not stability.ready(workspace.inbox, time.monotonic()) and not stability.seen:
        return
    time.sleep(QUIET_SECONDS)
    yield from _take(workspace, stability, trouble)


def forever(workspace: Workspace, *, trouble: Callable[[str], None]) -> Iterator[Outcome]:
    """Take files as they become ready, until the caller stops."""
    stability = Stability(QUIET_SECONDS)
    while True:
        yield from _take(workspace, stability, trouble)
        time.sleep(RESCAN_SECONDS)


def _take(workspace: Workspace, stability: Stability, trouble: Callable[[str], None]) -> Iterator[Outcome]:
    for path in stability.ready(workspace.inbox, time.monotonic()):
        try:
            yield file_one(workspace, path)
        except (PacketgenError, OSError) as error:
            stability.leave(path)
            trouble(f"{path.name} stays in the inbox: {error}")
