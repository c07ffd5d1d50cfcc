"""Only what is needed: which pages of the chart go into the packet, which do not, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from packetgen.case import Case, CaseDocument, page_numbers
from packetgen.chart import words
from packetgen.documents.model import Document, Page
from packetgen.errors import BadCaseFile, Problem
from packetgen.extraction.model import DocumentSummary
from packetgen.limits import SHORT_NOTE_PAGES
from packetgen.packet.model import Exhibit, LeftOut
from packetgen.packet.protected import looks_protected

BLANK = "blank"
NOT_CITED = "nothing on it is cited"
HELD = "page_held"  # code of the problem


@dataclass(frozen=True, slots=True)
class Choice:
    """The exhibits of a packet and the pages left out; together they are the whole chart."""

    exhibits: tuple[Exhibit, ...]
    left_out: tuple[LeftOut, ...]
    problems: tuple[Problem, ...]


def left_out_by_a_person(case: Case, documents: Sequence[Document]) -> frozenset[str]:
    """The exhibit pages that the case file leaves out ("A-3"): nothing on them may prove anything.

    Raises BadCaseFile for a page that its document does not have.
    """
    found: set[str] = set()
    for document, typed in zip(documents, case.documents, strict=True):
        for pages in (*typed.leave_out, *typed.release, *([typed.pages] if typed.pages else [])):
            if max(page_numbers(pages)) > len(document.pages):
                raise BadCaseFile(
                    f"{typed.path} has {len(document.pages)} pages, and the case file speaks of page {pages}",
                    where="case.yaml",
                    fix="Correct the page numbers under documents:.",
                )
        found |= {f"{document.label}-{number}" for number in _decided(typed.leave_out)}
    return frozenset(found)


def without_left_out(case: Case, documents: Sequence[Document]) -> tuple[Document, ...]:
    """The documents as they may be used: nothing stands on a page that a person left out."""
    out = left_out_by_a_person(case, documents)
    return tuple(
        replace(
            document,
            pages=tuple(
                replace(page, lines=()) if f"{document.label}-{page.number}" in out else page for page in document.pages
            ),
        )
        for document in documents
    )


def choose(
    case: Case, documents: Sequence[Document], summaries: Sequence[DocumentSummary], cited: Collection[str]
) -> Choice:
    """Choose the pages. cited: the exhibit pages that criteria, form and letters cite ("A-2")."""
    exhibits: list[Exhibit] = []
    left_out: list[LeftOut] = []
    problems: list[Problem] = []
    for document, typed, summary in zip(documents, case.documents, summaries, strict=True):
        here = {page.number for page in document.pages if f"{document.label}-{page.number}" in cited}
        wanted = _wanted(document, typed, summary, here)
        held = _held(document, typed)
        by_person = _decided(typed.leave_out)
        pages = [n for n in wanted if n not in by_person and (n not in held or n in here)]
        if pages:
            shown_not = frozenset(held) & frozenset(pages)
            exhibits.append(Exhibit(document, exhibit_title(document, summary, pages), tuple(pages), shown_not))
        left_out += _left_out(document, set(pages), by_person, held)
        problems += _problems(document, here, wanted, held, by_person)
    return Choice(tuple(exhibits), tuple(left_out), tuple(problems))


def exhibit_title(document: Document, summary: DocumentSummary, pages: Sequence[int]) -> str:
    """ "Exhibit A: visit note of 10/02/2026", with its pages when they are not all."""
    if all(page.source == "none" for page in document.pages):
        return f"Exhibit {document.label}: could not be read"
    dated = f" of {words.day(summary.date)}" if summary.date else ""
    count = len(document.pages)
    some = f", page{'s' if len(pages) > 1 else ''} {words.pages(pages)} of {count}" if len(pages) < count else ""
    return f"Exhibit {document.label}: {words.DOCUMENT_KINDS[summary.kind]}{dated}{some}"


def _wanted(document: Document, typed: CaseDocument, summary: DocumentSummary, here: set[int]) -> list[int]:
    """Pages with evidence, those a person asked for, those no machine could read, and what makes the note whole."""
    asked = page_numbers(typed.pages) if typed.pages else frozenset()
    dated = {place.page for place in summary.evidence} if here else set()
    short = bool(here) and len(document.pages) <= SHORT_NOTE_PAGES
    return [
        page.number
        for page in document.pages
        if page.number in here | asked | dated or _unread(page) or (short and "blank" not in page.remarks)
    ]


def _unread(page: Page) -> bool:
    return page.source == "none" or "handwritten" in page.remarks


def _held(document: Document, typed: CaseDocument) -> dict[int, str]:
    """What pages seem to hold that law protects, unless a person released them."""
    released = _decided(typed.release)
    found = {page.number: looks_protected(page) for page in document.pages if page.number not in released}
    return {number: " and ".join(says) for number, says in found.items() if says}


def _decided(by_pages: dict[str, str]) -> dict[int, str]:
    """A person's reason by page."""
    return {number: reason for pages, reason in by_pages.items() for number in page_numbers(pages)}


def _left_out(document: Document, pages: set[int], by_person: dict[int, str], held: dict[int, str]) -> list[LeftOut]:
    reasons: dict[str, list[int]] = {}
    for page in document.pages:
        number = page.number
        if number in pages:
            continue
        why = by_person.get(number) or (f"looks like {held[number]}; held back" if number in held else "")
        why = why or (BLANK if "blank" in page.remarks else NOT_CITED)
        reasons.setdefault(why, []).append(number)
    count = len(document.pages)
    return [LeftOut(document.label, document.path, tuple(n), count, why) for why, n in reasons.items()]


def _problems(
    document: Document, here: set[int], wanted: list[int], held: dict[int, str], by_person: dict[int, str]
) -> Iterator[Problem]:
    for number in sorted(here & held.keys() - by_person.keys()):
        yield Problem(
            HELD, f"{document.path}, page {number}",
            f"This page is cited and looks like {held[number]}: it is held back until a person decides.",
            "May it go to the plan? Release it on the review page, or write under it in the case file: "
            f"release: {{{number}: the reason}}. Else: leave_out: {{{number}: the reason}}; then nothing on it "
            "proves anything.",
            "clinician", "required",
        )  # fmt: skip
    quiet = set(wanted) & held.keys() - here - by_person.keys()
    if quiet:
        yield Problem(
            HELD, f"{document.path}, page {words.pages(quiet)}",
            f"Held back, since it looks like {' and '.join(sorted({held[n] for n in quiet}))}; nothing on it is cited.",
            "Nothing to do, unless the plan must see it.", "clinician", "note",
        )  # fmt: skip
    if not wanted:
        yield Problem(
            "document_not_needed", document.path, "Nothing in this document is cited, so it stays out of the packet.",
            "Should it go in? Include it on the review page, or write pages: under it in the case file.",
            "front_desk", "note",
        )  # fmt: skip
