"""The watcher of a workspace's inbox, inside the review server."""

from __future__ import annotations

import threading
from collections import deque

from packetgen.errors import PacketgenError
from packetgen.intake.watch import watch
from packetgen.workspace import Workspace

TROUBLES = 10  # kept for the page


class Watching:
    """Watches in a thread that ends with the server; what was cut off is completed at the next start.

    troubles  what could not be done, the newest first
    ended     why it watches no more, "" while it does
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.troubles: deque[str] = deque(maxlen=TROUBLES)
        self.ended = ""
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            for _ in watch(self.workspace, self.troubles.appendleft):
                pass
        except PacketgenError as error:  # another watches already, or the inbox may not be watched
            self.ended = f"{error.what}. {error.fix}".strip()
