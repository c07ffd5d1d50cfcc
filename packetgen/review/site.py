"""What every page of the review server has: the way in, the style, the templates, and the guard before all of it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
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

from packetgen.review.guard import COOKIE, OPEN_AGAIN, Guard, Session, Sessions

HERE = Path(__file__).parent
OUT_OF_DATE = "This page is out of date. Reload it."


def session_of(request: Request) -> Session:
    """The session that the guard found."""
    session: Session = request.state.session
    return session


def _of_session(request: Request) -> dict[str, Any]:
    session = session_of(request)
    return {"csrf": session.csrf, "person": session.person}


TEMPLATES = Jinja2Templates(HERE / "templates", context_processors=[_of_session])


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a form of ours; raises HTTPException when it does not carry the session's token."""
    told = parse_qs((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
    form = {name: values[0] for name, values in told.items()}
    if not secrets.compare_digest(form.get("csrf", "").encode(), session_of(request).csrf.encode()):
        raise HTTPException(403, OUT_OF_DATE)
    return form


def make_site(routes: Sequence[BaseRoute], sessions: Sessions) -> Starlette:
    """An application of these pages; every request needs a session, which /open?token= gives."""

    async def enter(request: Request) -> Response:
        key = sessions.open(request.query_params.get("token", ""))
        if key is None:
            return PlainTextResponse(OPEN_AGAIN, 403)
        response = RedirectResponse("/", 303)
        response.set_cookie(COOKIE, key, httponly=True, samesite="strict")
        return response

    return Starlette(
        routes=[Route("/open", enter), Mount("/static", StaticFiles(directory=HERE / "static")), *routes],
        middleware=[Middleware(Guard, sessions=sessions)],
    )
