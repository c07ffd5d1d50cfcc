"""Tags: the tree by which a screen reader walks through a packet, part by part and page by page, with its links.

A page's content is one paragraph, read in the order in which it was drawn; headings and tables inside of it have no
tags of their own. What the packet lays over a page (stamp, tab, marks) is no content of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from packetgen.packet.model import Part

TAGS = ("/StructTreeRoot", "/MarkInfo")


def tagged(content: bytes, overlay: bytes) -> bytes:
    """The operators of a sheet: its page's content, and what is laid over it."""
    return b"/P <</MCID 0>> BDC\n" + content + b"\nEMC /Artifact BMC\n" + overlay + b"\nEMC"


def add_tags(out: Any, parts: Sequence[Part]) -> None:
    """The tree over all pages of a packet whose sheets are `tagged`."""
    from pikepdf import Array, Dictionary, Name

    root = out.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    parents: list[Any] = []

    def element(kind: str, parent: Any, **more: Any) -> Any:
        made = out.make_indirect(Dictionary(Type=Name.StructElem, S=Name("/" + kind), P=parent, **more))
        if "/K" not in parent:
            parent.K = Array([])
        parent.K.append(made)
        return made

    document = element("Document", root)
    for part in parts:
        section = element("Sect", document, T=part.title)
        for page in out.pages[part.first_page - 1 : part.last_page]:
            page.obj.StructParents = len(parents)
            parents.append(Array([element("P", section, Pg=page.obj, K=0)]))
            for annotation in page.obj.get("/Annots", ()):
                kind = "Link" if annotation.Subtype == Name.Link else "Form"
                refers = Dictionary(Type=Name.OBJR, Obj=annotation, Pg=page.obj)
                annotation.StructParent = len(parents)
                parents.append(element(kind, section, Pg=page.obj, K=refers))
    root.ParentTree = Dictionary(Nums=Array([item for pair in enumerate(parents) for item in pair]))
    root.ParentTreeNextKey = len(parents)
    out.Root.StructTreeRoot = root
    out.Root.MarkInfo = Dictionary(Marked=True)
