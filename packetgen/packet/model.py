"""What the packet room gives: one PDF and the account of what is in it. Pages are 1-based packet pages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from packetgen.documents.model import Box, Document
from packetgen.letters.model import LetterLink


@dataclass(frozen=True, slots=True)
class Insert:
    """A PDF of the clinic's own that goes in before the exhibits, and where it cites exhibit pages.

    for_the_sheet  it was drawn with the sheet's margins free, so it need not be made smaller
    sign_at        page and box of a signature field to be put there
    """

    title: str
    pdf: Path
    links: tuple[LetterLink, ...] = ()
    for_the_sheet: bool = False
    sign_at: tuple[int, Box] | None = None


@dataclass(frozen=True, slots=True)
class Exhibit:
    """The pages of a document that go into the packet, by their 1-based numbers in it.

    held: those of them that must not be shown yet; a slip stands in their place.
    """

    document: Document
    title: str
    pages: tuple[int, ...]
    held: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Pages of a document that are not in the packet. why: for the clinic; what the plan is told says less."""

    exhibit: str
    path: str
    pages: tuple[int, ...]
    of_pages: int
    why: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the packet: pages first_page..last_page, inclusive.

    exhibit         its letter, for an exhibit
    document_pages  for an exhibit: the page of its document that each of its pages is
    """

    title: str
    first_page: int
    last_page: int
    exhibit: str = ""
    document_pages: tuple[int, ...] = ()


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
    """A bound packet.

    links  of every live link, the page it stands on and the page it leads to
    draft  why it is marked DRAFT on every page; empty when it is not
    """

    pdf: Path
    page_count: int
    parts: tuple[Part, ...]
    citations: tuple[Citation, ...]
    links: tuple[tuple[int, int], ...]
    draft: str

    @property
    def exhibit_pages(self) -> dict[str, int]:
        """The packet page of each exhibit page: "A-2" -> 8."""
        return exhibit_pages(self.parts)


def exhibit_pages(parts: tuple[Part, ...]) -> dict[str, int]:
    """The packet page of each exhibit page: "A-2" -> 8."""
    return {
        f"{part.exhibit}-{page}": part.first_page + index
        for part in parts
        for index, page in enumerate(part.document_pages)
    }
