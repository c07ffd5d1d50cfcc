"""LibreOffice as it is: characters that must arrive, and a program that hangs, crashes, lies or runs eight times."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import docx
import pikepdf
import pypdfium2
import pytest

from packetgen import office
from packetgen.chart.model import Fact
from packetgen.doctor import examine_folder
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
        wait_until((tmp_path / "soffice-1" / "user").exists)
        if used:
            began = subprocess.run(
                ["ps", "-ww", "-C", "soffice.bin", "-o", "args="], capture_output=True, text=True, check=False
            )
            assert str(tmp_path) in began.stdout
            assert office.to_pdf(letter, tmp_path).read_bytes().startswith(b"%PDF")
    assert processes_of(tmp_path) == []


def wait_until(told: Callable[[], object]) -> None:
    for _ in range(300):
        if told():
            return
        time.sleep(0.1)
    raise AssertionError(told)


def processes_of(folder: Path) -> list[str]:
    left = subprocess.run(["ps", "-ww", "-A", "-o", "stat=,args="], capture_output=True, text=True, check=False)
    return [line for line in left.stdout.splitlines() if str(folder) in line and not line.startswith("Z")]


def as_read(pdf: Path) -> list[bytes]:
    """What stands on each page; the file itself says when it was made."""
    with pikepdf.open(pdf) as document:
        return [page.Contents.read_bytes() for page in document.pages]


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[office._Kept]:
    """A LibreOffice that waits."""
    with office.kept():
        (one,) = office._kept
        office.make_ready()
        wait_until(lambda: one.waits)
        yield one
    assert processes_of(one.folder) == [] and not one.folder.exists()


def test_a_libreoffice_that_is_kept_converts_letter_after_letter_as_a_new_one_would(
    kept: office._Kept, tmp_path: Path
) -> None:
    letter = write_letter(material("cervical_dystonia"), tmp_path)
    first = kept.process
    for number in range(3):
        folder = tmp_path / str(number)
        folder.mkdir()
        with office.started(folder):
            assert as_read(office.letter_to_pdf(letter.docx, folder)) == as_read(office.to_pdf(letter.docx, tmp_path))
        assert [path.name for path in folder.iterdir()] == ["letter.pdf"]  # no profile of its own: it was not started
    assert kept.process is first


def test_one_that_hangs_is_killed_and_replaced_and_the_letter_is_made_all_the_same(
    kept: office._Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = next(LETTERS.glob("*.docx"))
    first = kept.process
    assert first is not None
    os.killpg(first.pid, signal.SIGSTOP)
    run = office.run
    monkeypatch.setattr(
        office,
        "run",
        lambda argv, **told: run(argv, **{**told, "seconds": 2.0 if kept.folder.as_uri() in str(argv) else 60}),
    )
    assert office.letter_to_pdf(letter, tmp_path).read_bytes().startswith(b"%PDF")
    first.wait(10)
    office.make_ready()
    assert kept.process is not first
    wait_until(lambda: kept.waits)


def test_where_there_is_no_libreoffice_none_is_kept_and_nothing_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with office.kept():
        office.make_ready()
        assert not office._kept[0].waits and office._kept[0].process is None


def test_what_others_wrote_never_reaches_the_one_that_is_kept(kept: office._Kept, tmp_path: Path) -> None:
    letter = next(LETTERS.glob("*.docx"))
    office.to_pdf(letter, tmp_path)
    assert (tmp_path / "soffice-1").is_dir()


def test_one_that_is_kept_dies_with_its_keeper(tmp_path: Path) -> None:
    code = (
        "import time; from packetgen import office\n"
        "with office.kept():\n"
        "    office.make_ready()\n"
        "    print(office._kept[0].folder, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as keeper:
        assert keeper.stdout is not None
        folder = Path(keeper.stdout.readline().strip())
        wait_until(lambda: processes_of(folder))
        keeper.kill()
    wait_until(lambda: not processes_of(folder))


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


def test_a_comment_of_a_person_is_neither_proved_nor_printed(tmp_path: Path) -> None:
    told = material("cervical_dystonia")
    made = draft(told, find_template("initial", "cervical_dystonia", (LETTERS,)), tmp_path)
    edited = docx.Document(str(made))
    edited.add_comment(edited.paragraphs[4].runs, "TWSTRS 99?")
    edited.save(str(tmp_path / "edited.docx"))
    assert "TWSTRS 99" not in " ".join(statement.text for statement in statements(tmp_path / "edited.docx"))
    assert "TWSTRS 99" not in read(office.to_pdf(tmp_path / "edited.docx", tmp_path))


@pytest.mark.parametrize(
    ("indication", "kind", "pages"),
    [
        ("chronic_migraine", "continuation", 3),
        ("cervical_dystonia", "initial", 2),
        ("upper_limb_spasticity", "initial", 2),
    ],
)
def test_a_letter_has_the_same_pages_and_fonts_on_every_machine(
    indication: str, kind: str, pages: int, tmp_path: Path
) -> None:
    template = find_template(kind, indication, (LETTERS,))
    pdf = office.to_pdf(draft(material(indication, kind), template, tmp_path), tmp_path)
    with pikepdf.open(pdf) as opened:
        fonts = {str(font.BaseFont).partition("+")[2] for page in opened.pages for font in page.Resources.Font.values()}
        assert len(opened.pages) == pages
    assert {font.partition("-")[0] for font in fonts} == {"Carlito"}


def test_doctor_names_each_font_that_a_template_lacks(tmp_path: Path) -> None:
    templates = tmp_path / "templates" / "letters"
    templates.mkdir(parents=True)
    own = docx.Document(str(LETTERS / "initial.docx"))
    own.paragraphs[0].runs[0].font.name = "Grommet Sans"
    own.save(str(templates / "initial.docx"))
    fonts = {item.name: item for item in examine_folder(tmp_path)[2:]}
    assert fonts["Font Calibri"].found
    assert not fonts["Font Grommet Sans"].found
    assert "initial.docx" in fonts["Font Grommet Sans"].detail


def test_eight_conversions_at_once_give_eight_letters_with_embedded_fonts(tmp_path: Path) -> None:
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
