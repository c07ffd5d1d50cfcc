"""Any input becomes a clean PDF at the door: upright, at the origin, nothing but what is printed.

Forms and annotations that a person sees are drawn into the page; fields, links, actions, scripts and embedded
files are gone. The exhibit of the packet, and every coordinate, is this file's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from packetgen.documents.cda import text_of_cda
from packetgen.documents.fhir import text_of_fhir
from packetgen.documents.html import text_of_html
from packetgen.documents.model import FileRemark
from packetgen.errors import UnreadableInput
from packetgen.files import save_pdf
from packetgen.limits import MAX_PAGES_PER_FILE
from packetgen.typeset import MONO, new_canvas, width_of

IMAGES = (".tif", ".tiff", ".png", ".jpg", ".jpeg")
PHOTOS = (".heic", ".heif")
LARGEST_SHEET = 17 * 72.0  # points: a ledger sheet
TEXT_FONT_SIZE = 10.0
TEXT_LEADING = 12.0
TEXT_MARGIN = 36.0
LETTER = (612.0, 792.0)


def to_pdf(source: Path, folder: Path, name: str) -> Path:
    """A PDF of `source` in `folder`: the file itself, its images unchanged, or its text set in type.

    `name` is the file as the user knows it. Raises UnreadableInput.
    """
    suffix = source.suffix.lower()
    if suffix == ".pdf":
        return source
    if suffix in PHOTOS:
        source = _photo_to_jpeg(source, folder / "photo.jpg", name)
    if suffix in (*IMAGES, *PHOTOS):
        return _images_to_pdf(source, folder / "images.pdf", name)
    if suffix == ".txt":
        return _text_to_pdf(_decoded(source, name), folder / "text.pdf")
    if suffix in (".html", ".htm"):
        return _text_to_pdf(text_of_html(source.read_bytes(), name), folder / "text.pdf")
    if suffix == ".xml":
        return _text_to_pdf(text_of_cda(source.read_bytes(), name), folder / "text.pdf")
    if suffix == ".json":
        return _text_to_pdf(text_of_fhir(source.read_bytes(), name), folder / "text.pdf")
    raise UnreadableInput(
        f"is of a type, '{suffix}', that cannot be read",
        where=name,
        fix="Print it to PDF, and put the PDF into the case.",
    )


def _images_to_pdf(source: Path, target: Path, name: str) -> Path:
    import img2pdf

    try:
        with target.open("wb") as out:
            img2pdf.convert(
                str(source), outputstream=out, rotation=img2pdf.Rotation.ifvalid, nodate=True, layout_fun=_page_size
            )
    except Exception as failure:  # noqa: BLE001 - libraries raise what they like; the file is named
        raise _unreadable(name, failure) from None
    return target


def _page_size(width: int, height: int, dpi: tuple[float, float]) -> tuple[float, float, float, float]:
    """Page and image size in points: what the file's resolution says, or a sheet's when it says none that can be.

    A photo claims 72 or 96 dpi, or nothing, and would be a page of several feet.
    """
    across, down = width / dpi[0] * 72, height / dpi[1] * 72
    if max(across, down) > LARGEST_SHEET:
        across, down = across / max(across, down) * LETTER[1], down / max(across, down) * LETTER[1]
    return across, down, across, down


def _photo_to_jpeg(source: Path, target: Path, name: str) -> Path:
    """A HEIC photo as JPEG, upright: PDF has no HEIC."""
    try:
        import pi_heif
        from PIL import ImageOps

        photo = pi_heif.open_heif(source, convert_hdr_to_8bit=True).to_pillow()
        ImageOps.exif_transpose(photo).convert("RGB").save(target, quality=92)
    except Exception as failure:  # noqa: BLE001 - libraries raise what they like; the file is named
        raise _unreadable(name, failure) from None
    return target


def _decoded(source: Path, name: str) -> str:
    try:
        text = source.read_text("utf-8-sig")
    except UnicodeDecodeError:
        text = source.read_text("cp1252", errors="replace")
    if "\x00" in text:
        raise UnreadableInput("is not text", where=name, fix="Print it to PDF, and put the PDF into the case.")
    return text


def _text_to_pdf(text: str, target: Path) -> Path:
    """Set text in type, one page for each form feed, each large enough for all its lines."""
    pages = text.rstrip("\f\n").split("\f")
    canvas = new_canvas(str(target))
    step = width_of("0", MONO, TEXT_FONT_SIZE)
    for page in pages:
        lines = [line.expandtabs(8).rstrip() for line in page.splitlines()]
        width = max(LETTER[0], 2 * TEXT_MARGIN + step * max((len(line) for line in lines), default=0))
        height = max(LETTER[1], 2 * TEXT_MARGIN + TEXT_LEADING * len(lines))
        canvas.setPageSize((width, height))
        canvas.setFont(MONO, TEXT_FONT_SIZE)
        for row, line in enumerate(lines):
            canvas.drawString(TEXT_MARGIN, height - TEXT_MARGIN - TEXT_LEADING * (row + 0.8), line)
        canvas.showPage()
    canvas.save()
    return target


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A clean PDF that was written.

    turned   the degrees each page was turned
    broken   1-based numbers of pages whose content cannot be decoded; they are empty in the clean PDF
    remarks  on the file as a whole
    """

    turned: tuple[int, ...]
    broken: frozenset[int]
    remarks: tuple[FileRemark, ...]


def clean(source: Path, target: Path, name: str, password: str = "") -> Cleaned:
    """Write the clean PDF of `source` to `target`.

    Raises UnreadableInput for a file that is locked, is not a PDF, has too many pages, or does not hold as pages what
    its viewer shows (a portfolio, a dynamic XFA form).
    """
    import pikepdf

    try:
        pdf = pikepdf.open(source, password=password)
    except pikepdf.PasswordError:
        raise UnreadableInput(
            "is locked with a password",
            where=name,
            fix="Give it in the case file: - {path: …, password: …}, or print it to a new PDF without one.",
        ) from None
    except Exception as failure:  # noqa: BLE001 - libraries raise what they like; the file is named
        raise _unreadable(name, failure) from None
    with pdf, pikepdf.new() as out:
        if not 1 <= len(pdf.pages) <= MAX_PAGES_PER_FILE:
            raise UnreadableInput(
                f"has {len(pdf.pages)} pages; 1 to {MAX_PAGES_PER_FILE} can be read", where=name, fix="Split it."
            )
        _refuse_what_is_no_pages(pdf, name)
        remarks = _remarks(pdf)
        pdf.remove_unreferenced_resources()
        if "/AcroForm" in pdf.Root:
            pdf.generate_appearance_streams()
        for number, page in enumerate(pdf.pages, 1):
            _draw_comments(pdf, page, name, number)
        pdf.flatten_annotations("print")
        turned, broken = [], set()
        for number, page in enumerate(pdf.pages, 1):
            try:
                turned.append(_copy_upright(page, out))
            except pikepdf.PdfError:
                out.add_blank_page(page_size=LETTER)
                turned.append(0)
                broken.add(number)
        save_pdf(out, target, packed=True)
        damaged: tuple[FileRemark, ...] = ("repaired",) if pdf.get_warnings() else ()
    return Cleaned(tuple(turned), frozenset(broken), (*damaged, *remarks))


def _refuse_what_is_no_pages(pdf: Any, name: str) -> None:
    """Refuse a file whose pages only say that another viewer is needed (ISO 32000-1, 7.11.6 and 12.7.8)."""
    if "/Collection" in pdf.Root:
        raise UnreadableInput(
            f"is a portfolio of {len(pdf.attachments)} files",
            where=name,
            fix="Save each file that it holds, and list these in the case.",
        )
    if pdf.Root.get("/NeedsRendering") is True or ("/XFA" in _form(pdf) and not len(_form(pdf).get("/Fields", []))):
        raise UnreadableInput(
            "is a dynamic XFA form, whose content only Adobe Acrobat shows",
            where=name,
            fix="Open it in Acrobat, and print it to a new PDF.",
        )


def _form(pdf: Any) -> Any:
    form = pdf.Root.get("/AcroForm")
    return form if hasattr(form, "keys") else {}


def _remarks(pdf: Any) -> tuple[FileRemark, ...]:
    """What is in the file beside its pages."""
    from pikepdf import Name

    notes = (note for page in pdf.pages for note in page.obj.get("/Annots", []))
    attached = len(pdf.attachments) or any(note.get("/Subtype") == Name.FileAttachment for note in notes)
    signed = int(_form(pdf).get("/SigFlags", 0)) & 1
    found: list[tuple[FileRemark, Any]] = [("attached", attached), ("signed", signed)]
    return tuple(remark for remark, holds in found if holds)


def _draw_comments(pdf: Any, page: Any, name: str, number: int) -> None:
    """Give typed comments (FreeText) that carry no appearance one, so that flattening keeps their words.

    Viewers draw such comments themselves, so a person has seen them on the page. Raises UnreadableInput for
    one whose letters the standard fonts lack: its words would be lost.
    """
    from pikepdf import Dictionary, Name

    for comment in page.obj.get("/Annots", []):
        if (
            comment.get("/Subtype") != Name.FreeText
            or "/AP" in comment
            or not str(comment.get("/Contents", "")).strip()
        ):
            continue
        x0, y0, x1, y1 = (float(value) for value in comment.Rect)
        width, height = abs(x1 - x0), abs(y1 - y0)
        try:
            content = _set_in_box(str(comment.Contents), width, height)
        except UnicodeEncodeError:
            raise UnreadableInput(
                f"the comment on page {number} cannot be drawn",
                where=name,
                fix="Print it to a new PDF from your viewer.",
            ) from None
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
        appearance = pdf.make_stream(
            content,
            Type=Name.XObject,
            Subtype=Name.Form,
            BBox=[0, 0, width, height],
            Resources=Dictionary(Font=Dictionary(F=font)),
        )
        comment.AP = Dictionary(N=appearance)


def _set_in_box(text: str, width: float, height: float) -> bytes:
    """PDF operators that set text in Helvetica inside a box, smaller until all lines fit."""
    from reportlab.lib.utils import simpleSplit

    size = 11.0
    while True:
        lines = [part for line in text.splitlines() for part in simpleSplit(line, "Helvetica", size, width - 4)]
        if len(lines) * size * 1.15 <= height - 2 or size <= 3:
            break
        size -= 0.5
    set_lines = b" T* ".join(b"(" + re.sub(rb"([\\()])", rb"\\\1", line.encode("cp1252")) + b") Tj" for line in lines)
    return f"BT /F {size} Tf {size * 1.15:.2f} TL 2 {height - size:.2f} Td ".encode() + set_lines + b" ET"


def _copy_upright(page: Any, out: Any) -> int:
    """Add `page` to `out` as a form drawn on an upright page at the origin; returns its rotation."""
    from pikepdf import Dictionary, Name, Page, Rectangle

    rotation = int(page.obj.get("/Rotate", 0) if "/Rotate" in page.obj else page.rotation) % 360
    box = [float(value) for value in page.cropbox]
    width, height = abs(box[2] - box[0]), abs(box[3] - box[1])
    if rotation in (90, 270):
        width, height = height, width
    form = out.copy_foreign(page.as_form_xobject())
    blank = out.add_blank_page(page_size=(Decimal(str(round(width, 3))), Decimal(str(round(height, 3)))))
    blank.obj.Resources = Dictionary(XObject=Dictionary({"/Page": form}))
    rectangle = Rectangle(0, 0, width, height)
    placed = blank.calc_form_xobject_placement(form, Name("/Page"), rectangle, invert_transformations=False)
    blank.obj.Contents = out.make_stream(placed)
    assert isinstance(blank, Page)  # noqa: S101 - for the type checker
    return rotation


def _unreadable(name: str, failure: Exception) -> UnreadableInput:
    return UnreadableInput(
        f"cannot be opened ({type(failure).__name__}); it may be damaged or not what its name says",
        where=name,
        fix="Open it in a viewer; if it shows, print it to a new PDF, else ask for the document again.",
    )


def turn(source: Path, target: Path, turns: Mapping[int, int]) -> Path:
    """The PDF with pages made upright: degrees clockwise by 1-based page; `source` itself when there are none."""
    import pikepdf

    if not any(turns.values()):
        return source
    with pikepdf.open(source) as pdf, pikepdf.new() as out:
        for number, page in enumerate(pdf.pages, 1):
            page.obj.Rotate = turns.get(number, 0)
            _copy_upright(page, out)
        save_pdf(out, target, packed=True)
    return target


def replace_pages(source: Path, target: Path, numbers: set[int], slip: Path) -> Path:
    """The PDF with the pages of those 1-based numbers replaced by a slip: what is on them travels no further."""
    import pikepdf

    with pikepdf.open(source) as pdf, pikepdf.open(slip) as page, pikepdf.new() as out:
        for number, old in enumerate(pdf.pages, 1):
            out.pages.append(page.pages[0] if number in numbers else old)
        save_pdf(out, target, packed=True)
    return target
