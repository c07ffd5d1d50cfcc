"""The packet as its reader gets it: built from the samples, opened with another library than the one that made it."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import docx
import pikepdf
import pypdf
import pypdfium2
import pytest

from packetgen.letters.wordfile import statements
from packetgen.packet.sheet import place
from packetgen.resources import SAMPLES

from .conftest import Run, build, packetgen

pytestmark = pytest.mark.slow


def manifest(run: Run) -> dict:
    return json.loads((run.folder / "manifest.json").read_text())


def reader(run: Run) -> pypdf.PdfReader:
    return pypdf.PdfReader(run.folder / "packet.pdf")


def pages_of(run: Run, title: str) -> range:
    """Packet pages of the parts whose title begins so."""
    parts = [part for part in manifest(run)["parts"] if part["title"].startswith(title)]
    return range(parts[0]["first_page"], parts[-1]["last_page"] + 1)


def letters_of(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())


def links(pdf: pypdf.PdfReader, number: int) -> list[tuple[str, int]]:
    """(what it tells, page it leads to) of each link of a page."""
    pages = {page.indirect_reference.idnum: index for index, page in enumerate(pdf.pages, 1)}
    found = [annotation.get_object() for annotation in pdf.pages[number - 1].get("/Annots", [])]
    return [(link["/Contents"], pages[link["/Dest"][0].idnum]) for link in found]


def test_the_output_folder_holds_what_is_promised(uhc: Run) -> None:
    assert uhc.code == 0, uhc.err
    assert {path.name for path in uhc.folder.iterdir()} == {
        "packet.pdf", "letter.docx", "form-general-request.pdf", "worklist.md", "coverage.md", "findings.json",
        "assessment.json", "manifest.json", "said.json",
    }  # fmt: skip
    assert {path.stat().st_mode & 0o777 for path in uhc.folder.iterdir()} == {0o600}


def test_every_page_of_the_chart_is_in_the_packet(uhc: Run) -> None:
    account = manifest(uhc)
    chart_pages = sum(document["pages"] for document in account["inputs"])
    front = account["parts"][-3]["first_page"] - 1
    pdf = reader(uhc)
    assert len(pdf.pages) == account["page_count"] == front + chart_pages
    assert f"{len(pdf.pages)} pages, this one included" in pdf.pages[0].extract_text()
    for number, page in enumerate(pdf.pages, 1):
        text = page.extract_text()
        assert f"page {number} of {len(pdf.pages)} · case 2026-0142" in text
        assert "DRAFT" in text


def test_bookmarks_and_page_labels_name_the_parts(uhc: Run) -> None:
    pdf = reader(uhc)
    assert [item.title for item in pdf.outline] == [
        "Cover", "Criteria and where the chart shows them", "Prior authorization request",
        "Letter of medical necessity", "Course of treatment", "Exhibit A: visit note of 10/02/2026",
        "Exhibit B: consultation of 09/14/2026",
        "Exhibit C: headache diary",
    ]  # fmt: skip
    assert pdf.page_labels[pages_of(uhc, "Exhibit")[0] - 1 :] == [
        "A-1", "A-2", "A-3", "A-4", "B-1", "B-2", "B-3", "C-1", "C-2", "C-3",
    ]  # fmt: skip


def test_each_crosswalk_link_leads_to_a_page_that_holds_the_quote(uhc: Run) -> None:
    pdf = reader(uhc)
    promised = [c for c in manifest(uhc)["citations"] if c["from_page"] == 2]
    made = links(pdf, 2)
    assert [to for _, to in made] == [c["to_page"] for c in promised]
    assert len(made) >= 12
    for citation in promised:
        text = pdf.pages[citation["to_page"] - 1].extract_text()
        assert f"Ex. {citation['exhibit_page']} ·" in text
        assert all(letters_of(word) in letters_of(text) for word in citation["quote"].split())


def test_each_citation_of_the_letter_is_a_live_link_to_its_exhibit_page(uhc: Run) -> None:
    pdf = reader(uhc)
    cited = [page for s in statements(uhc.folder / "letter.docx") for page in s.cites if "-" in page]
    made = [link for number in pages_of(uhc, "Letter") for link in links(pdf, number)]
    assert [told.split(",")[0] for told, _ in made] == [f"Exhibit {page}" for page in cited]
    for told, to in made:
        assert f"Ex. {told.split()[1].rstrip(',')} ·" in pdf.pages[to - 1].extract_text()


def test_the_numbers_in_the_margin_lead_back_to_the_crosswalk(uhc: Run) -> None:
    back = [link for number in pages_of(uhc, "Exhibit") for link in links(reader(uhc), number)]
    criteria = json.loads((uhc.folder / "assessment.json").read_text())["criteria"]
    assert {told for told, _ in back} == {f"Criterion {number}" for number in range(1, len(criteria) + 1)}
    assert {to for _, to in back} == {2}


def test_each_form_value_is_drawn_on_the_packets_page(uhc: Run) -> None:
    form = pypdf.PdfReader(uhc.folder / "form-general-request.pdf")
    packet = pypdfium2.PdfDocument(uhc.folder / "packet.pdf")
    checked = 0
    for index, page in enumerate(form.pages):
        shown = packet[2 + index]
        picture = shown.render(scale=2, grayscale=True).to_pil()
        text, height = shown.get_textpage(), shown.get_height()
        width, tall = float(page.mediabox.width), float(page.mediabox.height)
        sheet = place(width, tall)
        for annotation in page.get("/Annots", []):
            widget = annotation.get_object()
            x0, y0, x1, y1 = (float(v) for v in widget["/Rect"])
            left, right = sheet.x + x0 * sheet.scale, sheet.x + x1 * sheet.scale
            top, bottom = sheet.top + (tall - y1) * sheet.scale, sheet.top + (tall - y0) * sheet.scale
            inside = picture.crop(tuple(round(2 * v) for v in (left + 2, top + 2, right - 2, bottom - 2)))
            ink = sum(count for level, count in enumerate(inside.histogram()) if level < 128)
            if "/Parent" in widget:
                assert (ink > 0) == (widget["/AS"] != "/Off")
            elif widget.get("/V"):
                read = text.get_text_bounded(left - 1, height - bottom - 1, right + 1, height - top + 1)
                assert letters_of(widget["/V"]) in letters_of(read)
                assert ink > 0
                checked += 1
    assert checked >= 38


def test_no_sentence_of_the_letter_that_tells_of_the_patient_lacks_a_citation(uhc: Run) -> None:
    section, told = "", []
    for paragraph in docx.Document(uhc.folder / "letter.docx").paragraphs:
        if paragraph.style.name == "Heading 2":
            section = paragraph.text
        elif section.partition(" ")[0] in ("Diagnosis", "Severity", "Treatment", "What", "If"):
            told += [s for s in re.split(r"(?<=\.) (?=[A-Z])", paragraph.text) if re.search(r"\d", s)]
    assert len(told) >= 5
    assert [sentence for sentence in told if "(Ex." not in sentence] == []


def test_a_second_build_gives_the_same_bytes(uhc: Run, tmp_path: Path) -> None:
    again = build("chronic-migraine-uhc", tmp_path / "again")
    for path in uhc.folder.iterdir():
        assert (again.folder / path.name).read_bytes() == path.read_bytes(), path.name


def test_no_font_file_stands_in_the_packet_twice(uhc: Run) -> None:
    with pikepdf.open(uhc.folder / "packet.pdf") as pdf:
        files = {
            font.FontFile2.objgen: font.FontFile2.read_bytes()
            for font in pdf.objects
            if isinstance(font, pikepdf.Dictionary) and "/FontFile2" in font
        }
    assert len(files) == len(set(files.values())) > 3


def test_the_packet_carries_no_action_field_or_embedded_file(uhc: Run) -> None:
    root = reader(uhc).trailer["/Root"]
    assert not {"/AcroForm", "/OpenAction", "/AA", "/Names"} & set(root)
    assert root["/Lang"] == "en-US"


def test_the_case_with_gaps_is_built_as_a_draft_that_says_so(aetna: Run) -> None:
    assert aetna.code == 3
    worklist = (aetna.folder / "worklist.md").read_text()
    required = [line for line in worklist.splitlines() if "**Required" in line]
    assert len(required) == 2
    assert "How many hours a day do the headaches last" in worklist
    assert "What are the start and stop dates of amitriptyline" in worklist
    crosswalk = reader(aetna).pages[1].extract_text()
    assert "Not documented" in crosswalk
    assert "Incomplete" in crosswalk
    assert "confirm it with the plan" not in crosswalk
    assert "3 open items on the worklist, not signed" in crosswalk


def test_another_patients_page_gives_no_packet_and_takes_an_old_one_away(tmp_path: Path) -> None:
    (tmp_path / "packet.pdf").write_bytes(b"an older packet")
    run = build("wrong-patient", tmp_path)
    assert run.code == 5
    assert "calls.pdf, page 2" in run.err
    assert not (tmp_path / "packet.pdf").exists()


def test_no_work_file_is_left_behind(uhc: Run, aetna: Run) -> None:
    assert [path.name for run in (uhc, aetna) for path in run.folder.rglob(".*")] == []


def test_the_packet_goes_beside_the_case_and_an_older_form_goes_away(tmp_path: Path) -> None:
    shutil.copytree(SAMPLES / "chronic-migraine-aetna", tmp_path / "case", ignore=shutil.ignore_patterns("packet"))
    (tmp_path / "case" / "packet").mkdir()
    (tmp_path / "case" / "packet" / "form-of-another-plan.pdf").touch()
    assert packetgen("build", tmp_path / "case" / "case.yaml").returncode == 3
    assert (tmp_path / "case" / "packet" / "packet.pdf").is_file()
    forms = [path.name for path in (tmp_path / "case" / "packet").glob("form-*")]
    assert forms == ["form-aetna-gr-68776.pdf"]


def test_the_packet_can_be_verified_from_its_manifest_alone(uhc: Run, tmp_path: Path) -> None:
    for name in ("packet.pdf", "manifest.json"):
        shutil.copy(uhc.folder / name, tmp_path / name)
    done = packetgen("verify", tmp_path / "packet.pdf")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{manifest(uhc)['page_count']} pages" in done.stdout
    with (tmp_path / "packet.pdf").open("ab") as packet:
        packet.write(b"\n")
    done = packetgen("verify", tmp_path / "packet.pdf")
    assert done.returncode == 5
    assert "its SHA-256 is another" in done.stdout
