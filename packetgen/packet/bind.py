"""Parts -> one PDF: cover, crosswalk, form, letter, exhibits; stamped, marked and linked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packetgen.case import Case
from packetgen.chart import words
from packetgen.documents.model import Box, Document
from packetgen.errors import SafetyStop
from packetgen.extraction.model import DocumentSummary, Evidence
from packetgen.forms.model import FilledForm
from packetgen.letters.model import Letter
from packetgen.packet.front import FrontLink, draw_front, lay_out
from packetgen.packet.marks import Mark, Overlay, draw_overlays, number_boxes
from packetgen.packet.model import Citation, Packet, Part
from packetgen.packet.sheet import Sheet, place, whole
from packetgen.policy.model import Assessment


@dataclass(frozen=True, slots=True)
class _Leaf:
    """One packet page: where it comes from, and how it lies on its sheet."""

    source: Path
    index: int
    sheet: Sheet
    exhibit_page: str = ""


@dataclass(frozen=True, slots=True)
class _Link:
    """A link to be written: on page `page` at `box`, to packet page `to` at `top` points from its top."""

    page: int
    box: Box
    to: int
    top: float
    tells: str


def bind(
    case: Case,
    assessment: Assessment,
    documents: Sequence[Document],
    summaries: Sequence[DocumentSummary],
    form: FilledForm,
    letter: Letter,
    draft: str,
    folder: Path,
) -> Packet:
    """Bind the packet into folder/packet.pdf. draft: why it is one, printed on every page; empty when it is not.

    The same inputs give the same bytes. Raises SafetyStop when a page of the chart would be left out.
    """
    front = folder / "front.pdf"
    rows = lay_out(assessment)
    leaves = [_Leaf(front, index, whole()) for index in range(1 + len(rows))]
    parts = [Part("Cover", 1, 1), Part("Criteria and where the chart shows them", 2, len(leaves))]
    for title, pdf in ((form.title, form.flat), (letter.title, letter.pdf)):
        more = _leaves(pdf)
        parts.append(Part(title, len(leaves) + 1, len(leaves) + len(more)))
        leaves += more
    letter_first = parts[-1].first_page
    for document, summary in zip(documents, summaries, strict=True):
        more = _leaves(document.exhibit, document.label)
        parts.append(Part(exhibit_title(summary), len(leaves) + 1, len(leaves) + len(more), document.label))
        leaves += more
    pages = {leaf.exhibit_page: number for number, leaf in enumerate(leaves, 1) if leaf.exhibit_page}
    account_for_pages(documents, pages)
    drawn = draw_front(front, case, assessment, rows, parts, pages, draft)
    marks = _marks(assessment, form, leaves, pages)
    citations = tuple(_citations(drawn, letter, letter_first, leaves, pages))
    links = [*_forward(drawn, leaves, pages), *_from_letter(letter, letter_first, leaves, pages)]
    links += _back(drawn, marks, leaves)
    overlays = _overlays(case, documents, leaves, marks, draft)
    pdf = folder / "packet.pdf"
    _write(pdf, case, leaves, overlays, links, parts)
    return Packet(pdf, len(leaves), tuple(parts), citations, draft)


def exhibit_title(summary: DocumentSummary) -> str:
    """ "Exhibit A: visit note of 10/02/2026"."""
    dated = f" of {words.day(summary.date)}" if summary.date else ""
    return f"Exhibit {summary.document}: {words.DOCUMENT_KINDS[summary.kind]}{dated}"


def account_for_pages(documents: Sequence[Document], pages: Mapping[str, int]) -> None:
    """Pages in = pages out: every page of the chart is in the packet, once. Raises SafetyStop."""
    wanted = [f"{document.label}-{page.number}" for document in documents for page in document.pages]
    lost = [name for name in wanted if name not in pages]
    if lost or len(wanted) != len(pages):
        raise SafetyStop(
            f"{len(wanted)} pages of the chart came in and {len(pages)} would go out"
            + (f"; Ex. {', '.join(lost)} is lost" if lost else ""),
            where="packet.pdf",
            fix="Build again with the page cache emptied; if it happens again, report it.",
        )


def _leaves(pdf: Path, label: str = "") -> list[_Leaf]:
    import pikepdf

    with pikepdf.open(pdf) as opened:
        boxes = [[float(value) for value in page.mediabox] for page in opened.pages]
    return [
        _Leaf(pdf, index, place(box[2] - box[0], box[3] - box[1]), f"{label}-{index + 1}" if label else "")
        for index, box in enumerate(boxes)
    ]


def _marks(
    assessment: Assessment, form: FilledForm, leaves: Sequence[_Leaf], pages: Mapping[str, int]
) -> dict[int, tuple[Mark, ...]]:
    """The cited words on each packet page, with the criteria they speak to; what only the form cites has none."""
    numbers: dict[Evidence, list[int]] = defaultdict(list)
    for number, criterion in enumerate(assessment.criteria, 1):
        for evidence in criterion.evidence:
            numbers[evidence].append(number)
    for filled in form.fields:
        for evidence in filled.evidence:
            numbers[evidence] += []
    found: dict[int, list[Mark]] = defaultdict(list)
    for evidence, criteria in numbers.items():
        page = pages[evidence.exhibit_page]
        sheet = leaves[page - 1].sheet
        found[page].append(Mark(tuple(sheet.box(box) for box in evidence.boxes), tuple(dict.fromkeys(criteria))))
    return {page: tuple(marks) for page, marks in found.items()}


def _citations(
    drawn: Sequence[FrontLink],
    letter: Letter,
    letter_first: int,
    leaves: Sequence[_Leaf],
    pages: Mapping[str, int],
) -> Iterator[Citation]:
    for link in drawn:
        to = pages[link.evidence.exhibit_page]
        boxes = tuple(leaves[to - 1].sheet.box(box) for box in link.evidence.boxes)
        yield Citation(link.page, to, link.evidence.exhibit_page, link.evidence.quote, boxes)
    for cited in letter.links:
        yield Citation(letter_first + cited.page - 1, pages[cited.exhibit_page], cited.exhibit_page)


def _forward(drawn: Sequence[FrontLink], leaves: Sequence[_Leaf], pages: Mapping[str, int]) -> Iterator[_Link]:
    for link in drawn:
        to = pages[link.evidence.exhibit_page]
        top = leaves[to - 1].sheet.box(link.evidence.boxes[0]).top - 20 if link.evidence.boxes else 0.0
        yield _Link(link.page, link.box, to, max(0.0, top), f"Exhibit {link.evidence.exhibit_page}, page {to}")


def _from_letter(letter: Letter, first: int, leaves: Sequence[_Leaf], pages: Mapping[str, int]) -> Iterator[_Link]:
    for cited in letter.links:
        page = first + cited.page - 1
        to = pages[cited.exhibit_page]
        yield _Link(page, leaves[page - 1].sheet.box(cited.box), to, 0.0, f"Exhibit {cited.exhibit_page}, page {to}")


def _back(
    drawn: Sequence[FrontLink], marks: Mapping[int, tuple[Mark, ...]], leaves: Sequence[_Leaf]
) -> Iterator[_Link]:
    """From each number in a margin to its row of the crosswalk."""
    rows = {link.number: link for link in reversed(drawn)}
    for page, there in marks.items():
        for number, box in number_boxes(there, leaves[page - 1].sheet):
            if row := rows.get(number):
                yield _Link(page, box, row.page, max(0.0, row.box.top - 20), f"Criterion {number}")


def _overlays(
    case: Case,
    documents: Sequence[Document],
    leaves: Sequence[_Leaf],
    marks: Mapping[int, tuple[Mark, ...]],
    draft: str,
) -> list[Overlay]:
    order = {document.label: index for index, document in enumerate(documents)}
    overlays = []
    for number, leaf in enumerate(leaves, 1):
        label = leaf.exhibit_page.rsplit("-", 1)[0]
        stamp = f"page {number} of {len(leaves)} · case {case.case}"
        if leaf.exhibit_page:
            stamp = f"Ex. {leaf.exhibit_page} · {stamp}"
        exhibit = (label, order[label]) if label else None
        overlays.append(Overlay(leaf.sheet, stamp, draft, exhibit, marks.get(number, ())))
    return overlays


def _write(
    target: Path,
    case: Case,
    leaves: Sequence[_Leaf],
    overlays: Sequence[Overlay],
    links: Sequence[_Link],
    parts: Sequence[Part],
) -> None:
    import pikepdf

    sources = {leaf.source: pikepdf.open(leaf.source) for leaf in leaves}
    try:
        with pikepdf.new() as out, pikepdf.open(draw_overlays(overlays)) as over:
            for leaf, overlay in zip(leaves, over.pages, strict=True):
                _add_leaf(out, sources[leaf.source].pages[leaf.index], leaf.sheet, overlay)
            for link in links:
                _add_link(out, link)
            _add_outline(out, parts)
            _add_labels(out, parts)
            _describe(out, case)
            out.save(target, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    finally:
        for opened in sources.values():
            opened.close()


def _add_leaf(out: Any, page: Any, sheet: Sheet, overlay: Any) -> None:
    """A sheet with the page on it and the overlay over it, each as a form XObject."""
    from pikepdf import Dictionary, Name

    out.add_blank_page(page_size=(sheet.width, sheet.height))
    left, bottom, _, top = (float(value) for value in page.mediabox)
    y = sheet.height - sheet.top - (top - bottom) * sheet.scale
    across, up = sheet.x - left * sheet.scale, y - bottom * sheet.scale
    scale = f"{sheet.scale:.5f}"
    leaf = out.pages[-1].obj
    leaf.Resources = Dictionary(
        XObject=Dictionary(
            Content=out.copy_foreign(page.as_form_xobject()), Marks=out.copy_foreign(overlay.as_form_xobject())
        )
    )
    leaf.Contents = out.make_stream(
        f"q {scale} 0 0 {scale} {across:.3f} {up:.3f} cm /Content Do Q q /Marks Do Q".encode()
    )
    leaf.Group = Dictionary(Type=Name.Group, S=Name.Transparency, CS=Name.DeviceRGB)
    leaf.Tabs = Name.R


def _add_link(out: Any, link: _Link) -> None:
    from pikepdf import Array, Dictionary, Name, String

    page, target = out.pages[link.page - 1].obj, out.pages[link.to - 1].obj
    height, there = float(page.MediaBox[3]), float(target.MediaBox[3])
    box = link.box
    annotation = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Link,
        Rect=[round(v, 2) for v in (box.x0, height - box.bottom, box.x1, height - box.top)],
        Border=[0, 0, 0],
        F=4,
        Contents=String(link.tells),
        Dest=Array([target, Name.XYZ, 0, round(there - link.top, 2), 0]),
    )
    if "/Annots" not in page:
        page.Annots = Array([])
    page.Annots.append(out.make_indirect(annotation))


def _add_outline(out: Any, parts: Sequence[Part]) -> None:
    from pikepdf import OutlineItem

    with out.open_outline() as outline:
        outline.root.extend(OutlineItem(part.title, part.first_page - 1) for part in parts)


def _add_labels(out: Any, parts: Sequence[Part]) -> None:
    """Page labels: 1, 2, … in front, then A-1, A-2, …, B-1 on the exhibits."""
    from pikepdf import Array, Dictionary, Name, String

    numbers: list[Any] = [0, Dictionary(S=Name.D)]
    for part in parts:
        if part.exhibit:
            numbers += [part.first_page - 1, Dictionary(S=Name.D, P=String(f"{part.exhibit}-"), St=1)]
    out.Root.PageLabels = Dictionary(Nums=Array(numbers))


def _describe(out: Any, case: Case) -> None:
    from pikepdf import Dictionary, Name, String

    out.Root.Lang = String("en-US")
    out.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    out.Root.PageMode = Name.UseOutlines
    out.docinfo[Name.Title] = String(f"Prior authorization request, case {case.case}")
    out.docinfo[Name.Producer] = String("packetgen")
