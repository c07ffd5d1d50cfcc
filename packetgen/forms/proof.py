"""A filled form is proved: every value is drawn, whole, inside its field, readable, in two independent programs.

Pictures of the filled form and of its flat copy are compared with those of the same form without values; words are
read back from the flat copy. pdfium and poppler must agree, so that what one of them forgives is still found.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packetgen.documents.model import Box
from packetgen.errors import SafetyStop
from packetgen.files import sha256_of
from packetgen.forms.model import FilledField
from packetgen.forms.shots import SCALE, Seen, pdfium_letters, pdfium_pictures, poppler_pictures, poppler_words

LEAST_CHANGE = 40  # of 255: a point that differs so much from the empty form is ink
LEAST_TICK = 0.02  # share of a box that its mark changes
LEAST_HEIGHT = 6.0  # points from the top to the bottom of a line as poppler measures it, of type of 7 points
SLACK = 1.0  # points that a glyph may reach over the edge of its field
INK_SLACK = 2.5  # points between the glyphs' bounds and the ink that shows
NOWHERE = Box(0.0, 0.0, 0.0, 0.0)
BRACKETS = str.maketrans(")]}>»", "([{<«")
FORMS_KEPT = 2  # empty forms whose pictures stay in memory, about 20 MB each
STRAY_POINTS = 12  # changed points outside of all fields that may be the programs' own smoothing


_KEPT: dict[tuple[str, str, tuple[int, ...]], _Unfilled] = {}  # by the digests of both copies, and the pages


@dataclass(frozen=True, slots=True)
class Papers:
    """The same form three ways: as filled, flat, and each of the two without its values."""

    filled: Path
    flat: Path
    empty_filled: Path
    empty_flat: Path


@dataclass(frozen=True, slots=True)
class Fault:
    """A field that does not show what it should."""

    field: FilledField
    why: str


def stop_on(form: str, faults: Sequence[Fault]) -> None:
    """Raise SafetyStop naming what is not shown as it should be; nothing when there is nothing."""
    if faults:
        told = [f"field {fault.field.name} on page {fault.field.page} {fault.why}" for fault in faults[:3]]
        more = f", and {len(faults) - 3} more" if len(faults) > 3 else ""
        raise SafetyStop(
            "; ".join(told) + more,
            where=f"form-{form}.pdf",
            fix="Look at it with packetgen forms proof; fill the field by hand, or report it with the blank form.",
        )


def faults_of(
    papers: Papers, fields: Sequence[FilledField], silent: Sequence[FilledField], work: Path
) -> Iterator[Fault]:
    """Everything that is not shown as it should be, page by page. silent: boxes that must not be ticked."""
    pages = sorted({field.page for field in (*fields, *silent)})
    before = _unfilled(papers, pages, work)
    pictures = _pictures(papers.filled, papers.flat, pages, work)
    inks = {engine: _ink(before.pictures[engine], after) for engine, after in pictures.items()}
    letters = _added(before.letters, pdfium_letters(papers.flat, pages))
    words = poppler_words(papers.flat)
    for page in pages:
        here = [field for field in fields if field.page == page]
        mute = [field for field in silent if field.page == page]
        yield from _unread(here, letters[page], before.words[page], words[page])
        for engine, ink in inks.items():
            yield from _unseen(here, mute, letters[page], ink[page], engine)


@dataclass(frozen=True, slots=True)
class _Unfilled:
    """A form without values as each program shows it."""

    pictures: Mapping[str, Mapping[int, Any]]
    letters: Mapping[int, Sequence[Seen]]
    words: Mapping[int, Sequence[Seen]]


def _unfilled(papers: Papers, pages: Sequence[int], work: Path) -> _Unfilled:
    """The empty form, looked at once for all fillings of it that follow each other."""
    key = (sha256_of(papers.empty_filled), sha256_of(papers.empty_flat), tuple(pages))
    found = _KEPT.get(key)
    if found is None:
        while len(_KEPT) >= FORMS_KEPT:
            _KEPT.pop(next(iter(_KEPT)), None)
        found = _KEPT[key] = _Unfilled(
            _pictures(papers.empty_filled, papers.empty_flat, pages, work),
            pdfium_letters(papers.empty_flat, pages),
            poppler_words(papers.empty_flat),
        )
    return found


def _pictures(filled: Path, flat: Path, pages: Sequence[int], work: Path) -> dict[str, dict[int, Any]]:
    """Pages of a form by the program that drew them, as it is and flat."""
    return {
        "pdfium": pdfium_pictures(filled, pages),
        "pdfium, flat": pdfium_pictures(flat, pages),
        "poppler": poppler_pictures(filled, pages, work),
        "poppler, flat": poppler_pictures(flat, pages, work),
    }


def addendum_faults(flat: Path, after: int, items: Sequence[str]) -> Iterator[Fault]:
    """Texts that the pages after the form's own do not show in full, as pdfium or as poppler reads them."""
    import pikepdf

    with pikepdf.open(flat) as pdf:
        pages = range(after + 1, len(pdf.pages) + 1)
    for engine, read in (("pdfium", pdfium_letters(flat, pages)), ("poppler", poppler_words(flat))):
        there = letters_of("".join(_text(read[page]) for page in pages))
        for number, text in enumerate(items, 1):
            if letters_of(text) - there:
                item = FilledField(f"item {number} of the addendum", after + 1, NOWHERE, text)
                yield Fault(item, f"is not there in full, read by {engine}")
            there.subtract(letters_of(text))


def _added(before: Mapping[int, Sequence[Seen]], after: Mapping[int, Sequence[Seen]]) -> dict[int, list[Seen]]:
    """The letters of each page that the empty form does not have at the same place."""

    def place(seen: Seen) -> tuple[str, int, int]:
        return seen.text, round(seen.box.x0), round(seen.box.top)

    printed = {page: {place(seen) for seen in letters} for page, letters in before.items()}
    return {page: [seen for seen in letters if place(seen) not in printed[page]] for page, letters in after.items()}


def _unread(
    fields: Sequence[FilledField], letters: Sequence[Seen], words_before: Sequence[Seen], words: Sequence[Seen]
) -> Iterator[Fault]:
    """Texts that are not read back, whole and in their field, by both programs."""
    texts = [field for field in fields if not field.ticked]
    for field in texts:
        wanted = letters_of(field.value)
        if letters_of(_text(seen for seen in letters if _centre_in(seen.box, field.box))) != wanted:
            yield Fault(field, "does not show its value, read by pdfium")
            continue
        over = [seen for seen in words if _meets(seen.box, field.box)]
        if wanted - letters_of(_text(over)):
            yield Fault(field, "does not show its value, read by poppler")
        elif min(seen.box.height for seen in over) < LEAST_HEIGHT:
            yield Fault(field, "is written too small to be read")
    wanted = letters_of("".join(field.value for field in texts))
    of_poppler = letters_of(_text(words))
    of_poppler.subtract(letters_of(_text(words_before)))
    for engine, added in (("pdfium", letters_of(_text(letters))), ("poppler", of_poppler)):
        if texts and (+added != wanted or -added):
            yield Fault(texts[0], f"or another on its page shows more or less than its value, read by {engine}")


def _unseen(
    fields: Sequence[FilledField], mute: Sequence[FilledField], letters: Sequence[Seen], ink: Any, engine: str
) -> Iterator[Fault]:
    """Values whose ink is missing or cut, boxes ticked or not ticked against what was meant, and stray ink."""
    rest = ink.copy()
    for field in (*fields, *mute):
        rest.paste(0, _pixels(field.box, 1.5))
    for field in fields:
        if field.ticked:
            if _share(ink, field.box) < LEAST_TICK:
                yield Fault(field, f"is not ticked ({engine})")
        elif why := _cut(field, letters, ink):
            yield Fault(field, f"{why} ({engine})")
    for field in mute:
        if _share(ink, field.box) >= LEAST_TICK:
            yield Fault(field, f"is ticked, but must not be ({engine})")
    if fields and rest.histogram()[255] > STRAY_POINTS:
        yield Fault(fields[0], f"or another on its page is drawn outside of its box ({engine})")


def _cut(field: FilledField, letters: Sequence[Seen], ink: Any) -> str:
    """Why a text is not wholly seen; empty when it is."""
    glyphs = [seen.box for seen in letters if _centre_in(seen.box, field.box)]
    inside = ink.crop(_pixels(field.box, 0.5)).getbbox()
    if inside is None or not glyphs:
        return "shows nothing"
    bounds = glyphs[0]
    for box in glyphs[1:]:
        bounds = bounds.union(box)
    edge = field.box
    if bounds.x0 < edge.x0 - SLACK or bounds.x1 > edge.x1 + SLACK or bounds.top < edge.top - SLACK:
        return "is cut off at its edge"
    left, top = _pixels(field.box, 0.5)[:2]
    shown = Box(*((value + start) / SCALE for value, start in zip(inside, (left, top, left, top), strict=True)))
    gaps = (shown.x0 - bounds.x0, bounds.x1 - shown.x1, shown.top - bounds.top, bounds.bottom - shown.bottom)
    return "shows only a part of its value" if max(gaps) > INK_SLACK else ""


def letters_of(text: str) -> Counter[str]:
    """The letters of a text, blanks left out, joined and wide forms as plain ones."""
    return Counter(_plain(text))


def _plain(text: str) -> str:
    """Letters to compare: which way a bracket opens depends on who reads right-to-left text."""
    return "".join(unicodedata.normalize("NFKC", text).split()).translate(BRACKETS)


def _text(seen: Iterable[Seen]) -> str:
    return "".join(one.text for one in seen)


def _centre_in(inner: Box, box: Box) -> bool:
    return box.holds((inner.x0 + inner.x1) / 2, (inner.top + inner.bottom) / 2)


def _meets(word: Box, box: Box) -> bool:
    middle = (word.top + word.bottom) / 2
    return word.x0 < box.x1 and word.x1 > box.x0 and box.top - SLACK <= middle <= box.bottom + SLACK


def _ink(before: Mapping[int, Any], after: Mapping[int, Any]) -> dict[int, Any]:
    """What filling changed on each page: white where it did."""
    from PIL import ImageChops

    changed = {}
    for number, picture in after.items():
        difference = ImageChops.difference(before[number], picture)
        changed[number] = difference.point([255 if value >= LEAST_CHANGE else 0 for value in range(256)])
    return changed


def _share(ink: Any, box: Box) -> float:
    inside = ink.crop(_pixels(box, 0))
    return float(inside.histogram()[255] / max(1, inside.width * inside.height))


def _pixels(box: Box, wider: float) -> tuple[int, int, int, int]:
    """A box in points of the pictures, widened by some points on each side."""
    left, top = (box.x0 - wider) * SCALE, (box.top - wider) * SCALE
    right, bottom = (box.x1 + wider) * SCALE, (box.bottom + wider) * SCALE
    return max(0, round(left)), max(0, round(top)), round(right), round(bottom)
