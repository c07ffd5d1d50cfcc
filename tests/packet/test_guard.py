"""Another patient's page is flagged before and after it is bound, whatever way its header is written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from packetgen import typeset
from packetgen.case import Case
from packetgen.chart.patient import guard_patient
from packetgen.documents.cache import PageCache
from packetgen.documents.model import Document, ToRead
from packetgen.documents.read import read_documents
from packetgen.errors import SafetyStop
from packetgen.extraction.extract import extract
from packetgen.extraction.model import DocumentSummary
from packetgen.packet.bind import bind
from packetgen.packet.choose import Choice, choose
from packetgen.packet.guard import guard_packet
from packetgen.policy.model import Assessment

OWN = "Patient: Whitfield, Dana    DOB: 03/17/1984    MRN: 00418827"
FOREIGN = (
    "Patient: Marsh, Ellen    DOB: 07/02/1971    MRN: 00990412",
    "Patient: Whitfield, Dana    DOB: 09/08/1951    MRN: 00418827",
    "Patient: Whitfield, Dana    DOB: 03/17/1984    MRN: 00777613",
    "Patient Name: Ellen Marsh    Date of birth: 07/02/1971",
    "Name: Marsh, Ellen    Member ID: 555120987",
    "Patient: Dana Whitmore    DOB: 03/17/1984",
    "Patient: Whitfield, Marcus    DOB: 11/30/1980",
    "Patient: Whitfield, Dana    DOB: 03/17/1984    Member ID: 918270000",
    "Pt Name: Okafor, Denise    MRN: 31880042",
    "Name: Daniel Whitfield    DOB: 05/19/2009",
)


def case_of(told) -> Case:
    plain = told.case.model_dump(exclude={"folder"})
    plain["patient"] = {"first_name": "Dana", "last_name": "Whitfield", "birth_date": "1984-03-17", "sex": "F"}
    plain["patient"]["mrn"] = "00418827"
    plain["documents"] = ["note.pdf"]
    return Case.model_validate(plain)


def chart(path: Path, *headers: str) -> Path:
    canvas = typeset.new_canvas(str(path))
    for number, header in enumerate(headers, 1):
        for row, line in enumerate(
            (header, "", *(f"The visit on sheet {number}, as it was told in line {n}" for n in range(9)))
        ):
            typeset.draw(canvas, 54, 740 - 16 * row, line, typeset.REGULAR, 10)
        canvas.showPage()
    canvas.save()
    return path


def read(folder: Path, path: Path) -> Document:
    work = folder / path.stem
    work.mkdir()
    documents, _ = read_documents([ToRead("note.pdf", path)], work, PageCache(work / "cache"))
    return documents[0]


def bound(told, folder: Path, document: Document) -> tuple[Choice, object]:
    case = case_of(told)
    choice = choose(case, [document], [DocumentSummary("A", "clinic_note")], {"A-1"})
    assessment = Assessment(told.assessment.reference, ())
    return choice, bind(case, assessment, [document], choice, [], [], "not signed", folder)


@pytest.mark.parametrize("header", FOREIGN)
def test_another_patients_page_stops_before_and_after_binding(told, tmp_path: Path, header: str) -> None:
    own = read(tmp_path, chart(tmp_path / "own.pdf", OWN, OWN))
    mixed = read(tmp_path, chart(tmp_path / "mixed.pdf", OWN, header))
    with pytest.raises(SafetyStop, match="another patient") as before:
        guard_patient(extract([mixed]).findings, case_of(told), {"A": "note.pdf"})
    assert before.value.where == "note.pdf, page 2"
    # as if the file had been exchanged after it was read
    choice, packet = bound(told, tmp_path, replace(own, exhibit=mixed.exhibit))
    with pytest.raises(SafetyStop, match="another patient") as after:
        guard_packet(packet, choice, case_of(told))
    assert after.value.where == "packet.pdf, Exhibit A, page 2"


def test_the_patients_own_pages_pass_after_binding(told, tmp_path: Path) -> None:
    choice, packet = bound(
        told, tmp_path, read(tmp_path, chart(tmp_path / "own.pdf", OWN, OWN, "A page without a name"))
    )
    guard_packet(packet, choice, case_of(told))
