"""What the letters room gives: a letter as .docx and .pdf, and how it cites exhibit pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from packetgen.errors import Problem

# A citation is a hyperlink to this address in the .docx; LibreOffice keeps it with its rectangle in the PDF,
# and the packet turns it into a link to the exhibit page. No text is searched.
EXHIBIT_LINK = "https://packet.invalid/exhibit/"


def exhibit_page_of(uri: str) -> str | None:
    """ "A-2" for a link to that exhibit page, None for any other address."""
    found = re.fullmatch(re.escape(EXHIBIT_LINK) + r"([A-Z]+-[0-9]+)", uri)
    return found.group(1) if found else None


@dataclass(frozen=True, slots=True)
class Letter:
    """A finished letter. pdf holds the links of its citations."""

    title: str
    docx: Path
    pdf: Path
    problems: tuple[Problem, ...] = ()
