"""Pages from plain text: words stand in a grid of characters 6 points wide and lines 12 points high."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from packetgen.documents.model import Box, Document, Line, Page, Word
from packetgen.documents.text import PageText


def lay_out(text: str) -> PageText:
    lines = []
    for row, line in enumerate(text.split("\n")):
        words = [
            Word(m.group(0), Box(36 + 6 * m.start(), 36 + 12 * row, 36 + 6 * m.end(), 46 + 12 * row))
            for m in re.finditer(r"\S+", line)
        ]
        if words:
            lines.append(Line(tuple(words)))
    page = Page(1, 612, 792, 0, "text", tuple(lines))
    return PageText.of(Document("A", "note.txt", "0" * 64, (page,), Path("none.pdf")), page)


@pytest.fixture
def page_text() -> Callable[[str], PageText]:
    return lay_out
