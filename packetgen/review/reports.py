"""How a clinic's requests fare, as a page, a picture and a file for a spreadsheet; and what is due, for a calendar.

All without patients, as on the command line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from packetgen.review.site import TEMPLATES
from packetgen.tracking.due import Followed, followed
from packetgen.tracking.events import last_logged
from packetgen.tracking.ics import calendar
from packetgen.tracking.report import HEADINGS, as_csv, as_svg, figures
from packetgen.workspace import Workspace

Cases = Sequence[Followed]


def report_routes(workspace: Workspace) -> list[Route]:
    """The figures by plan, and the calendar of what is due."""

    async def show(request: Request) -> Response:
        cases, unread = await run_in_threadpool(followed, workspace)
        rows = figures(cases) if any(one.events for one in cases) else ()
        view = {"headings": HEADINGS, "rows": rows, "unread": unread, "here": "report"}
        return TEMPLATES.TemplateResponse(request, "report.html", view)

    def file(path: str, kind: str, made: Callable[[Cases], str | bytes]) -> Route:
        async def give(_: Request) -> Response:
            cases, _unread = await run_in_threadpool(followed, workspace)
            name = {} if kind.startswith("image") else {"content-disposition": f'attachment; filename="{path}"'}
            return Response(await run_in_threadpool(made, cases), media_type=kind, headers=name)

        return Route(f"/{path}", give)

    return [
        Route("/report", show),
        file("report.svg", "image/svg+xml", lambda cases: as_svg(figures(cases))),
        file("report.csv", "text/csv", lambda cases: as_csv(figures(cases))),
        file("due.ics", "text/calendar", lambda cases: calendar(cases, last_logged(workspace))),
    ]
