"""What the proof must find: each fault is made in a form that was filled well."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest

from packetgen.documents.clean import clean
from packetgen.errors import SafetyStop
from packetgen.forms.fill import fill_form
from packetgen.forms.formmap import load_map
from packetgen.forms.model import FilledField
from packetgen.forms.proof import Papers, addendum_faults, faults_of, stop_on
from packetgen.forms.widgets import Widget, widgets_of

NAME = "general-request"


@pytest.fixture
def made(told, tmp_path: Path):
    folder = tmp_path / "made"
    folder.mkdir()
    filled = fill_form(told.case, told.chart, told.assessment, load_map(NAME), folder)
    papers = Papers(filled.pdf, filled.flat, folder / f"empty-{NAME}.pdf", folder / f"empty-flat-{NAME}.pdf")
    return papers, filled.fields


def look(widget: Widget):
    return widget.handle.AP.N


def in_white(widget: Widget) -> None:
    look(widget).write(b"1 g 1 G\n" + look(widget).read_bytes().replace(b"0 0 0 rg", b""))


def cut_in_half(widget: Widget) -> None:
    box = [float(value) for value in look(widget).BBox]
    look(widget).write(b"0 0 %d 9 re W n\n" % (box[3] / 2) + look(widget).read_bytes())


def too_small(widget: Widget) -> None:
    look(widget).write(b"0.4 0 0 0.4 2 4 cm\n" + look(widget).read_bytes())


def other_words(widget: Widget) -> None:
    other = next(w for w in widgets_of_page(widget) if w.name == "provider_name")
    widget.handle.AP.N = other.handle.AP.N


def nothing(widget: Widget) -> None:
    look(widget).write(b"")


def beyond_its_edge(widget: Widget) -> None:
    box = [float(value) for value in look(widget).BBox]
    look(widget).BBox = [0, 0, box[2] + 300, box[3]]
    look(widget).write(b"1 0 0 1 250 0 cm\n" + look(widget).read_bytes())
    x0, y0, _, y1 = (float(value) for value in widget.handle.Rect)
    widget.handle.Rect = [x0, y0, x0 + box[2] + 300, y1]


OPENED: list[pikepdf.Pdf] = []


def widgets_of_page(_: Widget) -> list[Widget]:
    return widgets_of(OPENED[-1])


def broken(papers: Papers, folder: Path, name: str, change) -> Papers:
    with pikepdf.open(papers.filled) as pdf:
        OPENED.append(pdf)
        change(next(w for w in widgets_of(pdf) if w.name == name and (not w.state or str(w.handle.AS) != "/Off")))
        pdf.save(folder / "filled.pdf")
    OPENED.pop()
    clean(folder / "filled.pdf", folder / "flat.pdf", "flat.pdf")
    return Papers(folder / "filled.pdf", folder / "flat.pdf", papers.empty_filled, papers.empty_flat)


def test_a_form_that_is_filled_well_has_no_fault(made, tmp_path: Path) -> None:
    papers, fields = made
    assert list(faults_of(papers, fields, (), tmp_path)) == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (in_white, "shows nothing"),
        (cut_in_half, "shows only a part"),
        (too_small, "too small"),
        (other_words, "does not show its value"),
        (nothing, "does not show its value"),
        (beyond_its_edge, "does not show its value"),
    ],
)
def test_a_value_that_is_not_shown_as_it_should_be_is_found(made, tmp_path: Path, change, why: str) -> None:
    papers, fields = made
    faults = list(faults_of(broken(papers, tmp_path, "member_id", change), fields, (), tmp_path))
    assert any(fault.field.name == "member_id" and why in fault.why for fault in faults)


def test_a_mark_that_is_missing_is_found(made, tmp_path: Path) -> None:
    papers, fields = made

    def untick(widget: Widget) -> None:
        widget.handle.AS = pikepdf.Name.Off

    faults = list(faults_of(broken(papers, tmp_path, "product", untick), fields, (), tmp_path))
    assert {fault.field.name for fault in faults} == {"product"}
    assert len(faults) == 4


def test_a_box_that_must_not_be_ticked_is_found(made, tmp_path: Path) -> None:
    papers, fields = made
    ticked = next(field for field in fields if field.ticked)
    rest = tuple(field for field in fields if field is not ticked)
    faults = list(faults_of(papers, rest, (ticked,), tmp_path))
    assert [fault.why for fault in faults].count("is ticked, but must not be (poppler, flat)") == 1


def test_only_the_flat_copy_or_only_the_other_being_wrong_is_found_too(made, tmp_path: Path) -> None:
    papers, fields = made
    old = Papers(papers.filled, papers.empty_flat, papers.empty_filled, papers.empty_flat)
    assert {fault.field.name for fault in faults_of(old, fields, (), tmp_path)} >= {"member_id", "product"}
    old = Papers(papers.empty_filled, papers.flat, papers.empty_filled, papers.empty_flat)
    assert any("(poppler)" in fault.why for fault in faults_of(old, fields, (), tmp_path))


def test_an_addendum_that_lacks_a_word_is_found(made) -> None:
    papers, _ = made
    assert list(addendum_faults(papers.flat, 1, ["Prescriber"])) == []
    faults = list(addendum_faults(papers.flat, 2, ["Prescriber"]))
    assert [fault.why for fault in faults] == [f"is not there in full, read by {e}" for e in ("pdfium", "poppler")]


def test_a_fault_stops_the_form_and_names_its_field(made, tmp_path: Path) -> None:
    papers, fields = made
    wrong = FilledField("member_id", 1, fields[0].box, "another")
    with pytest.raises(SafetyStop, match="field member_id on page 1 does not show its value"):
        stop_on(NAME, list(faults_of(papers, (wrong,), (), tmp_path)))
