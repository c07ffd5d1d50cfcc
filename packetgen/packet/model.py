"""What the packet room gives: one PDF and the account of what is in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the packet: pages first_page..last_page (1-based, inclusive)."""

    title: str
    first_page: int
    last_page: int


@dataclass(frozen=True, slots=True)
class Citation:
    """One live link of the packet: from a page to the exhibit page that holds the quote."""

    from_page: int
    to_page: int
    exhibit_page: str
    quote: str


@dataclass(frozen=True, slots=True)
class Packet:
    """A bound packet. draft: marked DRAFT on every page."""

    pdf: Path
    page_count: int
    parts: tuple[Part, ...]
    citations: tuple[Citation, ...]
    draft: bool
