"""Where the citations of a letter stand in its PDF."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from packetgen import pdfium
from packetgen.documents.model import Box
from packetgen.errors import SafetyStop
from packetgen.letters.model import CITED_PAGE, LetterLink
from packetgen.letters.wordfile import statements


def find_links(docx: Path, pdf: Path) -> tuple[LetterLink, ...]:
    """The citations of the PDF with their boxes; raises SafetyStop when they are not those of the .docx."""
    found = tuple(_in_pdf(pdf))
    written = [page for statement in statements(docx) for page in statement.cites if "-" in page]
    if sorted(link.exhibit_page for link in found) != sorted(written):
        raise SafetyStop(
            f"the PDF of the letter shows {len(found)} citations, its Word file {len(written)}",
            where=docx.name,
            fix="Open letter.docx and look for a citation that is broken or hidden.",
        )
    return found


def _in_pdf(pdf: Path) -> Iterator[LetterLink]:
    with pdfium.opened(pdf) as document:
        for number, page in enumerate(document, 1):
            text, height = page.get_textpage(), page.get_height()
            for match in CITED_PAGE.finditer(text.get_text_range()):
                boxes = [text.get_charbox(index) for index in range(*match.span())]
                left, bottom = min(b[0] for b in boxes), min(b[1] for b in boxes)
                right, top = max(b[2] for b in boxes), max(b[3] for b in boxes)
                box = Box(left, height - top, right, height - bottom)
                yield LetterLink(number, box, f"{match.group(1)}-{match.group(2)}")
