"""Serve the review page, on the loopback interface unless there are users and a certificate, and open the browser."""

from __future__ import annotations

import ipaddress
import signal
import socket
import ssl
import sys
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from packetgen import office
from packetgen.case import read_case
from packetgen.errors import BadCaseFile
from packetgen.review.app import make_app
from packetgen.review.desk import OpenCases, make_desk
from packetgen.review.guard import OWN_NAMES, Sessions
from packetgen.review.live import Review
from packetgen.review.tls import names_in
from packetgen.review.users import Staff, read_users
from packetgen.review.watching import Watching
from packetgen.workspace import open_workspace


@dataclass(frozen=True, slots=True)
class Listening:
    """Where to listen. port 0: any free one; cert, key: of TLS, in PEM."""

    address: str = "127.0.0.1"
    port: int = 0
    cert: Path | None = None
    key: Path | None = None

    @property
    def is_loopback(self) -> bool:
        """Whether only this computer reaches it; raises BadCaseFile when the address is none."""
        try:
            return ipaddress.ip_address(self.address).is_loopback
        except ValueError:
            raise BadCaseFile(
                "is not an IP address", where=self.address, fix="Give one of this computer's, such as 192.0.2.10."
            ) from None

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names by which a browser may ask for it."""
        return (*OWN_NAMES, *(names_in(self.cert) if self.cert else ()))


def refuse_unsafe(listening: Listening, has_users: bool) -> None:
    """Raise BadCaseFile when other computers could reach the page without TLS or without a log-in."""
    if (listening.cert is None) != (listening.key is None):
        raise BadCaseFile("a certificate and its key go together", fix="Give both --cert and --key.")
    if listening.is_loopback:
        return
    if listening.cert is None:
        raise BadCaseFile(
            "other computers can reach this address, and what they read would cross the network in the open",
            where=listening.address,
            fix="Give a certificate with --cert and --key, or leave --address out.",
        )
    if not has_users:
        raise BadCaseFile(
            "other computers can reach this address, and nobody would have to log in",
            where=listening.address,
            fix="Review a workspace that has users: packetgen users add, then packetgen review WORKSPACE.",
        )


def serve(case_file: Path, listening: Listening, *, tell: Callable[[str], None], open_browser: bool) -> None:
    """Serve until interrupted. tell: prints a line for the person at the terminal."""
    refuse_unsafe(listening, has_users=False)
    review, sessions = Review(case_file), Sessions()
    read_case(case_file)  # a mistake in it belongs on the terminal
    with office.kept():
        review.start()
        try:
            run(make_app(review, sessions, listening.hosts), sessions, listening, tell=tell, open_browser=open_browser)
        finally:
            review.close()


def serve_workspace(
    folder: Path, listening: Listening, *, tell: Callable[[str], None], open_browser: bool, watch: bool | None
) -> None:
    """Serve a workspace until interrupted; its users, where it has some, must log in.

    watch: its inbox, too; None: as its settings say.
    """
    workspace = open_workspace(folder)
    watch = workspace.settings.watch if watch is None else watch
    users = read_users(workspace.folder)
    refuse_unsafe(listening, has_users=bool(users))
    cases, sessions = OpenCases(workspace), Sessions(Staff(workspace.folder) if users else None)
    with office.kept():
        desk = make_desk(cases, sessions, listening.hosts, Watching(workspace) if watch else None)
        try:
            run(desk, sessions, listening, tell=tell, open_browser=open_browser)
        finally:
            cases.close()


def run(
    app: object, sessions: Sessions, listening: Listening, *, tell: Callable[[str], None], open_browser: bool
) -> None:
    """Serve an application until interrupted."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # so that copies of pages are removed
    with socket.socket(socket.AF_INET6 if ":" in listening.address else socket.AF_INET) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        _bind(listener, listening)
        address = (
            f"{_base(listening, listener.getsockname()[1])}/{'' if sessions.staff else f'open?token={sessions.token}'}"
        )
        tell(f"Review: {address}")
        tell("Stop with Ctrl-C.")
        if open_browser:
            webbrowser.open(address)
        # no access log: it would hold the token; no proxy headers: who asks, and how, is not for a header to say
        config = uvicorn.Config(
            app,  # type: ignore[arg-type]
            log_level="warning", access_log=False, proxy_headers=False, server_header=False,
            ssl_certfile=listening.cert, ssl_keyfile=listening.key,
        )  # fmt: skip
        try:
            config.load()
        except (OSError, ssl.SSLError) as failure:
            raise BadCaseFile(
                f"cannot be used ({failure.strerror or failure})",
                where=str(listening.key),
                fix="Give the key of --cert.",
            ) from None
        uvicorn.Server(config).run(sockets=[listener])


def _bind(listener: socket.socket, listening: Listening) -> None:
    try:
        listener.bind((listening.address, listening.port))
        listener.listen()  # a browser that comes early waits
    except OSError as failure:
        raise BadCaseFile(
            f"cannot listen there ({failure.strerror})",
            where=f"{listening.address}, port {listening.port}",
            fix="Give an address of this computer and a port that nothing uses.",
        ) from None


def _base(listening: Listening, port: int) -> str:
    """The address to open, by the first name that the certificate gives."""
    name = listening.hosts[len(OWN_NAMES)] if listening.cert else listening.address
    return (
        f"{'https' if listening.cert else 'http'}://{f'[{name}]' if ':' in name and '[' not in name else name}:{port}"
    )
