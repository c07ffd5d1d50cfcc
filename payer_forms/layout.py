"""layouts/<form>.yaml: what stands on a form of ours, section by section, row by row; sheet.py draws it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from packetgen import yamlfile
from packetgen.yamlfile import Strict

FOLDER = Path(__file__).parent / "layouts"
COMMON = FOLDER / "common.yaml"
FieldKind = Literal["text", "date", "comb", "area", "choice", "question", "checks", "check", "signature"]
YES_NO = {"yes": "Yes", "no": "No"}


class Item(Strict):
    """A field or a group of boxes in a row. Written `name` (all else from common.yaml), `name: label` or in full.

    width    share of the row
    cells    boxes of a comb, one character each
    lines    height of an area in lines of text
    options  on-state: label, for choice (one of them), question (the same, beside its words; default yes and no)
             and checks (any of them: fields <name>_<state>)
    tip      what a screen reader says; default: the label
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
    label: str = ""
    kind: FieldKind = "text"
    width: Annotated[float, Field(gt=0)] = 1.0
    cells: int = 0
    lines: int = 3
    options: dict[str, str] = Field(default_factory=dict)
    tip: str = ""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: object) -> object:
        if isinstance(value, str):
            return {"name": value}
        if isinstance(value, dict) and len(value) == 1 and "name" not in value:
            ((name, said),) = value.items()
            return {"name": name, **({"label": said} if isinstance(said, str) else said or {})}
        return value

    @property
    def choices(self) -> dict[str, str]:
        """The options, on-state: label."""
        return self.options or (YES_NO if self.kind == "question" else {})


class Column(Strict):
    """A column of a table: its head and its share of the width."""

    label: str
    width: Annotated[float, Field(gt=0)] = 1.0


class Table(Strict):
    """Rows of text fields under column heads; fields are named <prefix>_<row>_<column>."""

    prefix: str
    rows: Annotated[int, Field(gt=0, le=20)]
    columns: dict[str, Column]


class Row(Strict):
    """Fields side by side (written as a list), questions (`ask: {name: words}`), a sentence, or a table."""

    fields: tuple[Item, ...] = ()
    text: str = ""
    table: Table | None = None

    @model_validator(mode="before")
    @classmethod
    def _list(cls, value: object) -> object:
        if isinstance(value, list):
            return {"fields": value}
        if isinstance(value, dict) and isinstance(value.get("ask"), dict):
            return {"fields": [{"name": n, "label": words, "kind": "question"} for n, words in value["ask"].items()]}
        return value


class Section(Strict):
    """A heading and its rows."""

    title: str
    rows: tuple[Row, ...]


class Common(Strict):
    """Fields that many forms have."""

    fields: dict[str, dict[str, Any]]


class Layout(Strict):
    """A form.

    after    whose fields it has, as the foot of each page says; none: the form is our own
    running  fields that each further page repeats at its top, so that a lost fax page finds back
    """

    title: str
    blank: str
    after: str = ""
    note: str
    sections: tuple[Section, ...]
    running: tuple[Item, ...] = ()


def read_layout(path: Path) -> Layout:
    """A layout with what common.yaml says of its fields; raises BadDataFile naming file and line."""
    common = yamlfile.read(COMMON, Common).fields
    layout = yamlfile.read(path, Layout)

    def full(item: Item) -> Item:
        return Item.model_validate({**common.get(item.name, {}), **item.model_dump(exclude_unset=True)})

    sections = tuple(
        section.model_copy(
            update={
                "rows": tuple(
                    row.model_copy(update={"fields": tuple(full(item) for item in row.fields)}) for row in section.rows
                )
            }
        )
        for section in layout.sections
    )
    running = tuple(full(item) for item in layout.running)
    return layout.model_copy(update={"sections": sections, "running": running})
