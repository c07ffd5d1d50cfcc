"""A real server for the tests, and a workspace with users; every patient is invented."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.testclient import TestClient

from packetgen.review.desk import OpenCases, make_desk
from packetgen.review.guard import Sessions
from packetgen.review.users import Role, Staff, User, add_user, hash_of
from packetgen.review.watching import Watching
from packetgen.workspace import Workspace
from tests.intake.conftest import no_build

BASE = "http://127.0.0.1:8000"
PASSWORD = "correct horse battery"  # noqa: S105
PEOPLE: dict[str, tuple[str, Role]] = {
    "paul": ("Paul Reed", "preparer"),
    "rita": ("Rita Kahn, RN", "reviewer"),
    "lena": ("Lena Ortiz, MD", "signer"),
}


@contextmanager
def running(app: Starlette) -> Iterator[int]:
    """Serve an application; its port."""
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", access_log=False, proxy_headers=False)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.05)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(5)


def hire(workspace: Workspace) -> Sessions:
    """Make a user of each role; the sessions of a server that knows them."""
    password = hash_of(PASSWORD)
    for login, (name, role) in PEOPLE.items():
        add_user(workspace.folder, User(login=login, name=name, role=role, password=password))
    return Sessions(Staff(workspace.folder))


def visitor(workspace: Workspace, sessions: Sessions, watching: Watching | None = None) -> TestClient:
    """A browser without a session."""
    app = make_desk(OpenCases(workspace, no_build), sessions, watching=watching)
    return TestClient(app, base_url=BASE, headers={"origin": BASE}, follow_redirects=False)


def logged_in(workspace: Workspace, sessions: Sessions, login: str) -> TestClient:
    """A browser in which someone has logged in."""
    browser = visitor(workspace, sessions)
    answer = browser.post("/login", data={"login": login, "password": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    return browser


def let_in(workspace: Workspace, watching: Watching | None = None) -> TestClient:
    """A browser that opened the printed address of a workspace without users."""
    sessions = Sessions()
    browser = visitor(workspace, sessions, watching)
    assert browser.get(f"/open?token={sessions.token}").status_code == 303
    return browser


def csrf_of(browser: TestClient, path: str = "/") -> str:
    """The token that the forms of a page carry."""
    return re.search(r'name="csrf" value="([^"]+)"', browser.get(path).text)[1]


def links_in(browser: TestClient) -> dict[str, str]:
    """The address of each case by its number."""
    return {name: path for path, name in re.findall(r'<a href="(/cases/\w+/)">([^<]+)</a>', browser.get("/").text)}


def case_folder(workspace: Workspace, case_id: str) -> Path:
    return workspace.case_of(case_id).parent
