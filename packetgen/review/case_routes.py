"""The pages of one case: criteria and facts with their evidence, the chart's page beside them, and signing.

All addresses on them are relative, so that a case may stand under any prefix.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from packetgen import pipeline
from packetgen.chart.decisions import Conflict, read_log
from packetgen.errors import PacketgenError
from packetgen.review.acts import ACTS, build_again, refusal
from packetgen.review.facts import ADDED, CHOICES, BadDecision, rows_of, words_of
from packetgen.review.live import Review, render
from packetgen.review.site import TEMPLATES, form_of

VERDICTS = {"met": "Met", "not_met": "Not met", "missing": "Missing", "check": "Please check"}
TEMPLATES.env.filters["words"] = words_of


def case_routes(review_of: Callable[[Request], Review]) -> list[Route]:
    """The routes of a case. review_of: the case that a request is about."""

    async def show(request: Request) -> Response:
        review = review_of(request)
        try:
            view = await run_in_threadpool(_view, review)
        except PacketgenError as error:
            await run_in_threadpool(build_again, review, {})  # takes away a packet that must not be sent
            return TEMPLATES.TemplateResponse(request, "stopped.html", {"error": error})
        return TEMPLATES.TemplateResponse(request, "case.html", view)

    async def signing(request: Request) -> Response:
        review = review_of(request)
        try:
            built = await run_in_threadpool(review.build)
        except PacketgenError as error:
            return TEMPLATES.TemplateResponse(request, "not_built.html", {"error": error})
        view = {
            "built": built,
            "can_sign": not refusal(built, "someone", built.digest),
        }
        return TEMPLATES.TemplateResponse(request, "signing.html", view)

    async def page(request: Request) -> Response:
        """A page of the chart: its picture, or its words with their boxes."""
        reading = await run_in_threadpool(review_of(request).read)
        label, number = request.path_params["label"], request.path_params["number"]
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
        return PlainTextResponse(refused, 409) if refused else RedirectResponse(".", 303)

    return [
        Route("/", show),
        Route("/signing", signing),
        Route("/pages/{label:str}-{number:int}.png", page),
        Route("/pages/{label:str}-{number:int}.json", page),
        Route("/packet.pdf", packet),
        *[Route(f"/{name}", act, methods=["POST"]) for name in ACTS],
    ]


def _view(review: Review) -> dict[str, object]:
    checked = review.checked()
    rows = rows_of(checked.chart)
    pages = {f"{d.label}-{page.number}": [page.width, page.height] for d in checked.documents for page in d.pages}
    return {
        "case": checked.case,
        "assessment": checked.assessment,
        "problems": checked.problems,
        "rows": rows,
        "decided": sum(row.fact.decided_by is not None for row in rows),
        "decisions": checked.decisions[::-1],
        "expected": len(read_log(review.folder)),
        "pages": pages,
        "added": ADDED,
        "choices": CHOICES,
        "verdicts": VERDICTS,
    }
