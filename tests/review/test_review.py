"""The review page: who may talk to it, what it shows, and what a signature does."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from starlette.testclient import TestClient

from packetgen import pipeline
from packetgen.errors import BadDataFile, ExitCode
from packetgen.packet.signoff import LOG, SignOff, last_sign_off, sign
from packetgen.resources import SAMPLES
from packetgen.review.app import HEADERS, Review, make_app

pytestmark = pytest.mark.slow


@pytest.fixture
def review(tmp_path: Path) -> Review:
    shutil.copytree(SAMPLES / "chronic-migraine-uhc", tmp_path / "case", ignore=shutil.ignore_patterns("packet"))
    return Review(tmp_path / "case" / "case.yaml")


@pytest.fixture
def client(review: Review) -> TestClient:
    client = TestClient(make_app(review), base_url="http://127.0.0.1:8000", follow_redirects=False)
    assert client.get(f"/open?token={review.token}").status_code == 303
    return client


def form_values(page: str) -> dict[str, str]:
    return {name: re.search(rf'name="{name}" value="([^"]+)"', page)[1] for name in ("csrf", "digest")}


def test_the_page_shows_each_criterion_with_its_quotes(client: TestClient) -> None:
    page = client.get("/").text
    assert page.count('class="criterion met"') == 9
    assert "Untreated headaches last 6 to 12 hours." in page
    assert "Draft: not signed" in page


def test_a_page_of_the_packet_is_a_picture(client: TestClient) -> None:
    assert client.get("/pages/7.png").content.startswith(b"\x89PNG")
    assert client.get("/pages/99.png").status_code == 404
    assert client.get("/packet.pdf").content.startswith(b"%PDF")


def test_signing_takes_the_draft_marks_away_and_a_change_brings_them_back(client: TestClient, review: Review) -> None:
    values = form_values(client.get("/").text)
    assert client.post("/sign", data={**values, "name": "Lena Ortiz, MD"}).status_code == 303
    signed = review.current()
    assert (signed.signed_by, signed.packet.draft, signed.exit_code) == ("Lena Ortiz, MD", "", ExitCode.complete)
    manifest = json.loads((signed.folder / "manifest.json").read_text())
    assert (manifest["signed_by"], manifest["draft"]) == ("Lena Ortiz, MD", None)

    case_file = review.case_file
    case_file.write_text(case_file.read_text().replace("units: 155", "units: 150"))
    changed = pipeline.build(case_file)
    assert changed.exit_code == ExitCode.safety_stop
    assert "not signed" in changed.packet.draft
    assert "sign_off_void" in {problem.code for problem in changed.problems}


def test_what_changed_since_it_was_shown_is_not_signed(client: TestClient, review: Review) -> None:
    values = form_values(client.get("/").text)
    review.case_file.write_text(review.case_file.read_text().replace("units: 155", "units: 150"))
    client.post("/build", data=values)
    assert client.post("/sign", data={**values, "name": "Lena Ortiz"}).status_code == 409
    assert last_sign_off(review.case_file.parent) is None


def test_a_case_that_lacks_something_required_cannot_be_signed(tmp_path: Path) -> None:
    shutil.copytree(SAMPLES / "chronic-migraine-aetna", tmp_path / "case")
    review = Review(tmp_path / "case" / "case.yaml")
    client = TestClient(make_app(review), base_url="http://127.0.0.1:8000", follow_redirects=False)
    client.get(f"/open?token={review.token}")
    page = client.get("/").text
    assert "cannot be signed" in page
    answer = client.post("/sign", data={"csrf": review.csrf, "digest": review.current().digest, "name": "X"})
    assert answer.status_code == 409


def test_a_stopped_build_says_why(tmp_path: Path) -> None:
    shutil.copytree(SAMPLES / "wrong-patient", tmp_path / "case")
    review = Review(tmp_path / "case" / "case.yaml")
    client = TestClient(make_app(review), base_url="http://127.0.0.1:8000", follow_redirects=False)
    client.get(f"/open?token={review.token}")
    assert "calls.pdf, page 2" in client.get("/").text


@pytest.mark.parametrize("path", ["/", "/pages/1.png", "/packet.pdf", "/static/review.css"])
def test_a_stranger_gets_nothing(review: Review, path: str) -> None:
    stranger = TestClient(make_app(review), base_url="http://127.0.0.1:8000", follow_redirects=False)
    assert stranger.get(path).status_code == 403
    assert stranger.get("/open?token=guess").status_code == 403


def test_another_host_or_origin_gets_nothing(client: TestClient) -> None:
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400
    assert client.get("/", headers={"origin": "http://evil.example"}).status_code == 403


def test_a_form_without_its_token_does_nothing(client: TestClient, review: Review) -> None:
    values = form_values(client.get("/").text)
    answer = client.post("/sign", data={**values, "csrf": "guess", "name": "Lena Ortiz"})
    assert answer.status_code == 403
    assert not (review.case_file.parent / LOG).exists()


def test_every_answer_forbids_scripts_from_elsewhere(client: TestClient) -> None:
    answer = client.get("/")
    assert all(answer.headers[name.decode()] == value.decode() for name, value in HEADERS.items())
    assert "<script>" not in answer.text
    assert "http://" not in answer.text


def test_a_broken_decision_is_named_by_its_line(tmp_path: Path) -> None:
    sign(tmp_path, SignOff("A", "2026-11-25T00:00:00+00:00", "0" * 64))
    assert (tmp_path / LOG).stat().st_mode & 0o777 == 0o600
    with (tmp_path / LOG).open("a") as log:
        log.write("{broken\n")
    with pytest.raises(BadDataFile) as caught:
        last_sign_off(tmp_path)
    assert caught.value.where == f"{LOG}:2"


@pytest.fixture
def served(review: Review) -> Iterator[str]:
    config = uvicorn.Config(make_app(review), host="127.0.0.1", port=0, log_level="warning", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/open?token={review.token}"
    server.should_exit = True
    thread.join(5)


def test_a_real_browser_shows_the_case(served: str, tmp_path: Path) -> None:
    mac = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
    names = ("chromium", "chromium-browser", "google-chrome", mac)
    browser = next(path for name in names if (path := shutil.which(name)))
    options = [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=8000", "--window-size=1400,900",
    ]  # fmt: skip
    done = subprocess.run(
        [browser, *options, "--dump-dom", served], capture_output=True, text=True, check=False, timeout=120
    )
    assert "Dana Whitfield" in done.stdout
    assert done.stdout.count('class="criterion met"') == 9
    assert "Content Security Policy" not in done.stderr
