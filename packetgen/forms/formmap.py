"""templates/forms/<id>.yaml: which fact goes into which field of a form."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from packetgen import yamlfile
from packetgen.errors import BadCaseFile, BadDataFile
from packetgen.resources import FORM_MAPS, PAYERS
from packetgen.yamlfile import Strict

Expression = Annotated[str, Field(min_length=1, max_length=2000)]
Corner = tuple[float, float, float, float]


class Repeated(Strict):
    """Rows of a table: field names with {row} (1, 2, …), filled from a list; what is too long goes on an addendum.

    names  for columns whose fields are not numbered so: their field names, row by row
    """

    over: Expression
    rows: Annotated[int, Field(gt=0, le=50)]
    fields: Annotated[dict[str, Expression], Field(min_length=1)]
    names: Annotated[dict[str, tuple[str, ...]], Field(default_factory=dict)]

    @model_validator(mode="after")
    def _named_in_full(self) -> Repeated:
        for column, fields in self.names.items():
            if column not in self.fields:
                raise ValueError(f"names a column {column} that fields does not have")
            if len(fields) != self.rows:
                raise ValueError(f"the column {column} names {len(fields)} fields, but the table has {self.rows} rows")
        return self

    def column(self, name: str) -> list[str]:
        """The field names of a column, row by row."""
        return list(self.names[name]) if name in self.names else rows_of(name, self.rows)


class Place(Strict):
    """A field of a form that has none: where it lies on its printed page.

    box    left, top, right, bottom in points from the top left of the upright page
    ticks  squares to tick instead of a box: the choice each stands for
    lines  the text may break into lines
    comb   the text is written in so many cells of equal width
    rows   of a table: so many boxes, each `step` points below the one before; the name has {row}
    """

    page: Annotated[int, Field(gt=0)]
    box: Corner | None = None
    ticks: Annotated[dict[str, Corner], Field(default_factory=dict)]
    lines: bool = False
    comb: Annotated[int, Field(ge=0, le=100)] = 0
    rows: Annotated[int, Field(gt=0, le=50)] = 1
    step: float = 0.0

    @model_validator(mode="after")
    def _one_of_both(self) -> Place:
        if (self.box is None) == (not self.ticks):
            raise ValueError("give either a box or ticks")
        if self.rows > 1 and self.step <= 0:
            raise ValueError("rows of a table need their step: the points from one row to the next")
        return self


class FormMap(Strict):
    """A form and how it is filled.

    blank         the form, relative to payer_forms/
    fingerprint   of the blank form this map was made for (packetgen.forms.widgets.fingerprint)
    places        of the fields of that form, so that a change can be told; both as `forms inspect` prints them
    overlay       the fields of a form that has none
    fields        field name: expression over the case and the chart
    required      fields that the plan wants filled
    left          fields that only a person fills; in a map of ours by the reason: {reason: [fields]}
    reasons       why, by field
    source        where the field list comes from
    file          where the map was read, not something a person writes
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    title: str
    blank: Annotated[str, Field(pattern=r"^[a-z0-9-]+/[^/]+\.(pdf|PDF)$")]
    revision: str
    source: str
    fingerprint: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    overlay: Annotated[dict[str, Place], Field(default_factory=dict)]
    fields: dict[str, Expression]
    repeated: tuple[Repeated, ...] = ()
    required: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    reasons: Annotated[dict[str, str], Field(default_factory=dict)]
    places: Annotated[dict[str, str], Field(default_factory=dict)]
    file: Annotated[Path, Field(exclude=True)] = Path()

    @model_validator(mode="before")
    @classmethod
    def _left_by_reason(cls, value: object) -> object:
        if not isinstance(value, dict) or not isinstance(value.get("left"), dict):
            return value
        if any(not isinstance(names, list) for names in value["left"].values()):
            raise ValueError("left gives each reason a list of fields: {signed by hand: [signature]}")
        by_reason = [(name, why) for why, names in value["left"].items() for name in names]
        return {**value, "left": [name for name, _ in by_reason], "reasons": dict(by_reason)}

    @model_validator(mode="after")
    def _named_once(self) -> FormMap:
        named = [*self.fields, *(name for table in self.repeated for name in table.fields), *self.left]
        twice = sorted({name for name in named if named.count(name) > 1})
        if twice:
            raise ValueError(f"said twice: {', '.join(twice)}; a field is mapped or left to a person")
        return self

    @property
    def blank_file(self) -> Path:
        """The blank form: in payer_forms/ beside the templates/ of this map, else among those that ship."""
        beside = self.file.resolve().parents[2] / "payer_forms" / self.blank if self.file.is_file() else self.file
        return beside if beside.is_file() else PAYERS / self.blank

    def wrong(self, what: str, *at: str | int, fix: str = "Correct the map.") -> BadDataFile:
        """The error that names this file and the line of what is wrong in it."""
        where = f"{self.id}.yaml"
        if self.file.is_file():
            where = f"{self.file.name}:{yamlfile.line_of(self.file, *at)}"
        return BadDataFile(what, where=where, fix=fix)

    def line_of(self, name: str) -> tuple[str | int, ...]:
        """Where the map speaks of a field, for `wrong`."""
        for key in ("fields", "overlay"):
            if name in getattr(self, key):
                return key, name
        for number, table in enumerate(self.repeated):
            for pattern in table.fields:
                if name in (pattern, *table.column(pattern)):
                    return "repeated", number, "fields", pattern
        if name in self.reasons:
            return "left", self.reasons[name]
        return next((("left", n) for n, left in enumerate(self.left) if left == name), ("required",))

    @property
    def named(self) -> set[str]:
        """Every field that the map speaks of."""
        repeated = {name for table in self.repeated for one in table.fields for name in table.column(one)}
        return {*self.fields, *repeated, *self.left}


def rows_of(pattern: str, rows: int) -> list[str]:
    """The field names of a table's column: "{row}" replaced by the numbers from 1."""
    return [pattern.replace("{row}", str(row)) for row in range(1, rows + 1)]


def load_map(name: str, folder: Path = FORM_MAPS) -> FormMap:
    """The map of that name; raises BadCaseFile when there is none, BadDataFile naming file and line of a bad one."""
    path = folder / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(found.stem for found in folder.glob("*.yaml")))
        raise BadCaseFile(f"no form '{name}'", where="request.form", fix=f"Known forms: {known}.")
    return read_map(path)


def read_map(path: Path) -> FormMap:
    """A map from its file; raises BadDataFile naming file and line."""
    read = yamlfile.read(path, FormMap)
    if read.id != path.stem:
        raise BadDataFile(f"id is '{read.id}', but the file is '{path.name}'", where=path.name)
    return read.model_copy(update={"file": path})
