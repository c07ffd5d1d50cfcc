"""Tags: the tree by which a screen reader walks through a packet, part by part and page by page, with its links.

On the pages that packetgen draws, headings, paragraphs, tables and figures are tagged where they are drawn
(`drawing.tag`), and read here from the drawing. Any other page's content is one paragraph, read in the order in which
it was drawn. What the packet lays over a page (stamp, tab, marks) is no content of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from packetgen.packet.model import Part

TAGS = ("/StructTreeRoot", "/MarkInfo")
CELLS = ("TH", "TD")


@dataclass(frozen=True, slots=True)
class Tagged:
    """Something drawn that has a tag. number: as it is marked on its page; row: of its table, for a cell."""

    kind: str
    number: int
    row: int
    alt: str


def tagged(content: bytes, overlay: bytes, *, own: bool = False) -> bytes:
    """The operators of a sheet: its page's content, which has tags of its `own` or is one paragraph, and what is laid
    over it.
    """
    page = content if own else b"/P <</MCID 0>> BDC\n" + content + b"\nEMC"
    return page + b" /Artifact BMC\n" + overlay + b"\nEMC"


def tags_of(drawing: Any) -> Iterator[Tagged]:
    """What `drawing.tag` marked on a page or form XObject, in order."""
    import pikepdf

    for found in pikepdf.parse_content_stream(drawing, "BDC"):
        kind, marked = found.operands[0], found.operands[1]
        if isinstance(marked, pikepdf.Dictionary) and "/Row" in marked:
            yield Tagged(str(kind)[1:], int(marked.MCID), int(marked.Row), str(marked.get("/Alt", "")))


class _Tree:
    """The tree as it grows, and by which page and number its leaves are found."""

    def __init__(self, out: Any) -> None:
        from pikepdf import Dictionary, Name

        self.out = out
        self.root = out.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        self.parents: list[Any] = []

    def element(self, kind: str, parent: Any, **more: Any) -> Any:
        """A new element, the last one in `parent`."""
        from pikepdf import Array, Dictionary, Name

        made = self.out.make_indirect(Dictionary(Type=Name.StructElem, S=Name("/" + kind), P=parent, **more))
        if "/K" not in parent:
            parent.K = Array([])
        parent.K.append(made)
        return made

    def page(self, section: Any, page: Any) -> None:
        """A page whose content is one paragraph."""
        from pikepdf import Array

        page.StructParents = len(self.parents)
        self.parents.append(Array([self.element("P", section, Pg=page, K=0)]))

    def drawing(self, section: Any, page: Any) -> None:
        """A page with tags of its own; cells are put into rows, and these into tables."""
        from pikepdf import Array, Dictionary, Name

        form = page.Resources.XObject.Content
        form.StructParents = len(self.parents)
        found = []
        row = -1  # none
        for one in tags_of(form):
            into = section
            if one.kind in CELLS:
                if one.row < row or row < 0:
                    table = self.element("Table", section)
                if one.row != row:
                    line = self.element("TR", table)
                into = line
            row = one.row if one.kind in CELLS else -1
            more: dict[str, Any] = {"Alt": one.alt} if one.alt else {}
            if one.kind == "TH":
                more["A"] = Dictionary(O=Name.Table, Scope=Name.Row if one.row else Name.Column)
            content = Dictionary(Type=Name.MCR, Pg=page, Stm=form, MCID=one.number)
            found.append(self.element(one.kind, into, Pg=page, K=content, **more))
        self.parents.append(Array(found))

    def annotations(self, section: Any, page: Any) -> None:
        """The links and fields of a page."""
        from pikepdf import Dictionary, Name

        for annotation in page.get("/Annots", ()):
            kind = "Link" if annotation.Subtype == Name.Link else "Form"
            refers = Dictionary(Type=Name.OBJR, Obj=annotation, Pg=page)
            annotation.StructParent = len(self.parents)
            self.parents.append(self.element(kind, section, Pg=page, K=refers))


def add_tags(out: Any, parts: Sequence[Part], own: Collection[int] = ()) -> None:
    """The tree over all pages of a packet whose sheets are `tagged`. own: the pages with tags of their own."""
    from pikepdf import Array, Dictionary

    tree = _Tree(out)
    document = tree.element("Document", tree.root)
    for part in parts:
        section = tree.element("Sect", document, T=part.title)
        for number in range(part.first_page, part.last_page + 1):
            page = out.pages[number - 1].obj
            if number in own:
                tree.drawing(section, page)
            else:
                tree.page(section, page)
            tree.annotations(section, page)
    tree.root.ParentTree = Dictionary(Nums=Array([item for pair in enumerate(tree.parents) for item in pair]))
    tree.root.ParentTreeNextKey = len(tree.parents)
    out.Root.StructTreeRoot = tree.root
    out.Root.MarkInfo = Dictionary(Marked=True)
