"""A bound packet is read back: its pages, its stamps, and the words that each link promises."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from packetgen.documents.model import Box
from packetgen.documents.textlayer import text_in
from packetgen.errors import SafetyStop
from packetgen.packet.model import Packet

FORBIDDEN = ("/JavaScript", "/EmbeddedFiles", "/AcroForm", "/OpenAction", "/AA")


def verify(packet: Packet) -> None:
    """Raise SafetyStop naming the page where the packet is not what it should be."""
    import pypdfium2

    document = pypdfium2.PdfDocument(packet.pdf)
    try:
        if len(document) != packet.page_count:
            raise _wrong(f"it has {len(document)} pages, {packet.page_count} were bound")
        texts = [page.get_textpage() for page in document]
        heights = [page.get_height() for page in document]
        for number, stamp in _stamps(packet):
            bottom = texts[number - 1].get_text_bounded(0, 0, 10_000, 30)
            if stamp not in " ".join(bottom.split()):
                raise _wrong(f"page {number} does not carry the stamp “{stamp}”")
            if packet.draft and "DRAFT" not in texts[number - 1].get_text_bounded(0, heights[number - 1] - 24):
                raise _wrong(f"page {number} is not marked DRAFT")
        for cited in packet.citations:
            if cited.quote and not _reads(
                texts[cited.to_page - 1], heights[cited.to_page - 1], cited.boxes, cited.quote
            ):
                raise _wrong(f"page {cited.to_page} (Ex. {cited.exhibit_page}) does not read as it is quoted")
    finally:
        document.close()
    _no_actions(packet)


def _stamps(packet: Packet) -> Iterable[tuple[int, str]]:
    exhibits = {number: f"Ex. {name} · " for name, number in packet.exhibit_pages.items()}
    for number in range(1, packet.page_count + 1):
        yield number, f"{exhibits.get(number, '')}page {number} of {packet.page_count}"


def _reads(text: Any, height: float, boxes: Sequence[Box], quote: str) -> bool:
    """Whether every word of the quote stands in the boxes; a box may touch a neighbour's letters."""
    read = "".join(text_in(text, height, box) for box in boxes)
    return all(_letters(word) in _letters(read) for word in quote.split())


def _letters(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())


def _no_actions(packet: Packet) -> None:
    import pikepdf

    with pikepdf.open(packet.pdf) as pdf:
        names = {*pdf.Root.keys(), *(pdf.Root.get("/Names", pikepdf.Dictionary()).keys())}
        if found := sorted(names & set(FORBIDDEN)):
            raise _wrong(f"it holds {', '.join(found)}")


def _wrong(what: str) -> SafetyStop:
    return SafetyStop(what, where="packet.pdf", fix="Do not send it. Build again; if it happens again, report it.")
