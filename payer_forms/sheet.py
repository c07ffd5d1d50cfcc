"""A layout drawn as an AcroForm: pages of sections, each field with its label, tooltip and place in the tab order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pikepdf
from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from packetgen import typeset
from payer_forms.layout import Item, Layout, Row, Section, Table

INK, BLUE, GREY, LINE, SHADE = (HexColor(c) for c in ("#1f2d3d", "#1f4e79", "#4a5560", "#8592a0", "#e3ebf3"))
PAGE_WIDTH, PAGE_HEIGHT = 612.0, 792.0
LEFT, RIGHT, TOP, BOTTOM = 42.0, 570.0, 754.0, 52.0
WIDTH = RIGHT - LEFT
LABEL, CHOICE, BODY = 6.8, 8.2, 8.2  # type sizes, points
CELL, HEADING, QUESTION, LINE_STEP, LABEL_BAND, BOX = 27.0, 19.0, 16.0, 12.0, 10.5, 10.0
TABLE_HEAD, TABLE_ROW = 13.0, 26.0
SIGNATURE = 34.0
EQUIVALENT = "Equivalent layout: use the plan’s current form where the plan requires it."
OWN = "General request of packetgen, 2026-11."
FIELD = "field"
SIGNED_BY_HAND = "for a person to sign"
Spot = tuple[float, Row | Section]  # the top of a row or a heading, points from the bottom of the page


def make_form(layout: Layout, path: Path) -> None:
    """Draw the blank form; the same layout gives the same bytes. Raises ValueError naming a label that has no room."""
    typeset.load_fonts()
    path.parent.mkdir(parents=True, exist_ok=True)
    canvas = Canvas(str(path), pagesize=(PAGE_WIDTH, PAGE_HEIGHT), invariant=1)
    canvas.setTitle(layout.title)
    pages = list(_pages(layout))
    read: list[list[str]] = []
    for number, spots in enumerate(pages, 1):
        sheet = _Sheet(canvas)
        read.append(sheet.read)
        sheet.furniture(layout, number, len(pages))
        for top, thing in spots:
            sheet.heading(thing.title, top) if isinstance(thing, Section) else sheet.row(thing, top)
        canvas.showPage()
    canvas.save()
    _finish(path, layout.title, read)


def _pages(layout: Layout) -> Iterator[list[Spot]]:
    """Rows from the top of each page down; a heading never stands alone at the foot, and is said again over a page."""
    page: list[Spot] = []
    y = TOP - 38
    for section in layout.sections:
        things: list[Row | Section] = [section, *section.rows]
        for index, thing in enumerate(things):
            height = height_of(thing)
            needed = height + (height_of(things[1]) if index == 0 else 0)
            if y - needed < BOTTOM:
                yield page
                page, y = [], TOP - 20 - (CELL + 4 if layout.running else 0)
                if index:
                    again = section.model_copy(update={"title": f"{section.title} (continued)"})
                    page.append((y, again))
                    y -= HEADING
            page.append((y, thing))
            y -= height
        y -= 4
    yield page


def height_of(thing: Row | Section) -> float:
    """Points that a heading or a row takes."""
    if isinstance(thing, Section):
        return HEADING
    if thing.table:
        return TABLE_HEAD + TABLE_ROW * thing.table.rows
    if thing.text:
        return 5 + LINE_STEP * len(typeset.wrap(thing.text, typeset.REGULAR, BODY, WIDTH - 6))
    return max(_item_height(item, width) for item, _, width in _placed(thing))


def _item_height(item: Item, width: float) -> float:
    if item.kind == "area":
        return LABEL_BAND + 6 + LINE_STEP * item.lines
    if item.kind == "signature":
        return SIGNATURE
    if item.kind == "question":
        return QUESTION + LINE_STEP * (len(_question_lines(item, width)) - 1)
    if item.kind == "check":
        return 6 + LINE_STEP * len(typeset.wrap(item.label, typeset.REGULAR, CHOICE, width - 22))
    if item.kind in ("choice", "checks"):
        return max(CELL, LABEL_BAND + 3 + 14 * (1 + max(line for _, _, line, _ in _flow(item, width))))
    return CELL


def _placed(row: Row) -> Iterator[tuple[Item, float, float]]:
    """Each item with its left edge and its width."""
    x, shares = LEFT, sum(item.width for item in row.fields)
    for item in row.fields:
        width = WIDTH * item.width / shares
        yield item, x, width
        x += width


def _flow(item: Item, width: float) -> Iterator[tuple[str, str, int, float]]:
    """The options of a choice set in lines: (state, label, line, offset from the left)."""
    x, line = 4.0, 0
    for state, label in item.choices.items():
        needed = BOX + 4 + typeset.width_of(label, typeset.REGULAR, CHOICE)
        if x > 4 and x + needed > width - 2:
            x, line = 4.0, line + 1
        if x + needed > width:
            raise ValueError(f"{item.name}: no room for the option {label!r}")
        yield state, label, line, x
        x += needed + 11


def _options_width(item: Item) -> float:
    return sum(BOX + 15 + typeset.width_of(label, typeset.REGULAR, CHOICE) for label in item.choices.values())


def _question_lines(item: Item, width: float) -> list[str]:
    return typeset.wrap(item.label, typeset.REGULAR, CHOICE, width - _options_width(item) - 10)


def _mark(x: float, y: float, shape: str) -> dict[str, Any]:
    """How reportlab draws a mark: no frame, which is on the page itself."""
    return {
        "x": x, "y": y, "size": BOX, "buttonStyle": "check", "shape": shape, "borderColor": None,
        "fillColor": None, "textColor": INK, "borderWidth": 0,
    }  # fmt: skip


class _Sheet:
    """One page in the making. read: what a screen reader meets, in order: the tag of a line of words, or FIELD."""

    def __init__(self, canvas: Any) -> None:
        self.canvas = canvas
        self.read: list[str] = []

    def furniture(self, layout: Layout, number: int, pages: int) -> None:
        """Title, running fields and foot of a page."""
        first = number == 1
        self.words(LEFT, TOP - 12, layout.title, 14 if first else 10, BLUE, typeset.BOLD, tag="H1" if first else "P")
        if first:
            self.words(LEFT, TOP - 26, layout.note, 7.6, GREY)
        self.words(LEFT, 34, f"{layout.after}. {EQUIVALENT}" if layout.after else OWN, 7, GREY)
        self.words(RIGHT, 34, f"Page {number} of {pages}", 7, GREY, right=True)
        if not first and layout.running:
            again = [item.model_copy(update={"name": f"{item.name}_p{number}"}) for item in layout.running]
            self.row(Row(fields=tuple(again)), TOP - 18)

    def heading(self, title: str, top: float) -> None:
        """The bar above a section."""
        self.shade(top - HEADING + 1, HEADING - 4)
        self.words(LEFT + 5, top - HEADING + 5.5, title, 9, BLUE, typeset.BOLD, tag="H2")

    def row(self, row: Row, top: float) -> None:
        """Fields side by side, a sentence, or a table."""
        if row.table:
            self.table(row.table, top)
        elif row.text:
            for index, line in enumerate(typeset.wrap(row.text, typeset.REGULAR, BODY, WIDTH - 6)):
                self.words(LEFT + 3, top - 10 - LINE_STEP * index, line, BODY, INK)
        else:
            height = height_of(row)
            for item, x, width in _placed(row):
                self.item(item, x, top - height, width, height)

    def item(self, item: Item, x: float, y: float, width: float, height: float) -> None:
        """One field or group in its cell; x, y is the cell's lower left."""
        if item.kind == "question":
            self.question(item, x, y, width, height)
        elif item.kind == "check":
            self.check(item.name, x + 4, y + height - BOX - 3, item.tip or item.label)
            for index, line in enumerate(typeset.wrap(item.label, typeset.REGULAR, CHOICE, width - 22)):
                self.words(x + 18, y + height - 11 - LINE_STEP * index, line, CHOICE, INK)
        else:
            self.frame(x, y, width, height)
            self.label(item, x, y + height, width)
            if item.kind in ("choice", "checks"):
                self.options(item, x, y + height - LABEL_BAND, width)
            else:
                self.field(item, x, y, width, height)

    def label(self, item: Item, x: float, top: float, width: float) -> None:
        if typeset.width_of(item.label, typeset.REGULAR, LABEL) > width - 5:
            raise ValueError(f"{item.name}: no room for the label {item.label!r}")
        self.words(x + 3, top - 7, item.label, LABEL, GREY)

    def field(self, item: Item, x: float, y: float, width: float, height: float) -> None:
        """The text, comb or signature field under the label of a cell."""
        inside = (x + 1.5, y + 1.5, width - 3, height - LABEL_BAND - 1)
        tip = item.tip or item.label
        if item.kind == "signature":
            self.words(x + 4, y + 5, "X", 10, LINE, typeset.BOLD)
            self.text(item.name, inside, f"{tip} ({SIGNED_BY_HAND})", "", 1)
        elif item.kind == "comb":
            self.comb(item, inside, tip)
        elif item.kind == "area":
            self.text(item.name, inside, tip, "multiline", 4000)
        else:
            self.text(item.name, inside, tip + (" (MM/DD/YYYY)" if item.kind == "date" else ""), "", 400)

    def comb(self, item: Item, inside: tuple[float, float, float, float], tip: str) -> None:
        """A field of boxes of one character each."""
        x, y, width, height = inside
        for cell in range(1, item.cells):
            at = x + width * cell / item.cells
            self.line(at, y, at, y + height * 0.5, LINE, 0.5)
        self.text(item.name, inside, f"{tip} ({item.cells} characters)", "comb", item.cells)

    def text(self, name: str, inside: tuple[float, float, float, float], tip: str, flags: str, longest: int) -> None:
        x, y, width, height = inside
        self.read.append(FIELD)
        self.canvas.acroForm.textfield(
            name=name, tooltip=tip, x=x, y=y, width=width, height=height, fontName="Helvetica", fontSize=9,
            borderColor=None, fillColor=None, textColor=INK, borderWidth=0, fieldFlags=flags, maxlen=longest,
        )  # fmt: skip

    def options(self, item: Item, x: float, top: float, width: float) -> None:
        """Boxes with their labels, in lines."""
        for state, label, line, offset in _flow(item, width):
            self.option(item, state, label, x + offset, top - 13 - 14 * line)

    def option(self, item: Item, state: str, label: str, x: float, y: float) -> None:
        tip = f"{item.tip or item.label}: {label}"
        if item.kind == "checks":
            self.check(f"{item.name}_{state}", x, y, tip)
        else:
            self.radio(item.name, state, x, y, tip)
        self.words(x + BOX + 4, y + 2, label, CHOICE, INK)

    def question(self, item: Item, x: float, y: float, width: float, height: float) -> None:
        """A sentence with its choices at the right."""
        for index, line in enumerate(_question_lines(item, width)):
            self.words(x + 4, y + height - 11 - LINE_STEP * index, line, CHOICE, INK)
        at = x + width - _options_width(item)
        for state, label in item.choices.items():
            self.option(item, state, label, at, y + height - 13)
            at += BOX + 15 + typeset.width_of(label, typeset.REGULAR, CHOICE)
        self.line(x, y, x + width, y, SHADE, 0.6)

    def radio(self, name: str, state: str, x: float, y: float, tip: str) -> None:
        """One of several: a circle."""
        with self.artifact():
            self.pen(INK, 0.7)
            self.canvas.circle(x + BOX / 2, y + BOX / 2, BOX / 2)
        self.read.append(FIELD)
        self.canvas.acroForm.radio(
            name=name, value=state, selected=False, tooltip=tip, fieldFlags="radio", **_mark(x, y, "circle"),
        )  # fmt: skip

    def check(self, name: str, x: float, y: float, tip: str) -> None:
        """A box to tick by itself: a square."""
        with self.artifact():
            self.pen(INK, 0.7)
            self.canvas.rect(x, y, BOX, BOX)
        self.read.append(FIELD)
        self.canvas.acroForm.checkbox(name=name, checked=False, tooltip=tip, fieldFlags="", **_mark(x, y, "square"))

    def table(self, table: Table, top: float) -> None:
        """Column heads on a shaded band, then rows of two-line fields."""
        shares = sum(column.width for column in table.columns.values())
        self.shade(top - TABLE_HEAD, TABLE_HEAD)
        for row in range(table.rows + 1):
            x, y = LEFT, top - TABLE_HEAD - TABLE_ROW * row
            for name, column in table.columns.items():
                width = WIDTH * column.width / shares
                if row == 0:
                    self.frame(x, y, width, TABLE_HEAD)
                    self.label(Item(name=name, label=column.label), x, y + TABLE_HEAD - 1, width)
                else:
                    self.frame(x, y, width, TABLE_ROW)
                    inside = (x + 1, y + 1, width - 2, TABLE_ROW - 2)
                    self.text(f"{table.prefix}_{row}_{name}", inside, f"Row {row}, {column.label}", "multiline", 1000)
                x += width

    def frame(self, x: float, y: float, width: float, height: float) -> None:
        """The frame of a cell, drawn on the page itself: it is there in every viewer, filled or not."""
        with self.artifact():
            self.pen(LINE, 0.6)
            self.canvas.rect(x, y, width, height)

    def shade(self, y: float, height: float) -> None:
        """A bar across the page."""
        with self.artifact():
            self.canvas.setFillColor(SHADE)
            self.canvas.rect(LEFT, y, WIDTH, height, stroke=0, fill=1)

    def line(self, x0: float, y0: float, x1: float, y1: float, color: Any, width: float) -> None:
        with self.artifact():
            self.pen(color, width)
            self.canvas.line(x0, y0, x1, y1)

    def pen(self, color: Any, width: float) -> None:
        self.canvas.setStrokeColor(color)
        self.canvas.setLineWidth(width)

    def words(
        self, x: float, y: float, text: str, size: float, color: Any, font: str = typeset.REGULAR, right: bool = False,
        tag: str = "P",
    ) -> None:  # fmt: skip
        """A line of words, tagged for screen readers."""
        number = sum(one != FIELD for one in self.read)
        self.read.append(tag)
        self.canvas._code.append(f"/{tag} <</MCID {number}>> BDC")
        self.canvas.setFillColor(color)
        typeset.draw(self.canvas, x - (typeset.width_of(text, font, size) if right else 0), y, text, font, size)
        self.canvas._code.append("EMC")

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """What is drawn inside is decoration, which screen readers pass over."""
        self.canvas._code.append("/Artifact BMC")
        yield
        self.canvas._code.append("EMC")


def _finish(path: Path, title: str, read: Sequence[Sequence[str]]) -> None:
    """Language, title, tab order (row by row), tags for screen readers, and signature fields."""
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.Root.Lang = pikepdf.String("en-US")
        pdf.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
        for page in pdf.pages:
            page.obj.Tabs = pikepdf.Name.R
            for field in page.obj.Annots:
                if str(field.get("/TU", "")).endswith(f"({SIGNED_BY_HAND})"):
                    _make_signature(field)
        _tag(pdf, read)
        with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
            metadata["dc:title"] = title
        pdf.save(path, deterministic_id=True)


def _tag(pdf: Any, read: Sequence[Sequence[str]]) -> None:
    """The structure tree: each line of words and each field in the order in which they are read."""
    root = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.StructTreeRoot))
    whole = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.StructElem, S=pikepdf.Name.Document, P=root))
    kids, parents = [], []
    annotations = sum(len(page.obj.Annots) for page in pdf.pages)
    of_fields = iter(range(len(read), len(read) + annotations))
    for number, (page, order) in enumerate(zip(pdf.pages, read, strict=True)):
        words, fields = [], iter(page.obj.Annots)
        for tag in order:
            element = pikepdf.Dictionary(Type=pikepdf.Name.StructElem, P=whole, Pg=page.obj)
            if tag == FIELD:
                field = next(fields)
                element.S, field.StructParent = pikepdf.Name.Form, next(of_fields)
                element.K = pikepdf.Dictionary(Type=pikepdf.Name.OBJR, Pg=page.obj, Obj=field)
                made = pdf.make_indirect(element)
                parents.append((int(field.StructParent), made))
            else:
                element.S, element.K = pikepdf.Name("/" + tag), len(words)
                made = pdf.make_indirect(element)
                words.append(made)
            kids.append(made)
        page.obj.StructParents = number
        parents.append((number, pdf.make_indirect(pikepdf.Array(words))))
    whole.K = pikepdf.Array(kids)
    root.K = pikepdf.Array([whole])
    root.ParentTree = pikepdf.Dictionary(
        Nums=pikepdf.Array([part for pair in sorted(parents, key=_first) for part in pair])
    )
    root.ParentTreeNextKey = len(read) + annotations
    pdf.Root.StructTreeRoot = root
    pdf.Root.MarkInfo = pikepdf.Dictionary(Marked=True)


def _first(pair: tuple[int, Any]) -> int:
    return pair[0]


def _make_signature(field: Any) -> None:
    """Turn a text field into one for a signature, which reportlab does not make; its empty appearance stays."""
    field.FT = pikepdf.Name.Sig
    for key in ("/V", "/DV", "/DA", "/MaxLen", "/Ff", "/MK"):
        if key in field:
            del field[key]
