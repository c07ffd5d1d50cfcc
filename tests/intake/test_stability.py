"""When a file of the inbox is finished."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from packetgen.intake.stability import Stability


def test_a_file_is_ready_when_it_has_stood_still(tmp_path: Path) -> None:
    stability = Stability(5)
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"half")
    assert stability.ready(tmp_path, 0) == []
    assert stability.ready(tmp_path, 4) == []
    scan.write_bytes(b"half and the rest")
    assert stability.ready(tmp_path, 6) == []
    assert stability.ready(tmp_path, 11) == [scan]


def test_a_file_that_was_there_before_the_start_must_stand_still_too(tmp_path: Path) -> None:
    (tmp_path / "old.pdf").write_bytes(b"x")
    os.utime(tmp_path / "old.pdf", (0, 0))
    assert Stability(5).ready(tmp_path, 100) == []


@pytest.mark.parametrize(
    "name", [".DS_Store", "._scan.pdf", "~$note.docx", "scan.pdf.part", "x.crdownload", "Thumbs.db", "a.tmp", "@eaDir"]
)
def test_junk_and_partial_names_are_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    stability = Stability(0)
    assert stability.ready(tmp_path, 0) == []


def test_links_pipes_folders_and_empty_files_are_left_alone(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.pdf").write_bytes(b"x")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "link.pdf").symlink_to(outside / "secret.pdf")
    (inbox / "folder.pdf").mkdir()
    (inbox / "empty.pdf").touch()
    os.mkfifo(inbox / "pipe.pdf")
    assert Stability(0).ready(inbox, 0) == []


def test_a_file_that_could_not_be_taken_is_tried_again_only_when_it_changes(tmp_path: Path) -> None:
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"x")
    stability = Stability(0)
    assert stability.ready(tmp_path, 0) == [scan]
    stability.leave(scan)
    assert stability.ready(tmp_path, 1) == []
    scan.write_bytes(b"xy")
    assert stability.ready(tmp_path, 2) == [scan]
