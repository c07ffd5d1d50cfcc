"""The watcher as a program of its own: it outlives whatever comes, and takes no copy that has not ended."""

from __future__ import annotations

import io
import random
import sys
import threading
import time

import pikepdf
import pytest

from packetgen.intake.arrivals import find
from packetgen.workspace import Workspace
from tests.intake.conftest import COLIN, DANA, UHC, add_case, drop
from tests.patience import PATIENCE, a_program, until

WATCH = (
    "import sys; from pathlib import Path; from packetgen.intake.watch import watch\n"
    "from packetgen.workspace import open_workspace\n"
    "for told in watch(open_workspace(Path(sys.argv[1])), print, quiet=float(sys.argv[2])): print(told, flush=True)"
)
NOTE = "Progress note\nDate: 11/20/2026\n{}\nHeadache on 22 of the last 30 days.\n"


def watching(clinic: Workspace, quiet: float) -> list[str]:
    return [sys.executable, "-c", WATCH, str(clinic.folder), str(quiet)]


def bad_files() -> dict[str, bytes]:
    """Files of which none can be read: damaged, cut, locked, empty inside, of no kind, or not what they say."""
    chance = random.Random(10)  # noqa: S311 - a test that can be repeated
    whole = (UHC / "notes" / "2026-10-02-visit.pdf").read_bytes()
    locked = io.BytesIO()
    with pikepdf.open(io.BytesIO(whole)) as opened:
        opened.save(locked, encryption=pikepdf.Encryption(owner="a", user="b"))
    made = {"locked.pdf": locked.getvalue(), "none.mp4": b"x"}
    for number in range(6):
        made[f"noise {number}.pdf"] = b"%PDF-1.7\n" + chance.randbytes(2000) + b"\n%%EOF\n"
        made[f"noise {number}.zip"] = b"PK\x03\x04" + chance.randbytes(500) + b"PK\x05\x06" + bytes(18)
        made[f"noise {number}.docx"] = b"PK\x03\x04" + chance.randbytes(500) + b"PK\x05\x06" + bytes(18)
        made[f"noise {number}.jpg"] = b"\xff\xd8" + chance.randbytes(800) + b"\xff\xd9"
    return made


def whole_pdf() -> bytes:
    """50 pages, of which what they show comes last in the file."""
    made, chance = io.BytesIO(), random.Random(1)  # noqa: S311 - a test that can be repeated
    with pikepdf.new() as out:
        for _ in range(50):
            page = out.add_blank_page(page_size=(612, 792))
            page.contents_add(out.make_stream(f"% {chance.randbytes(2000).hex()}".encode()))
        out.save(made, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return made.getvalue()


@pytest.mark.slow
def test_between_two_good_cases_a_hundred_bad_files_and_cases_do_not_end_the_watcher(clinic: Workspace) -> None:
    bad = bad_files()
    for number in range(100 - len(bad)):  # cases whose file has a mistake, each with a note that fits
        folder = add_case(clinic, f"bad-{number}", f"Ann{number}", f"Bad{number}", "1980-01-02", f"77{number:06}", "M1")
        (folder / "case.yaml").write_text((folder / "case.yaml").read_text() + "mistake: here\n")
        who = f"Patient: Ann{number} Bad{number}   DOB: 01/02/1980   MRN: 77{number:06}"
        bad[f"note {number}.txt"] = NOTE.format(who).encode()
    assert len(bad) == 100
    good = [clinic.cases / case / "packet" / "packet.pdf" for case in ("2026-0142", "2026-0157")]
    drop(clinic, "first.txt", NOTE.format(DANA))
    with a_program(watching(clinic, 0.2)) as watcher:
        until(good[0].exists)
        for name, content in bad.items():
            drop(clinic, name, content)
        end = time.monotonic() + 4 * PATIENCE
        while len(find(clinic, "state = 'done'")) < 101 or list(clinic.incoming.iterdir()):
            assert watcher.poll() is None and time.monotonic() < end
            time.sleep(0.2)
        drop(clinic, "last.txt", NOTE.format(COLIN))
        until(good[1].exists)
        assert watcher.poll() is None
    went = {one.name: one.went for one in find(clinic, "state = 'done'")}
    assert {went[name] for name in bad if not name.startswith("note")} <= {"quarantined", "needs filing"}
    assert {went[name] for name in bad if name.startswith("note")} == {"filed"}
    assert went["first.txt"] == went["last.txt"] == "filed"


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.1, 0.9])
def test_a_slow_copy_that_opens_already_is_left_alone_until_its_end_is_there(clinic: Workspace, share: float) -> None:
    """A PDF that is cut at a tenth of its bytes may open with all its pages; here in real time."""
    content = whole_pdf()
    cut = int(len(content) * share)
    with pikepdf.open(io.BytesIO(content[:cut])) as opened:
        assert len(opened.pages) == 50
    scan = clinic.inbox / "scan.pdf"
    with a_program(watching(clinic, 0.3)) as watcher:

        def copy() -> None:
            for part in (content[:cut], content[cut:-5], content[-5:]):
                with scan.open("ab") as out:  # nobody has it open while it stands still
                    out.write(part)
                time.sleep(2)

        copying = threading.Thread(target=copy)
        copying.start()
        while copying.is_alive():
            if scan.exists() and scan.stat().st_size < len(content):
                assert find(clinic, "1") == ()
            time.sleep(0.05)
        until(lambda: find(clinic, "state = 'done'"))
        assert watcher.poll() is None
    (arrival,) = find(clinic, "1")
    assert (clinic.folder / arrival.place).read_bytes() == content
