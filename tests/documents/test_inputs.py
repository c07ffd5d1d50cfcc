"""Every kind of file and page a clinic has, and what a person is told of it."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import docx
import pikepdf
import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from packetgen.documents import cache as cache_module
from packetgen.documents.cache import PageCache
from packetgen.documents.model import Document, Done, ToRead, Viewable
from packetgen.documents.read import read_documents
from packetgen.documents.textlayer import looks_wrong, read_layer
from packetgen.errors import Problem, UnreadableInput
from packetgen.resources import FONTS

SENTENCE = "Headache on 22 of the last 30 days."


def read(folder: Path, *sources: Path, **options) -> tuple[tuple[Document, ...], tuple[Problem, ...]]:
    work = folder / "work"
    work.mkdir(exist_ok=True)
    return read_documents([ToRead(p.name, p) for p in sources], work, PageCache(folder / "cache"), **options)


def text_of(document: Document, number: int = 1) -> str:
    return "\n".join(" ".join(word.text for word in line.words) for line in document.page(number).lines)


def codes(problems: tuple[Problem, ...]) -> list[str]:
    return [problem.code for problem in problems]


def picture(*lines: str, size: tuple[int, int] = (1700, 700), type_size: int = 40) -> Image.Image:
    font = ImageFont.truetype(str(FONTS / "NotoSans-Regular.ttf"), type_size)
    image = Image.new("L", size, 255)
    draw = ImageDraw.Draw(image)
    for row, line in enumerate(lines):
        draw.text((100, 80 + 2 * type_size * row), line, font=font, fill=0)
    return image


def filler(canvas: Canvas, rows: int = 14) -> None:
    for row in range(rows):
        canvas.drawString(72, 640 - 15 * row, f"Line {row} of an ordinary visit note about the patient")


@pytest.mark.slow
def test_a_word_file_is_read_with_its_tables_and_fetches_nothing(tmp_path: Path) -> None:
    note = docx.Document()
    note.add_paragraph(SENTENCE)
    table = note.add_table(rows=2, cols=3)
    for row, cells in enumerate((("Drug", "Dose", "Outcome"), ("Topiramate", "100 mg", "No benefit"))):
        for column, cell in enumerate(cells):
            table.rows[row].cells[column].text = cell
    note.part.relate_to(
        "http://192.0.2.1/track.png",
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image",
        is_external=True,
    )
    note.save(tmp_path / "note.docx")
    ((document,), problems) = read(tmp_path, tmp_path / "note.docx")
    assert SENTENCE in text_of(document)
    assert "Topiramate 100 mg No benefit" in text_of(document)
    assert problems == ()
    import zipfile

    with zipfile.ZipFile(tmp_path / "work" / "exhibit-A" / "harmless.docx") as harmless:
        assert b"192.0.2.1" not in harmless.read("word/_rels/document.xml.rels")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("note.rtf", r"{\rtf1\ansi " + SENTENCE + r"\par Topiramate 100 mg\par}"),
        (
            "note.html",
            "<h1>Note</h1><script>alert(1)</script><p>Headache on <b>22</b> of the\nlast 30 days.</p>"
            "<img src='http://192.0.2.1/x.png'>"
            "<table><tr><th>Drug<th>Dose</tr><tr><td>Topiramate<td>100 mg</tr></table>",
        ),
    ],
)
def test_rtf_and_html_are_read(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    ((document,), _) = read(tmp_path, tmp_path / name)
    assert SENTENCE in text_of(document)
    assert "Topiramate 100 mg" in text_of(document)
    assert "alert" not in text_of(document)


@pytest.mark.slow
def test_a_heic_photo_is_read(tmp_path: Path) -> None:
    shutil.copy(Path(__file__).parent / "files" / "photo.heic", tmp_path)
    ((document,), _) = read(tmp_path, tmp_path / "photo.heic")
    assert SENTENCE in text_of(document)


@pytest.mark.slow
@pytest.mark.parametrize(("orientation", "turn"), [(3, 180), (6, 90), (8, 270)])
def test_a_photo_is_turned_as_its_camera_says(tmp_path: Path, orientation: int, turn: int) -> None:
    upright = picture(SENTENCE, "Topiramate 100 mg, no benefit.")
    exif = Image.Exif()
    exif[0x0112] = orientation
    upright.rotate(turn, expand=True).save(tmp_path / "photo.jpg", exif=exif, quality=95)
    ((document,), _) = read(tmp_path, tmp_path / "photo.jpg")
    assert SENTENCE in text_of(document)
    assert document.page(1).width > document.page(1).height


@pytest.mark.slow
def test_a_photo_without_a_resolution_fits_a_sheet(tmp_path: Path) -> None:
    picture(SENTENCE, size=(3000, 4000), type_size=90).save(tmp_path / "photo.jpg", quality=90)
    ((document,), _) = read(tmp_path, tmp_path / "photo.jpg")
    assert max(document.page(1).width, document.page(1).height) == pytest.approx(792)
    assert SENTENCE in text_of(document)


@pytest.mark.slow
@pytest.mark.parametrize("compression", ["group3", "group4", "tiff_lzw", "jpeg"])
def test_every_page_of_a_tiff_is_read(tmp_path: Path, compression: str) -> None:
    mode = "1" if compression.startswith("group") else "L"
    pages = [picture(SENTENCE, f"Sheet {number} of three").convert(mode) for number in (1, 2, 3)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:], compression=compression, dpi=(200, 200))
    ((document,), _) = read(tmp_path, tmp_path / "a.tif")
    assert [f"Sheet {page.number} of three" in text_of(document, page.number) for page in document.pages] == [True] * 3


@pytest.mark.parametrize("how", ["invisible", "white on white", "outside of the page"])
def test_words_that_no_one_can_see_are_not_read(tmp_path: Path, how: str) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(612, 792))
    filler(canvas)
    line = canvas.beginText(72 if how != "outside of the page" else 700, 300)
    if how == "invisible":
        line.setTextRenderMode(3)
    if how == "white on white":
        line.setFillColorRGB(1, 1, 1)
    line.textLine("Topiramate 400 mg failed")
    canvas.drawText(line)
    canvas.save()
    ((document,), problems) = read(tmp_path, tmp_path / "a.pdf")
    assert "Topiramate" not in text_of(document)
    assert "ordinary visit note" in text_of(document)
    assert codes(problems) in (["page_hidden_text"], [])
    assert how == "outside of the page" or codes(problems) == ["page_hidden_text"]


@pytest.mark.slow
def test_a_fax_header_as_text_does_not_hide_the_scanned_page(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(612, 792))
    canvas.drawImage(ImageReader(picture(SENTENCE, "Topiramate", size=(1700, 2000)).convert("RGB")), 0, 0, 612, 720)
    canvas.drawString(40, 770, "09/15/2026 14:02 FROM 555-0188 TO 555-0101 PAGE 1 OF 1 RECEIVED BY SERVER 7 OK")
    canvas.save()
    ((document,), _) = read(tmp_path, tmp_path / "a.pdf")
    assert SENTENCE in text_of(document)
    assert document.page(1).source == "ocr"


@pytest.mark.slow
def test_words_in_a_picture_on_a_text_page_are_read_too(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(612, 792))
    filler(canvas)
    canvas.drawImage(ImageReader(picture("HIT-6 total 66", size=(1000, 300)).convert("RGB")), 72, 200, 240, 72)
    canvas.save()
    ((document,), _) = read(tmp_path, tmp_path / "a.pdf")
    assert "HIT-6 total 66" in text_of(document)
    words = document.page(1).words
    assert sum(word.text == "ordinary" for word in words) == 14
    assert {word.confidence is None for word in words if word.text == "ordinary"} == {True}
    text = pypdfium2.PdfDocument(document.exhibit)[0].get_textpage().get_text_range()
    assert "HIT-6" in text


@pytest.mark.slow
def test_a_text_layer_that_lies_is_not_believed(tmp_path: Path) -> None:
    """A scan under a small picture share whose layer maps letters to others, as a font without a good map does."""
    image = picture(SENTENCE, "Topiramate stopped because of tingling", size=(1700, 500))
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(612, 792))
    canvas.drawImage(ImageReader(image.convert("RGB")), 36, 500, 540, 159)
    shifted = str.maketrans("abcdefghijklmnopqrstuvwxyz", "bcdfghjklmnpqrstvwxzbcdfgh")
    for row in range(6):
        canvas.drawString(40, 640 - 22 * row, "headache topiramate patient treatment because".translate(shifted))
    canvas.save()
    ((document,), _) = read(tmp_path, tmp_path / "a.pdf")
    assert document.page(1).source == "ocr"


def test_garbage_is_told_from_words() -> None:
    from packetgen.documents.model import Box, Word

    def words(text: str) -> list[Word]:
        return [Word(part, Box(0, 0, 10, 10)) for part in text.split()]

    assert not looks_wrong(words("She reports headache on 22 of the last 30 days MRN 00418827 and so on"))
    assert looks_wrong(words("S h e r e p o r t s h e a d a c h e o n 2 2"))
    assert looks_wrong(words("\ue001\ue002 \ue003 " * 6))
    assert looks_wrong(words("hdch tprmt pxtnt trtmnt bcs qwrt hdch tprmt pxtnt trtmnt bcs qwrt"))


@pytest.mark.slow
def test_blank_and_repeated_pages_are_told(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(612, 792))
    for kind in ("note", "blank", "note"):
        if kind == "note":
            filler(canvas)
            canvas.drawString(72, 700, "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi")
        canvas.showPage()
    canvas.save()
    ((document,), problems) = read(tmp_path, tmp_path / "a.pdf")
    assert [(p.code, p.where) for p in problems] == [("page_blank", "a.pdf, page 2"), ("page_twice", "a.pdf, page 3")]
    assert all(problem.severity == "note" for problem in problems)
    assert len(document.pages) == 3


@pytest.mark.slow
def test_a_handwritten_page_is_for_a_person(tmp_path: Path) -> None:
    chance = random.Random(3)  # noqa: S311
    image = Image.new("L", (1700, 2200), 255)
    draw = ImageDraw.Draw(image)
    for row in range(18):
        x, points = 150, []
        while x < 1500:
            points.append((x, 200 + 105 * row + chance.randrange(-34, 34)))
            x += chance.randrange(6, 26)
            if chance.random() < 0.12:
                draw.line([(x, 200 + 105 * row), *points], fill=0, width=5, joint="curve")
                points, x = [], x + 40
    image.save(tmp_path / "a.tif", dpi=(200, 200))
    ((document,), problems) = read(tmp_path, tmp_path / "a.tif")
    assert document.page(1).words == ()
    assert codes(problems) in (["page_handwritten"], ["page_unread"])
    assert problems[0].severity == "required"


@pytest.mark.slow
def test_progress_is_told_page_by_page(tmp_path: Path) -> None:
    pages = [picture(SENTENCE, f"Sheet {number}") for number in range(3)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:], dpi=(200, 200))
    told: list[Viewable | Done] = []
    read(tmp_path, tmp_path / "a.tif", progress=told.append)
    (shown,) = [one for one in told if isinstance(one, Viewable)]
    assert (shown.label, shown.pages, shown.pdf.suffix) == ("A", 3, ".pdf")
    assert told[1:] == [Done("pages", 3, 3), *(Done("scans", number, 3) for number in (1, 2, 3))]


def text_pdf(path: Path) -> Path:
    canvas = Canvas(str(path), pagesize=(612, 792), invariant=1)
    filler(canvas)
    canvas.save()
    return path


def test_a_text_document_needs_no_tesseract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    for _ in range(2):
        assert "ordinary" in text_of(read(tmp_path, text_pdf(tmp_path / "a.pdf"))[0][0])


@pytest.mark.parametrize("damage", ["cut", "empty", "not json", "other exhibit", "gone"])
def test_a_damaged_cache_entry_is_a_miss(tmp_path: Path, damage: str) -> None:
    source = text_pdf(tmp_path / "a.pdf")
    first = read(tmp_path, source)
    (pages,) = (tmp_path / "cache").glob("*.json")
    (exhibit,) = (tmp_path / "cache").glob("*.pdf")
    if damage == "cut":
        pages.write_text(pages.read_text()[:100])
    elif damage == "empty":
        pages.write_text("")
    elif damage == "not json":
        pages.write_text("[1, 2]")
    elif damage == "other exhibit":
        exhibit.write_bytes(b"%PDF-1.7 another")
    else:
        exhibit.unlink()
    again = read(tmp_path, source)
    assert again[0][0].pages == first[0][0].pages
    assert pypdfium2.PdfDocument(again[0][0].exhibit)


def test_the_cache_stays_bounded_and_keeps_what_was_used_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = []
    for number in range(4):
        canvas = Canvas(str(tmp_path / f"{number}.pdf"), pagesize=(612, 792))
        filler(canvas, 10 + number)
        canvas.save()
        sources.append(tmp_path / f"{number}.pdf")
    read(tmp_path, sources[0])
    one = sum(path.stat().st_size for path in (tmp_path / "cache").iterdir())
    monkeypatch.setattr(cache_module, "PAGE_CACHE_BYTES", int(2.5 * one))
    for source in sources[1:]:
        documents, _ = read(tmp_path, source)
        assert documents[0].exhibit.is_file()
    assert len(list((tmp_path / "cache").glob("*.json"))) == 2
    assert sum(path.stat().st_size for path in (tmp_path / "cache").iterdir()) <= 2.5 * one
    assert (tmp_path / "cache").stat().st_mode & 0o777 == 0o700


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rotation=st.sampled_from([0, 90, 180, 270]),
    x=st.integers(60, 400),
    y=st.integers(100, 700),
    size=st.integers(8, 30),
    left=st.integers(-40, 40),
    bottom=st.integers(-40, 40),
)
def test_boxes_lie_on_the_ink_however_a_page_is_turned_and_cropped(
    tmp_path: Path, rotation: int, x: int, y: int, size: int, left: int, bottom: int
) -> None:
    from packetgen.documents.clean import clean

    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(612, 792), invariant=1)
    canvas.setFont("Helvetica", size)
    canvas.drawString(x, y, "Xylophone")
    canvas.save()
    with pikepdf.open(tmp_path / "a.pdf", allow_overwriting_input=True) as pdf:
        pdf.pages[0].rotate(rotation, relative=False)
        pdf.pages[0].obj.MediaBox = [left, bottom, 612 + left, 792 + bottom]
        pdf.save(tmp_path / "a.pdf")
    clean(tmp_path / "a.pdf", tmp_path / "clean.pdf", "a.pdf")
    page = pypdfium2.PdfDocument(tmp_path / "clean.pdf")[0]
    (word,) = read_layer(page).words
    image = page.render(scale=2, grayscale=True).to_pil()
    ink = image.point(lambda level: 255 - level).getbbox()
    assert word.text == "Xylophone"
    assert word.box.x0 - 2 <= ink[0] / 2 <= ink[2] / 2 <= word.box.x1 + 2
    assert word.box.top - 2 <= ink[1] / 2 <= ink[3] / 2 <= word.box.bottom + 2


def two_columns(path: Path) -> Path:
    canvas = Canvas(str(path), pagesize=(612, 792), invariant=1)
    canvas.drawString(60, 740, "A letter in two columns about the patient and her headaches")
    for row in range(12):
        canvas.drawString(60, 700 - 14 * row, f"left row {row} says more of her long story here")
        canvas.drawString(330, 700 - 14 * row, f"right row {row} goes on with the story to its end")
    canvas.save()
    return path


def test_two_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    ((document,), _) = read(tmp_path, two_columns(tmp_path / "a.pdf"))
    lines = text_of(document).splitlines()
    assert lines[0].startswith("A letter in two columns")
    assert [line.split()[:3] for line in lines[1:]] == [
        [side, "row", str(row)] for side in ("left", "right") for row in range(12)
    ]


def test_the_rows_of_a_table_are_read_across(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(612, 792), invariant=1)
    for row in range(14):
        for column, cell in enumerate((f"07/{row + 1:02}/2026", "yes", f"{row} hours", "rizatriptan")):
            canvas.drawString(60 + 130 * column, 700 - 14 * row, cell)
    canvas.save()
    ((document,), _) = read(tmp_path, tmp_path / "a.pdf")
    assert text_of(document).splitlines()[3] == "07/04/2026 yes 3 hours rizatriptan"


def test_check_boxes_are_read_as_ticked_or_not(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(612, 792), invariant=1)
    filler(canvas, 12)
    for row, (answer, ticked) in enumerate((("Migraine", True), ("Glaucoma", False), ("Asthma", True))):
        y = 380 - 20 * row
        canvas.rect(72, y, 10, 10)
        if ticked:
            canvas.line(73, y + 1, 81, y + 9)
            canvas.line(73, y + 9, 81, y + 1)
        canvas.drawString(88, y + 1, answer)
    canvas.save()
    ((document,), _) = read(tmp_path, tmp_path / "a.pdf")
    assert text_of(document).splitlines()[-3:] == ["☒ Migraine", "☐ Glaucoma", "☒ Asthma"]


def test_the_ticks_of_a_filled_form_are_read(told, tmp_path: Path) -> None:
    from packetgen.forms.fill import fill_form
    from packetgen.forms.formmap import load_map

    form = fill_form(told.case, told.chart, told.assessment, load_map("aetna-gr-68776"), tmp_path)
    ((document,), _) = read(tmp_path, form.pdf)
    lines = [" ".join(word.text for word in line.words) for line in document.page(2).lines]
    (asked,) = [line for line in lines if "Headache on 15 or more days" in line]
    assert asked.split()[-4] in "☒✔4"
    assert asked.split()[-2:] == ["☐", "No"]


@pytest.mark.slow
def test_a_scan_reads_the_same_alone_and_among_others(tmp_path: Path) -> None:
    pages = [picture(SENTENCE, f"Sheet {number}") for number in range(3)]
    pages[0].save(tmp_path / "all.tif", save_all=True, append_images=pages[1:], dpi=(200, 200))
    pages[1].save(tmp_path / "finer.tif", dpi=(240, 240))
    (together, finer), _ = read(tmp_path, tmp_path / "all.tif", tmp_path / "finer.tif")
    for number, page in enumerate(pages):
        page.save(tmp_path / "one.tif", dpi=(200, 200))
        ((alone,), _) = read(tmp_path, tmp_path / "one.tif")
        assert alone.page(1).lines == together.page(number + 1).lines
    assert [word.text for word in finer.page(1).words] == [word.text for word in together.page(2).words]


@pytest.mark.slow
def test_a_page_that_failed_does_not_make_the_others_be_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from packetgen.documents import ocr

    pages = [picture(SENTENCE, f"Sheet {number}") for number in range(3)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:], dpi=(200, 200))
    own = ocr.read_image

    def failing(image, dpi, folder, name, first):
        if name == "000002":
            raise OSError("out of memory")
        return own(image, dpi, folder, name, first)

    monkeypatch.setattr(ocr, "read_image", failing)
    ((document,), problems) = read(tmp_path, tmp_path / "a.tif")
    assert [page.source for page in document.pages] == ["ocr", "none", "ocr"]
    assert codes(problems) == ["page_unread"]
    monkeypatch.setattr(ocr, "read_image", own)
    told: list[Viewable | Done] = []
    ((again,), _) = read(tmp_path, tmp_path / "a.tif", progress=told.append)
    assert [page.source for page in again.pages] == ["ocr", "ocr", "ocr"]
    assert told[-1] == Done("scans", 1, 1)
    assert again.pages[0] == document.pages[0]
    assert list((tmp_path / "cache").glob("*.page")) == []


def test_more_than_a_case_may_hold_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("packetgen.documents.read.MAX_CASE_BYTES", 1000)
    (tmp_path / "a.txt").write_text("x" * 600)
    (tmp_path / "b.txt").write_text("y" * 600)
    with pytest.raises(UnreadableInput, match="together"):
        read(tmp_path, tmp_path / "a.txt", tmp_path / "b.txt")
