"""Serve the review page on the loopback interface and open the browser."""

from __future__ import annotations

import signal
import socket
import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path

import uvicorn

from packetgen.review.app import make_app
from packetgen.review.guard import Sessions
from packetgen.review.live import Review


def serve(case_file: Path, port: int, *, tell: Callable[[str], None], open_browser: bool) -> None:
    """Serve until interrupted. port 0: any free one. tell: prints a line for the person at the terminal."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # so that copies of pages are removed
    review, sessions = Review(case_file), Sessions()
    review.checked()
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/open?token={sessions.token}"
        tell(f"Review: {address}")
        tell("Stop with Ctrl-C.")
        if open_browser:
            webbrowser.open(address)
        # no access log: it would hold the token
        # no proxy headers: who asks, and how, is not for a header to say
        config = uvicorn.Config(
            make_app(review, sessions), log_level="warning", access_log=False, proxy_headers=False, server_header=False
        )
        server = uvicorn.Server(config)
        server.run(sockets=[listener])
