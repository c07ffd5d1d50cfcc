"""Who may talk to the review server: its own page in a browser that opened the printed address, not idle for long."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from packetgen.limits import IDLE_SECONDS

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
class Sessions:
    """The token of the printed address, and when each browser that opened it was last heard of."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    seen: dict[str, float] = field(default_factory=dict)

    def open(self, token: str) -> str | None:
        """A new session for who knows the token, else None."""
        if not secrets.compare_digest(token.encode(), self.token.encode()):
            return None
        session = secrets.token_urlsafe(32)
        self.seen[session] = time.monotonic()
        return session

    def goes_on(self, session: str) -> bool:
        """Whether the session is one of ours and was not idle; it is used now."""
        last = self.seen.pop(session, None)
        if last is None or time.monotonic() - last > IDLE_SECONDS:
            return False
        self.seen[session] = time.monotonic()
        return True


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
        opens = request.url.path == "/open"
        may = _own_host(request) and _own_origin(request)
        if may and (opens or self.sessions.goes_on(request.cookies.get(COOKIE, ""))):
            await self.app(scope, receive, _with_headers(send))
        else:
            await PlainTextResponse(OPEN_AGAIN, 403)(scope, receive, _with_headers(send))


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


def _with_headers(send: Send) -> Send:
    async def sender(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *HEADERS.items()]
        await send(message)

    return sender
