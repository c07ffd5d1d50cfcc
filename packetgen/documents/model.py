"""What a read document is: pages of lines of words with boxes.

All coordinates are PDF points (1/72 inch) with the origin at the top left of the upright page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Source = Literal["text", "ocr", "none"]
# What a person should know of a page: nothing is on it; words that no one can see were left out; it was scanned
# below 150 dpi; its text layer says otherwise than its print; it looks handwritten, so that a person must read it.
# What they should know of a file stands on its first page: it was damaged and repaired; files attached to it were
# not read; its digital signature is not kept.
FileRemark = Literal["repaired", "attached", "signed"]
Remark = Literal["blank", "hidden_text", "coarse", "layer_differs", "handwritten"] | FileRemark


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: x0 < x1 rightwards, top < bottom downwards."""

    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def width(self) -> float:
        """Points from left to right."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Points from top to bottom."""
        return self.bottom - self.top

    def union(self, other: Box) -> Box:
        """The smallest box that holds both."""
        return Box(
            min(self.x0, other.x0), min(self.top, other.top), max(self.x1, other.x1), max(self.bottom, other.bottom)
        )

    def moved(self, across: float, down: float) -> Box:
        """The box so many points further right and down."""
        return Box(self.x0 + across, self.top + down, self.x1 + across, self.bottom + down)

    def holds(self, x: float, y: float) -> bool:
        """Whether the point lies inside."""
        return self.x0 <= x <= self.x1 and self.top <= y <= self.bottom


@dataclass(frozen=True, slots=True)
class Word:
    """A word as printed. confidence: 0-100 from OCR, None from a text layer."""

    text: str
    box: Box
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """Words of one printed line, left to right; a table row is one line, in a ruled table cell after cell."""

    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One page, upright.

    number    1-based, within its document
    rotation  degrees the original page was turned to become upright
    source    where the words come from ("ocr" also when only a part of them does); "none": nothing could be read
    lines     in reading order
    remarks   what a person should know of it
    """

    number: int
    width: float
    height: float
    rotation: int
    source: Source
    lines: tuple[Line, ...]
    remarks: tuple[Remark, ...] = ()

    @property
    def words(self) -> tuple[Word, ...]:
        """All words in reading order."""
        return tuple(word for line in self.lines for word in line.words)

    @property
    def mean_confidence(self) -> float | None:
        """Mean OCR confidence 0-100 of the page's words; None for a text layer or an empty page."""
        scores = [word.confidence for word in self.words if word.confidence is not None]
        return sum(scores) / len(scores) if scores else None


@dataclass(frozen=True, slots=True)
class ToRead:
    """A file to be read: its path as the user gave it, where it lies, and the password it needs, if any."""

    path: str
    file: Path
    password: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was read.

    label    its exhibit letter: A, B, … in the order of the case file, or as `packet/order.py` gives it anew
    path     as the user gave it
    sha256   of the original file
    pages    all of them, read or not
    exhibit  a clean PDF of the same pages (upright, no forms, annotations or actions; scans searchable)
    key      its letter in the order of the case file, when its label is another
    """

    label: str
    path: str
    sha256: str
    pages: tuple[Page, ...]
    exhibit: Path
    key: str = ""

    def page(self, number: int) -> Page:
        """The page with that 1-based number."""
        return self.pages[number - 1]


@dataclass(frozen=True, slots=True)
class Viewable:
    """A document whose pages can be looked at before they are read, in a child: nothing shows yet that they are sound.

    label  by its place in the case file; path: as the user gave it; pages: how many
    """

    label: str
    path: str
    pdf: Path
    pages: int


@dataclass(frozen=True, slots=True)
class Done:
    """So many pages of a stage: opened with their text layers, read by OCR, or searched for facts."""

    stage: Literal["pages", "scans", "facts"]
    done: int
    of: int


Progress = Callable[[Viewable | Done], None]


def exhibit_label(index: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA."""
    label = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        label = chr(65 + rest) + label
    return label
