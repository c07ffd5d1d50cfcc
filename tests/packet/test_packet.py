"""Pieces of the packet: sheets, marks, the account of pages, the worklist, and the proof that reads it back."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pikepdf
import pytest

from packetgen.documents.model import Box
from packetgen.errors import Problem, SafetyStop
from packetgen.packet.bind import account_for_pages
from packetgen.packet.marks import Mark, Overlay, draw_overlays, number_boxes
from packetgen.packet.model import Citation, Packet, Part
from packetgen.packet.sheet import BOTTOM, LEFT, RIGHT, TOP, place, whole
from packetgen.packet.verify import verify
from packetgen.packet.worklist import worklist


@pytest.mark.parametrize("size", [(612, 792), (792, 612), (595, 842), (1700, 2200), (300, 400), (2000, 100)])
def test_a_page_of_any_size_keeps_the_margins_free(size: tuple[float, float]) -> None:
    sheet = place(*size)
    box = sheet.box(Box(0, 0, *size))
    assert box.x0 >= LEFT - 0.01
    assert box.x1 <= sheet.width - RIGHT + 0.01
    assert box.top >= TOP - 0.01
    assert box.bottom <= sheet.height - BOTTOM + 0.01
    assert sheet.scale <= 1
    assert (sheet.width > sheet.height) == (size[0] > size[1])


def test_numbers_in_the_margin_do_not_overlap_and_are_not_repeated_nearby() -> None:
    marks = [Mark((Box(50, 100 + n, 90, 110 + n),), (1, n + 2)) for n in range(4)]
    placed = number_boxes(marks, whole())
    assert [number for number, _ in placed].count(1) == 1
    boxes = [box for _, box in placed]
    assert all(above.bottom <= below.top for above, below in pairwise(boxes))


def test_a_lost_page_of_the_chart_stops(told) -> None:
    account_for_pages(told.documents, {"A-1": 5, "A-2": 6})
    with pytest.raises(SafetyStop, match="A-2 is lost"):
        account_for_pages(told.documents, {"A-1": 5})
    with pytest.raises(SafetyStop, match="2 pages of the chart came in and 3"):
        account_for_pages(told.documents, {"A-1": 5, "A-2": 6, "A-3": 7})


def stamped(folder: Path, stamps: list[str], draft: str = "not signed") -> Path:
    path = folder / "packet.pdf"
    path.write_bytes(draw_overlays([Overlay(whole(), stamp, draft) for stamp in stamps]).getvalue())
    return path


def packet(pdf: Path) -> Packet:
    return Packet(pdf, 2, (Part("Cover", 1, 1), Part("Exhibit A: note", 2, 2, "A")), (), "not signed")


GOOD = ["page 1 of 2 · case 1", "Ex. A-1 · page 2 of 2 · case 1"]


def test_a_packet_that_is_what_it_should_be_passes(tmp_path: Path) -> None:
    verify(packet(stamped(tmp_path, GOOD)))


@pytest.mark.parametrize(
    ("stamps", "said"),
    [
        (GOOD[:1], "1 pages, 2 were bound"),
        (GOOD[::-1], "page 1 does not carry the stamp"),
        ([GOOD[0], "Ex. A-2 · page 2 of 2 · case 1"], "page 2 does not carry the stamp"),
    ],
)
def test_a_packet_with_wrong_pages_is_caught(tmp_path: Path, stamps: list[str], said: str) -> None:
    with pytest.raises(SafetyStop, match=said):
        verify(packet(stamped(tmp_path, stamps)))


def test_a_draft_without_its_mark_is_caught(tmp_path: Path) -> None:
    with pytest.raises(SafetyStop, match="not marked DRAFT"):
        verify(packet(stamped(tmp_path, GOOD, draft="")))


def test_a_link_whose_page_reads_otherwise_is_caught(tmp_path: Path) -> None:
    cited = Citation(1, 2, "A-1", "headache on 22 days", (Box(50, 100, 300, 112),))
    with pytest.raises(SafetyStop, match=r"page 2 \(Ex. A-1\)"):
        verify(replace(packet(stamped(tmp_path, GOOD)), citations=(cited,)))


def test_a_script_in_the_packet_is_caught(tmp_path: Path) -> None:
    path = stamped(tmp_path, GOOD)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
        pdf.save(path)
    with pytest.raises(SafetyStop, match="/OpenAction"):
        verify(packet(path))


def test_the_worklist_puts_what_is_required_first_and_escapes_signs() -> None:
    problems = [
        Problem("a", "Notes", "look at *this*", "Why <b>?", "clinician", "doubt"),
        Problem("b", "Hours", "missing", "How many?", "clinician", "required"),
        Problem("c", "Plan", "old", "Newer?", "plan", "note"),
    ]
    text = worklist("2026-1", problems, "2 open items")
    assert text.index("Required: Hours") < text.index("Please check: Notes") < text.index("To ask the plan")
    assert r"look at \*this\*" in text
    assert r"Why \<b\>?" in text


def test_a_worklist_without_problems_says_so() -> None:
    assert "Nothing is open." in worklist("2026-1", [], "not signed")
