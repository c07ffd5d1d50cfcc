"""Forms as plans lay them out, in several styles, from one list of labels; field names and tooltips say nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

# heading, then (label, the expression that it asks for; empty: none of the facts)
SECTIONS = [
    ("Member Information", [
        ("Member Name", "patient.name"), ("DOB", 'patient.birth_date | date("MM/DD/YYYY")'),
        ("Member ID #", "insurance.member_id"), ("Group #", "insurance.group"), ("Street Address", "patient.address"),
        ("City", "patient.city"), ("State", "patient.state"), ("Zip Code", "patient.zip"), ("Phone", "patient.phone"),
        ("Health Plan", "payer"), ("Drug Allergies", "patient.allergies"), ("Employer", ""),
    ]),
    ("Prescribing Provider Information", [
        ("Name", "provider.name"), ("NPI#", "provider.npi"), ("Specialty", "provider.specialty"),
        ("DEA #", "provider.dea"), ("Office Address", "provider.address"), ("City", "provider.city"),
        ("State", "provider.state"), ("Zip", "provider.zip"), ("Office Fax", "provider.fax"),
        ("TIN", "provider.tax_id"),
        ("Office Contact Person", "provider.contact"), ("Practice Name", "provider.practice"),
    ]),
    ("Medication and Diagnosis", [
        ("Medication Requested", "request.product"), ("ICD-10 Code(s)", "request.icd10"), ("Diagnosis", "diagnosis"),
        ("CPT Code", "request.cpt"), ("Prescriber Signature", ""), ("Date", ""),
    ]),
]  # fmt: skip
CHOICES = [
    ("Type of Review", [("Standard", 'request.urgency == "standard"'),
                        ("Expedited", 'request.urgency == "expedited"')]),
    ("Gender", [("Male", 'patient.sex == "M"'), ("Female", 'patient.sex == "F"')]),
    ("Drug", [("Botox", 'request.product == "onabotulinumtoxinA"'),
              ("Dysport", 'request.product == "abobotulinumtoxinA"')]),
]  # fmt: skip


@dataclass
class Plan:
    """A form drawn: how it is laid out, and where each field is (label, expression, page box from the top left)."""

    canvas: Canvas
    fillable: bool
    wanted: dict[str, str]

    def field(self, x: float, y: float, width: float, height: float, expression: str) -> None:
        name = f"Text{len(self.wanted) + 1}"
        self.wanted[name] = expression
        if self.fillable:
            self.canvas.acroForm.textfield(name=name, x=x, y=y, width=width, height=height, borderWidth=0, fontSize=9)

    def tick(self, x: float, y: float, expression: str) -> None:
        name = f"Text{len(self.wanted) + 1}"
        self.wanted[name] = expression
        self.canvas.rect(x, y, 9, 9)
        if self.fillable:
            self.canvas.acroForm.checkbox(name=name, x=x, y=y, size=9, borderWidth=0, fillColor=None)


def pairs(items: list) -> Iterator[tuple]:
    return zip(items[::2], items[1::2], strict=True)


def before_lines(plan: Plan, y: float) -> float:
    """Labels before ruled lines, two to a row: "City: ______"."""
    for heading, labels in SECTIONS:
        plan.canvas.setFont("Helvetica-Bold", 10)
        plan.canvas.drawString(40, y, heading)
        y -= 22
        plan.canvas.setFont("Helvetica", 9)
        for left, right in pairs(labels):
            for x, (label, expression) in ((40, left), (310, right)):
                plan.canvas.drawString(x, y, f"{label}:")
                start = x + plan.canvas.stringWidth(f"{label}:", "Helvetica", 9) + 4
                plan.canvas.line(start, y - 2, x + 250, y - 2)
                plan.field(start, y - 2, x + 250 - start, 13, expression)
            y -= 20
    return y


def underscores(plan: Plan, y: float) -> float:
    """Labels before underscores."""
    for heading, labels in SECTIONS:
        plan.canvas.setFont("Helvetica-Bold", 10)
        plan.canvas.drawString(40, y, heading.upper())
        y -= 22
        plan.canvas.setFont("Helvetica", 9)
        for left, right in pairs(labels):
            for x, (label, expression) in ((40, left), (310, right)):
                text = f"{label} "
                plan.canvas.drawString(x, y, text + "_" * 26)
                start = x + plan.canvas.stringWidth(text, "Helvetica", 9)
                plan.field(start, y - 2, 130, 12, expression)
            y -= 20
    return y


def in_cells(plan: Plan, y: float) -> float:
    """A table of cells, each with its label small at the top left; a shaded bar as heading."""
    for heading, labels in SECTIONS:
        plan.canvas.setFillGray(0.85)
        plan.canvas.rect(40, y - 14, 532, 14, stroke=0, fill=1)
        plan.canvas.setFillGray(0)
        plan.canvas.setFont("Helvetica-Bold", 9)
        plan.canvas.drawString(44, y - 11, heading)
        y -= 14
        plan.canvas.setFont("Helvetica", 7)
        for left, right in pairs(labels):
            for x, (label, expression) in ((40, left), (306, right)):
                plan.canvas.rect(x, y - 26, 266, 26)
                plan.canvas.drawString(x + 3, y - 8, label)
                plan.field(x + 2, y - 25, 262, 14, expression)
            y -= 26
        y -= 4
    return y


def label_cells(plan: Plan, y: float) -> float:
    """A ruled table: a cell with the label, and beside it an empty one."""
    for heading, labels in SECTIONS:
        plan.canvas.setFont("Helvetica-Bold", 10)
        plan.canvas.drawString(40, y - 11, heading)
        y -= 16
        plan.canvas.setFont("Helvetica", 8)
        for left, right in pairs(labels):
            for x, (label, expression) in ((40, left), (306, right)):
                plan.canvas.rect(x, y - 17, 100, 17)
                plan.canvas.rect(x + 100, y - 17, 166, 17)
                plan.canvas.drawString(x + 3, y - 12, label)
                plan.field(x + 102, y - 16, 162, 15, expression)
            y -= 17
        y -= 6
    return y


def side_by_side(plan: Plan, y: float) -> float:
    """Two sections beside each other, as many pharmacy forms have them."""
    (left_head, left), (right_head, right), (last_head, last) = SECTIONS
    top = y
    for x, heading, labels in ((40, left_head, left), (310, right_head, right), (40, last_head, last)):
        y = top if x == 310 or heading == left_head else y - 16
        plan.canvas.setFont("Helvetica-Bold", 9)
        plan.canvas.drawString(x, y, heading)
        y -= 20
        plan.canvas.setFont("Helvetica", 8)
        for label, expression in labels:
            plan.canvas.drawString(x, y, f"{label}:")
            plan.canvas.line(x + 100, y - 2, x + 250, y - 2)
            plan.field(x + 100, y - 2, 150, 13, expression)
            y -= 18
    return y


STYLES: dict[str, Callable[[Plan, float], float]] = {
    style.__name__: style for style in (before_lines, underscores, in_cells, label_cells, side_by_side)
}


def draw_plan(path: Path, style: str, fillable: bool) -> dict[str, str]:
    """Draw a form; gives the expression that each of its fields asks for, by field name."""
    canvas = Canvas(str(path), pagesize=(612, 792), invariant=1)
    plan = Plan(canvas, fillable, {})
    canvas.setFont("Helvetica-Bold", 13)
    canvas.drawString(40, 755, "Botulinum Toxins: Prior Authorization Request")
    y = STYLES[style](plan, 725)
    for question, options in CHOICES:
        y -= 18
        canvas.setFont("Helvetica", 9)
        canvas.drawString(40, y, f"{question}:")
        x = 140.0
        for label, expression in options:
            plan.tick(x, y - 1, expression)
            canvas.drawString(x + 13, y, label)
            x += 90
    canvas.save()
    return plan.wanted
