"""What the forms room gives: a filled payer form and where each value came from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from packetgen.documents.model import Box
from packetgen.errors import Problem
from packetgen.extraction.model import Evidence


@dataclass(frozen=True, slots=True)
class FilledField:
    """One field of a filled form.

    page, box  where it is drawn (1-based page; points from the top left)
    value      the text drawn, or the on-state of a ticked box
    ticked     whether it is a ticked box
    evidence   the places in the chart it came from; empty when it came from the case file
    """

    name: str
    page: int
    box: Box
    value: str
    evidence: tuple[Evidence, ...] = ()
    ticked: bool = False


@dataclass(frozen=True, slots=True)
class FilledForm:
    """A payer form, filled.

    pdf   still editable, for a person
    flat  the same pages with the values drawn in and no fields, for the packet
    left  the fields without a value, as the form calls them, and their 1-based pages
    sources  the blank form and the map it was made from
    """

    title: str
    pdf: Path
    flat: Path
    fields: tuple[FilledField, ...]
    problems: tuple[Problem, ...] = ()
    left: tuple[tuple[str, int], ...] = ()
    sources: tuple[Path, ...] = ()
