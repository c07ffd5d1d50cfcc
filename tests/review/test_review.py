"""The review page: who may talk to it, what it shows, and what a signature does."""

from __future__ import annotations

import html
import json
import re
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pypdfium2
import pytest
import uvicorn
from starlette.testclient import TestClient

from packetgen import pipeline
from packetgen.chart.decisions import LOG, read_log
from packetgen.errors import BadDataFile, ExitCode
from packetgen.files import AUDIT
from packetgen.limits import IDLE_SECONDS, MAX_BODY_BYTES
from packetgen.packet.signoff import SignOff, last_sign_off, sign
from packetgen.resources import SAMPLES
from packetgen.review.app import make_app
from packetgen.review.case_views import VIEWS
from packetgen.review.guard import HEADERS, Sessions
from packetgen.review.live import Review
from tests.patience import a_program

pytestmark = pytest.mark.slow
BASE = "http://127.0.0.1:8000"
SIGNER = {"name": "Lena Ortiz, MD", "credential": "MD", "npi": "1234567893"}


@pytest.fixture
def review(tmp_path: Path) -> Review:
    shutil.copytree(SAMPLES / "chronic-migraine-uhc", tmp_path / "case", ignore=shutil.ignore_patterns("packet"))
    return Review(tmp_path / "case" / "case.yaml")


def stranger_of(review: Review, sessions: Sessions) -> TestClient:
    app = make_app(review, sessions)
    return TestClient(app, base_url=BASE, headers={"origin": BASE}, follow_redirects=False)


def client_of(review: Review, sessions: Sessions) -> TestClient:
    client = stranger_of(review, sessions)
    assert client.get(f"/open?token={sessions.token}").status_code == 303
    return client


@pytest.fixture
def sessions() -> Sessions:
    return Sessions()


@pytest.fixture
def client(review: Review, sessions: Sessions) -> TestClient:
    return client_of(review, sessions)


def form_values(page: str) -> dict[str, str]:
    return {name: re.search(rf'name="{name}" value="([^"]+)"', page)[1] for name in ("csrf", "digest")}


def test_the_page_shows_each_criterion_with_its_quotes(client: TestClient) -> None:
    page = client.get("/").text
    assert page.count('class="criterion met"') == 9
    assert "Untreated headaches last 6 to 12 hours." in page
    assert "Draft: not signed" in client.get("/signing").text


def test_a_denial_is_shown_with_each_reason_and_what_answers_it(tmp_path: Path) -> None:
    shutil.copytree(SAMPLES / "appeal-step-therapy", tmp_path / "case", ignore=shutil.ignore_patterns("packet"))
    review = Review(tmp_path / "case" / "case.yaml")
    page = client_of(review, Sessions()).get("/").text
    (answer,) = review.checked().denial.answers
    denial = page[page.index('<h2 id="denial">') : page.index('<h2 id="criteria">')]
    assert answer.answered and "Answered" in denial
    assert answer.reason.quote in denial
    assert all(place.quote in html.unescape(denial) for place in answer.evidence)


def test_a_page_of_the_chart_is_a_picture(client: TestClient) -> None:
    assert client.get("/pages/A-1.png").content.startswith(b"\x89PNG")
    for nothing in ("A-99", "Z-1", "..-1", "%2e%2e%2fcase-1", "../case.yaml"):
        assert client.get(f"/pages/{nothing}.png").status_code == 404
    assert client.get("/packet.pdf").content.startswith(b"%PDF")


def test_signing_takes_the_draft_marks_away_and_a_change_brings_them_back(client: TestClient, review: Review) -> None:
    values = form_values(client.get("/signing").text)
    assert client.post("/sign", data={**values, **SIGNER}).status_code == 303
    signed = review.build()
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
    values = form_values(client.get("/signing").text)
    review.case_file.write_text(review.case_file.read_text().replace("units: 155", "units: 150"))
    client.post("/build", data=values)
    assert client.post("/sign", data={**values, "name": "Lena Ortiz"}).status_code == 409
    assert last_sign_off(review.case_file.parent) is None


def test_what_is_required_and_missing_is_signed_only_with_a_reason_that_is_printed(tmp_path: Path) -> None:
    shutil.copytree(SAMPLES / "chronic-migraine-aetna", tmp_path / "case", ignore=shutil.ignore_patterns("packet"))
    review = Review(tmp_path / "case" / "case.yaml")
    client = client_of(review, Sessions())
    page = client.get("/signing").text
    missing = len(review.build().required)
    assert f"Something required is missing: {missing}" in page
    values = {**form_values(page), **SIGNER}
    reasons = {f"reason.{number}": f"The plan waived it by phone, item {number}." for number in range(missing)}
    for wrong, status in (({}, 409), ({**reasons, "reason.0": " "}, 409), ({**reasons, "npi": "1234567890"}, 422)):
        assert client.post("/sign", data={**values, **wrong}).status_code == status
    assert last_sign_off(review.folder) is None
    assert client.post("/sign", data={**values, **reasons}).status_code == 303
    built = review.build()
    assert (built.packet.draft, built.signed_by) == ("", "Lena Ortiz, MD")
    part = next(part for part in built.packet.parts if part.title == "Attestation")
    printed = text_of(built.folder / "packet.pdf", part.first_page)
    for said in ("NPI 1234567893", "Signed by Lena Ortiz, MD NPI", built.digest[:20], *reasons.values()):
        assert said in printed


def text_of(pdf: Path, page: int) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return " ".join(document[page - 1].get_textpage().get_text_range().split())


def test_a_stopped_build_says_why(tmp_path: Path) -> None:
    shutil.copytree(SAMPLES / "wrong-patient", tmp_path / "case")
    review = Review(tmp_path / "case" / "case.yaml")
    client = client_of(review, Sessions())
    assert "calls.pdf, page 2" in client.get("/").text


@pytest.mark.parametrize("path", ["/", "/signing", "/pages/A-1.png", "/packet.pdf", "/static/review.css"])
def test_a_stranger_gets_nothing(review: Review, path: str) -> None:
    stranger = stranger_of(review, Sessions())
    assert stranger.get(path).status_code == 403
    assert stranger.get("/open?token=guess").status_code == 403


FOREIGN_HOSTS = [
    "evil.example", "localhost.evil.example:8000", "127.0.0.1.nip.example:8000", "", "127.0.0.1", "127.0.0.1:80",
    "127.0.0.1:8000.evil.example", "[::ffff:127.0.0.1]:8000", "0.0.0.0:8000", "127.1:8000", "2130706433:8000",
    "127.0.0.1:8000@evil.example",
]  # fmt: skip


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_another_host_gets_nothing(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"host": host}).status_code == 403
    assert client.get("/static/review.css", headers={"host": host}).status_code == 403


def test_two_hosts_get_nothing(client: TestClient) -> None:
    hosts = [("host", "127.0.0.1:8000"), ("host", "evil.example")]
    assert client.request("GET", "/static/review.css", headers=hosts).status_code == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:9000", "https://127.0.0.1:8000"])
def test_a_post_from_another_site_does_nothing(client: TestClient, review: Review, origin: str) -> None:
    assert client.post("/decide", data=confirming(client), headers={"origin": origin}).status_code == 403
    assert read_log(review.folder) == []


def test_a_post_that_does_not_say_where_it_comes_from_does_nothing(client: TestClient, review: Review) -> None:
    values = confirming(client)
    del client.headers["origin"]
    assert client.post("/decide", data=values).status_code == 403
    assert read_log(review.folder) == []


def test_a_session_ends_when_it_was_idle(client: TestClient, sessions: Sessions) -> None:
    assert client.get("/static/review.css").status_code == 200
    for session in sessions.known.values():
        session.seen -= IDLE_SECONDS + 1
    assert client.get("/static/review.css").status_code == 403
    assert client.get("/static/review.css").status_code == 403
    client.get(f"/open?token={sessions.token}")
    assert client.get("/static/review.css").status_code == 200


def csrf_of(client: TestClient) -> str:
    return re.search(r'name="csrf" value="([^"]+)"', client.get("/").text)[1]


def confirming(client: TestClient) -> dict[str, str]:
    csrf = csrf_of(client)
    fact = "therapy:topiramate:preventive"
    return {"csrf": csrf, "expected": "0", "event": "confirm", "fact": fact, "name": "Lena Ortiz"}


def test_a_decision_turns_the_page_and_a_stale_one_is_refused(client: TestClient, review: Review) -> None:
    values = confirming(client)
    assert client.post("/decide", data=values).status_code == 303
    assert "1 of " in client.get("/").text
    answer = client.post("/decide", data={**values, "name": "Someone else"})
    assert (answer.status_code, len(read_log(review.folder))) == (409, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"fact": "therapy:aspirin:acute"},
        {"event": "delete"},
        {"event": "reject"},
        {"event": "correct", "why": "misread", "field.dose": "many"},
        {"event": "correct", "why": "misread", "field.dose": "100"},
        {"expected": "-1"},
    ],
)
def test_a_decision_that_makes_no_sense_is_refused_in_words(
    client: TestClient, review: Review, wrong: dict[str, str]
) -> None:
    answer = client.post("/decide", data={**confirming(client), **wrong})
    assert answer.status_code == 422
    assert answer.text
    assert read_log(review.folder) == []


def test_a_decision_after_the_signature_voids_it(client: TestClient, review: Review) -> None:
    client.post("/sign", data={**form_values(client.get("/signing").text), **SIGNER})
    assert review.build().signed_by == "Lena Ortiz, MD"
    client.post("/decide", data={**confirming(client), "expected": "1"})
    page = client.get("/signing").text
    assert "The sign-off is void" in page
    client.post("/undo", data={**confirming(client), "expected": "2", "number": "2"})
    assert review.build().signed_by == "Lena Ortiz, MD"  # it is again what was signed


def test_a_script_in_a_name_is_only_text(client: TestClient, review: Review) -> None:
    script = "<script>alert(1)</script>"
    text = review.case_file.read_text()
    review.case_file.write_text(text.replace("first_name: Dana", f"first_name: 'Dana {script}'"))
    client.post("/decide", data={**confirming(client), "name": script, "why": script})
    for path in ("/", "/signing"):
        assert script not in client.get(path).text


def test_a_form_without_its_token_does_nothing(client: TestClient, review: Review) -> None:
    values = form_values(client.get("/signing").text)
    answer = client.post("/sign", data={**values, "csrf": "guess", "name": "Lena Ortiz"})
    assert answer.status_code == 403
    assert not (review.case_file.parent / LOG).exists()


def test_a_form_that_is_too_long_is_not_even_read(client: TestClient, review: Review) -> None:
    answer = client.post("/decide", data={**confirming(client), "why": "x" * MAX_BODY_BYTES})
    assert answer.status_code == 413
    assert read_log(review.folder) == []


def test_every_answer_forbids_scripts_from_elsewhere(client: TestClient) -> None:
    answer = client.get("/")
    assert all(answer.headers[name.decode()] == value.decode() for name, value in HEADERS.items())
    assert "<script>" not in answer.text
    assert "http://" not in answer.text
    told = client.get("/").headers["content-security-policy"]
    assert told.startswith("default-src 'self'; frame-ancestors 'none';") and "unsafe" not in told


def test_a_broken_decision_is_named_by_its_line(tmp_path: Path) -> None:
    sign(tmp_path, SignOff("A", "2026-11-25T00:00:00+00:00", "0" * 64))
    assert (tmp_path / LOG).stat().st_mode & 0o777 == 0o600
    with (tmp_path / LOG).open("a") as log:
        log.write("{broken\n")
    with pytest.raises(BadDataFile) as caught:
        last_sign_off(tmp_path)
    assert caught.value.where == f"{LOG}:2"


def test_a_server_that_is_ended_leaves_no_pages_behind(review: Review) -> None:
    command = [sys.executable, "-m", "packetgen", "review", str(review.case_file), "--no-browser"]
    with a_program(command) as server:
        assert server.stdout.readline().startswith("Review: http://127.0.0.1:")
        assert server.stdout.readline()
        server.terminate()
        server.wait(20)
    assert list((review.folder / "packet").iterdir()) == []


@pytest.fixture
def served(review: Review, sessions: Sessions) -> Iterator[str]:
    with serving(review, sessions) as address:
        yield address


@contextmanager
def serving(review: Review, sessions: Sessions) -> Iterator[str]:
    """The address of a server that runs meanwhile."""
    config = uvicorn.Config(make_app(review, sessions), host="127.0.0.1", port=0, log_level="warning", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/open?token={sessions.token}"
    server.should_exit = True
    thread.join(5)


def test_who_goes_where_nothing_is_gets_a_page_and_a_script_gets_a_line(client: TestClient) -> None:
    page = client.get("/nowhere", headers={"sec-fetch-mode": "navigate"})
    assert (page.status_code, "There is no such page." in page.text, "Back to the start" in page.text) == (
        404,
        True,
        True,
    )
    assert (client.get("/nowhere").status_code, client.get("/nowhere").text) == (404, "There is no such page.")


def test_a_fault_of_ours_is_told_in_words_and_quotes_nothing(
    client: TestClient, review: Review, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("Dana Whitfield")

    monkeypatch.setitem(VIEWS, "glance", broken)
    answer = client.get("/glance")
    assert (answer.status_code, "what was decided before is kept" in answer.text) == (500, True)
    assert answer.headers["cache-control"] == "no-store"
    told = capsys.readouterr().err
    assert re.search(r"Review: KeyError at test_review\.py:\d+", told)
    assert "Whitfield" not in told + answer.text
    assert '"did": "GET /glance", "answer": 500' in (review.folder / AUDIT).read_text()
