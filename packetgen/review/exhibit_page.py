"""The exhibits as the review page lists them: which pages of the chart go out, which do not, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from packetgen import pipeline
from packetgen.case import Pages, page_numbers
from packetgen.chart import words
from packetgen.chart.decisions import Decision
from packetgen.documents.model import Document
from packetgen.packet.page_decisions import PAGE_EVENTS, page_decisions
from packetgen.review.facts import BadDecision


@dataclass(frozen=True, slots=True)
class Stretch:
    """Pages of a document that share their fate: "in", "held" or "out". why: in words; pages: "3–5"."""

    first: str
    pages: str
    count: int
    state: str
    why: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A document and its pages in order. decided: what people decided about them, newest first."""

    document: Document
    title: str
    stretches: tuple[Stretch, ...]
    decided: tuple[Decision, ...]


def exhibits_of(built: pipeline.Built) -> list[Listed]:
    """All documents of the case, each with all its pages."""
    checked = built.checked
    fates = _fates(built)
    listed = []
    for document, summary in zip(checked.documents, checked.extraction.documents, strict=True):
        dated = f" of {words.day(summary.date)}" if summary.date else ""
        title = f"{words.capital(words.DOCUMENT_KINDS[summary.kind])}{dated}"
        own = [d for d in page_decisions(checked.decisions) if d.document == document.sha256]
        listed.append(Listed(document, title, tuple(_stretches(document, fates)), tuple(reversed(own))))
    return listed


def decision_about_pages(form: Mapping[str, str], reading: pipeline.Reading, by: str, at: str) -> Decision:
    """The decision that a form about pages states; raises BadDecision."""
    document = next((d for d in reading.documents if d.label == form.get("document")), None)
    pages, why = form.get("pages", "").replace("–", "-").strip(), " ".join(form.get("why", "").split())
    event = next((name for name in PAGE_EVENTS if name == form.get("event")), None)
    if document is None or event is None:
        raise BadDecision("There is no such document. Reload the page.")
    if not why:
        raise BadDecision("Say why, in a few words.")
    try:
        numbers = page_numbers(TypeAdapter(Pages).validate_python(pages))
    except ValidationError:
        raise BadDecision("Name the pages like this: 3 or 1-3, 7.") from None
    if max(numbers) > len(document.pages):
        raise BadDecision(f"This document has {len(document.pages)} pages.")
    return Decision(event, by, at, why=why, document=document.sha256, pages=tuple(sorted(numbers)))


def _fates(built: pipeline.Built) -> dict[str, tuple[str, str]]:
    """What becomes of each page of the chart ("A-2"), and why."""
    cited = _citing(built)
    fates: dict[str, tuple[str, str]] = {}
    for exhibit in built.choice.exhibits:
        for number in exhibit.pages:
            name = f"{exhibit.document.label}-{number}"
            why = f"cited by {', '.join(cited[name])}" if name in cited else _uncited(built, name, number)
            fates[name] = ("held", f"{why}; looks protected") if number in exhibit.held else ("in", why)
    for item in built.choice.left_out:
        for number in item.pages:
            fates[f"{item.exhibit}-{number}"] = "out", item.why
    return fates


def _citing(built: pipeline.Built) -> dict[str, list[str]]:
    """What cites each exhibit page: "criteria 1 and 3", "the form", "the letter"."""
    criteria: dict[str, list[str]] = defaultdict(list)
    for number, criterion in enumerate(built.checked.assessment.criteria, 1):
        for page in {place.exhibit_page for place in criterion.evidence}:
            criteria[page].append(str(number))
    cited = {page: [f"criteri{'a' if n[1:] else 'on'} {', '.join(n)}"] for page, n in criteria.items()}
    titles = {n: part.title for part in built.packet.parts[2:] for n in range(part.first_page, part.last_page + 1)}
    others = [(p.exhibit_page, form.title) for form in built.forms for f in form.fields for p in f.evidence[:1]]
    others += [(c.exhibit_page, titles[c.from_page]) for c in built.packet.citations if c.from_page in titles]
    for page, title in dict.fromkeys(others):
        cited.setdefault(page, []).append(title[:1].lower() + title[1:])
    return cited


def _uncited(built: pipeline.Built, name: str, number: int) -> str:
    """Why a page goes out that nothing cites."""
    label = name.rpartition("-")[0]
    typed = dict(zip((d.label for d in built.checked.documents), built.checked.case.documents, strict=True))[label]
    if typed.pages and number in page_numbers(typed.pages):
        return "a person asked for it"
    document = next(d for d in built.checked.documents if d.label == label)
    page = document.page(number)
    if page.source == "none" or "handwritten" in page.remarks:
        return "no machine can read it; a person must"
    return "makes the cited note whole"


def _stretches(document: Document, fates: Mapping[str, tuple[str, str]]) -> list[Stretch]:
    """The document's pages, neighbours of one fate together."""
    runs: list[tuple[tuple[str, str], list[int]]] = []
    for page in document.pages:
        fate = fates[f"{document.label}-{page.number}"]
        if runs and runs[-1][0] == fate:
            runs[-1][1].append(page.number)
        else:
            runs.append((fate, [page.number]))
    return [
        Stretch(f"{document.label}-{n[0]}", words.pages(n), len(n), state, words.capital(why))
        for (state, why), n in runs
    ]
