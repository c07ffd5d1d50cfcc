"""Parts -> one PDF: cover, crosswalk, form, letter, exhibits; stamped, marked and linked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from packetgen.case import Case
from packetgen.documents.model import Box, Document
from packetgen.documents.slip import draw_slip
from packetgen.errors import SafetyStop
from packetgen.extraction.model import Evidence
from packetgen.packet.choose import Choice
from packetgen.packet.front import FrontLink, draw_front, lay_out
from packetgen.packet.leftout import NOT_ENCLOSED, lay_out_left_out
from packetgen.packet.marks import Mark, Overlay, number_boxes
from packetgen.packet.model import Citation, Exhibit, Insert, LeftOut, Packet, Part
from packetgen.packet.pdf import Leaf, Link, write_pdf
from packetgen.packet.sheet import place, whole
from packetgen.policy.model import Assessment


def bind(
    case: Case,
    assessment: Assessment,
    documents: Sequence[Document],
    choice: Choice,
    inserts: Sequence[Insert],
    noted: Sequence[Evidence],
    draft: str,
    folder: Path,
    build: str = "",
) -> Packet:
    """Bind the packet into folder/packet.pdf.

    inserts: form, letters and other parts of the clinic's own, in their order. noted: what the form cites: it is
    highlighted. draft: why it is one, printed on every page; empty when it is not. build: what a signer signs.

    The same inputs give the same bytes. Raises SafetyStop when a page of the chart would be lost.
    """
    front = folder / "front.pdf"
    rows, left_out = lay_out(assessment), lay_out_left_out(choice.left_out)
    leaves = [Leaf(front, index, whole()) for index in range(1 + len(rows))]
    parts = [Part("Cover", 1, 1), Part("Criteria and where the chart shows them", 2, len(leaves))]
    firsts: list[int] = []
    for insert in inserts:
        firsts.append(len(leaves) + 1)
        more = _leaves(insert.pdf)
        if insert.for_the_sheet:
            more = [replace(leaf, sheet=whole()) for leaf in more]
        _add(parts, leaves, insert.title, more)
    for exhibit in choice.exhibits:
        more = _exhibit_leaves(exhibit, folder)
        _add(parts, leaves, exhibit.title, more, exhibit.document.label, exhibit.pages)
    if left_out:
        _add(parts, leaves, NOT_ENCLOSED, [Leaf(front, 1 + len(rows) + n, whole()) for n in range(len(left_out))])
    pages = {leaf.exhibit_page: number for number, leaf in enumerate(leaves, 1) if leaf.exhibit_page}
    account_for_pages(documents, pages, choice.left_out)
    hidden = {f"{exhibit.document.label}-{page}" for exhibit in choice.exhibits for page in exhibit.held}
    marks = _marks(assessment, noted, leaves, pages, hidden)
    overlays = _overlays(case, documents, leaves, marks, draft)
    drawn, contents = draw_front(front, case, assessment, rows, left_out, parts, pages, overlays, draft)
    citations = tuple(_citations(drawn, inserts, firsts, leaves, pages, hidden))
    links = [Link(page, box, to, 0.0, f"Page {to}") for page, box, to in contents]
    links += [*_forward(drawn, leaves, pages), *_from_inserts(inserts, firsts, leaves, pages)]
    links += _back(drawn, marks, leaves)
    pdf = folder / "packet.pdf"
    fields = list(_fields(inserts, firsts, leaves))
    write_pdf(pdf, case, leaves, front, links, parts, fields, build)
    made = tuple((link.page, link.to) for link in links)
    return Packet(pdf, len(leaves), tuple(parts), citations, made, draft)


def account_for_pages(documents: Sequence[Document], pages: Mapping[str, int], left_out: Sequence[LeftOut]) -> None:
    """Pages in = pages out + pages left out, each once. Raises SafetyStop."""
    wanted = [f"{document.label}-{page.number}" for document in documents for page in document.pages]
    excluded = [f"{item.exhibit}-{page}" for item in left_out for page in item.pages]
    lost = [name for name in wanted if name not in pages and name not in excluded]
    if sorted(wanted) != sorted([*pages, *excluded]):
        raise SafetyStop(
            f"{len(wanted)} pages of the chart came in; {len(pages)} would go out, and {len(excluded)} are listed as "
            f"left out{f'; Ex. {chr(44).join(lost)} is lost' if lost else ''}",
            where="packet.pdf",
            fix="Build again with the page cache emptied; if it happens again, report it.",
        )


def _add(
    parts: list[Part],
    leaves: list[Leaf],
    title: str,
    more: Sequence[Leaf],
    exhibit: str = "",
    document_pages: tuple[int, ...] = (),
) -> None:
    """Put a part after the others."""
    parts.append(Part(title, len(leaves) + 1, len(leaves) + len(more), exhibit, document_pages))
    leaves += more


def _leaves(pdf: Path) -> list[Leaf]:
    import pikepdf

    with pikepdf.open(pdf) as opened:
        boxes = [[float(value) for value in page.mediabox] for page in opened.pages]
    return [Leaf(pdf, index, place(box[2] - box[0], box[3] - box[1])) for index, box in enumerate(boxes)]


def _exhibit_leaves(exhibit: Exhibit, folder: Path) -> list[Leaf]:
    """The chosen pages of a document; a slip for each that is held back."""
    label = exhibit.document.label
    all_leaves = _leaves(exhibit.document.exhibit)
    leaves = []
    for number in exhibit.pages:
        name = f"{label}-{number}"
        if number in exhibit.held:
            slip = folder / f"held-{name}.pdf"
            draw_slip(slip, "This page is held back", f"Exhibit page {name}", "A person must decide on its release.")
            leaves += [replace(leaf, exhibit_page=name) for leaf in _leaves(slip)]
        else:
            leaves.append(replace(all_leaves[number - 1], exhibit_page=name))
    return leaves


def _marks(
    assessment: Assessment,
    noted: Sequence[Evidence],
    leaves: Sequence[Leaf],
    pages: Mapping[str, int],
    hidden: Collection[str],
) -> dict[int, tuple[Mark, ...]]:
    """The cited words on each packet page, with the criteria they speak to; what only the form cites has none."""
    numbers: dict[Evidence, list[int]] = defaultdict(list)
    for number, criterion in enumerate(assessment.criteria, 1):
        for evidence in criterion.evidence:
            numbers[evidence].append(number)
    for evidence in noted:
        numbers[evidence] += []
    found: dict[int, list[Mark]] = defaultdict(list)
    for evidence, criteria in numbers.items():
        if evidence.exhibit_page in hidden or evidence.exhibit_page not in pages:
            continue  # held back, or told by a page that another one made needless
        page = pages[evidence.exhibit_page]
        sheet = leaves[page - 1].sheet
        found[page].append(Mark(tuple(sheet.box(box) for box in evidence.boxes), tuple(dict.fromkeys(criteria))))
    return {page: tuple(marks) for page, marks in found.items()}


def _citations(
    drawn: Sequence[FrontLink],
    inserts: Sequence[Insert],
    firsts: Sequence[int],
    leaves: Sequence[Leaf],
    pages: Mapping[str, int],
    hidden: Collection[str],
) -> Iterator[Citation]:
    for link in drawn:
        evidence = link.evidence
        to = pages[evidence.exhibit_page]
        if evidence.exhibit_page in hidden:
            yield Citation(link.page, to, evidence.exhibit_page)
        else:
            boxes = tuple(leaves[to - 1].sheet.box(box) for box in evidence.boxes)
            yield Citation(link.page, to, evidence.exhibit_page, evidence.quote, boxes)
    for insert, first in zip(inserts, firsts, strict=True):
        for cited in insert.links:
            yield Citation(first + cited.page - 1, pages[cited.exhibit_page], cited.exhibit_page)


def _forward(drawn: Sequence[FrontLink], leaves: Sequence[Leaf], pages: Mapping[str, int]) -> Iterator[Link]:
    for link in drawn:
        to = pages[link.evidence.exhibit_page]
        top = leaves[to - 1].sheet.box(link.evidence.boxes[0]).top - 20 if link.evidence.boxes else 0.0
        yield Link(link.page, link.box, to, max(0.0, top), f"Exhibit {link.evidence.exhibit_page}, page {to}")


def _from_inserts(
    inserts: Sequence[Insert], firsts: Sequence[int], leaves: Sequence[Leaf], pages: Mapping[str, int]
) -> Iterator[Link]:
    for insert, first in zip(inserts, firsts, strict=True):
        for cited in insert.links:
            page, to = first + cited.page - 1, pages[cited.exhibit_page]
            box = leaves[page - 1].sheet.box(cited.box)
            yield Link(page, box, to, 0.0, f"Exhibit {cited.exhibit_page}, page {to}")


def _fields(inserts: Sequence[Insert], firsts: Sequence[int], leaves: Sequence[Leaf]) -> Iterator[tuple[int, Box]]:
    """The signature fields that inserts ask for, on packet pages."""
    for insert, first in zip(inserts, firsts, strict=True):
        if insert.sign_at:
            page = first + insert.sign_at[0] - 1
            yield page, leaves[page - 1].sheet.box(insert.sign_at[1])


def _back(drawn: Sequence[FrontLink], marks: Mapping[int, tuple[Mark, ...]], leaves: Sequence[Leaf]) -> Iterator[Link]:
    """From each number in a margin to its row of the crosswalk."""
    rows = {link.number: link for link in reversed(drawn)}
    for page, there in marks.items():
        for number, box in number_boxes(there, leaves[page - 1].sheet):
            if row := rows.get(number):
                yield Link(page, box, row.page, max(0.0, row.box.top - 20), f"Criterion {number}")


def _overlays(
    case: Case,
    documents: Sequence[Document],
    leaves: Sequence[Leaf],
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
