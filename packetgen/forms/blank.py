"""A blank form opened for filling: without XFA, scripts or locks, its loose fields tied in, its overlay laid on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from packetgen.documents.model import Box
from packetgen.errors import UnreadableInput
from packetgen.forms.formmap import Corner, Place, rows_of
from packetgen.forms.widgets import (
    COMB,
    MULTILINE,
    RADIO,
    field_of,
    fingerprint,
    frame_of,
    inherited,
    parents,
    widgets_of,
)

RICH_TEXT, PASSWORD = 1 << 25, 1 << 13
ACTIVE = {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/ResetForm", "/Rendition"}
LENT = ("/FT", "/Ff", "/DA", "/Q", "/MaxLen", "/Opt", "/TU")
ASK = (
    "Ask the plan for this form as an ordinary fillable PDF (AcroForm) or as a print version; a print version can be "
    "filled with an overlay map: packetgen forms import."
)


def open_blank(path: Path) -> Any:
    """Open a blank form as a pikepdf.Pdf that can be filled.

    Raises UnreadableInput for what is no PDF, is locked, or is a dynamic XFA form: such a file holds its pages in a
    language that only Adobe's own programs show.
    """
    import pikepdf

    try:
        pdf = pikepdf.open(path)
    except pikepdf.PasswordError:
        raise UnreadableInput(
            "is locked with a password", where=path.name, fix="Ask the plan for the form without a password."
        ) from None
    except Exception as failure:  # noqa: BLE001 - libraries raise what they like; the file is named
        raise _unreadable(path, "cannot be opened", failure) from None
    try:
        _refuse_what_has_no_pages(pdf, path)
        _quiet(pdf)
        widgets_of(pdf)
    except UnreadableInput:
        pdf.close()
        raise
    except Exception as failure:  # noqa: BLE001 - a part of the file is not what it must be
        pdf.close()
        raise _unreadable(path, "is damaged", failure) from None
    return pdf


def _unreadable(path: Path, what: str, failure: Exception) -> UnreadableInput:
    again = "Download the form again; if it shows in a viewer, print it to a new PDF and import that."
    return UnreadableInput(f"{what} ({type(failure).__name__})", where=path.name, fix=again)


def _refuse_what_has_no_pages(pdf: Any, path: Path) -> None:
    """Raise UnreadableInput for a dynamic XFA form, whose page only asks to wait, and for a file without pages."""
    if "/XFA" in pdf.Root.get("/AcroForm", {}) and not widgets_of(pdf):
        raise UnreadableInput("is a dynamic XFA form, which only Adobe's own programs show", where=path.name, fix=ASK)
    if not len(pdf.pages):
        raise UnreadableInput("has no pages", where=path.name, fix="Download the form again.")
    for page in pdf.pages:
        if not isinstance(page.obj.get("/Rotate", 0), int):
            del page.obj["/Rotate"]


def fingerprint_of(pdf: Any) -> str:
    """The fingerprint of an opened blank; of a form without fields, over what is drawn on its pages."""
    widgets = widgets_of(pdf)
    if widgets:
        return fingerprint(widgets, len(pdf.pages))
    drawn = hashlib.sha256()
    for page in pdf.pages:
        drawn.update(repr([round(float(value)) for value in page.mediabox]).encode())
        for stream in _streams(page):
            drawn.update(stream.read_bytes())
    return drawn.hexdigest()


def _streams(page: Any) -> Iterator[Any]:
    import pikepdf

    contents = page.obj.get("/Contents")
    parts = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    yield from (part for part in parts if isinstance(part, pikepdf.Stream))


def _quiet(pdf: Any) -> None:
    """Take out what would change, check or hide a value: XFA, scripts, usage rights, seals of the blank, rich text."""
    import pikepdf

    if "/AcroForm" not in pdf.Root:
        pdf.Root.AcroForm = pdf.make_indirect(pikepdf.Dictionary(Fields=pikepdf.Array()))
    form = pdf.Root.AcroForm
    for key in ("/XFA", "/CO", "/SigFlags"):
        if key in form:
            del form[key]
    for key in ("/Perms", "/NeedsRendering"):
        if key in pdf.Root:
            del pdf.Root[key]
    if "/JavaScript" in pdf.Root.get("/Names", {}):
        del pdf.Root.Names["/JavaScript"]
    for item in pdf.objects:
        _disarm(item, 0)
    form.NeedAppearances = False
    _tie_in(pdf, form)


def _disarm(item: Any, depth: int) -> None:
    """Remove actions that run by themselves, and scripts, from an object and what lies directly in it."""
    import pikepdf

    if depth > 20 or not isinstance(item, (pikepdf.Dictionary, pikepdf.Stream, pikepdf.Array)):
        return
    if isinstance(item, pikepdf.Array):
        for value in item:
            if not getattr(value, "is_indirect", False):
                _disarm(value, depth + 1)
        return
    for key in list(item.keys()):
        value = item[key]
        acts = isinstance(value, pikepdf.Dictionary) and str(value.get("/S")) in ACTIVE
        if key in ("/AA", "/RV") or acts:
            del item[key]
        elif key == "/Ff" and isinstance(value, int) and value & (RICH_TEXT | PASSWORD):
            is_text = str(item.get("/FT", "/Tx")) == "/Tx"
            item[key] = value & ~(RICH_TEXT | PASSWORD) if is_text else value
        elif not getattr(value, "is_indirect", False):
            _disarm(value, depth + 1)


def _tie_in(pdf: Any, form: Any) -> None:
    """Name every field of the pages in the form, and let it hold what parents lend it.

    Viewers forget the value of a field that the form does not name; pdfium does not draw one whose grandparent alone
    says what kind of field it is.
    """
    import pikepdf

    if not isinstance(form.get("/Fields"), pikepdf.Array):
        form.Fields = pikepdf.Array()
    known = {field.objgen for field in form.Fields}
    for page in pdf.pages:
        annotations = page.obj.get("/Annots", [])
        for index, annotation in enumerate(annotations):
            if annotation.get("/Subtype") == "/Widget":
                if not annotation.is_indirect:
                    annotation = annotations[index] = pdf.make_indirect(annotation)
                _settle(annotation)
                if str(inherited(annotation, "/FT")) == "/Sig" and "/V" in field_of(annotation):
                    del field_of(annotation)["/V"]  # a seal of the blank, which filling breaks
                top = _hold(annotation)
                if top.is_indirect and top.objgen not in known:
                    known.add(top.objgen)
                    form.Fields.append(top)


def _hold(annotation: Any) -> Any:
    """Let each parent of a field name it among its children, as it must; gives the topmost."""
    import pikepdf

    chain = list(parents(annotation))
    for child, parent in pairwise(chain):
        if not isinstance(parent.get("/Kids"), pikepdf.Array):
            parent.Kids = pikepdf.Array()
        if all(kid.objgen != child.objgen for kid in parent.Kids):
            parent.Kids.append(child)
    return chain[-1]


def _settle(annotation: Any) -> None:
    holder = field_of(annotation)
    for key in LENT:
        value = inherited(annotation, key)
        if value is not None and key not in holder:
            holder[key] = value


def lay_over(pdf: Any, overlay: Mapping[str, Place]) -> None:
    """Add the fields of an overlay map to a form that has none."""
    import pikepdf

    if overlay and "/DR" not in pdf.Root.AcroForm:
        plain = {"/Type": pikepdf.Name.Font, "/Subtype": pikepdf.Name.Type1, "/BaseFont": pikepdf.Name.Helvetica}
        pdf.Root.AcroForm.DR = pikepdf.Dictionary(Font=pikepdf.Dictionary(Helv=pikepdf.Dictionary(plain)))
    for name, place in overlay.items():
        for row, one in enumerate(rows_of(name, place.rows) if place.rows > 1 else [name]):
            if place.box is not None:
                flags = (MULTILINE if place.lines else 0) | (COMB if place.comb else 0)
                field = _field(one, "/Tx", flags)
                if place.comb:
                    field.MaxLen = place.comb
                _lay(pdf, place, field, _lower(place.box, row * place.step))
            else:
                parent = pdf.make_indirect(_field(one, "/Btn", RADIO if len(place.ticks) > 1 else 0))
                parent.Kids = [_tick(pdf, place, parent, state, row) for state in place.ticks]
                pdf.Root.AcroForm.Fields.append(parent)


def _lower(box: Corner, by: float) -> Box:
    return Box(box[0], box[1] + by, box[2], box[3] + by)


def _field(name: str, kind: str, flags: int) -> Any:
    import pikepdf

    return pikepdf.Dictionary(FT=pikepdf.Name(kind), T=pikepdf.String(name), Ff=flags, DA=pikepdf.String("/Helv 0 Tf"))


def _tick(pdf: Any, place: Place, parent: Any, state: str, row: int) -> Any:
    import pikepdf

    box = _lower(place.ticks[state], row * place.step)
    empty = pdf.make_stream(b"", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 1, 1])
    looks = pikepdf.Dictionary({"/N": pikepdf.Dictionary({"/" + state: empty, "/Off": empty})})
    kid = pikepdf.Dictionary(Parent=parent, AP=looks, AS=pikepdf.Name.Off)
    return _lay(pdf, place, kid, box)


def _lay(pdf: Any, place: Place, annotation: Any, box: Box) -> Any:
    """Put an annotation on its page, and in the form unless it belongs to a group."""
    import pikepdf

    page = pdf.pages[place.page - 1]
    annotation.update({"/Type": pikepdf.Name.Annot, "/Subtype": pikepdf.Name.Widget, "/F": 4})
    annotation.Rect = frame_of(page).user(box)
    made = pdf.make_indirect(annotation)
    if "/Annots" not in page.obj:
        page.obj.Annots = []
    page.obj.Annots.append(made)
    if "/Parent" not in made:
        pdf.Root.AcroForm.Fields.append(made)
    return made
