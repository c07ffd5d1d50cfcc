"""Cited or blocked: what a person may change in a letter, and what stops it."""

from __future__ import annotations

import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import docx
import pytest

from packetgen.errors import BadDataFile, SafetyStop
from packetgen.letters import proof
from packetgen.letters.claims import claims_in
from packetgen.letters.model import Material
from packetgen.letters.templates import find_template
from packetgen.letters.wordfile import Statement, statements
from packetgen.letters.write import draft
from packetgen.resources import LETTERS
from tests.letters.charts import CHARTS, material

KINDS = ("initial", "continuation", "dose_change", "more_information")


def machine_letter(told: Material, folder: Path, name: str = "initial") -> Path:
    return draft(told, find_template(name, told.case.request.indication, (LETTERS,)), folder)


def prove_edited(told: Material, folder: Path, change, name: str = "initial") -> None:
    """Write the letter, let `change` edit its paragraphs, and prove it as the case's own letter."""
    made = machine_letter(told, folder, name)
    document = docx.Document(str(made))
    change(document)
    document.save(str(folder / "edited.docx"))
    template = find_template(name, told.case.request.indication, (LETTERS,))
    draft(told, template, folder, folder / "edited.docx")


def replaced(old: str, new: str):
    """An edit of the first run or table cell that holds `old`."""

    def change(document) -> None:
        cells = [cell for table in document.tables for row in table.rows for cell in row.cells]
        paragraphs = [*document.paragraphs, *(p for cell in cells for p in cell.paragraphs)]
        runs = [run for paragraph in paragraphs for run in paragraph.runs if old in run.text]
        assert runs, old
        runs[0].text = runs[0].text.replace(old, new, 1)

    return change


def added(text: str):
    return lambda document: document.add_paragraph(text)


@pytest.mark.parametrize("indication", CHARTS)
@pytest.mark.parametrize("name", KINDS)
def test_every_letter_says_only_what_its_citations_say_also_when_read_as_an_edited_one(
    indication: str, name: str, tmp_path: Path
) -> None:
    told = material(indication, name if name in ("continuation", "dose_change") else "initial")
    made = machine_letter(told, tmp_path, name)
    own = {s.text for s in statements(LETTERS / f"{name}.docx") if "{" not in s.text}
    proof.prove(made, told, machine_made=(Statement("another letter", ()),), own_words=own)


def changed_words(statement: Statement, told: Material) -> list[str]:
    """The statement with one number, date, drug or instrument changed for another, in each way."""
    text, found = statement.text, []
    for match in re.finditer(r"(?<![\w.\u2011-])\d+(?![\w\u2011])", proof.CITED.sub(lambda m: "x" * len(m[0]), text)):
        other = str(int(match[0]) + 37)
        found.append(text[: match.start()] + other + text[match.end() :])
    swaps = {
        "Topiramate": "Valproate",
        "Baclofen": "Dantrolene",
        "Oxybutynin": "Solifenacin",
        "topiramate": "valproate",
    }
    found += [text.replace(old, new) for old, new in swaps.items() if old in text]
    return found


def test_no_changed_number_date_or_drug_passes(tmp_path: Path) -> None:
    tried, passed = 0, []
    for indication in CHARTS:
        told = material(indication)
        own = {s.text for s in statements(LETTERS / "initial.docx") if "{" not in s.text}
        said = statements(machine_letter(told, tmp_path))
        support = proof._support(told, {page for statement in said for page in statement.cites})
        for statement in said:
            if statement.text in own or not statement.cites:
                continue
            for text in changed_words(statement, told):
                tried += 1
                if not [*proof._unsupported(replace(statement, text=text), support, strictly=True)]:
                    passed.append(text)
    assert tried > 300
    assert passed == []


@pytest.mark.parametrize(
    ("indication", "change", "quoted"),
    [
        ("chronic_migraine", replaced("on 9 days", "on 4 days"), "headache days: 4"),
        ("chronic_migraine", replaced("54", "18"), "HIT-6 18"),
        ("chronic_migraine", replaced("Not tolerated", "Ineffective"), "topiramate ineffective"),
        ("chronic_migraine", added("She has twenty-two headache days a month."), "22"),
        ("chronic_migraine", added("She also has cervical dystonia."), "diagnosis of cervical dystonia"),
        ("chronic_migraine", added("She failed valproate by this Date: 10/02/2026"), "valproate"),
        ("chronic_migraine", added("The record of March 3, 2026 says so (Ex. A-1)."), "2026-03-03"),
        ("chronic_migraine", added("The note records: “She lost her job.” (Ex. A-1)"), "She lost her job"),
        ("chronic_migraine", added("This is told on another page (Ex. A-9)."), "there is no such page"),
        ("cervical_dystonia", replaced("41 (severity", "14 (severity"), "TWSTRS 14"),
        ("cervical_dystonia", replaced("cannot drive", "can drive"), "can drive"),
        ("overactive_bladder", replaced("10 mg", "50 mg"), "oxybutynin 50"),
    ],
)  # fmt: skip
def test_an_edit_that_its_source_does_not_hold_stops_and_is_quoted(
    indication: str, change, quoted: str, tmp_path: Path
) -> None:
    told = material(indication)
    with pytest.raises(SafetyStop, match=re.escape(quoted)):
        prove_edited(told, tmp_path, change)


@pytest.mark.parametrize(
    "text",
    [
        "Thank you for your prompt review.",
        "Topiramate was stopped in June 2025 (Ex. A-1).",
        "HIT-6 fell from 68 to 54, 14 points lower (Ex. A-2).",
        "Headache days fell from 23 to 9, a fall of 61% (Ex. A-1).",
        "She missed five days of work this month (Ex. A-1).",
        "Date: November 30, 2026",
    ],
)
def test_an_edit_that_its_source_holds_may_stay(text: str, tmp_path: Path) -> None:
    prove_edited(material("chronic_migraine"), tmp_path, added(text))


def test_words_in_headers_boxes_insertions_and_notes_are_proved_and_deleted_ones_are_not(tmp_path: Path) -> None:
    told = material("chronic_migraine")
    run = "<w:r><w:t>30 headache days.</w:t></w:r>"
    for hidden in (f'<w:ins w:id="1">{run}</w:ins>', f"<w:sdt><w:sdtContent>{run}</w:sdtContent></w:sdt>"):
        made = machine_letter(told, tmp_path)
        with_part(made, tmp_path / "edited.docx", "word/document.xml", "<w:p>", f"<w:p>{hidden}</w:p><w:p>")
        with pytest.raises(SafetyStop, match="30 headache days"):
            proof.prove(tmp_path / "edited.docx", told)
    made = machine_letter(told, tmp_path)
    gone = '<w:p><w:del w:id="1"><w:r><w:delText>30 days</w:delText></w:r></w:del></w:p><w:p>'
    with_part(made, tmp_path / "edited.docx", "word/document.xml", "<w:p>", gone)
    assert "30 days" not in " ".join(s.text for s in statements(tmp_path / "edited.docx"))


def with_part(source: Path, target: Path, part: str, old: str, new: str) -> None:
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(target, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            after.writestr(name, content.replace(old.encode(), new.encode(), 1) if name == part else content)


def test_a_field_that_changes_by_itself_stops(tmp_path: Path) -> None:
    told = material("chronic_migraine")
    made = machine_letter(told, tmp_path)
    field = (
        '<w:p><w:fldSimple w:instr=" DATE \\@ &quot;MMMM d&quot; "><w:r><w:t>May 5</w:t></w:r></w:fldSimple></w:p><w:p>'
    )
    with_part(made, tmp_path / "edited.docx", "word/document.xml", "<w:p>", field)
    with pytest.raises(SafetyStop, match="DATE field"):
        statements(tmp_path / "edited.docx")


def test_a_link_that_leads_elsewhere_than_it_reads_stops(tmp_path: Path) -> None:
    told = material("chronic_migraine")
    made = machine_letter(told, tmp_path)
    with_part(made, tmp_path / "edited.docx", "word/document.xml", "Ex.\u00a0A\u20112", "Ex.\u00a0A\u20111")
    with pytest.raises(SafetyStop, match="but leads to"):
        statements(tmp_path / "edited.docx")


def test_a_file_that_is_no_word_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "edited.docx").write_bytes(b"%PDF-1.7")
    with pytest.raises(BadDataFile, match="is not a Word file"):
        statements(tmp_path / "edited.docx")


def test_numbers_and_dates_are_compared_however_they_are_written() -> None:
    assert claims_in(["October 2, 2026, 1,384 adults, 100.0 mg, twenty-two days, HIT-6"]) == {
        "2026-10-02", "1384", "100", "22",
    }  # fmt: skip
    assert claims_in(["10/02/2026 and 22"]) == {"2026-10-02", "22"}


def test_nothing_is_quoted_from_a_page_that_a_person_leaves_out() -> None:
    from packetgen.letters.quotes import quotes

    told = material("chronic_migraine")
    assert quotes(told)["function"]
    assert quotes(replace(told, left_out=frozenset({"A-1"})))["function"] == []


@pytest.mark.slow
def test_the_case_may_name_an_edited_letter(tmp_path: Path) -> None:
    from packetgen.letters.write import write_letter

    told = material("cervical_dystonia")
    made = machine_letter(told, tmp_path)
    document = docx.Document(str(made))
    document.add_paragraph("Thank you for your prompt review.")
    document.save(str(tmp_path / "mine.docx"))
    case = told.case.model_copy(update={"folder": tmp_path, "letter": "mine.docx"})
    work = tmp_path / "work"
    work.mkdir()
    letter = write_letter(replace(told, case=case), work)
    assert "prompt review" in " ".join(s.text for s in statements(letter.docx))
    assert letter.sources == (tmp_path / "mine.docx",)
    assert letter.links
    shutil.rmtree(work)
