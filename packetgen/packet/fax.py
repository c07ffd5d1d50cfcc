"""The packet as a fax machine sends it: 200 dpi, one bit, Group 4; and what of it can no longer be read."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packetgen import pdfium
from packetgen.case import Case
from packetgen.chart import words
from packetgen.children import ChildFailed, each_in_a_child
from packetgen.documents.ocr import read_image
from packetgen.documents.textlayer import letters_of
from packetgen.errors import Problem
from packetgen.files import save_pdf
from packetgen.limits import OCR_MEMORY_BYTES, OCR_SECONDS_PER_PAGE
from packetgen.packet.model import Packet

FAX_DPI = 200
INK_BELOW = 170  # of 255, after the paper was made white: rules drawn in grey are kept
STAMP_BAND = 27.0  # points from the bottom, below the rule over the stamp
READS = 85.0  # rapidfuzz ratio 0-100 of letters: one in seven may be misread


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A page as it would arrive, and what must be read on it: (what it is, its words)."""

    number: int
    image: Path
    wanted: tuple[tuple[str, str], ...]


def to_fax(source: Path, target: Path) -> None:
    """Write the pages of `source` as one-bit images of FAX_DPI, landscape ones turned; the same bytes each time."""
    import img2pdf
    import pikepdf

    with pdfium.opened(source) as pdf:
        images = [_one_bit(page) for page in pdf]
    raw = img2pdf.convert(images, nodate=True, layout_fun=img2pdf.get_fixed_dpi_layout_fun((FAX_DPI, FAX_DPI)))
    with pikepdf.open(io.BytesIO(raw)) as out:
        if "/ID" in out.trailer:
            del out.trailer.ID
        save_pdf(out, target)


def _one_bit(page: Any) -> bytes:
    from PIL import Image, ImageOps

    picture = page.render(scale=FAX_DPI / 72, grayscale=True).to_pil().convert("L")
    if picture.width > picture.height:
        picture = picture.transpose(Image.Transpose.ROTATE_90)
    white = ImageOps.autocontrast(picture, cutoff=(0, 1))
    out = io.BytesIO()
    white.point(lambda level: 255 if level > INK_BELOW else 0).convert("1").save(
        out, "TIFF", compression="group4", dpi=(FAX_DPI, FAX_DPI)
    )
    return out.getvalue()


def unreadable(fax: Path, packet: Packet, case: Case, folder: Path) -> tuple[Problem, ...]:
    """Read the fax by OCR; a Problem for each page on which our stamp, a key value or a quote cannot be read.

    Landscape pages lie on their side in a fax and are read turned back.
    """
    sheets = list(_sheets(fax, packet, case, folder))
    lost: dict[int, list[str]] = {}
    results = each_in_a_child(
        _unread, sheets, seconds=lambda _: 3 * OCR_SECONDS_PER_PAGE, memory_bytes=OCR_MEMORY_BYTES
    )
    for index, result in results:
        lost[sheets[index].number] = ["anything"] if isinstance(result, ChildFailed) else result
    return tuple(
        Problem(
            "fax_unreadable", f"fax, page {number}",
            f"After a fax this page would no longer show {'; '.join(what)}.",
            "Send this page another way, or scan it again darker and larger.", "front_desk", "note",
        )
        for number, what in sorted(lost.items()) if what
    )  # fmt: skip


def _sheets(fax: Path, packet: Packet, case: Case, folder: Path) -> Iterator[_Sheet]:
    """Every page of the fax, to be read back."""
    names = {number: f"Ex. {name} · " for name, number in packet.exhibit_pages.items()}
    with pdfium.opened(fax) as pdf:
        for number, page in enumerate(pdf, 1):
            image = folder / f"fax-{number}.png"
            page.render(scale=FAX_DPI / 72, grayscale=True).to_pil().save(image)
            stamp = f"{names.get(number, '')}page {number} of {packet.page_count}"
            wanted = [(f"the stamp “{stamp}”", stamp)]
            wanted += [
                (f"the quote “{_short(c.quote)}”", c.quote) for c in packet.citations if c.to_page == number and c.quote
            ]
            wanted += _key_values(case) if number == 1 else []
            yield _Sheet(number, image, tuple(dict.fromkeys(wanted)))


def _key_values(case: Case) -> list[tuple[str, str]]:
    """What a plan files a request by."""
    return [
        ("the patient's name", case.patient.name),
        ("the birth date", words.day(case.patient.birth_date)),
        ("the member ID", case.insurance.member_id),
        ("the codes", f"{case.request.icd10} · CPT {case.request.cpt}"),
        ("the units", f"{case.request.units} units"),
        ("the NPI", case.provider.npi),
        ("the return fax", case.provider.fax),
    ]


def _unread(sheet: _Sheet) -> list[str]:
    """In a child: what of the wanted words OCR does not find."""
    from PIL import Image
    from rapidfuzz import fuzz

    picture = Image.open(sheet.image).convert("L")
    stamp = picture.crop((0, picture.height - round(STAMP_BAND * FAX_DPI / 72), picture.width, picture.height))
    folder, name = sheet.image.parent, sheet.image.stem
    read = ""
    for image, called in ((picture, name), (stamp, f"{name}-stamp")):  # Tesseract drops a line that stands alone
        read += letters_of("".join(word.text for word in read_image(image, FAX_DPI, folder, called).words))
    return [what for what, text in sheet.wanted if fuzz.partial_ratio(letters_of(text), read) < READS]


def _short(quote: str) -> str:
    return quote if len(quote) <= 60 else f"{quote[:60].rsplit(' ', 1)[0]} …"
