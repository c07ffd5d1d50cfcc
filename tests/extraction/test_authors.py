"""Who wrote a note, of what specialty, and whether it is signed."""

from __future__ import annotations

import pytest

from packetgen.extraction.authors import signatures, written_by


@pytest.mark.parametrize("said", signatures().signed, ids=lambda s: s.example[:40])
def test_a_signature_is_read_from_its_example(page_text, said) -> None:  # type: ignore[no-untyped-def]
    written = written_by([page_text(f"Progress note\n\n{said.example}")])
    assert written.signed
    assert (written.author or "").lower() == "lena ortiz"


@pytest.mark.parametrize("said", signatures().unsigned, ids=lambda s: s.example)
def test_what_says_that_a_note_is_not_signed_is_believed(page_text, said) -> None:  # type: ignore[no-untyped-def]
    assert not written_by([page_text(f"Electronically signed by Lena Ortiz, MD\n\n{said.example}")]).signed


@pytest.mark.parametrize("said", signatures().author, ids=lambda s: s.example)
def test_an_author_is_read_from_its_example(page_text, said) -> None:  # type: ignore[no-untyped-def]
    written = written_by([page_text(said.example)])
    assert (written.author, written.signed) == ("Lena Ortiz", False)


@pytest.mark.parametrize("said", signatures().of_others, ids=lambda s: s.example)
def test_a_name_of_another_is_no_author(page_text, said) -> None:  # type: ignore[no-untyped-def]
    assert written_by([page_text(said.example)]).author is None


@pytest.mark.parametrize("said", signatures().specialties, ids=lambda s: s.name)
def test_a_specialty_is_read_from_its_example(page_text, said) -> None:  # type: ignore[no-untyped-def]
    assert written_by([page_text(f"{said.example}\nProgress note\n\nSeen today.")]).specialty == said.name


@pytest.mark.parametrize(
    ("note", "author", "specialty", "signed"),
    [
        ("Riverbend Family Medicine\nVisit 10/2/2025\n\nRefer to neurology for Botox.\n\nSam Field, MD", "Sam Field",
         "primary care", False),
        ("LOCAL TITLE: PM&R SPASTICITY CONSULT\nAUTHOR: RAMSBOTTOM,ELOISE R   STATUS: COMPLETED\n\nNote.\n\n"
         "/es/ ELOISE R RAMSBOTTOM, MD, STAFF PHYSIATRIST\nSigned: 08/19/2025 14:21", "ELOISE R RAMSBOTTOM",
         "physiatry", True),
        ("Letter\n\n\n\n\n\n\nThank you.\n\nOttavia Brandvold-Shah, MD\nHeadache Medicine\ncc: Lorna Buie, NP",
         "Ottavia Brandvold-Shah", "neurology", False),
        ("A page of a chart.\n\n\n\n\n\n\nShe saw a neurologist, Dr. Ortiz.", None, None, False),
        ("Dermatology\nSTATUS: Unsigned draft\nDictated by: Lena Ortiz, MD", "Lena Ortiz", "dermatology", False),
    ],
)  # fmt: skip
def test_whose_note_it_is(page_text, note: str, author: str, specialty: str, signed: bool) -> None:  # type: ignore[no-untyped-def]
    written = written_by([page_text(note)])
    assert (written.author, written.specialty, written.signed) == (author, specialty, signed)
    assert all(place.quote for place in written.places)
