"""A packet is read back and held against its manifest: pages, stamps, links, the words they promise, and the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from packetgen import pdfium
from packetgen.documents.model import Box
from packetgen.documents.textlayer import letters_of, text_in
from packetgen.errors import SafetyStop
from packetgen.files import sha256
from packetgen.packet.manifest import Manifest
from packetgen.packet.model import Part, exhibit_pages
from packetgen.packet.sheet import BOTTOM, TOP
from packetgen.packet.wanted import PACKET

FORBIDDEN = ("/JavaScript", "/EmbeddedFiles", "/OpenAction", "/AA")  # of the whole document
ACTIONS = (
    "/JavaScript", "/Launch", "/URI", "/GoToR", "/GoToE", "/SubmitForm", "/ImportData", "/Rendition", "/Movie",
    "/Sound", "/RichMediaExecute",
)  # fmt: skip
CARRIED = ("/EmbeddedFile", "/Filespec")
STANDARD_FONTS = ("Helvetica", "Times", "Courier", "Symbol", "ZapfDingbats")  # every viewer has them; plans' forms do
LOOK_DPI = 30
PAPER = 245  # of 255: lighter is no ink


def verify(pdf: Path, account: Manifest) -> None:
    """Raise SafetyStop naming everything in which the packet is not what it should be."""
    found = list(faults(pdf, account))
    if found:
        raise SafetyStop(
            "; ".join(found), where=PACKET, fix="Do not send it. Build again; if it happens again, report it."
        )


def is_variant(pdf: Path, account: Manifest) -> bool:
    """Whether a file is one that was made from the packet: a fax, a part, a redacted or a locked one."""
    return pdf.name != PACKET and pdf.name in account.outputs


def faults_of_variant(pdf: Path, account: Manifest) -> Iterator[str]:
    """A variant was proved when it was made, so it need only be the same file still."""
    if account.outputs[pdf.name] != sha256(pdf.read_bytes()):
        yield "the file is not the one that was made: its SHA-256 is another"


def faults(pdf: Path, account: Manifest) -> Iterator[str]:
    """Everything in which a packet is not what its manifest says, in words."""
    import pikepdf
    import pypdfium2

    raw = pdf.read_bytes()
    if account.outputs.get(PACKET) != sha256(raw):
        yield "the file is not the one that was built: its SHA-256 is another"
    try:
        with pikepdf.open(pdf) as opened:
            yield from (f"qpdf: {said}" for said in opened.check_pdf_syntax())
            yield from _structure(opened, account)
        with pdfium.opened(raw) as document:
            if len(document) == account.page_count:
                yield from _pages(document, account)
    except (pikepdf.PdfError, pypdfium2.PdfiumError) as failure:
        yield f"it cannot be opened ({type(failure).__name__})"


def _structure(pdf: Any, account: Manifest) -> Iterator[str]:
    """What can be told without reading a page."""
    if len(pdf.pages) != account.page_count:
        yield f"it has {len(pdf.pages)} pages, {account.page_count} were bound"
        return
    yield from _counts(account)
    names = {*pdf.Root.keys(), *(pdf.Root.Names.keys() if "/Names" in pdf.Root else ())}
    if found := sorted(names & set(FORBIDDEN) | _active(pdf)):
        yield f"it holds {', '.join(found)}"
    asked = [field.get("/FT") for field in pdf.Root.AcroForm.Fields] if "/AcroForm" in pdf.Root else []
    if any(kind != "/Sig" for kind in asked):
        yield "it holds form fields other than for a signature"
    if missing := _links_in(pdf, account):
        yield missing
    for number in sorted(set(range(1, account.page_count + 1)) - set(exhibit_pages(account.parts).values())):
        if bad := _loose_fonts(pdf, number):
            yield f"page {number} uses fonts that are not in the file: {', '.join(bad)}"


def _counts(account: Manifest) -> Iterator[str]:
    """Parts follow one another, and every page of the chart is in one or on the list of those left out."""
    ends = 0
    for part in account.parts:
        if part.first_page != ends + 1 or part.last_page < part.first_page:
            yield f"“{part.title}” begins on page {part.first_page}, after page {ends}"
        ends = part.last_page
    if ends != account.page_count:
        yield f"the parts end on page {ends} of {account.page_count}"
    wanted = Counter(f"{given.exhibit}-{page}" for given in account.inputs for page in range(1, given.pages + 1))
    there = Counter(f"{part.exhibit}-{page}" for part in account.parts for page in part.document_pages)
    there.update(f"{item.exhibit}-{page}" for item in account.left_out for page in item.pages)
    for name in sorted((wanted - there) | (there - wanted)):
        yield f"page {name} of the chart is {'lost' if wanted[name] > there[name] else 'there more than once'}"


def _links_in(pdf: Any, account: Manifest) -> str:
    """Whether the links are those of the manifest, and each citation has one."""
    numbers = {page.obj.objgen: number for number, page in enumerate(pdf.pages, 1)}
    made: Counter[tuple[int, int]] = Counter()
    for number, page in enumerate(pdf.pages, 1):
        for annotation in page.obj.get("/Annots", []):
            if annotation.get("/Subtype") == "/Link":
                target = annotation.get("/Dest", [None])[0]
                made[number, numbers.get(getattr(target, "objgen", None), 0)] += 1
    promised = Counter(account.links)
    cited = Counter((citation.from_page, citation.to_page) for citation in account.citations)
    for (at, to), count in ((promised - made) + (made - promised) + (cited - made)).items():
        return f"page {at} has {made[at, to]} links to page {to}, not {promised[at, to]} (off by {count})"
    return ""


def foreign_fonts(pdf: Path, account: Manifest) -> Iterator[str]:
    """The exhibit pages that came without the files of their fonts, in words: viewers may show them otherwise."""
    import pikepdf

    with pikepdf.open(pdf) as opened:
        for name, number in exhibit_pages(account.parts).items():
            if loose := _loose_fonts(opened, number):
                yield f"page {number} (Ex. {name}) came without the files of its fonts: {', '.join(loose)}"


def _active(pdf: Any) -> set[str]:
    """The actions and files that any of its objects, or what stands inside of it, is."""
    from pikepdf import Array, Dictionary, Stream

    def told(found: Any) -> Iterator[str]:
        if isinstance(found, Dictionary | Stream):
            yield from (str(found.get(key)) for key in ("/S", "/Type"))
        inside = (
            found if isinstance(found, Array) else found.as_dict().values() if isinstance(found, Dictionary) else ()
        )
        for item in inside:
            if isinstance(item, Array | Dictionary) and not item.is_indirect:
                yield from told(item)

    return {name for found in pdf.objects for name in told(found)} & {*ACTIONS, *CARRIED}


def _loose_fonts(pdf: Any, number: int) -> list[str]:
    """The fonts of a page whose files are not in the PDF, but for those that every viewer has."""
    found = _without_file(pdf.pages[number - 1].obj.get("/Resources"), set())
    return sorted({name for name in found if not name.startswith(STANDARD_FONTS)})


def _without_file(resources: Any, seen: set[Any]) -> Iterator[str]:
    """Names of the fonts without their file, also inside form XObjects."""
    if resources is None or resources.objgen in seen:
        return
    if resources.objgen != (0, 0):
        seen.add(resources.objgen)
    for font in resources.get("/Font", {}).values():
        inner = font.get("/DescendantFonts", [font])[0]
        files = inner.get("/FontDescriptor", {})
        if font.get("/Subtype") != "/Type3" and not any(f"/FontFile{n}" in files for n in ("", "2", "3")):
            yield str(font.get("/BaseFont", "/unnamed"))[1:].split("+")[-1].replace(" ", "")
    for item in resources.get("/XObject", {}).values():
        if item.get("/Subtype") == "/Form" and item.objgen not in seen:
            seen.add(item.objgen)
            yield from _without_file(item.get("/Resources"), seen)


def _pages(document: Any, account: Manifest) -> Iterator[str]:
    """What the pages read as."""
    citations: dict[int, list[tuple[str, str, tuple[Box, ...]]]] = {}
    for cited in account.citations:
        if cited.quote:
            citations.setdefault(cited.to_page, []).append((cited.exhibit_page, cited.quote, cited.boxes))
    for number, stamp in _stamps(account.parts, account.page_count, account.case):
        page = document[number - 1]
        text, height = page.get_textpage(), page.get_height()
        if stamp not in " ".join(text.get_text_bounded(0, 0, 10_000, BOTTOM).split()):
            yield f"page {number} does not carry the stamp “{stamp}”"
        if account.draft and "DRAFT" not in text.get_text_bounded(0, height - TOP):
            yield f"page {number} is not marked DRAFT"
        if not text.get_text_bounded(0, BOTTOM, 10_000, height - TOP).strip() and _is_white(page):
            yield f"page {number} is blank"
        for exhibit_page, quote, boxes in dict.fromkeys(citations.get(number, ())):
            if not _reads(text, height, boxes, quote):
                yield f"page {number} (Ex. {exhibit_page}) does not read as it is quoted"
        text.close()
        page.close()


def _stamps(parts: Sequence[Part], count: int, case: str) -> Iterable[tuple[int, str]]:
    exhibits = {number: f"Ex. {name} · " for name, number in exhibit_pages(tuple(parts)).items()}
    for number in range(1, count + 1):
        yield number, f"{exhibits.get(number, '')}page {number} of {count} · case {case}"


def _is_white(page: Any) -> bool:
    """Whether nothing is drawn between the top and the bottom margin."""
    scale = LOOK_DPI / 72
    picture = page.render(scale=scale, grayscale=True).to_pil()
    body = picture.crop((0, round(TOP * scale), picture.width, picture.height - round(BOTTOM * scale)))
    return bool(body.getextrema()[0] > PAPER)


def _reads(text: Any, height: float, boxes: Sequence[Box], quote: str) -> bool:
    """Whether every word of the quote stands in the boxes; a box may touch a neighbour's letters."""
    read = letters_of("".join(text_in(text, height, box) for box in boxes))
    return all(letters_of(word) in read for word in quote.split())
