"""Sentences of the chart that a letter quotes word for word: a quotation can claim no more than its source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Annotated

from pydantic import Field

from packetgen import yamlfile
from packetgen.case import Indication, Request
from packetgen.chart import words
from packetgen.chart.model import Chart
from packetgen.documents.model import Document, Page
from packetgen.documents.text import PageText
from packetgen.errors import Problem
from packetgen.extraction.context import assertion_at
from packetgen.extraction.drugnames import drug_pattern
from packetgen.extraction.model import Assertion, Diagnosis, Evidence, Therapy
from packetgen.extraction.place import Passage, passages
from packetgen.extraction.vocabulary import Pattern
from packetgen.letters.model import Material
from packetgen.limits import LOW_OCR_CONFIDENCE, QUOTE_CHARACTERS, QUOTES_OF_A_TOPIC
from packetgen.resources import KNOWLEDGE
from packetgen.yamlfile import Strict

QUOTED_KINDS = ("clinic_note", "consult", "procedure_note", "other")
URGENCY = "urgency"
OF_THE_PATIENT = ("function", "cost", "basis")
LEFT_OUT = "[…]"
NOT_PROSE = re.compile(r"[.=_*]{3,}|\||<-|->|\[ ?\]|\S {3,}\S|:\s.*:\s.*:\s")  # a row, a form, a heading line
BULLET = re.compile(r"^[-•*·\s]+|^\d{1,2}[.)]\s+")


class Topic(Strict):
    """Something that letters quote, and how a sentence about it is known.

    indications  those it speaks to; none named: all
    needs        a second pattern that the sentence must hold
    drugs        whether the sentence may name a drug: what one did is told in the table of treatments
    """

    name: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    pattern: Pattern
    needs: Pattern | None = None
    unless: Pattern | None = None
    asserts: tuple[Assertion, ...]
    drugs: bool = True
    indications: tuple[Indication, ...] = ()
    example: str
    counter_example: str

    def found_in(self, said: str) -> list[re.Match[str]]:
        """Where a sentence speaks of the topic."""
        if self.needs and not re.search(self.needs, said, re.IGNORECASE):
            return []
        if self.unless and re.search(self.unless, said, re.IGNORECASE):
            return []
        found = list(re.finditer(self.pattern, said, re.IGNORECASE))
        return [] if found and not self.drugs and drug_pattern().search(said) else found


class _Topics(Strict):
    topics: tuple[Topic, ...]


@dataclass(frozen=True, slots=True)
class Quoted:
    """What one page says of a topic, in quotation marks, and the note it stands in: "visit note of 10/02/2026"."""

    text: str
    note: str
    places: tuple[Evidence, ...]

    def __str__(self) -> str:
        return self.text


@cache
def topics() -> tuple[Topic, ...]:
    """All topics, in the order in which a sentence is tried for them."""
    return yamlfile.read(KNOWLEDGE / "quotable.yaml", _Topics).topics


def quotes(material: Material) -> dict[str, list[Quoted]]:
    """What the notes that name the indication say of each topic: newest note first, a sentence once."""
    told: dict[str, dict[str, Passage]] = {topic.name: {} for topic in topics()}
    trials = [e.quote for f in material.findings if isinstance(f.value, Therapy) for e in f.evidence]
    for document, page in _pages(material):
        for passage in passages(PageText.of(document, page)):
            name = _topic_of(passage, material.case.request)
            if name in OF_THE_PATIENT and any(passage.said in quote for quote in trials):
                continue  # why a drug was stopped stands in the table of treatments
            if name and len(told[name]) < QUOTES_OF_A_TOPIC:
                told[name].setdefault(passage.said, passage)
    return {name: list(_by_page(said.values(), material.chart)) for name, said in told.items()}


def urgency_not_shown(material: Material) -> tuple[Problem, ...]:
    """What is open when an expedited decision is asked for and no note says why waiting would harm the patient."""
    if material.case.request.urgency == "standard" or quotes(material)[URGENCY]:
        return ()
    what = "An expedited decision is asked for, and no note says what waiting would do; so the letter gives no reason."
    fix = "Write into the note why the standard time could harm the patient, or ask for a standard decision."
    return (Problem("urgency_not_shown", "request.urgency", what, fix, "clinician", "doubt"),)


def bare(text: str) -> str:
    """A text without spaces, signs and case: how a quotation is compared with its page."""
    return "".join(letter for letter in text.lower() if letter.isalnum())


def _by_page(told: Iterable[Passage], chart: Chart) -> Iterator[Quoted]:
    """The passages of a page as one quotation, with a mark where it leaves something out."""
    notes = {summary.document: summary for summary in chart.documents}
    for _, group in groupby(told, key=lambda passage: passage.page):
        said = list(group)
        places = tuple(passage.evidence("quoted") for passage in said)
        text = BULLET.sub("", places[0].quote)
        for before, passage, place in zip(said, said[1:], places[1:], strict=False):
            between = passage.page.text[before.end : passage.start]
            text += (f" {LEFT_OUT} " if between.strip() else " ") + BULLET.sub("", place.quote)
        note = notes[said[0].page.document.label]
        dated = f" of {words.day(note.date)}" if note.date else ""
        yield Quoted(f"“{text}”", f"{words.DOCUMENT_KINDS[note.kind]}{dated}", places)


def _pages(material: Material) -> Iterator[tuple[Document, Page]]:
    """Pages of the notes that name the indication as the patient's, newest note first."""
    naming = {
        evidence.document
        for finding in material.findings
        if isinstance(finding.value, Diagnosis) and finding.assertion in ("present", "historical")
        if finding.value.indication == material.case.request.indication
        for evidence in finding.evidence
    }
    summaries = {summary.document: summary for summary in material.chart.documents}
    notes = [d for d in material.documents if d.label in naming and summaries[d.label].kind in QUOTED_KINDS]
    for document in sorted(notes, key=lambda d: summaries[d.label].date or "", reverse=True):
        for page in document.pages:
            if f"{document.label}-{page.number}" not in material.left_out:
                yield document, page


def _topic_of(passage: Passage, request: Request) -> str | None:
    """The topic that a sentence may be quoted for. A scan that reads poorly is not quoted."""
    text = passage.page.text[passage.start : passage.end]
    if len(text) > QUOTE_CHARACTERS or not text.endswith((".", ";", "!", ")")) or NOT_PROSE.search(text):
        return None
    if request.urgency == "expedited" and request.urgent_reason and bare(request.urgent_reason) in bare(passage.said):
        return URGENCY
    for topic in topics():
        if topic.indications and request.indication not in topic.indications:
            continue
        if topic.name == URGENCY and request.urgency == "standard":
            continue
        if found := topic.found_in(passage.said):
            confidence = passage.evidence(topic.name).confidence
            if confidence is not None and confidence < LOW_OCR_CONFIDENCE:
                return None
            asserted = [assertion_at(passage, match.start(), match.end()) for match in found]
            return topic.name if set(asserted) & set(topic.asserts) else None
    return None
