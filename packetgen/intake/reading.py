"""What a file shows that filing needs: its kind, whose each page is, what plan it names, and how to know it again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from packetgen import pdfium
from packetgen.children import ChildFailed, each_in_a_child
from packetgen.documents.cache import PageCache
from packetgen.documents.model import Document, ToRead
from packetgen.documents.problems import LEAST_WORDS, UNREAD
from packetgen.documents.read import read_documents
from packetgen.documents.text import PageText
from packetgen.errors import UnreadableInput
from packetgen.extraction.about import summarise
from packetgen.extraction.approval import Approval, read_approval
from packetgen.extraction.denial import find_denial
from packetgen.extraction.finer import finer_kind
from packetgen.extraction.identity import find_identity
from packetgen.extraction.model import Denial, Identity
from packetgen.intake.match import Seen
from packetgen.limits import READER_MEMORY_BYTES, READER_SECONDS

PICTURE_DPI = 50
DENIAL, APPROVAL = "denial_letter", "approval"
# What speaks against a page being the next one of the document before it.
BEGINS = re.compile(
    r"\bpage[ ]*1[ ]*(?:of|/)[ ]*\d|\bfax (?:cover|transmittal)|\bcover sheet\b|^\s*#* *F ?A ?X\b", re.I | re.M
)
NUMBERED = re.compile(r"\b(?:page|pg\.?|p\.)[ ]*0*(\d{1,3})[ ]*(?:of|/)[ ]*0*(\d{1,3})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PageRead:
    """One page. seen: whose it says it is; digest: its words and look, "" when there is too little to know it by.

    begins    whether it looks like the first page of something
    numbered  "page 2 of 3" as (2, 3)
    """

    seen: Seen | None
    digest: str = ""
    begins: bool = False
    numbered: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A file that was read. day: its own date, ISO; exhibit: a clean PDF of its pages."""

    kind: str
    pages: tuple[PageRead, ...]
    texts: tuple[PageText, ...]
    day: str | None
    exhibit: Path
    denial: Denial | None = None
    approval: Approval | None = None

    @property
    def seen(self) -> tuple[Seen | None, ...]:
        """Whose each page is."""
        return tuple(page.seen for page in self.pages)


def read_file(path: Path, name: str, work: Path) -> Reading:
    """Read a file. name: how a person knows it. Raises UnreadableInput when it cannot be."""
    documents, problems = read_documents([ToRead(name, path)], work, PageCache())
    for problem in problems:
        if problem.code == UNREAD:
            raise UnreadableInput(problem.what, where=problem.where, fix=problem.fix)
    (document,) = documents
    texts = tuple(PageText.of(document, page) for page in document.pages)
    summary = summarise(texts)
    whole = "\n".join(page.text for page in texts)
    kind = finer_kind(summary.kind, whole)
    pages = tuple(
        PageRead(_seen(text), digest, bool(BEGINS.search(text.text)), _numbered(text.text))
        for text, digest in zip(texts, _digests(document), strict=True)
    )
    denials = find_denial(texts) if kind == DENIAL else []
    return Reading(
        kind,
        pages,
        texts,
        summary.date,
        document.exhibit,
        next((found.value for found in denials if isinstance(found.value, Denial)), None),
        read_approval(whole) if kind == APPROVAL else None,
    )


def _seen(text: PageText) -> Seen | None:
    """Whose a page says it is; None when it says nothing."""
    for finding in find_identity(text):
        if isinstance(finding.value, Identity):
            value, place = finding.value, finding.evidence[0]
            scanned = place.confidence is not None
            return Seen(value.name, value.birth_date, value.member_id, value.mrn, scanned, place.is_faint)
    return None


def _numbered(text: str) -> tuple[int, int] | None:
    match = NUMBERED.search(text)
    return (int(match[1]), int(match[2])) if match else None


def _digests(document: Document) -> list[str]:
    """A digest of each page's words and its look, so that handwriting in the same printed form tells pages apart."""
    (result,) = (found for _, found in each_in_a_child(
        _looks, [document.exhibit], seconds=lambda _: READER_SECONDS, memory_bytes=READER_MEMORY_BYTES
    ))  # fmt: skip
    looks: Sequence[str] = [] if isinstance(result, ChildFailed) else result
    if len(looks) != len(document.pages):
        return [""] * len(document.pages)
    return [
        hashlib.sha256(f"{look} {' '.join(w.text for w in page.words)}".encode()).hexdigest()
        if len(page.words) >= LEAST_WORDS else ""
        for page, look in zip(document.pages, looks, strict=True)
    ]  # fmt: skip


def _looks(exhibit: Path) -> list[str]:
    """In a child: a digest of each page's picture."""
    with pdfium.opened(exhibit) as document:
        return [
            hashlib.sha256(page.render(scale=PICTURE_DPI / 72, grayscale=True).to_pil().tobytes()).hexdigest()
            for page in document
        ]
