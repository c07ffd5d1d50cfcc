"""What every page of the review server has: the way in and out, the style, and guard and audit before all of it."""

from __future__ import annotations

import secrets
import sys
import traceback
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates
from starlette.types import ASGIApp, Receive, Scope, Send

from packetgen.limits import IDLE_SECONDS
from packetgen.review.audit import Audited
from packetgen.review.facts import words_of
from packetgen.review.guard import COOKIE, OPEN_AGAIN, OWN_NAMES, Guard, Roles, Session, Sessions
from packetgen.review.login import login_routes, welcome

HERE = Path(__file__).parent
OUT_OF_DATE = "This page is out of date. Reload it."
FAULT = "Something went wrong here, and this was not done. Reload the page; what was decided before is kept."


def session_of(request: Request) -> Session:
    """The session that the guard found."""
    session: Session = request.state.session
    return session


def _of_session(request: Request) -> dict[str, Any]:
    """What every template knows: who is there, and after how many seconds without use a page is left."""
    session: Session | None = request.state.session
    if session is None:
        return {}
    desk = getattr(request.app.state, "desk", False)
    return {
        "csrf": session.csrf, "person": session.person, "user": session.user, "idle": IDLE_SECONDS, "desk": desk,
        "may": lambda act: session.user is None or session.user.may("POST", act),
    }  # fmt: skip


TEMPLATES = Jinja2Templates(HERE / "templates", context_processors=[_of_session])
TEMPLATES.env.filters["words"] = words_of


def navigates(request: Request) -> bool:
    """Whether a person goes there; the page's own script asks otherwise."""
    return request.headers.get("sec-fetch-mode") == "navigate"


async def refused(request: Request, error: Exception) -> Response:
    """A refusal in words: a page for who went there, a line for the page's own script."""
    assert isinstance(error, HTTPException)  # noqa: S101 - for the type checker
    told = "There is no such page." if error.detail == "Not Found" else error.detail
    if navigates(request):
        return TEMPLATES.TemplateResponse(request, "refused.html", {"told": told}, status_code=error.status_code)
    return PlainTextResponse(told, error.status_code, headers=error.headers)


class Faults:
    """Answers in words when a fault of ours comes up. The terminal gets its kind and place, and nothing of a chart."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            await self.app(scope, receive, send)
        except Exception as fault:  # noqa: BLE001 - the boundary: whatever is raised, the server goes on
            place = traceback.extract_tb(fault.__traceback__)[-1]
            sys.stderr.write(f"Review: {type(fault).__name__} at {Path(place.filename).name}:{place.lineno}\n")
            await PlainTextResponse(FAULT, 500)(scope, receive, send)


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a form of ours, under the name of who logged in; of several boxes ticked, with commas between.

    Raises HTTPException when it does not carry the session's token.
    """
    told = parse_qs((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
    form, session = {name: ",".join(values) for name, values in told.items()}, session_of(request)
    if not secrets.compare_digest(form.get("csrf", "").encode(), session.csrf.encode()):
        raise HTTPException(403, OUT_OF_DATE)
    form["name"] = session.user.name if session.user else " ".join(form.get("name", "").split())[:120]
    session.person = form["name"] or session.person
    return form


def make_site(
    routes: Sequence[BaseRoute], sessions: Sessions, folder: Path, hosts: Collection[str] = OWN_NAMES
) -> Starlette:
    """An application of these pages, for who opens /open?token= or, where there are users, logs in.

    folder: where the audit is kept; hosts: the names of this server.
    """

    async def enter(request: Request) -> Response:
        key = sessions.open(request.query_params.get("token", ""))
        return welcome(request, key) if key else PlainTextResponse(OPEN_AGAIN, 403)

    async def leave(request: Request) -> Response:
        await form_of(request)
        sessions.end(request.cookies.get(COOKIE, ""))
        response = RedirectResponse("/", 303)
        response.delete_cookie(COOKIE)
        return response

    way_in = login_routes(sessions, sessions.staff, TEMPLATES) if sessions.staff else [Route("/open", enter)]
    return Starlette(
        routes=[
            *way_in,
            Route("/logout", leave, methods=["POST"]),
            Mount("/static", StaticFiles(directory=HERE / "static")),
            *routes,
        ],
        middleware=[
            Middleware(Guard, sessions=sessions, hosts=hosts),
            Middleware(Audited, folder=folder),
            Middleware(Roles),
            Middleware(Faults),
        ],
        exception_handlers={HTTPException: refused},
    )
