"""Two machines, the same packet: another place, clock zone, language, umask and hash seed change no byte of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from packetgen.resources import SAMPLES

from .conftest import Run

ELSEWHERE = {"TZ": "Asia/Kathmandu", "LC_ALL": "C", "LANG": "tr_TR.UTF-8", "PYTHONHASHSEED": "1234"}


@pytest.mark.slow
def test_another_machine_builds_the_same_bytes(uhc: Run, tmp_path: Path) -> None:
    case = tmp_path / "another place" / "case.yaml"
    shutil.copytree(SAMPLES / "chronic-migraine-uhc", case.parent, ignore=shutil.ignore_patterns("packet"))
    environment = {**os.environ, **ELSEWHERE, "PACKETGEN_CACHE": str(tmp_path / "empty cache"), "HOME": str(tmp_path)}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    command = [sys.executable, "-m", "packetgen", "build", "case.yaml"]
    done = subprocess.run(command, env=environment, cwd=case.parent, umask=0o077, capture_output=True, check=False)
    assert done.returncode == uhc.code, done.stderr
    for name in ("packet.pdf", "letter.docx", "form-general-request.pdf", "findings.json", "assessment.json"):
        assert (case.parent / "packet" / name).read_bytes() == (uhc.folder / name).read_bytes(), name


def test_qpdf_pdfium_and_poppler_agree_on_every_page(uhc: Run) -> None:
    path = uhc.folder / "packet.pdf"
    with pikepdf.open(path) as opened:
        assert opened.check_pdf_syntax() == []
        assert opened.get_warnings() == []
        count = len(opened.pages)
    done = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    poppler = done.stdout.split("\f")[:-1]
    document = pypdfium2.PdfDocument(path)
    assert len(poppler) == len(document) == count
    for number, (page, text) in enumerate(zip(document, poppler, strict=True), 1):
        assert f"page {number} of {count} · case 2026-0142" in text
        assert letters(page.get_textpage().get_text_range()) == letters(text), number


def letters(text: str) -> list[str]:
    return sorted(sign for sign in text if sign.isalnum())
