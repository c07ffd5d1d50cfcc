"""What the packet room gives: one PDF and the account of what is in it. Pages are 1-based packet pages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from packetgen.documents.model import Box


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the packet: pages first_page..last_page, inclusive. exhibit: its letter, for an exhibit."""

    title: str
    first_page: int
    last_page: int
    exhibit: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """One live link of the packet, from the crosswalk or the letter to an exhibit page.

    quote, boxes  the words cited and where they stand on to_page (points from its top left); empty for a
                  citation of a whole page
    """

    from_page: int
    to_page: int
    exhibit_page: str
    quote: str = ""
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class Packet:
    """A bound packet. draft: why it is marked DRAFT on every page; empty when it is not."""

    pdf: Path
    page_count: int
    parts: tuple[Part, ...]
    citations: tuple[Citation, ...]
    draft: str

    @property
    def exhibit_pages(self) -> dict[str, int]:
        """The packet page of each exhibit page: "A-2" -> 8."""
        return {
            f"{part.exhibit}-{number - part.first_page + 1}": number
            for part in self.parts
            if part.exhibit
            for number in range(part.first_page, part.last_page + 1)
        }
