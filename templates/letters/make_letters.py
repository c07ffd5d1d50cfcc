"""Make the Word templates anew: `python templates/letters/make_letters.py`. A clinic edits the .docx in Word."""

from __future__ import annotations

import io
from pathlib import Path
from typing import NamedTuple

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Inches, Pt, RGBColor

from packetgen.letters.zipped import with_fixed_times

FOLDER = Path(__file__).parent
INK = RGBColor(0x1F, 0x2D, 0x3D)
BLUE = RGBColor(0x1F, 0x4E, 0x79)
GREY = RGBColor(0x59, 0x63, 0x6E)
RULE, SHADE = "B8C2CC", "EAF0F6"
Word = docx.document.Document


class Table(NamedTuple):
    """The columns of a table: head, width in inches, and what a row holds."""

    headings: list[str]
    widths: list[float]
    cells: list[str]


DIARY = Table(
    ["Month", "Days recorded", "Headache days", "Migraine days", "Days of four hours or longer",
     "Days with acute medication", "Exhibit"],
    [0.75, 0.85, 0.85, 0.85, 1.05, 1.0, 1.15],
    ["{{ row.month }}", "{{ row.recorded }}", "{{ row.headache }}", "{{ row.migraine }}", "{{ row.long }}",
     "{{ row.medicated }}", "{{r row.cited }}"],
)  # fmt: skip
MEASURES = Table(
    ["Measure", "Result", "Scale", "Date", "Exhibit"],
    [1.2, 2.0, 1.45, 0.85, 1.0],
    ["{{ row.instrument }}", "{{ row.result }}", "{{ row.scale or '–' }}", "{{ row.dated }}", "{{r row.cited }}"],
)
TRIALS = Table(
    ["Treatment and class", "Dose", "Taken", "Outcome, and the chart’s words", "Exhibit"],
    [1.45, 0.65, 1.05, 2.35, 1.0],
    ["{{ row.drug }}{% if row.drug_class %} ({{ row.drug_class }}){% endif %}",
     "{{ row.dose or '–' }}", "{{ row.taken or '–' }}",
     "{{ row.outcome }}{% if row.reason %}: “{{ row.reason }}”{% endif %}", "{{r row.cited }}"],
)  # fmt: skip
CHANGES = Table(
    ["Measure", "Before", "Under treatment", "Change", "Exhibit"],
    [1.7, 1.35, 1.35, 1.1, 1.0],
    ["{{ row.measure }}", "{{ row.before }}", "{{ row.now }}", "{{ row.change }}", "{{r row.cited }}"],
)
SESSIONS = Table(
    ["Treated on", "Product", "Units", "Exhibit"],
    [1.5, 2.5, 1.0, 1.5],
    ["{{ row.dated }}", "{{ row.product }}", "{{ row.units }}", "{{r row.cited }}"],
)
MUSCLES = Table(
    ["Muscle", "Side", "Units", "Exhibit"],
    [2.75, 1.25, 1.0, 1.5],
    ["{{ row.muscle }}", "{{ row.side }}", "{{ row.units }}", "{{r row.cited }}"],
)
MATCHES = Table(
    ["Criterion", "What the chart shows", "Exhibit"],
    [2.45, 2.95, 1.1],
    ["{{ row.says }}", "{{ row.shows }}", "{{r row.cited }}"],
)


def new_document(title: str) -> Word:
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Inches(8.5), Inches(11)
    section.left_margin = section.right_margin = Inches(1)
    section.top_margin, section.bottom_margin = Inches(0.7), Inches(0.8)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size, normal.font.color.rgb = "Calibri", Pt(10.5), INK
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "Calibri")
    normal.paragraph_format.space_before, normal.paragraph_format.space_after = Pt(0), Pt(5)
    normal.paragraph_format.line_spacing = 1.0
    normal.paragraph_format.widow_control = True
    heading = document.styles["Heading 2"]
    heading.font.name, heading.font.size, heading.font.bold, heading.font.color.rgb = "Calibri", Pt(12), True, BLUE
    heading.element.rPr.rFonts.set(qn("w:ascii"), "Calibri")
    heading.element.rPr.rFonts.set(qn("w:hAnsi"), "Calibri")
    heading.paragraph_format.space_before, heading.paragraph_format.space_after = Pt(9), Pt(3)
    heading.paragraph_format.keep_with_next = True
    document.core_properties.title = title
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


def paragraphs(document, passage: str, *, keep: bool = False) -> None:
    """The paragraphs of a passage; keep: on the page of what follows."""
    control(document, f"{{%p for paragraph in passages.{passage} %}}")
    document.add_paragraph("{{r paragraph }}").paragraph_format.keep_with_next = keep
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
    space_after(document)


def set_widths(made, widths: list[float]) -> None:
    """Inches of each column, in the grid that LibreOffice reads and in the cells that Word reads."""
    for column, width in zip(made.columns, widths, strict=True):
        column.width = Inches(width)
        for cell in column.cells:
            cell.width = Inches(width)


def reference_block(document, rows: list[tuple[str, str]]) -> None:
    made = document.add_table(rows=len(rows), cols=2)
    made.alignment = WD_TABLE_ALIGNMENT.CENTER
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
    space_after(document)


def space_after(document) -> None:
    """A little room below a table."""
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_after, paragraph.paragraph_format.line_spacing = Pt(0), Pt(7)


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


def request_block(document) -> None:
    reference_block(
        document,
        [
            ("Patient", "{{ patient.name }}, born {{ birth_date }}"),
            ("Member ID", "{{ insurance.member_id }}{% if insurance.group %}, group {{ insurance.group }}{% endif %}"
             "{% if insurance.plan %}, {{ insurance.plan }}{% endif %}"),
            ("Request", "{{ request.product }}{% if supply.hcpcs %} ({{ supply.hcpcs }}){% endif %}, "
             "{{ units }} units every {{ request.interval_weeks }} weeks; "
             "CPT {{ request.cpt }}; {{ request.icd10 }}"),
            ("Policy", "{% if policy %}{{ policy }}{% else %}the plan’s current policy on botulinum toxins{% endif %}"),
        ],
    )  # fmt: skip


def to_the_plan(document, subject: str) -> None:
    letterhead(document)
    paragraphs(document, "addressee")
    request_block(document)
    line = document.add_paragraph()
    line.add_run(subject).bold = True
    line.paragraph_format.space_after = Pt(4)
    paragraphs(document, "request")
    paragraphs(document, "urgency")


def severity(document, measures: str = "measures") -> None:
    """measures: when the table of results is printed."""
    section(document, "Diagnosis", "diagnosis")
    control(document, "{%p if passages.severity or passages.function or diary or measures %}")
    document.add_heading("Severity and what it means for the patient", 2)
    control(document, "{%p endif %}")
    paragraphs(document, "severity")
    paragraphs(document, "function")
    listed(document, "diary", DIARY)
    listed(document, "measures", MEASURES, when=measures)


def listed(document, name: str, made: Table, intro: str = "", when: str = "") -> None:
    """A passage that introduces a table, and the table; nothing when the list is empty."""
    control(document, f"{{%p if {when or name} %}}")
    paragraphs(document, intro or name, keep=True)
    table(document, made.headings, made.widths, name, made.cells)
    control(document, "{%p endif %}")


def treatments(document) -> None:
    control(document, "{%p if trials or excluded or continued or acute %}")
    document.add_heading("Treatment tried", 2)
    control(document, "{%p endif %}")
    listed(document, "trials", TRIALS, "treatment")
    listed(document, "excluded", TRIALS)
    paragraphs(document, "continued")
    paragraphs(document, "acute")


def response(document) -> None:
    control(document, "{%p if changes or passages.response or sessions %}")
    document.add_heading("Response to treatment so far", 2)
    control(document, "{%p endif %}")
    paragraphs(document, "response", keep=True)
    control(document, "{%p if changes %}")
    table(document, CHANGES.headings, CHANGES.widths, "changes", CHANGES.cells)
    control(document, "{%p endif %}")
    listed(document, "sessions", SESSIONS)


def reasons(document) -> None:
    section(document, "This treatment and this dose", "plan")
    listed(document, "muscles", MUSCLES)
    section(document, "What is expected, and how it will be judged", "outcome")
    section(document, "Risks, and how they are managed", "safety")
    control(document, "{%p if passages.consequence or passages.cost %}")
    document.add_heading("If the request is denied", 2)
    control(document, "{%p endif %}")
    paragraphs(document, "consequence")
    paragraphs(document, "cost")


def criteria(document) -> None:
    control(document, "{%p if matches %}")
    document.add_heading("{% if policy %}The plan’s criteria{% else %}What plans usually ask{% endif %}", 2)
    control(document, "{%p endif %}")
    listed(document, "matches", MATCHES, "criteria")


def close(document) -> None:
    paragraphs(document, "closing", keep=True)
    signature = document.add_paragraph("Signature: ______________________________     Date: ________________")
    signature.paragraph_format.space_before = Pt(22)
    signature.paragraph_format.keep_with_next = True
    document.add_paragraph(
        "{{ provider.name }}, {{ provider.specialty }} · NPI {{ provider.npi }}"
    ).paragraph_format.space_after = Pt(10)


def enclosures(document) -> None:
    document.add_heading("Enclosed", 2)
    control(document, "{%p for exhibit in enclosed %}")
    line = document.add_paragraph(
        "Ex. {{ exhibit.label }}   {{ exhibit.kind }}{% if exhibit.dated %} of {{ exhibit.dated }}{% endif %}"
    )
    line.paragraph_format.space_after = Pt(0)
    control(document, "{%p endfor %}")


def references(document) -> None:
    control(document, "{%p if references %}")
    document.add_heading("References", 2)
    control(document, "{%p for reference in references %}")
    entry = document.add_paragraph()
    entry.add_run("[{{ loop.index }}] {{ reference.citation }}").font.size = Pt(9.5)
    entry.paragraph_format.space_after = Pt(2)
    control(document, "{%p endfor %}")
    control(document, "{%p endif %}")


def initial() -> Word:
    document = new_document("Letter of medical necessity")
    to_the_plan(document, "Letter of medical necessity: {{ request.product }} for {{ indication }}")
    severity(document)
    treatments(document)
    earlier(document)
    return finish(document)


def earlier(document) -> None:
    """Treatments with the toxin, where none is continued."""
    control(document, "{%p if sessions %}")
    document.add_heading("Earlier treatment with botulinum toxin", 2)
    control(document, "{%p endif %}")
    listed(document, "sessions", SESSIONS)


def continuation() -> Word:
    document = new_document("Letter of medical necessity: continuation")
    to_the_plan(document, "Continuation of treatment: {{ request.product }} for {{ indication }}")
    response(document)
    severity(document, "measures and not changes")
    treatments(document)
    return finish(document)


def dose_change() -> Word:
    document = new_document("Letter of medical necessity: change of dose")
    to_the_plan(document, "Change of dose: {{ request.product }} for {{ indication }}")
    section(document, "Why the dose should change", "dose")
    response(document)
    severity(document, "measures and not changes")
    treatments(document)
    return finish(document)


def finish(document) -> Word:
    """What ends every letter that asks for a treatment."""
    reasons(document)
    criteria(document)
    section(document, "Published evidence", "evidence")
    close(document)
    enclosures(document)
    references(document)
    footer(document)
    return document


def appeal() -> Word:
    document = new_document("Appeal")
    to_the_plan(document, "Appeal of the denial of {{ request.product }} for {{ indication }}")
    section(document, "Each reason of the denial, and its answer", "replies")
    section(document, "New with this appeal", "new")
    section(document, "What I ask", "asks")
    severity(document)
    treatments(document)
    earlier(document)
    return finish(document)


def peer_to_peer() -> Word:
    document = new_document("Peer-to-peer brief")
    part = document.sections[0]
    part.top_margin, part.bottom_margin = Inches(0.5), Inches(0.5)
    document.styles["Normal"].font.size = Pt(9.5)
    document.styles["Normal"].paragraph_format.space_after = Pt(2)
    document.styles["Heading 2"].paragraph_format.space_before = Pt(5)
    line = document.add_paragraph()
    run = line.add_run("Peer-to-peer brief: {{ patient.name }}, born {{ birth_date }}")
    run.font.size, run.font.bold, run.font.color.rgb = Pt(14), True, BLUE
    document.add_paragraph(
        "{{ payer }} · Member {{ insurance.member_id }} · for {{ provider.name }} · not for the plan"
    )
    paragraphs(document, "call")
    document.add_paragraph("Call windows: 1. ____________________________   2. ____________________________")
    section(document, "The denial, in its words", "denial")
    section(document, "Ask for exactly this", "ask")
    section(document, "Say this, with the page", "points")
    control(document, "{%p if trials %}")
    document.add_heading("Tried", 2)
    control(document, "{%p endif %}")
    control(document, "{%p if trials %}")
    table(document, TRIALS.headings, TRIALS.widths, "trials", TRIALS.cells)
    control(document, "{%p endif %}")
    document.add_heading("Not in this call", 2)
    control(document, "{%p for said in not_to_say %}")
    document.add_paragraph("– {{ said }}")
    control(document, "{%p endfor %}")
    document.add_heading("Outcome", 2)
    document.add_paragraph(
        "Date, time: ________________   Reviewer: ________________________   Specialty: ______________"
    )
    document.add_paragraph("☐ approved   ☐ approved in part   ☐ upheld   ☐ records wanted: ___________________________")
    document.add_paragraph("Authorization: ____________________   Reason given: ____________________________________")
    footer(document)
    return document


def more_information() -> Word:
    document = new_document("Response to a request for more information")
    to_the_plan(document, "Response to your request for more information")
    document.add_paragraph("Your reference: ________________________     Your request of: ________________")
    criteria(document)
    severity(document)
    treatments(document)
    close(document)
    enclosures(document)
    footer(document)
    return document


def fax_cover() -> Word:
    document = new_document("Fax cover")
    letterhead(document)
    heading = document.add_paragraph()
    heading.add_run("Fax").font.size = Pt(30)
    reference_block(
        document,
        [
            ("To", "{% if request.kind != 'appeal' %}{{ payer }}, prior authorization"
             "{% elif denial and denial.body %}{{ denial.body }}{% else %}{{ payer }}, appeals{% endif %}"),
            ("Fax", "{{ insurance.fax or '____________________' }}"),
            ("From", "{{ provider.contact or provider.name }}, {{ provider.practice }}"),
            ("Reply to", "Fax {{ provider.fax }}, phone {{ provider.phone }}"),
            ("About", "{{ 'Appeal' if request.kind == 'appeal' else 'Prior authorization request' }}, case {{ case }}"
             "{% if request.urgency == 'expedited' %}: EXPEDITED{% endif %}"),
            ("Pages", "{% if packet_pages %}{{ packet_pages }}{% else %}______{% endif %} and this cover"),
            ("Date", "________________"),
        ],
    )  # fmt: skip
    paragraphs(document, "notice")
    return document


def missing_records() -> Word:
    document = new_document("Request for records")
    letterhead(document)
    document.add_paragraph("To: ______________________________     Fax: ____________________     Date: ____________")
    line = document.add_paragraph()
    line.add_run("Request for records: {{ patient.name }}, born {{ birth_date }}").bold = True
    paragraphs(document, "request")
    document.add_heading("Records wanted", 2)
    control(document, "{%p for problem in open if problem.who == 'clinician' %}")
    document.add_paragraph("☐  {{ problem.fix }}")
    control(document, "{%p endfor %}")
    document.add_paragraph("☐  ______________________________________________________________")
    paragraphs(document, "permission")
    close(document)
    return document


def save(document: Word, path: Path) -> None:
    """Save with fixed times, so that making it again gives the same bytes."""
    raw = io.BytesIO()
    document.save(raw)
    path.write_bytes(with_fixed_times(raw))


if __name__ == "__main__":
    for make in (
        initial,
        continuation,
        dose_change,
        more_information,
        fax_cover,
        missing_records,
        appeal,
        peer_to_peer,
    ):
        save(make(), FOLDER / f"{make.__name__}.docx")
