"""LibreOffice as it is: characters that must arrive, and a program that hangs, crashes, lies or runs eight times."""

from __future__ import annotations

import random
import socket
import subprocess
import threading
import time
import unicodedata
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import docx
import pypdfium2
import pytest

from packetgen import office
from packetgen.chart.model import Fact
from packetgen.documents.officefiles import without_outside_links
from packetgen.errors import PacketgenError, ProgramFailed
from packetgen.extraction.model import Evidence, Finding, Therapy
from packetgen.letters.templates import find_template, printable
from packetgen.letters.wordfile import statements
from packetgen.letters.write import draft, render, write_letter
from packetgen.resources import LETTERS
from tests.letters.charts import material

pytestmark = pytest.mark.slow
AWKWARD = [*"<>&\"'≥≤µ—–“”éễßø李€…·½°²", "\t", "\n", "\x0b", "\x00", "\ud800", "{{7*7}}", "{% x %}", "{_{ x }_}", "%_}",
           "{_% y %_}", "<w:p>", "&amp;", "\\", "]]>", "$x$", "{#", "#}"]  # fmt: skip
STRINGS, IN_A_LETTER = 2000, 500
MARK = "\u00a7"  # stands at both ends of each string in the letter, so that the whole string is looked for


def read(pdf: Path) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def squeezed(text: str) -> str:
    """Text without spaces, as it can be found across lines and pages."""
    text = printable(text.replace("\ufffe", "-"))  # as pdfium tells a hyphen at the end of a line
    return "".join(unicodedata.normalize("NFKC", text).replace("\u2011", "-").split())


def strings() -> list[str]:
    chance = random.Random(7)  # noqa: S311 - the strings must be the same each time
    letters = "abcdefghij KLMNOP 0123456789 .,;:()/%+-=*?!"
    return [
        "".join(chance.choice(AWKWARD) if chance.random() < 0.3 else chance.choice(letters) for _ in range(24))
        for _ in range(STRINGS)
    ]


def chart_of(texts: list[str]) -> tuple[Fact[Therapy], ...]:
    """Each text once as the reason of a failed trial, and once as the name of a drug that is taken."""
    place = (Evidence("A", 1, (), "", None, "test"),)
    tried = [Therapy("baclofen", "muscle_relaxant", "preventive", "ineffective", reason=text) for text in texts]
    taken = [Therapy(text, "muscle_relaxant", "preventive", "current") for text in texts]
    found = [Finding(therapy, "present", place) for therapy in (*tried, *taken)]
    return tuple(Fact(str(number), finding.value, (finding,)) for number, finding in enumerate(found))


def test_no_character_of_two_thousand_random_strings_is_dropped(tmp_path: Path) -> None:
    """In a table's row of the Word file and in a passage, each between marks; control signs become visible marks."""
    told = material("chronic_migraine")
    (tmp_path / "passages").mkdir()
    (tmp_path / "passages" / "initial.j2").write_text(
        f"## request\n{{% for drug in continued %}}\n{MARK}{{{{ drug }}}}{MARK}\n{{% endfor %}}\n"
    )
    document = docx.Document()
    for line in ("{%p for row in trials %}", f"{MARK}{{{{ row.reason }}}}{MARK}", "{%p endfor %}",
                 "{%p for paragraph in passages.request %}", "{{r paragraph }}", "{%p endfor %}"):  # fmt: skip
        document.add_paragraph(line)
    document.save(str(tmp_path / "initial.docx"))
    template = find_template("initial", "chronic_migraine", (tmp_path, LETTERS))
    everything, lost = strings(), []
    for first in range(0, STRINGS, IN_A_LETTER):
        some = everything[first : first + IN_A_LETTER]
        path = tmp_path / f"letter-{first}.docx"
        path.write_bytes(render(template, replace(told, chart=replace(told.chart, therapies=chart_of(some)))))
        text = squeezed(read(office.to_pdf(path, tmp_path)))
        lost += [string for string in some if text.count(f"{MARK}{squeezed(string)}{MARK}") < 2]
    assert lost == []


FAKES = {
    "hangs": "sleep 300",
    "hangs with a child": "sleep 300 & sleep 300",
    "crashes": "kill -SEGV $$",
    "fails": "exit 77",
    "writes nothing": "exit 0",
    "writes an empty file": 'for a; do last=$a; done; : > "$(dirname "$last")/letter.pdf"',
}


@pytest.mark.parametrize("fault", FAKES)
def test_a_libreoffice_that_fails_is_stopped_named_and_leaves_no_process(
    fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "bin" / "soffice"
    fake.parent.mkdir()
    fake.write_text(f"#!/bin/sh\necho $$ >> {tmp_path}/pids\n{FAKES[fault]}\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:/usr/bin:/bin")
    monkeypatch.setattr(office, "SOFFICE_SECONDS", 1.0)
    work = tmp_path / "work"
    work.mkdir()
    began = time.monotonic()
    with pytest.raises(ProgramFailed, match="soffice"):
        write_letter(material("cervical_dystonia"), work)
    assert time.monotonic() - began < 20
    groups = (tmp_path / "pids").read_text().split()
    assert len(groups) == office.ATTEMPTS
    left = subprocess.run(["ps", "-o", "stat=", "-g", ",".join(groups)], capture_output=True, text=True, check=False)
    assert [state for state in left.stdout.split() if not state.startswith("Z")] == []


@pytest.mark.parametrize("used", [True, False])
def test_a_libreoffice_that_was_started_before_takes_the_first_letter_and_is_gone_after(
    used: bool, tmp_path: Path
) -> None:
    letter = next(LETTERS.glob("*.docx"))
    with office.started(tmp_path):
        wait_for(tmp_path / "soffice-1" / "user")
        if used:
            began = subprocess.run(
                ["ps", "-ww", "-C", "soffice.bin", "-o", "args="], capture_output=True, text=True, check=False
            )
            assert str(tmp_path) in began.stdout
            assert office.to_pdf(letter, tmp_path).read_bytes().startswith(b"%PDF")
    left = subprocess.run(["ps", "-ww", "-A", "-o", "stat=,args="], capture_output=True, text=True, check=False)
    assert [line for line in left.stdout.splitlines() if str(tmp_path) in line and not line.startswith("Z")] == []


def wait_for(path: Path) -> None:
    for _ in range(300):
        if path.exists():
            return
        time.sleep(0.1)
    raise AssertionError(path)


def test_a_pdf_with_other_words_than_the_letter_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = docx.Document()
    other.add_paragraph("Another letter.")
    other.save(str(tmp_path / "other.docx"))
    pdf = office.to_pdf(tmp_path / "other.docx", tmp_path)
    fake = tmp_path / "bin" / "soffice"
    fake.parent.mkdir()
    fake.write_text(f'#!/bin/sh\nfor a; do last=$a; done\ncp {pdf} "$(dirname "$last")/letter.pdf"\n')
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:/usr/bin:/bin")
    work = tmp_path / "work"
    work.mkdir()
    with pytest.raises(PacketgenError, match="the PDF of the letter lacks"):
        write_letter(material("cervical_dystonia"), work)


def test_eight_conversions_at_once_give_eight_letters_with_embedded_fonts(tmp_path: Path) -> None:
    import pikepdf

    first = tmp_path / "first"
    first.mkdir()
    docx = write_letter(material("cervical_dystonia"), first).docx

    def convert(number: int) -> Path:
        folder = tmp_path / str(number)
        folder.mkdir()
        return office.to_pdf(docx, folder)

    with ThreadPoolExecutor(8) as pool:  # LibreOffice only: pdfium bears no two threads
        made = list(pool.map(convert, range(8)))
    assert len({len(pypdfium2.PdfDocument(pdf)) for pdf in made}) == 1
    with pikepdf.open(made[0]) as pdf:
        fonts = [font for page in pdf.pages for font in page.Resources.Font.values()]
        inner = [font.DescendantFonts[0] if "/DescendantFonts" in font else font for font in fonts]
        assert inner
        assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(font.FontDescriptor.keys()) for font in inner)


def test_an_edited_letter_with_outside_links_and_a_macro_reaches_no_one(tmp_path: Path) -> None:
    """A listener on this machine stands for the outside: nothing may ask it for a template, picture or object."""
    asked: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.2)
    done = threading.Event()

    def listen() -> None:
        while not done.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            asked.append(connection.recv(100))
            connection.close()

    thread = threading.Thread(target=listen)
    thread.start()
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    told = material("cervical_dystonia")
    made = draft(told, find_template("initial", "cervical_dystonia", (LETTERS,)), tmp_path)
    hostile = tmp_path / "hostile.docx"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(made) as before, zipfile.ZipFile(hostile, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            if name == "word/_rels/document.xml.rels":
                links = "".join(
                    f'<Relationship Id="x{n}" Type="{kind}/{what}" Target="{address}/{what}" TargetMode="External"/>'
                    for n, what in enumerate(("attachedTemplate", "image", "oleObject", "subDocument", "frame"))
                )
                content = content.replace(b"</Relationships>", f"{links}</Relationships>".encode())
            after.writestr(name, content)
        after.writestr("word/vbaProject.bin", b"\xd0\xcf\x11\xe0 Shell")
    work = tmp_path / "work"
    work.mkdir()
    try:
        pdf = office.to_pdf(without_outside_links(hostile, work), work)
    finally:
        done.set()
        thread.join()
        listener.close()
    assert pdf.stat().st_size
    assert asked == []
    assert statements(hostile)
