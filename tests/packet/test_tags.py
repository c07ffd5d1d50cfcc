"""A screen reader finds every page and link in a tree of tags, part by part; what is made of a packet has none."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from packetgen import pipeline
from packetgen.packet.model import Packet
from packetgen.packet.redact import redact
from packetgen.packet.tags import add_tags, tagged
from packetgen.packet.variants import make_variants
from packetgen.packet.wanted import Limits, Wanted
from packetgen.resources import SAMPLES

from .test_variants import packet, texts


def with_tags(folder: Path, pages: int = 6) -> Packet:
    made = packet(folder, pages)
    with pikepdf.open(made.pdf, allow_overwriting_input=True) as pdf:
        for page in pdf.pages:
            page.obj.Contents = pdf.make_stream(tagged(page.obj.Contents.read_bytes(), b"q Q"))
        add_tags(pdf, made.parts)
        pdf.save(made.pdf)
    return made


def kinds(element: Any) -> list[Any]:
    """The tree as nested lists of names."""
    inside = element.get("/K", ())
    return [str(element.S)[1:], *(kinds(one) for one in inside)] if isinstance(inside, pikepdf.Array) else [
        str(element.S)[1:]
    ]  # fmt: skip


def test_every_page_and_link_stands_in_the_tree_where_its_part_is(tmp_path: Path) -> None:
    made = with_tags(tmp_path)
    with pikepdf.open(made.pdf) as pdf:
        (document,) = pdf.Root.StructTreeRoot.K
        assert [str(section.T) for section in document.K] == [part.title for part in made.parts]
        assert kinds(document) == [
            "Document",
            ["Sect", ["P"], *([["Link"]] * 6)],
            ["Sect", ["P"], ["P"]],
            ["Sect", ["P"], ["P"], ["P"]],
        ]
        numbers = list(pdf.Root.StructTreeRoot.ParentTree.Nums)
        parents = dict(zip(map(int, numbers[::2]), numbers[1::2], strict=True))
        for page in pdf.pages:
            assert parents[int(page.obj.StructParents)][0].Pg.objgen == page.obj.objgen
            assert b"/P <</MCID 0>> BDC" in page.obj.Contents.read_bytes()
        for link in pdf.pages[0].obj.Annots:
            assert parents[int(link.StructParent)].K.Obj.objgen == link.objgen
        assert pdf.Root.MarkInfo.Marked
        assert pdf.check_pdf_syntax() == []
    assert texts(made.pdf)[3].startswith("Leaf 4.")


def test_parts_and_a_redacted_packet_carry_no_tree_that_holds_what_was_taken_out(told, tmp_path: Path) -> None:
    made = with_tags(tmp_path)
    parts = make_variants(made, told.case, "A Plan", Wanted(limits=Limits(pages=4)), tmp_path)[0]
    redact(made.pdf, tmp_path / "redacted.pdf", ["Leaf 5"], tmp_path)
    for file in (*map(io.BytesIO, parts.values()), tmp_path / "redacted.pdf"):
        with pikepdf.open(file) as pdf:
            assert not {"/StructTreeRoot", "/MarkInfo"} & set(pdf.Root.keys())
            pages = sum(
                isinstance(found, pikepdf.Dictionary) and found.get("/Type") == "/Page" for found in pdf.objects
            )
            assert pages == len(pdf.pages)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> pikepdf.Pdf:
    """The packet of a sample, as it is built."""
    folder = tmp_path_factory.mktemp("tags") / "case"
    shutil.copytree(SAMPLES / "chronic-migraine-uhc", folder, ignore=shutil.ignore_patterns("packet"))
    return pikepdf.open(pipeline.build(folder / "case.yaml").folder / "packet.pdf")


def section(sample: pikepdf.Pdf, title: str) -> Any:
    (found,) = [one for one in sample.Root.StructTreeRoot.K[0].K if str(one.T) == title]
    return found


def tables(element: Any) -> list[list[list[str]]]:
    """The tables in it: for each row the kinds of its cells."""
    inside = [one for one in element.K if pikepdf.Name.Table == one.S]
    return [[[str(cell.S)[1:] for cell in row.K] for row in table.K] for table in inside]


@pytest.mark.slow
def test_the_crosswalk_is_a_table_with_a_head_and_a_row_for_each_criterion(sample: pikepdf.Pdf) -> None:
    crosswalk = section(sample, "Criteria and where the chart shows them")
    assert [str(one.S)[1:] for one in crosswalk.K][:4] == ["H1", "P", "P", "Table"]
    ((head, *rows),) = tables(crosswalk)
    assert head == ["TH"] * 5
    assert rows == [["TH", "TD", "TD", "TD", "TD"]] * 9
    (table,) = [one for one in crosswalk.K if pikepdf.Name.Table == one.S]
    assert [cell.A.Scope for cell in table.K[0].K] == [pikepdf.Name.Column] * 5
    assert table.K[1].K[0].A.Scope == pikepdf.Name.Row


@pytest.mark.slow
def test_the_picture_of_the_course_is_told_in_words_and_its_tables_are_tables(sample: pikepdf.Pdf) -> None:
    course = section(sample, "Course of treatment")
    (figure,) = [one for one in course.K if pikepdf.Name.Figure == one.S]
    assert str(figure.Alt).startswith("Time line of Headache days a month, Migraine days a month, HIT-6, MIDAS")
    therapies, points = tables(course)
    assert therapies == [["TH"] * 5, *[["TD"] * 5] * 3]
    assert points[0] == ["TH"] * 5


@pytest.mark.slow
def test_another_program_reads_the_words_of_each_tag(sample: pikepdf.Pdf) -> None:
    read = subprocess.run(["pdfinfo", "-struct-text", sample.filename], capture_output=True, text=True, check=True)
    lines = [line.strip() for line in read.stdout.splitlines()]
    assert lines[lines.index("H1 (block)") + 1] == '"Prior authorization request"'
    assert lines[lines.index('"Member ID"') + 1 :][:2] == ["TD", '"918273645, Community Plan"']
    assert lines[lines.index('"Headache on 15 or more days amonth"') - 1] == "TD"
    assert read.stderr == ""


@pytest.mark.slow
def test_every_leaf_of_the_tree_is_found_from_its_page(sample: pikepdf.Pdf) -> None:
    numbers = list(sample.Root.StructTreeRoot.ParentTree.Nums)
    parents = dict(zip(map(int, numbers[::2]), numbers[1::2], strict=True))
    drawn = [page.obj.Resources.XObject.Content for page in sample.pages if "/StructParents" not in page.obj]
    assert len(drawn) == 4  # cover, crosswalk, and two of the course
    for form in drawn:
        leaves = parents[int(form.StructParents)]
        assert [int(leaf.K.MCID) for leaf in leaves] == list(range(len(leaves)))
        assert {leaf.K.Stm.objgen for leaf in leaves} == {form.objgen}
