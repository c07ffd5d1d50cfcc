"""A real server under attack: foreign hosts and sites, strangers, scripts in what a chart says, paths that lead out."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import sync_playwright

from packetgen.chart.decisions import read_log
from packetgen.review.cases import key_of
from packetgen.review.desk import OpenCases, make_desk
from packetgen.review.guard import COOKIE, Session, Sessions
from packetgen.tracking.events import standing
from packetgen.workspace import Workspace
from tests.intake.conftest import clinic, drop, file_all, no_build  # noqa: F401 - fixture
from tests.review.places import case_folder, running
from tests.review.test_review import FOREIGN_HOSTS

CASE = "2026-0142"


@dataclass
class Server:
    port: int
    workspace: Workspace
    session: Session
    cookie: str

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def case(self) -> str:
        return f"/cases/{key_of(self.workspace.case_of(CASE))}"

    def ask(self, head: str, body: bytes = b"") -> tuple[int, str]:
        """Send a request as it stands; status and answer."""
        with socket.create_connection(("127.0.0.1", self.port), 20) as link:
            link.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)
            raw = b"".join(iter(lambda: link.recv(65536), b"")).decode(errors="replace")
        return int(raw.split()[1]), raw

    def get(self, path: str, *more: str) -> tuple[int, str]:
        head = [f"GET {path} HTTP/1.1", "Connection: close", f"Cookie: {COOKIE}={self.cookie}", *more]
        return self.ask("\n".join(head))


@pytest.fixture
def server(clinic: Workspace) -> Iterator[Server]:  # noqa: F811
    sessions, session = Sessions(), Session()
    cookie = sessions.start(session)
    with running(make_desk(OpenCases(clinic, no_build), sessions)) as port:
        yield Server(port, clinic, session, cookie)


def test_only_a_request_that_names_this_server_once_gets_past_the_door(server: Server) -> None:
    own = f"127.0.0.1:{server.port}"
    assert server.get("/", f"Host: {own}")[0] == 200
    assert server.get("/", f"Host: localhost:{server.port}")[0] == 200
    hosts = [host.replace("8000", str(server.port)) for host in FOREIGN_HOSTS]
    for path in ("/", "/static/desk.css", f"{server.case}/followup", "/nowhere"):
        for host in hosts:
            assert server.get(path, f"Host: {host}")[0] in (400, 403), host
        assert server.get(path, f"Host: {own}", "Host: evil.example")[0] in (400, 403)
        assert server.get(path)[0] in (400, 403)
    for line in ("X-Forwarded-Host", "X-Forwarded-For", "Forwarded", "X-Original-URL"):
        assert server.get("/", "Host: evil.example", f"{line}: {own}")[0] == 403


def test_a_stranger_and_a_guessed_session_get_nothing(server: Server) -> None:
    own = f"Host: 127.0.0.1:{server.port}"
    for cookie in ("", "Cookie: packetgen=", f"Cookie: packetgen={'x' * 43}", f"Cookie: other={server.cookie}"):
        for path in ("/", "/due", "/filing", f"{server.case}/", "/static/desk.css", "/open?token=guess", "/login"):
            status, answer = server.ask(
                "\n".join(filter(None, (f"GET {path} HTTP/1.1", own, "Connection: close", cookie)))
            )
            assert status == 403
            assert "Whitfield" not in answer


def test_a_path_that_leads_out_of_the_server_leads_nowhere(server: Server) -> None:
    own = f"Host: 127.0.0.1:{server.port}"
    outs = (
        "/../../etc/passwd", "/static/../guard.py", "/static/%2e%2e/guard.py", "/static/..%2f..%2f..%2fetc/passwd",
        "//etc/passwd", "/static//etc/passwd", "/static/%00", "/cases/../../etc/passwd", "/cases/%2e%2e/case.yaml",
        f"{server.case}/pages/..%2f..%2fcase.yaml-1.png", f"{server.case}/pages/%2fetc%2fpasswd-1.png",
        f"{server.case}/../../users.yaml", f"{server.case}/case.yaml", f"{server.case}/audit.jsonl",
        "/packetgen.db", "/users.yaml", "/filing/..%2f1", "/filing/1/page-..%2f1.png", "/filing/-1",
        "/filing/99999999999999999999999", "/static/..\\\\..\\\\guard.py", "file:///etc/passwd", "http://evil.example/",
    )  # fmt: skip
    for path in outs:
        status, answer = server.get(path, own)
        assert status in (400, 403, 404), path
        assert "root:" not in answer and "import" not in answer and "first_name" not in answer


def test_no_request_of_another_site_changes_anything(server: Server) -> None:
    body = f"csrf={server.session.csrf}&kind=sent&channel=fax&name=Ada".encode()
    lines = (f"Host: 127.0.0.1:{server.port}", f"Cookie: {COOKIE}={server.cookie}", "Connection: close",
             "Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}")  # fmt: skip
    head = "\n".join((f"POST {server.case}/log HTTP/1.1", *lines))
    for origin in (
        "\nOrigin: http://evil.example",
        "\nOrigin: null",
        "",
        f"\nOrigin: http://127.0.0.1:{server.port + 1}",
    ):
        assert server.ask(head + origin, body)[0] == 403
    assert server.ask(f"{head}\nOrigin: {server.base}", body.replace(b"csrf=", b"csrf=x"))[0] == 403
    assert standing(server.workspace) == {}
    assert server.ask(f"{head}\nOrigin: {server.base}", body)[0] == 303  # with all of it right it would have
    assert len(standing(server.workspace)[CASE]) == 1


def test_a_page_of_another_site_that_sends_our_form_in_a_browser_with_a_session_changes_nothing(server: Server) -> None:
    form = (
        f'<form method="post" action="{server.base}{server.case}/log"><input name="csrf" value="{server.session.csrf}">'
    )
    form += '<input name="kind" value="sent"><input name="channel" value="fax"><input name="name" value="Ada"></form>'
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        context = browser.new_context()
        context.add_cookies([{"name": COOKIE, "value": server.cookie, "url": server.base, "sameSite": "Strict"}])
        page = context.new_page()
        page.goto(f"{server.base}/")
        assert "Dana Whitfield" in page.content()
        page.route("http://evil.example/**", lambda route: route.fulfill(content_type="text/html", body=form))
        page.goto("http://evil.example/")
        with page.expect_navigation():
            page.evaluate("document.forms[0].submit()")
        assert "packetgen printed" in page.content()
        page.goto("http://evil.example/")
        got = page.evaluate(f"fetch('{server.base}/', {{credentials: 'include'}}).then(() => 'read', () => 'refused')")
        assert got == "refused"
        browser.close()
    assert standing(server.workspace) == {}
    assert read_log(case_folder(server.workspace, CASE)) == []


def test_a_script_in_what_a_chart_says_is_only_text_on_every_page(server: Server) -> None:
    evil = "<script>window.hit=1</script><img src=x onerror=window.hit=1>"
    folder = case_folder(server.workspace, CASE)
    text = (folder / "case.yaml").read_text()
    name = "<img src=x onerror=window.hit=1>.txt"
    (folder / name).write_text(f"Progress note\nPatient: Dana Whitfield\n{evil}\nTopiramate 100 mg failed. {evil}\n")
    text = text.replace("first_name: Dana", f"first_name: {json.dumps('Dana' + evil)}").replace(
        "[note.txt]", json.dumps([name])
    )
    (folder / "case.yaml").write_text(text)
    drop(server.workspace, "<img src=x onerror=window.hit=1>.txt", f"Note\nPatient: {evil}\n{evil}\n")
    (arrival,) = file_all(server.workspace).values()
    told: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        context = browser.new_context()
        context.add_cookies([{"name": COOKIE, "value": server.cookie, "url": server.base}])
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: told.append(message.text))
        for path in ("/", "/due", "/filing", f"/filing/{arrival.id}", f"{server.case}/followup", f"{server.case}/"):
            page.goto(f"{server.base}{path}")
            assert page.evaluate("window.hit") is None, path
            assert page.locator("main script:not([src]), img[onerror]").count() == 0
        page.wait_for_selector("main.facts .fact")
        assert page.evaluate("window.hit") is None
        assert "<script>window.hit=1</script>" in page.inner_text("h1")  # it was there, as text
        assert [url for url in asked if not url.startswith(server.base)] == []
        browser.close()
    assert [text for text in told if "Content Security Policy" in text] == []
