"""One packet as several files no larger than a plan takes: in order, at the bounds of parts where that is possible."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from packetgen.errors import BadCaseFile
from packetgen.files import pdf_bytes
from packetgen.packet.model import Part
from packetgen.packet.pdf import add_labels, add_outline
from packetgen.packet.tags import TAGS
from packetgen.packet.wanted import Limits

ROOM = 0.97  # of the size that is allowed: a lock and the last cover sheet add a little
DrawSheet = Callable[[Path, str, int, Sequence[str]], None]  # target, heading, sheets, what it holds


def split(
    source: Path, parts: Sequence[Part], limits: Limits, heading: str, draw: DrawSheet, folder: Path
) -> list[bytes]:
    """The files, each with a cover sheet before its pages.

    heading: of the cover sheet; "Part 2 of 3" stands before it when there are several. A link to a page that is in
    another file is taken off; the words of the citation stay. Raises BadCaseFile when a single page is too large.
    """
    import pikepdf

    with pikepdf.open(source) as opened:
        count = len(opened.pages)
    sheet = folder / "sheet.pdf"
    draw(sheet, f"Part 1 of 23456789 · {heading}", count, [f"Pages 0123456789–: {part.title}" for part in parts])
    groups = _groups(source, parts, limits, sheet, count)
    files = []
    for index, (first, last) in enumerate(groups, 1):
        several = f"Part {index} of {len(groups)} · " if len(groups) > 1 else ""
        holds = [
            f"{_span(max(p.first_page, first), min(p.last_page, last))} of {count}: {p.title}"
            for p in parts
            if p.first_page <= last and p.last_page >= first
        ]
        draw(sheet, several + heading, last - first + 2, holds)
        files.append(_cut(source, parts, first, last, sheet))
    return files


def _span(first: int, last: int) -> str:
    return f"Page {first}" if first == last else f"Pages {first}–{last}"


def _groups(source: Path, parts: Sequence[Part], limits: Limits, sheet: Path, count: int) -> list[tuple[int, int]]:
    """First and last page of each file: as many whole parts as fit, and a part that alone is too large in pieces."""

    def fits(first: int, last: int) -> bool:
        if limits.pages is not None and last - first + 2 > limits.pages:
            return False
        return limits.size is None or len(_cut(source, parts, first, last, sheet)) <= ROOM * limits.size

    groups: list[tuple[int, int]] = []
    first = 1
    while first <= count:
        last = _furthest(first, count, fits)
        if last < first:
            raise BadCaseFile(
                f"page {first} alone is larger than one file may be", where="packet.pdf", fix="Allow more for one file."
            )
        ends = [part.last_page for part in parts if first <= part.last_page <= last]
        last = ends[-1] if ends and last < count else last
        groups.append((first, last))
        first = last + 1
    return groups


def _furthest(first: int, count: int, fits: Callable[[int, int], bool]) -> int:
    """The last page that still fits behind `first`; first - 1 when none does."""
    low, high = first - 1, count
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(first, middle) else (low, middle - 1)
    return low


def _cut(source: Path, parts: Sequence[Part], first: int, last: int, sheet: Path) -> bytes:
    """Pages first..last behind a cover sheet, with their links among each other, bookmarks and labels."""
    import pikepdf

    with pikepdf.open(source) as pdf, pikepdf.open(sheet) as cover:
        kept = {pdf.pages[number - 1].obj.objgen for number in range(first, last + 1)}
        for number in range(first, last + 1):
            _keep_links(pdf.pages[number - 1].obj, kept)
        del pdf.pages[last:]
        del pdf.pages[: first - 1]
        for key in ("/Outlines", "/PageLabels", "/Names", *TAGS):
            if key in pdf.Root:
                del pdf.Root[key]
        pdf.pages.insert(0, cover.pages[0])
        local = [Part("Cover sheet", 1, 1), *_local(parts, first, last)]
        add_outline(pdf, local)
        add_labels(pdf, local)
        return pdf_bytes(pdf, packed=True)


def _keep_links(page: Any, kept: set[Any]) -> None:
    import pikepdf

    if "/Annots" in page:
        page.Annots = pikepdf.Array([a for a in page.Annots if "/Dest" in a and a.Dest[0].objgen in kept])


def _local(parts: Sequence[Part], first: int, last: int) -> Iterator[Part]:
    """The parts as they stand in the file, one page further back for its cover sheet."""
    for part in parts:
        start, end = max(part.first_page, first), min(part.last_page, last)
        if start <= end:
            pages = part.document_pages[start - part.first_page : end - part.first_page + 1]
            title = part.title if start == part.first_page else f"{part.title} (continued)"
            yield Part(title, start - first + 2, end - first + 2, part.exhibit, pages)
