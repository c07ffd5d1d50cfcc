"""templates/forms/<id>.yaml: which fact goes into which field of a form."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from packetgen import yamlfile
from packetgen.errors import BadCaseFile, BadDataFile
from packetgen.resources import FORM_MAPS
from packetgen.yamlfile import Strict

Expression = Annotated[str, Field(min_length=1, max_length=400)]


class Repeated(Strict):
    """Rows of a table: field names with {row} (1, 2, …), filled from a list; what is too long goes on an addendum."""

    over: Expression
    rows: Annotated[int, Field(gt=0, le=50)]
    fields: Annotated[dict[str, Expression], Field(min_length=1)]


class FormMap(Strict):
    """A form and how it is filled.

    blank         the form, relative to payer_forms/
    fingerprint   of the blank form this map was made for (packetgen.forms.widgets.fingerprint)
    fields        field name: expression over the case and the chart; for check boxes its value is the on-state
    required      fields that the plan wants filled
    left          fields that only a person fills
    source        where the field list comes from
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    title: str
    blank: Annotated[str, Field(pattern=r"^[a-z0-9-]+/[a-z0-9-]+\.pdf$")]
    revision: str
    source: str
    fingerprint: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    fields: dict[str, Expression]
    repeated: tuple[Repeated, ...] = ()
    required: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def load_map(name: str, folder: Path = FORM_MAPS) -> FormMap:
    """The map of that name; raises BadCaseFile when there is none, BadDataFile naming file and line of a bad one."""
    path = folder / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(found.stem for found in folder.glob("*.yaml")))
        raise BadCaseFile(f"no form '{name}'", where="request.form", fix=f"Known forms: {known}.")
    read = yamlfile.read(path, FormMap)
    if read.id != name:
        raise BadDataFile(f"id is '{read.id}', but the file is '{path.name}'", where=path.name)
    return read
