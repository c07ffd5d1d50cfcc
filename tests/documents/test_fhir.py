"""FHIR documents of record systems: their narrative is read, nothing is fetched, nothing else is taken for one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from packetgen.documents.cache import PageCache
from packetgen.documents.fhir import text_of_fhir
from packetgen.documents.model import ToRead
from packetgen.documents.read import read_documents
from packetgen.errors import UnreadableInput

XHTML = '<div xmlns="http://www.w3.org/1999/xhtml">{}</div>'
DOCUMENT = {
    "resourceType": "Bundle",
    "type": "document",
    "entry": [
        {
            "fullUrl": "urn:uuid:1",
            "resource": {
                "resourceType": "Composition",
                "title": "Progress note",
                "date": "2026-10-02T10:15:00-06:00",
                "subject": {"reference": "Patient/p"},
                "author": [{"reference": "urn:uuid:3"}, {"reference": "https://192.0.2.1/Practitioner/9"}],
                "section": [
                    {
                        "title": "History",
                        "text": {"div": XHTML.format("<p>Headache on 22 of the last 30&#160;days.</p>")},
                        "section": [{"title": "Trials", "text": {"div": XHTML.format("Topiramate failed.")}}],
                    },
                    {
                        "title": "Medications",
                        "text": {
                            "div": XHTML.format("<table><tr><td>Rizatriptan</td><td>10 mg</td></tr></table>"),
                        },
                    },
                ],
            },
        },
        {
            "fullUrl": "urn:uuid:2",
            "resource": {
                "resourceType": "Patient",
                "id": "p",
                "name": [{"given": ["Dana", "Q"], "family": "Whitfield"}],
                "birthDate": "1984-03-17",
                "identifier": [{"value": "X1"}, {"type": {"coding": [{"code": "MR"}]}, "value": "00418827"}],
            },
        },
        {
            "fullUrl": "urn:uuid:3",
            "resource": {
                "resourceType": "Practitioner",
                "name": [{"given": ["Lena"], "family": "Ortiz", "suffix": ["MD"]}],
            },
        },
    ],
}


def test_the_narrative_is_read_as_a_person_sees_it() -> None:
    lines = [line for line in text_of_fhir(json.dumps(DOCUMENT).encode(), "note.json").splitlines() if line]
    assert lines == [
        "Progress note",
        "Patient: Dana Q Whitfield   DOB: 03/17/1984",
        "MRN: 00418827",
        "Date: 10/02/2026",
        "Author: Lena Ortiz MD",
        "HISTORY",
        "Headache on 22 of the last 30 days.",
        "TRIALS",
        "Topiramate failed.",
        "MEDICATIONS",
        "Rizatriptan   10 mg",
    ]


def test_it_becomes_a_document(tmp_path: Path) -> None:
    (tmp_path / "note.json").write_text(json.dumps(DOCUMENT))
    ((document,), problems) = read_documents(
        [ToRead("note.json", tmp_path / "note.json")], tmp_path / "work", PageCache(tmp_path / "cache")
    )
    assert problems == ()
    assert "22" in {word.text for word in document.page(1).words}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("{}", "well-formed FHIR"),
        ('{"resourceType": "Patient"}', "no FHIR document"),
        ('{"resourceType": "Bundle", "entry": []}', "no FHIR document"),
        ('{"resourceType": "Bundle", "entry": [7]}', "well-formed FHIR"),
        (
            '{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Composition", "section": [7]}}]}',
            "well",
        ),
    ],
)
def test_anything_else_is_refused_by_name(content: str, told: str) -> None:
    with pytest.raises(UnreadableInput, match=told) as refused:
        text_of_fhir(content.encode(), "note.json")
    assert refused.value.where == "note.json"
