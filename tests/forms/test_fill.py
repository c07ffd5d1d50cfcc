"""Forms filled from a chart: what stands in each field, what does not fit, and what stops."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pdfplumber
import pikepdf
import pytest

from packetgen.errors import BadDataFile
from packetgen.forms.fill import fill_form
from packetgen.forms.formmap import FormMap, load_map, read_map
from packetgen.forms.model import FilledForm
from packetgen.forms.widgets import fingerprint, widgets_of
from packetgen.resources import FORM_MAPS, PAYERS

MAPS = sorted(path.stem for path in FORM_MAPS.glob("*.yaml"))


def fill(told, folder: Path, form: FormMap | None = None) -> FilledForm:
    return fill_form(told.case, told.chart, told.assessment, form or load_map("general-request"), folder)


def with_patient(told, **values):
    patient = told.case.patient.model_copy(update=values)
    return replace(told, case=told.case.model_copy(update={"patient": patient}))


def inside(pdf: Path, filled) -> str:
    with pdfplumber.open(pdf) as opened:
        box = filled.box
        page = opened.pages[filled.page - 1]
        return page.crop((box.x0 - 0.5, box.top - 0.5, box.x1 + 0.5, box.bottom + 0.5)).extract_text() or ""


@pytest.mark.parametrize("name", ["general-request", "aetna-gr-68776"])
def test_a_form_is_filled_and_shows_its_values(name: str, told, tmp_path: Path) -> None:
    filled = fill(told, tmp_path, load_map(name))
    values = {field.name: field for field in filled.fields}
    assert inside(filled.flat, values["headache_days"]) == "22"
    assert inside(filled.flat, values["patient_last_name"]) == "Nguyễn & Söhne"
    assert values["product"].value == "onabotulinumtoxinA"
    assert values["trial_1_drug"].value == "topiramate"


def test_a_value_keeps_the_places_it_came_from(told, tmp_path: Path) -> None:
    values = {field.name: field for field in fill(told, tmp_path).fields}
    assert [place.exhibit_page for place in values["headache_days"].evidence] == ["A-1"]
    assert [place.exhibit_page for place in values["trial_1_outcome"].evidence] == ["A-2"]
    assert values["member_id"].evidence == ()


def test_what_the_chart_does_not_say_stays_empty(told, tmp_path: Path) -> None:
    filled = fill(told, tmp_path, load_map("aetna-gr-68776"))
    names = {field.name for field in filled.fields}
    assert "hours_per_day" not in names
    assert "headache_4_hours" not in names
    assert "signature" not in names


def test_a_flat_form_holds_no_fields_and_the_other_still_does(told, tmp_path: Path) -> None:
    filled = fill(told, tmp_path)
    with pikepdf.open(filled.flat) as flat, pikepdf.open(filled.pdf) as editable:
        assert "/AcroForm" not in flat.Root
        assert not any("/Annots" in page for page in flat.pages)
        values = {widget.name: widget.handle for widget in widgets_of(editable)}
        assert str(values["headache_days"].V) == "22"


def test_what_does_not_fit_goes_whole_on_an_addendum(told, tmp_path: Path) -> None:
    allergies = "Allergic to " + ", ".join(f"substance number {n}" for n in range(40))
    filled = fill(with_patient(told, allergies=allergies), tmp_path)
    values = {field.name: field for field in filled.fields}
    assert inside(filled.flat, values["patient_allergies"]) == "see Addendum A, item 1"
    with pdfplumber.open(filled.flat) as pdf:
        assert " ".join(pdf.pages[-1].extract_text().split()).endswith(allergies)
    assert "form_addendum" in {problem.code for problem in filled.problems}


def test_rows_beyond_the_table_go_on_the_addendum(told, tmp_path: Path) -> None:
    form = load_map("general-request")
    one = form.repeated[0].model_copy(update={"over": " + ".join(["trials"] * 8)})
    filled = fill(told, tmp_path, form.model_copy(update={"repeated": (one,)}))
    assert [p.code for p in filled.problems].count("form_addendum") == 1
    values = {field.name: field.value for field in filled.fields}
    assert values["trial_5_drug"] == "topiramate"
    assert values["trial_6_outcome"] == "see Addendum A, item 1"
    with pdfplumber.open(filled.flat) as pdf:
        assert pdf.pages[-1].extract_text().count("topiramate") == 3


def test_a_letter_that_no_font_has_is_shown_and_said(told, tmp_path: Path) -> None:
    filled = fill(with_patient(told, first_name="李 Wei"), tmp_path)
    told_of = {problem.where for problem in filled.problems if problem.code == "form_letter_not_drawable"}
    assert "Prior authorization request: First name" in told_of


def test_a_required_field_without_a_value_is_asked_for(told, tmp_path: Path) -> None:
    form = load_map("general-request").model_copy(update={"required": ("hours_per_day",)})
    (problem,) = [p for p in fill(told, tmp_path, form).problems if p.severity == "required"]
    assert "Hours a day" in problem.where


def changed_blank(tmp_path: Path, change) -> FormMap:
    """A clinic's copy of a map, beside which lies a changed form."""
    blanks, maps = tmp_path / "payer_forms", tmp_path / "templates" / "forms"
    maps.mkdir(parents=True)
    shutil.copy(FORM_MAPS / "general-request.yaml", maps)
    shutil.copytree(PAYERS / "general", blanks / "general")
    with pikepdf.open(blanks / "general" / "general-request.pdf", allow_overwriting_input=True) as pdf:
        change(pdf)
        pdf.save(blanks / "general" / "general-request.pdf")
    return read_map(maps / "general-request.yaml")


def move_a_field(pdf) -> None:
    widget = next(w for w in widgets_of(pdf) if w.name == "member_id")
    widget.handle.Rect = [100, 100, 200, 120]


def rename_a_field(pdf) -> None:
    next(w for w in widgets_of(pdf) if w.name == "member_id").handle.T = pikepdf.String("subscriber_id")


@pytest.mark.parametrize(
    ("change", "said"),
    [(move_a_field, "moved or changed"), (rename_a_field, "member_id vanished\n  subscriber_id appeared")],
)
def test_a_changed_blank_form_stops_the_fill(told, tmp_path: Path, change, said: str) -> None:
    with pytest.raises(BadDataFile, match=said):
        fill(told, tmp_path, changed_blank(tmp_path, change))


@pytest.mark.parametrize(
    "expression", ["no_such_name", "patient.__class__", "''.__class__.__mro__", "patient.first_name(", "row.drug"]
)
def test_a_wrong_expression_names_its_field(told, tmp_path: Path, expression: str) -> None:
    form = load_map("general-request")
    with pytest.raises(BadDataFile, match="member_id"):
        fill(told, tmp_path, form.model_copy(update={"fields": {**form.fields, "member_id": expression}}))


@pytest.mark.parametrize("name", MAPS)
def test_a_map_is_made_for_the_form_that_ships(name: str) -> None:
    form = load_map(name)
    with pikepdf.open(PAYERS / form.blank) as pdf:
        assert fingerprint(widgets_of(pdf), len(pdf.pages)) == form.fingerprint
        assert all(widget.tip for widget in widgets_of(pdf) if widget.kind == "text")


def test_the_same_inputs_give_the_same_bytes(told, tmp_path: Path) -> None:
    first = fill(told, tmp_path)
    before = first.flat.read_bytes(), first.pdf.read_bytes()
    again = fill(told, tmp_path)
    assert (again.flat.read_bytes(), again.pdf.read_bytes()) == before
