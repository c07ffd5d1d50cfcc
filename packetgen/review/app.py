"""The review server: who may talk to it, and the case that it serves."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

from packetgen.review.case_routes import case_routes
from packetgen.review.facts import words_of
from packetgen.review.guard import COOKIE, OPEN_AGAIN, Guard
from packetgen.review.live import Review

HERE = Path(__file__).parent


def make_app(review: Review) -> Starlette:
    """The application; every request needs a session, which /open?token= gives."""
    templates = Jinja2Templates(HERE / "templates")
    templates.env.filters["words"] = words_of

    async def enter(request: Request) -> Response:
        session = review.sessions.open(request.query_params.get("token", ""))
        if session is None:
            return PlainTextResponse(OPEN_AGAIN, 403)
        response = RedirectResponse("/", 303)
        response.set_cookie(COOKIE, session, httponly=True, samesite="strict")
        return response

    return Starlette(
        routes=[
            Route("/open", enter),
            *case_routes(lambda _: review, templates),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ],
        middleware=[Middleware(Guard, sessions=review.sessions)],
    )
