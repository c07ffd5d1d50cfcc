"""Nothing is lost: the watcher is killed again and again, disks are full, folders change; each file is in one place."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import multiprocessing
import os
import random
import signal
import sys
import tarfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from packetgen.cli import main
from packetgen.errors import BadCaseFile, UnreadableInput
from packetgen.files import finish_move, move, sha256_of
from packetgen.intake.arrivals import find
from packetgen.intake.backup import read_backup, write_backup
from packetgen.intake.reading import Reading, read_file
from packetgen.intake.watch import watch
from packetgen.workspace import CHANGING, Workspace, open_workspace
from tests.intake.conftest import DANA, drop, file_all, make_clinic, no_build
from tests.intake.quick import quick_read

KILLS = 120


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def kept(clinic: Workspace) -> Counter[str]:
    """The digest of every file that was dropped, wherever it lies; not those that the program made."""
    places = [clinic.inbox, clinic.incoming, clinic.needs_filing, clinic.quarantine, clinic.duplicates,
              clinic.originals, *clinic.cases.glob("*/filed")]  # fmt: skip
    there = [path for place in places for path in place.rglob("*") if path.is_file()]
    return Counter(sha256_of(path) for path in there if not path.name.endswith(".why.txt"))


def account(clinic: Workspace) -> Counter[str]:
    """The digest of every arrival, each at the place where the ledger says it is."""
    counted: Counter[str] = Counter()
    for arrival in find(clinic, "state <> 'gone'"):
        assert arrival.state == "done", arrival
        path = clinic.folder / arrival.place
        assert path.is_file(), arrival
        assert sha256_of(path) == arrival.sha256
        assert arrival.went == "filed" or path.with_name(path.name + ".why.txt").is_file()
        counted[arrival.sha256] += 1
    return counted


def all_kinds(chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """Files of all kinds with their names, many times; every sixth twice, every tenth in a folder."""
    for number in range(320):
        case = chance.choice(["2026-0142", "2026-0157"])
        kind = number % 8
        text = f"{case} document {number} {'x' * chance.randrange(2000)}"
        if kind < 4:
            name, content = f"{number}.txt", text.encode()
        elif kind == 4:
            name, content = f"{number}.txt", f"nobody's page {number}".encode()
        elif kind == 5:
            name, content = f"{number}.txt", f"damaged {number}".encode()
        elif kind == 6:
            name, content = f"odd\n{number}.txt", text.encode()
        else:
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w") as archive:
                archive.writestr("one.txt", text + " one")
                archive.writestr("two.txt", f"nobody's page {number} in an archive")
            name, content = f"{number}.zip", packed.getvalue()
        if number % 10 == 0:
            name = f"{case}/{name}"
        yield name, content
        if number % 6 == 0:
            yield f"again {number}.{name.rpartition('.')[2]}", content


def slow_read(path: Path, name: str, work: Path) -> Reading:
    """Reading takes a moment, in which the watcher may be killed."""
    time.sleep(0.001)
    return quick_read(path, name, work)


def _watch_until_killed(folder: Path) -> None:
    for _ in watch(open_workspace(folder), lambda text: None, quiet=0.01, read=slow_read, build=no_build):
        pass


def test_of_hundreds_of_files_none_is_lost_though_the_watcher_is_killed_over_a_hundred_times(
    quick_clinic: Workspace,
) -> None:
    clinic = quick_clinic
    chance = random.Random(20261125)  # noqa: S311 - a test that can be repeated
    coming = list(all_kinds(chance))
    dropped = Counter(digest(content) for _, content in coming)
    assert dropped.total() >= 300
    share = len(coming) // KILLS + 1
    for _ in range(KILLS):
        for name, content in coming[:share]:
            drop(clinic, name, content)
        coming = coming[share:]
        watcher = multiprocessing.get_context("fork").Process(target=_watch_until_killed, args=(clinic.folder,))
        watcher.start()
        time.sleep(chance.uniform(0.01, 0.15))
        os.kill(watcher.pid or 0, signal.SIGKILL)
        watcher.join()
    assert not coming
    list(watch(clinic, pytest.fail, once=True, quiet=0.01, read=slow_read, build=no_build))

    assert [path for path in clinic.inbox.rglob("*") if path.is_file()] == []
    assert list(clinic.incoming.iterdir()) == []
    assert list(clinic.work.iterdir()) == []
    arrived = account(clinic)
    assert kept(clinic) == arrived
    pieces = Counter(one.sha256 for one in find(clinic, "state = 'done' AND part_of IS NOT NULL"))
    assert arrived - pieces == dropped  # each once, and a file dropped twice twice
    assert pieces.total() == 2 * sum(one.name.endswith(".zip") for one in find(clinic, "went = 'split'"))
    assert Counter(one.went for one in find(clinic, "state = 'done'")).keys() == {
        "filed", "needs filing", "quarantined", "duplicate", "split",
    }  # fmt: skip
    filed = [one.sha256 for one in find(clinic, "went = 'filed'")]
    assert len(filed) == len(set(filed))  # nothing is filed twice
    for folder in clinic.cases.iterdir():
        mine = {path.name: path.read_text()[:9] for path in (folder / "filed").iterdir()}
        assert set(mine.values()) == {folder.name}


def test_a_real_reader_that_is_killed_leaves_the_file_to_be_read_again(clinic: Workspace) -> None:
    drop(clinic, "note.txt", f"Progress note\n{DANA}\n")
    for pause in (0.03, 0.1, 0.2):
        watcher = multiprocessing.get_context("fork").Process(target=_really_watch, args=(clinic.folder,))
        watcher.start()
        time.sleep(pause)
        os.kill(watcher.pid or 0, signal.SIGKILL)
        watcher.join()
    list(watch(clinic, pytest.fail, once=True, quiet=0.0, read=read_file, build=no_build))
    assert [one.case_id for one in find(clinic, "state = 'done'")] == ["2026-0142"]
    assert list(clinic.work.iterdir()) == []


def _really_watch(folder: Path) -> None:
    list(watch(open_workspace(folder), lambda text: None, once=True, quiet=0.0, read=read_file, build=no_build))


class Killed(BaseException):
    """Stands for the end of the process at that very call."""


CHANGES = ("os.link", "os.remove", "os.rename", "os.mkdir", "os.rmdir", "sqlite3.connect")


class Calls:
    """Counts the calls that change a folder or open the ledger, and lets one of them end with `stop`.

    The interpreter tells its audit hooks of each such call before it makes it; a hook stays for ever, so it is one.
    """

    def __init__(self) -> None:
        self.count, self.stop_at, self.stop = 0, 0, BaseException()
        sys.addaudithook(self.before)

    def before(self, event: str, args: tuple[Any, ...]) -> None:
        writes = event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR)
        if self.stop_at and (event in CHANGES or writes):
            self.count += 1
            if self.count == self.stop_at:
                raise self.stop

    @contextlib.contextmanager
    def ending(self, stop_at: int, stop: BaseException) -> Iterator[None]:
        """While this lasts, the n-th call ends with `stop`."""
        self.count, self.stop_at, self.stop = 0, stop_at, stop
        try:
            yield
        finally:
            self.stop_at = 0


@pytest.fixture(scope="module")
def calls() -> Calls:
    return Calls()


@pytest.mark.parametrize(
    "stop", [Killed, lambda: OSError(errno.ENOSPC, "No space left on device")], ids=["killed", "disk full"]
)
def test_whatever_call_is_the_last_one_every_file_is_in_one_place_after_a_restart(
    stop: Callable[[], BaseException], calls: Calls, quick_clinic: Workspace
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("one.txt", "2026-0157 one")
    contents = {"a.txt": b"2026-0142 a", "b.txt": b"damaged", "c.zip": packed.getvalue()}
    expected = Counter(map(digest, [*contents.values(), b"2026-0157 one"]))
    for call in range(1, 1000):
        clinic = make_clinic(quick_clinic.folder.parent / f"clinic-{call}")
        for name, content in contents.items():
            drop(clinic, name, content)
        told: list[str] = []
        with contextlib.suppress(Killed, OSError), calls.ending(call, stop()):
            list(watch(clinic, told.append, once=True, quiet=0.0, read=quick_read, build=no_build))
        assert all(kept(clinic)[digest(content)] for content in contents.values()), call
        list(watch(clinic, pytest.fail, once=True, quiet=0.0, read=quick_read, build=no_build))
        assert account(clinic) == kept(clinic) == expected, call
        if calls.count < call:
            break
    assert call > 80


def test_on_another_disk_a_file_is_copied_compared_and_only_then_removed(calls: Calls, tmp_path: Path) -> None:
    source, target = tmp_path / "scan.pdf", tmp_path / "kept.pdf"
    source.write_bytes(b"content")
    other_disk = OSError(errno.EXDEV, "Invalid cross-device link")
    with calls.ending(1, other_disk):
        move(source, target)
    assert target.read_bytes() == b"content" and target.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["kept.pdf"]
    (tmp_path / "second.pdf").write_bytes(b"other")
    with pytest.raises(FileExistsError), calls.ending(1, other_disk):
        move(tmp_path / "second.pdf", target)
    assert (tmp_path / "second.pdf").read_bytes() == b"other" and target.read_bytes() == b"content"


def test_a_move_never_overwrites_and_one_that_was_cut_off_is_completed(tmp_path: Path) -> None:
    source, target = tmp_path / "scan.pdf", tmp_path / "kept.pdf"
    source.write_bytes(b"content")
    os.link(source, target)  # killed between the two halves of a move
    assert finish_move(source, target, digest(b"content"))
    assert not source.exists()
    source.write_bytes(b"content")  # the same content again: another file, not a half of the move
    assert finish_move(source, target, digest(b"content"))
    assert source.exists()
    source.write_bytes(b"another")
    assert not finish_move(source, tmp_path / "new.pdf", digest(b"content"))
    with pytest.raises(FileExistsError):
        move(source, target)
    assert (source.read_bytes(), target.read_bytes()) == (b"another", b"content")


def test_a_file_that_changes_after_it_was_taken_is_read_again(clinic: Workspace) -> None:
    def read(path: Path, name: str, work: Path) -> Reading:
        reading = quick_read(path, name, work)
        if b"page 2" not in path.read_bytes():
            with path.open("ab") as scanner:  # through a handle that it kept
                scanner.write(b" page 2")
        return reading

    drop(clinic, "scan.txt", "2026-0142 page 1")
    told: list[str] = []
    file_all(clinic, read=read, trouble=told.append)
    found = file_all(clinic, read=read)
    assert "changed in incoming/" in told[0]
    assert (clinic.folder / found["scan.txt"].place).read_bytes() == b"2026-0142 page 1 page 2"


def test_what_the_ledger_does_not_know_goes_back_into_the_inbox(clinic: Workspace) -> None:
    (clinic.incoming / "77-stray.txt").write_bytes(b"2026-0142 stray")
    (clinic.incoming / ".writing-abc").write_bytes(b"half")
    assert file_all(clinic, read=quick_read)["stray.txt"].case_id == "2026-0142"
    assert list(clinic.incoming.iterdir()) == []


def test_a_backup_taken_while_files_come_in_holds_the_whole_workspace_and_restores_it(
    clinic: Workspace, tmp_path: Path
) -> None:
    for number in range(30):
        drop(clinic, f"{number}.txt", f"2026-0142 {number}")
    watcher = multiprocessing.get_context("fork").Process(target=_watch_until_killed, args=(clinic.folder,))
    watcher.start()
    time.sleep(0.4)
    run = CliRunner()
    archive = tmp_path / "backup.tar"
    done = run.invoke(main, ["backup", str(clinic.folder), str(archive)])
    watcher.kill()
    watcher.join()
    assert done.exit_code == 0 and archive.stat().st_mode & 0o777 == 0o600
    done = run.invoke(main, ["restore", str(archive), str(tmp_path / "restored")])
    assert done.exit_code == 0 and "all as they were" in done.output
    for folder in (clinic.folder, tmp_path / "restored"):
        workspace = open_workspace(folder)
        list(watch(workspace, pytest.fail, once=True, quiet=0.0, read=quick_read, build=no_build))
        assert account(workspace) == kept(workspace) == Counter(digest(f"2026-0142 {n}".encode()) for n in range(30))
        assert len(list(workspace.cases.glob("*/case.yaml"))) == 2


def test_a_backup_waits_for_a_file_that_is_on_its_way(clinic: Workspace, tmp_path: Path) -> None:
    ours, theirs = multiprocessing.get_context("fork").Pipe()

    def back_up() -> None:
        theirs.send("begun")
        theirs.send(write_backup(clinic, tmp_path / "b.tar"))

    with clinic.locked(CHANGING, wait=True):
        child = multiprocessing.get_context("fork").Process(target=back_up)
        child.start()
        assert ours.recv() == "begun"
        assert not ours.poll(0.3)
    assert ours.poll(20) and ours.recv() >= 5
    child.join()


def test_a_damaged_backup_makes_nothing_and_a_folder_that_is_there_is_kept(clinic: Workspace, tmp_path: Path) -> None:
    archive = tmp_path / "backup.tar"
    write_backup(clinic, archive)
    content = archive.read_bytes()
    archive.write_bytes(content.replace(b"Patient: Dana", b"Patient: Dora"))
    with pytest.raises(UnreadableInput, match="damaged"):
        read_backup(archive, tmp_path / "new")
    archive.write_bytes(content[: len(content) // 2])
    with pytest.raises(UnreadableInput, match="damaged"):
        read_backup(archive, tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir() if "new" in path.name or "restore" in path.name] == []
    archive.write_bytes(content)
    with pytest.raises(BadCaseFile, match="is there already"):
        read_backup(archive, clinic.folder)
    with pytest.raises(BadCaseFile, match="lies in the workspace itself"):
        write_backup(clinic, clinic.folder / "backup.tar")


def test_a_backup_that_reaches_out_of_its_folder_is_refused(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "evil.tar", "w") as tar:
        entry = tarfile.TarInfo("../evil.txt")
        tar.addfile(entry, io.BytesIO(b""))
    with pytest.raises(UnreadableInput):
        read_backup(tmp_path / "evil.tar", tmp_path / "new")
    assert not (tmp_path / "evil.txt").exists()
