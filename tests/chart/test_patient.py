from __future__ import annotations

from pathlib import Path

import pytest

from packetgen.case import read_case
from packetgen.chart.patient import guard_patient
from packetgen.documents.model import Box
from packetgen.errors import SafetyStop
from packetgen.extraction.model import Evidence, Finding, Identity

CASE = """\
case: x1
request: {indication: chronic_migraine, icd10: G43.709, cpt: "64615", units: 155, start_date: 2026-12-08}
patient: {first_name: Dana, last_name: Whitfield, birth_date: 1984-03-17, sex: F, mrn: "00418827"}
insurance: {payer: uhc-community, member_id: "918273645"}
provider: {name: "Lena Ortiz, MD", npi: "1234567893", specialty: neurology, practice: C, phone: 555-0100, fax: 555-0101}
documents: [note.txt]
"""


def guard(tmp_path: Path, confidence: float | None = None, **seen: str):  # type: ignore[no-untyped-def]
    (tmp_path / "note.txt").write_text("x")
    (tmp_path / "case.yaml").write_text(CASE)
    place = Evidence("A", 2, (Box(0, 0, 1, 1),), "q", confidence, "test")
    finding = Finding(Identity(**seen), "present", (place,))
    return guard_patient([finding], read_case(tmp_path / "case.yaml"), {"A": "note.txt"})


@pytest.mark.parametrize(
    "seen",
    [
        {"name": "Dana Whitfield", "birth_date": "1984-03-17"},
        {"name": "Whitfield, Dana M", "birth_date": "1984-03-17", "mrn": "00418827"},
        {"name": "D. Whitfield"},
        {"member_id": "918 273 645"},
        {},
    ],
)
def test_the_patients_own_pages_pass(tmp_path: Path, seen: dict[str, str]) -> None:
    assert guard(tmp_path, **seen) == ()


@pytest.mark.parametrize(
    "seen",
    [
        {"name": "Marcus Hale", "birth_date": "1970-01-01"},
        {"name": "Dana Whitfield", "birth_date": "1991-11-02"},
        {"name": "Dana Whitfield", "birth_date": "1984-03-18"},
        {"birth_date": "1970-01-01"},
        {"name": "Dana Whitfield", "mrn": "99"},
        {"name": "Nora Whitfield", "birth_date": "1984-03-17"},
    ],
)
def test_another_patients_page_stops_and_is_named(tmp_path: Path, seen: dict[str, str]) -> None:
    with pytest.raises(SafetyStop) as caught:
        guard(tmp_path, **seen)
    assert caught.value.where == "note.txt, page 2"
    assert "Whitfield" not in str(caught.value)


def test_one_misread_character_on_a_scan_is_for_a_person(tmp_path: Path) -> None:
    problems = guard(tmp_path, confidence=70.0, name="Dana Whitfield", birth_date="1984-03-11")
    assert [p.code for p in problems] == ["identity_unclear"]


def test_a_misread_number_alone_still_stops(tmp_path: Path) -> None:
    with pytest.raises(SafetyStop):
        guard(tmp_path, confidence=70.0, birth_date="1984-03-11")
