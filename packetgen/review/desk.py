"""The review page of a workspace: its cases, each of them, what is due and to be filed, and how requests fare."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection
from datetime import date
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from packetgen.intake.by_hand import ByHand
from packetgen.intake.file import Builder, build_case
from packetgen.limits import CASES_OPEN
from packetgen.review.case_routes import case_routes
from packetgen.review.cases import case_with, list_cases
from packetgen.review.filing import Looks, filing_routes
from packetgen.review.followup import due_route, followup_routes
from packetgen.review.guard import OWN_NAMES, Sessions
from packetgen.review.live import Review
from packetgen.review.reports import report_routes
from packetgen.review.site import TEMPLATES, make_site
from packetgen.review.watching import Watching
from packetgen.workspace import Workspace


class OpenCases:
    """The cases, and the files that wait, that someone looks at; those looked at last are kept at hand."""

    def __init__(self, workspace: Workspace, build: Builder = build_case) -> None:
        self.workspace = workspace
        self.files = Looks(ByHand(workspace, build=build))
        self._open: OrderedDict[Path, Review] = OrderedDict()
        self._lock = threading.Lock()

    def case_file_of(self, request: Request) -> Path:
        """The case that a request is about, whose audit then gets it. Raises HTTPException when there is none."""
        key = request.path_params["key"]
        case_file = case_with(self.workspace, key)
        if case_file is None:
            raise HTTPException(404, "There is no such case any more.")
        request.state.inside = (case_file.parent, request.url.path.removeprefix(f"/cases/{key}"))
        return case_file

    def review_of(self, request: Request) -> Review:
        """The same, open for review."""
        case_file = self.case_file_of(request)
        with self._lock:
            review = self._open.pop(case_file, None) or Review(case_file)
            self._open[case_file] = review
            while len(self._open) > CASES_OPEN:
                self._open.popitem(last=False)  # its copies of pages go when the last request lets go of it
        return review

    def close(self) -> None:
        """Remove all copies of pages."""
        for review in self._open.values():
            review.close()
        self.files.close()


def make_desk(
    cases: OpenCases, sessions: Sessions, hosts: Collection[str] = OWN_NAMES, watching: Watching | None = None
) -> Starlette:
    """The application that shows a workspace. watching: the watcher of its inbox, where it runs here."""
    workspace = cases.workspace

    async def show(request: Request) -> Response:
        view = {"rows": await run_in_threadpool(list_cases, workspace), "today": date.today(), "here": "cases"}
        return TEMPLATES.TemplateResponse(request, "cases.html", view)

    of_one = [*case_routes(cases.review_of), *followup_routes(workspace, cases.case_file_of)]
    filing = filing_routes(cases.files, watching)
    mine = [Route("/", show), due_route(workspace), *report_routes(workspace)]
    routes = [*mine, *filing, Mount("/cases/{key}", routes=of_one)]
    site = make_site(routes, sessions, workspace.folder, hosts)
    site.state.desk = True
    return site
