"""The references that letters may cite: packetgen/knowledge/literature.yaml."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Annotated

from pydantic import Field

from packetgen import yamlfile
from packetgen.case import Indication
from packetgen.policy.model import Confidence
from packetgen.resources import KNOWLEDGE
from packetgen.yamlfile import Strict


class Reference(Strict):
    """One article: its citation, and `says`, what it found, in our words."""

    key: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
    indications: Annotated[tuple[Indication, ...], Field(min_length=1)]
    authors: str
    title: str
    journal: str
    year: Annotated[str, Field(pattern=r"^\d{4}$")]
    volume: str
    pages: str
    says: str
    source: str
    as_of: date
    confidence: Confidence
    doi: str | None = None
    pmid: str | None = None

    @property
    def citation(self) -> str:
        """The reference as a list prints it; identifiers only where they were checked."""
        text = f"{self.authors} {self.title}. {self.journal}. {self.year};{self.volume}:{self.pages}."
        text += f" doi:{self.doi}." if self.doi else ""
        return text + (f" PMID {self.pmid}." if self.pmid else "")


class _Literature(Strict):
    references: tuple[Reference, ...]


@cache
def literature() -> tuple[Reference, ...]:
    """All references, in the order of the file."""
    return yamlfile.read(KNOWLEDGE / "literature.yaml", _Literature).references


def references_for(indication: str) -> tuple[Reference, ...]:
    """What a letter for this indication may cite: high confidence only."""
    return tuple(r for r in literature() if indication in r.indications and r.confidence == "high")
