"""Files -> Documents: text layers where they cover the page, OCR page by page where they do not."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from packetgen import files, pdfium
from packetgen.children import ChildFailed, cores, each_in_a_child
from packetgen.documents import clean, ocr
from packetgen.documents.cache import PageCache
from packetgen.documents.layout import lines_of
from packetgen.documents.model import Document, Done, Page, Progress, Remark, ToRead, Viewable, Word, exhibit_label
from packetgen.documents.opening import PICTURE_SHARE, Opened, Task, open_all
from packetgen.documents.problems import problems_of
from packetgen.documents.searchable import add_text_layers
from packetgen.documents.slip import write_slip
from packetgen.documents.textlayer import Layer, covered, looks_wrong
from packetgen.errors import Problem, UnreadableInput
from packetgen.limits import (
    HANDWRITTEN_BELOW,
    MAX_CASE_BYTES,
    MAX_PAGE_PIXELS,
    OCR_DPI,
    OCR_LOWEST_DPI,
    OCR_MEMORY_BYTES,
    OCR_SECONDS_PER_PAGE,
)

PICTURE_LEAST = 0.01  # of the page's area: a smaller picture is a logo
FEW_WORDS = 10
TOGETHER = 6  # scans that one Tesseract reads: more make it no faster
AGREES = 0.7  # share of a scan's words that its text layer has too, when it tells the truth
SURE = 60.0  # confidence 0-100 of a word that OCR adds to a text layer


@dataclass(frozen=True, slots=True)
class _Scan:
    """A page that OCR must read: all of it, or only what its pictures show (`keep`: the text layer's words)."""

    task: Task
    page: Page
    keep: tuple[Word, ...]
    layer: Layer


def read_documents(
    sources: Sequence[ToRead],
    work: Path,
    cache: PageCache,
    progress: Progress | None = None,
    meanwhile: Callable[[], object] | None = None,
) -> tuple[tuple[Document, ...], tuple[Problem, ...]]:
    """Read every document; each gets its exhibit letter by its place in `sources`.

    work: a private folder for what lies between. progress: told of each document that can be looked at, and of pages.
    meanwhile: done in this process while OCR reads its first pages, if there are any.
    A document that cannot be read becomes a slip page that names it, with a Problem of code "document_unread";
    a page that cannot be read is kept with source "none" and a Problem. Nothing is left out.
    Raises UnreadableInput when there is no such file, or too much to read.
    """
    _refuse_too_much(sources)
    tasks = [_task(exhibit_label(index), source, work) for index, source in enumerate(sources)]
    engine = functools.cache(ocr.engine_version)  # a program to start: once, and only when a scan is met
    pages: dict[str, list[Page]] = {}
    refused: dict[str, UnreadableInput] = {}
    scans: list[_Scan] = []
    fresh = []
    for task in tasks:
        kept = cache.get(_key(cache, task), engine, task.exhibit)
        if kept is None:
            fresh.append(task)
        else:
            pages[task.label] = list(kept)
            if progress:
                progress(Viewable(task.label, task.source.path, task.exhibit, len(kept)))
    found = open_all(fresh, progress)
    for task in fresh:
        opened = found[task.label]
        if isinstance(opened, UnreadableInput):
            refused[task.label] = opened
        else:
            pages[task.label] = opened.pages
            scans += [
                s for page, layer in zip(opened.pages, opened.layers, strict=True) if (s := _scan(task, page, layer))
            ]
    turns: dict[str, dict[int, int]] = {task.label: {} for task in tasks}
    for scan, page in _ocr_all(scans, cache, engine, progress, meanwhile):
        pages[scan.task.label][page.number - 1] = page
        turns[scan.task.label][page.number] = (page.rotation - scan.page.rotation) % 360
    for task in fresh:
        opened = found[task.label]
        if isinstance(opened, Opened):
            _finish(task, opened, turns[task.label], cache, engine)
    documents = tuple(_document(task, pages.get(task.label), refused.get(task.label)) for task in tasks)
    return documents, tuple(problems_of(documents, refused))


def keep_reading(file: Path, pages: Sequence[Page], cache: PageCache) -> None:
    """Keep pages that were cut from an exhibit into a file of their own, so that they are not read again."""
    if any(page.source == "none" for page in pages):
        return
    numbered = tuple(replace(page, number=number) for number, page in enumerate(pages, 1))
    engine = ocr.engine_version() if any(page.source == "ocr" for page in pages) else None
    cache.put(cache.key(files.sha256_of(file), file.suffix.lower()), numbered, file, engine)


def _refuse_too_much(sources: Sequence[ToRead]) -> None:
    total = sum(source.file.stat().st_size for source in sources if source.file.is_file())
    if total > MAX_CASE_BYTES:
        raise UnreadableInput(
            f"all documents together are {total // 1024**2} MB; {MAX_CASE_BYTES // 1024**2} can be read",
            fix="Leave out what the plan does not ask for.",
        )


def _task(label: str, source: ToRead, work: Path) -> Task:
    if not source.file.is_file():
        raise UnreadableInput("no such file", where=source.path, fix="Check the path.")
    return Task(label, source, files.private_folder(work / f"exhibit-{label}"), files.sha256_of(source.file))


def _key(cache: PageCache, task: Task) -> str:
    return cache.key(task.sha256, task.source.file.suffix.lower())


def _document(task: Task, pages: list[Page] | None, refused: UnreadableInput | None) -> Document:
    if pages is None:
        assert refused is not None  # noqa: S101 - for the type checker
        pages = [write_slip(task.exhibit, task.source.path, refused.what)]
    return Document(task.label, task.source.path, task.sha256, tuple(pages), task.exhibit)


def _scan(task: Task, page: Page, layer: Layer) -> _Scan | None:
    """What OCR must read of a page, or None when its text layer covers it."""
    if "blank" in page.remarks or page.source == "none":
        return None
    words = page.words
    share = covered(layer.pictures, page.width, page.height)
    if share > PICTURE_SHARE or looks_wrong(words) or (len(words) < FEW_WORDS and layer.ink > 0.002):
        return _Scan(task, page, (), layer)
    if share > PICTURE_LEAST:
        return _Scan(task, page, words, layer)
    return None


def _ocr_all(
    scans: Sequence[_Scan],
    cache: PageCache,
    engine: Callable[[], str],
    progress: Progress | None,
    meanwhile: Callable[[], object] | None,
) -> Iterator[tuple[_Scan, Page]]:
    """Read all scans of all documents, a child each, one a core; what an earlier build read is not read again."""
    if not scans:
        return
    kept = [(scan, cache.get_page(_key(cache, scan.task), scan.page.number, engine())) for scan in scans]
    yield from ((scan, page) for scan, page in kept if page)
    scans = [scan for scan, page in kept if page is None]
    ocr.load_libraries()
    for done, (scan, result) in enumerate(_read_scans(_batches(scans), meanwhile), 1):
        if isinstance(result, ChildFailed):
            result = scan.page if scan.keep else replace(scan.page, source="none", lines=())
        elif result.source == "ocr":
            cache.put_page(_key(cache, scan.task), result, engine())
        if progress:
            progress(Done("scans", done, len(scans)))
        yield scan, result


def _batches(scans: Sequence[_Scan]) -> list[Sequence[_Scan]]:
    """The scans in as many batches as keep all cores busy to the end."""
    count = cores() * -(-len(scans) // (cores() * TOGETHER))
    return [batch for first in range(count) if (batch := scans[first::count])]


def _read_scans(
    batches: Sequence[Sequence[_Scan]], meanwhile: Callable[[], object] | None = None
) -> Iterator[tuple[_Scan, Page | ChildFailed]]:
    """Read each batch in a child, one a core; the pages of a batch that failed once more, each alone."""
    failed: list[Sequence[_Scan]] = []
    results = each_in_a_child(
        _ocr,
        batches,
        seconds=lambda _: OCR_SECONDS_PER_PAGE,
        memory_bytes=OCR_MEMORY_BYTES,
        meanwhile=meanwhile,
    )
    for index, result in results:
        batch = batches[index]
        if not isinstance(result, ChildFailed):
            yield from zip(batch, result, strict=True)
        elif len(batch) == 1:
            yield batch[0], result
        else:
            failed += [[scan] for scan in batch]
    if failed:
        yield from _read_scans(failed)


def _ocr(scans: Sequence[_Scan]) -> list[Page]:
    """In a child: render pages and read them, those of one resolution by one Tesseract."""
    rendered = [_rendered(scan) for scan in scans]
    first: dict[int, ocr.Reading] = {}
    for dpi in {one.dpi for one in rendered}:
        same = [index for index, one in enumerate(rendered) if one.dpi == dpi]
        images = [scans[index].task.folder / f"{_name(scans[index])}.tif" for index in same]
        read = ocr.first_readings([rendered[index].picture for index in same], dpi, images)
        first |= zip(same, read, strict=True)
    return [_ocr_page(scan, page, first[index]) for index, (scan, page) in enumerate(zip(scans, rendered, strict=True))]


def _name(scan: _Scan) -> str:
    """What its pictures are called, in its task's folder."""
    return f"{scan.page.number:06d}"


@dataclass(frozen=True, slots=True)
class _Rendered:
    """A page's grey picture. own: the resolution of its scan."""

    picture: Any
    dpi: int
    own: int


def _rendered(scan: _Scan) -> _Rendered:
    with pdfium.opened(scan.task.clean) as document:
        page = document[scan.page.number - 1]
        own = _scanned_at(page)
        dpi = own if OCR_LOWEST_DPI <= own <= OCR_DPI else OCR_DPI
        dpi = min(dpi, int(72 * (MAX_PAGE_PIXELS / (page.get_width() * page.get_height())) ** 0.5))
        return _Rendered(page.render(scale=dpi / 72, grayscale=True).to_pil(), dpi, own)


def _ocr_page(scan: _Scan, page: _Rendered, first: ocr.Reading) -> Page:
    reading = ocr.read_image(page.picture, page.dpi, scan.task.folder, _name(scan), first)
    if scan.keep:
        return _added(scan, reading.words)
    return _read_page(scan.page, reading, coarse=0 < page.own < OCR_LOWEST_DPI)


def _read_page(page: Page, reading: ocr.Reading, *, coarse: bool) -> Page:
    """The page as OCR read it, turned upright."""
    width, height = (page.height, page.width) if reading.turn in (90, 270) else (page.width, page.height)
    remarks = [*page.remarks, *_layer_lies(page.words, reading.words)]
    remarks += ["coarse"] if coarse else []
    if not reading.words:
        return replace(page, source="none", lines=(), remarks=tuple(remarks))
    if len(reading.words) >= FEW_WORDS and reading.quality < HANDWRITTEN_BELOW:
        return replace(page, source="none", lines=(), remarks=(*remarks, "handwritten"))
    rotation = (page.rotation + reading.turn) % 360
    return Page(page.number, width, height, rotation, "ocr", reading.lines, tuple(remarks))


def _layer_lies(layer: Sequence[Word], read: Sequence[Word]) -> list[Remark]:
    """A remark when the text layer of a scan says otherwise than its print."""
    said, shown = ({word.text.lower().strip(".,:;") for word in words} for words in (layer, read))
    if min(len(said), len(shown)) < FEW_WORDS or len(said & shown) >= AGREES * len(shown):
        return []
    return ["layer_differs"]


def _added(scan: _Scan, words: Sequence[Word]) -> Page:
    """The text layer's words, and those that OCR sees in the pictures beside them."""
    more = [
        word
        for word in words
        if (word.confidence or 0) >= SURE
        and any(picture.holds(*_middle(word)) for picture in scan.layer.pictures)
        and not any(kept.box.holds(*_middle(word)) for kept in scan.keep)
    ]
    if not more:
        return scan.page
    return replace(scan.page, source="ocr", lines=lines_of([*scan.keep, *more]))


def _middle(word: Word) -> tuple[float, float]:
    return (word.box.x0 + word.box.x1) / 2, (word.box.top + word.box.bottom) / 2


def _scanned_at(page: Any) -> int:
    """Resolution of a page's largest image in dots an inch of the page, or 0 without one.

    OCR reads a scan at its own resolution where that is fit: a 200-dpi fax made larger reads worse, since
    Tesseract then sees signs in the wide gaps of tables.
    """
    import pypdfium2.raw as raw

    pictures = page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE])
    longest = max((max(picture.get_px_size()) for picture in pictures), default=0)
    return int(longest / max(page.get_width(), page.get_height()) * 72 + 0.5)


def _finish(task: Task, opened: Opened, turns: Mapping[int, int], cache: PageCache, engine: Callable[[], str]) -> None:
    """The exhibit: pages turned as OCR found them, scans searchable, a slip in place of a page that breaks readers.

    Kept in the cache when every page was read.
    """
    pages = opened.pages
    whole = task.clean
    if opened.broken:
        write_slip(task.folder / "slip.pdf", task.source.path, "holds a page that cannot be read")
        whole = clean.replace_pages(whole, task.folder / "whole.pdf", opened.broken, task.folder / "slip.pdf")
    upright = clean.turn(whole, task.folder / "turned.pdf", turns)
    add_text_layers(upright, task.exhibit, pages)
    if all(page.source != "none" or "handwritten" in page.remarks for page in pages):
        version = engine() if any(page.source != "text" for page in pages) else None
        cache.put(_key(cache, task), tuple(pages), task.exhibit, version)
