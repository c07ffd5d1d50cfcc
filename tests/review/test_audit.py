"""The audit: every view and change is a line, without chart text, and a line that was altered is noticed."""

from __future__ import annotations

import json
from pathlib import Path

import pikepdf
import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from packetgen.cli import main
from packetgen.errors import ExitCode
from packetgen.files import AUDIT
from packetgen.review.audit import Entry, note, read_audit
from packetgen.review.live import Review
from tests.review.test_review import client, confirming, review, sessions  # noqa: F401 - fixtures


def filled(folder: Path, count: int = 5) -> list[str]:
    for number in range(count):
        note(folder, Entry("2026-11-25T10:00:00+00:00", "Lena Ortiz, MD", f"GET /pages/A-{number}.png", 200))
    return (folder / AUDIT).read_text().splitlines(keepends=True)


def broken_lines(folder: Path) -> list[int]:
    return [number for number, entry in read_audit(folder) if entry is None]


def test_an_audit_as_it_was_written_is_sound(tmp_path: Path) -> None:
    filled(tmp_path)
    assert broken_lines(tmp_path) == []
    assert (tmp_path / AUDIT).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("number", range(4))
def test_a_line_that_was_altered_taken_out_or_moved_is_noticed(tmp_path: Path, number: int) -> None:
    lines = filled(tmp_path)
    for tampered in (
        [*lines[:number], lines[number].replace("Lena", "Lana"), *lines[number + 1 :]],
        [*lines[:number], *lines[number + 1 :]],
        [*lines[:number], lines[number + 1], lines[number], *lines[number + 2 :]],
    ):
        (tmp_path / AUDIT).write_text("".join(tampered))
        assert number + 1 in broken_lines(tmp_path)
        done = CliRunner().invoke(main, ["audit", str(tmp_path)])
        assert done.exit_code == ExitCode.safety_stop
        assert f"{AUDIT}:{number + 1}" in done.stderr


def test_after_a_line_that_a_crash_cut_off_the_audit_goes_on(tmp_path: Path) -> None:
    lines = filled(tmp_path)
    (tmp_path / AUDIT).write_text("".join(lines)[:-20])
    filled(tmp_path, 2)
    assert broken_lines(tmp_path) == [5]
    assert len(list(read_audit(tmp_path))) == 7


@pytest.mark.slow
def test_views_and_changes_are_written_down_without_a_word_of_the_chart(client: TestClient, review: Review) -> None:  # noqa: F811
    client.post("/decide", data=confirming(client))
    client.get("/pages/A-1.png")
    client.get("/Dana-Whitfield")
    read, built = review.read(), review.build()
    did = [(entry.who, entry.did, entry.answer) for _, entry in read_audit(review.folder) if entry]
    assert did[1:] == [
        ("not named", "GET /", 200),
        ("Lena Ortiz", "POST /decide", 303),
        ("Lena Ortiz", "GET /pages/A-1.png", 200),
        ("Lena Ortiz", "GET", 404),
    ]
    text = (review.folder / AUDIT).read_text().lower()
    assert not [word for word in ("dana", "whitfield", "1984-03-17", "918273645", "topiramate") if word in text]
    client.get("/pages/A-1.png")
    with pikepdf.open(built.folder / "packet.pdf") as packet:
        stated = str(packet.docinfo["/Subject"])
    account = json.loads((built.folder / "manifest.json").read_text())
    assert stated == f"Build {account['build']}" == f"Build {built.digest}"
    assert review.read() is read and review.build() is built  # a look at a case builds nothing anew
    done = CliRunner().invoke(main, ["audit", str(review.case_file)])
    assert "Lena Ortiz" in done.output
    assert done.exit_code == 0
