"""What cannot be read, or is held back, never goes missing in silence: it is named, and the packet stays a draft."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pypdf
import pytest

from packetgen import typeset
from packetgen.resources import SAMPLES

from .conftest import packetgen

pytestmark = pytest.mark.slow


def case_with(folder: Path, *documents: str) -> Path:
    shutil.copytree(SAMPLES / "chronic-migraine-aetna", folder, ignore=shutil.ignore_patterns("packet"))
    case = (folder / "case.yaml").read_text()
    text = case[: case.index("documents:")] + "documents:\n" + "".join(f"  - {d}\n" for d in documents)
    (folder / "case.yaml").write_text(text)
    return folder / "case.yaml"


def test_a_damaged_exhibit_leaves_a_slip_that_the_contents_name(tmp_path: Path) -> None:
    case = case_with(tmp_path / "case", "visit.pdf", "broken.pdf")
    (tmp_path / "case" / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing of a PDF\n")
    done = packetgen("build", case)
    assert done.returncode == 4
    assert "broken.pdf" in done.stderr
    pdf = pypdf.PdfReader(tmp_path / "case" / "packet" / "packet.pdf")
    account = json.loads((tmp_path / "case" / "packet" / "manifest.json").read_text())
    assert len(pdf.pages) == sum(part["last_page"] - part["first_page"] + 1 for part in account["parts"])
    assert "Exhibit B: could not be read" in pdf.pages[0].extract_text()
    assert "This document could not be read" in pdf.pages[-1].extract_text()
    assert all("DRAFT" in page.extract_text() for page in pdf.pages)


def test_a_cited_page_that_looks_protected_waits_for_a_person(tmp_path: Path) -> None:
    case = case_with(tmp_path / "case", "visit.pdf", "program.pdf")
    canvas = typeset.new_canvas(str(tmp_path / "case" / "program.pdf"))
    lines = (
        "Riverside Recovery, substance abuse treatment program", "Progress note    Date of service: 09/01/2026",
        "Assessment: chronic migraine, G43.719.", "She reports headache on 20 of the last 30 days.",
        "Untreated headaches last 8 hours.", "Propranolol 80 mg 01/2025 - 06/2025. No benefit.",
    )  # fmt: skip
    for row, line in enumerate(lines):
        typeset.draw(canvas, 54, 740 - 18 * row, line, typeset.REGULAR, 10)
    canvas.save()
    done = packetgen("build", case)
    assert done.returncode == 3
    assert "program.pdf, page 1: This page is cited and looks like treatment of substance use" in done.stderr
    text = "".join(page.extract_text() for page in pypdf.PdfReader(case.parent / "packet" / "packet.pdf").pages)
    assert "This page is held back" in text
    assert "Recovery" not in text
    case.write_text(case.read_text().replace("- program.pdf", "- {path: program.pdf, release: {1: patient agreed}}"))
    released = packetgen("build", case)
    assert "looks like" not in released.stderr
    text = "".join(page.extract_text() for page in pypdf.PdfReader(case.parent / "packet" / "packet.pdf").pages)
    assert "Riverside Recovery" in text
    assert "program.pdf" in read_in(case)
    case.write_text(case.read_text().replace("release:", "leave_out:"))
    packetgen("build", case)
    assert read_in(case) == {"visit.pdf"}


def read_in(case: Path) -> set[str]:
    """The documents that something was read in."""
    findings = json.loads((case.parent / "packet" / "findings.json").read_text())["findings"]
    return {place["document"] for finding in findings for place in finding["evidence"]}
