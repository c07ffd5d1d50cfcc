"""Redaction removes: a page with a phrase becomes a picture with the phrase blackened and the other words over it.

Nothing of the old page is kept: not its text, its images, its layers or its metadata. The result is read back, its
text as well as its pixels, and a phrase that is still there stops.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packetgen import pdfium
from packetgen.children import ChildFailed, each_in_a_child
from packetgen.documents.layout import lines_of
from packetgen.documents.model import Box, Line, Page, Word
from packetgen.documents.ocr import read_image
from packetgen.documents.searchable import draw_text_layers
from packetgen.documents.textlayer import letters_of, words_in
from packetgen.errors import BadCaseFile, SafetyStop
from packetgen.files import save_pdf
from packetgen.limits import MAX_YAML_BYTES, OCR_MEMORY_BYTES, OCR_SECONDS_PER_PAGE
from packetgen.packet.tags import TAGS

DPI = 200
LIKE = 85.0  # rapidfuzz ratio 0-100: a phrase that OCR read with an error is blackened too
LEAST_LETTERS = 3
ROOM = 1.5  # points around a word


@dataclass(frozen=True, slots=True)
class Redacted:
    """A phrase by its place in the list (1-based), and the packet pages it was removed from."""

    number: int
    pages: tuple[int, ...]


def read_phrases(path: Path) -> tuple[str, ...]:
    """The phrases of a text file, one a line. Raises BadCaseFile naming a line that is too short to be one."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise BadCaseFile("cannot be read as UTF-8 text", where=path.name, fix="One phrase a line.") from None
    phrases = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    for number, phrase in phrases:
        if len(letters_of(phrase)) < LEAST_LETTERS:
            raise BadCaseFile(
                "is too short to be found for sure", where=f"{path.name}:{number}", fix="Write more of it."
            )
    if not phrases or len(text) > MAX_YAML_BYTES:
        raise BadCaseFile("holds no list of phrases", where=path.name, fix="One phrase a line.")
    return tuple(phrase for _, phrase in phrases)


def redact(source: Path, target: Path, phrases: Sequence[str], folder: Path) -> tuple[Redacted, ...]:
    """Write `source` without the phrases, and prove it. Raises SafetyStop when one can still be read."""
    import pikepdf

    found: dict[int, set[int]] = {number: set() for number in range(1, len(phrases) + 1)}
    with pikepdf.open(source) as out, pdfium.opened(source) as pdf:
        for number, page in enumerate(pdf, 1):
            read = _words_of(page)
            hits = [(phrase, words) for phrase, text in enumerate(phrases, 1) if (words := _find(read, text))]
            if hits:
                for phrase, _ in hits:
                    found[phrase].add(number)
                black = {id(word): word for _, words in hits for word in words}
                _replace(out, out.pages[number - 1].obj, page, [word.box for word in black.values()])
            page.close()
        for key in ("/Metadata", "/Names", *TAGS):
            if key in out.Root:
                del out.Root[key]
        del out.docinfo
        save_pdf(out, target, packed=True)
    prove(target, phrases, sorted({n for pages in found.values() for n in pages}), folder)
    return tuple(Redacted(number, tuple(sorted(pages))) for number, pages in found.items())


def _words_of(page: Any) -> list[Word]:
    """Every word of a page, seen or hidden, in reading order: a phrase may run over the end of a line."""
    return [word for line in lines_of(list(words_in(page))) for word in line.words]


def _find(words: Sequence[Word], phrase: str) -> list[Word]:
    """The words of every place where the phrase stands."""
    return [word for first, last in _places([word.text for word in words], phrase) for word in words[first:last]]


def _places(texts: Sequence[str], phrase: str) -> Iterable[tuple[int, int]]:
    """First word and end of each place that reads as the phrase, or nearly."""
    from rapidfuzz import fuzz

    wanted = letters_of(phrase)
    for first, text in enumerate(texts):
        read = ""
        for last in range(first, len(texts)):
            read += letters_of(texts[last])
            if len(read) > len(wanted) + 2:
                break
            if letters_of(text) and fuzz.ratio(read, wanted) >= LIKE:
                yield first, last + 1


def _replace(pdf: Any, leaf: Any, page: Any, boxes: Sequence[Box]) -> None:
    """The page as a picture with the boxes black, and the words that stand in none of them laid over it."""
    from pikepdf import Dictionary, Name, Stream
    from pikepdf import open as open_pdf
    from PIL import ImageDraw

    width, height = page.get_size()
    scale = DPI / 72
    picture = page.render(scale=scale).to_pil().convert("RGB")
    draw = ImageDraw.Draw(picture)
    for box in boxes:
        around = (box.x0 - ROOM, box.top - ROOM, box.x1 + ROOM, box.bottom + ROOM)
        draw.rectangle([value * scale for value in around], fill=0)
    words = [Word(w.text, w.box, 100.0) for w in words_in(page) if not _touches(w.box, boxes)]
    layer = draw_text_layers([Page(1, width, height, 0, "ocr", tuple(Line((word,)) for word in words))])
    raw = io.BytesIO()
    picture.save(raw, "JPEG", quality=85)
    image = Stream(
        pdf, raw.getvalue(), Type=Name.XObject, Subtype=Name.Image, Width=picture.width, Height=picture.height,
        ColorSpace=Name.DeviceRGB, BitsPerComponent=8, Filter=Name.DCTDecode,
    )  # fmt: skip
    with open_pdf(layer) as over:
        text = pdf.copy_foreign(over.pages[0].as_form_xobject())
    leaf.Resources = Dictionary(XObject=Dictionary(Picture=image, Words=text))
    leaf.Contents = pdf.make_stream(f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Picture Do Q q /Words Do Q".encode())


def _touches(word: Box, boxes: Sequence[Box]) -> bool:
    return any(
        word.x0 < box.x1 and box.x0 < word.x1 and word.top < box.bottom and box.top < word.bottom for box in boxes
    )


@dataclass(frozen=True, slots=True)
class _Proof:
    pdf: Path
    page: int
    phrases: tuple[str, ...]
    folder: Path


def prove(pdf: Path, phrases: Sequence[str], pages: Sequence[int], folder: Path) -> None:
    """Raise SafetyStop naming the pages where a phrase is left: in the text of any page, and by OCR on the
    pictures of `pages`.
    """
    with pdfium.opened(pdf) as document:
        left = [number for number, page in enumerate(document, 1) if _any(_words_of(page), phrases)]
    proofs = [_Proof(pdf, page, tuple(phrases), folder) for page in pages]
    results = each_in_a_child(_shows, proofs, seconds=lambda _: 3 * OCR_SECONDS_PER_PAGE, memory_bytes=OCR_MEMORY_BYTES)
    left += [proofs[index].page for index, result in results if isinstance(result, ChildFailed) or result]
    if left:
        raise SafetyStop(
            f"what was to be removed can still be read on page {', '.join(map(str, sorted(set(left))))}",
            where="packet-redacted.pdf",
            fix="Do not send it. Leave the page out, or report it.",
        )


def _shows(proof: _Proof) -> bool:
    """In a child: whether OCR still reads a phrase on the picture of a page."""
    with pdfium.opened(proof.pdf) as pdf:
        picture = pdf[proof.page - 1].render(scale=DPI / 72, grayscale=True).to_pil()
    return _any(read_image(picture, DPI, proof.folder, f"proof-{proof.page}").words, proof.phrases)


def _any(words: Sequence[Word], phrases: Sequence[str]) -> bool:
    return any(_find(words, phrase) for phrase in phrases)
