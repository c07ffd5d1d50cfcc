"""Make the Word templates anew: `python templates/letters/make_letters.py`. A clinic edits the .docx in Word."""

from __future__ import annotations

import io
from pathlib import Path

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Inches, Pt, RGBColor

from packetgen.letters.write import with_fixed_times

FOLDER = Path(__file__).parent
INK = RGBColor(0x1F, 0x2D, 0x3D)
BLUE = RGBColor(0x1F, 0x4E, 0x79)
GREY = RGBColor(0x59, 0x63, 0x6E)
RULE, SHADE = "B8C2CC", "EAF0F6"


def new_document() -> docx.document.Document:
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Inches(8.5), Inches(11)
    section.left_margin = section.right_margin = Inches(1)
    section.top_margin, section.bottom_margin = Inches(0.8), Inches(0.9)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size, normal.font.color.rgb = "Calibri", Pt(10.5), INK
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "Calibri")
    normal.paragraph_format.space_before, normal.paragraph_format.space_after = Pt(0), Pt(5)
    normal.paragraph_format.line_spacing = 1.05
    normal.paragraph_format.widow_control = True
    heading = document.styles["Heading 2"]
    heading.font.name, heading.font.size, heading.font.bold, heading.font.color.rgb = "Calibri", Pt(12), True, BLUE
    heading.element.rPr.rFonts.set(qn("w:ascii"), "Calibri")
    heading.element.rPr.rFonts.set(qn("w:hAnsi"), "Calibri")
    heading.paragraph_format.space_before, heading.paragraph_format.space_after = Pt(10), Pt(3)
    heading.paragraph_format.keep_with_next = True
    document.core_properties.title = "Letter of medical necessity"
    document.core_properties.author = ""
    document.core_properties.comments = ""
    return document


def control(place, statement: str) -> None:
    """A line that docxtpl takes out: {%p … %}."""
    paragraph = place.add_paragraph(statement)
    paragraph.paragraph_format.space_after = Pt(0)


def section(document, heading: str, passage: str) -> None:
    """A heading with the paragraphs of a passage; nothing at all when the passage is empty."""
    control(document, f"{{%p if passages.{passage} %}}")
    document.add_heading(heading, 2)
    paragraphs(document, passage)
    control(document, "{%p endif %}")


def paragraphs(document, passage: str) -> None:
    control(document, f"{{%p for paragraph in passages.{passage} %}}")
    document.add_paragraph("{{r paragraph }}")
    control(document, "{%p endfor %}")


def shade(cell, colour: str) -> None:
    element = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        element.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(element)


def rule(paragraph, edge: str = "bottom", colour: str = RULE, size: int = 8) -> None:
    borders = OxmlElement("w:pBdr")
    line = OxmlElement(f"w:{edge}")
    for name, value in (("val", "single"), ("sz", str(size)), ("space", "4"), ("color", colour)):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    paragraph._p.get_or_add_pPr().append(borders)


def table(document, headings: list[str], widths: list[float], loop: str, cells: list[str]) -> None:
    """A table with a repeated header row and one row for each item of a list."""
    made = document.add_table(rows=4, cols=len(headings))
    made.style = "Table Grid"
    made.alignment = WD_TABLE_ALIGNMENT.CENTER
    made.autofit = False
    set_widths(made, widths)
    borders = OxmlElement("w:tblBorders")
    made._tbl.tblPr.append(borders)
    for edge in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{edge}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", RULE)):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    rows = [headings, [f"{{%tr for row in {loop} %}}"], cells, ["{%tr endfor %}"]]
    for position, texts in enumerate(rows):
        row = made.rows[position]
        no_split = OxmlElement("w:cantSplit")
        row._tr.get_or_add_trPr().append(no_split)
        for column in range(len(widths)):
            cell = row.cells[column]
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(1)
            run = paragraph.add_run(texts[column] if column < len(texts) else "")
            run.font.size = Pt(9.5)
            if position == 0:
                run.bold = True
                shade(cell, SHADE)
    header = OxmlElement("w:tblHeader")
    made.rows[0]._tr.get_or_add_trPr().append(header)
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def set_widths(made, widths: list[float]) -> None:
    """Inches of each column, in the grid that LibreOffice reads and in the cells that Word reads."""
    for column, width in zip(made.columns, widths, strict=True):
        column.width = Inches(width)
        for cell in column.cells:
            cell.width = Inches(width)


def reference_block(document, rows: list[tuple[str, str]]) -> None:
    made = document.add_table(rows=len(rows), cols=2)
    made.autofit = False
    set_widths(made, [1.15, 5.35])
    for position, (name, value) in enumerate(rows):
        left, right = made.rows[position].cells
        for cell, text, bold in ((left, name, True), (right, value, False)):
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(1)
            run = paragraph.add_run(text)
            run.font.size = Pt(10.5)
            run.bold = bold
            shade(cell, SHADE)
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def field(paragraph, name: str) -> None:
    """A field that Word fills, such as PAGE."""
    for kind, text in (("begin", None), (None, name), ("end", None)):
        run = paragraph.add_run()
        run.font.size, run.font.color.rgb = Pt(8.5), GREY
        if kind:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        else:
            element = OxmlElement("w:instrText")
            element.set(qn("xml:space"), "preserve")
            element.text = text
        run._r.append(element)


def footer(document) -> None:
    paragraph = document.sections[0].footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for part in ("Case {{ case }} · letter page ", "PAGE", " of ", "NUMPAGES"):
        if part.isupper():
            field(paragraph, part)
        else:
            run = paragraph.add_run(part)
            run.font.size, run.font.color.rgb = Pt(8.5), GREY


def letterhead(document) -> None:
    name = document.add_paragraph()
    run = name.add_run("{{ provider.practice }}")
    run.font.size, run.font.bold, run.font.color.rgb = Pt(17), True, BLUE
    name.paragraph_format.space_after = Pt(0)
    line = document.add_paragraph()
    run = line.add_run(
        "{% if provider.address %}{{ provider.address }}{% if provider.city %}, {{ provider.city }}{% endif %}"
        "{% if provider.state %}, {{ provider.state }}{% endif %}{% if provider.zip %} {{ provider.zip }}{% endif %} · "
        "{% endif %}Phone {{ provider.phone }} · Fax {{ provider.fax }}"
    )
    run.font.size, run.font.color.rgb = Pt(10), GREY
    line.paragraph_format.space_after = Pt(10)
    rule(line)


def letter_of_medical_necessity() -> docx.document.Document:
    document = new_document()
    letterhead(document)
    document.add_paragraph("To: {{ payer }}, prior authorization / medical director")
    reference_block(
        document,
        [
            ("Patient", "{{ patient.name }}, born {{ birth_date }}"),
            ("Member ID", "{{ insurance.member_id }}{% if insurance.group %}, group {{ insurance.group }}{% endif %}"
             "{% if insurance.plan %}, {{ insurance.plan }}{% endif %}"),
            ("Request", "{{ request.product }}, {{ request.units }} units every {{ request.interval_weeks }} weeks; "
             "CPT {{ request.cpt }}; {{ request.icd10 }}"),
            ("Policy", "{{ policy }}"),
        ],
    )  # fmt: skip
    subject = document.add_paragraph()
    subject.add_run("Letter of medical necessity: {{ request.product }} for {{ indication }}").bold = True
    paragraphs(document, "request")
    section(document, "Diagnosis", "diagnosis")
    section(document, "Severity", "severity")
    control(document, "{%p if diary %}")
    paragraphs(document, "diary")
    table(
        document,
        [
            "Month",
            "Days recorded",
            "Headache days",
            "Migraine days",
            "Days of four hours or longer",
            "Days with acute medication",
            "Exhibit",
        ],
        [0.75, 0.85, 0.85, 0.85, 1.05, 1.0, 1.15],
        "diary",
        [
            "{{ row.month }}",
            "{{ row.recorded }}",
            "{{ row.headache }}",
            "{{ row.migraine }}",
            "{{ row.long }}",
            "{{ row.medicated }}",
            "{{r row.cited }}",
        ],
    )
    control(document, "{%p endif %}")
    paragraphs(document, "scores")
    control(document, "{%p if trials %}")
    document.add_heading("Treatment tried", 2)
    paragraphs(document, "treatment")
    table(
        document,
        ["Drug and class", "Dose", "Taken", "Outcome, and the chart’s words", "Exhibit"],
        [1.45, 0.65, 1.05, 2.2, 1.15],
        "trials",
        [
            "{{ row.drug }} ({{ row.drug_class }})",
            "{{ row.dose or '–' }}",
            "{{ row.taken or '–' }}",
            "{{ row.outcome }}{% if row.reason %}: “{{ row.reason }}”{% endif %}",
            "{{r row.cited }}",
        ],
    )
    control(document, "{%p endif %}")
    paragraphs(document, "acute")
    section(document, "Treatment planned", "plan")
    section(document, "Safety", "safety")
    document.add_heading("The plan’s criteria", 2)
    table(
        document,
        ["Criterion", "What the chart shows", "Exhibit"],
        [2.45, 2.9, 1.15],
        "matches",
        ["{{ row.says }}", "{{ row.shows }}", "{{r row.cited }}"],
    )
    section(document, "Published evidence", "evidence")
    closing = document.add_paragraph("I am available to speak with the plan’s reviewer at {{ provider.phone }}.")
    closing.paragraph_format.space_before = Pt(6)
    closing.paragraph_format.keep_with_next = True
    signature = document.add_paragraph("\nSignature: ______________________________     Date: ________________")
    signature.paragraph_format.keep_with_next = True
    signature.paragraph_format.keep_together = True
    document.add_paragraph(
        "{{ provider.name }}, {{ provider.specialty }} · NPI {{ provider.npi }}"
    ).paragraph_format.space_after = Pt(10)
    document.add_heading("Enclosed", 2)
    control(document, "{%p for exhibit in enclosed %}")
    line = document.add_paragraph(
        "Ex. {{ exhibit.label }}   {{ exhibit.kind }}{% if exhibit.dated %} of {{ exhibit.dated }}{% endif %}"
    )
    line.paragraph_format.space_after = Pt(0)
    control(document, "{%p endfor %}")
    control(document, "{%p if references %}")
    document.add_heading("References", 2)
    control(document, "{%p for reference in references %}")
    entry = document.add_paragraph()
    entry.add_run("[{{ loop.index }}] {{ reference.citation }}").font.size = Pt(9.5)
    entry.paragraph_format.space_after = Pt(2)
    control(document, "{%p endfor %}")
    control(document, "{%p endif %}")
    footer(document)
    return document


def save(document: docx.document.Document, path: Path) -> None:
    """Save with fixed times, so that making it again gives the same bytes."""
    raw = io.BytesIO()
    document.save(raw)
    path.write_bytes(with_fixed_times(raw))


if __name__ == "__main__":
    save(letter_of_medical_necessity(), FOLDER / "letter_of_medical_necessity.docx")
