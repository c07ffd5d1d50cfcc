"""The log-in of users: a page, a password, and a pause after too many wrong ones."""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from packetgen.limits import LOGIN_SECONDS, LOGIN_TRIES, LOGIN_TRIES_OF_ADDRESS
from packetgen.review.guard import COOKIE, Session, Sessions
from packetgen.review.users import Staff, User, hash_of

WRONG = "Login or password is wrong."
PAUSE = f"Too many wrong passwords. Try again in {LOGIN_SECONDS // 60} minutes."


@dataclass(slots=True)
class Tries:
    """When wrong passwords were given, by login and by computer."""

    failed: dict[str, list[float]] = field(default_factory=dict)

    def is_paused(self, key: str, most: int) -> bool:
        """Whether there were too many lately."""
        since = time.monotonic() - LOGIN_SECONDS
        self.failed = {key: kept for key, times in self.failed.items() if (kept := [at for at in times if at > since])}
        return len(self.failed.get(key, ())) >= most

    def note(self, *keys: str) -> None:
        """A wrong password."""
        for key in keys:
            self.failed.setdefault(key, []).append(time.monotonic())


class LogIn:
    """Lets users in. A login that nobody has takes as long as a wrong password, so that it cannot be told from one."""

    def __init__(self, staff: Staff) -> None:
        self.staff, self.tries, self._counting = staff, Tries(), threading.Lock()
        password = secrets.token_urlsafe(32)
        self.nobody = User(login="nobody", name="nobody", role="preparer", password=hash_of(password))

    def let_in(self, login: str, password: str, address: str) -> User | str:
        """The user, or why not."""
        user = self.staff.find(login)
        keys = (f"address {address}", *([f"login {login}"] if user else []))
        most = (LOGIN_TRIES_OF_ADDRESS, LOGIN_TRIES)
        with self._counting:
            if any(self.tries.is_paused(key, limit) for key, limit in zip(keys, most, strict=False)):
                return PAUSE
            self.tries.note(*keys)  # before the slow part, so that many at once count too
        if not (user or self.nobody).has_password(password) or user is None:
            return WRONG
        with self._counting:
            for key in keys:
                self.tries.failed.pop(key, None)
        return user


def login_routes(sessions: Sessions, staff: Staff, templates: Jinja2Templates) -> list[Route]:
    """The log-in page, and logging in."""
    door = LogIn(staff)

    async def show(request: Request) -> Response:
        return templates.TemplateResponse(request, "login.html")

    async def enter(request: Request) -> Response:
        form = parse_qs((await request.body()).decode("utf-8", "replace"))
        login, password = (form.get(name, [""])[0] for name in ("login", "password"))
        address = request.client.host if request.client else ""
        found = await run_in_threadpool(door.let_in, login.strip().lower(), password, address)
        if isinstance(found, str):
            request.state.what = login if await run_in_threadpool(staff.find, login) else ""
            return templates.TemplateResponse(
                request, "login.html", {"wrong": found}, status_code=429 if found == PAUSE else 401
            )
        session = Session(found, found.name)
        request.state.session = session
        return welcome(request, sessions.start(session))

    return [Route("/login", show), Route("/login", enter, methods=["POST"])]


def welcome(request: Request, key: str) -> Response:
    """The way to the first page with the cookie of a session."""
    response = RedirectResponse("/", 303)
    response.set_cookie(COOKIE, key, httponly=True, samesite="strict", secure=request.url.scheme == "https")
    return response
