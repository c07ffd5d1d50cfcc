"""Who may talk to the review server: its own pages in a browser that was let in and was not idle for long."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from packetgen.limits import IDLE_SECONDS, MAX_BODY_BYTES

COOKIE = "packetgen"
OWN_NAMES = ("127.0.0.1", "localhost", "[::1]")
OPEN_AGAIN = "Open the address that packetgen printed. A session ends after 15 minutes without use."
HEADERS = {
    b"content-security-policy": b"default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'",
    b"cache-control": b"no-store",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",  # no-referrer would make a browser hide the origin of our own forms
}


@dataclass(slots=True)
class Session:
    """A browser that was let in. csrf: what its forms must carry; person: the name that goes under decisions."""

    seen: float
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    person: str = ""


@dataclass(slots=True)
class Sessions:
    """The token of the printed address, and the sessions of the browsers that opened it."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    known: dict[str, Session] = field(default_factory=dict)

    def open(self, token: str) -> str | None:
        """The key of a new session for who knows the token, else None."""
        if not secrets.compare_digest(token.encode(), self.token.encode()):
            return None
        return self.start(Session(time.monotonic()))

    def start(self, session: Session) -> str:
        """The key of a session that begins."""
        key = secrets.token_urlsafe(32)
        self.known[key] = session
        return key

    def going_on(self, key: str) -> Session | None:
        """The session of that key, which is used now; None when it is not one of ours or was idle."""
        session = self.known.pop(key, None)
        if session is None or time.monotonic() - session.seen > IDLE_SECONDS:
            return None
        session.seen = time.monotonic()
        self.known[key] = session
        return session


class Guard:
    """Refuses, before anything is routed, other hosts, other origins and strangers; every answer gets HEADERS."""

    def __init__(self, app: ASGIApp, sessions: Sessions) -> None:
        self.app, self.sessions = app, sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        send = _with_headers(send)
        opens = request.url.path == "/open"
        may = _own_host(request) and _own_origin(request)
        session = self.sessions.going_on(request.cookies.get(COOKIE, "")) if may else None
        if may and (opens or session):
            scope.setdefault("state", {})["session"] = session
            await self.app(scope, _limited(receive), send)
        else:
            await PlainTextResponse(OPEN_AGAIN, 403)(scope, receive, send)


def _own_host(request: Request) -> bool:
    """Whether the one Host header names this server: a rebound name of a foreign site does not."""
    port = (request.scope.get("server") or ("", 0))[1]
    return len(hosts := request.headers.getlist("host")) == 1 and hosts[0] in {f"{name}:{port}" for name in OWN_NAMES}


def _own_origin(request: Request) -> bool:
    """Whether the request comes from this server's own page; what changes something must say so."""
    origin = request.headers.get("origin")
    if origin is None:
        return request.method in ("GET", "HEAD")
    return origin == f"{request.url.scheme}://{request.headers['host']}"


def _limited(receive: Receive) -> Receive:
    """Refuses a body once it is longer than any form of ours."""
    length = 0

    async def receiver() -> Message:
        nonlocal length
        message = await receive()
        length += len(message.get("body", b""))
        if length > MAX_BODY_BYTES:
            raise HTTPException(413, "That is too long.")
        return message

    return receiver


def _with_headers(send: Send) -> Send:
    async def sender(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *HEADERS.items()]
        await send(message)

    return sender
