"""The prescriber's signature on a letter: a field to sign in before, a typed name or an image after the sign-off."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packetgen import pdfium, typeset
from packetgen.case import Case
from packetgen.chart import words
from packetgen.documents.model import Box
from packetgen.documents.textlayer import words_in
from packetgen.errors import BadCaseFile
from packetgen.files import save_pdf
from packetgen.letters.model import Letter
from packetgen.packet.model import Insert
from packetgen.packet.signoff import SignOff

RISE = 3.0  # points that a signature stands above its line
TALL = 26.0


@dataclass(frozen=True, slots=True)
class SigningLine:
    """Where a letter is signed and dated: its 1-based page and two boxes, points from the top left."""

    page: int
    name: Box
    day: Box


def find_signing_line(pdf: Path) -> SigningLine | None:
    """The line "Signature: ____ Date: ____" of a letter, the last one when there are more."""
    with pdfium.opened(pdf) as document:
        for number in range(len(document), 0, -1):
            read = list(words_in(document[number - 1]))
            for at, word in enumerate(read):
                after = [w for w in read[at + 1 : at + 4] if abs(w.box.top - word.box.top) < word.box.height]
                date = next((w for w in after if w.text.startswith("Date:")), None)
                if word.text.startswith("Signature:") and date:
                    y = word.box.bottom
                    right = date.box.x1 + 4
                    return SigningLine(
                        number, Box(word.box.x1 + 4, y - TALL, date.box.x0 - 10, y), Box(right, y - TALL, right + 90, y)
                    )
    return None


def signable(letter: Letter, signed: SignOff | None, field: bool, case: Case, folder: Path) -> Insert:
    """The letter as it goes into the packet: signed once someone has signed off, else with a field if one is wanted."""
    if signed:
        pdf = sign_letter(letter.pdf, folder / "signed-letter.pdf", case, signed)
        return Insert(letter.title, pdf, letter.links)
    line = find_signing_line(letter.pdf) if field else None
    return Insert(letter.title, letter.pdf, letter.links, sign_at=(line.page, line.name) if line else None)


def sign_letter(pdf: Path, target: Path, case: Case, signed: SignOff) -> Path:
    """The letter with the signer's name or image, and the day of the sign-off, on its line; `pdf` when it has none.

    The image of the case file is the prescriber's, so it stands for no other signer. Raises BadCaseFile when it
    cannot be opened.
    """
    import pikepdf

    line = find_signing_line(pdf)
    if line is None:
        return pdf
    with pikepdf.open(pdf) as letter:
        page = letter.pages[line.page - 1]
        over = target.with_name("signature.pdf")
        _draw(over, line, float(page.mediabox[2]), float(page.mediabox[3]), case, signed)
        with pikepdf.open(over) as drawn:
            form = letter.copy_foreign(drawn.pages[0].as_form_xobject())
        name = page.add_resource(form, pikepdf.Name.XObject, pikepdf.Name("/Signature"))
        page.contents_add(letter.make_stream(f"q {name} Do Q".encode()))
        save_pdf(letter, target)
    return target


def _draw(target: Path, line: SigningLine, width: float, height: float, case: Case, signed: SignOff) -> None:
    canvas = typeset.new_canvas(str(target), (width, height))
    y = height - line.name.bottom + RISE
    draw_signature(canvas, line.name, y, case, signed)
    typeset.draw(canvas, line.day.x0, y, words.day(signed.signed_at[:10]), typeset.REGULAR, 10.5)
    canvas.save()


def draw_signature(canvas: Any, box: Box, y: float, case: Case, signed: SignOff) -> None:
    """The signer's image or name at the left of a box, its foot at y (points from the bottom)."""
    image = case.provider.signature
    if image and signed.signed_by == case.provider.name:
        _image(canvas, case.folder / image, image, box, y)
    else:
        typeset.draw(canvas, box.x0, y, signed.signed_by, typeset.ITALIC, 13)
    note = "signed electronically after review"
    typeset.draw(canvas, box.x0, y - RISE - 8, note, typeset.REGULAR, 6.5)


def _image(canvas: Any, path: Path, name: str, box: Box, y: float) -> None:
    try:
        canvas.drawImage(str(path), box.x0, y, box.width, TALL, mask="auto", preserveAspectRatio=True, anchor="sw")
    except OSError:
        raise BadCaseFile("is no picture that can be opened", where=name, fix="Save it as PNG or JPEG.") from None
