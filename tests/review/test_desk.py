"""The review page of a workspace: its list of cases, their follow-up, and what a key in an address may not do."""

from __future__ import annotations

import json
import os
import re
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from packetgen.files import AUDIT
from packetgen.packet.fresh import output_of
from packetgen.review.cases import list_cases
from packetgen.review.followup import due_sections
from packetgen.tracking.due import Task
from packetgen.tracking.events import Event, log_event, standing
from packetgen.workspace import Workspace, make_workspace
from tests.intake.conftest import add_case, clinic  # noqa: F401 - fixture
from tests.review.places import case_folder, csrf_of, let_in, links_in

DANA = "2026-0142"


def built(workspace: Workspace, case_id: str, **account: object) -> Path:
    """What the last build of a case left."""
    output = output_of(case_folder(workspace, case_id))
    output.mkdir(exist_ok=True)
    (output / "packet.pdf").write_bytes(b"%PDF")
    (output / "manifest.json").write_text(json.dumps(account))
    return output


def state(workspace: Workspace, case_id: str = DANA) -> tuple[str, str]:
    row = next(row for row in list_cases(workspace) if row.name == case_id)
    return row.state, row.why


def sent(kind: str, day: int, **more: object) -> Event:
    return Event(DANA, kind, date(2026, 11, day), **more)  # type: ignore[arg-type]


def test_a_case_stands_where_its_last_build_left_it(clinic: Workspace) -> None:  # noqa: F811
    assert state(clinic) == ("needs review", "no packet was built yet")
    built(clinic, DANA, required=2, doubts=1, signed_by=None, exit_code=3)
    assert state(clinic) == ("needs facts", "2 open items")
    built(clinic, DANA, required=0, doubts=1, signed_by=None, exit_code=3)
    assert state(clinic) == ("needs review", "1 doubt")
    built(clinic, DANA, required=0, doubts=0, signed_by=None, exit_code=0)
    assert state(clinic) == ("ready to sign", "nothing is open")
    built(clinic, DANA, required=0, doubts=1, signed_by="Lena Ortiz", exit_code=0)
    assert state(clinic) == ("signed", "by Lena Ortiz")
    built(clinic, DANA, required=0, doubts=0, signed_by=None, exit_code=5)
    assert state(clinic) == ("needs review", "the sign-off is void")
    built(clinic, DANA, draft="not signed", signed_by=None, exit_code=3)  # of an older version
    assert state(clinic)[0] == "needs review"


def test_a_file_that_came_after_the_build_is_seen_also_when_it_is_old(clinic: Workspace) -> None:  # noqa: F811
    output = built(clinic, DANA, required=0, doubts=0, signed_by="Lena Ortiz", exit_code=0)
    (output.parent / AUDIT).write_text("{}\n")
    assert state(clinic)[0] == "signed"
    time.sleep(0.02)
    late = output.parent / "scan.pdf"
    late.write_bytes(b"%PDF")
    os.utime(late, (0, 0))
    assert state(clinic) == ("needs review", "changed since Lena Ortiz signed")


def test_a_packet_that_a_safety_stop_took_away_is_no_packet(clinic: Workspace) -> None:  # noqa: F811
    (built(clinic, DANA, required=0, doubts=0, signed_by="Lena Ortiz", exit_code=0) / "packet.pdf").unlink()
    assert state(clinic) == ("needs review", "no packet was built yet")


def test_what_the_plan_said_comes_before_what_was_built(clinic: Workspace) -> None:  # noqa: F811
    built(clinic, DANA, required=0, doubts=0, signed_by="Lena Ortiz", exit_code=0)
    for event, expected in (
        (sent("sent", 2, channel="fax"), "sent"),
        (sent("denied", 10, due=date(2027, 1, 5)), "appeal due"),
        (sent("appealed", 12, channel="fax"), "sent"),
        (sent("approved", 20, units=155, units_for="each"), "approved"),
        (sent("closed", 21), "closed"),
    ):
        log_event(clinic, event)
        assert state(clinic)[0] == expected


def test_the_earliest_day_comes_first_and_a_broken_case_file_is_listed_with_its_reason(clinic: Workspace) -> None:  # noqa: F811
    log_event(clinic, Event("2026-0157", "sent", date(2026, 11, 2), channel="fax", due=date(2026, 11, 20)))
    draft = clinic.cases / "draft-0009"
    draft.mkdir()
    (draft / "case.yaml").write_text("case: draft-0009\n")
    rows = list_cases(clinic)
    assert rows[0].name == "2026-0157"
    assert rows[-1].name == "draft-0009"
    assert rows[-1].state == "needs facts"
    assert "patient" in rows[-1].why
    page = let_in(clinic).get("/").text
    assert page.index("2026-0157") < page.index(DANA) < page.index("draft-0009")


def test_a_list_of_hundreds_is_there_at_once(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "clinic")
    for number in range(200):
        add_case(
            workspace, f"case-{number:03}", "Ann", f"Example{number}", "1984-03-17", f"{number:08}", f"91{number:07}"
        )
    started = time.monotonic()
    assert len(list_cases(workspace)) == 200
    assert time.monotonic() - started < 3


def test_how_requests_fare_and_what_is_due_are_there_without_a_patient(clinic: Workspace) -> None:  # noqa: F811
    browser = let_in(clinic)
    assert "Nothing was logged yet" in browser.get("/report").text
    log_event(clinic, sent("sent", 2, channel="fax"))
    log_event(clinic, sent("denied", 10, due=date(2027, 1, 5), reasons=("step_therapy",)))
    page, table = browser.get("/report").text, browser.get("/report.csv")
    assert "step therapy 1" in page and 'src="/report.svg"' in page
    assert table.headers["content-disposition"] == 'attachment; filename="report.csv"'
    assert table.text.splitlines()[-1].startswith("all plans,1,0,0,1,0%,8")
    picture, days = browser.get("/report.svg"), browser.get("/due.ics")
    assert picture.headers["content-type"] == "image/svg+xml" and picture.text.startswith("<svg")
    assert days.headers["content-type"].startswith("text/calendar") and "20270105" in days.text
    assert DANA in days.text
    assert not [one for one in (page, table.text, picture.text, days.text) if "Whitfield" in one]


def test_an_empty_workspace_says_what_to_do(tmp_path: Path) -> None:
    page = let_in(make_workspace(tmp_path / "clinic")).get("/").text
    assert "There are no cases yet" in page


def test_a_key_that_names_no_case_opens_nothing(clinic: Workspace) -> None:  # noqa: F811
    browser = let_in(clinic)
    for key in ("0" * 16, "%2e%2e%2f", "..%2f..%2fetc", DANA, "%2Fetc%2Fpasswd", "file:%2F%2F%2Fetc"):
        for page in ("", "followup", "call.txt", "packet.pdf", "pages/A-1.png"):
            assert browser.get(f"/cases/{key}/{page}").status_code == 404, key


def test_no_address_tells_of_a_patient(clinic: Workspace) -> None:  # noqa: F811
    browser = let_in(clinic)
    addresses = re.findall(r'(?:href|action)="([^"]+)"', browser.get("/").text + browser.get("/due").text)
    assert len(addresses) > 6
    assert not [one for one in addresses if re.search(r"dana|whitfield|2026-0142|0042", one, re.IGNORECASE)]


def logging(browser: TestClient, **told: str) -> tuple[str, dict[str, str]]:
    path = links_in(browser)[DANA]
    return path, {"csrf": csrf_of(browser, f"{path}followup"), "name": "Ada Byron", **told}


def test_what_happened_is_logged_corrected_and_taken_out(clinic: Workspace) -> None:  # noqa: F811
    browser = let_in(clinic)
    path, form = logging(browser, kind="sent", happened_on="2026-11-20", channel="fax", reference="4471", minutes="9")
    answer = browser.post(f"{path}log", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "followup")
    page = browser.get(f"{path}followup").text
    assert "Request sent" in page and "reference 4471" in page
    (event,) = standing(clinic)[DANA]
    assert event.logged_by == "Ada Byron" and "logged by Ada Byron" in page
    assert (event.kind, event.channel, event.minutes) == ("sent", "fax", None)  # minutes do not fit and were hidden

    told = {"kind": "denied", "happened_on": "2026-11-22", "reasons": ["step_therapy", "experimental"]}
    browser.post(f"{path}log", data={**form, **told})
    browser.post(f"{path}log", data={"csrf": form["csrf"], "kind": "void", "corrects": "1", "name": "Ada Byron"})
    (event,) = standing(clinic)[DANA]
    assert (event.kind, event.reasons) == ("denied", ("step_therapy", "experimental"))
    assert "Patient" in browser.get(f"{path}call.txt").text
    audit = (case_folder(clinic, DANA) / AUDIT).read_text()
    assert '"did": "POST /log"' in audit and '"what": "event 3"' in audit and "fax" not in audit


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"kind": ""}, "what happened"),
        ({"name": " "}, "type your name"),
        ({"kind": "drop"}, "what happened"),
        ({"happened_on": (date.today() + timedelta(days=2)).isoformat()}, "still to come"),
        ({"happened_on": "yesterday"}, "YYYY-MM-DD"),
        ({"channel": "pigeon"}, "no such choice"),
        ({"kind": "called", "minutes": "-3"}, "give a number"),
        ({"received_on": "2026-11-01"}, "before"),
        ({"kind": "void"}, "which event"),
        ({"note": "x" * 501}, "in 500 characters"),
        ({"corrects": "9" * 30}, "give a number"),
        ({"corrects": "99"}, "no event 99"),
    ],
)
def test_what_cannot_be_logged_is_told_and_what_was_typed_stays(
    clinic: Workspace,  # noqa: F811
    wrong: dict[str, str],
    words: str,
) -> None:
    browser = let_in(clinic)
    path, form = logging(browser, kind="sent", happened_on="2026-11-20", channel="fax", reference="4471")
    answer = browser.post(f"{path}log", data={**form, **wrong})
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="4471"' in answer.text
    assert standing(clinic) == {}


def test_what_is_due_is_sorted_by_when() -> None:
    today = date(2026, 11, 25)
    tasks = [Task("1", "p", "t", "x", "front_desk", day, "", "") for day in
             (date(2026, 11, 20), today, date(2026, 12, 2), date(2026, 12, 3), None)]  # fmt: skip
    found = [(section.title, len(section.tasks)) for section in due_sections(tasks, today)]
    assert found == [("Overdue", 1), ("Today", 1), ("This week", 1), ("Later", 1), ("Day unknown: ask the plan", 1)]
