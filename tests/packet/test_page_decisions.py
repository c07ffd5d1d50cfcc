"""Decisions about pages read as if the case file said them."""

from __future__ import annotations

from packetgen.case import CaseDocument
from packetgen.chart.decisions import Decision
from packetgen.packet.page_decisions import decide_pages
from tests.conftest import Told


def decided(told: Told, *decisions: tuple[str, tuple[int, ...]], **typed: object) -> CaseDocument:
    listed = told.case.documents[0].model_copy(update=typed)
    case = told.case.model_copy(update={"documents": (listed,)})
    sha256 = told.documents[0].sha256
    events = [Decision(event, "A", "", why=f"why {event}", document=sha256, pages=n) for event, n in decisions]
    after, problems = decide_pages(case, told.documents, events)
    assert not problems
    return after.documents[0]


def test_the_last_decision_on_a_page_counts(told: Told) -> None:
    after = decided(told, ("leave_out", (1, 2)), ("include", (2,)))
    assert (after.pages, after.leave_out) == ("2", {"1": "why leave_out"})


def test_a_page_that_the_case_file_leaves_out_can_be_included(told: Told) -> None:
    after = decided(told, ("include", (2,)), leave_out={"1-2": "not hers"})
    assert (after.pages, after.leave_out) == ("2", {"1": "not hers"})


def test_a_page_that_is_released_goes_in_and_stays_released_when_included_again(told: Told) -> None:
    after = decided(told, ("release", (2,)), ("include", (1, 2)))
    assert (after.pages, after.release) == ("1, 2", {"2": "why release"})


def test_a_decision_about_another_document_is_told(told: Told) -> None:
    case, problems = decide_pages(
        told.case, told.documents, [Decision("leave_out", "A", "", document="f" * 64, pages=(1,))]
    )
    assert case == told.case
    assert [problem.code for problem in problems] == ["decision_does_not_fit"]
