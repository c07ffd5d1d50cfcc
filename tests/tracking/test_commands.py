"""The follow-up as a clinic meets it: log, due, call, calendar, status, report."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from icalendar import Calendar
from lxml import etree

from packetgen.cli import main
from packetgen.files import sha256_of
from packetgen.tracking.due import followed
from packetgen.tracking.events import Event, last_logged, log_event
from packetgen.tracking.ics import calendar
from packetgen.tracking.report import ALL, decisions, figures
from packetgen.workspace import Workspace

PRIVATE = ("Colin", "Marsh", "W204417790", "1979", "Whitfield", "918273645")


def track(clinic: Workspace, *told: str, code: int = 0) -> str:
    done = CliRunner().invoke(main, ["track", *told, "--workspace", str(clinic.folder)])
    assert done.exit_code == code, done.output
    return done.output


@pytest.fixture
def history(clinic: Workspace) -> Workspace:
    """A request denied and then approved; another that waits."""
    for told in (
        ("2026-0157", "sent", "--on", "2026-03-02", "--channel", "portal", "--reference", "4471"),
        ("2026-0157", "called", "--on", "2026-03-06", "--contact", "Ms. Reyes", "--minutes", "90", "--due",
         "2026-03-20", "--next", "call for Colin Marsh"),
        ("2026-0157", "denied", "--on", "2026-03-12", "--reason", "step_therapy", "--reason", "coding_error"),
        ("2026-0157", "appealed", "--on", "2026-03-16", "--channel", "fax"),
        ("2026-0157", "approved", "--on", "2026-03-30", "--units", "620", "--units-for", "all",
         "--until", "2027-03-29"),
        ("2026-0142", "sent", "--on", "2026-03-05", "--channel", "fax"),
    ):  # fmt: skip
        track(clinic, "log", *told)
    return clinic


def test_overdue_comes_first_and_the_unknown_last(history: Workspace) -> None:
    shown = track(history, "due", "--on", "2026-03-12")
    assert [line for line in shown.splitlines() if not line.startswith(" ")] == [
        "Overdue", "Today", "Day unknown: ask the plan",
    ]  # fmt: skip
    assert "CMS-0057-F" in shown
    assert "Ask: By when will you decide on the drug?" in shown


def test_nothing_is_due_when_all_is_closed(clinic: Workspace) -> None:
    for case in ("2026-0142", "2026-0157"):
        track(clinic, "log", case, "closed", "--on", "2026-03-02")
    assert track(clinic, "due") == "Nothing is due.\n"


def test_what_happened_is_logged_also_beside_a_packet_of_an_earlier_version(clinic: Workspace) -> None:
    folder = clinic.case_of("2026-0142").parent / "packet"
    folder.mkdir()
    (folder / "packet.pdf").write_bytes(b"%PDF")
    (folder / "manifest.json").write_text("{}")
    assert f"packet {sha256_of(folder / 'packet.pdf')}" in track(clinic, "log", "2026-0142", "sent", "--channel", "fax")
    assert "denied" in track(clinic, "log", "2026-0142", "denied", "--reason", "coding_error")


def test_the_packet_that_was_sent_is_logged_by_its_digest_in_the_manifest(clinic: Workspace) -> None:
    from packetgen.packet.manifest import read_manifest
    from packetgen.pipeline import build

    case_file = clinic.case_of("2026-0157")
    build(case_file)
    digest = read_manifest(case_file.parent / "packet" / "manifest.json").outputs["packet.pdf"]
    shown = track(clinic, "log", "2026-0157", "sent", "--on", "2026-03-02", "--channel", "fax")
    assert f"packet {digest}" in shown
    assert "it was a draft" in shown
    assert f"packet {digest[:12]}" in track(clinic, "status", "2026-0157")


def test_a_day_to_come_is_no_day_on_which_something_happened(clinic: Workspace) -> None:
    assert "still to come" in track(clinic, "log", "2026-0157", "sent", "--on", "2999-01-01", code=2)


def test_the_call_sheet_has_what_the_plan_asks_for_and_what_to_ask(history: Workspace) -> None:
    sheet = track(history, "call", "2026-0142")
    for told in ("Dana Whitfield", "918273645", "03/17/1984", "onabotulinumtoxinA, 155 units every 12 weeks", "64615",
                 "03/05/2026  sent; by fax", "By when will you decide on the drug?",
                 "Have you received the request"):  # fmt: skip
        assert told in sheet
    assert "Ms. Reyes" in track(history, "call", "2026-0157")


def test_a_calendar_holds_every_known_day_and_no_patient(history: Workspace, tmp_path: Path) -> None:
    track(history, "calendar", str(tmp_path / "due.ics"))
    raw = (tmp_path / "due.ics").read_bytes()
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert not any(word in raw.replace(b"\r\n ", b"").decode() for word in PRIVATE)
    read = Calendar.from_ical(raw)
    days = {str(entry["summary"]): entry.decoded("dtstart") for entry in read.walk("VEVENT")}
    assert days["2026-0157: Last day of the authorization"] == date(2027, 3, 29)
    assert len(days) == sum(task.day is not None for one in followed(history)[0] for task in one.tasks)
    assert len({str(entry["uid"]) for entry in read.walk("VEVENT")}) == len(days)


def test_a_calendar_names_patients_only_when_asked(history: Workspace) -> None:
    cases, stamp = followed(history)[0], last_logged(history)
    assert b"Colin Marsh" in calendar(cases, stamp, names=True).replace(b"\r\n ", b"")
    assert calendar(cases, stamp) == calendar(followed(history)[0], stamp)


def test_status_tells_where_each_case_stands(history: Workspace) -> None:
    lines = track(history, "status").splitlines()
    assert [line.split()[:3] for line in lines] == [
        ["2026-0142", "sent", "03/05/2026"], ["2026-0157", "approved", "03/30/2026"],
    ]  # fmt: skip


def test_the_report_counts_by_plan_and_names_no_patient(history: Workspace, tmp_path: Path) -> None:
    table, plot = tmp_path / "r.csv", tmp_path / "r.svg"
    shown = track(history, "report", "--csv", str(table), "--plot", str(plot))
    aetna, uhc, everyone = csv.DictReader(table.read_text().splitlines())
    assert (aetna["plan"], aetna["denied"], aetna["approval rate"], aetna["days to decision"]) == (
        "aetna",
        "1",
        "0%",
        "10",
    )
    assert (aetna["appeals approved"], aetna["hours on the phone"]) == ("1", "1.5")
    assert aetna["reasons of denial"] == "coding error 1, step therapy 1"
    assert (uhc["waiting"], uhc["approval rate"], everyone["plan"], everyone["sent"]) == ("1", "", ALL, "2")
    assert "aetna: coding error 1, step therapy 1" in shown
    assert etree.fromstring(plot.read_bytes()).tag.endswith("svg")
    assert not any(word in shown + plot.read_text() + table.read_text() for word in PRIVATE)


def test_a_second_letter_about_the_same_request_is_no_second_decision(clinic: Workspace) -> None:
    for kind, day in (("sent", 2), ("denied", 9), ("denied", 9), ("peer_to_peer", 11), ("approved", 12)):
        log_event(clinic, Event("2026-0157", kind, date(2026, 3, day)))  # type: ignore[arg-type]
    (one,) = decisions(next(one for one in followed(clinic)[0] if one.events).events)
    assert (one.approved, one.appeal, one.days) == (True, False, 7)


def test_a_report_of_nothing_is_empty(clinic: Workspace) -> None:
    (everyone,) = figures(followed(clinic)[0])
    assert (everyone.sent, everyone.approval_rate, everyone.days) == (0, None, None)
    track(clinic, "report")
