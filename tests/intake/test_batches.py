"""A fax of several patients is cut where the patient changes, and only there."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from pypdf import PdfReader

from packetgen.documents.cache import PageCache
from packetgen.documents.model import ToRead
from packetgen.documents.read import read_documents
from packetgen.intake.batches import propose
from packetgen.intake.match import Seen
from packetgen.intake.reading import PageRead
from packetgen.resources import SAMPLES
from packetgen.workspace import Workspace
from tests.intake.conftest import drop, file_all, why

ANN = Seen("Ann Lee", "1980-01-02", record="111")
BOB = Seen("Bob Marsh", "1979-07-22", record="222")
NOBODY = PageRead(None)


def page(seen: Seen | None, number: int = 0, of: int = 0, begins: bool = False) -> PageRead:
    return PageRead(seen, "", begins, (number, of) if number else None)


def cuts(*pages: PageRead) -> list[tuple[int, int, bool]]:
    """(first, last, whether a person must look) of each part."""
    proposal = propose(pages)
    assert proposal is not None and proposal.why == ""
    return [(part.first, part.last, bool(part.why)) for part in proposal.parts]


def test_a_document_of_one_patient_is_not_cut() -> None:
    assert propose([page(ANN), NOBODY, page(Seen("Ann Lee"))]) is None
    assert propose([NOBODY, NOBODY]) is None


def test_it_is_cut_where_the_patient_changes() -> None:
    assert cuts(page(ANN), page(ANN), page(BOB)) == [(1, 2, False), (3, 3, False)]
    assert cuts(page(ANN), page(BOB), page(ANN)) == [(1, 1, False), (2, 2, False), (3, 3, False)]


def test_a_page_without_identity_between_two_of_one_patient_is_theirs_unless_it_begins_something() -> None:
    assert cuts(page(ANN), NOBODY, page(ANN), page(BOB)) == [(1, 3, False), (4, 4, False)]
    assert cuts(page(ANN), page(None, begins=True), page(ANN), page(BOB)) == [
        (1, 1, False), (2, 2, True), (3, 3, False), (4, 4, False),
    ]  # fmt: skip


def test_a_page_without_identity_at_a_change_waits_for_a_person() -> None:
    assert cuts(page(ANN), NOBODY, page(BOB), NOBODY) == [(1, 1, False), (2, 2, True), (3, 3, False), (4, 4, True)]
    assert cuts(page(None, begins=True), page(ANN), page(BOB))[0] == (1, 1, True)


def test_page_2_of_2_goes_with_page_1_of_2_but_the_count_of_the_fax_machine_says_nothing() -> None:
    own = [page(ANN, 1, 2), page(None, 2, 2), page(BOB, 1, 1)]
    assert cuts(*own) == [(1, 2, False), (3, 3, False)]
    machine = [page(ANN, 1, 3), page(None, 2, 3), page(BOB, 3, 3)]
    assert cuts(*machine) == [(1, 1, False), (2, 2, True), (3, 3, False)]


def test_where_a_page_shows_one_identifier_only_the_whole_fax_waits_for_a_person() -> None:
    proposal = propose([page(ANN), page(Seen("Botox Injection")), page(BOB)])
    assert proposal is not None and "page 2 shows one identifier only" in proposal.why


def test_a_twins_poorly_read_page_is_not_taken_for_her_sisters() -> None:
    jan = Seen("Jan Lee", "1980-01-02", "55", scanned=True)
    jon = Seen("Jon Lee", "1980-01-02", "55", scanned=True)
    assert cuts(page(jan), page(jon), page(BOB)) == [(1, 1, False), (2, 2, True), (3, 3, False)]


@pytest.mark.slow
def test_the_parts_of_a_scanned_fax_are_not_read_by_ocr_again(
    clinic: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACKETGEN_CACHE", str(tmp_path / "cache"))
    with pypdfium2.PdfDocument(SAMPLES / "wrong-patient" / "calls.pdf") as document:
        first, *others = [page.render(scale=200 / 72).to_pil().convert("1") for page in document]
    first.save(tmp_path / "fax.tif", save_all=True, append_images=others, dpi=(200, 200))
    drop(clinic, "fax.tif", tmp_path / "fax.tif")
    tesseract = shutil.which("tesseract")
    (tmp_path / "bin").mkdir()
    counting = tmp_path / "bin" / "tesseract"
    counting.write_text(f'#!/bin/sh\ncase "$*" in *tsv*) echo "$@" >> {tmp_path}/runs;; esac\nexec {tesseract} "$@"\n')
    counting.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    (part, other, *_) = (one for name, one in sorted(file_all(clinic).items()) if name != "fax.tif")
    assert (part.case_id, other.case_id) == ("2026-0142", "2026-0157")
    before = (tmp_path / "runs").read_text()
    assert before
    for one in (part, other):
        ((document,), _) = read_documents([ToRead("part", clinic.folder / one.place)], tmp_path / "work", PageCache())
        assert [page.source for page in document.pages] == ["ocr"]
    assert (tmp_path / "runs").read_text() == before
    assert before.count("\n") <= len(others) + 1


@pytest.mark.slow
def test_a_fax_of_two_patients_is_cut_and_each_part_goes_to_its_case_and_the_fax_is_kept(
    clinic: Workspace, tmp_path: Path
) -> None:
    source = SAMPLES / "wrong-patient" / "calls.pdf"
    with pikepdf.open(source) as pdf:  # and a page that is nobody's, at the end
        pdf.add_blank_page(page_size=(612, 792))
        pdf.save(tmp_path / "fax.pdf")
    drop(clinic, "fax.pdf", tmp_path / "fax.pdf")
    found = file_all(clinic)
    fax, ann, bob, open_page = (found[n] for n in ("fax.pdf", "fax, page 1.pdf", "fax, page 2.pdf", "fax, page 3.pdf"))
    assert (ann.case_id, bob.case_id) == ("2026-0142", "2026-0157")
    assert open_page.went == "needs filing" and "page 3 of fax.pdf shows no name" in why(clinic, open_page)
    assert (fax.went, fax.place) == ("split", "originals/fax.pdf")
    assert (clinic.folder / fax.place).read_bytes() == (tmp_path / "fax.pdf").read_bytes()
    assert "page 2: one patient" in why(clinic, fax)
    for part, name in ((ann, "Whitfield"), (bob, "Marsh")):
        assert part.part_of == fax.id
        text = "".join(p.extract_text() for p in PdfReader(clinic.folder / part.place).pages)
        assert name in text and len(PdfReader(clinic.folder / part.place).pages) == 1
