"""What the letters room gives: a letter as .docx and .pdf, and how it cites exhibit pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from packetgen.case import Case
from packetgen.chart.decisions import Decision
from packetgen.chart.model import Chart
from packetgen.documents.model import Box, Document
from packetgen.errors import Problem
from packetgen.extraction.model import Finding
from packetgen.policy.appeal import Comparison
from packetgen.policy.model import Assessment

# In the .docx a citation is a hyperlink to this address with the words "Ex. A-2", held together by a no-break
# space and a no-break hyphen. LibreOffice 7.4.7 writes no links into a PDF, so there the citations are found by
# their words, and must be those of the .docx, in the same order.
EXHIBIT_LINK = "https://packet.invalid/exhibit/"
LINK_COLOUR = "1F4E79"
CITED_PAGE = re.compile(r"Ex\.\s([A-Z]+)[\u2010\u2011-](\d+)")


def exhibit_page_of(uri: str) -> str | None:
    """ "A-2" for a link to that exhibit page, None for any other address."""
    found = re.fullmatch(re.escape(EXHIBIT_LINK) + r"([A-Z]+-[0-9]+)", uri)
    return found.group(1) if found else None


def label_of(exhibit_page: str) -> str:
    """How a letter prints the exhibit page "A-2"."""
    return "Ex.\u00a0" + exhibit_page.replace("-", "\u2011")


@dataclass(frozen=True, slots=True)
class Material:
    """What letters are made of.

    left_out      exhibit pages ("A-3") that a person keeps out of the packet: nothing on them is quoted
    problems      what is open, for letters that ask for it
    denial        the denial that is answered, against the chart
    packet_pages  pages of the packet that a fax sends, when it is built
    edits         what people changed in the letter of the request
    """

    case: Case
    chart: Chart
    assessment: Assessment
    documents: tuple[Document, ...]
    findings: tuple[Finding, ...]
    left_out: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()
    packet_pages: int | None = None
    denial: Comparison | None = None
    edits: tuple[Decision, ...] = ()

    @property
    def denied_for(self) -> tuple[str, ...]:
        """The classes of the reasons of the denial that is answered."""
        return self.denial.reasons if self.denial else ()


@dataclass(frozen=True, slots=True)
class LetterLink:
    """A citation as it stands in the letter's PDF: on page (1-based), at box (points from the top left)."""

    page: int
    box: Box
    exhibit_page: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A finished letter, and where its PDF cites exhibit pages.

    sources  the templates and passages it was made from, or the edited letter
    problems edits that have no effect, and what the letter leaves open
    """

    title: str
    docx: Path
    pdf: Path
    links: tuple[LetterLink, ...]
    sources: tuple[Path, ...] = ()
    problems: tuple[Problem, ...] = ()
