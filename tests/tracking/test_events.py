"""The history of a case: only ever added to, and corrected by further events."""

from __future__ import annotations

import re
import sqlite3
import tempfile
from datetime import date
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from packetgen.case import AppealLevel, Channel
from packetgen.cli import tracking as commands
from packetgen.errors import BadCaseFile
from packetgen.extraction.model import DenialReasonName
from packetgen.tracking.events import KINDS, Event, Outcome, log_event, stage_of, standing
from packetgen.workspace import MIGRATIONS, Workspace, make_workspace, open_workspace

MIGRAINE = "2026-0157"


def event(kind: str, day: int, **more: object) -> Event:
    return Event(MIGRAINE, kind, date(2026, 3, day), **more)  # type: ignore[arg-type]


def test_an_event_is_read_back_as_it_was_logged(clinic: Workspace) -> None:
    logged = event(
        "denied", 9, due=date(2026, 9, 5), reference="D-7", note="by fax", level="internal",
        reasons=("step_therapy", "coding_error"), peer_to_peer_by=date(2026, 3, 20),
    )  # fmt: skip
    number = log_event(clinic, logged)
    (found,) = standing(clinic)[MIGRAINE]
    assert found.id == number
    assert {name: getattr(found, name) for name in Event.__slots__ if name != "id"} == {
        name: getattr(logged, name) for name in Event.__slots__ if name != "id"
    }


def test_events_stand_in_the_order_in_which_they_happened(clinic: Workspace) -> None:
    for kind, day in (("denied", 9), ("sent", 1), ("called", 4)):
        log_event(clinic, event(kind, day))
    assert [found.kind for found in standing(clinic)[MIGRAINE]] == ["sent", "called", "denied"]


def test_a_correction_has_the_place_of_its_original_and_the_original_stays_in_the_ledger(clinic: Workspace) -> None:
    wrong = log_event(clinic, event("sent", 4, reference="4417"))
    log_event(clinic, event("called", 4))
    right = log_event(clinic, event("sent", 4, reference="4471", corrects=wrong))
    assert [(found.id, found.reference) for found in standing(clinic)[MIGRAINE]][:1] == [(right, "4471")]
    with clinic.ledger() as ledger:
        assert ledger.execute("SELECT reference FROM events WHERE id = ?", (wrong,)).fetchone() == ("4417",)


def test_a_void_event_takes_another_out(clinic: Workspace) -> None:
    log_event(clinic, event("sent", 1))
    wrong = log_event(clinic, event("approved", 4))
    log_event(clinic, event("void", 5, corrects=wrong))
    stage = stage_of(standing(clinic)[MIGRAINE])
    assert stage
    assert stage.kind == "sent"


def test_only_a_standing_event_of_the_same_case_can_be_corrected(clinic: Workspace) -> None:
    first = log_event(clinic, event("sent", 1))
    log_event(clinic, event("sent", 2, corrects=first))
    for wrong in (event("void", 3, corrects=first), event("void", 3, corrects=99),
                  Event("2026-0142", "void", date(2026, 3, 3), corrects=2)):  # fmt: skip
        with pytest.raises(BadCaseFile, match="of this case that stands"):
            log_event(clinic, wrong)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (event("sent", 1, units=155), "units does not fit an event 'sent'"),
        (event("void", 1), "which event is void"),
        (event("sent", 4, channel="mail", received_on=date(2026, 3, 2)), "received_on 2026-03-02 is before 2026-03-04"),
        (event("approved", 4, starts_on=date(2026, 3, 9), ends_on=date(2026, 3, 8)), "ends_on 2026-03-08 is before"),
        (Event("2026-9999", "sent", date(2026, 3, 1)), "no case 2026-9999"),
    ],
)
def test_what_contradicts_itself_is_not_logged(clinic: Workspace, wrong: Event, why: str) -> None:
    with pytest.raises(BadCaseFile, match=re.escape(why)):
        log_event(clinic, wrong)
    assert standing(clinic) == {}


@settings(max_examples=25, deadline=None)
@given(some.lists(some.tuples(some.booleans(), some.integers(1, 28), some.integers(0, 30)), max_size=12))
def test_whatever_is_corrected_each_event_stands_once_or_was_taken_out(steps: list[tuple[bool, int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        workspace = make_workspace(Path(folder) / "clinic")
        (workspace.cases / "a").mkdir()
        sample = Path(__file__).parents[2] / "samples" / "chronic-migraine-aetna"
        for name in ("case.yaml", "visit.pdf"):
            (workspace.cases / "a" / name).write_bytes((sample / name).read_bytes())
        standing_now: dict[int, int] = {}
        for void, day, which in steps:
            target = sorted(standing_now)[which % len(standing_now)] if standing_now and which % 2 else None
            kind = "void" if void and target else "called"
            number = log_event(workspace, event(kind, day, corrects=target))
            standing_now.pop(target or 0, None)
            if kind != "void":
                standing_now[number] = day
        found = standing(workspace).get(MIGRAINE, ())
        assert {one.id: one.happened_on.day for one in found} == standing_now
        assert [one.happened_on for one in found] == sorted(one.happened_on for one in found)
        with workspace.ledger() as ledger:
            assert ledger.execute("SELECT count(*) FROM events").fetchone() == (len(steps),)


def test_events_of_an_older_ledger_are_kept(tmp_path: Path) -> None:
    folder = tmp_path / "clinic"
    make_workspace(folder)
    (folder / "packetgen.db").unlink()
    with sqlite3.connect(folder / "packetgen.db") as old:
        for statement in (statement for migration in MIGRATIONS[:2] for statement in migration):
            old.execute(statement)
        old.execute(
            "INSERT INTO events (case_id, kind, happened_on, reference, note, logged_at, units) "
            "VALUES ('2026-0157', 'approved', '2026-03-01', 'A-19', '', '2026-03-02T09:00:00+00:00', 155)"
        )
        old.execute("PRAGMA user_version = 2")
    (found,) = standing(open_workspace(folder))[MIGRAINE]
    assert (found.kind, found.reference, found.units, found.reasons) == ("approved", "A-19", 155, ())


def test_a_folder_that_is_no_workspace_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadCaseFile, match="not a workspace"):
        open_workspace(tmp_path)


def test_a_workspace_is_private_and_made_twice_unchanged(clinic: Workspace) -> None:
    log_event(clinic, event("sent", 1))
    make_workspace(clinic.folder)
    assert len(standing(clinic)[MIGRAINE]) == 1
    assert clinic.folder.stat().st_mode & 0o777 == 0o700
    assert (clinic.folder / "packetgen.db").stat().st_mode & 0o777 == 0o600


def test_the_command_line_names_what_the_ledger_knows() -> None:
    assert commands.KINDS == KINDS
    assert get_args(Channel) == commands.CHANNELS
    assert get_args(AppealLevel) == commands.LEVELS
    assert get_args(Outcome) == commands.OUTCOMES
    assert set(commands.REASONS) == set(get_args(DenialReasonName))
