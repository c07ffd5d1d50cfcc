"""Variants of a packet: as a fax, in parts, locked, and with phrases removed for good."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFont

from packetgen import typeset
from packetgen.errors import BadCaseFile, SafetyStop
from packetgen.packet.fax import FAX_DPI, to_fax, unreadable
from packetgen.packet.model import Citation, Packet, Part
from packetgen.packet.pdf import add_outline
from packetgen.packet.redact import prove, read_phrases, redact
from packetgen.packet.variants import make_variants
from packetgen.packet.wanted import Limits, Wanted
from packetgen.resources import FONTS

PHRASE = "Marigold Ashford"
LEAST = 58_000  # bytes: the fonts of a cover sheet and a few pages
OPENS = "correct horse battery"


def packet(folder: Path, pages: int = 6, told: str = "Seen today.") -> Packet:
    """A packet of a cover, a letter of two pages and an exhibit, with links from the cover to every page."""
    path = folder / "packet.pdf"
    canvas = typeset.new_canvas(str(folder / "drawn.pdf"))
    for number in range(1, pages + 1):
        typeset.draw(canvas, 60, 700, f"Leaf {number}. {told}", typeset.REGULAR, 12)
        stamp = f"{f'Ex. A-{number - 3} · ' if number > 3 else ''}page {number} of {pages} · case 2026-0001"
        typeset.draw(canvas, 230, 16, stamp, typeset.BOLD, 9)
        canvas.showPage()
    canvas.save()
    with pikepdf.open(folder / "drawn.pdf") as pdf:
        pdf.pages[0].obj.Annots = pikepdf.Array(
            pdf.make_indirect(
                pikepdf.Dictionary(
                    Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9],
                    Dest=pikepdf.Array([page.obj, pikepdf.Name.Fit]),
                )
            )
            for page in pdf.pages
        )  # fmt: skip
        parts = (
            Part("Cover", 1, 1),
            Part("Letter", 2, 3),
            Part("Exhibit A: note", 4, pages, "A", tuple(range(1, pages - 2))),
        )
        add_outline(pdf, parts)
        pdf.save(path, deterministic_id=True)
    return Packet(path, pages, parts, (), (), "not signed")


def texts(file: bytes | Path) -> list[str]:
    pdf = pypdfium2.PdfDocument(file)
    return [page.get_textpage().get_text_range() for page in pdf]


def variant(told, folder: Path, wanted: Wanted, pages: int = 6) -> dict[str, bytes]:
    return make_variants(packet(folder, pages), told.case, "A Plan", wanted, folder)[0]


def test_nothing_wanted_makes_no_file(told, tmp_path: Path) -> None:
    assert variant(told, tmp_path, Wanted()) == {}


def test_parts_hold_every_page_once_in_order_at_the_bounds_of_parts(told, tmp_path: Path) -> None:
    files = variant(told, tmp_path, Wanted(limits=Limits(pages=4)), pages=10)
    assert list(files) == [f"packet-part-{n}-of-4.pdf" for n in range(1, 5)]
    sheets = [texts(file) for file in files.values()]
    leaves = [text.split(".")[0] for pages in sheets for text in pages if text.startswith("Leaf")]
    assert leaves == [f"Leaf {n}" for n in range(1, 11)]
    assert [len(pages) for pages in sheets] == [4, 4, 4, 2]
    assert all(f"Part {n} of 4" in pages[0] and "918273645" in pages[0] for n, pages in enumerate(sheets, 1))
    assert "4 sheets, this one included" in sheets[1][0]
    assert "Pages 4–6 of 10: Exhibit A: note" in sheets[1][0]


def test_a_part_keeps_its_own_links_and_bookmarks_and_no_others(told, tmp_path: Path) -> None:
    files = list(variant(told, tmp_path, Wanted(limits=Limits(pages=4)), pages=10).values())
    with pikepdf.open(io.BytesIO(files[0])) as pdf:
        there = [page.obj.objgen for page in pdf.pages]
        links = [there.index(link.Dest[0].objgen) for link in pdf.pages[1].obj.Annots]
        with pdf.open_outline() as outline:
            titles = [item.title for item in outline.root]
        assert (links, titles) == ([1, 2, 3], ["Cover sheet", "Cover", "Letter"])
        assert pdf.check_pdf_syntax() == []
    with pikepdf.open(io.BytesIO(files[2])) as pdf, pdf.open_outline() as outline:
        assert [item.title for item in outline.root] == ["Cover sheet", "Exhibit A: note (continued)"]


def test_parts_keep_to_a_size_and_a_page_that_cannot_is_named(told, tmp_path: Path) -> None:
    files = variant(told, tmp_path, Wanted(limits=Limits(size=LEAST)), pages=30)
    assert len(files) > 1
    assert all(len(file) <= LEAST for file in files.values())
    assert sum(len(texts(file)) - 1 for file in files.values()) == 30
    with pytest.raises(BadCaseFile, match="page 1 alone is larger"):
        variant(told, tmp_path, Wanted(limits=Limits(size=1000)))


def test_the_same_parts_come_out_byte_for_byte(told, tmp_path: Path) -> None:
    assert variant(told, tmp_path, Wanted(limits=Limits(pages=4))) == variant(
        told, tmp_path, Wanted(limits=Limits(pages=4))
    )


def test_a_locked_packet_opens_with_its_passphrase_only(told, tmp_path: Path) -> None:
    files = variant(told, tmp_path, Wanted(passphrase=OPENS))
    ((name, file),) = files.items()
    assert name == "packet-encrypted.pdf"
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(file))
    with pikepdf.open(io.BytesIO(file), password=OPENS) as pdf:
        assert (len(pdf.pages), pdf.encryption.R, pdf.encryption.bits) == (6, 6, 256)
    assert "correct" not in repr(Wanted(passphrase=OPENS))


def test_a_fax_is_one_bit_group_4_at_200_dpi_and_the_same_each_time(told, tmp_path: Path) -> None:
    made = packet(tmp_path)
    to_fax(made.pdf, tmp_path / "fax.pdf")
    once = (tmp_path / "fax.pdf").read_bytes()
    to_fax(made.pdf, tmp_path / "fax.pdf")
    assert (tmp_path / "fax.pdf").read_bytes() == once
    with pikepdf.open(tmp_path / "fax.pdf") as pdf:
        assert len(pdf.pages) == 6
        for page in pdf.pages:
            (image,) = page.images.values()
            assert (str(image.Filter[0]), image.BitsPerComponent) == ("/CCITTFaxDecode", 1)
            assert (image.Width, image.Height) == (8.5 * FAX_DPI, 11 * FAX_DPI)
            assert [float(v) for v in page.mediabox] == [0, 0, 612, 792]


@pytest.mark.slow
def test_what_a_fax_makes_unreadable_is_listed(told, tmp_path: Path) -> None:
    canvas = typeset.new_canvas(str(tmp_path / "drawn.pdf"))
    for number, size in ((1, 11), (2, 2.4)):
        typeset.draw(canvas, 60, 700, "Headache on 22 of the last 30 days, 14 migraine", typeset.REGULAR, size)
        typeset.draw(canvas, 230, 16, f"page {number} of 2 · case 2026-0001", typeset.BOLD, 9)
        canvas.showPage()
    canvas.save()
    to_fax(tmp_path / "drawn.pdf", tmp_path / "fax.pdf")
    quote = "Headache on 22 of the last 30 days, 14 migraine"
    cited = tuple(Citation(1, page, f"A-{page}", quote) for page in (1, 2))
    parts = (Part("Cover", 1, 2),)
    told_of = unreadable(tmp_path / "fax.pdf", Packet(tmp_path, 2, parts, cited, (), ""), told.case, tmp_path)
    assert [problem.where for problem in told_of] == ["fax, page 1", "fax, page 2"]
    assert "the member ID" in told_of[0].what
    assert "the quote" not in told_of[0].what
    assert "the quote “Headache on 22" in told_of[1].what
    assert "the stamp" not in told_of[0].what + told_of[1].what


def secret_pdf(path: Path) -> Path:
    """A page with the secret as text, as pixels, as text under a picture, and in metadata."""
    font = ImageFont.truetype(str(FONTS / "NotoSans-Regular.ttf"), 40)
    picture = Image.new("L", (1200, 200), 255)
    ImageDraw.Draw(picture).text((40, 60), f"Sister: {PHRASE}", font=font, fill=0)
    picture.save(path.with_suffix(".png"))
    canvas = typeset.new_canvas(str(path))
    canvas.setTitle(f"About {PHRASE}")
    typeset.draw(canvas, 60, 700, f"Her sister {PHRASE}, has migraine. The patient has 22 headache days.", "Noto", 11)
    typeset.draw(canvas, 60, 660, "Marigolds in Ashfordshire stay.", "Noto", 11)
    canvas.drawImage(str(path.with_suffix(".png")), 60, 500, 300, 50)
    hidden = canvas.beginText(70, 520)
    hidden.setTextRenderMode(3)
    hidden.setFont("Noto", 9)
    hidden.textOut(f"Sister: {PHRASE}")
    canvas.drawText(hidden)
    canvas.showPage()
    typeset.draw(canvas, 60, 700, "Nothing here.", "Noto", 11)
    canvas.showPage()
    canvas.save()
    return path


@pytest.mark.slow
def test_redaction_removes_text_pixels_and_layers(tmp_path: Path) -> None:
    source, target = secret_pdf(tmp_path / "in.pdf"), tmp_path / "out.pdf"
    found = redact(source, target, (PHRASE, "not in it"), tmp_path)
    assert [(item.number, item.pages) for item in found] == [(1, (1,)), (2, ())]
    first, second = texts(target)
    assert "Marigold Ashford" not in first
    assert "22 headache days" in first.replace("\r\n", " ")
    assert "Marigolds in Ashfordshire stay." in first.replace("\r\n", " ")
    assert "Nothing here." in second
    with pikepdf.open(target) as pdf:
        fonts = [obj for obj in pdf.objects if isinstance(obj, pikepdf.Stream)]
        raw = b"".join(
            stream.read_bytes() if "/DCTDecode" not in str(stream.get("/Filter")) else b"" for stream in fonts
        )
        assert PHRASE.encode() not in raw
        assert len(pdf.pages[0].images) == 1
    assert PHRASE.encode() not in target.read_bytes()
    assert PHRASE.encode() not in b"".join(_inflated(target))


def _inflated(path: Path) -> list[bytes]:
    """Every Flate stream of a file, found by trying."""
    raw, found, at = path.read_bytes(), [], 0
    while (at := raw.find(b"stream\n", at)) != -1:
        at += 7
        try:
            found.append(zlib.decompressobj().decompress(raw[at:]))
        except zlib.error:
            continue
    return found


@pytest.mark.slow
def test_what_redaction_left_stops_whether_it_is_text_or_pixels(tmp_path: Path) -> None:
    source = secret_pdf(tmp_path / "in.pdf")
    with pytest.raises(SafetyStop, match="can still be read on page 1"):
        prove(source, (PHRASE,), [], tmp_path)
    to_fax(source, tmp_path / "pixels.pdf")
    prove(tmp_path / "pixels.pdf", (PHRASE,), [2], tmp_path)
    with pytest.raises(SafetyStop, match="can still be read on page 1"):
        prove(tmp_path / "pixels.pdf", (PHRASE,), [1], tmp_path)


def test_a_list_of_phrases_names_the_line_that_is_too_short(tmp_path: Path) -> None:
    path = tmp_path / "phrases.txt"
    path.write_text(f"{PHRASE}\n\n ab \n")
    with pytest.raises(BadCaseFile, match=r"phrases.txt:3: is too short"):
        read_phrases(path)
    path.write_text(f"{PHRASE}\n\n555-0199\n")
    assert read_phrases(path) == (PHRASE, "555-0199")
    path.write_text("\n")
    with pytest.raises(BadCaseFile, match="holds no list"):
        read_phrases(path)
