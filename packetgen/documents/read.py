"""Files -> Documents: text layers where there are any, OCR page by page where there are not."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from packetgen import files
from packetgen.children import ChildFailed, each_in_a_child
from packetgen.documents import clean, ocr
from packetgen.documents.cache import PageCache
from packetgen.documents.layout import lines_of
from packetgen.documents.model import Box, Document, Line, Page, Word, exhibit_label
from packetgen.errors import Problem, UnreadableInput
from packetgen.limits import (
    LOW_OCR_CONFIDENCE,
    MAX_FILE_BYTES,
    MAX_PAGE_PIXELS,
    OCR_DPI,
    OCR_LOWEST_DPI,
    OCR_MEMORY_BYTES,
    OCR_SECONDS_PER_PAGE,
    READER_MEMORY_BYTES,
    READER_SECONDS,
)

FEW_WORDS = 10
PICTURE_SHARE = 0.3  # of the page's area: with more of it a picture, the text layer may not cover the print


@dataclass(frozen=True, slots=True)
class _ToRead:
    label: str
    path: str
    source: Path
    folder: Path


def read_documents(
    sources: Sequence[tuple[str, Path]], work: Path, cache: PageCache
) -> tuple[tuple[Document, ...], tuple[Problem, ...]]:
    """Read every document; each gets its exhibit letter by its place in `sources`.

    sources: (path as the user gave it, the file). work: a private folder for what lies between.
    Raises UnreadableInput for a document that cannot be read at all; a page that cannot be read is kept
    with source "none" and a Problem.
    """
    documents, problems = [], []
    for index, (path, source) in enumerate(sources):
        label = exhibit_label(index)
        if source.stat().st_size > MAX_FILE_BYTES:
            raise UnreadableInput(f"is larger than {MAX_FILE_BYTES // 1024**2} MB", where=path, fix="Split it.")
        document = _read(_ToRead(label, path, source, files.private_folder(work / f"exhibit-{label}")), cache)
        documents.append(document)
        problems += [problem for page in document.pages if (problem := _page_problem(document, page))]
    return tuple(documents), tuple(problems)


def _read(task: _ToRead, cache: PageCache) -> Document:
    sha256 = files.sha256_of(task.source)
    key = cache.key(sha256, task.source.suffix.lower(), ocr.engine_version())
    kept = cache.get(key)
    if kept is None:
        pages, exhibit = _read_anew(task)
        if all(page.source != "none" for page in pages):
            exhibit = cache.put(key, pages, exhibit)
    else:
        pages, exhibit = kept
    return Document(task.label, task.path, sha256, pages, exhibit)


def _read_anew(task: _ToRead) -> tuple[tuple[Page, ...], Path]:
    """Text layers in one child, then OCR of the pages that need it, a child each."""
    ((_, first),) = each_in_a_child(
        _read_text, [task], seconds=lambda _: READER_SECONDS, memory_bytes=READER_MEMORY_BYTES
    )
    if isinstance(first, ChildFailed):
        raise UnreadableInput(
            f"cannot be read: {first.reason} ({first.detail})", where=task.path, fix="Print it to a new PDF."
        )
    pages: list[Page] = list(first)
    exhibit = task.folder / "clean.pdf"
    scanned = [page.number for page in pages if page.source == "ocr"]
    layers: dict[int, bytes] = {}
    results = each_in_a_child(
        partial(_ocr_page, exhibit, task.folder),
        scanned,
        seconds=lambda _: OCR_SECONDS_PER_PAGE,
        memory_bytes=OCR_MEMORY_BYTES,
    )
    for index, result in results:
        number = scanned[index]
        page = pages[number - 1]
        if isinstance(result, ChildFailed):
            pages[number - 1] = Page(number, page.width, page.height, page.rotation, "none", ())
        else:
            lines, layers[number] = result
            pages[number - 1] = Page(number, page.width, page.height, page.rotation, "ocr", lines)
    if layers:
        exhibit = _add_text_layers(exhibit, task.folder / "searchable.pdf", layers)
    return tuple(pages), exhibit


def _read_text(task: _ToRead) -> tuple[Page, ...]:
    """In a child: clean the file, read its text layers; a page that needs OCR has source "ocr" and no lines."""
    import pdfplumber

    target = task.folder / "clean.pdf"
    rotations = clean.clean(clean.to_pdf(task.source, task.folder, task.path), target, task.path)
    pages = []
    with pdfplumber.open(target) as pdf:
        for number, page in enumerate(pdf.pages, 1):
            words = [
                Word(w["text"], Box(w["x0"], w["top"], w["x1"], w["bottom"]))
                for w in page.extract_words(keep_blank_chars=False, use_text_flow=False)
            ]
            scan = _is_scan(page, words)
            lines: tuple[Line, ...] = () if scan else lines_of(words)
            pages.append(
                Page(
                    number,
                    float(page.width),
                    float(page.height),
                    rotations[number - 1],
                    "ocr" if scan else "text",
                    lines,
                )
            )
            page.close()
    return tuple(pages)


def _is_scan(page: Any, words: Sequence[Word]) -> bool:
    """Whether the text layer does not cover what is drawn: a picture fills the page, or there are few words."""
    area = float(page.width) * float(page.height)
    pictures = sum(image["width"] * image["height"] for image in page.images)
    return pictures > PICTURE_SHARE * area or (len(words) < FEW_WORDS and bool(page.images or page.curves))


def _ocr_page(exhibit: Path, folder: Path, number: int) -> tuple[tuple[Line, ...], bytes]:
    """In a child: render one page and read it."""
    import pypdfium2

    image = folder / f"{number:06d}.png"
    document = pypdfium2.PdfDocument(exhibit)
    page = document[number - 1]
    dpi = _scanned_at(page)
    if page.get_width() * page.get_height() * (dpi / 72) ** 2 > MAX_PAGE_PIXELS:
        raise ValueError("page too large")
    page.render(scale=dpi / 72, grayscale=True).to_pil().save(image, dpi=(dpi, dpi))
    document.close()
    try:
        return ocr.read_image(image, dpi)
    finally:
        image.unlink(missing_ok=True)


def _scanned_at(page: Any) -> int:
    """Resolution to read a page at: its scan's own, where that is fit for OCR, else OCR_DPI.

    A 200-dpi fax made larger reads worse: Tesseract then sees signs in the wide gaps of tables.
    """
    import pypdfium2.raw as pdfium

    pictures = page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE])
    longest = max((max(picture.get_px_size()) for picture in pictures), default=0)
    own = round(longest / max(page.get_width(), page.get_height()) * 72)
    return own if OCR_LOWEST_DPI <= own <= OCR_DPI else OCR_DPI


def _add_text_layers(exhibit: Path, target: Path, layers: dict[int, bytes]) -> Path:
    """Lay the invisible text over the scanned pages; the images stay as they are."""
    import pikepdf

    with pikepdf.open(exhibit) as pdf:
        for number, layer in sorted(layers.items()):
            page = pdf.pages[number - 1]
            with pikepdf.open(io.BytesIO(layer)) as text:
                layer_form = pdf.copy_foreign(text.pages[0].as_form_xobject())
            # add_overlay would name it at random: the same scan must give the same bytes
            placed_as = page.add_resource(layer_form, pikepdf.Name.XObject, pikepdf.Name("/TextLayer"))
            area = pikepdf.Rectangle(*[float(v) for v in page.mediabox])
            page.contents_add(pdf.make_stream(page.calc_form_xobject_placement(layer_form, placed_as, area)))
        pdf.save(target, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return target


def _page_problem(document: Document, page: Page) -> Problem | None:
    where = f"{document.path}, page {page.number}"
    if page.source == "none":
        return Problem(
            "page_unread",
            where,
            "This page could not be read.",
            "Read it yourself, or scan it again.",
            "it",
            "required",
        )
    confidence = page.mean_confidence
    if confidence is not None and confidence < LOW_OCR_CONFIDENCE:
        return Problem(
            "page_faint",
            where,
            f"This scan reads poorly (confidence {confidence:.0f} of 100).",
            "Scan or fax it again, darker or at 300 dpi, and check the values taken from it.",
            "front_desk",
            "doubt",
        )
    return None
