"""A screen reader finds every page and link in a tree of tags, part by part; what is made of a packet has none."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pikepdf

from packetgen.packet.model import Packet
from packetgen.packet.redact import redact
from packetgen.packet.tags import add_tags, tagged
from packetgen.packet.variants import make_variants
from packetgen.packet.wanted import Limits, Wanted

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
