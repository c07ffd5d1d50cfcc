"""Writing the packet's PDF: sheets with a page and an overlay, live links, bookmarks, page labels, metadata."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packetgen.case import Case
from packetgen.documents.model import Box
from packetgen.files import save_pdf
from packetgen.packet.model import Part
from packetgen.packet.sheet import Sheet, whole
from packetgen.packet.tags import add_tags, tagged, tags_of

SHARED = ("/FontFile", "/FontFile2", "/FontFile3", "/ToUnicode")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One packet page: where it comes from, and how it lies on its sheet."""

    source: Path
    index: int
    sheet: Sheet
    exhibit_page: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A link to be written: on page `page` at `box`, to packet page `to` at `top` points from its top."""

    page: int
    box: Box
    to: int
    top: float
    tells: str


def write_pdf(
    target: Path,
    case: Case,
    leaves: Sequence[Leaf],
    overlays: Path,
    links: Sequence[Link],
    parts: Sequence[Part],
    fields: Sequence[tuple[int, Box]] = (),
    build: str = "",
) -> None:
    """Write the packet to `target`; the same inputs give the same bytes.

    overlays  a PDF whose last pages are to be laid over the leaves, one over each
    fields    to sign in, by page
    build     what a signer signs, stated in the file's properties
    """
    import pikepdf

    sources = {leaf.source: pikepdf.open(leaf.source) for leaf in leaves}
    try:
        with pikepdf.new() as out, pikepdf.open(overlays) as over:
            own: set[int] = set()
            for number, (leaf, overlay) in enumerate(zip(leaves, list(over.pages)[-len(leaves) :], strict=True), 1):
                page = sources[leaf.source].pages[leaf.index]
                if leaf.sheet == whole() and any(tags_of(page)):
                    own.add(number)
                _add_leaf(out, page, leaf.sheet, over, overlay.obj, own=number in own)
            pages = [page.obj for page in out.pages]
            for link in links:
                _add_link(out, pages[link.page - 1], pages[link.to - 1], link)
            _add_fields(out, pages, fields)
            add_outline(out, parts)
            add_labels(out, parts)
            add_tags(out, parts, own)
            _describe(out, case, build)
            _share(out)
            save_pdf(out, target, packed=True)
    finally:
        for opened in sources.values():
            opened.close()


def _add_leaf(out: Any, page: Any, sheet: Sheet, over: Any, overlay: Any, *, own: bool) -> None:
    """A sheet with the page on it, as a form XObject, and the overlay's own content after it."""
    from pikepdf import Dictionary, Name

    out.add_blank_page(page_size=(sheet.width, sheet.height))
    left, bottom, _, top = (float(value) for value in page.mediabox)
    y = sheet.height - sheet.top - (top - bottom) * sheet.scale
    across, up = sheet.x - left * sheet.scale, y - bottom * sheet.scale
    scale = f"{sheet.scale:.5f}"
    leaf = out.pages[-1].obj
    leaf.Resources = out.copy_foreign(over.make_indirect(overlay.Resources))
    leaf.Resources.XObject = Dictionary(Content=out.copy_foreign(page.as_form_xobject()))
    placed = f"q {scale} 0 0 {scale} {across:.3f} {up:.3f} cm /Content Do Q".encode()
    leaf.Contents = out.make_stream(tagged(placed, overlay.Contents.read_bytes(), own=own))
    leaf.Group = Dictionary(Type=Name.Group, S=Name.Transparency, CS=Name.DeviceRGB)
    leaf.Tabs = Name.S


def _share(out: Any) -> None:
    """Keep once what several parts brought along: a font's file and what its codes mean, and what a page draws with."""
    from pikepdf import Dictionary, Stream

    kept: dict[bytes, Any] = {}
    for found in out.objects:
        if isinstance(found, Stream) and found.get("/Subtype") == "/Form" and "/Resources" in found:
            resources = found.Resources
            found.Resources = kept.setdefault(resources.unparse(), out.make_indirect(resources))
        for key in SHARED if isinstance(found, Dictionary) else ():
            if isinstance(stream := found.get(key), Stream):
                found[key] = kept.setdefault(_content(stream), stream)


def _content(stream: Any) -> bytes:
    """A stream's bytes as they are read, or as they stand in the file where its packing is not known here."""
    import pikepdf

    with contextlib.suppress(pikepdf.PdfError):
        return bytes(stream.read_bytes())
    return bytes(stream.read_raw_bytes())


def _add_link(out: Any, page: Any, target: Any, link: Link) -> None:
    from pikepdf import Array, Dictionary, Name, String

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


def _add_fields(out: Any, pages: Sequence[Any], fields: Sequence[tuple[int, Box]]) -> None:
    """Signature fields, empty, for a signer's own program."""
    from pikepdf import Array, Dictionary, Name, String

    made = []
    for number, (page, box) in enumerate(fields, 1):
        height = float(pages[page - 1].MediaBox[3])
        widget = Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, FT=Name.Sig, T=String(f"Signature {number}"), F=4,
            Rect=[round(v, 2) for v in (box.x0, height - box.bottom, box.x1, height - box.top)],
            TU=String("Prescriber’s signature"), P=pages[page - 1],
        )  # fmt: skip
        made.append(out.make_indirect(widget))
        pages[page - 1].Annots = Array([*pages[page - 1].get("/Annots", []), made[-1]])
    if made:
        out.Root.AcroForm = Dictionary(Fields=Array(made), SigFlags=0)


def add_outline(out: Any, parts: Sequence[Part]) -> None:
    """A bookmark for each part."""
    from pikepdf import OutlineItem

    with out.open_outline() as outline:
        outline.root.extend(OutlineItem(part.title, part.first_page - 1) for part in parts)


def add_labels(out: Any, parts: Sequence[Part]) -> None:
    """Page labels: 1, 2, … in front, then A-1, A-2, …, B-1 on the exhibits; a part after them counts on."""
    from pikepdf import Array, Dictionary, Name, String

    numbers: list[Any] = []
    for part in parts:
        if not part.exhibit:
            numbers += [part.first_page - 1, Dictionary(S=Name.D, St=part.first_page)]
        for index, page in enumerate(part.document_pages):
            if index == 0 or page != part.document_pages[index - 1] + 1:
                label = Dictionary(S=Name.D, P=String(f"{part.exhibit}-"), St=page)
                numbers += [part.first_page - 1 + index, label]
    out.Root.PageLabels = Dictionary(Nums=Array(numbers))


def _describe(out: Any, case: Case, build: str) -> None:
    from pikepdf import Dictionary, Name, String

    out.Root.Lang = String("en-US")
    out.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    out.Root.PageMode = Name.UseOutlines
    out.docinfo[Name.Title] = String(f"Prior authorization request, case {case.case}")
    out.docinfo[Name.Subject] = String(f"Build {build}")
    out.docinfo[Name.Producer] = String("packetgen")
