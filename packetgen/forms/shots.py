"""How two independent programs show a PDF: pdfium and poppler, each with its pictures and its words.

Coordinates: points from the top left of the upright page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

from packetgen import pdfium
from packetgen.documents.model import Box
from packetgen.errors import ProgramFailed
from packetgen.files import work_folder
from packetgen.limits import RENDER_MEMORY_BYTES, RENDER_SECONDS
from packetgen.programs import PDFTOPPM, PDFTOTEXT, run

DPI = 100
SCALE = DPI / 72


@dataclass(frozen=True, slots=True)
class Seen:
    """A text as an engine reads it: one character of pdfium with the bounds of its glyph, or one word of poppler."""

    text: str
    box: Box


def pdfium_pictures(pdf: Path, pages: Sequence[int]) -> dict[int, Any]:
    """Grey pictures of 1-based pages, fields shown."""
    with pdfium.opened(pdf) as document:
        document.init_forms()
        return {n: document[n - 1].render(scale=SCALE, grayscale=True).to_pil() for n in pages if n <= len(document)}


def poppler_pictures(pdf: Path, pages: Sequence[int], folder: Path) -> dict[int, Any]:
    """Grey pictures of 1-based pages, fields shown."""
    from PIL import Image

    if not pages:
        return {}
    where = ["-f", str(min(pages)), "-l", str(max(pages))]
    with work_folder(folder) as inner:
        command = [PDFTOPPM.require(), "-r", str(DPI), "-gray", "-cropbox", *where, str(pdf), str(inner / "page")]
        run(command, seconds=RENDER_SECONDS, memory_bytes=RENDER_MEMORY_BYTES)
        found = {}
        for picture in inner.glob("page-*.pgm"):
            with Image.open(picture) as opened:
                found[int(picture.stem.removeprefix("page-"))] = opened.convert("L")
    if missing := set(pages) - found.keys():
        raise ProgramFailed(f"pdftoppm said it succeeded but drew no page {min(missing)}")
    return found


def pdfium_letters(pdf: Path, pages: Sequence[int]) -> dict[int, list[Seen]]:
    """The characters of upright pages at the origin, blanks left out. Fields are not read, only what is drawn."""
    with pdfium.opened(pdf) as document:
        return {number: list(_letters(document[number - 1])) for number in pages if number <= len(document)}


def _letters(page: Any) -> Iterator[Seen]:
    import pypdfium2.raw as raw

    text, height = page.get_textpage(), page.get_height()
    for index in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(text.raw, index)
        letter = chr(code) if code != 2 else "-"  # pdfium's sign for a hyphen at a line's end
        if letter.isspace() or code == 0:
            continue
        left, bottom, right, top = text.get_charbox(index)
        yield Seen(letter, Box(left, height - top, right, height - bottom))
    text.close()


def poppler_words(pdf: Path) -> dict[int, list[Seen]]:
    """The words of every upright page, by its 1-based number."""
    command = [PDFTOTEXT.require(), "-bbox", str(pdf), "-"]
    told = run(command, seconds=RENDER_SECONDS, memory_bytes=RENDER_MEMORY_BYTES).decode("utf-8", "replace")
    word = re.compile(r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>')
    pages = told.split("<page ")[1:]
    return {
        number: [Seen(unescape(found[4]), Box(*(float(value) for value in found[:4]))) for found in word.findall(page)]
        for number, page in enumerate(pages, 1)
    }
