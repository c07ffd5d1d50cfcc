"""The fields of a PDF form as they lie on its pages."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from packetgen.documents.model import Box

Kind = Literal["text", "button", "choice", "signature"]
MULTILINE, COMB, PUSH_BUTTON = 1 << 12, 1 << 24, 1 << 16
KINDS: dict[str, Kind] = {"/Tx": "text", "/Btn": "button", "/Ch": "choice", "/Sig": "signature"}


@dataclass(frozen=True, slots=True)
class Widget:
    """One visible box of a field; a field may have several (the choices of a radio group).

    name       fully qualified field name
    page, box  1-based page; points from the top left
    state      on-state of a check box or radio choice, without the slash; empty for other kinds
    tip        what the form calls the field, for a person
    handle     the annotation itself (pikepdf)
    """

    name: str
    kind: Kind
    page: int
    box: Box
    state: str
    multiline: bool
    comb: int
    tip: str
    handle: Any


def widgets_of(pdf: Any) -> list[Widget]:
    """Every field box of an open pikepdf.Pdf, in page order. Push buttons are not fields to fill."""
    found = []
    for number, page in enumerate(pdf.pages, 1):
        left, _, _, top = (float(value) for value in page.mediabox)
        for annotation in page.obj.get("/Annots", []):
            if annotation.get("/Subtype") != "/Widget":
                continue
            kind = KINDS.get(str(_inherited(annotation, "/FT")))
            flags = int(_inherited(annotation, "/Ff") or 0)
            if kind is None or (kind == "button" and flags & PUSH_BUTTON):
                continue
            x0, y0, x1, y1 = (float(value) for value in annotation.Rect)
            found.append(
                Widget(
                    ".".join(reversed(list(_names(annotation)))),
                    kind,
                    number,
                    Box(min(x0, x1) - left, top - max(y0, y1), max(x0, x1) - left, top - min(y0, y1)),
                    _on_state(annotation) if kind == "button" else "",
                    bool(flags & MULTILINE),
                    int(_inherited(annotation, "/MaxLen") or 0) if flags & COMB else 0,
                    str(_inherited(annotation, "/TU") or ""),
                    annotation,
                )
            )
    return found


def fingerprint(widgets: Sequence[Widget], pages: int) -> str:
    """SHA-256 over what a map relies on: names, kinds, places and states of all fields, and the page count."""
    rows = sorted(
        [w.name, w.kind, w.page, w.state, *(round(v) for v in (w.box.x0, w.box.top, w.box.x1, w.box.bottom))]
        for w in widgets
    )
    return hashlib.sha256(json.dumps([pages, rows]).encode()).hexdigest()


def field_of(annotation: Any) -> Any:
    """The dictionary that holds the field's value: the annotation itself, or the parent that has its name."""
    return annotation if "/T" in annotation else annotation.Parent


def _inherited(annotation: Any, key: str) -> Any:
    while annotation is not None:
        if key in annotation:
            return annotation[key]
        annotation = annotation.get("/Parent")
    return None


def _names(annotation: Any) -> Iterator[str]:
    while annotation is not None:
        if "/T" in annotation:
            yield str(annotation.T)
        annotation = annotation.get("/Parent")


def _on_state(annotation: Any) -> str:
    states = annotation.get("/AP", {}).get("/N", {})
    return next((str(key)[1:] for key in states.keys() if key != "/Off"), "")  # noqa: SIM118 - a pikepdf dictionary
