"""A packet is held against its manifest: whatever is wrong with it is said."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pikepdf
import pytest

from packetgen import typeset
from packetgen.documents.model import Box
from packetgen.errors import SafetyStop, UnreadableInput
from packetgen.files import json_text
from packetgen.packet.manifest import Input, Manifest, read_manifest
from packetgen.packet.marks import Overlay, draw_overlays
from packetgen.packet.model import Citation, LeftOut, Part
from packetgen.packet.sheet import whole
from packetgen.packet.verify import faults, foreign_fonts, verify
from packetgen.policy.model import PolicyReference

TODAY = date(2026, 1, 1)
GOOD = ("page 1 of 2 · case 1", "Ex. A-1 · page 2 of 2 · case 1")


def made(folder: Path, stamps: tuple[str, ...] = GOOD, draft: str = "not signed", body: str = "Body") -> Path:
    path = folder / "packet.pdf"
    ground = typeset.new_canvas(str(folder / "ground.pdf"))
    for _ in stamps:
        typeset.draw(ground, 60, 500, body, typeset.REGULAR, 11)
        ground.showPage()
    ground.save()
    marks = typeset.new_canvas(str(folder / "marks.pdf"))
    draw_overlays(marks, [Overlay(whole(), stamp, draft) for stamp in stamps])
    marks.save()
    with pikepdf.open(folder / "ground.pdf") as pdf:
        with pikepdf.open(folder / "marks.pdf") as over:
            for page, mark in zip(pdf.pages, over.pages, strict=True):
                page.add_overlay(mark)
        pdf.save(path, deterministic_id=True)
    return path


def account(pdf: Path) -> Manifest:
    return Manifest(
        "1", "0", "", 0, "not signed", None, PolicyReference("Plan", "1", "Toxins", TODAY, TODAY, "there", "high"),
        (Input("note.pdf", "0" * 64, "A", 2),), (LeftOut("A", "note.pdf", (2,), 2, "blank"),), 2,
        (Part("Cover", 1, 1), Part("Exhibit A: note", 2, 2, "A", (1,))), (), (), (), {},
        {"packet.pdf": hashlib.sha256(pdf.read_bytes()).hexdigest()},
    )  # fmt: skip


def said(pdf: Path, told: Manifest | None = None) -> str:
    return "; ".join(faults(pdf, told or account(pdf)))


def test_a_packet_that_is_what_it_should_be_passes(tmp_path: Path) -> None:
    pdf = made(tmp_path)
    verify(pdf, account(pdf))


@pytest.mark.parametrize(
    ("stamps", "fault"),
    [
        (GOOD[:1], "1 pages, 2 were bound"),
        (GOOD[::-1], "page 1 does not carry the stamp"),
        ((GOOD[0], "Ex. A-2 · page 2 of 2 · case 1"), "page 2 does not carry the stamp"),
        ((GOOD[0], "Ex. A-1 · page 2 of 2 · case 2"), "page 2 does not carry the stamp"),
    ],
)
def test_wrong_pages_are_caught(tmp_path: Path, stamps: tuple[str, ...], fault: str) -> None:
    assert fault in said(made(tmp_path, stamps))


def test_a_draft_without_its_mark_is_caught(tmp_path: Path) -> None:
    assert "not marked DRAFT" in said(made(tmp_path, draft=""))


def test_a_page_that_is_blank_but_for_its_stamp_is_caught(tmp_path: Path) -> None:
    assert said(made(tmp_path, body=" ")) == "page 1 is blank; page 2 is blank"


def test_a_page_whose_quote_reads_otherwise_is_caught(tmp_path: Path) -> None:
    pdf = made(tmp_path)
    cited = Citation(1, 2, "A-1", "headache on 22 days", (Box(50, 280, 300, 300),))
    assert "page 2 (Ex. A-1) does not read as it is quoted" in said(pdf, replace(account(pdf), citations=(cited,)))


def test_a_citation_without_its_link_is_caught(tmp_path: Path) -> None:
    pdf = made(tmp_path)
    assert "page 1 has 0 links to page 2" in said(pdf, replace(account(pdf), links=((1, 2),)))
    assert "page 1 has 0 links to page 2" in said(pdf, replace(account(pdf), citations=(Citation(1, 2, "A-1"),)))


def test_a_link_that_nobody_promised_is_caught(tmp_path: Path) -> None:
    pdf = made(tmp_path)
    with pikepdf.open(pdf, allow_overwriting_input=True) as opened:
        link = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9],
            Dest=pikepdf.Array([opened.pages[1].obj, pikepdf.Name.Fit]),
        )  # fmt: skip
        opened.pages[0].obj.Annots = pikepdf.Array([opened.make_indirect(link)])
        opened.save(pdf)
    assert "page 1 has 1 links to page 2, not 0" in said(pdf)


def test_a_page_of_the_chart_that_is_nowhere_is_caught(tmp_path: Path) -> None:
    pdf = made(tmp_path)
    assert "page A-2 of the chart is lost" in said(pdf, replace(account(pdf), left_out=()))
    twice = replace(account(pdf), left_out=(LeftOut("A", "note.pdf", (1, 2), 2, "blank"),))
    assert "page A-1 of the chart is there more than once" in said(pdf, twice)


def test_parts_that_do_not_follow_one_another_are_caught(tmp_path: Path) -> None:
    pdf = made(tmp_path)
    gap = replace(account(pdf), parts=(Part("Cover", 1, 1), Part("Exhibit A: note", 3, 3, "A", (1,))))
    assert "begins on page 3, after page 1" in said(pdf, gap)


def test_a_script_in_the_packet_is_caught(tmp_path: Path) -> None:
    pdf = made(tmp_path)
    with pikepdf.open(pdf, allow_overwriting_input=True) as opened:
        opened.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
        opened.save(pdf)
    with pytest.raises(SafetyStop, match="/OpenAction"):
        verify(pdf, account(pdf))


def test_another_font_than_those_in_the_file_is_caught(tmp_path: Path) -> None:
    pdf = made(tmp_path)
    with pikepdf.open(pdf, allow_overwriting_input=True) as opened:
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.TrueType, BaseFont=pikepdf.Name.Verdana)
        opened.pages[0].obj.Resources.Font.F9 = font
        opened.pages[1].obj.Resources.Font = pikepdf.Dictionary(F8=font)
        opened.save(pdf.with_name("both.pdf"))
    both = pdf.with_name("both.pdf")
    assert "page 1 uses fonts that are not in the file: Verdana" in said(both)
    assert "page 2 uses fonts" not in said(both)
    assert list(foreign_fonts(both, account(both))) == ["page 2 (Ex. A-1) came without the files of its fonts: Verdana"]


def test_a_changed_byte_is_caught(tmp_path: Path) -> None:
    pdf = made(tmp_path)
    told = account(pdf)
    raw = bytearray(pdf.read_bytes())
    raw[len(raw) // 2] ^= 1
    pdf.write_bytes(raw)
    assert "its SHA-256 is another" in said(pdf, told)


def test_a_manifest_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    told = account(made(tmp_path))
    path = tmp_path / "manifest.json"
    path.write_text(json_text(told))
    assert read_manifest(path) == told
    path.write_text("{}")
    with pytest.raises(UnreadableInput, match="is not a manifest"):
        read_manifest(path)
    with pytest.raises(UnreadableInput, match="is not beside the packet"):
        read_manifest(tmp_path / "none.json")
