"""The web page of one case: criteria and facts with their evidence, the chart's page beside them, and signing."""

from __future__ import annotations

import contextlib
import io
import secrets
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

from packetgen import pipeline
from packetgen.chart.decisions import LOG, Conflict, Decision, read_log, record
from packetgen.errors import PacketgenError
from packetgen.files import private_folder
from packetgen.packet.fresh import output_of
from packetgen.packet.signoff import SignOff, sign
from packetgen.review.facts import ADDED, CHOICES, BadDecision, addition_from, decision_from, rows_of, words_of
from packetgen.review.guard import COOKIE, OPEN_AGAIN, Guard, Sessions

HERE = Path(__file__).parent
SCREEN_DPI = 110
PAGES_KEPT = 40  # pictures of pages, about 0.2 MB each
MAX_FORM_BYTES = 10_000
VERDICTS = {"met": "Met", "not_met": "Not met", "missing": "Missing", "check": "Please check"}


@dataclass(slots=True)
class Review:
    """The case under review. Documents are read once, verdicts follow each decision, the packet is built when shown."""

    case_file: Path
    sessions: Sessions = field(default_factory=Sessions)
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    person: str = ""
    reading: pipeline.Reading | None = None
    built: pipeline.Built | None = None
    read_from: object = None
    built_from: object = None
    work: tempfile.TemporaryDirectory[str] | None = None
    reads: threading.Lock = field(default_factory=threading.Lock)
    builds: threading.Lock = field(default_factory=threading.Lock)  # a decision does not wait for a build

    @property
    def folder(self) -> Path:
        """Where the case and its log lie."""
        return self.case_file if self.case_file.is_dir() else self.case_file.parent

    def checked(self) -> pipeline.Checked:
        """The case judged by all decisions so far."""
        return pipeline.judge(self.read())

    def read(self) -> pipeline.Reading:
        """What is read in the documents; read anew when a file has changed."""
        with self.reads:
            state = self._state(with_log=False)
            if self.reading is None or self.read_from != state:
                self.reading = None
                self.work = tempfile.TemporaryDirectory(
                    prefix=".review-", dir=private_folder(output_of(self.case_file))
                )
                self.reading = pipeline.read_chart(self.case_file, Path(self.work.name))
                self.read_from = state
            return self.reading

    def build(self) -> pipeline.Built:
        """The packet of the case as it stands, built anew unless nothing has changed."""
        with self.builds:
            state = self._state(with_log=True)
            if self.built is None or self.built_from != state:
                self.built = None
                self.built = pipeline.build(self.case_file)
                self.built_from = state
            return self.built

    def _state(self, *, with_log: bool) -> object:
        """What tells whether a file of the case has changed."""
        output = output_of(self.case_file)
        found = [path for path in self.folder.rglob("*") if output not in path.parents and path.is_file()]
        stats = [(str(path), path.stat()) for path in sorted(found) if with_log or path.name != LOG]
        return [(path, stat.st_size, stat.st_mtime_ns) for path, stat in stats]


def make_app(review: Review) -> Starlette:
    """The application; every request needs a session, which /open?token= gives."""
    templates = Jinja2Templates(HERE / "templates")
    templates.env.filters["words"] = words_of

    async def show(request: Request) -> Response:
        try:
            view = await run_in_threadpool(_view, review)
        except PacketgenError as error:
            await run_in_threadpool(_build, review, {})  # takes away a packet that must not be sent
            return templates.TemplateResponse(request, "stopped.html", {"error": error, "csrf": review.csrf})
        return templates.TemplateResponse(request, "case.html", view)

    async def signing(request: Request) -> Response:
        try:
            built = await run_in_threadpool(review.build)
        except PacketgenError as error:
            return templates.TemplateResponse(request, "not_built.html", {"error": error})
        view = {
            "built": built,
            "can_sign": not _refusal(built, "someone", built.digest),
            "csrf": review.csrf,
            "person": review.person,
        }
        return templates.TemplateResponse(request, "signing.html", view)

    async def page(request: Request) -> Response:
        """A page of the chart: its picture, or its words with their boxes."""
        reading = await run_in_threadpool(review.read)
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
        built = await run_in_threadpool(review.build)
        return FileResponse(built.folder / pipeline.PACKET, media_type="application/pdf")

    async def act(request: Request) -> Response:
        told = parse_qs((await request.body())[:MAX_FORM_BYTES].decode("utf-8", "replace"), keep_blank_values=True)
        form = {name: values[0] for name, values in told.items()}
        if not secrets.compare_digest(form.get("csrf", "").encode(), review.csrf.encode()):
            return PlainTextResponse("This page is out of date. Reload it.", 403)
        try:
            refused = await run_in_threadpool(ACTS[request.url.path], review, form)
        except BadDecision as error:
            return PlainTextResponse(str(error), 422)
        except Conflict as error:
            return PlainTextResponse(f"{error.what.capitalize()}. {error.fix}", 409)
        return PlainTextResponse(refused, 409) if refused else RedirectResponse("/", 303)

    async def enter(request: Request) -> Response:
        session = review.sessions.open(request.query_params.get("token", ""))
        if session is None:
            return PlainTextResponse(OPEN_AGAIN, 403)
        response = RedirectResponse("/", 303)
        response.set_cookie(COOKIE, session, httponly=True, samesite="strict")
        return response

    return Starlette(
        routes=[
            Route("/", show),
            Route("/open", enter),
            Route("/signing", signing),
            Route("/pages/{label:str}-{number:int}.png", page),
            Route("/pages/{label:str}-{number:int}.json", page),
            Route("/packet.pdf", packet),
            *[Route(path, act, methods=["POST"]) for path in ACTS],
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ],
        middleware=[Middleware(Guard, sessions=review.sessions)],
    )


@lru_cache(maxsize=PAGES_KEPT)
def render(pdf: Path, number: int) -> bytes:
    """A page as PNG."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        out = io.BytesIO()
        document[number - 1].render(scale=SCREEN_DPI / 72).to_pil().save(out, "PNG")
        return out.getvalue()
    finally:
        document.close()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _name_in(form: Mapping[str, str], review: Review) -> str:
    name = " ".join(form.get("name", "").split())[:120]
    if not name:
        raise BadDecision("Type your name first, at the top of the page.")
    review.person = name
    return name


def _expected(form: Mapping[str, str]) -> int:
    text = form.get("expected", "")
    if not text.isdecimal():
        raise BadDecision("This page is out of date. Reload it.")
    return int(text)


def _decide(review: Review, form: Mapping[str, str]) -> str:
    by = _name_in(form, review)
    if form.get("event") == "add":
        decision = addition_from(form, review.read(), by, _now())
    else:
        decision = decision_from(form, review.checked().chart, by, _now())
    record(review.folder, decision, _expected(form))
    return ""


def _undo(review: Review, form: Mapping[str, str]) -> str:
    number = form.get("number", "")
    if number not in {str(decision.number) for decision in review.checked().decisions}:
        raise BadDecision("There is no such decision to undo. Reload the page.")
    by = _name_in(form, review)
    record(review.folder, Decision("undo", by, _now(), undone=int(number)), _expected(form))
    return ""


def _sign(review: Review, form: Mapping[str, str]) -> str:
    built = review.build()
    name = " ".join(form.get("name", "").split())
    if refused := _refusal(built, name, form.get("digest", "")):
        return refused
    sign(review.folder, SignOff(name, _now(), built.digest))
    return ""


def _build(review: Review, form: Mapping[str, str]) -> str:
    review.built = review.reading = None
    with contextlib.suppress(PacketgenError):  # the page shows why
        review.build()
    return ""


ACTS = {"/decide": _decide, "/undo": _undo, "/sign": _sign, "/build": _build}


def _refusal(built: pipeline.Built, name: str, digest: str) -> str:
    """Why a signature is not taken, or ""."""
    if not name:
        return "Type your name to sign."
    if digest != built.digest:
        return "The packet has changed since this page was shown. Look at it again, then sign."
    if any(p.severity == "required" and p.code != "sign_off_void" for p in built.problems):
        return "Something required is missing. Settle it, then sign."
    return ""


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
        "csrf": review.csrf,
        "person": review.person,
    }
