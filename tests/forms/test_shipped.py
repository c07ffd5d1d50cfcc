"""The forms that ship: every field is named, reachable, and filled from a chart that says everything."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

import pdfplumber
import pikepdf
import pypdfium2
import pytest

from packetgen.case import Case
from packetgen.chart.model import Chart
from packetgen.chart.reconcile import reconcile
from packetgen.documents.model import Box
from packetgen.documents.textlayer import read_layer
from packetgen.extraction.model import (
    Diagnosis,
    DiaryMonth,
    DocumentSummary,
    Evidence,
    Extraction,
    Finding,
    HeadacheFrequency,
    Response,
    Score,
    Site,
    Therapy,
    Toxin,
    Value,
)
from packetgen.forms.blank import fingerprint_of
from packetgen.forms.fill import fill_form
from packetgen.forms.formmap import load_map
from packetgen.forms.model import FilledForm
from packetgen.forms.values import check_blank
from packetgen.forms.widgets import Widget, widgets_of
from packetgen.pipeline import check
from packetgen.policy.model import Assessment, Criterion, PolicyReference
from packetgen.resources import FORM_MAPS, PAYERS, SAMPLES
from packetgen.stages import Checked
from payer_forms.layout import COMMON, FOLDER, read_layout
from payer_forms.make_forms import make_form

FORMS = sorted(path.stem for path in FOLDER.glob("*.yaml") if path != COMMON)
PLACE = Evidence("A", 1, (Box(54, 100, 300, 112),), "quoted words", None, "test")
ADDRESS = {"address": "1200 Cedar Hill Road, Suite 300", "city": "Springfield", "state": "TX", "zip": "75001-1234"}


def case_of(request: dict[str, str]) -> Case:
    """A case whose every field is typed."""
    other = request["indication"] == "hemifacial_spasm"
    prescriber = {
        "name": "Lena Ortiz, MD", "npi": "1234567893", "practice": "Cedar Hill Neurology", "credential": "MD",
        "specialty": "pain medicine" if other else "neurology", "phone": "555-0100", "fax": "555-0101",
        "tax_id": "00-0000000", "contact": "Ana Whitlock", "contact_phone": "555-0102", "license": "N00001",
        "contact_email": "ana@clinic.example", "email": "ortiz@clinic.example", "dea": "BO0000000", **ADDRESS,
    }  # fmt: skip
    written: dict[str, object] = {
        "case": "2026-0900",
        "request": {"product": "onabotulinumtoxinA", "interval_weeks": "12", "treatments": "4", "days_supply": "84",
                    "start_date": "2026-12-08", "urgency": "expedited", "urgent_reason": "Severe pain without control",
                    "authorization": "AUTH-000917", "dispensing": "office",
                    "vials": ["100", "100"], "other_cpt": ["95874", "64616"],
                    "ndc": "0023-1145-01", "other_icd10": ["I10"], **request},
        "patient": {"first_name": "Dana", "last_name": "Whitfield-Okonkwo", "birth_date": "1984-03-17", "sex": "F",
                    "phone": "555-0142", "work_phone": "555-0143", "cell_phone": "555-0144", "middle_initial": "Q",
                    "email": "dana.whitfield@mail.example", "allergies": "Penicillin (rash)", "mrn": "00418827",
                    "weight": "151 lb", "height": "65 in", **ADDRESS},
        "insurance": {"payer": "uhc-community", "member_id": "1AB2CD3EF45", "group": "70011", "plan": "Community Plan",
                      "fax": "555-0170", "phone": "555-0171", "insured": "Marcus Whitfield", "rx_bin": "000000",
                      "rx_pcn": "PCN01", "rx_group": "RXGRP1", "rx_id": "RX-55-0199", "medicare_id": "1AB2CD3EF45",
                      "medicaid_id": "MCD0001", "secondary": {"carrier": "Second Mutual", "member_id": "S-77",
                                                              "group": "G-2", "insured": "Marcus Whitfield"}},
        "provider": prescriber,
        "servicing": "same",
        "pharmacy": {"name": "Northside Specialty Pharmacy", "phone": "555-0180", "fax": "555-0181",
                     "tax_id": "00-0000001", **ADDRESS},
        "primary_care": {"name": "Iris Bell, MD", "phone": "555-0190", "fax": "555-0191"},
        "representative": {"name": "Marcus Whitfield", "relationship": "spouse", "phone": "555-0145",
                           "fax": "555-0146", "email": "marcus@mail.example", **ADDRESS},
        "documents": ["visit.pdf"],
        "plan_dates": {"denial_dated": "2026-10-20"},
    }  # fmt: skip
    return Case.model_validate(written)


def found(value: Value, assertion: str = "present") -> Finding:
    return Finding(value, assertion, (PLACE,), "2026-10-02")  # type: ignore[arg-type]


def trials(*told: tuple[str, str, str]) -> list[Finding]:
    return [
        found(Therapy(drug, kind, role, "ineffective", 100.0, "mg", None, "2024-03", "2024-08", "No benefit"))  # type: ignore[arg-type]
        for drug, kind, role in told
    ]


SITES = (Site("biceps", "left", 100), Site("pronator teres", "left", None))
COMMON_FINDINGS = [
    found(Toxin("onabotulinumtoxinA", "given", 155, "2026-09-15")),
    found(Toxin("onabotulinumtoxinA", "given", 155, "2026-06-20")),
    found(Response("headache days", 24, 9, "days a month")),
    found(Therapy("erenumab", "cgrp_mab", "preventive", "current", 70, "mg")),
    found(Therapy("sumatriptan", "triptan", "acute", "current", 100, "mg")),
    found(Diagnosis("essential hypertension", "I10")),
]
CHARTS = {
    "chronic_migraine": [
        found(Diagnosis("chronic migraine without aura", "G43.709", "chronic_migraine")),
        found(HeadacheFrequency(22.0, 14.0, 6.0, 14.0)),
        found(HeadacheFrequency(24.0, 16.0, when="baseline")),
        found(HeadacheFrequency(9.0, 5.0, when="on_treatment")),
        found(DiaryMonth("2026-09", 30, 21, 12, 17, 8)),
        found(Score("MIDAS", 62, date="2026-10-02")),
        *trials(
            ("topiramate", "antiepileptic", "preventive"),
            ("amitriptyline", "antidepressant", "preventive"),
            ("propranolol", "beta_blocker", "preventive"),
        ),
    ],
    "cervical_dystonia": [
        found(Diagnosis("cervical dystonia", "G24.3", "cervical_dystonia")),
        found(Score("TWSTRS", 41, date="2026-10-02")),
        *trials(
            ("baclofen", "muscle_relaxant", "first_line_other"),
            ("trihexyphenidyl", "anticholinergic", "first_line_other"),
        ),
    ],
    "axillary_hyperhidrosis": [
        found(Diagnosis("primary focal hyperhidrosis, axilla", "L74.510", "axillary_hyperhidrosis")),
        found(Score("HDSS", 4, date="2026-10-02")),
        *trials(("aluminum chloride", "topical_antiperspirant", "first_line_other")),
    ],
    "overactive_bladder": [
        found(Diagnosis("overactive bladder", "N32.81", "overactive_bladder")),
        found(Score("PVR", 30, date="2026-10-02")),
        *trials(
            ("oxybutynin", "anticholinergic", "first_line_other"),
            ("mirabegron", "beta3_agonist", "first_line_other"),
        ),
    ],
    "hemifacial_spasm": [
        found(Diagnosis("clonic hemifacial spasm, left", "G51.32", "hemifacial_spasm")),
        found(Score("MIDAS", 12, date="2026-10-02")),
        *trials(("clonazepam", "benzodiazepine", "first_line_other")),
    ],
    "upper_limb_spasticity": [
        found(Diagnosis("spastic hemiplegia after stroke", "I69.351", "upper_limb_spasticity")),
        found(Score("MAS", None, (("biceps", "2"), ("wrist flexors", "1+")), date="2026-10-02")),
        found(Toxin("onabotulinumtoxinA", "planned", 300, sites=SITES)),
        *trials(("tizanidine", "muscle_relaxant", "first_line_other")),
    ],
}  # fmt: skip
REQUESTS = {
    "chronic_migraine": {"kind": "continuation", "icd10": "G43.709", "cpt": "64615", "units": "155"},
    "cervical_dystonia": {"kind": "initial", "icd10": "G24.3", "cpt": "64616", "units": "200"},
    "axillary_hyperhidrosis": {"kind": "initial", "icd10": "L74.510", "cpt": "64650", "units": "100"},
    "overactive_bladder": {"kind": "initial", "icd10": "N32.81", "cpt": "52287", "units": "100"},
    "hemifacial_spasm": {"kind": "initial", "icd10": "G51.32", "cpt": "64612", "units": "25"},
    "upper_limb_spasticity": {"kind": "dose_change", "icd10": "I69.351", "cpt": "64642", "units": "300"},
}
OTHER_WAYS = {"product": "daxibotulinumtoxinA", "place_of_service": "hospital_outpatient", "dispensing": "mail_order"}


@dataclass
class Full:
    case: Case
    chart: Chart
    assessment: Assessment


def full(indication: str, **request: str) -> Full:
    """A case and a chart in which nothing that a form asks for is missing."""
    case = case_of({**REQUESTS[indication], "indication": indication, **request})
    findings = (*CHARTS[indication], *COMMON_FINDINGS)
    chart = reconcile(Extraction((DocumentSummary("A", "clinic_note", "2026-10-02"),), findings))
    reference = PolicyReference("Test Plan of Texas", "T-1", "Toxins", date(2026, 1, 1), date(2026, 11, 1), "-", "high")
    criteria = tuple(
        Criterion(name, says, "met", "", (PLACE,), reference, shown=shown)
        for name, says, shown in (
            ("diagnosis", "Diagnosis of the condition", REQUESTS[indication]["icd10"]),
            ("specialist", "Prescribed by a specialist for the condition", "neurology"),
        )
    )
    return Full(case, chart, Assessment(reference, criteria))


def fill(told: Full, name: str, folder: Path) -> FilledForm:
    folder.mkdir(exist_ok=True)
    return fill_form(told.case, told.chart, told.assessment, load_map(name), folder)


def blank_of(name: str) -> list[Widget]:
    with pikepdf.open(PAYERS / load_map(name).blank) as pdf:
        return widgets_of(pdf)


def proved(filled: FilledForm) -> set[str]:
    """The names of the fields whose values a reader of another library finds in their boxes: all of them."""
    with pdfplumber.open(filled.flat) as pdf:
        letters = {page.page_number: page.chars for page in pdf.pages}
    for field in filled.fields:
        box = field.box
        inside = "".join(
            letter["text"]
            for letter in letters[field.page]
            if box.holds((letter["x0"] + letter["x1"]) / 2, (letter["top"] + letter["bottom"]) / 2)
        )
        assert "".join(field.value.split()) in "".join(inside.split()) or box.width < 12, field.name
    return {field.name for field in filled.fields}


@pytest.mark.parametrize("name", FORMS)
def test_a_chart_that_says_everything_fills_every_mapped_field(name: str, tmp_path: Path) -> None:
    asks_by_disease = name == "aetna-gr-68776"
    charts = [full("chronic_migraine"), full("cervical_dystonia", **OTHER_WAYS)]
    charts += [full(indication) for indication in list(CHARTS)[2:] if asks_by_disease]
    seen: set[str] = set()
    for number, told in enumerate(charts):
        filled = fill(told, name, tmp_path / str(number))
        assert [p.what for p in filled.problems if p.severity != "note"] == []
        seen |= proved(filled)
    assert sorted(set(load_map(name).fields) - seen) == [], "mapped, but no chart fills them"


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Checked]:
    """The samples that may be sent, read and judged."""
    read = {}
    for case in sorted(SAMPLES.glob("*/case.yaml")):
        if case.parent.name != "wrong-patient":
            read[case.parent.name] = check(case, tmp_path_factory.mktemp("work"))
    return read


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMS)
def test_every_form_is_filled_for_every_sample(name: str, samples: dict[str, Checked], tmp_path: Path) -> None:
    for sample, checked in samples.items():
        filled = fill(Full(checked.case, checked.chart, checked.assessment), name, tmp_path / sample)
        assert {"patient_name", "patient_first_name", "party_name"} & proved(filled)
        empty = {problem.where for problem in filled.problems if problem.code == "form_field_empty"}
        values = {field.name for field in filled.fields}
        assert len(empty) == len([field for field in load_map(name).required if field not in values])


@pytest.mark.parametrize("name", FORMS)
def test_every_field_is_mapped_or_left_to_a_person(name: str) -> None:
    form = load_map(name)
    with pikepdf.open(PAYERS / form.blank) as pdf:
        check_blank(form, widgets_of(pdf), fingerprint_of(pdf), len(pdf.pages))
    assert set(form.reasons) == set(form.left), "each field that is left says why"
    signed = {widget.name for widget in blank_of(name) if widget.kind == "signature"}
    assert signed or name == "general-request"
    assert signed <= set(form.left)


@pytest.mark.parametrize("name", FORMS)
def test_every_field_has_a_tooltip_and_the_tab_key_reads_down_the_page(name: str) -> None:
    widgets = blank_of(name)
    assert [widget.name for widget in widgets if not widget.tip.strip()] == []
    for one, other in pairwise(widget for widget in widgets):
        same_row = abs(one.box.top - other.box.top) < 60
        assert (one.page, one.box.top) <= (other.page, other.box.top) or same_row, (one.name, other.name)
    with pikepdf.open(PAYERS / load_map(name).blank) as pdf:
        assert str(pdf.Root.Lang) == "en-US"
        assert pdf.docinfo.Title == read_layout(FOLDER / f"{name}.yaml").title
        assert all(page.obj.Tabs == "/R" for page in pdf.pages)


@pytest.mark.parametrize("name", FORMS)
def test_a_screen_reader_meets_every_line_and_every_field_in_order(name: str) -> None:
    layout = read_layout(FOLDER / f"{name}.yaml")
    path = PAYERS / layout.blank
    told = subprocess.run(["pdfinfo", "-struct-text", path], capture_output=True, text=True, check=True).stdout
    lines = [line.strip() for line in told.splitlines()]
    words = [line[1:-1] for line in lines if line.startswith('"')]
    headings = [below[1:-1] for line, below in pairwise(lines) if line.startswith("H2")]
    assert len([line for line in lines if line.startswith("Object ")]) == len(blank_of(name))
    assert words[0] == layout.title
    assert [h for h in headings if not h.endswith("(continued)")] == [section.title for section in layout.sections]
    with pdfplumber.open(path) as pdf:
        printed = "".join(page.extract_text() for page in pdf.pages)
    assert sorted("".join(words).replace(" ", "")) == sorted("".join(printed.split()))


def test_one_of_several_is_a_circle_and_a_box_to_tick_a_square() -> None:
    with pdfplumber.open(PAYERS / "aetna/gr-69164.pdf") as pdf, pikepdf.open(PAYERS / "aetna/gr-69164.pdf") as form:
        buttons = [widget for widget in widgets_of(form) if widget.kind == "button"]
        assert {len([w for w in buttons if w.name == one.name]) > 1 for one in buttons} == {True, False}
        for one in buttons:
            page = pdf.pages[one.page - 1]
            drawn = page.curves if len([w for w in buttons if w.name == one.name]) > 1 else page.rects
            assert any(abs(d["x0"] - one.box.x0) < 1 and abs(d["top"] - one.box.top) < 1 for d in drawn), one.name


def test_a_ticked_circle_is_read_as_a_ticked_box_in_a_chart(tmp_path: Path) -> None:
    filled = fill(full("chronic_migraine"), "aetna-gr-68776", tmp_path)
    document = pypdfium2.PdfDocument(filled.flat)
    words = {number: read_layer(document[number - 1]).words for number in range(1, len(document) + 1)}
    document.close()
    for widget in blank_of("aetna-gr-68776"):
        if widget.kind == "button":
            ticked = any(f.ticked and (f.name, f.value) == (widget.name, widget.state) for f in filled.fields)
            signs = {
                w.text for w in words[widget.page] if w.text in "☐☒" and widget.box.holds(w.box.x0 + 3, w.box.top + 3)
            }
            assert signs == ({"☒"} if ticked else {"☐"}), (widget.name, widget.state)


@pytest.mark.parametrize("name", FORMS)
def test_no_fields_overlap_or_leave_the_page(name: str) -> None:
    widgets = blank_of(name)
    for index, one in enumerate(widgets):
        assert one.box.x0 >= 36 and one.box.x1 <= 576 and one.box.top >= 20 and one.box.bottom <= 756
        for other in widgets[index + 1 :]:
            apart = (
                one.page != other.page
                or one.box.x1 <= other.box.x0 + 0.5
                or other.box.x1 <= one.box.x0 + 0.5
                or one.box.bottom <= other.box.top + 0.5
                or other.box.bottom <= one.box.top + 0.5
            )
            assert apart, (one.name, other.name)


@pytest.mark.parametrize("name", FORMS)
def test_every_page_says_which_form_it_stands_for(name: str) -> None:
    layout = read_layout(FOLDER / f"{name}.yaml")
    with pdfplumber.open(PAYERS / layout.blank) as pdf:
        for page in pdf.pages:
            text = page.extract_text()
            assert f"Page {page.page_number} of {len(pdf.pages)}" in text
            if layout.after:
                assert f"{layout.after}. Equivalent layout: use the plan’s current form" in text


@pytest.mark.parametrize("name", FORMS)
def test_the_blank_forms_can_be_made_again_to_the_byte(name: str, tmp_path: Path) -> None:
    layout = read_layout(FOLDER / f"{name}.yaml")
    make_form(layout, tmp_path / "blank.pdf")
    assert (tmp_path / "blank.pdf").read_bytes() == (PAYERS / layout.blank).read_bytes()


def test_every_layout_has_its_map() -> None:
    assert {path.stem for path in FORM_MAPS.glob("*.yaml")} >= set(FORMS)


def test_radio_choices_comb_cells_and_signatures_are_real_fields() -> None:
    widgets = {widget.name: widget for widget in blank_of("aetna-gr-68776")}
    choices = {widget.state for widget in blank_of("aetna-gr-68776") if widget.name == "credential"}
    assert choices == {"MD", "DO", "NP", "PA"}
    assert widgets["provider_npi"].comb == 10
    assert widgets["signature"].kind == "signature"


def test_a_drug_for_another_disease_is_not_taken_for_this_one(tmp_path: Path) -> None:
    told = full("chronic_migraine")
    pill = found(Therapy("lisinopril", "ace_arb", "other_indication", "current", 10, "mg"))
    findings = (*CHARTS["chronic_migraine"], *COMMON_FINDINGS, pill)
    chart = reconcile(Extraction((DocumentSummary("A", "clinic_note", "2026-10-02"),), findings))
    filled = fill(Full(told.case, chart, told.assessment), "cms-part-d-determination", tmp_path)
    (regimen,) = [field.value for field in filled.fields if field.name == "current_regimen"]
    assert "erenumab" in regimen
    assert "lisinopril" not in regimen


def test_a_question_of_one_disease_is_not_answered_for_another(tmp_path: Path) -> None:
    told = full("axillary_hyperhidrosis")
    pill = trials(("glycopyrrolate", "anticholinergic", "first_line_other"))
    findings = (*CHARTS["axillary_hyperhidrosis"], *pill, found(Score("DLQI", 18)))
    chart = reconcile(Extraction((DocumentSummary("A", "clinic_note", "2026-10-02"),), findings))
    filled = fill(Full(told.case, chart, told.assessment), "aetna-gr-68776", tmp_path)
    values = {field.name: field.value for field in filled.fields}
    assert values["topical_failed"] == "yes"
    assert values["hdss"] == "4 (10/02/2026)"
    assert not {"adult", "two_classes", "anticholinergic_failed", "bladder_drugs"} & values.keys()
    (scores,) = [f.value for f in fill(Full(told.case, chart, told.assessment), "general-request", tmp_path).fields
                 if f.name == "scores"]  # fmt: skip
    assert "DLQI 18" in scores


def test_what_nobody_said_is_left_blank_and_asked_for(told, tmp_path: Path) -> None:
    filled = fill(told, "cms-part-d-determination", tmp_path)
    asked = {problem.where for problem in filled.problems if problem.code == "form_field_empty"}
    assert "Medicare Part D coverage determination request: Address" in asked
    assert not {"patient_address", "patient_phone", "signature"} & {field.name for field in filled.fields}
