"""The pages of one case: facts and criteria, letter, form, exhibits, packet and sign-off, the chart's page beside them.

All addresses on them are relative, so that a case may stand under any prefix.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from packetgen import pipeline
from packetgen.case import Case, read_case
from packetgen.chart.decisions import Conflict, read_log
from packetgen.errors import PacketgenError
from packetgen.review.acts import ACTS, build_again
from packetgen.review.case_views import NEED_PACKET, PACKET_PAGE, VIEWS, shell
from packetgen.review.facts import BadDecision
from packetgen.review.guard import COOKIE, HERE, READING
from packetgen.review.live import Review, render, render_unread
from packetgen.review.site import TEMPLATES, form_of, navigates, session_of
from packetgen.review.typed import NUMBER


def case_routes(review_of: Callable[[Request], Review]) -> list[Route]:
    """The routes of a case. review_of: the case that a request is about."""

    async def view(request: Request) -> Response:
        """A view of the case; a browser that must wait gets a page that waits in its stead."""
        review, name = review_of(request), request.url.path.rpartition("/")[2] or "facts"
        goes_there = navigates(request)
        if goes_there and not await run_in_threadpool(lambda: review.is_read):
            review.start()
            return TEMPLATES.TemplateResponse(
                request, "reading.html", {"case": await run_in_threadpool(_named, review)}
            )
        try:
            common = await run_in_threadpool(shell, review, name)
        except PacketgenError as error:
            await run_in_threadpool(build_again, review, {})  # takes away a packet that must not be sent
            return TEMPLATES.TemplateResponse(request, "stopped.html", {"error": error})
        if name in NEED_PACKET and goes_there and not await run_in_threadpool(lambda: review.is_built):
            return TEMPLATES.TemplateResponse(request, "building.html", common)
        try:
            own = await run_in_threadpool(VIEWS[name], review, common["checked"])
        except PacketgenError as error:
            return TEMPLATES.TemplateResponse(request, "not_built.html", {**common, "error": error})
        return TEMPLATES.TemplateResponse(request, f"{name}.html", {**common, **own})

    async def state(request: Request) -> Response:
        """What the packet is now: built while the page waits."""
        try:
            built = await run_in_threadpool(review_of(request).build)
        except PacketgenError:
            return JSONResponse({"kind": "draft", "text": "No packet"})
        draft = built.packet.draft
        void = any(problem.code == "sign_off_void" for problem in built.problems)
        said = f"Draft: {draft}" if draft else f"Signed by {built.signed_by}"
        return JSONResponse({"kind": "draft" if draft else "signed", "text": said, "void": void})

    async def here(request: Request) -> Response:
        """Who else has the case open, and how much was decided so far. No use of the page, so it keeps none awake."""
        review, session = review_of(request), session_of(request)
        others = review.others(request.cookies.get(COOKIE, ""), session.person)
        log = await run_in_threadpool(read_log, review.folder)
        by = str(log[-1].get("by") or log[-1].get("signed_by")) if log else ""
        return JSONResponse({"others": others, "expected": len(log), "by": by})

    async def reading(request: Request) -> Response:
        """How far reading is, and the documents that can be looked at meanwhile. No use of the page either."""
        review = review_of(request)
        done, is_read = review.done, await run_in_threadpool(lambda: review.is_read)
        shown = [{"label": v.label, "path": v.path, "pages": v.pages} for _, v in sorted(review.viewable.items())]
        told = [done.stage, done.done, done.of] if done else None
        return JSONResponse({"read": is_read, "done": told, "documents": shown})

    async def opened(request: Request) -> Response:
        """A page of a document that is still being read."""
        shown, number = review_of(request).viewable.get(request.path_params["label"]), request.path_params["number"]
        if shown is None or not 1 <= number <= shown.pages:
            return PlainTextResponse("no such page", 404)
        picture = await run_in_threadpool(render_unread, shown.pdf, number)
        return Response(picture, media_type="image/png") if picture else PlainTextResponse("cannot be shown", 404)

    async def page(request: Request) -> Response:
        """A page of the chart or the packet: its picture, or its words with their boxes."""
        review, label, number = review_of(request), request.path_params["label"], request.path_params["number"]
        if label == PACKET_PAGE:
            return await _packet_page(review, number)
        reading = await run_in_threadpool(review.read)
        document = next((d for d in reading.documents if d.label == label), None)
        if document is None or not 1 <= number <= len(document.pages):
            return PlainTextResponse("no such page", 404)
        if request.url.path.endswith(".json"):
            words = document.pages[number - 1].words
            return JSONResponse([[w.box.x0, w.box.top, w.box.width, w.box.height, w.text] for w in words])
        picture = await run_in_threadpool(render, document.exhibit, number)
        return Response(picture, media_type="image/png")

    async def packet(request: Request) -> Response:
        built = await run_in_threadpool(review_of(request).build)
        return FileResponse(built.folder / pipeline.PACKET, media_type="application/pdf")

    async def act(request: Request) -> Response:
        review = review_of(request)
        form = await form_of(request)
        try:
            refused = await run_in_threadpool(ACTS[request.url.path.rpartition("/")[2]], review, form)
        except BadDecision as error:
            return PlainTextResponse(str(error), 422)
        except Conflict as error:
            return PlainTextResponse(f"{error.what.capitalize()}. {error.fix}", 409)
        except PacketgenError as error:
            return PlainTextResponse(f"{error.what.capitalize()}. {error.fix}", 409)
        return PlainTextResponse(refused, 409) if refused else RedirectResponse(".", 303)

    return [
        Route("/", view),
        *[Route(f"/{name}", view) for name in VIEWS if name != "facts"],
        Route("/state.json", state),
        Route(f"/{HERE}", here),
        Route(f"/{READING}", reading),
        Route(f"/opened/{{label:str}}-{NUMBER}.png", opened),
        Route(f"/pages/{{label:str}}-{NUMBER}.png", page),
        Route(f"/pages/{{label:str}}-{NUMBER}.json", page),
        Route("/packet.pdf", packet),
        *[Route(f"/{name}", act, methods=["POST"]) for name in ACTS],
    ]


def _named(review: Review) -> Case | None:
    """The case as its file says; None when it cannot be read, which reading then tells."""
    try:
        return read_case(review.case_file)
    except PacketgenError:
        return None


async def _packet_page(review: Review, number: int) -> Response:
    built = await run_in_threadpool(review.build)
    pdf: Any = built.folder / pipeline.PACKET
    if not 1 <= number <= built.packet.page_count:
        return PlainTextResponse("no such page", 404)
    picture = await run_in_threadpool(render, pdf, number, pdf.stat().st_mtime_ns)
    return Response(picture, media_type="image/png")
