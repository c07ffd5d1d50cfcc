"""A letter is signed only once someone has signed off: by name, or by the prescriber's own picture of a signature."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageDraw

from packetgen import typeset
from packetgen.errors import BadCaseFile
from packetgen.forms.model import FilledForm
from packetgen.letters.model import Letter
from packetgen.packet.choose import Choice
from packetgen.packet.signature import find_signing_line, signable
from packetgen.packet.signoff import SignOff, digest_of

SIGNED = SignOff("Lena Ortiz, MD", "2026-11-25T10:00:00+00:00", "0" * 64)


def letter(folder: Path) -> Letter:
    canvas = typeset.new_canvas(str(folder / "letter.pdf"))
    typeset.draw(canvas, 60, 700, "I request this treatment. Date: see below.", typeset.REGULAR, 11)
    canvas.showPage()
    typeset.draw(canvas, 60, 500, "Signature: ____________________________   Date: ____________", typeset.REGULAR, 11)
    canvas.save()
    return Letter("Letter", folder / "letter.docx", folder / "letter.pdf", ())


def test_before_the_sign_off_there_is_no_signature_and_a_field_only_where_one_is_wanted(told, tmp_path: Path) -> None:
    assert signable(letter(tmp_path), None, False, told.case, tmp_path).sign_at is None
    insert = signable(letter(tmp_path), None, True, told.case, tmp_path)
    assert insert.pdf == tmp_path / "letter.pdf"
    page, box = insert.sign_at
    assert page == 2
    assert (box.top, box.bottom) < (300, 300)
    assert box.width > 100


def test_after_the_sign_off_name_and_day_stand_on_the_line(told, tmp_path: Path) -> None:
    line = find_signing_line(letter(tmp_path).pdf)
    insert = signable(letter(tmp_path), SIGNED, True, told.case, tmp_path)
    assert insert.sign_at is None
    page = pypdfium2.PdfDocument(insert.pdf)[1].get_textpage()
    name, day = (
        page.get_text_bounded(box.x0 - 2, 792 - box.bottom - 12, box.x1 + 2, 792 - box.top)
        for box in (line.name, line.day)
    )
    assert "Lena Ortiz, MD" in name
    assert "11/25/2026" in day
    assert "Lena" not in pypdfium2.PdfDocument(insert.pdf)[0].get_textpage().get_text_range()


def test_the_picture_of_a_signature_stands_for_the_prescriber_only(told, tmp_path: Path) -> None:
    picture = Image.new("RGB", (300, 60), "white")
    ImageDraw.Draw(picture).line((5, 50, 290, 10), fill="black", width=4)
    picture.save(tmp_path / "ortiz.png")
    provider = told.case.provider.model_copy(update={"signature": "ortiz.png"})
    case = told.case.model_copy(update={"provider": provider, "folder": tmp_path})
    own = pypdfium2.PdfDocument(signable(letter(tmp_path), SIGNED, False, case, tmp_path).pdf)
    assert "Lena Ortiz" not in own[1].get_textpage().get_text_range()
    box = find_signing_line(letter(tmp_path).pdf).name
    assert (
        own[1]
        .render(scale=1, grayscale=True)
        .to_pil()
        .crop((int(box.x0), int(box.top), int(box.x1), int(box.bottom) - 4))
        .getextrema()[0]
        < 100
    )
    other = SignOff("Ada Byron, NP", SIGNED.signed_at, SIGNED.digest)
    text = pypdfium2.PdfDocument(signable(letter(tmp_path), other, False, case, tmp_path).pdf)[1].get_textpage()
    assert "Ada Byron, NP" in text.get_text_range()
    (tmp_path / "ortiz.png").write_text("no picture")
    with pytest.raises(BadCaseFile, match="no picture that can be opened"):
        signable(letter(tmp_path), SIGNED, False, case, tmp_path)


def test_another_picture_of_the_signature_voids_the_sign_off(told, tmp_path: Path) -> None:
    provider = told.case.provider.model_copy(update={"signature": "ortiz.png"})
    case = told.case.model_copy(update={"provider": provider, "folder": tmp_path})
    papers = letter(tmp_path)
    papers.docx.write_bytes(b"letter")
    form = FilledForm("Form", papers.docx, papers.pdf, ())

    def digest(picture: bytes) -> str:
        (tmp_path / "ortiz.png").write_bytes(picture)
        choice = Choice((), (), ())
        return digest_of(case, told.chart, told.assessment, told.documents, [form], papers, choice)

    assert digest(b"one") == digest(b"one") != digest(b"another")
