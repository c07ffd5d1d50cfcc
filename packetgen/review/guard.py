"""Who may talk to the review server: its own pages in a browser that was let in and was not idle for long."""

from __future__ import annotations

import secrets
import time
from collections.abc import Collection
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from packetgen.limits import IDLE_SECONDS, MAX_BODY_BYTES
from packetgen.review.users import Staff, User

COOKIE = "packetgen"
# Asked by an open page every few seconds: no use of it, and nothing of what a chart says
HERE, READING = ASKED = ("here.json", "reading.json")
OWN_NAMES = ("127.0.0.1", "localhost", "[::1]")
USUAL_PORTS = {"http": 80, "https": 443}  # which a browser does not name
OPEN_AGAIN = "Open the address that packetgen printed. A session ends after 15 minutes without use."
LOG_IN_AGAIN = "Log in again. A session ends after 15 minutes without use."
HEADERS = {
    b"content-security-policy": b"default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'",
    b"cache-control": b"no-store",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",  # no-referrer would make a browser hide the origin of our own forms
}


@dataclass(slots=True)
class Session:
    """A browser that was let in. user: who logged in, None where there are no users.

    csrf    what its forms must carry
    person  the name that goes under decisions
    """

    user: User | None = None
    person: str = ""
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    seen: float = field(default_factory=time.monotonic)


@dataclass(slots=True)
class Sessions:
    """The sessions of the browsers that were let in.

    token  of the printed address, which opens one where there are no users
    staff  the users, where there are some
    """

    staff: Staff | None = None
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    known: dict[str, Session] = field(default_factory=dict)

    def open(self, token: str) -> str | None:
        """The key of a new session for who knows the token, else None."""
        if self.staff or not secrets.compare_digest(token.encode(), self.token.encode()):
            return None
        return self.start(Session())

    def start(self, session: Session) -> str:
        """The key of a session that begins; those that were idle are forgotten."""
        for other in [key for key, known in list(self.known.items()) if _is_idle(known)]:
            self.end(other)
        key = secrets.token_urlsafe(32)
        self.known[key] = session
        return key

    def going_on(self, key: str, *, used: bool = True) -> Session | None:
        """The session of that key, which is used now; None when it was idle or its user has changed."""
        session = self.known.get(key)
        if session is None:
            return None
        changed = self.staff and session.user and self.staff.find(session.user.login) != session.user
        if changed or _is_idle(session):
            self.end(key)
            return None
        if used:
            session.seen = time.monotonic()
        return session

    def end(self, key: str) -> None:
        """End a session."""
        self.known.pop(key, None)


def _is_idle(session: Session) -> bool:
    return time.monotonic() - session.seen > IDLE_SECONDS


class Guard:
    """Refuses, before anything is routed, other hosts, other origins and strangers; every answer gets HEADERS.

    hosts: the names of this server.
    """

    def __init__(self, app: ASGIApp, sessions: Sessions, hosts: Collection[str]) -> None:
        self.app, self.sessions, self.hosts = app, sessions, frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        send = _with_headers(send)
        scope.setdefault("state", {})["session"] = None
        if refused := await run_in_threadpool(self._refusal, request):
            await refused(scope, receive, send)
        else:
            await self.app(scope, _limited(receive), send)

    def _refusal(self, request: Request) -> Response | None:
        """The answer to who may not; None for who may, whose session is then known."""
        if not (_own_host(request, self.hosts) and _own_origin(request)):
            return PlainTextResponse(OPEN_AGAIN, 403)
        used = request.url.path.rpartition("/")[2] not in ASKED
        session = self.sessions.going_on(request.cookies.get(COOKIE, ""), used=used)
        request.state.session = session
        return None if session or self._is_way_in(request.url.path) else self._show_in(request)

    def _is_way_in(self, path: str) -> bool:
        return path == "/login" or path.startswith("/static/") if self.sessions.staff else path == "/open"

    def _show_in(self, request: Request) -> Response:
        """To a stranger: the log-in where a page was asked for, else a refusal in words."""
        if self.sessions.staff is None:
            return PlainTextResponse(OPEN_AGAIN, 403)
        if request.method == "GET" and request.headers.get("sec-fetch-dest", "document") == "document":
            return RedirectResponse("/login", 303)
        return PlainTextResponse(LOG_IN_AGAIN, 403)


class Roles:
    """Refuses, before anything is routed, what a user's role may not do."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        session: Session | None = scope["state"]["session"] if scope["type"] == "http" else None
        if session and session.user and not session.user.may(scope["method"], scope["path"]):
            told = f"This is not for the role {session.user.role}. Ask someone who may."
            await PlainTextResponse(told, 403)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _own_host(request: Request, hosts: Collection[str]) -> bool:
    """Whether the one Host header names this server: a rebound name of a foreign site does not."""
    given = request.headers.getlist("host")
    port = (request.scope.get("server") or ("", 0))[1]
    ends = (f":{port}", "") if port == USUAL_PORTS.get(request.url.scheme) else (f":{port}",)
    return len(given) == 1 and any(given[0].lower() == f"{name}{end}" for name in hosts for end in ends)


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
