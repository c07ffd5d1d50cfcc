"""Forms of other hands, drawn from the label sets in unseen/*.yaml, and how well import understands them.

The labels are those of real forms; layouts are our own, in the styles that plans use.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from reportlab.pdfgen.canvas import Canvas

from packetgen.documents.model import Box
from packetgen.errors import UnreadableInput
from packetgen.forms.columns import SURE
from packetgen.forms.importing import look
from packetgen.forms.propose import propose

FOLDER = Path(__file__).parent / "unseen"
LEFT, RIGHT, MIDDLE, TOP, FOOT, HEIGHT = 40.0, 572.0, 312.0, 716.0, 50.0, 792.0
SIZE = {"before": 9.0, "underscores": 9.0, "over": 8.0, "below": 7.0, "cells": 7.0, "label_cells": 8.0, "bare": 8.0}
STEP = {
    "before": 20.0,
    "underscores": 20.0,
    "over": 32.0,
    "below": 32.0,
    "cells": 27.0,
    "label_cells": 18.0,
    "bare": 22.0,
}
PLACE = '{0}.city ~ ", " ~ {0}.state ~ " " ~ {0}.zip'
PEOPLE = ("patient", "provider", "servicing")
MEANS = {
    "units": 'request.units ~ " units"', "every": '"every " ~ request.interval_weeks ~ " weeks"',
    "sig": 'request.units ~ " units every " ~ request.interval_weeks ~ " weeks"',
    "contact_phone": "provider.contact_phone or provider.phone",
    "diagnosis_coded": 'diagnosis ~ " (" ~ request.icd10 ~ ")"',
    "patient.turned": 'patient.last_name ~ ", " ~ patient.first_name',
    **{f"{who}.csz": PLACE.format(who) for who in PEOPLE},
    **{f"{who}.whole_address": f'{who}.address ~ ", " ~ ' + PLACE.format(who) for who in PEOPLE},
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A field of a drawn form: where it is, its label, and what may be proposed for it ("": nothing)."""

    page: int
    box: Box
    label: str
    answers: frozenset[str]

    @property
    def open(self) -> bool:
        """Whether leaving it to a person is right, too."""
        return "" in self.answers


@dataclass
class Told:
    """What import said of the fields of some forms."""

    right: int = 0
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + len(self.wrong))

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + len(self.missed))


def forms_of(name: str) -> list[dict[str, Any]]:
    """The forms of a set: "first" or "second"."""
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))


def _answers(written: str) -> frozenset[str]:
    """ "a / b": either; "~a": a or nothing; "": nothing."""
    loose = written.startswith("~")
    parts = [part.strip() for part in written.removeprefix("~").split("/")]
    return frozenset(MEANS.get(part, part) for part in [*parts, *([""] if loose else [])])


class Drawing:
    """A form in the making."""

    def __init__(self, form: dict[str, Any], path: Path) -> None:
        self.form, self.style = form, form["style"]
        self.canvas = Canvas(str(path), pagesize=(612, HEIGHT), invariant=1)
        self.page, self.asked, self.names = 1, [], {}
        self.filled = form.get("fields", True)

    def words(self, x: float, y: float, text: str, size: float, bold: bool = False) -> float:
        self.canvas.setFont("Helvetica-Bold" if bold else "Helvetica", size)
        self.canvas.drawString(x, y, text)
        return self.canvas.stringWidth(text, "Helvetica-Bold" if bold else "Helvetica", size)

    def name(self, label: str) -> str:
        """A field's name, as the tools name fields: Text1, after the label (Phone_2), or by a path."""
        plain = " ".join(re.findall(r"[A-Za-z0-9#]+", label))
        kind = self.form.get("names", "text")
        if kind == "text":
            plain = f"Text{len(self.names) + 1}"
        again = sum(known == plain for known in self.names.values())
        name = f"{plain}_{again + 1}" if again else plain
        if kind == "xfa":
            name = f"topmostSubform[0].Page1[0].TextField{len(self.names) + 1}[0]"
        self.names[name] = plain
        return name

    def blank(self, x: float, y: float, width: float, height: float, label: str, asks: str, cells: int = 0) -> None:
        """A text field; x, y is its lower left."""
        box = Box(x, HEIGHT - y - height, x + width, HEIGHT - y)
        self.asked.append(Asked(self.page, box, label, _answers(asks)))
        if self.filled:
            self.canvas.acroForm.textfield(
                name=self.name(label), tooltip=label if self.form.get("tips") else "", x=x, y=y, width=width,
                height=height, borderWidth=0, fontSize=8, maxlen=cells or 100, fillColor=None,
                fieldFlags="comb" if cells > 4 else "",
            )  # fmt: skip

    def tick(self, x: float, y: float, label: str, asks: str, group: str = "") -> None:
        draw = self.canvas.circle if group else self.canvas.rect
        draw(x + 4.5, y + 4.5, 4.5) if group else draw(x, y, 9, 9)
        self.asked.append(Asked(self.page, Box(x, HEIGHT - y - 9, x + 9, HEIGHT - y), label, _answers(asks)))
        if self.filled and group:
            self.canvas.acroForm.radio(name=group, value=label, x=x, y=y, size=9, borderWidth=0, fillColor=None)
        elif self.filled:
            self.canvas.acroForm.checkbox(
                name=self.name(f"Check {label}"), x=x, y=y, size=9, borderWidth=0, fillColor=None
            )

    def draw(self) -> list[Asked]:
        self.words(LEFT, 752, "Prior Authorization Request", 14, bold=True)
        self.words(
            LEFT, 738, "Send this page with the notes of the last visit. Plan phone: 555-0171  Plan fax: 555-0170", 7.5
        )
        y = top = TOP
        sections = self.form["sections"]
        for index, section in enumerate(sections):
            paired = index + 1 < len(sections) and sections[index + 1].get("beside")
            if section.get("beside"):
                y = min(y, self.section(section, MIDDLE, RIGHT, top))
                continue
            if y - STEP[self.style] * len(section["rows"]) - 30 < FOOT:
                self.canvas.showPage()
                self.page, y = self.page + 1, TOP
            top = y
            y = self.section(section, LEFT, MIDDLE - 12 if paired else RIGHT, y)
        self.canvas.save()
        return self.asked

    def section(self, section: dict[str, Any], left: float, right: float, y: float) -> float:
        """A heading and its rows; gives the lower edge."""
        if section["heading"]:
            if self.style == "cells":
                self.canvas.setFillGray(0.85)
                self.canvas.rect(left, y - 14, right - left, 14, stroke=0, fill=1)
                self.canvas.setFillGray(0)
            self.words(left + 3, y - 11, section["heading"], 9, bold=True)
            y -= 14 if self.style == "cells" else 18
        for row in section["rows"]:
            y -= STEP[self.style]
            if row.startswith("?"):
                self.ticks(row, left, right, y)
            else:
                for cell, x, width in _cells(row, left, right):
                    getattr(self, self.style)(*_parts(cell), x, y, width)
        return y - 12

    def ticks(self, row: str, left: float, right: float, y: float) -> None:
        group = f"Group{len(self.names)}" if row.startswith("?o") else ""
        question, _, rest = row[2:].strip().partition(": ")
        x = left + self.words(left + 2, y + 5, f"{question}:" if not question.endswith("?") else question, 8.5) + 16
        options, _, fact = rest.partition(" = ") if group else (rest, "", "")
        for option in options.split(", "):
            label, _, own = (option, "", fact) if group else option.partition(" =")
            self.tick(x, y + 3, label.strip(), own.strip(), group)
            x += 13 + self.words(x + 13, y + 5, label.strip(), 8.5) + 18

    def before(self, label: str, asks: str, cells: Sequence[int], x: float, y: float, width: float) -> None:
        """ "City: ______" on a ruled line."""
        size = min(9.0, 9.0 * 0.62 * width / max(1.0, self.canvas.stringWidth(label, "Helvetica", 9.0)))
        start = x + self.words(x, y + 5, label, size) + 4
        self.fields(label, asks, cells, start, y + 2, x + width - 8 - start, 13)

    def underscores(self, label: str, asks: str, cells: Sequence[int], x: float, y: float, width: float) -> None:
        size = min(9.0, 9.0 * 0.6 * width / max(1.0, self.canvas.stringWidth(label, "Helvetica", 9.0)))
        start = x + self.words(x, y + 5, label, size) + 3
        count = int((x + width - 8 - start) / self.canvas.stringWidth("_", "Helvetica", 9))
        length = self.words(start, y + 5, "_" * count, 9)
        self.blank(start, y + 2, length, 13, label, asks)

    def over(self, label: str, asks: str, cells: Sequence[int], x: float, y: float, width: float) -> None:
        """The label above a framed box."""
        self.words(x, y + 20, label, min(8.0, 8.0 * (width - 6) / self.canvas.stringWidth(label, "Helvetica", 8.0)))
        self.canvas.rect(x, y + 2, width - 8, 15)
        self.fields(label, asks, cells, x + 1, y + 3, width - 10, 13, ruled=False)

    def below(self, label: str, asks: str, cells: Sequence[int], x: float, y: float, width: float) -> None:
        """The label small under its line."""
        self.words(x, y + 3, label, 7)
        self.fields(label, asks, cells, x, y + 12, width - 10, 13)

    def cells(self, label: str, asks: str, cells: Sequence[int], x: float, y: float, width: float) -> None:
        """A framed cell with its label at the top left."""
        self.canvas.rect(x, y, width, 27)
        self.words(x + 3, y + 19, label, min(7.0, 7.0 * (width - 6) / self.canvas.stringWidth(label, "Helvetica", 7.0)))
        self.fields(label, asks, cells, x + 2, y + 1, width - 4, 14, ruled=False)

    def label_cells(self, label: str, asks: str, cells: Sequence[int], x: float, y: float, width: float) -> None:
        """A cell with the label, and an empty one at its right."""
        part = 0.42 * width
        self.canvas.rect(x, y, part, 18)
        self.canvas.rect(x + part, y, width - part, 18)
        self.words(x + 3, y + 6, label, min(8.0, 8.0 * (part - 6) / self.canvas.stringWidth(label, "Helvetica", 8.0)))
        self.fields(label, asks, cells, x + part + 2, y + 1, width - part - 4, 16, ruled=False)

    def bare(self, label: str, asks: str, cells: Sequence[int], x: float, y: float, width: float) -> None:
        """Nothing printed."""
        self.canvas.rect(x, y + 2, width - 8, 15)
        self.fields(label.removeprefix("@"), asks, cells, x + 1, y + 3, width - 10, 13, ruled=False)

    def fields(
        self,
        label: str,
        asks: str,
        cells: Sequence[int],
        x: float,
        y: float,
        width: float,
        height: float,
        ruled: bool = True,
    ) -> None:
        """The field of a label, or the parts it is split into."""
        if ruled:
            self.canvas.line(x, y, x + width, y)
        share = width / max(1, len(cells))
        for number, count in enumerate(cells or [0]):
            room = width if len(cells) < 2 else share - 10
            self.blank(x + share * number, y, room, height, label, asks, count)
            for cell in range(1, count if len(cells) == 1 else 0):
                at = x + width * cell / count
                self.canvas.line(at, y, at, y + 5)


def _cells(row: str, left: float, right: float) -> Iterator[tuple[str, float, float]]:
    """The fields of a row with their left edge and width."""
    cells = [
        (re.sub(r"\{\d\}", "", cell), int((re.findall(r"\{(\d)\}", cell) or ["1"])[0])) for cell in row.split(" | ")
    ]
    x, shares = left, sum(share for _, share in cells)
    for cell, share in cells:
        width = (right - left) * share / shares
        yield cell, x, width
        x += width


def _parts(cell: str) -> tuple[str, str, tuple[int, ...]]:
    """Label, what it asks for, and the characters that each of its fields takes."""
    label, _, asks = (
        re.sub(r"\s=\s*$", " = ", cell.strip() + " ").rpartition(" = ")
        if cell.rstrip().endswith("=")
        else cell.partition(" = ")
    )
    found = re.search(r"\[([\d/]+)\]", label)
    cells = tuple(int(count) for count in found.group(1).split("/")) if found else ()
    return re.sub(r"\s*\[[\d/]+\]", "", label).strip(), asks.strip(), cells


def told_of(form: dict[str, Any], work: Path) -> Told:
    """Draw a form, import it, and compare what is proposed with what its fields ask for."""
    path = work / f"{form['name']}.pdf"
    asked = Drawing(form, path).draw()
    try:
        seen = look(path, work)
    except UnreadableInput:  # refused: every field is missed
        return Told(missed=[f"{form['name']}: {one.label}" for one in asked if not one.open])
    found = propose(seen.widgets, seen.pages)
    says = {one.name: one.expression if one.confidence >= SURE else "" for one in found.fields}
    for table in found.tables:
        says |= {name: column.expression for column, names in table.columns for name in names}
    told, matched = Told(), set()
    for one in asked:
        widget = next((n for n, w in enumerate(seen.widgets) if w.page == one.page and _meet(w.box, one.box)), None)
        said = says[seen.widgets[widget].name] if widget is not None else ""
        matched.add(widget)
        _count(told, form["name"], one, said)
    for number, widget in enumerate(seen.widgets):
        if number not in matched and says[widget.name]:
            told.wrong.append(f"{form['name']}: {says[widget.name]} where there is no field")
    return told


def _count(told: Told, form: str, one: Asked, said: str) -> None:
    plain = re.sub(r"^\((.*)\)$", r"\1", re.sub(r" \| \w+\(.*\)$| \| digits$", "", said))
    if plain and plain in one.answers:
        told.right += 1
    elif said:
        told.wrong.append(f"{form}: {one.label} -> {said}, not {' or '.join(sorted(one.answers)) or 'nothing'}")
    elif not one.open:
        told.missed.append(f"{form}: {one.label} ({' or '.join(sorted(one.answers))})")


def _meet(box: Box, asked: Box) -> bool:
    """Whether a found field is the one that was drawn: it lies over most of the smaller of both."""
    across = min(box.x1, asked.x1) - max(box.x0, asked.x0)
    down = min(box.bottom, asked.bottom) - max(box.top, asked.top)
    least = min(box.width * box.height, asked.width * asked.height)
    return across > 0 and down > 0 and across * down > 0.3 * least


def measured(name: str, work: Path) -> dict[str, Told]:
    """Every form of a set."""
    return {form["name"]: told_of(form, work) for form in forms_of(name)}
