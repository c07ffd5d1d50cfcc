"""More than one form in a packet: each is filled, proved and bound, in the order of the case file."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from packetgen import pipeline
from packetgen.errors import BadCaseFile
from packetgen.resources import SAMPLES

FORMS = ["texas-nofr002", "general-request"]


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A sample case that names two forms, the fields of which have the same names."""
    shutil.copytree(SAMPLES / "chronic-migraine-uhc", tmp_path / "case", ignore=shutil.ignore_patterns("packet"))
    path = tmp_path / "case" / "case.yaml"
    text = path.read_text("utf-8")
    assert "request: {kind:" in text
    path.write_text(text.replace("request: {kind:", f"request: {{form: {FORMS}, kind:"), "utf-8")
    return path


def test_two_forms_are_bound_in_order_and_each_page_shows_its_own_values(case: Path) -> None:
    built = pipeline.build(case)
    first, second = built.forms
    titles = [part.title for part in built.packet.parts]
    assert titles[2:4] == [first.title, second.title]
    assert {f"form-{name}.pdf" for name in FORMS} <= {path.name for path in built.folder.iterdir()}
    packet = pypdfium2.PdfDocument(built.folder / "packet.pdf")
    pages = {part.title: part.first_page for part in built.packet.parts}
    for form in built.forms:
        for field in form.fields:
            page = packet[pages[form.title] + field.page - 2].get_textpage().get_text_bounded()
            if not field.ticked:
                assert "".join(field.value.split()) in "".join(page.split()), (form.title, field.name)
    packet.close()
    with pikepdf.open(built.folder / "packet.pdf") as pdf:
        assert "/AcroForm" not in pdf.Root
    account = json.loads((built.folder / "manifest.json").read_text("utf-8"))
    assert {value["form"] for value in account["form_fields"]} == {first.title, second.title}
    assert {f"forms/{name}.yaml" for name in FORMS} <= account["rules"].keys()


def test_a_form_that_does_not_exist_is_refused_before_anything_is_written(case: Path) -> None:
    case.write_text(case.read_text("utf-8").replace("'general-request'", "'no-such-form'"), "utf-8")
    with pytest.raises(BadCaseFile, match="no form 'no-such-form'"):
        pipeline.build(case)
    assert not (case.parent / "packet" / "packet.pdf").exists()
