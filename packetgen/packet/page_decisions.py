"""What people decided about pages on the review page, as if the case file said it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Literal

from packetgen.case import Case, CaseDocument, page_numbers
from packetgen.chart.decide import does_not_fit
from packetgen.chart.decisions import Decision
from packetgen.documents.model import Document
from packetgen.errors import Problem

PAGE_EVENTS: tuple[Literal["include", "leave_out", "release"], ...] = ("include", "leave_out", "release")


def page_decisions(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """Those decisions that are about pages."""
    return tuple(decision for decision in decisions if decision.event in PAGE_EVENTS)


def decide_pages(
    case: Case, documents: Sequence[Document], decisions: Iterable[Decision]
) -> tuple[Case, tuple[Problem, ...]]:
    """The case with pages to include, leave out and release as people decided; the last decision on a page counts.

    Problems name decisions about a document that is not in the case any more.
    """
    about_pages = page_decisions(decisions)
    there = {document.sha256 for document in documents}
    told = tuple(
        reduce(_decided, (d for d in about_pages if d.document == document.sha256), listed)
        for document, listed in zip(documents, case.documents, strict=True)
    )
    lost = [decision for decision in about_pages if decision.document not in there]
    problems = tuple(does_not_fit(decision, "the document is no longer in the case") for decision in lost)
    return case.model_copy(update={"documents": told}), problems


def _decided(typed: CaseDocument, decision: Decision) -> CaseDocument:
    about = set(decision.pages)
    asked = page_numbers(typed.pages) if typed.pages else frozenset()
    asked = asked - about if decision.event == "leave_out" else asked | about
    left_out = {page: why for page, why in _single(typed.leave_out).items() if int(page) not in about}
    release = _single(typed.release)
    here = {str(page): decision.why for page in sorted(about)}
    if decision.event == "leave_out":
        left_out |= here
    elif decision.event == "release":
        release |= here
    pages = ", ".join(map(str, sorted(asked))) or None
    return typed.model_copy(update={"pages": pages, "leave_out": left_out, "release": release})


def _single(by_pages: dict[str, str]) -> dict[str, str]:
    """Reasons by single page."""
    return {str(number): why for pages, why in by_pages.items() for number in sorted(page_numbers(pages))}
