"""What must not leak, stay behind or be trusted: whole runs of the program, looked at from outside."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from datetime import date
from pathlib import Path

import psutil
import pytest
import yaml

from packetgen.doctor import examine_folder
from packetgen.documents.cache import PageCache
from packetgen.files import sha256_of
from packetgen.intake.watch import watch
from packetgen.resources import SAMPLES
from packetgen.tracking.events import Event, log_event, standing
from packetgen.workspace import Workspace, make_workspace
from tests.patience import until

from .conftest import packetgen

pytestmark = pytest.mark.slow
SAMPLE = "chronic-migraine-uhc"
SENT_ON = date(2026, 10, 5)

SPY = """
import os, sys
def note(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto") and "AF_UNIX" not in str(arguments[0]):
        with open(os.environ["SPY"], "a") as log:
            log.write(f"{event} {arguments[1:]}\\n")
sys.addaudithook(note)
"""


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A sample in a folder of its own; the name of its scan would give a patient away."""
    folder, name = tmp_path / "2026-0142", "notes/2026-10-02-visit.pdf"
    shutil.copytree(SAMPLES / SAMPLE, folder, ignore=shutil.ignore_patterns("packet"))
    (folder / name).rename(folder / "notes" / "Whitfield.pdf")
    case = folder / "case.yaml"
    case.write_text(case.read_text().replace(name, "notes/Whitfield.pdf"))
    return case


def secrets(case: Path) -> list[str]:
    """What names the patient: names, birth date as the case writes it, member and record number."""
    typed = yaml.safe_load(case.read_text())
    patient, insurance = typed["patient"], typed["insurance"]
    return [str(patient["last_name"]), str(patient["birth_date"]), str(insurance["member_id"]), str(patient["mrn"])]


def program(arguments: list[str], **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "packetgen", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **environment},
    )  # fmt: skip


def test_a_build_tells_no_patient_to_terminal_process_list_or_temporary_files(case: Path, tmp_path: Path) -> None:
    seen: set[str] = set()
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    running = program(["build", str(case), "--fax"], TMPDIR=str(temporary), PACKETGEN_CACHE=str(tmp_path / "cache"))
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            with contextlib.suppress(psutil.NoSuchProcess):
                for process in psutil.Process(running.pid).children(recursive=True):
                    with contextlib.suppress(psutil.Error):
                        seen.update(process.cmdline())
            for folder in (temporary, case.parent / "packet"):
                seen.update(name for _, folders, files in os.walk(folder) for name in (*folders, *files))
            time.sleep(0.005)

    watcher = threading.Thread(target=look)
    watcher.start()
    out, err = running.communicate()
    done.set()
    watcher.join()
    assert running.returncode in (0, 3), err
    assert any("soffice" in word for word in seen) and any("packetgen-work" in word for word in seen)
    for secret in secrets(case):
        assert [word for word in (out, err, *seen) if secret.lower() in word.lower()] == []
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_a_build_that_is_stopped_leaves_nothing_once_the_next_has_run(case: Path, number: signal.Signals) -> None:
    before = set(case.parent.rglob("*"))
    running = program(["build", str(case)])
    until(lambda: list(case.parent.glob("packet/.packetgen-work-*/*")))
    running.send_signal(number)
    running.communicate(timeout=20)
    left = set(case.parent.rglob("*")) - before - {case.parent / "packet"}
    assert number == signal.SIGKILL or left == set()
    assert packetgen("build", case).returncode == 0
    assert not [path for path in case.parent.rglob("*") if ".packetgen-work-" in path.name]


def test_nothing_asks_the_network(case: Path, tmp_path: Path) -> None:
    spy = tmp_path / "spy"
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(SPY)
    path = f"{tmp_path / 'site'}{os.pathsep}{os.environ.get('PYTHONPATH', '')}{os.pathsep}{Path.cwd()}"
    asking = "import socket; socket.socket().connect_ex(('127.0.0.1', 9))"
    subprocess.run([sys.executable, "-c", asking], env={**os.environ, "SPY": str(spy), "PYTHONPATH": path}, check=True)
    assert "socket.connect" in spy.read_text()  # the spy sees what it should
    spy.unlink()
    running = program(["build", str(case)], SPY=str(spy), PYTHONPATH=path)
    running.communicate()
    assert running.returncode == 0
    assert not spy.exists()


def test_rules_that_anyone_can_change_are_refused(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "clinic")
    shutil.copytree(SAMPLES / SAMPLE, workspace.cases / SAMPLE, ignore=shutil.ignore_patterns("packet"))
    own = workspace.folder / "templates" / "letters"
    own.chmod(0o777)
    done = packetgen("build", workspace.cases / SAMPLE / "case.yaml")
    assert done.returncode == 2
    assert "anyone on this computer can change it" in done.stderr and "chmod o-w" in done.stderr


def test_a_folder_that_another_program_copies_away_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "OneDrive - Clinic" / "cases"
    folder.mkdir(parents=True)
    copied, _ = examine_folder(folder)
    assert not copied.found and "OneDrive - Clinic copies it" in copied.detail
    assert examine_folder(tmp_path)[0].found


@pytest.fixture
def clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Two cases, a note that came for the first, the same note again, and an event of each."""
    monkeypatch.setenv("PACKETGEN_CACHE", str(tmp_path / "cache"))
    workspace = make_workspace(tmp_path / "clinic")
    for sample in (SAMPLE, "chronic-migraine-aetna"):
        shutil.copytree(SAMPLES / sample, workspace.cases / sample, ignore=shutil.ignore_patterns("packet"))
    for drop in ("Whitfield visit.pdf", "again Whitfield.pdf"):
        shutil.copy(SAMPLES / SAMPLE / "notes" / "2026-10-02-visit.pdf", workspace.inbox / drop)
        old = time.time() - 600
        os.utime(workspace.inbox / drop, (old, old))
        list(watch(workspace, print, once=True))
    for case in ("2026-0142", "2026-0157"):
        log_event(workspace, Event(case, "sent", SENT_ON, note=f"by fax, patient of {case}"))
    return workspace


def residue(folders: list[Path], words: list[str]) -> list[str]:
    """Files that hold one of the words, in their name or their bytes."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [
        f"{path}: {word}" for path in files for word in words
        if word.lower() in path.name.lower() or word.lower().encode() in path.read_bytes().lower()
    ]  # fmt: skip


def test_forgetting_a_case_leaves_no_trace_of_it_and_all_of_the_others(clinic: Workspace, tmp_path: Path) -> None:
    case, folders = clinic.cases / SAMPLE / "case.yaml", [clinic.folder, tmp_path / "cache"]
    words = [*secrets(case), "2026-0142"]
    other = clinic.cases / "chronic-migraine-aetna"
    packetgen("build", other / "case.yaml")
    built = {path: path.read_bytes() for path in other.rglob("*") if path.is_file()}
    assert {word for word in words if any(word in line for line in residue(folders, words))} == set(words)
    assert list((clinic.folder / "duplicates").iterdir())
    done = packetgen("forget", case, "--chart", "--yes")
    assert done.returncode == 0, done.stderr
    assert residue(folders, words) == []
    assert list(standing(clinic)) == ["2026-0157"]
    assert {path: path.read_bytes() for path in other.rglob("*") if path.is_file()} == built
    assert list(watch(clinic, print, once=True)) == []


def test_without_more_only_what_can_be_made_again_is_forgotten(clinic: Workspace) -> None:
    case = clinic.cases / SAMPLE / "case.yaml"
    packetgen("build", case)
    (case.parent / "decisions.jsonl").write_text("")
    done = packetgen("forget", case, "--yes")
    assert done.returncode == 0
    assert not (case.parent / "packet").exists()
    assert (case.parent / "decisions.jsonl").exists() and (case.parent / "notes").exists()
    kept = [
        path
        for document in case.parent.rglob("*")
        if document.is_file()
        for path in PageCache().entries(sha256_of(document))
    ]
    assert kept == []
    assert len(standing(clinic)) == 2
    assert packetgen("forget", case, "--history", "--yes").returncode == 0
    assert not (case.parent / "decisions.jsonl").exists()
    assert list(standing(clinic)) == ["2026-0157"]


def test_it_asks_before_it_forgets(case: Path) -> None:
    done = packetgen("forget", case)
    assert done.returncode != 0 and "cannot be undone" in done.stdout
    assert case.exists()
