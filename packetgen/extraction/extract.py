"""Documents -> all findings, by every rule."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice

from packetgen.documents.model import Document, Progress
from packetgen.documents.text import PageText
from packetgen.extraction.about import summarise
from packetgen.extraction.by_document import filled_only, for_another_disease, in_a_diary
from packetgen.extraction.by_page import find_by_page
from packetgen.extraction.denial import find_denial, told_by_a_plan
from packetgen.extraction.diagnoses import are_about_an_indication, are_about_headache
from packetgen.extraction.diary import find_diary, is_diary
from packetgen.extraction.model import Denial, Diagnosis, DocumentSummary, Extraction, Finding, HeadacheFrequency, Score
from packetgen.extraction.repair import repaired

FORMS = (
    "headache_diary",
    "questionnaire",
    "pharmacy_history",
)  # "migraine" is the name of an entry there, not a diagnosis
SUPPLY_FIRST = re.compile(r"\b(?:days?['’]?(?: supply)?|DS|supply)\b[^\n]*\b(?:qty|quantity)\b", re.IGNORECASE)
LISTS = ("pharmacy_history", "intake_form", "questionnaire", "headache_diary")  # they need not name the disease
FILLED = ("intake_form", "questionnaire", "headache_diary")  # whose scores are about what they ask


def extract(
    documents: Sequence[Document], kinds: Mapping[str, str] | None = None, progress: Progress | None = None
) -> Extraction:
    """Read every document by every rule. kinds: what a person said a document is, by its label.

    A finding without a date of its own gets its document's.
    """
    findings: list[Finding] = []
    texts = [repaired([PageText.of(document, page) for page in document.pages]) for document in documents]
    are = [_what_it_is(p, (kinds or {}).get(d.label)) for d, p in zip(documents, texts, strict=True)]
    asked = [
        (page, about_headache)
        for pages, (summary, _) in zip(texts, are, strict=True)
        for about_headache in [summary.kind in LISTS or are_about_headache(pages)]
        for page in pages
    ]
    by_page = iter(find_by_page(asked, progress))
    for document, pages, (summary, months) in zip(documents, texts, are, strict=True):
        is_told = document.label in (kinds or {})
        told = list(islice(by_page, len(pages)))
        found = [f for by_rules, _ in told for f in by_rules] + [f for _, therapies in told for f in therapies]
        if summary.kind == "pharmacy_history":
            supply_second = not any(SUPPLY_FIRST.search(page.text) for page in pages)
            found = [filled_only(f, summary.date, supply_second=supply_second) for f in found]
        if summary.kind == "headache_diary":
            found = [in_a_diary(f) for f in found]
        if summary.kind in FORMS:
            found = [f for f in found if not (isinstance(f.value, Diagnosis) and f.value == Diagnosis("migraine"))]
        if summary.kind == "denial_letter":
            found = told_by_a_plan(found)
        if summary.kind not in FILLED and not _tells_parts(found) and not are_about_an_indication(pages, found):
            found = found if summary.kind in LISTS else for_another_disease(found)
            found = [f for f in found if not isinstance(f.value, Score | HeadacheFrequency)]
        found += _denial(pages, is_told=is_told) if summary.kind == "denial_letter" else months
        findings += [f if f.as_of else replace(f, as_of=summary.date) for f in found]
    return Extraction(tuple(summary for summary, _ in are), tuple(findings))


def _what_it_is(pages: Sequence[PageText], told: str | None) -> tuple[DocumentSummary, list[Finding]]:
    """The summary of a document, and the months of a diary in it. told: its kind, when a person said it."""
    summary = summarise(pages, told)
    months = [] if summary.kind == "denial_letter" else find_diary(pages)
    if not told and is_diary(pages, months):
        summary = replace(summary, kind="headache_diary")
    return summary, months


def _tells_parts(findings: Sequence[Finding]) -> bool:
    """Whether a document holds a score with its parts: a filled scale or a bladder diary names no disease."""
    return any(isinstance(f.value, Score) and len(f.value.subscores) > 1 for f in findings)


def _denial(pages: Sequence[PageText], *, is_told: bool) -> list[Finding]:
    """The denial that a letter is; where nobody told that it is one, it must name its case or its member."""
    found = find_denial(pages)
    values = [finding.value for finding in found if isinstance(finding.value, Denial)]
    return found if is_told or any(value.reference or value.member_id for value in values) else []
