"""What the rules know, loaded before there is a page to read: each loads its own when it first needs it."""

from __future__ import annotations

from pathlib import Path

from packetgen.documents.model import Box, Document, Line, Page, Word
from packetgen.extraction.extract import extract

# A line that makes every kind of rule look: what it says is read and thrown away.
LINE = (
    "Botox for chronic migraine: topiramate 50 mg daily 03/2024 - 08/2024 failed, HIT-6 65, headache on 20 days "
    "a month, no infection at the site."
)


def make_ready() -> None:
    """Load what the rules know; takes as long as reading a page by OCR, so it is best done while another waits."""
    words = tuple(Word(text, Box(40.0 * n, 100, 40.0 * n + 35, 110)) for n, text in enumerate(LINE.split()))
    extract((Document("A", "", "", (Page(1, 2000, 792, 0, "text", (Line(words),)),), Path()),))
