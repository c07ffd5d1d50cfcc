"""The watcher through the command line and as it runs: events, lost events, two of them, folders it must not eat."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import queue
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from packetgen.cli import main
from packetgen.errors import BadCaseFile
from packetgen.intake import watch as watching
from packetgen.intake.arrivals import Arrival, find
from packetgen.workspace import WATCHING, Settings, Workspace, make_workspace, open_workspace, refuse_loops
from tests.intake.conftest import DANA, drop, file_all, no_build
from tests.intake.quick import quick_read
from tests.patience import a_program

NOBODY = 65534


class Running:
    """A watcher in a thread. Stopped by the next thing it tells after `stop`."""

    def __init__(self, workspace: Workspace, quiet: float = 0.2) -> None:
        self.told: queue.Queue[object] = queue.Queue()
        self.workspace, self.quiet, self.stopped = workspace, quiet, False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        for outcome in watching.watch(self.workspace, self.told.put, quiet=self.quiet, read=quick_read, build=no_build):
            self.told.put(outcome)
            if self.stopped:
                return

    def next(self, seconds: float) -> object:
        return self.told.get(timeout=seconds)

    def filed(self, seconds: float) -> Arrival:
        """The next file that was filed."""
        until = time.monotonic() + seconds
        while not isinstance(told := self.next(until - time.monotonic()), Arrival):
            pass
        return told

    def stop(self) -> None:
        self.stopped = True
        drop(self.workspace, "last.txt", "last")
        self.thread.join(10)
        assert not self.thread.is_alive()


def test_a_file_is_filed_soon_after_it_was_dropped(clinic: Workspace) -> None:
    running = Running(clinic)
    time.sleep(0.5)
    drop(clinic, "a.txt", "2026-0142")
    assert running.filed(8).name == "a.txt"
    drop(clinic, "folder/b.txt", "2026-0142 b")
    assert running.filed(8).name == "folder/b.txt"
    running.stop()


@pytest.mark.parametrize("polling", [True, False])
def test_a_file_that_no_event_tells_of_is_found_all_the_same(
    clinic: Workspace, polling: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A share that tells of nothing: no events come, and the look at everything is made every second here."""
    monkeypatch.setattr("packetgen.intake.stability.RESCAN_SECONDS", 1.0)
    monkeypatch.setattr(watching, "POLL_SECONDS", 1.0)
    if polling:
        clinic = Workspace(clinic.folder, Settings(polling=True))
    else:
        monkeypatch.setattr("watchfiles.watch", lambda *a, **k: iter(lambda: time.sleep(0.2) or set(), None))
    running = Running(clinic)
    time.sleep(0.5)
    drop(clinic, "a.txt", "2026-0142")
    assert running.filed(10).name == "a.txt"
    running.stop()


def test_where_the_system_gives_no_events_the_watcher_says_so_and_polls(
    clinic: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> object:
        raise OSError(28, "inotify watch limit reached")

    monkeypatch.setattr("watchfiles.watch", refuse)
    monkeypatch.setattr(watching, "POLL_SECONDS", 0.5)
    running = Running(clinic)
    assert "looking every 0.5 s instead" in str(running.next(5))
    drop(clinic, "a.txt", "2026-0142")
    assert running.filed(10).name == "a.txt"
    running.stop()


def test_a_thousand_files_dropped_in_ten_seconds_are_each_filed_once(quick_clinic: Workspace) -> None:
    clinic = quick_clinic
    running = Running(clinic)
    for number in range(1000):
        drop(clinic, f"{number:04}.txt", f"2026-0142 file {number}")
        time.sleep(0.005)
    names = Counter(running.filed(30).name for _ in range(1000))
    running.stop()
    assert names == Counter(f"{number:04}.txt" for number in range(1000))
    assert len(list((clinic.cases / "2026-0142" / "filed").iterdir())) == 1000


def test_two_watchers_do_not_watch_one_workspace_or_one_inbox(clinic: Workspace, tmp_path: Path) -> None:
    other = make_workspace(tmp_path / "other")
    other = Workspace(other.folder, Settings(inbox=clinic.inbox))
    running = Running(clinic)
    time.sleep(0.5)
    with pytest.raises(BadCaseFile, match="another packetgen is at work"):
        list(watching.watch(clinic, pytest.fail, once=True))
    with pytest.raises(BadCaseFile, match="watched by another"):
        list(watching.watch(other, pytest.fail, once=True))
    running.stop()
    assert list(watching.watch(other, pytest.fail, once=True, quiet=0.0)) == []


def test_the_lock_of_a_killed_watcher_is_gone_with_it(clinic: Workspace) -> None:
    code = (
        "import sys, time; from pathlib import Path; from packetgen.workspace import open_workspace, WATCHING\n"
        "with open_workspace(Path(sys.argv[1])).locked(WATCHING, wait=False): print('held', flush=True); time.sleep(60)"
    )
    with a_program([sys.executable, "-c", code, str(clinic.folder)]) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        with pytest.raises(BadCaseFile), clinic.locked(WATCHING, wait=False):
            pass
        holder.kill()
    with clinic.locked(WATCHING, wait=False):
        pass


@pytest.mark.parametrize("inbox", [".", "cases", "cases/inbox", "..", "/", "~", "quarantine"])
def test_an_inbox_that_would_eat_what_the_program_writes_is_refused_with_exit_code_2(
    clinic: Workspace, inbox: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    folder = str(tmp_path / "home") if inbox == "~" else inbox
    (clinic.cases / "inbox").mkdir()
    (clinic.folder / "settings.yaml").write_text(f"inbox: {folder}\n")
    done = CliRunner().invoke(main, ["watch", str(clinic.folder), "--once"])
    assert done.exit_code == 2
    assert "cannot be watched" in done.output


def test_a_link_that_leads_the_inbox_astray_and_the_programs_own_folder_are_refused(
    clinic: Workspace, tmp_path: Path
) -> None:
    import packetgen

    (tmp_path / "link").symlink_to(clinic.folder)
    for inbox in (tmp_path / "link", Path(packetgen.__file__).parent):
        with pytest.raises(BadCaseFile, match="cannot be watched"):
            refuse_loops(Workspace(clinic.folder, Settings(inbox=inbox)))


def test_an_inbox_elsewhere_is_watched_and_one_that_is_missing_is_told(clinic: Workspace, tmp_path: Path) -> None:
    (clinic.folder / "settings.yaml").write_text(f"inbox: {tmp_path / 'scans'}\n")
    run = CliRunner()
    assert "no such inbox" in run.invoke(main, ["watch", str(clinic.folder), "--once"]).output
    (tmp_path / "scans").mkdir()
    assert run.invoke(main, ["watch", str(clinic.folder), "--once"]).exit_code == 0


def test_a_log_gets_no_name_of_a_file_and_a_wrong_setting_its_line(
    clinic: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching.watch, "__kwdefaults__", {**(watching.watch.__kwdefaults__ or {}), "quiet": 0.0})
    drop(clinic, "Whitfield Dana.mp4", "x")
    done = CliRunner().invoke(main, ["watch", str(clinic.folder), "--once"])
    assert done.output == "file 1: quarantined, quarantine\n"
    (clinic.folder / "settings.yaml").write_text("polling: true\ninboxx: /srv\n")
    done = CliRunner().invoke(main, ["watch", str(clinic.folder), "--once"])
    assert done.exit_code == 2 and "settings.yaml:2: inboxx: unknown key; did you mean 'inbox'?" in done.output


def _watch_as_nobody(folder: Path, told: multiprocessing.connection.Connection) -> None:
    """In a child: watch as a user who may not write into the inbox; root may write anywhere."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    workspace = open_workspace(folder)
    for _ in range(2):
        outcomes = list(watching.watch(workspace, told.send, once=True, quiet=0.0, read=quick_read, build=no_build))
        told.send(len(outcomes))
    told.close()


def test_a_read_only_inbox_keeps_its_files_and_says_so() -> None:
    with tempfile.TemporaryDirectory() as name:  # tmp_path lies in a folder that nobody else may enter
        clinic = make_workspace(Path(name) / "clinic")
        drop(clinic, "a.txt", "2026-0142")
        if os.geteuid() == 0:
            for path in (Path(name), *Path(name).rglob("*")):
                os.chown(path, NOBODY, NOBODY)
        clinic.inbox.chmod(0o500)
        ours, theirs = multiprocessing.get_context("fork").Pipe(duplex=False)
        child = multiprocessing.get_context("fork").Process(target=_watch_as_nobody, args=(clinic.folder, theirs))
        child.start()
        assert [ours.recv() for _ in range(4)] == ["a.txt waits: Permission denied", 0] * 2
        child.join()
        clinic.inbox.chmod(0o700)
        assert [path.name for path in clinic.inbox.iterdir()] == ["a.txt"]
        assert list(clinic.incoming.iterdir()) == []
        assert {one.state for one in find(clinic, "1")} == {"gone"}


def test_a_ledger_that_another_program_holds_is_told_and_the_file_waits(
    clinic: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlite3

    monkeypatch.setattr("packetgen.workspace.LEDGER_SECONDS", 0.1)
    drop(clinic, "a.txt", "2026-0142")
    holder = sqlite3.connect(clinic.folder / "packetgen.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    told: list[str] = []
    assert list(watching.watch(clinic, told.append, once=True, quiet=0.0, read=quick_read)) == []
    assert "database is locked" in told[0]
    assert [p.name for p in clinic.inbox.iterdir()] == ["a.txt"]
    holder.rollback()
    holder.close()
    filed, _ = watching.watch(clinic, told.append, once=True, quiet=0.0, read=quick_read, build=no_build)
    assert isinstance(filed, Arrival) and filed.went == "filed"


def test_an_older_ledger_is_brought_up_to_date_and_a_newer_one_refused(tmp_path: Path) -> None:
    import sqlite3

    from packetgen.workspace import MIGRATIONS

    folder = tmp_path / "clinic"
    folder.mkdir()
    with sqlite3.connect(folder / "packetgen.db") as old:
        for statement in MIGRATIONS[0]:
            old.execute(statement)
        old.execute("INSERT INTO files VALUES ('ab', 'a.pdf', '2026-01-01', 'filed', 'cases/1/filed/a.pdf', '1', '')")
        old.execute("INSERT INTO events (case_id, kind, happened_on, reference, note, logged_at) "
                    "VALUES ('1', 'sent', '2026-01-02', '', '', '')")  # fmt: skip
    workspace = open_workspace(folder)
    (arrival,) = find(workspace, "1")
    assert (arrival.place, arrival.state, arrival.went) == ("cases/1/filed/a.pdf", "done", "filed")
    with workspace.ledger() as ledger:
        assert ledger.execute("SELECT kind, units FROM events").fetchall() == [("sent", None)]
        ledger.execute("PRAGMA user_version = 99")
    with pytest.raises(BadCaseFile, match="newer packetgen"):
        open_workspace(folder)


def test_a_stop_while_a_file_is_read_is_obeyed_and_the_file_waits(clinic: Workspace) -> None:
    def stopped(*_: object) -> None:
        sys.exit(143)  # as the command line ends on SIGTERM

    drop(clinic, "note.txt", f"Progress note\n{DANA}\n")
    with pytest.raises(SystemExit):
        list(watching.watch(clinic, pytest.fail, once=True, quiet=0.0, read=stopped, build=no_build))
    assert file_all(clinic) != {}


def test_a_single_pass_tells_what_it_left_because_its_end_is_missing(clinic: Workspace) -> None:
    drop(clinic, "cut.pdf", b"%PDF-1.7 and no more")
    drop(clinic, "whole.txt", "2026-0142")
    told: list[str] = []
    outcomes = watching.watch(clinic, told.append, once=True, quiet=0.0, read=quick_read, build=no_build)
    assert [one.name for one in outcomes if isinstance(one, Arrival)] == ["whole.txt"]
    (said,) = told
    assert said.startswith("cut.pdf stays: it is still being written, or its end is missing.")
    assert [path.name for path in clinic.inbox.iterdir()] == ["cut.pdf"]
