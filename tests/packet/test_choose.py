"""Only what is needed goes in: which pages, which not, and what is held back for a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from packetgen.case import Case, page_numbers
from packetgen.chart import words
from packetgen.documents.model import Box, Document, Line, Page, Word
from packetgen.errors import BadCaseFile
from packetgen.extraction.model import DocumentSummary, Evidence
from packetgen.packet.choose import Choice, choose, left_out_by_a_person, without_left_out
from packetgen.packet.leftout import lay_out_left_out
from packetgen.packet.protected import categories_in, load


def page(number: int, text: str, source: str) -> Page:
    line = Line(tuple(Word(word, Box(50, 50, 90, 60)) for word in text.split()))
    return Page(number, 612, 792, 0, source, (line,), ("blank",) if not text else ())


def document(*texts: str, label: str = "A", source: str = "text") -> Document:
    pages = tuple(page(number, text, source) for number, text in enumerate(texts, 1))
    return Document(label, f"{label}.pdf", "0" * 64, pages, Path("none.pdf"))


def chosen(told, documents: list[Document], cited: set[str], typed: list[object] | None = None) -> Choice:
    case = told.case.model_dump(exclude={"folder"})
    case["documents"] = typed or [d.path for d in documents]
    summaries = [
        DocumentSummary(
            d.label,
            "clinic_note",
            "2026-10-02",
            evidence=(Evidence(d.label, 1, (), "Date of visit", None, "test"),),
        )
        for d in documents
    ]
    return choose(Case.model_validate(case), documents, summaries, cited)


def pages_in(choice: Choice) -> dict[str, tuple[int, ...]]:
    return {exhibit.document.label: exhibit.pages for exhibit in choice.exhibits}


def test_a_short_note_goes_in_whole_and_a_long_chart_by_its_cited_pages(told) -> None:
    short, long = document(*["note"] * 4), document(*["note"] * 40, label="B")
    choice = chosen(told, [short, long], {"A-2", "B-17", "B-18"})
    assert pages_in(choice) == {"A": (1, 2, 3, 4), "B": (1, 17, 18)}
    assert choice.exhibits[1].title == "Exhibit B: visit note of 10/02/2026, pages 1, 17–18 of 40"
    assert [(item.exhibit, len(item.pages), item.why) for item in choice.left_out] == [
        ("B", 37, "nothing on it is cited")
    ]


def test_blank_pages_and_documents_that_nothing_cites_stay_out_and_are_named(told) -> None:
    choice = chosen(told, [document("note", ""), document("note", label="B")], {"A-1"})
    assert pages_in(choice) == {"A": (1,)}
    assert [(item.exhibit, item.pages, item.why) for item in choice.left_out] == [
        ("A", (2,), "blank"),
        ("B", (1,), "nothing on it is cited"),
    ]
    assert [(p.code, p.where, p.severity) for p in choice.problems] == [("document_not_needed", "B.pdf", "note")]


def test_a_page_that_no_machine_could_read_is_never_left_out_in_silence(told) -> None:
    choice = chosen(told, [document("", source="none")], set())
    assert pages_in(choice) == {"A": (1,)}
    assert choice.exhibits[0].title == "Exhibit A: could not be read"


def test_a_person_may_add_pages(told) -> None:
    choice = chosen(told, [document(*["note"] * 20)], {"A-9"}, [{"path": "A.pdf", "pages": "3-4, 20"}])
    assert pages_in(choice) == {"A": (1, 3, 4, 9, 20)}


def test_a_protected_page_that_nothing_cites_is_held_back_and_told(told) -> None:
    choice = chosen(told, [document("note", "HIV antibody: nonreactive")], {"A-1"})
    assert pages_in(choice) == {"A": (1,)}
    assert choice.left_out[0].why == "looks like HIV; held back"
    assert [(p.code, p.where, p.severity) for p in choice.problems] == [("page_held", "A.pdf, page 2", "note")]


def test_a_protected_page_that_is_cited_stops_the_packet_until_a_person_decides(told) -> None:
    documents = [document("note", "Attends a methadone clinic")]
    choice = chosen(told, documents, {"A-2"})
    assert choice.exhibits[0].held == {2}
    assert [(p.code, p.severity) for p in choice.problems] == [("page_held", "required")]
    released = chosen(told, documents, {"A-2"}, [{"path": "A.pdf", "release": {"2": "consent of 10/02/2026"}}])
    assert (released.exhibits[0].pages, released.exhibits[0].held, released.problems) == ((1, 2), frozenset(), ())


def test_a_page_left_out_by_a_person_stays_out_with_the_reason(told) -> None:
    typed = [{"path": "A.pdf", "leave_out": {"2": "about her knee"}}]
    choice = chosen(told, [document("note", "Attends a methadone clinic", "note")], {"A-1"}, typed)
    assert pages_in(choice) == {"A": (1, 3)}
    assert [(item.pages, item.why) for item in choice.left_out] == [((2,), "about her knee")]
    assert choice.problems == ()


def test_what_stands_on_a_page_left_out_proves_nothing(told) -> None:
    case = told.case.model_dump(exclude={"folder"})
    case["documents"] = [{"path": "visit.pdf", "leave_out": {"2": "another patient's"}}]
    documents = (document("Note of 10/02/2026", "HIV"),)
    left = without_left_out(Case.model_validate(case), documents)
    assert [[word.text for word in page.words] for page in left[0].pages] == [["Note", "of", "10/02/2026"], []]
    assert left_out_by_a_person(Case.model_validate(case), documents) == {"A-2"}


def test_a_page_that_the_document_does_not_have_is_an_error(told) -> None:
    case = told.case.model_dump(exclude={"folder"})
    case["documents"] = [{"path": "visit.pdf", "release": {"7": "why"}}]
    with pytest.raises(BadCaseFile, match=r"visit.pdf has 2 pages, and the case file speaks of page 7"):
        left_out_by_a_person(Case.model_validate(case), told.documents)


def test_the_plan_is_not_told_what_protected_pages_hold(told) -> None:
    choice = chosen(told, [document("note", "HIV positive", "")], {"A-1"})
    assert lay_out_left_out(choice.left_out) == [
        [("Document A", ["2 of 3"], "Not needed for this request"), ("Document A", ["3 of 3"], "Blank")]
    ]


def test_a_long_list_of_pages_left_out_runs_over_pages(told) -> None:
    documents = [document(*["note"] * 9, label=f"D{n}") for n in range(40)]
    pages = lay_out_left_out(chosen(told, documents, set()).left_out)
    assert len(pages) == 2
    assert sum(map(len, pages)) == 40


@pytest.mark.parametrize("category", load().categories, ids=lambda category: category.id)
def test_a_protected_kind_is_read_from_its_examples(category) -> None:  # type: ignore[no-untyped-def]
    assert all(category.says in categories_in(text) for text in category.examples)
    assert not any(category.says in categories_in(text) for text in category.other)


def test_page_lists_are_read_and_written() -> None:
    assert page_numbers("1-3, 7") == {1, 2, 3, 7}
    assert words.pages({7, 1, 3, 2}) == "1–3, 7"
