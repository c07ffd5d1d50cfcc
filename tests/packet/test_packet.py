"""Pieces of the packet: sheets, marks, the account of pages, the worklist."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from packetgen import pdfium
from packetgen.documents.model import Box
from packetgen.errors import Problem, SafetyStop
from packetgen.extraction.model import Evidence
from packetgen.packet.bind import account_for_pages
from packetgen.packet.front import draw_front, lay_out
from packetgen.packet.marks import Mark, number_boxes
from packetgen.packet.model import LeftOut, Part
from packetgen.packet.sheet import BOTTOM, LEFT, RIGHT, TOP, place, whole
from packetgen.packet.worklist import worklist
from packetgen.policy.model import Assessment, Criterion


@pytest.mark.parametrize("size", [(612, 792), (792, 612), (595, 842), (1700, 2200), (300, 400), (2000, 100)])
def test_a_page_of_any_size_keeps_the_margins_free(size: tuple[float, float]) -> None:
    sheet = place(*size)
    box = sheet.box(Box(0, 0, *size))
    assert box.x0 >= LEFT - 0.01
    assert box.x1 <= sheet.width - RIGHT + 0.01
    assert box.top >= TOP - 0.01
    assert box.bottom <= sheet.height - BOTTOM + 0.01
    assert sheet.scale <= 1
    assert (sheet.width > sheet.height) == (size[0] > size[1])


def test_numbers_in_the_margin_do_not_overlap_and_are_not_repeated_nearby() -> None:
    marks = [Mark((Box(50, 100 + n, 90, 110 + n),), (1, n + 2)) for n in range(4)]
    placed = number_boxes(marks, whole())
    assert [number for number, _ in placed].count(1) == 1
    boxes = [box for _, box in placed]
    assert all(above.bottom <= below.top for above, below in pairwise(boxes))


def test_a_row_of_the_crosswalk_never_runs_off_its_page(told) -> None:
    reference = told.assessment.reference
    shown = "; ".join(f"therapy number {n}, taken for a long time without any benefit" for n in range(90))
    criteria = tuple(Criterion(f"c{n}", "Trials", "met", "", (), reference, shown=shown) for n in range(3))
    pages = lay_out(Assessment(reference, criteria))
    assert [len(rows) for rows in pages] == [1, 1, 1]
    assert all(row.height < 560 for rows in pages for row in rows)
    assert pages[0][0].shows[-1][1] == "… and more, which the letter tells"


@pytest.mark.parametrize(
    ("comparisons", "cited"),
    [(("age",), True), (("units_at_most", "interval"), True), (("statement",), False), ((), False)],
)
def test_what_the_request_itself_meets_is_cited_to_the_cover(
    told, tmp_path: Path, comparisons: tuple[str, ...], cited: bool
) -> None:
    reference = told.assessment.reference
    told_by_request = Criterion(
        "c", "18 years or older", "met", "", (), reference, shown="born", comparisons=comparisons
    )
    assessment = Assessment(reference, (told_by_request,))
    parts = [Part("Cover", 1, 1), Part("Criteria", 2, 2)]
    front = tmp_path / "front.pdf"
    _, to_pages = draw_front(front, told.case, assessment, lay_out(assessment), [], parts, {}, [], "")
    with pdfium.opened(front) as pdf:
        text = pdf[1].get_textpage().get_text_range()
    assert ("Cover, p. 1" in text) == cited
    assert [(page, to) for page, _, to in to_pages] == [(1, 1), (1, 2), *([(2, 1)] if cited else [])]


def test_a_quote_that_says_only_what_is_shown_is_not_said_twice(told) -> None:
    reference = told.assessment.reference
    place = Evidence("A", 1, (Box(0, 0, 9, 9),), "10/02/2026", None, "test")
    criterion = Criterion("c", "A note", "met", "", (place,), reference, shown="visit note of 10/02/2026")
    ((row,),) = lay_out(Assessment(reference, (criterion,)))
    assert [text for _, text in row.shows] == ["Visit note of 10/02/2026"]
    ((row,),) = lay_out(Assessment(reference, (replace(criterion, shown="visit note"),)))
    assert [text for _, text in row.shows] == ["Visit note", "“10/02/2026”"]


def test_a_lost_page_of_the_chart_stops(told) -> None:
    out = LeftOut("A", "visit.pdf", (2,), 2, "blank")
    account_for_pages(told.documents, {"A-1": 5, "A-2": 6}, ())
    account_for_pages(told.documents, {"A-1": 5}, (out,))
    with pytest.raises(SafetyStop, match="A-2 is lost"):
        account_for_pages(told.documents, {"A-1": 5}, ())
    with pytest.raises(SafetyStop, match="2 pages of the chart came in; 3"):
        account_for_pages(told.documents, {"A-1": 5, "A-2": 6, "A-3": 7}, ())
    with pytest.raises(SafetyStop, match="2 would go out, and 1"):
        account_for_pages(told.documents, {"A-1": 5, "A-2": 6}, (out,))


def test_numbers_at_the_foot_of_a_page_stay_above_the_stamp_and_apart() -> None:
    marks = [Mark((Box(50, 740 + n, 90, 750 + n),), (n + 1,)) for n in range(8)]
    boxes = [box for _, box in number_boxes(marks, whole())]
    assert all(above.bottom <= below.top for above, below in pairwise(boxes))
    assert boxes[-1].bottom < 792 - BOTTOM


def test_the_worklist_puts_what_is_required_first_and_escapes_signs() -> None:
    problems = [
        Problem("a", "Notes", "look at *this*", "Why <b>?", "clinician", "doubt"),
        Problem("b", "Hours", "missing", "How many?", "clinician", "required"),
        Problem("c", "Plan", "old", "Newer?", "plan", "note"),
    ]
    text = worklist("2026-1", problems, "2 open items")
    assert text.index("Required: Hours") < text.index("Please check: Notes") < text.index("To ask the plan")
    assert r"look at \*this\*" in text
    assert r"Why \<b\>?" in text


def test_a_worklist_without_problems_says_so() -> None:
    assert "Nothing is open." in worklist("2026-1", [], "not signed")
