"""OCR's words laid over a scan invisibly, so that the packet can be searched and its quotes read back."""

from __future__ import annotations

import io
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from packetgen import typeset
from packetgen.documents.model import Page, Word
from packetgen.files import save_pdf

INVISIBLE = 3  # PDF text rendering mode
DESCENT = 0.22  # of a word's height, below the baseline


def add_text_layers(source: Path, target: Path, pages: Sequence[Page]) -> None:
    """Write `source` with the words that OCR read on each page; the images stay as they are."""
    import pikepdf

    scanned = [page for page in pages if page.source == "ocr"]
    if not scanned:
        shutil.copyfile(source, target)
        return
    with pikepdf.open(source) as pdf, pikepdf.open(draw_text_layers(scanned)) as layers:
        for page, layer in zip(scanned, layers.pages, strict=True):
            sheet = pdf.pages[page.number - 1]
            form = pdf.copy_foreign(layer.as_form_xobject())
            # add_overlay would name it at random: the same scan must give the same bytes
            placed_as = sheet.add_resource(form, pikepdf.Name.XObject, pikepdf.Name("/TextLayer"))
            sheet.contents_add(pdf.make_stream(f"q {placed_as} Do Q".encode()))
        save_pdf(pdf, target, packed=True)


def draw_text_layers(pages: Sequence[Page]) -> io.BytesIO:
    """A PDF with one page of invisible text for each page."""
    out = io.BytesIO()
    canvas = typeset.new_canvas(out)
    for page in pages:
        canvas.setPageSize((page.width, page.height))
        for word in page.words:
            if word.confidence is not None:
                _draw_word(canvas, word, page.height)
        canvas.showPage()
    canvas.save()
    out.seek(0)
    return out


def _draw_word(canvas: Any, word: Word, height: float) -> None:
    """The word as wide as its box, with a blank after it so that words stay apart; exact to 0.1 point."""
    size = round(max(word.box.height, 2.0), 1)
    width = typeset.width_of(word.text, typeset.REGULAR, size)
    line = canvas.beginText(round(word.box.x0, 1), round(height - word.box.bottom + DESCENT * size, 1))
    line.setTextRenderMode(INVISIBLE)
    line.setHorizScale(round(100 * max(word.box.width, 1.0) / max(width, 0.1), 1))
    for font, piece in typeset.runs(word.text + " ", typeset.REGULAR):
        line.setFont(font, size)
        line.textOut(piece)
    canvas.drawText(line)
