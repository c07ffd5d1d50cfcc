"""Tesseract on one page image: words, confidences and a text layer from a single run."""

from __future__ import annotations

import os
import re
from pathlib import Path

from packetgen.documents.layout import lines_of, skew_of
from packetgen.documents.model import Box, Line, Word
from packetgen.errors import ProgramFailed
from packetgen.limits import OCR_SECONDS_PER_PAGE, PROBE_SECONDS
from packetgen.programs import TESSERACT, run

# One uniform block: other modes dropped columns (3) or lone digits (11) of a ruled diary.
PAGE_SEGMENTATION = 6
JUNK_BELOW = 30.0  # confidence 0-100: table rules and specks read as letters
RULING = set("|_-—–=~.,:;'`\"[]{}()/\\")


def engine_version() -> str:
    """Version of the installed Tesseract, for the cache key; raises MissingProgram."""
    path = TESSERACT.require()
    try:
        return run([path, "--version"], seconds=PROBE_SECONDS).decode(errors="replace").split("\n")[0]
    except ProgramFailed:
        return "unknown"


def read_image(image: Path, dpi: int) -> tuple[tuple[Line, ...], bytes]:
    """Lines of a page image rendered at `dpi`, and a PDF page that holds only its invisible text.

    One Tesseract run gives both. To be called in a child process: it may hang, and pytesseract kills only
    its direct child.
    """
    from pytesseract.pytesseract import run_tesseract

    os.environ["OMP_THREAD_LIMIT"] = "1"
    base = image.with_suffix("")
    run_tesseract(
        str(image),
        str(base),
        extension="tsv pdf",
        lang="eng",
        config=f"--dpi {dpi} --psm {PAGE_SEGMENTATION} -c textonly_pdf=1 -c tessedit_create_tsv=1",
        timeout=OCR_SECONDS_PER_PAGE,
    )
    table = base.with_suffix(".tsv").read_text("utf-8")
    text_layer = base.with_suffix(".pdf").read_bytes()
    rows = _rows(table, 72 / dpi)
    words = [word for row in rows for word in row]
    return lines_of(words, skew_of(rows)), text_layer


def _rows(table: str, scale: float) -> list[list[Word]]:
    """Words by Tesseract's own lines; what looks like a table's ruling is left out."""
    rows: dict[tuple[str, ...], list[Word]] = {}
    for entry in table.splitlines()[1:]:
        cells = entry.split("\t")
        if len(cells) < 12 or cells[0] != "5":
            continue
        text, confidence = cells[11].strip(), float(cells[10])
        text = re.sub(
            r"^[|~=—_-]+(?=[^\W\d])|^[|~=—_]+(?=\d)|(?<=\w)[|~=—_]+$", "", text
        )  # a ruling or a wide gap read as signs
        if not text or _is_ruling(text, confidence):
            continue
        left, top, width, height = (int(cell) * scale for cell in cells[6:10])
        rows.setdefault(tuple(cells[1:5]), []).append(
            Word(text, Box(left, top, left + width, top + height), confidence)
        )
    return [row for row in rows.values() if row]


def _is_ruling(text: str, confidence: float) -> bool:
    return confidence < 0 or (set(text) <= RULING and (confidence < JUNK_BELOW or set(text) <= set("|_—=~")))
