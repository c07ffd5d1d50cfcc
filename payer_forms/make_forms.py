"""Make the blank forms anew: `python payer_forms/make_forms.py`. Own layouts; the plans' own forms are theirs."""

from __future__ import annotations

from pathlib import Path

import pikepdf
from reportlab.lib.colors import HexColor
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from packetgen.resources import FONTS, PAYERS

INK, BLUE, GREY, LINE, SHADE = (HexColor(c) for c in ("#1f2d3d", "#1f4e79", "#59636e", "#9aa5b1", "#eaf0f6"))
LEFT, RIGHT, TOP, BOTTOM = 45.0, 567.0, 750.0, 54.0
WIDTH = RIGHT - LEFT
FIELD_HEIGHT, ROW_HEIGHT, GAP = 17.0, 25.0, 8.0
TRIALS = 6


class Sheet:
    """A form in the making: rows of labelled fields from the top of each page down."""

    def __init__(self, path: Path, title: str, note: str, revision: str) -> None:
        self.path, self.title, self.note, self.revision = path, title, note, revision
        path.parent.mkdir(parents=True, exist_ok=True)
        self.canvas = Canvas(str(path), pagesize=(612, 792), invariant=1)
        self.canvas.setTitle(title)
        self.page = 0
        self.new_page()

    def new_page(self) -> None:
        if self.page:
            self.canvas.showPage()
        self.page += 1
        canvas, self.y = self.canvas, TOP
        canvas.setFillColor(BLUE)
        canvas.setFont("NotoB", 14 if self.page == 1 else 10)
        canvas.drawString(LEFT, self.y - 12, self.title)
        canvas.setFillColor(GREY)
        canvas.setFont("Noto", 7.5)
        if self.page == 1:
            canvas.drawString(LEFT, self.y - 25, self.note)
            self.y -= 14
        self.y -= 20
        canvas.drawString(LEFT, 36, f"{self.revision} · form page {self.page}")

    def room(self, needed: float) -> None:
        if self.y - needed < BOTTOM:
            self.new_page()

    def heading(self, text: str, needed: float = 60) -> None:
        self.room(needed)
        self.y -= 8
        self.canvas.setFillColor(SHADE)
        self.canvas.rect(LEFT, self.y - 15, WIDTH, 15, stroke=0, fill=1)
        self.canvas.setFillColor(BLUE)
        self.canvas.setFont("NotoB", 9.5)
        self.canvas.drawString(LEFT + 5, self.y - 11, text)
        self.y -= 17

    def label(self, x: float, text: str) -> None:
        self.canvas.setFillColor(GREY)
        self.canvas.setFont("Noto", 7.5)
        self.canvas.drawString(x, self.y - 8.5, text)

    def text(self, x: float, y: float, name: str, width: float, tip: str, height: float = FIELD_HEIGHT,
             flags: str = "", maxlen: int = 1000) -> None:  # fmt: skip
        self.box(x, y, width, height)
        self.canvas.acroForm.textfield(
            name=name, tooltip=tip, x=x, y=y, width=width, height=height, fontName="Helvetica", fontSize=9,
            borderColor=None, fillColor=None, textColor=INK, borderWidth=0, fieldFlags=flags, maxlen=maxlen,
        )  # fmt: skip

    def box(self, x: float, y: float, width: float, height: float) -> None:
        """The frame of a field, drawn on the page itself: it is there in every viewer, filled or not."""
        self.canvas.setStrokeColor(LINE)
        self.canvas.setLineWidth(0.6)
        self.canvas.rect(x, y, width, height)

    def row(self, *fields: tuple[str, str, float]) -> None:
        """Text fields side by side: (label, name, share of the row's width)."""
        self.room(32)
        self.y -= 2
        x, room = LEFT, WIDTH - GAP * (len(fields) - 1)
        for label, name, share in fields:
            width = room * share
            self.label(x, label)
            self.text(x, self.y - 12 - FIELD_HEIGHT, name, width, label)
            x += width + GAP
        self.y -= 12 + FIELD_HEIGHT + 1

    def area(self, label: str, name: str, height: float) -> None:
        self.room(height + 14)
        self.label(LEFT, label)
        self.text(LEFT, self.y - 12 - height, name, WIDTH, label, height, "multiline")
        self.y -= 13 + height

    def choice(self, question: str, name: str, *options: tuple[str, str], at: float | None = None) -> None:
        """A question with one answer of several: (on-state, label)."""
        self.room(18)
        canvas = self.canvas
        canvas.setFillColor(INK)
        canvas.setFont("Noto", 8.5)
        canvas.drawString(LEFT, self.y - 13, question)
        x = at if at is not None else max(LEFT + canvas.stringWidth(question, "Noto", 8.5) + 14, LEFT + 330)
        for state, label in options:
            self.radio(name, state, x, self.y - 15, f"{question}: {label}")
            canvas.setFillColor(INK)
            canvas.setFont("Noto", 8.5)
            canvas.drawString(x + 14, self.y - 13, label)
            x += 14 + canvas.stringWidth(label, "Noto", 8.5) + 14
        self.y -= 17

    def radio(self, name: str, state: str, x: float, y: float, tip: str) -> None:
        self.box(x, y, 11, 11)
        self.canvas.acroForm.radio(
            name=name, value=state, selected=False, tooltip=tip, x=x, y=y, size=11, buttonStyle="check",
            shape="square", borderColor=None, fillColor=None, textColor=INK, borderWidth=0, fieldFlags="radio",
        )  # fmt: skip

    def table(self, columns: list[tuple[str, str, float]], rows: int, prefix: str) -> None:
        """Rows of text fields under column heads: (head, name, share). Field names: prefix_row_name."""
        self.room(20 + rows * ROW_HEIGHT)
        x = LEFT
        for head, _, share in columns:
            self.label(x + 2, head)
            x += WIDTH * share
        y = self.y - 12
        for row in range(1, rows + 1):
            x = LEFT
            for head, name, share in columns:
                tip = f"Row {row}, {head}"
                self.text(x, y - ROW_HEIGHT, f"{prefix}_{row}_{name}", WIDTH * share, tip, ROW_HEIGHT, "multiline")
                x += WIDTH * share
            y -= ROW_HEIGHT
        self.y = y - 3

    def signature(self, statement: str) -> None:
        self.heading("Acknowledgement", 110)
        self.canvas.setFillColor(INK)
        self.canvas.setFont("Noto", 8.5)
        self.canvas.drawString(LEFT, self.y - 12, statement)
        self.y -= 18
        self.row(("Signature of the prescriber", "signature", 0.7), ("Date", "signature_date", 0.3))

    def save(self) -> None:
        self.canvas.save()
        with pikepdf.open(self.path, allow_overwriting_input=True) as pdf:
            pdf.Root.Lang = pikepdf.String("en-US")
            pdf.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
            for page in pdf.pages:
                page.obj.Tabs = pikepdf.Name("/R")  # tab key: row by row
            pdf.save(self.path, deterministic_id=True)


YES_NO = (("yes", "Yes"), ("no", "No"))
TRIAL_COLUMNS = [
    ("Drug", "drug", 0.18), ("Class", "class", 0.16), ("Highest dose", "dose", 0.12), ("Taken from – to", "taken", 0.2),
    ("How it ended", "outcome", 0.34),
]  # fmt: skip


def patient(sheet: Sheet) -> None:
    sheet.row(("First name", "patient_first_name", 0.5), ("Last name", "patient_last_name", 0.5))
    sheet.row(
        ("Date of birth", "patient_birth_date", 0.25), ("Phone", "patient_phone", 0.3),
        ("Allergies", "patient_allergies", 0.45),
    )  # fmt: skip
    sheet.row(
        ("Address", "patient_address", 0.46), ("City", "patient_city", 0.28), ("State", "patient_state", 0.1),
        ("ZIP", "patient_zip", 0.16),
    )  # fmt: skip


def prescriber(sheet: Sheet) -> None:
    sheet.row(("Name", "provider_name", 0.4), ("NPI", "provider_npi", 0.25), ("Specialty", "provider_specialty", 0.35))
    sheet.row(
        ("Practice", "provider_practice", 0.4), ("Phone", "provider_phone", 0.2), ("Fax", "provider_fax", 0.2),
        ("Tax ID", "provider_tax_id", 0.2),
    )  # fmt: skip
    sheet.row(
        ("Address", "provider_address", 0.46), ("City", "provider_city", 0.28), ("State", "provider_state", 0.1),
        ("ZIP", "provider_zip", 0.16),
    )  # fmt: skip
    sheet.row(("Office contact", "provider_contact", 1.0))


PLACES = (
    ("office", "Physician’s office"), ("hospital_outpatient", "Hospital outpatient"),
    ("ambulatory_surgery_center", "Ambulatory surgery center"),
)  # fmt: skip
PRODUCTS = (
    ("onabotulinumtoxinA", "Botox"), ("abobotulinumtoxinA", "Dysport"), ("incobotulinumtoxinA", "Xeomin"),
    ("rimabotulinumtoxinB", "Myobloc"), ("daxibotulinumtoxinA", "Daxxify"),
)  # fmt: skip


def migraine(sheet: Sheet) -> None:
    sheet.heading("Chronic migraine", 150)
    sheet.row(
        ("Headache days a month", "headache_days", 0.25), ("Migraine days a month", "migraine_days", 0.25),
        ("Hours a day, untreated", "hours_per_day", 0.25), ("Months in this pattern", "pattern_months", 0.25),
    )  # fmt: skip


def general_request() -> None:
    sheet = Sheet(
        PAYERS / "general" / "general-request.pdf",
        "Prior authorization request: botulinum toxin",
        "A general form of this program, for plans that ask for no form of their own. Attach the chart notes.",
        "General request, 2026-11",
    )
    sheet.heading("Request")
    sheet.choice("Kind of request", "request_kind", ("initial", "Initial"), ("continuation", "Continuation"),
                 ("dose_change", "Dose change"), at=LEFT + 110)  # fmt: skip
    sheet.choice("Urgency", "urgency", ("standard", "Standard"), ("expedited", "Expedited"), at=LEFT + 110)
    sheet.row(("Plan", "payer", 0.45), ("Fax of the plan", "payer_fax", 0.25), ("Start date", "start_date", 0.3))
    sheet.heading("Patient")
    patient(sheet)
    sheet.heading("Insurance")
    sheet.row(("Member ID", "member_id", 0.35), ("Group", "group_number", 0.25), ("Product of the plan", "plan", 0.4))
    sheet.heading("Prescriber")
    prescriber(sheet)
    sheet.heading("Drug and administration")
    sheet.choice("Product", "product", *PRODUCTS, at=LEFT + 110)
    sheet.row(
        ("Units a treatment", "units", 0.25), ("Every … weeks", "interval_weeks", 0.25), ("CPT code", "cpt", 0.25),
        ("Treatments requested", "treatments", 0.25),
    )  # fmt: skip
    sheet.choice("Place", "place_of_service", *PLACES, at=LEFT + 110)
    sheet.heading("Diagnosis")
    sheet.row(("ICD-10 code", "icd10", 0.2), ("Diagnosis as the chart gives it", "diagnosis", 0.8))
    migraine(sheet)
    sheet.area("Headache diary (days counted from its rows)", "diary", 42)
    sheet.area("Scores", "scores", 28)
    sheet.heading("Preventive treatments that failed or could not be taken", 150)
    sheet.table(TRIAL_COLUMNS, TRIALS, "trial")
    sheet.area("Acute treatment", "acute", 28)
    sheet.signature("The information above is true and is documented in the attached chart.")
    sheet.save()


def aetna_gr_68776() -> None:
    sheet = Sheet(
        PAYERS / "aetna" / "gr-68776.pdf",
        "Aetna: botulinum toxins, precertification request",
        "Equivalent layout after the fields of GR-68776 (2-17); use the plan’s current form where it requires it.",
        "After GR-68776 (2-17), equivalent layout of 2026-11",
    )
    sheet.choice("Request", "request_kind", ("initial", "Start of treatment"), ("continuation", "Continuation"),
                 at=LEFT + 110)  # fmt: skip
    sheet.row(
        ("Start date", "start_date", 0.25), ("Date of last treatment", "last_treatment", 0.25),
        ("Requested by", "requested_by", 0.5),
    )  # fmt: skip
    sheet.heading("A. Patient")
    patient(sheet)
    sheet.heading("B. Insurance")
    sheet.row(("Aetna member ID", "member_id", 0.5), ("Group", "group_number", 0.5))
    sheet.choice("Other coverage", "other_coverage", *YES_NO, at=LEFT + 110)
    sheet.heading("C. Prescriber")
    prescriber(sheet)
    sheet.choice("Credential", "credential", ("MD", "M.D."), ("DO", "D.O."), ("NP", "N.P."), ("PA", "P.A."),
                 at=LEFT + 110)  # fmt: skip
    sheet.heading("D. Administration")
    sheet.choice("Place", "place_of_service", *PLACES, at=LEFT + 110)
    sheet.row(("Administration code (CPT)", "cpt", 0.3), ("Dispensing provider", "dispensing", 0.7))
    sheet.heading("E. Product")
    sheet.choice("Product", "product", *PRODUCTS, at=LEFT + 110)
    sheet.row(("Dose (units)", "units", 0.5), ("Frequency", "frequency", 0.5))
    sheet.heading("F. Diagnosis")
    sheet.row(("Primary ICD-10 code", "icd10", 0.3), ("Secondary code", "icd10_secondary", 0.3),
              ("Diagnosis as the chart gives it", "diagnosis", 0.4))  # fmt: skip
    sheet.heading("G. Clinical information (layout of this program; attach the chart notes)", 120)
    sheet.choice("Prescribed by or with a specialist for the condition", "specialist", *YES_NO)
    sheet.choice("Requested for a cosmetic purpose", "cosmetic", *YES_NO)
    migraine(sheet)
    sheet.choice("18 years or older", "adult", *YES_NO)
    sheet.choice("Headache on 15 or more days a month", "headache_15_days", *YES_NO)
    sheet.choice("Headache of 4 hours a day or longer", "headache_4_hours", *YES_NO)
    sheet.choice("Preventives of 2 or more classes tried", "two_classes", *YES_NO)
    sheet.choice("A CGRP antagonist is taken at the same time", "cgrp_concurrent", *YES_NO)
    sheet.table(
        [
            ("Class", "class", 0.15), ("Drug", "drug", 0.16), ("Dose", "dose", 0.11), ("From – to", "taken", 0.2),
            ("60 days or more", "sixty_days", 0.13), ("How it ended", "outcome", 0.25),
        ],
        TRIALS,
        "trial",
    )  # fmt: skip
    sheet.signature("H. The information above is true and is documented in the attached chart.")
    sheet.save()


if __name__ == "__main__":
    for name, file in (("Noto", "NotoSans-Regular.ttf"), ("NotoB", "NotoSans-Bold.ttf")):
        pdfmetrics.registerFont(TTFont(name, FONTS / file))
    general_request()
    aetna_gr_68776()
