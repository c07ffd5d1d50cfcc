"""A plan's blank form -> a map that a person finishes, and a numbered picture of the form."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from packetgen import pdfium
from packetgen.documents.clean import clean
from packetgen.documents.model import Box, Word
from packetgen.errors import UnreadableInput
from packetgen.files import private_folder, work_folder, write_atomic
from packetgen.forms.blank import fingerprint_of, lay_over, open_blank
from packetgen.forms.changes import places
from packetgen.forms.columns import SURE, Proposal, TableProposal
from packetgen.forms.flat import Blank, Drawn, blanks_of, drawings_of
from packetgen.forms.formmap import Place, read_map
from packetgen.forms.labels import Printed, labels_of, option_of, read_page, side_of
from packetgen.forms.labelwords import words_of
from packetgen.forms.picture import BLUE, GREY, Mark, pictures
from packetgen.forms.propose import Proposals, propose
from packetgen.forms.widgets import Widget, widgets_of

SCAN = (
    "A scan has no words or lines to find: ask the plan for the PDF that it was printed from, fillable if it has one."
)
WRITTEN = 90  # characters of a label that a comment repeats


@dataclass(frozen=True, slots=True)
class Looked:
    """A form as it was read: its fields (those of an overlay too), what is printed, and its upright copy."""

    widgets: tuple[Widget, ...]
    pages: Mapping[int, Printed]
    fingerprint: str
    overlay: Mapping[str, Place]


@dataclass(frozen=True, slots=True)
class Imported:
    """What was written, and how far it came."""

    map: Path
    blank: Path
    pictures: tuple[Path, ...]
    fields: int
    mapped: int
    flat: bool


def look(blank: Path, work: Path) -> Looked:
    """Read a blank form. Raises UnreadableInput for one that cannot be filled, with what to ask the plan for."""
    upright = work / "upright.pdf"
    with open_blank(blank) as pdf:
        found = fingerprint_of(pdf)
        pdf.save(work / "opened.pdf")
        clean(work / "opened.pdf", upright, blank.name)
        words = _words(upright)
        drawn = drawings_of(upright)
        overlay: dict[str, Place] = {}
        if not widgets_of(pdf):
            overlay = _overlay(blanks_of(upright), words, drawn)
            if not overlay:
                raise UnreadableInput("has no fields, and no blanks can be read on it", where=blank.name, fix=SCAN)
            lay_over(pdf, overlay)
        widgets = tuple(_without_handle(widget) for widget in widgets_of(pdf))
    boxes = {number: [w.box for w in widgets if w.page == number] for number in words}
    return Looked(widgets, {n: read_page(page, boxes[n], drawn[n]) for n, page in words.items()}, found, overlay)


def _without_handle(widget: Widget) -> Widget:
    return replace(widget, handle=None)


def _words(upright: Path) -> dict[int, Sequence[Word]]:
    from packetgen.documents.textlayer import read_layer

    with pdfium.opened(upright) as document:
        return {number: read_layer(document[number - 1]).words for number in range(1, len(document) + 1)}


def import_form(blank: Path, payer: str, root: Path) -> Imported:
    """Write payer_forms/<payer>/, templates/forms/<id>.yaml and the pictures below `root`."""
    form_id = re.sub(r"[^a-z0-9]+", "-", f"{payer}-{blank.stem}".casefold()).strip("-")[:60].strip("-")
    forms, maps = private_folder(root / "payer_forms" / payer), private_folder(root / "templates" / "forms")
    with work_folder(root) as work:
        seen = look(blank, work)
        found = propose(seen.widgets, seen.pages)
        numbers = {name: n for n, name in enumerate(dict.fromkeys(w.name for w in seen.widgets), 1)}
        target = forms / f"{form_id}.pdf"
        write_atomic(target, blank.read_bytes())
        path = maps / f"{form_id}.yaml"
        write_atomic(path, "\n".join(_map_lines(form_id, payer, blank, seen, found, numbers)) + "\n")
        marks = [
            Mark(w.page, w.box, BLUE if _is_mapped(w.name, found) else GREY, str(numbers[w.name])) for w in seen.widgets
        ]
        drawn = []
        for page, png in enumerate(pictures(work / "upright.pdf", marks), 1):
            drawn.append(forms / f"{form_id}-{page}.png")
            write_atomic(drawn[-1], png)
    read_map(path)
    mapped = sum(_is_mapped(name, found) for name in numbers)
    return Imported(path, target, tuple(drawn), len(numbers), mapped, bool(seen.overlay))


def _is_mapped(name: str, found: Proposals) -> bool:
    in_table = any(name in names for table in found.tables for _, names in table.columns)
    return in_table or any(one.name == name and one.expression and one.confidence >= SURE for one in found.fields)


def _map_lines(
    form_id: str, payer: str, blank: Path, seen: Looked, found: Proposals, numbers: Mapping[str, int]
) -> Iterator[str]:
    """The map as a person reads it: on each line how sure, the number in the picture, and the words that say so."""
    sure = [one for one in found.fields if one.expression and one.confidence >= SURE]
    left = [one for one in found.fields if one not in sure]
    yield f"# {blank.name}, proposed by packetgen forms import. Each line: how sure (0 to 1), the field's number in the"
    yield f"# picture payer_forms/{payer}/{form_id}-1.png, and the label that told it. Check every line; finish left:."
    yield f"id: {form_id}"
    yield f"title: {json.dumps(blank.stem.replace('_', ' '), ensure_ascii=False)}"
    yield f"blank: {payer}/{form_id}.pdf"
    yield 'revision: "?"  # as printed on the form'
    yield 'source: "the plan\'s own form; say where and when it was downloaded"'
    yield f'fingerprint: "{seen.fingerprint}"'
    yield "fields:" if sure else "fields: {}"
    yield from (f"  {_key(one.name)}: {_scalar(one.expression)}{_note(one, numbers)}" for one in sure)
    if found.tables:
        yield "repeated:"
        for table in found.tables:
            yield from _table_lines(table, numbers)
    yield "# A person fills these; move a line up to fields: and give it an expression to have it filled."
    yield "left:" if left else "left: []"
    for one in left:
        guess = f" · perhaps {one.expression}" if one.expression else ""
        yield f"  - {_key(one.name)}{_note(one, numbers)}{guess}"
    if seen.overlay:
        yield "overlay:"
        yield from (f"  {_key(name)}: {_place(place)}" for name, place in seen.overlay.items())
    else:
        yield from place_lines(seen.widgets)


def place_lines(widgets: Sequence[Widget]) -> Iterator[str]:
    """The `places:` of a map."""
    yield "places:"
    yield from (f"  {_key(name)}: {json.dumps(where, ensure_ascii=False)}" for name, where in places(widgets).items())


def _table_lines(table: TableProposal, numbers: Mapping[str, int]) -> Iterator[str]:
    yield f"  - over: {table.over}"
    yield f"    rows: {table.rows}"
    yield "    fields:"
    keys = {}
    for proposal, names in table.columns:
        keys[names] = _pattern(names) or f"{proposal.expression.removeprefix('row.')}_{{row}}"
        yield f"      {_key(keys[names])}: {proposal.expression}{_note(proposal, numbers)}"
    other = {names: key for names, key in keys.items() if not _pattern(names)}
    if other:
        yield "    names:"
        yield from (f"      {_key(key)}: {json.dumps(list(n), ensure_ascii=False)}" for n, key in other.items())


def _pattern(names: Sequence[str]) -> str:
    """The names with {row} where they count from 1; empty when they do not."""
    for found in re.finditer(r"\d+", names[0]):
        pattern = f"{names[0][: found.start()]}{{row}}{names[0][found.end() :]}"
        if all(pattern.replace("{row}", str(row)) == name for row, name in enumerate(names, 1)):
            return pattern
    return ""


def _note(one: Proposal, numbers: Mapping[str, int]) -> str:
    told = " ".join(one.because.split())[:WRITTEN]
    return f"  # {one.confidence:.2f} · {numbers[one.name]} · {told}"


def _key(name: str) -> str:
    plain = re.fullmatch(r"[A-Za-z_][\w-]*", name) and name.casefold() not in (
        "yes",
        "no",
        "on",
        "off",
        "null",
        "true",
        "false",
        "y",
        "n",
    )
    return name if plain else json.dumps(name, ensure_ascii=False)


def _scalar(expression: str) -> str:
    return expression if re.fullmatch(r"[A-Za-z][\w.]*", expression) else "'" + expression.replace("'", "''") + "'"


def _place(place: Place) -> str:
    """An overlay entry on one line."""
    parts = [f"page: {place.page}"]
    if place.box is not None:
        parts.append(f"box: [{', '.join(f'{value:g}' for value in place.box)}]")
    if place.ticks:
        ticks = ", ".join(f"{_key(state)}: [{', '.join(f'{v:g}' for v in box)}]" for state, box in place.ticks.items())
        parts.append(f"ticks: {{{ticks}}}")
    return "{" + ", ".join([*parts, *(["lines: true"] if place.lines else [])]) + "}"


def _overlay(
    blanks: Sequence[Blank], words: Mapping[int, Sequence[Word]], drawn: Mapping[int, Drawn]
) -> dict[str, Place]:
    """Each blank with a name made of the words beside it."""
    found: dict[str, Place] = {}
    for number, page_words in words.items():
        own = [blank for blank in blanks if blank.page == number]
        boxes = [blank.box for blank in own]
        page = read_page(page_words, boxes, drawn[number])
        side = side_of([blank.box for blank in own if not blank.tick], page)
        for blank in own:
            if blank.tick:
                label = option_of(blank.box, boxes, page.phrases)
            else:
                label = next((text for text, _ in labels_of(blank.box, boxes, page, side)), "")
            name = _fresh("_".join(words_of(label)[:5]) or ("box" if blank.tick else "blank"), found)
            corners = tuple(round(value, 1) for value in _corners(blank.box))
            if blank.tick:
                found[name] = Place.model_validate({"page": number, "ticks": {"yes": corners}})
            else:
                found[name] = Place.model_validate({"page": number, "box": corners, "lines": blank.lines})
    return found


def _corners(box: Box) -> tuple[float, float, float, float]:
    return box.x0, box.top, box.x1, box.bottom


def _fresh(name: str, taken: Mapping[str, Place]) -> str:
    if name not in taken:
        return name
    return next(f"{name}_{n}" for n in range(2, len(taken) + 3) if f"{name}_{n}" not in taken)
