"""The references that letters may cite: packetgen/knowledge/literature.yaml."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import cache
from typing import Annotated, Literal

from pydantic import Field

from packetgen import yamlfile
from packetgen.case import Case, Indication, Product
from packetgen.extraction.model import DenialReasonName
from packetgen.policy.model import Confidence
from packetgen.policy.predicates import age_on
from packetgen.resources import KNOWLEDGE
from packetgen.yamlfile import Strict

ADULT_FROM = 18  # years


class Reference(Strict):
    """One article: its citation, and `says`, what it found, in our words.

    products, patients  what was studied: no other product's or age's request may rest on it
    answers             reasons of a denial that it is kept for; with none it is cited in every letter
    """

    key: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
    indications: Annotated[tuple[Indication, ...], Field(min_length=1)]
    products: Annotated[tuple[Product, ...], Field(min_length=1)]
    patients: Literal["adults", "children"] = "adults"
    answers: tuple[DenialReasonName, ...] = ()
    authors: str
    title: str
    journal: str
    year: Annotated[str, Field(pattern=r"^\d{4}$")]
    volume: str | None = None
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
        volume = f";{self.volume}" if self.volume else ""
        text = f"{self.authors.rstrip('.')}. {self.title}. {self.journal}. {self.year}{volume}:{self.pages}."
        text += f" doi:{self.doi}." if self.doi else ""
        return text + (f" PMID {self.pmid}." if self.pmid else "")


class _Literature(Strict):
    references: tuple[Reference, ...]


@cache
def literature() -> tuple[Reference, ...]:
    """All references, in the order of the file."""
    return yamlfile.read(KNOWLEDGE / "literature.yaml", _Literature).references


def references_for(case: Case, reasons: Collection[str] = ()) -> tuple[Reference, ...]:
    """What a letter for this request may cite, of high confidence only; reasons: those of a denial it answers."""
    request = case.request
    patients = "adults" if age_on(case.patient.birth_date, request.start_date) >= ADULT_FROM else "children"
    return tuple(
        reference
        for reference in literature()
        if reference.confidence == "high"
        and request.indication in reference.indications
        and request.product in reference.products
        and patients == reference.patients
        and (not reference.answers or set(reference.answers) & set(reasons))
    )
