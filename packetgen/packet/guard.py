"""The wrong-patient guard once more, on the finished packet: whose are the pages that would be sent?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from packetgen import pdfium
from packetgen.case import Case
from packetgen.chart.patient import guard_patient
from packetgen.documents.layout import in_columns, lines_of
from packetgen.documents.model import Document, Page, Word
from packetgen.documents.text import PageText
from packetgen.documents.textlayer import words_in
from packetgen.extraction.identity import find_identity
from packetgen.extraction.model import Finding
from packetgen.packet.choose import Choice
from packetgen.packet.model import Packet
from packetgen.packet.sheet import place

READ_BY_OCR = 50.0  # of 100: a character may be wrong there


def guard_packet(packet: Packet, choice: Choice, case: Case) -> None:
    """Read every exhibit page of the packet anew; raises SafetyStop naming one that is another patient's."""
    paths = {e.document.label: f"packet.pdf, Exhibit {e.document.label}" for e in choice.exhibits}
    guard_patient(list(_identities(packet, choice)), case, paths)


def _identities(packet: Packet, choice: Choice) -> Iterator[Finding]:
    at = packet.exhibit_pages
    with pdfium.opened(packet.pdf) as pdf:
        for exhibit in choice.exhibits:
            for number in exhibit.pages:
                if number not in exhibit.held:
                    page = pdf[at[f"{exhibit.document.label}-{number}"] - 1]
                    yield from find_identity(_as_on_its_page(page, exhibit.document, exhibit.document.page(number)))
                    page.close()


def _as_on_its_page(sheet: Any, document: Document, page: Page) -> PageText:
    """The words of a packet page where they stood on the chart's page; the packet's own stand outside of it."""
    placed = place(page.width, page.height)
    confidence = READ_BY_OCR if page.source == "ocr" else None
    words = [Word(word.text, placed.back(word.box), confidence) for word in words_in(sheet)]
    inside = [w for w in words if w.box.x0 >= -1 and w.box.x1 <= page.width + 1 and 0 <= w.box.top <= page.height]
    lines = in_columns(lines_of(inside))
    return PageText.of(document, Page(page.number, page.width, page.height, 0, page.source, lines))
