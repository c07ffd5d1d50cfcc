"""What a person must know of the pages that were read, and of those that were not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import get_args

from packetgen.documents.model import Document, FileRemark, Page
from packetgen.errors import Problem, Severity, UnreadableInput, Who
from packetgen.limits import LOW_OCR_CONFIDENCE

UNREAD = "document_unread"
ALIKE = 0.95  # share of words that two pages have in common
LEAST_WORDS = 30

OF_FILES = get_args(FileRemark)
REMARKS: dict[str, tuple[str, str, Who, Severity]] = {
    "blank": ("This page is blank.", "Is its other side missing?", "front_desk", "note"),
    "hidden_text": (
        "Words that no one can see on this page were left out.", "Look at the page; it was read as it shows.",
        "front_desk", "note",
    ),
    "coarse": (
        "This page was scanned at less than 150 dpi.", "Scan it again at 300 dpi, or check the values taken from it.",
        "front_desk", "note",
    ),
    "repaired": (
        "This file was damaged and has been repaired.", "Compare its pages with the original, or ask for it again.",
        "front_desk", "doubt",
    ),
    "attached": (
        "Files are attached to this PDF; they were not read.", "Save them, and list what matters in the case.",
        "front_desk", "doubt",
    ),
    "signed": (
        "This file carries a digital signature, which its pages in the packet do not keep.",
        "Send the original too where the plan asks for it.", "front_desk", "note",
    ),
    "layer_differs": (
        "The hidden text of this scan says otherwise than its print; the print was read.",
        "Look at the values taken from this page.", "front_desk", "note",
    ),
    "handwritten": (
        "This page looks handwritten or too poor to read by machine; nothing was taken from it.",
        "Read it yourself, and add what matters to the note.", "clinician", "required",
    ),
}  # fmt: skip


def problems_of(documents: Sequence[Document], refused: Mapping[str, UnreadableInput]) -> Iterator[Problem]:
    """Problems of all pages; refused: the documents that could not be opened, by label."""
    for document in documents:
        if error := refused.get(document.label):
            yield Problem(UNREAD, document.path, f"This document {error.what}.", error.fix, "front_desk", "required")
            continue
        for page in document.pages:
            yield from _of_page(document, page)
    yield from _alike(documents)


def _of_page(document: Document, page: Page) -> Iterator[Problem]:
    where = f"{document.path}, page {page.number}"
    for remark in page.remarks:
        what, fix, who, severity = REMARKS[remark]
        if remark in OF_FILES:
            yield Problem(f"file_{remark}", document.path, what, fix, who, severity)
        else:
            yield Problem(f"page_{remark}", where, what, fix, who, severity)
    if "blank" in page.remarks and "repaired" in document.page(1).remarks:
        yield Problem(
            "page_lost", where, "This page is empty in a file that was damaged: what stood on it may be lost.",
            "Ask for the document again.", "front_desk", "required",
        )  # fmt: skip
    confidence = page.mean_confidence
    if page.source == "none" and "handwritten" not in page.remarks:
        yield Problem(
            "page_unread", where, "This page could not be read.", "Read it yourself, or scan it again.", "it",
            "required",
        )  # fmt: skip
    elif confidence is not None and confidence < LOW_OCR_CONFIDENCE:
        yield Problem(
            "page_faint",
            where,
            f"This scan reads poorly (confidence {confidence:.0f} of 100).",
            "Scan or fax it again, darker or at 300 dpi, and check the values taken from it.",
            "front_desk",
            "doubt",
        )


def _alike(documents: Sequence[Document]) -> Iterator[Problem]:
    """Pages that say the same as an earlier one."""
    earlier: list[tuple[str, frozenset[str]]] = []
    for document in documents:
        for page in document.pages:
            words = frozenset(word.text.lower() for word in page.words)
            if len(words) < LEAST_WORDS:
                continue
            where = f"{document.path}, page {page.number}"
            twin = next((at for at, other in earlier if len(words & other) >= ALIKE * len(words | other)), None)
            if twin:
                yield Problem(
                    "page_twice", where, f"This page says the same as {twin}.",
                    "Is one of them meant to be another page?", "front_desk", "note",
                )  # fmt: skip
            else:
                earlier.append((where, words))
