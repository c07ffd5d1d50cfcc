"""The digest of what goes into a packet, while others write and remove files beside it."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from packetgen.packet import fresh
from packetgen.packet.fresh import digest_of_inputs
from packetgen.packet.wanted import NO_VARIANT


def digest(folder: Path) -> str:
    return digest_of_inputs(folder / "case.yaml", folder / "packet", NO_VARIANT)


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("PACKAGE", "PAYERS", "LETTERS", "FORM_MAPS"):  # large, and the same throughout
        monkeypatch.setattr(fresh, name, tmp_path / "none")
    folder = tmp_path / "cases" / "one"
    (folder / "notes").mkdir(parents=True)
    for name in ("case.yaml", "notes/visit.txt"):
        (folder / name).write_text(name)
    return folder


def test_folders_that_come_and_go_meanwhile_stop_nothing(case: Path) -> None:
    stop = threading.Event()

    def build_beside() -> None:
        while not stop.is_set():
            (case / "older" / "work").mkdir(parents=True)
            (case / "older" / "work" / "page.png").write_text("x")
            (case / "older" / "work" / "page.png").replace(case / "older" / "page.png")
            (case / "older" / "page.png").unlink()
            (case / "older" / "work").rmdir()
            (case / "older").rmdir()

    beside = threading.Thread(target=build_beside)
    beside.start()
    try:
        for _ in range(400):
            digest(case)
    finally:
        stop.set()
        beside.join()


def test_what_has_not_changed_is_told_without_the_libraries_of_a_build() -> None:
    code = "import sys, packetgen.packet.fresh; print(sorted({'pydantic', 'yaml', 'pikepdf'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_only_what_goes_into_the_packet_counts(case: Path) -> None:
    before = digest(case)
    for name in ("packet/packet.pdf", ".hidden/x", "__pycache__/x.pyc", "audit.jsonl"):
        (case / name).parent.mkdir(exist_ok=True)
        (case / name).write_text("x")
    assert digest(case) == before
    (case / "notes" / "visit.txt").write_text("another")
    changed = digest(case)
    assert changed != before
    (case / "notes" / "new.txt").symlink_to(case / "gone")
    assert digest(case) == changed
    (case / "notes" / "new.txt").unlink()
    (case / "notes" / "new.txt").write_text("")
    assert digest(case) != changed
