"""When a file of the inbox has arrived."""

from __future__ import annotations

import io
import os
import random
import socket
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from packetgen.intake.stability import Stability
from packetgen.intake.whole import is_being_written, is_whole
from packetgen.limits import TICK_SECONDS
from packetgen.resources import SAMPLES

QUIET = 5.0


def pdf(pages: int) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    for number in range(pages):
        canvas.drawString(72, 720, f"page {number + 1}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def picture(kind: str, pages: int = 1) -> bytes:
    out = io.BytesIO()
    image = Image.effect_noise((200, 100), 60)
    more = {"save_all": True, "append_images": [image] * (pages - 1)} if kind == "TIFF" else {}
    image.save(out, kind, **more)
    return out.getvalue()


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "x" * 5000)
    return out.getvalue()


WHOLE = {
    "a.pdf": pdf(50), "a.png": picture("PNG"), "a.jpg": picture("JPEG"), "a.tif": picture("TIFF", 3), "a.zip": zipped(),
    "a.html": b"<html><body>" + b"<p>text</p>" * 200 + b"</body></html>",
    "a.heic": Path(__file__).parents[1].joinpath("documents/files/photo.heic").read_bytes(),
}  # fmt: skip


def test_a_file_is_ready_when_it_has_stood_still(tmp_path: Path) -> None:
    stability = Stability(QUIET)
    scan = tmp_path / "scan.txt"
    scan.write_bytes(b"half")
    assert stability.ready(tmp_path, 0) == []
    assert stability.ready(tmp_path, 4) == []
    scan.write_bytes(b"half and the rest")
    assert stability.ready(tmp_path, 6) == []
    assert stability.ready(tmp_path, 11) == [scan]


def test_a_file_that_was_there_before_the_start_must_stand_still_too(tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_bytes(b"x")
    os.utime(tmp_path / "old.txt", (0, 0))
    assert Stability(QUIET).ready(tmp_path, 100) == []


@pytest.mark.parametrize("name", WHOLE)
def test_a_file_that_is_cut_anywhere_has_not_arrived(tmp_path: Path, name: str) -> None:
    path, content = tmp_path / name, WHOLE[name]
    path.write_bytes(content)
    assert is_whole(path)
    for share in (0.01, 0.1, 0.5, 0.9, 0.98):
        path.write_bytes(content[: int(len(content) * share)])
        assert not is_whole(path), share


@pytest.mark.parametrize("sample", sorted(SAMPLES.rglob("*.pdf")) + sorted(SAMPLES.rglob("*.tif")), ids=str)
def test_every_sample_document_is_whole(sample: Path) -> None:
    assert is_whole(sample)


def test_a_pdf_made_for_the_web_says_its_own_length(tmp_path: Path) -> None:
    import pikepdf

    path = tmp_path / "web.pdf"
    with pikepdf.open(io.BytesIO(pdf(50))) as made:
        made.save(path, linearize=True)
    content = path.read_bytes()
    assert is_whole(path)
    path.write_bytes(content[: content.index(b"%%EOF") + 6])  # it ends with an end marker, and opens
    assert not is_whole(path)


def test_two_hundred_slow_copies_are_each_read_once_and_never_in_part(tmp_path: Path) -> None:
    """By cp, mv, rsync, and a scanner that adds a page; with stops of 3 and 30 seconds. Time is simulated."""
    chance = random.Random(11)  # noqa: S311 - a test that can be repeated
    finished, grown = pdf(50), pdf(51)
    for run in range(200):
        inbox = tmp_path / str(run)
        inbox.mkdir()
        path, now = inbox / "scan.pdf", 0.0
        stability = Stability(QUIET)
        ready: list[bytes] = []

        def wait(
            seconds: float, inbox: Path = inbox, stability: Stability = stability, ready: list[bytes] = ready
        ) -> None:
            nonlocal now
            for _ in range(int(seconds)):
                now += 1.0
                for found in stability.ready(inbox, now):
                    ready.append(found.read_bytes())
                    found.unlink()

        way = chance.choice(["cp", "mv", "rsync", "scanner"])
        stop = chance.choice([3, 30])
        cut = int(len(finished) * chance.choice([0.01, 0.1, 0.5, 0.9, 0.999]))
        if way == "mv":
            (tmp_path / "other.pdf").write_bytes(finished)
            (tmp_path / "other.pdf").rename(path)
        elif way == "rsync":
            hidden = inbox / ".scan.pdf.x7Qz"
            hidden.write_bytes(finished[:cut])
            wait(stop)
            hidden.write_bytes(finished)
            hidden.rename(path)
        else:
            path.write_bytes(finished[:cut])
            wait(stop)
            path.write_bytes(finished)
            if way == "scanner":
                wait(3)
                path.write_bytes(grown)
        wait(20)
        assert ready == [grown if way == "scanner" else finished], (run, way, stop, cut)


def test_a_file_without_its_end_is_taken_as_it_is_after_long(tmp_path: Path) -> None:
    path = tmp_path / "broken.pdf"
    path.write_bytes(pdf(5)[:400])
    stability = Stability(QUIET)
    assert stability.ready(tmp_path, 0) == stability.ready(tmp_path, 290) == []
    assert stability.ready(tmp_path, 301) == [path]


def test_a_file_that_a_program_holds_open_for_writing_waits(tmp_path: Path) -> None:
    path = tmp_path / "scan.txt"
    with path.open("wb") as scanner:
        scanner.write(b"page 1")
        scanner.flush()
        assert is_being_written(path)
        stability = Stability(0)
        assert stability.ready(tmp_path, 0) == []
    with path.open("rb"):  # a viewer may look
        assert stability.ready(tmp_path, 1) == [path]


def test_a_rename_starts_the_wait_anew(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"x")
    stability = Stability(QUIET)
    stability.ready(tmp_path, 0)
    (tmp_path / "a.txt").rename(tmp_path / "b.txt")
    assert stability.ready(tmp_path, 6) == []
    assert stability.ready(tmp_path, 12) == [tmp_path / "b.txt"]


def test_a_clock_that_jumps_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"x")
    os.utime(path, (4e9, 4e9))  # its time lies in the future
    stability = Stability(QUIET)
    assert stability.ready(tmp_path, 0) == []
    assert stability.ready(tmp_path, 6) == [path]


@pytest.mark.parametrize(
    "name",
    [".DS_Store", "._scan.pdf", "~$note.docx", "scan.pdf.part", "x.crdownload", "Thumbs.db", "a.tmp", "@eaDir/a.pdf",
     ".hidden/a.pdf", "desktop.ini", "__MACOSX/a.pdf"],
)  # fmt: skip
def test_junk_and_partial_names_are_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(pdf(1))
    assert Stability(0).ready(tmp_path, 0) == []


def test_links_pipes_sockets_folders_and_empty_files_are_left_alone(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.pdf").write_bytes(pdf(1))
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "link.pdf").symlink_to(outside / "secret.pdf")
    (inbox / "tree").symlink_to(outside)
    (inbox / "folder.pdf").mkdir()
    (inbox / "empty.pdf").touch()
    os.mkfifo(inbox / "pipe.pdf")
    listener = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(inbox)  # the path of a socket must be short
    listener.bind("socket.pdf")
    os.chdir(here)
    assert Stability(0).ready(inbox, 0) == []
    listener.close()


def test_a_file_that_could_not_be_taken_is_tried_again_at_the_next_full_look(tmp_path: Path) -> None:
    scan = tmp_path / "scan.txt"
    scan.write_bytes(b"x")
    stability = Stability(0)
    assert stability.ready(tmp_path, 0) == [scan]
    stability.leave(scan, 0)
    assert stability.ready(tmp_path, 59) == []
    assert stability.ready(tmp_path, 61) == [scan]


def test_one_looks_again_soon_while_something_grows_and_seldom_when_nothing_is_there(tmp_path: Path) -> None:
    stability = Stability(QUIET)
    stability.ready(tmp_path, 0)
    assert stability.look_again_after == 60
    (tmp_path / "a.txt").write_bytes(b"x")
    stability.ready(tmp_path, 1)
    assert stability.look_again_after == TICK_SECONDS
    stability.ready(tmp_path, 7)
    assert stability.look_again_after == 5
