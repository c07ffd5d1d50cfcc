"""Ruled tables whose cells wrap: a row is one line, cell by cell, as text, as a Word file and as a scan."""

from __future__ import annotations

from pathlib import Path

import docx
import pypdfium2
import pytest
from reportlab.lib import colors
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

from packetgen.documents.cache import PageCache
from packetgen.documents.model import Document, ToRead
from packetgen.documents.read import read_documents
from packetgen.documents.text import PageText

ROWS = (
    ("Medication", "Dose", "Dates", "Outcome"),
    ("Topiramate", "100 mg twice a day", "01/2023 to 06/2023", "Stopped because of word finding trouble and tingling"),
    ("Amitriptyline", "50 mg at night", "07/2023 to 11/2023", "No improvement in four months at the full dose"),
    ("Propranolol LA", "80 mg daily", "12/2023 to 01/2024", "Slow pulse, so that cardiology asked to end it"),
)
READ = [" ".join(row) for row in ROWS]


def table_pdf(path: Path, valign: str) -> Path:
    style = getSampleStyleSheet()["BodyText"]
    table = Table([[Paragraph(cell, style) for cell in row] for row in ROWS], colWidths=[80, 70, 80, 140])
    table.setStyle([("GRID", (0, 0), (-1, -1), 0.7, colors.black), ("VALIGN", (0, 0), (-1, -1), valign)])
    SimpleDocTemplate(str(path), invariant=1).build([Paragraph("What was tried before", style), table])
    return path


def lines(tmp_path: Path, file: Path) -> list[str]:
    document = read(tmp_path, file)
    said = PageText.of(document, document.page(1)).text.splitlines()
    return [" ".join(line.split()) for line in said if line.strip()]


def read(tmp_path: Path, file: Path) -> Document:
    ((document,), _) = read_documents([ToRead(file.name, file)], tmp_path / "work", PageCache(tmp_path / "cache"))
    return document


@pytest.mark.parametrize("valign", ["TOP", "MIDDLE", "BOTTOM"])
def test_a_row_of_wrapped_cells_is_one_line(tmp_path: Path, valign: str) -> None:
    assert lines(tmp_path, table_pdf(tmp_path / "a.pdf", valign)) == ["What was tried before", *READ]


def test_a_quote_over_two_cells_has_a_box_for_each_of_their_lines(tmp_path: Path) -> None:
    document = read(tmp_path, table_pdf(tmp_path / "a.pdf", "MIDDLE"))
    page = PageText.of(document, document.page(1))
    start = page.text.index("100 mg")
    end = page.text.index("06/2023", start) + len("06/2023")
    boxes = page.boxes_between(start, end)
    sheet = pypdfium2.PdfDocument(document.exhibit)[0]
    text, height = sheet.get_textpage(), sheet.get_height()
    said = [text.get_text_bounded(b.x0, height - b.bottom, b.x1, height - b.top).strip() for b in boxes]
    assert said == ["100 mg", "twice a day", "01/2023 to", "06/2023"]


@pytest.mark.slow
@pytest.mark.parametrize("skew", [0.0, 1.0])
def test_a_scanned_table_is_read_row_by_row(tmp_path: Path, skew: float) -> None:
    page = pypdfium2.PdfDocument(table_pdf(tmp_path / "a.pdf", "MIDDLE"))[0]
    image = page.render(scale=200 / 72, grayscale=True).to_pil().rotate(skew, fillcolor=255)
    image.save(tmp_path / "a.tif", dpi=(200, 200))
    assert lines(tmp_path, tmp_path / "a.tif") == ["What was tried before", *READ]


@pytest.mark.slow
def test_a_table_of_a_word_file_is_read_row_by_row(tmp_path: Path) -> None:
    file = docx.Document()
    table = file.add_table(rows=0, cols=4, style="Table Grid")
    for row in ROWS:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    file.save(str(tmp_path / "a.docx"))
    assert lines(tmp_path, tmp_path / "a.docx") == READ


def test_lines_that_no_rule_parts_stay_lines(tmp_path: Path) -> None:
    style = getSampleStyleSheet()["BodyText"]
    table = Table([[Paragraph("<br/>".join(column), style) for column in zip(*ROWS, strict=True)]], colWidths=[110] * 4)
    table.setStyle([("GRID", (0, 0), (-1, -1), 0.7, colors.black)])
    SimpleDocTemplate(str(tmp_path / "a.pdf"), invariant=1).build([table])
    assert len(lines(tmp_path, tmp_path / "a.pdf")) > 4


def test_the_weeks_of_a_calendar_keep_their_lines(tmp_path: Path) -> None:
    days = [[f"{7 * week + day + 1}\nM 6h" for day in range(7)] for week in range(4)]
    table = Table(days, colWidths=[70] * 7)
    table.setStyle([("GRID", (0, 0), (-1, -1), 0.7, colors.black)])
    SimpleDocTemplate(str(tmp_path / "a.pdf"), invariant=1).build([table])
    assert lines(tmp_path, tmp_path / "a.pdf")[0] == "1 2 3 4 5 6 7"
