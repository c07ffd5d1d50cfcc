"""What each role may do: the letter's words and the pages that go out are prepared, what the chart says is decided."""

from __future__ import annotations

import html
import re
import shutil
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from packetgen.chart.decisions import read_log
from packetgen.resources import SAMPLES
from packetgen.tracking.events import standing
from packetgen.workspace import Workspace, make_workspace
from tests.review.places import PEOPLE, csrf_of, hire, links_in, logged_in

pytestmark = pytest.mark.slow
CASE = "2026-0143"
FACT = "therapy:topiramate:preventive"


@pytest.fixture
def clinic(tmp_path: Path) -> Workspace:
    made = make_workspace(tmp_path / "clinic")
    shutil.copytree(SAMPLES / "chronic-migraine-aetna", made.cases / "case", ignore=shutil.ignore_patterns("packet"))
    return made


def log_of(clinic: Workspace) -> list[dict[str, object]]:
    return read_log(clinic.cases / "case")


def sent(browser: TestClient, act: str, **told: str) -> tuple[int, str]:
    (path,) = links_in(browser).values()
    expected = re.search(r'data-expected="(\d+)"', browser.get(path).text)[1]
    answer = browser.post(f"{path}{act}", data={"csrf": csrf_of(browser, path), "expected": expected, **told})
    return answer.status_code, answer.text


def paragraph_of(browser: TestClient) -> str:
    """A paragraph of the letter that can be changed."""
    (path,) = links_in(browser).values()
    return html.unescape(re.search(r'name="before" value="([^"]+)"', browser.get(f"{path}letter").text)[1])


def test_a_preparer_changes_the_letter_and_the_pages_and_takes_that_back_but_decides_no_fact(
    clinic: Workspace,
) -> None:
    sessions = hire(clinic)
    paul, rita = (logged_in(clinic, sessions, name) for name in ("paul", "rita"))
    before = paragraph_of(paul)
    assert sent(paul, "prepare", event="letter", before=before, text="")[0] == 303
    page = {"document": "A", "pages": "1", "why": "A copy."}
    assert sent(paul, "prepare", event="leave_out", **page)[0] == 303
    assert [(entry["event"], entry["by"]) for entry in log_of(clinic)] == [
        ("letter", PEOPLE["paul"][0]),
        ("leave_out", PEOPLE["paul"][0]),
    ]
    assert sent(paul, "undo-prepared", number="2")[0] == 303

    for act, event in (("decide", "confirm"), ("release", "release"), ("undo", "undo")):
        assert sent(paul, act, event=event, fact=FACT, number="1", **page)[0] == 403
    for event in ("confirm", "correct", "reject", "add", "release", ""):  # not by another address either
        assert sent(paul, "prepare", event=event, fact=FACT, **page)[0] == 422
    fact = re.search(r'data-fact="([^"]+)"', rita.get(next(iter(links_in(rita).values()))).text)[1]
    assert sent(rita, "decide", event="confirm", fact=fact)[0] == 303
    assert sent(paul, "undo-prepared", number="4")[0] == 422  # what a reviewer decided
    assert [entry["event"] for entry in log_of(clinic)] == ["letter", "leave_out", "undo", "confirm"]
    assert sent(rita, "undo", number="4")[0] == 303


def test_no_one_is_shown_what_their_role_refuses(clinic: Workspace) -> None:
    sessions = hire(clinic)
    shown = {}
    for name in ("paul", "rita"):
        browser = logged_in(clinic, sessions, name)
        (path,) = links_in(browser).values()
        shown[name] = [browser.get(path).text, browser.get(f"{path}letter").text]
    facts, letter = shown["paul"]
    assert 'action="decide"' not in facts.replace('id="add" method="post" action="decide"', "")
    assert '<span hidden><button id="mark"' in facts
    assert 'action="prepare"' in letter
    facts, letter = shown["rita"]
    assert 'aria-label="Confirm: ' in facts and 'action="prepare"' in letter


def test_what_a_user_logs_carries_the_user_s_name(clinic: Workspace) -> None:
    paul = logged_in(clinic, hire(clinic), "paul")
    assert sent(paul, "log", kind="sent", channel="fax", name="Someone Else")[0] == 303
    ((event,),) = standing(clinic).values()
    assert event.logged_by == PEOPLE["paul"][0]
