"""Every awkward form is filled and proved, or refused with the reason."""

from __future__ import annotations

import shutil
from pathlib import Path

import pdfplumber
import pikepdf
import pytest
from pikepdf import Array, String

from packetgen.errors import UnreadableInput
from packetgen.forms.blank import fingerprint_of, open_blank
from packetgen.forms.fill import fill_form
from packetgen.forms.formmap import FormMap
from packetgen.forms.model import FilledForm
from packetgen.forms.widgets import widgets_of
from tests.forms.awkward import FORMS, draft


def map_of(folder: Path, name: str, fields: dict[str, str], **more) -> FormMap:
    with open_blank(folder / "awkward" / f"{name}.pdf") as pdf:
        found = fingerprint_of(pdf)
        left = [widget.name for widget in widgets_of(pdf) if widget.kind == "signature"]
    about = {"id": "awkward", "title": "Awkward form", "revision": "1", "source": "made for the tests"}
    blank = f"awkward/{name}.pdf"
    return FormMap.model_validate(
        {**about, "blank": blank, "fingerprint": found, "fields": fields, "left": left, **more}
    )


def fill(told, folder: Path, name: str, fields: dict[str, str], **more) -> FilledForm:
    blanks, file = folder / "payer_forms" / "awkward", folder / "templates" / "forms" / "awkward.yaml"
    for made in (blanks, file.parent):
        made.mkdir(parents=True, exist_ok=True)
    shutil.copy(folder / "awkward" / f"{name}.pdf", blanks)
    file.touch()
    form = map_of(folder, name, fields, **more).model_copy(update={"file": file})
    return fill_form(told.case, told.chart, told.assessment, form, folder)


def plain(text: str) -> str:
    return "".join(text.split())


def read(pdf: Path, page: int, box) -> str:
    with pdfplumber.open(pdf) as opened:
        return opened.pages[page - 1].crop((box.x0 - 1, box.top - 1, box.x1 + 1, box.bottom + 1)).extract_text() or ""


@pytest.mark.parametrize("name", sorted(FORMS))
def test_an_awkward_form_shows_every_value(name: str, told, tmp_path: Path) -> None:
    sheet = draft(tmp_path, name)
    filled = fill(told, tmp_path, name, sheet.map)
    shown = {field.name: field for field in filled.fields if not field.ticked}
    assert set(shown) == set(sheet.shows)
    assert {field.name: field.value for field in filled.fields if field.ticked} == sheet.ticked
    assert filled.problems == ()
    for field in filled.fields:
        if not field.ticked and name not in ("right_to_left", "preprinted_signs", "upside_down"):
            assert plain(read(filled.flat, field.page, field.box)) == plain(sheet.shows[field.name])
    with pikepdf.open(filled.flat) as flat, pikepdf.open(filled.pdf) as editable:
        assert "/AcroForm" not in flat.Root
        assert not any("/Annots" in page for page in flat.pages)
        assert not editable.is_encrypted
        again = {widget.name: widget for widget in widgets_of(editable)}
        assert {n for n in sheet.shows if again[n].handle.get("/AP")} == set(sheet.shows)


@pytest.mark.parametrize("name", ["scripts", "hybrid_xfa", "rich_text", "sealed"])
def test_nothing_in_a_filled_form_acts_or_answers_by_itself(name: str, told, tmp_path: Path) -> None:
    filled = fill(told, tmp_path, name, draft(tmp_path, name).map)
    with pikepdf.open(filled.pdf) as pdf:
        told_of = "".join(repr(item) for item in pdf.objects)
    for word in ("/JavaScript", "/JS", "/AA", "/OpenAction", "/XFA", "/Perms", "/RV", "/CO", "/ResetForm", "/SigFlags"):
        assert f'"{word}"' not in told_of


def test_a_dynamic_xfa_form_is_refused_with_what_to_ask_for(told, tmp_path: Path) -> None:
    FORMS["dynamic"] = lambda sheet: None
    try:
        draft(tmp_path, "dynamic")
    finally:
        del FORMS["dynamic"]
    path = tmp_path / "awkward" / "dynamic.pdf"
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.Root.AcroForm.XFA = Array([String("template"), pdf.make_stream(b"<template/>")])
        pdf.Root.NeedsRendering = True
        pdf.save(path)
    with pytest.raises(UnreadableInput, match=r"dynamic\.pdf: is a dynamic XFA form(.|\n)*Ask the plan"):
        open_blank(path)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\nnothing", b"<html>Sign in to download</html>"])
def test_what_is_no_form_is_refused_by_name(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "form.pdf").write_bytes(content)
    with pytest.raises(UnreadableInput, match=r"form\.pdf"):
        open_blank(tmp_path / "form.pdf")


def test_a_form_locked_for_reading_is_refused(tmp_path: Path) -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(tmp_path / "form.pdf", encryption=pikepdf.Encryption(owner="a", user="b"))
    with pytest.raises(UnreadableInput, match="locked with a password"):
        open_blank(tmp_path / "form.pdf")


WORDS = " ".join(f"word{n}" for n in range(200))


@pytest.mark.parametrize(
    "name", ["comb_cells", "several_lines", "shared_names", "type_sizes_and_sides", "turned_pages"]
)
def test_two_hundred_words_in_every_text_field_are_never_cut(name: str, told, tmp_path: Path) -> None:
    sheet = draft(tmp_path, name)
    fields = {field: repr(WORDS) if field in sheet.shows else what for field, what in sheet.map.items()}
    filled = fill(told, tmp_path, name, fields)
    with pdfplumber.open(filled.flat) as pdf:
        added = plain("".join(page.extract_text() for page in pdf.pages[2:]).replace("Addendum A", ""))
    for number in range(1, len(sheet.shows) + 1):
        assert f"Item{number}:" in added
    assert added.count("word199") == len(sheet.shows)
    for field in filled.fields:
        assert field.ticked or field.value.endswith(tuple(str(n) for n in range(1, 9)))
    assert {p.code for p in filled.problems} <= {"form_addendum", "form_field_too_small"}


def test_a_value_longer_than_the_field_takes_is_not_shortened(told, tmp_path: Path) -> None:
    FORMS["longest"] = lambda sheet: sheet.add("zip", "Tx", MaxLen=5, width=90) and None
    draft(tmp_path, "longest")
    del FORMS["longest"]
    filled = fill(told, tmp_path, "longest", {"zip": "'78701-1234'"})
    assert [field.value for field in filled.fields] == ["A-1"]
    with pdfplumber.open(filled.flat) as pdf:
        assert "78701-1234" in pdf.pages[-1].extract_text()


def test_two_filled_copies_in_one_file_keep_their_own_values(told, tmp_path: Path) -> None:
    draft(tmp_path, "shared_names")
    copies = []
    for name in ("Ana Lima", "Bo Chen"):
        folder = tmp_path / name[:2]
        (folder / "awkward").mkdir(parents=True)
        (folder / "awkward" / "shared_names.pdf").write_bytes((tmp_path / "awkward/shared_names.pdf").read_bytes())
        copies.append(fill(told, folder, "shared_names", {"name": repr(name), "member": "'1'"}))
    with pikepdf.new() as both:
        for copy in copies:
            with pikepdf.open(copy.flat) as flat:
                both.pages.extend(flat.pages)
        both.save(tmp_path / "both.pdf")
        assert "/AcroForm" not in both.Root
    field = copies[0].fields[-1]
    assert [plain(read(tmp_path / "both.pdf", field.page + start, field.box)) for start in (0, 2)] == [
        "AnaLima",
        "BoChen",
    ]


OVERLAY = {
    "name": {"page": 1, "box": [100, 100, 300, 118]},
    "npi": {"page": 1, "box": [100, 130, 300, 148], "comb": 10},
    "reason": {"page": 2, "box": [100, 100, 300, 160], "lines": True},
    "kind": {"page": 1, "ticks": {"initial": [100, 160, 110, 170], "continuation": [200, 160, 210, 170]}},
    "drug_{row}": {"page": 1, "box": [100, 200, 300, 216], "rows": 3, "step": 20},
}
OVER = {
    "fields": {"name": "patient.name", "npi": "provider.npi", "reason": f"'{'long ' * 30}'", "kind": "request.kind"},
    "repeated": [{"over": "trials + trials", "rows": 3, "fields": {"drug_{row}": "row.drug"}}],
    "overlay": OVERLAY,
}


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_form_without_fields_is_filled_by_an_overlay(turn: int, told, tmp_path: Path) -> None:
    FORMS["printed"] = lambda sheet: None
    draft(tmp_path, "printed")
    del FORMS["printed"]
    path = tmp_path / "awkward" / "printed.pdf"
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.pages[0].obj.Rotate = turn
        pdf.save(path)
    more = {key: value for key, value in OVER.items() if key != "fields"}
    filled = fill(told, tmp_path, "printed", OVER["fields"], **more)
    values = {field.name: field for field in filled.fields}
    assert plain(read(filled.flat, 1, values["npi"].box)) == "1234567893"
    assert values["kind"].ticked and values["kind"].value == "initial"
    assert [round(value) for value in (values["name"].box.x0, values["name"].box.top)] == [100, 100]
    assert values["drug_2"].box.top == pytest.approx(220)
