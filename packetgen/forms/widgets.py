"""The fields of a PDF form as they lie on its pages, with what parents lend them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from packetgen.documents.model import Box

Kind = Literal["text", "button", "choice", "signature"]
MULTILINE, COMB, PUSH_BUTTON, COMBO, FREE_CHOICE = 1 << 12, 1 << 24, 1 << 16, 1 << 17, 1 << 18
RADIO = 1 << 15
HIDDEN, NO_VIEW = 1 << 1, 1 << 5
KINDS: dict[str, Kind] = {"/Tx": "text", "/Btn": "button", "/Ch": "choice", "/Sig": "signature"}
DEEPEST = 32  # parents of a field; a damaged file may be its own grandparent
SMALLEST_SIDE = 2.0  # points: a box that no one can see is no field to fill


@dataclass(frozen=True, slots=True)
class Frame:
    """How a page shows its user space: the corners of its crop box, and the degrees it is turned clockwise."""

    left: float
    bottom: float
    right: float
    top: float
    turn: int

    def shown(self, x0: float, y0: float, x1: float, y1: float) -> Box:
        """A rectangle of user space as a box of the upright page."""
        corners = [self._point(x, y) for x, y in ((x0, y0), (x1, y1))]
        xs, ys = zip(*corners, strict=True)
        return Box(min(xs), min(ys), max(xs), max(ys))

    def user(self, box: Box) -> list[float]:
        """A box of the upright page as a rectangle of user space: left, bottom, right, top."""
        flat = {
            0: (self.left + box.x0, self.top - box.bottom, self.left + box.x1, self.top - box.top),
            90: (self.left + box.top, self.bottom + box.x0, self.left + box.bottom, self.bottom + box.x1),
            180: (self.right - box.x1, self.bottom + box.top, self.right - box.x0, self.bottom + box.bottom),
            270: (self.right - box.bottom, self.top - box.x1, self.right - box.top, self.top - box.x0),
        }
        return list(flat[self.turn])

    def _point(self, x: float, y: float) -> tuple[float, float]:
        return {
            0: (x - self.left, self.top - y),
            90: (y - self.bottom, x - self.left),
            180: (self.right - x, y - self.bottom),
            270: (self.top - y, self.right - x),
        }[self.turn]


@dataclass(frozen=True, slots=True)
class Widget:
    """One visible box of a field; a field may have several (the choices of a radio group).

    name       fully qualified field name
    page, box  1-based page; points from the top left of the upright page
    state      on-state of a check box or radio choice, without the slash; empty for other kinds
    says       the export value of that choice, when it differs from its state
    comb       cells of a comb field; 0 for any other
    longest    most characters it takes; 0: no limit
    options    what a choice field offers: (export value, as shown)
    free       other text than its options may stand in a choice field
    align      0 left, 1 centred, 2 right
    size       of its type in points; 0: as large as fits
    turn       degrees counter-clockwise that its content is turned against the page's user space
    tip        what the form calls the field, for a person
    handle     the annotation itself (pikepdf)
    """

    name: str
    kind: Kind
    page: int
    box: Box
    state: str
    says: str
    multiline: bool
    comb: int
    longest: int
    options: tuple[tuple[str, str], ...]
    free: bool
    align: int
    size: float
    turn: int
    tip: str
    handle: Any


def frame_of(page: Any) -> Frame:
    """How a pikepdf page is shown."""
    box = [float(value) for value in page.cropbox]
    media = [float(value) for value in page.mediabox]
    left, right = max(min(box[0::2]), min(media[0::2])), min(max(box[0::2]), max(media[0::2]))
    bottom, top = max(min(box[1::2]), min(media[1::2])), min(max(box[1::2]), max(media[1::2]))
    turn = int(page.rotation) % 360
    return Frame(left, bottom, right, top, turn if turn % 90 == 0 else 0)


def widgets_of(pdf: Any) -> list[Widget]:
    """Every field box of an open pikepdf.Pdf that a person can see, in page order; push buttons are none to fill."""
    found = []
    for number, page in enumerate(pdf.pages, 1):
        frame = frame_of(page)
        for annotation in page.obj.get("/Annots", []):
            if _is_field(annotation):
                widget = _widget(annotation, number, frame)
                if min(widget.box.width, widget.box.height) >= SMALLEST_SIDE:
                    found.append(widget)
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
    return next((holder for holder in parents(annotation) if "/T" in holder), annotation)


def inherited(annotation: Any, key: str) -> Any:
    """An attribute of a field, its own or a parent's; None when no one has it."""
    return next((holder[key] for holder in parents(annotation) if key in holder), None)


def parents(annotation: Any) -> Iterator[Any]:
    """The annotation, its parent, and so on."""
    for _ in range(DEEPEST):
        if annotation is None:
            return
        yield annotation
        annotation = annotation.get("/Parent")


def _is_field(annotation: Any) -> bool:
    import pikepdf

    if not isinstance(annotation, pikepdf.Dictionary) or annotation.get("/Subtype") != "/Widget":
        return False
    kind = KINDS.get(str(inherited(annotation, "/FT")))
    hidden = int(annotation.get("/F", 0)) & (HIDDEN | NO_VIEW)
    pushed = kind == "button" and int(inherited(annotation, "/Ff") or 0) & PUSH_BUTTON
    return kind is not None and not hidden and not pushed and _is_rectangle(annotation.get("/Rect"))


def _is_rectangle(value: Any) -> bool:
    import pikepdf

    return isinstance(value, pikepdf.Array) and len(value) == 4


def _widget(annotation: Any, number: int, frame: Frame) -> Widget:
    kind = KINDS[str(inherited(annotation, "/FT"))]
    flags = int(inherited(annotation, "/Ff") or 0)
    limit = int(inherited(annotation, "/MaxLen") or 0) if kind == "text" else 0
    state = _on_state(annotation) if kind == "button" else ""
    turn = annotation.get("/MK", {}).get("/R")
    return Widget(
        name=".".join(reversed([str(holder.T) for holder in parents(annotation) if "/T" in holder])),
        kind=kind,
        page=number,
        box=frame.shown(*(float(value) for value in annotation.Rect)),
        state=state,
        says=_says(annotation, state) if kind == "button" else "",
        multiline=kind == "text" and bool(flags & MULTILINE),
        comb=limit if flags & COMB and not flags & MULTILINE else 0,
        longest=limit,
        options=tuple(_options(annotation)) if kind == "choice" else (),
        free=kind == "choice" and bool(flags & COMBO and flags & FREE_CHOICE),
        align=int(inherited(annotation, "/Q") or 0),
        size=_type_size(str(inherited(annotation, "/DA") or "")),
        turn=int(turn) % 360 if turn is not None else frame.turn,
        tip=" ".join(str(inherited(annotation, "/TU") or "").split()),
        handle=annotation,
    )


def _type_size(appearance: str) -> float:
    """The size in a default appearance such as "/Helv 9 Tf 0 g"; 0 when it says none."""
    found = re.findall(r"(-?[0-9.]+)\s+Tf\b", appearance)
    return abs(float(found[-1])) if found and found[-1].strip(".") else 0.0


def _options(annotation: Any) -> Iterator[tuple[str, str]]:
    import pikepdf

    for option in inherited(annotation, "/Opt") or []:
        pair = list(option) if isinstance(option, pikepdf.Array) else [option, option]
        if pair:
            yield str(pair[0]), str(pair[-1])


def _on_state(annotation: Any) -> str:
    """The name that ticks this box: of its appearances, else its value or export value, else "Yes"."""
    for look in ("/N", "/D"):
        states = _states(annotation, look)
        if states:
            return states[0]
    for key in ("/AS", "/V", "/DV"):
        value = str(annotation.get(key, "/Off"))
        if value.startswith("/") and value != "/Off":
            return value[1:]
    kids = list(annotation.get("/Parent", {}).get("/Kids", []))
    place = next((n for n, kid in enumerate(kids) if kid.objgen == annotation.objgen), -1)
    return str(place) if len(kids) > 1 and place >= 0 else "Yes"


def _states(annotation: Any, look: str) -> list[str]:
    import pikepdf

    looks = annotation.get("/AP", {}).get(look)
    if not isinstance(looks, pikepdf.Dictionary):
        return []
    return [str(key)[1:] for key in looks.keys() if key != "/Off"]  # noqa: SIM118 - a pikepdf dictionary


def _says(annotation: Any, state: str) -> str:
    """The export value of one box of a button field: /Opt of the field, in the order of its boxes."""
    options = [str(option) for option in inherited(annotation, "/Opt") or []]
    kids = list(field_of(annotation).get("/Kids", [])) or [annotation]
    place = next((n for n, kid in enumerate(kids) if kid.objgen == annotation.objgen), -1)
    if len(options) == len(kids) and place >= 0:
        return options[place]
    return options[int(state)] if state.isdigit() and int(state) < len(options) else ""
