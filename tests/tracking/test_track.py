"""What was sent, and what is due."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from packetgen.cli import main
from packetgen.errors import BadCaseFile
from packetgen.resources import SAMPLES
from packetgen.tracking.track import KINDS, Event, due_by, latest, log_event
from packetgen.workspace import Workspace, make_workspace, open_workspace


@pytest.fixture
def clinic(tmp_path: Path) -> Workspace:
    workspace = make_workspace(tmp_path / "clinic")
    for sample in ("chronic-migraine-uhc", "chronic-migraine-aetna"):
        shutil.copytree(SAMPLES / sample, workspace.cases / sample, ignore=shutil.ignore_patterns("packet"))
    return workspace


def event(case: str, kind: str, on: int, due: int | None = None) -> Event:
    return Event(case, kind, date(2026, 12, on), date(2026, 12, due) if due else None, "", "")


def test_the_latest_event_of_each_case_stands(clinic: Workspace) -> None:
    for logged in (
        event("2026-0142", "sent", 1, 8),
        event("2026-0157", "sent", 2, 9),
        event("2026-0142", "called", 8, 12),
    ):
        log_event(clinic, logged)
    assert [(e.case_id, e.kind) for e in latest(clinic)] == [("2026-0142", "called"), ("2026-0157", "sent")]
    assert [e.case_id for e in due_by(clinic, date(2026, 12, 9))] == ["2026-0157"]
    assert [e.case_id for e in due_by(clinic, date(2026, 12, 31))] == ["2026-0157", "2026-0142"]


def test_a_decided_case_is_due_no_more(clinic: Workspace) -> None:
    log_event(clinic, event("2026-0142", "sent", 1, 8))
    log_event(clinic, event("2026-0142", "approved", 5, 8))
    assert due_by(clinic, date(2026, 12, 31)) == ()


def test_a_case_that_is_not_there_is_not_logged(clinic: Workspace) -> None:
    with pytest.raises(BadCaseFile, match="no case 2026-9999"):
        log_event(clinic, event("2026-9999", "sent", 1))


def test_a_folder_that_is_no_workspace_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadCaseFile, match="not a workspace"):
        open_workspace(tmp_path)


def test_a_workspace_is_private_and_made_twice_unchanged(clinic: Workspace) -> None:
    log_event(clinic, event("2026-0142", "sent", 1))
    make_workspace(clinic.folder)
    assert len(latest(clinic)) == 1
    assert clinic.folder.stat().st_mode & 0o777 == 0o700
    assert (clinic.folder / "packetgen.db").stat().st_mode & 0o777 == 0o600


def test_through_the_command_line(clinic: Workspace) -> None:
    run = CliRunner()
    where = ["--workspace", str(clinic.folder)]
    told = ["2026-0142", "sent", "--on", "2026-12-01", "--due", "2026-12-08", "--reference", "4471"]
    logged = run.invoke(main, ["track", "log", *told, *where])
    assert "2026-0142: sent on 2026-12-01, next step due 2026-12-08" in logged.output
    assert "4471" in run.invoke(main, ["track", "due", "--by", "2026-12-08", *where]).output
    assert run.invoke(main, ["track", "due", "--by", "2026-12-01", *where]).output == "Nothing is due.\n"
    assert run.invoke(main, ["track", "status", *where]).output.split() == [
        "2026-0142", "sent", "2026-12-01,", "due", "2026-12-08", "2026-0157", "not", "sent",
    ]  # fmt: skip


def test_the_command_line_names_every_kind() -> None:
    assert all(kind in CliRunner().invoke(main, ["track", "log", "--help"]).output for kind in KINDS)
