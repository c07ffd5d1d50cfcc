"""PDFium knows no threads: several of them at once get what one alone gets. In processes of their own: it may crash."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from packetgen import pdfium
from packetgen.children import each_in_a_child
from packetgen.limits import READER_MEMORY_BYTES
from packetgen.resources import PAYERS, SAMPLES

NOTE = SAMPLES / "chronic-migraine-uhc" / "notes" / "2026-10-02-visit.pdf"

DRAW = """
import hashlib, sys, threading
from pathlib import Path
from packetgen.forms.picture import pictures

found, pdfs = set(), sys.argv[1:]

def look(first):
    for turn in range(first, first + 5):
        pdf = Path(pdfs[turn % 2])
        found.add((pdf, hashlib.sha256(b"".join(pictures(pdf, []))).hexdigest()))

threads = [threading.Thread(target=look, args=(first,)) for first in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(len(found))
"""

BUILD = """
import hashlib, sys, threading
from pathlib import Path
from packetgen import pipeline

def build(case):
    for _ in range(3):
        packet = pipeline.build(Path(case)).folder / "packet.pdf"
        found.add((case, hashlib.sha256(packet.read_bytes()).hexdigest()))

found = set()
threads = [threading.Thread(target=build, args=(case,)) for case in sys.argv[1:]]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(len(found))
"""


def run(code: str, *files: Path) -> str:
    """What a program prints; that it crashed fails the test."""
    done = subprocess.run([sys.executable, "-c", code, *map(str, files)], capture_output=True, text=True, timeout=240)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def test_a_second_thread_waits_until_the_first_has_closed_its_pdf() -> None:
    counted: list[int] = []

    def count() -> None:
        with pdfium.opened(NOTE) as document:
            counted.append(len(document))

    second = threading.Thread(target=count)
    with pdfium.opened(NOTE):
        second.start()
        second.join(0.3)
        assert counted == []
    second.join(10)
    assert counted == [4]


def test_a_child_waits_until_no_thread_is_inside_and_can_then_open_pdfs() -> None:
    inside, leave = threading.Event(), threading.Event()

    def stay() -> None:
        with pdfium.opened(NOTE):
            inside.set()
            leave.wait(10)

    thread = threading.Thread(target=stay)
    thread.start()
    inside.wait(10)
    threading.Timer(0.3, leave.set).start()
    pages = list(each_in_a_child(_pages, [NOTE], seconds=lambda _: 20, memory_bytes=READER_MEMORY_BYTES))
    thread.join()
    assert pages == [(0, 4)]


def _pages(pdf: Path) -> int:
    with pdfium.opened(pdf) as document:
        return len(document)


@pytest.mark.slow
def test_threads_that_draw_at_once_see_the_same_pages() -> None:
    assert run(DRAW, NOTE, next(PAYERS.glob("general/*.pdf"))) == "2"


@pytest.mark.slow
def test_two_cases_built_in_two_threads_many_times_give_the_same_packets(tmp_path: Path) -> None:
    cases = []
    for name in ("chronic-migraine-uhc", "cervical-dystonia"):
        shutil.copytree(SAMPLES / name, tmp_path / name, ignore=shutil.ignore_patterns("packet"))
        cases.append(tmp_path / name / "case.yaml")
    assert run(BUILD, *cases) == "2"
