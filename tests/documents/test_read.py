from __future__ import annotations

import os
import shutil
import subprocess
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import img2pdf
import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from packetgen.documents.cache import PageCache
from packetgen.documents.model import Document, ToRead
from packetgen.documents.read import read_documents
from packetgen.documents.text import PageText
from packetgen.errors import Problem
from packetgen.resources import FONTS

SENTENCE = "Headache on 22 of the last 30 days."
ROWS = [("07/01/2026", "yes", "8 h", "rizatriptan"), ("07/02/2026", "no", "", ""), ("07/03/2026", "yes", "5 h", "")]


def read(tmp_path: Path, *sources: Path, cache: Path | None = None) -> tuple[tuple[Document, ...], tuple[Problem, ...]]:
    work = tmp_path / "work"
    work.mkdir(parents=True, exist_ok=True)
    return read_documents([ToRead(p.name, p) for p in sources], work, PageCache(cache or tmp_path / "cache"))


def text_pdf(path: Path, rotation: int = 0) -> Path:
    canvas = Canvas(str(path), pagesize=(612, 792), invariant=1)
    canvas.drawString(100, 700, SENTENCE)
    for row in range(12):
        canvas.drawString(100, 600 - 14 * row, f"line {row} of a note")
    canvas.save()
    if rotation:
        with pikepdf.open(path, allow_overwriting_input=True) as pdf:
            pdf.pages[0].rotate(rotation, relative=False)
            pdf.save(path)
    return path


def scan_tiff(path: Path, skew: float = 0.0) -> Path:
    font = ImageFont.truetype(str(FONTS / "NotoSans-Regular.ttf"), 46)
    image = Image.new("L", (1700, 2200), 255)
    draw = ImageDraw.Draw(image)
    draw.text((200, 200), SENTENCE, font=font, fill=0)
    for number, row in enumerate(ROWS):
        for column, cell in enumerate(row):
            draw.text((200 + 330 * column, 400 + 90 * number), cell, font=font, fill=0)
    image.rotate(-skew, fillcolor=255, resample=Image.Resampling.BICUBIC).convert("1", dither=Image.Dither.NONE).save(
        path, compression="group4", dpi=(200, 200)
    )
    return path


def test_words_of_a_text_page_have_their_boxes(tmp_path: Path) -> None:
    ((document,), problems) = read(tmp_path, text_pdf(tmp_path / "a.pdf"))
    text = PageText.of(document, document.page(1))
    start = text.text.index("22 of")
    (box,) = text.boxes_between(start, start + 5)
    assert problems == ()
    assert text.quote_between(start, start + 5) == "22 of"
    assert 80 < box.top < 95
    assert 100 < box.x0 < box.x1 < 300


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_turned_page_is_made_upright(tmp_path: Path, rotation: int) -> None:
    ((document,), _) = read(tmp_path, text_pdf(tmp_path / "a.pdf", rotation))
    page = document.page(1)
    wide = rotation in (90, 270)
    assert (page.width, page.height) == ((792, 612) if wide else (612, 792))
    assert page.rotation == rotation
    with pikepdf.open(document.exhibit) as pdf:
        assert int(pdf.pages[0].get("/Rotate", 0)) == 0


def test_a_form_feed_starts_a_page(tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("Topiramate   100 mg   ≥ 3 months\n\fsecond page é ☒\n")
    ((document,), _) = read(tmp_path, note)
    texts = [PageText.of(document, page).text for page in document.pages]
    assert texts == ["Topiramate   100 mg   ≥ 3 months\n", "second page é ☒\n"]


def test_what_an_annotation_shows_is_kept_and_the_annotation_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "form.pdf"
    canvas = Canvas(str(path), invariant=1)
    canvas.drawString(72, 720, "MIDAS score, filled in by the patient at the desk today")
    canvas.acroForm.textfield(name="midas", value="Sixty-four", x=72, y=600, width=200, height=30)
    canvas.save()
    ((document,), _) = read(tmp_path, path)
    assert "Sixty-four" in PageText.of(document, document.page(1)).text
    with pikepdf.open(document.exhibit) as pdf:
        assert "/AcroForm" not in pdf.Root
        assert "/Annots" not in pdf.pages[0]


def typed_note(path: Path, text: str) -> Path:
    """A page with a typed comment (FreeText) that carries no appearance of its own."""
    text_pdf(path)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        comment = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.FreeText,
            Rect=[72, 200, 300, 260],
            Contents=pikepdf.String(text),
            DA=pikepdf.String("/Helv 11 Tf 0 g"),
            F=4,
        )
        pdf.pages[0].obj.Annots = pdf.make_indirect(pikepdf.Array([pdf.make_indirect(comment)]))
        pdf.save(path)
    return path


def test_a_typed_comment_without_an_appearance_is_not_lost(tmp_path: Path) -> None:
    ((document,), _) = read(
        tmp_path, typed_note(tmp_path / "a.pdf", "Dose raised to 100 mg (was 50) in May, see below")
    )
    words = " ".join(word.text for word in document.page(1).words)
    assert "Dose raised to 100 mg (was 50) in May, see below" in words


def refused(tmp_path: Path, *sources: Path) -> Problem:
    """The one problem of a document that cannot be read; its place is held by a slip page that names it."""
    documents, problems = read(tmp_path, *sources)
    (problem,) = [p for p in problems if p.code == "document_unread"]
    document = next(d for d in documents if d.path == problem.where)
    assert [(page.source, page.lines) for page in document.pages] == [("none", ())]
    slip = pypdfium2.PdfDocument(document.exhibit)[0].get_textpage().get_text_range()
    assert "could not be read" in slip
    assert document.path in slip
    assert problem.severity == "required"
    assert problem.fix
    return problem


def test_a_comment_that_cannot_be_drawn_is_refused_by_page(tmp_path: Path) -> None:
    assert "comment on page 1" in refused(tmp_path, typed_note(tmp_path / "a.pdf", "李 was seen")).what


@pytest.mark.slow
def test_the_same_scan_gives_the_same_exhibit(tmp_path: Path) -> None:
    fax = scan_tiff(tmp_path / "fax.tif")
    exhibits = [read(tmp_path, fax, cache=tmp_path / name)[0][0].exhibit.read_bytes() for name in ("one", "two")]
    assert exhibits[0] == exhibits[1]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.pdf", b"not a pdf at all", "cannot be opened"),
        ("a.docx", b"PK", "cannot be read"),
        ("a.exe", b"MZ", "of a type, '.exe', that cannot be read"),
        ("a.rtf", b"not rtf", "cannot be read"),
        ("a.png", b"\x89PNG broken", "cannot be opened"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert words in refused(tmp_path, path).what


def test_a_file_that_cannot_be_read_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.7 nothing")
    good = text_pdf(tmp_path / "good.pdf")
    refused(tmp_path, tmp_path / "bad.pdf", good)
    documents, _ = read(tmp_path, tmp_path / "bad.pdf", good)
    assert [d.label for d in documents] == ["A", "B"]
    assert SENTENCE in " ".join(word.text for word in documents[1].page(1).words)


def test_a_locked_file_is_named(tmp_path: Path) -> None:
    path = text_pdf(tmp_path / "a.pdf")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    assert "password" in refused(tmp_path, path).what
    work = tmp_path / "work"
    ((opened,), problems) = read_documents([ToRead("a.pdf", path, "secret")], work, PageCache(tmp_path / "cache"))
    assert problems == ()
    assert SENTENCE in " ".join(word.text for word in opened.page(1).words)


def test_a_file_locked_with_an_empty_password_is_read(tmp_path: Path) -> None:
    path = text_pdf(tmp_path / "a.pdf")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(user="", owner="secret"))
    assert SENTENCE in " ".join(word.text for word in read(tmp_path, path)[0][0].page(1).words)


@pytest.mark.slow
@pytest.mark.parametrize("skew", [0.0, 1.0, -1.0])
def test_a_fax_is_read_line_by_line_also_askew(tmp_path: Path, skew: float) -> None:
    ((document,), _) = read(tmp_path, scan_tiff(tmp_path / "fax.tif", skew))
    page = document.page(1)
    assert page.source == "ocr"
    lines = [" ".join(word.text for word in line.words) for line in page.lines]
    assert SENTENCE in lines
    rows = [line.replace(" ", "").lower() for line in lines if line.startswith("07/")]
    assert rows == ["".join(row).replace(" ", "") for row in ROWS]


@pytest.mark.slow
def test_a_scan_can_be_searched_and_its_image_is_not_touched(tmp_path: Path) -> None:
    fax = scan_tiff(tmp_path / "fax.tif")
    ((document,), _) = read(tmp_path, fax)
    with pikepdf.open(document.exhibit) as pdf, pikepdf.open(_io(img2pdf.convert(str(fax)))) as plain:
        (image,) = pdf.pages[0].Resources.XObject["/Page"].Resources.XObject.values()
        (original,) = plain.pages[0].images.values()
        assert image.read_raw_bytes() == original.read_raw_bytes()
    assert "Headache" in pypdfium2.PdfDocument(document.exhibit)[0].get_textpage().get_text_range()


def _io(data: bytes):  # type: ignore[no-untyped-def]
    import io

    return io.BytesIO(data)


@pytest.mark.slow
def test_a_page_is_never_read_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fax = scan_tiff(tmp_path / "fax.tif")
    first, _ = read(tmp_path, fax)
    monkeypatch.setattr("packetgen.documents.read.each_in_a_child", None)
    again, _ = read(tmp_path, fax)
    assert again[0].pages == first[0].pages
    assert {p.stat().st_mode & 0o777 for p in (tmp_path / "cache").iterdir()} == {0o600}


@pytest.mark.slow
def test_builds_at_the_same_time_share_the_cache_and_read_the_same(tmp_path: Path) -> None:
    faxes = [scan_tiff(tmp_path / f"{name}.tif", skew) for name, skew in (("a", 0.0), ("b", 0.5))]
    with ProcessPoolExecutor(4) as pool:
        done = [pool.submit(read, tmp_path / str(n), *faxes, cache=tmp_path / "cache") for n in range(4)]
        pages = [[document.pages for document in build.result()[0]] for build in done]
    assert pages[0][0][0].words
    assert all(other == pages[0] for other in pages)
    again, _ = read(tmp_path / "later", *faxes, cache=tmp_path / "cache")
    assert [document.pages for document in again] == pages[0]


@pytest.mark.slow
def test_a_hidden_layer_cannot_put_a_dose_into_a_scan(tmp_path: Path) -> None:
    """The layer that a scanner, or someone, laid under the print is not what the plan's reader sees."""
    image = Image.open(scan_tiff(tmp_path / "fax.tif")).convert("L")
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(612, 792), invariant=1)
    text = canvas.beginText(72, 700)
    text.setTextRenderMode(3)
    for row in range(6):
        text.textLine(f"Topiramate 20{row} mg daily failed after ninety days of steady use without benefit")
    canvas.drawText(text)
    canvas.drawImage(ImageReader(image), 0, 0, 612, 792)
    canvas.save()
    ((document,), problems) = read(tmp_path, tmp_path / "a.pdf")
    assert "Topiramate" not in {word.text for word in document.page(1).words}
    assert "rizatriptan" in {word.text for word in document.page(1).words}
    assert [p.code for p in problems] == ["page_layer_differs"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "body", ["exit 1", "exit 0", "kill -9 $$", "[ $2 = - ] || echo garbage > $2.tsv", "sleep 300 & sleep 300"]
)
def test_a_failing_tesseract_leaves_the_page_for_a_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    false = tmp_path / "bin" / "tesseract"
    false.parent.mkdir()
    false.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo "tesseract 5.3.0" && exit 0\n{body}\n')
    false.chmod(0o755)
    monkeypatch.setenv("PATH", f"{false.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr("packetgen.documents.read.OCR_SECONDS_PER_PAGE", 3)
    ((document,), problems) = read(tmp_path, scan_tiff(tmp_path / "fax.tif"))
    assert document.page(1).source == "none"
    assert [(p.code, p.severity) for p in problems] == [("page_unread", "required")]
    assert subprocess.run(["pgrep", "-f", "sleep 317"], capture_output=True).stdout == b""  # its children died with it


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_its_page_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the system kills one when memory runs out."""
    real = shutil.which("tesseract")
    false = tmp_path / "bin" / "tesseract"
    false.parent.mkdir()
    false.write_text(f'#!/bin/sh\ncase "$1" in *000004*) kill -9 $PPID;; esac\nexec {real} "$@"\n')
    false.chmod(0o755)
    monkeypatch.setenv("PATH", f"{false.parent}{os.pathsep}{os.environ['PATH']}")
    fax = Image.open(scan_tiff(tmp_path / "one.tif"))
    fax.save(tmp_path / "fax.tif", save_all=True, append_images=[fax] * 9, compression="group4", dpi=(200, 200))
    ((document,), problems) = read(tmp_path, tmp_path / "fax.tif")
    assert [page.number for page in document.pages if page.source == "none"] == [4]
    assert [p.where for p in problems if p.code == "page_unread"] == ["fax.tif, page 4"]
    assert len({page.words for page in document.pages if page.number != 4}) == 1
