"""The web page of one case: criteria with their evidence on the left, the packet's page on the right, and signing."""

from __future__ import annotations

import contextlib
import io
import secrets
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from packetgen import pipeline
from packetgen.errors import PacketgenError
from packetgen.packet.signoff import SignOff, sign

HERE = Path(__file__).parent
COOKIE = "packetgen"
SCREEN_DPI = 110
MAX_FORM_BYTES = 10_000
VERDICTS = {"met": "Met", "not_met": "Not met", "missing": "Missing", "check": "Please check"}
HEADERS = {
    b"content-security-policy": b"default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'",
    b"cache-control": b"no-store",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
}


@dataclass(slots=True)
class Review:
    """The case under review: built when asked for, one build at a time."""

    case_file: Path
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    built: pipeline.Built | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def build(self) -> pipeline.Built:
        """Build the packet anew."""
        with self.lock:
            self.built = None
            self.built = pipeline.build(self.case_file)
            return self.built

    def current(self) -> pipeline.Built:
        """The packet as it was built last."""
        return self.built or self.build()


def make_app(review: Review) -> Starlette:
    """The application; every request needs the session of `review.token`, which /open?token= gives."""
    templates = Jinja2Templates(HERE / "templates")

    async def show(request: Request) -> Response:
        try:
            built = await run_in_threadpool(review.current)
        except PacketgenError as error:
            return templates.TemplateResponse(request, "stopped.html", {"error": error, "csrf": review.csrf})
        return templates.TemplateResponse(request, "case.html", _view(built, review))

    async def page(request: Request) -> Response:
        built = await run_in_threadpool(review.current)
        number = request.path_params["number"]
        if not 1 <= number <= built.packet.page_count:
            return PlainTextResponse("no such page", 404)
        picture = await run_in_threadpool(render, built.folder / pipeline.PACKET, number)
        return Response(picture, media_type="image/png")

    async def packet(request: Request) -> Response:
        built = await run_in_threadpool(review.current)
        return FileResponse(built.folder / pipeline.PACKET, media_type="application/pdf")

    async def act(request: Request) -> Response:
        form = parse_qs((await request.body())[:MAX_FORM_BYTES].decode("utf-8", "replace"))
        if not secrets.compare_digest(form.get("csrf", [""])[0], review.csrf):
            return PlainTextResponse("This page is out of date. Reload it.", 403)
        if request.url.path == "/sign":
            built = await run_in_threadpool(review.current)
            name = " ".join(form.get("name", [""])[0].split())
            refused = _refusal(built, name, form.get("digest", [""])[0])
            if refused:
                return PlainTextResponse(refused, 409)
            now = datetime.now(UTC).isoformat(timespec="seconds")
            sign(built.checked.case.folder, SignOff(name, now, built.digest))
        with contextlib.suppress(PacketgenError):  # the page shows why
            await run_in_threadpool(review.build)
        return RedirectResponse("/", 303)

    async def enter(request: Request) -> Response:
        if not secrets.compare_digest(request.query_params.get("token", ""), review.token):
            return PlainTextResponse("Open the address that packetgen printed.", 403)
        response = RedirectResponse("/", 303)
        response.set_cookie(COOKIE, review.token, httponly=True, samesite="strict")
        return response

    return Starlette(
        routes=[
            Route("/", show),
            Route("/open", enter),
            Route("/pages/{number:int}.png", page),
            Route("/packet.pdf", packet),
            Route("/sign", act, methods=["POST"]),
            Route("/build", act, methods=["POST"]),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"]),
            Middleware(_Guard, token=review.token),
        ],
    )


def render(pdf: Path, number: int) -> bytes:
    """A packet page as PNG."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        out = io.BytesIO()
        document[number - 1].render(scale=SCREEN_DPI / 72).to_pil().save(out, "PNG")
        return out.getvalue()
    finally:
        document.close()


def _refusal(built: pipeline.Built, name: str, digest: str) -> str:
    """Why a signature is not taken, or ""."""
    if not name:
        return "Type your name to sign."
    if digest != built.digest:
        return "The packet has changed since this page was shown. Look at it again, then sign."
    if any(p.severity == "required" and p.code != "sign_off_void" for p in built.problems):
        return "Something required is missing. Settle it, then sign."
    return ""


def _view(built: pipeline.Built, review: Review) -> dict[str, object]:
    return {
        "case": built.checked.case,
        "assessment": built.checked.assessment,
        "problems": built.problems,
        "packet": built.packet,
        "pages": built.packet.exhibit_pages,
        "verdicts": VERDICTS,
        "signed_by": built.signed_by,
        "digest": built.digest,
        "can_sign": not _refusal(built, "someone", built.digest),
        "csrf": review.csrf,
    }


class _Guard:
    """Only the browser that opened the printed address may talk to this server; every answer gets HEADERS."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self.app, self.token = app, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        if request.url.path != "/open" and not self._may(request):
            await PlainTextResponse("Open the address that packetgen printed.", 403)(scope, receive, send)
            return
        await self.app(scope, receive, _with_headers(send))

    def _may(self, request: Request) -> bool:
        origin = request.headers.get("origin")
        own = origin is None or origin == f"{request.url.scheme}://{request.headers.get('host', '')}"
        return own and secrets.compare_digest(request.cookies.get(COOKIE, ""), self.token)


def _with_headers(send: Send) -> Send:
    async def sender(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *HEADERS.items()]
        await send(message)

    return sender
