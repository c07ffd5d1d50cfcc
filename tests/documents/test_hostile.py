"""Malformed and hostile files: each has its outcome, none stops the run, and a good file beside it is read."""

from __future__ import annotations

import io
import random
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from packetgen.documents import opening
from packetgen.documents import read as reading
from packetgen.documents.cache import PageCache
from packetgen.documents.model import ToRead
from packetgen.documents.read import read_documents

pytestmark = pytest.mark.slow
GOOD = "line 3 of a good visit note"


def good(pages: int = 1) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(612, 792), invariant=1)
    for _ in range(pages):
        for row in range(14):
            canvas.drawString(72, 700 - 15 * row, f"line {row} of a good visit note")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def changed(change: Callable[[pikepdf.Pdf], None], **options) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(good())) as pdf:
        change(pdf)
        pdf.save(out, **options)
    return out.getvalue()


def on_page(**entries) -> bytes:
    def change(pdf: pikepdf.Pdf) -> None:
        for key, value in entries.items():
            pdf.pages[0].obj[f"/{key}"] = value

    return changed(change)


def without_media_box(pdf: pikepdf.Pdf) -> None:
    del pdf.pages[0].obj["/MediaBox"]


def own_parent(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Pages.Kids.append(pdf.Root.Pages)


def own_form(pdf: pikepdf.Pdf) -> None:
    form = pdf.make_stream(b"/Me Do", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 612, 792])
    form.Resources = Dictionary(XObject=Dictionary(Me=form))
    pdf.pages[0].obj.Resources.XObject = Dictionary(Me=form)
    pdf.pages[0].contents_add(pdf.make_stream(b"/Me Do"))


def with_actions(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.launchURL('http://192.0.2.1')"))
    pdf.pages[0].obj.AA = Dictionary(O=Dictionary(S=Name.Launch, F=String("calc.exe")))
    pdf.attachments["evil.exe"] = b"MZ"


def bomb(pdf: pikepdf.Pdf) -> None:
    """A content stream of 1 MB that unpacks to 1 GB."""
    packer = zlib.compressobj(9)
    raw = b"".join(packer.compress(b" " * 2**24) for _ in range(64)) + packer.flush()
    stream = pdf.make_stream(b"")
    stream.write(raw, filter=Name.FlateDecode)
    pdf.pages[0].obj.Contents = stream


def deep_outline(pdf: pikepdf.Pdf) -> None:
    item = pdf.make_indirect(Dictionary(Title=String("x")))
    item.First = item.Last = item.Next = item
    pdf.Root.Outlines = Dictionary(Type=Name.Outlines, First=item, Last=item, Count=10**9)


def portfolio(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["visit.pdf"] = good()
    pdf.Root.Collection = Dictionary(Type=Name.Collection, View=Name.D)


def dynamic_xfa(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AcroForm = Dictionary(XFA=pdf.make_stream(b"<xdp:xdp/>"), Fields=Array())
    pdf.Root.NeedsRendering = True


def many_pages() -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(good())) as pdf:
        pdf.pages.extend([pdf.pages[0]] * 19_999)
        pdf.save(out)
    return out.getvalue()


def signed(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AcroForm = Dictionary(SigFlags=3, Fields=Array())


def nested_zips() -> bytes:
    inner = b"x"
    for _ in range(40):
        inner = packed(**{"a.zip": inner})
    return packed(**{"word/document.xml": inner, "[Content_Types].xml": inner})


def flipped(seed: int) -> bytes:
    chance, raw = random.Random(seed), bytearray(good(3))  # noqa: S311 - the same damage each time
    for _ in range(60):
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    return bytes(raw)


def zeroed() -> bytes:
    raw = bytearray(good(3))
    raw[len(raw) // 3 : len(raw) // 2] = bytes(len(raw) // 2 - len(raw) // 3)
    return bytes(raw)


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def image(kind: str, size: tuple[int, int] = (800, 600), mode: str = "L") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 1 if mode == "1" else 255).save(out, kind)
    return out.getvalue()


def packed(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


PDF = good(3)
# (name, content, what the person is told; None: the file is read)
FILES: list[tuple[str, Callable[[], bytes], str | None]] = [
    ("empty.pdf", lambda: b"", "cannot be opened"),
    ("text.pdf", lambda: b"this is no PDF", "cannot be opened"),
    ("header.pdf", lambda: b"%PDF-1.7\n", "cannot be opened"),
    ("cut-10.pdf", lambda: PDF[: len(PDF) // 10], "cannot be opened"),
    ("cut-50.pdf", lambda: PDF[: len(PDF) // 2], "any"),
    ("cut-90.pdf", lambda: PDF[: len(PDF) * 9 // 10], "any"),
    ("no-xref.pdf", lambda: PDF[: PDF.rindex(b"xref\n0")], None),
    ("bad-xref.pdf", lambda: PDF.replace(b"startxref", b"startxrfe"), None),
    ("flip-1.pdf", lambda: flipped(1), "any"),
    ("flip-2.pdf", lambda: flipped(2), "any"),
    ("flip-3.pdf", lambda: flipped(3), "any"),
    ("flip-4.pdf", lambda: flipped(4), "any"),
    ("zeroed.pdf", zeroed, "any"),
    ("junk-before.pdf", lambda: b"\x00junk\n" * 50 + PDF, "any"),
    ("junk-after.pdf", lambda: PDF + b"\x00" * 4096, None),
    ("own-parent.pdf", lambda: changed(own_parent), "any"),
    ("own-form.pdf", lambda: changed(own_form), "any"),
    ("count-lies.pdf", lambda: PDF.replace(b"/Count 3", b"/Count 9"), "any"),
    ("no-pages.pdf", lambda: changed(lambda pdf: pdf.pages.__delitem__(0)), "has 0 pages"),
    ("no-media-box.pdf", lambda: changed(without_media_box), "any"),
    ("backward-box.pdf", lambda: on_page(MediaBox=Array([612, 792, 0, 0])), None),
    ("nothing-box.pdf", lambda: on_page(MediaBox=Array([0, 0, 0, 0])), "any"),
    ("huge-box.pdf", lambda: on_page(MediaBox=Array([0, 0, 14400, 14400])), None),
    ("tiny-box.pdf", lambda: on_page(MediaBox=Array([0, 0, 1, 1])), "any"),
    ("turned-45.pdf", lambda: on_page(Rotate=45), "any"),
    ("words-as-rotation.pdf", lambda: on_page(Rotate=String("left")), "any"),
    ("contents-a-name.pdf", lambda: on_page(Contents=Name.Nothing), "any"),
    ("annots-a-number.pdf", lambda: on_page(Annots=7), "any"),
    ("actions.pdf", lambda: changed(with_actions), None),
    ("deep-outline.pdf", lambda: changed(deep_outline), None),
    ("bomb.pdf", lambda: changed(bomb, compress_streams=False), "any"),
    ("portfolio.pdf", lambda: changed(portfolio), "is a portfolio of 1 files"),
    ("dynamic-xfa.pdf", lambda: changed(dynamic_xfa), "dynamic XFA form"),
    ("signed.pdf", lambda: changed(signed), None),
    ("many-pages.pdf", lambda: good(2001), "2001 pages"),
    ("many-more-pages.pdf", many_pages, "20000 pages"),
    ("locked.pdf", lambda: changed(lambda _: None, encryption=pikepdf.Encryption(user="x", owner="x")), "password"),
    ("empty.png", lambda: b"", "cannot be opened"),
    ("no-data.png", lambda: png_header(800, 600), "any"),
    ("huge.png", lambda: png_header(30_000, 30_000), "any"),
    ("huge-white.png", lambda: image("PNG", (30_000, 30_000), "1"), "any"),
    ("cut.jpg", lambda: image("JPEG")[:200], "any"),
    ("text.jpg", lambda: b"not a photo", "cannot be opened"),
    ("cut.tif", lambda: image("TIFF")[:100], "cannot be opened"),
    ("no-pages.tif", lambda: b"II*\x00\x00\x00\x00\x00", "cannot be opened"),
    ("text.heic", lambda: b"not a photo", "cannot be opened"),
    ("no-zip.docx", lambda: b"PK\x03\x04 nothing", "cannot be read"),
    ("no-word.docx", lambda: packed(**{"hello.txt": b"hello"}), "cannot be read"),
    ("bomb.docx", lambda: packed(**{f"word/{n}.xml": bytes(2**26) for n in range(4)}), "cannot be read"),
    ("nested-zips.docx", nested_zips, "cannot be read"),
    ("text.rtf", lambda: b"plain", "cannot be read"),
    ("empty.html", lambda: b"", "is not HTML"),
    ("deep.html", lambda: b"<div>" * 20_000 + b"x", "any"),
    ("nul.txt", lambda: b"a\x00b", "is not text"),
    ("bytes.txt", lambda: bytes(range(1, 256)), "any"),
    ("many-sheets.txt", lambda: b"a\f" * 2_500, "2500 pages"),
    ("long-line.txt", lambda: b"x" * 300_000, "any"),
    ("program.exe", lambda: b"MZ", "of a type, '.exe'"),
    ("archive.zip", lambda: packed(**{"a.pdf": b"x"}), "of a type, '.zip'"),
    ("nothing", lambda: b"x", "of a type, ''"),
]


@pytest.mark.parametrize(("name", "content", "told"), FILES, ids=[name for name, _, _ in FILES])
def test_each_file_has_its_outcome_and_the_next_one_is_read(
    name: str, content: Callable[[], bytes], told: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "READER_SECONDS", 20)
    monkeypatch.setattr(reading, "OCR_SECONDS_PER_PAGE", 20)
    (tmp_path / name).write_bytes(content())
    (tmp_path / "good.pdf").write_bytes(good())
    (tmp_path / "work").mkdir()
    sources = [ToRead(name, tmp_path / name), ToRead("good.pdf", tmp_path / "good.pdf")]
    documents, problems = read_documents(sources, tmp_path / "work", PageCache(tmp_path / "cache"))
    unread = [p for p in problems if p.code == "document_unread"]
    assert GOOD in " ".join(word.text for word in documents[1].page(1).words)
    assert documents[0].pages
    assert [p.where for p in unread] in ([], [name])
    if told is None:
        assert unread == []
        assert any(page.words for page in documents[0].pages) or name == "huge-box.pdf"
    elif told == "any":
        lost = all(not page.words for page in documents[0].pages)
        assert not lost or [p for p in problems if p.where.startswith(name)]
    else:
        assert told in unread[0].what
        assert unread[0].fix
    with pikepdf.open(documents[0].exhibit) as exhibit:
        assert not {"/OpenAction", "/AA", "/AcroForm", "/Names"} & set(exhibit.Root.keys())
        assert not any("/AA" in page.obj or "/Annots" in page.obj for page in exhibit.pages)


@pytest.mark.parametrize(
    ("content", "code", "severity"),
    [
        (lambda: PDF.replace(b"startxref", b"startxrfe"), "file_repaired", "doubt"),
        (lambda: changed(lambda pdf: pdf.attachments.__setitem__("a.pdf", good())), "file_attached", "doubt"),
        (lambda: changed(signed), "file_signed", "note"),
    ],
)
def test_what_a_file_holds_beside_its_pages_is_told_and_does_not_stop_it(
    content: Callable[[], bytes], code: str, severity: str, tmp_path: Path
) -> None:
    (tmp_path / "a.pdf").write_bytes(content())
    (tmp_path / "work").mkdir()
    for _ in ("read", "from the cache"):
        ((document,), problems) = read_documents(
            [ToRead("a.pdf", tmp_path / "a.pdf")], tmp_path / "work", PageCache(tmp_path / "cache")
        )
        assert GOOD in " ".join(word.text for word in document.page(1).words)
        assert [(p.code, p.severity, p.where) for p in problems] == [(code, severity, "a.pdf")]


def test_an_empty_page_of_a_damaged_file_is_asked_for_again(tmp_path: Path) -> None:
    """A file cut in half opens with all its pages, and nothing on the last."""
    raw = good(60)
    (tmp_path / "cut.pdf").write_bytes(raw[: len(raw) * 2 // 3])
    (tmp_path / "work").mkdir()
    ((document,), problems) = read_documents(
        [ToRead("cut.pdf", tmp_path / "cut.pdf")], tmp_path / "work", PageCache(tmp_path / "cache")
    )
    lost = [p.where for p in problems if p.code in ("page_lost", "document_unread")]
    assert lost
    assert len(document.pages) < 60 or len(lost) > 10


READ = """
import re, sys
from pathlib import Path
from packetgen.documents.cache import PageCache
from packetgen.documents.model import ToRead
from packetgen.documents.read import read_documents
folder = Path(sys.argv[1])
sources = [ToRead(file.name, file) for file in sorted(folder.glob("*.*"))]
documents, problems = read_documents(sources, folder / "work", PageCache(folder / "cache"))
status = Path("/proc/self/status")  # getrusage would tell the peak of the process that started this one
peak = int(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1]) if status.exists() else 0
print(peak, len(documents), documents[-1].page(1).words[-1].text)
"""


def test_bombs_cost_the_children_their_memory_and_not_the_program(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(changed(bomb, compress_streams=False))
    (tmp_path / "b.png").write_bytes(image("PNG", (30_000, 30_000), "1"))
    (tmp_path / "c.pdf").write_bytes(on_page(MediaBox=Array([0, 0, 14400, 14400])))
    (tmp_path / "d.docx").write_bytes(nested_zips())
    (tmp_path / "e.pdf").write_bytes(good())
    done = subprocess.run([sys.executable, "-c", READ, str(tmp_path)], capture_output=True, text=True, check=True)
    peak, count, last = done.stdout.split()
    assert int(peak) < 300 * 1024  # kB
    assert (count, last) == ("5", "note")
