"""The letter as the review page shows it: each sentence with its citations, and what nothing in the chart supports."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from packetgen import pipeline
from packetgen.chart.decisions import Decision
from packetgen.documents.text import PageText
from packetgen.errors import Problem
from packetgen.extraction.model import Evidence
from packetgen.judging import material_of
from packetgen.letters.claims import claims_in, strings
from packetgen.letters.edits import plain
from packetgen.letters.model import CITED_PAGE, Material
from packetgen.letters.proof import QUOTED, unsupported
from packetgen.letters.quotes import LEFT_OUT
from packetgen.letters.wordfile import Block, Statement, blocks
from packetgen.letters.write import chosen, compose
from packetgen.review.facts import BadDecision
from packetgen.workspace import letter_folders

CELL_END = " | "
BETWEEN = 3  # characters that only part two citations: ", "
NARRATIVE = re.compile(r"(?!\[\d|Ex\. |Signature:).*[.:?)]$")  # not a heading, a reference, an enclosure


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a sentence; a citation has the exhibit page that it leads to, and the places to mark there."""

    text: str
    page: str = ""
    places: tuple[Evidence, ...] = ()

    @property
    def boxes(self) -> str:
        """The places as the page's script takes them."""
        return "".join(f"{b.x0},{b.top},{b.width},{b.height};" for place in self.places for b in place.boxes)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence or table row. missing: what it claims and nothing cited there says; such a letter is not built."""

    pieces: tuple[Piece, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, or the cells of a table row.

    text    what can be changed, as a person types it; empty when the paragraph cannot be changed
    edit    the decision that gave it its words
    """

    sentences: tuple[Sentence, ...]
    style: str
    in_row: bool
    text: str
    edit: Decision | None

    @property
    def cells(self) -> list[list[Piece]]:
        """The pieces of a table row, cell by cell."""
        cells: list[list[Piece]] = [[]]
        for piece in (piece for sentence in self.sentences for piece in sentence.pieces):
            first, *others = piece.text.split(CELL_END) if not piece.page else [piece.text]
            cells[-1].append(replace(piece, text=first))
            cells += [[Piece(text)] for text in others]
        return cells


@dataclass(frozen=True, slots=True)
class LetterView:
    """The letter. lost: edits that have no effect any more."""

    paragraphs: tuple[Paragraph, ...]
    lost: tuple[Problem, ...]

    @property
    def blocked(self) -> int:
        """How many sentences keep the letter from being built."""
        return sum(bool(sentence.missing) for paragraph in self.paragraphs for sentence in paragraph.sentences)


def letter_of(checked: pipeline.Checked) -> LetterView:
    """The letter of a case as decided so far. Raises as the letters room does, but not for what is unsupported."""
    material = material_of(checked)
    with tempfile.TemporaryDirectory() as folder:
        template, edited = chosen(material, letter_folders(checked.case.folder))
        made = compose(material, template, Path(folder), edited)
        doubts = dict(unsupported(made.docx, material, made.machine_made, made.own_words))
        printed = [b for b in blocks(made.docx) if any(b.texts) and (b.body or any(s in doubts for s in b.statements))]
    edits = {plain((d.after or {}).get("text", "")): d for d in material.edits}
    places = Places(material)
    shown = [_paragraph(block, doubts, places, edits, printed) for block in printed]
    return LetterView(tuple(shown), made.problems)


def edit_from(form: Mapping[str, str], letter: LetterView, by: str, at: str) -> Decision:
    """The decision to change a paragraph of the letter; raises BadDecision."""
    before, text = form.get("before", ""), plain(form.get("text", ""))
    if before not in {paragraph.text for paragraph in letter.paragraphs if paragraph.text}:
        raise BadDecision("The letter does not hold this paragraph any more. Reload the page.")
    if text == before:
        raise BadDecision("Nothing was changed.")
    return Decision("letter", by, at, before=before, after={"text": text}, why=" ".join(form.get("why", "").split()))


def _paragraph(
    block: Block,
    doubts: Mapping[Statement, list[str]],
    places: Places,
    edits: Mapping[str, Decision],
    printed: Sequence[Block],
) -> Paragraph:
    text = "" if block.in_row or not block.body else plain(block.texts[0])
    can_change = bool(NARRATIVE.match(text)) and not block.style.startswith("Heading")
    once = sum(plain(other.texts[0]) == text for other in printed if other.body and not other.in_row) == 1
    sentences = tuple(Sentence(tuple(_pieces(s, places)), tuple(doubts.get(s, ()))) for s in block.statements)
    return Paragraph(sentences, block.style, block.in_row, text if once and can_change else "", edits.get(text))


def _pieces(statement: Statement, places: Places) -> Iterator[Piece]:
    at, said = 0, ""
    for cited in CITED_PAGE.finditer(statement.text):
        page = f"{cited[1]}-{cited[2]}"
        before = statement.text[at : cited.start()]
        said = before if len(before) > BETWEEN else said  # in "(Ex. A-1, Ex. B-1)" both are of the same words
        yield Piece(before)
        yield Piece(cited[0], page, places.of(said, statement.text, page))
        at = cited.end()
    yield Piece(statement.text[at:])


class Places:
    """Where the pages of a chart say what a letter says."""

    def __init__(self, material: Material) -> None:
        self.material = material
        self._findings: dict[str, list[tuple[set[str], Evidence]]] = {}
        self._facts = [(claims_in(strings(fact.value)), fact.evidence) for fact in material.chart.facts]

    def of(self, said: str, sentence: str, exhibit_page: str) -> tuple[Evidence, ...]:
        """The places on a page that a citation leads to.

        The words that are quoted, else of a row of the criteria what proves the criterion, else facts of the same
        number, drug or date, else findings whose words hold one. said: the words before the citation.
        """
        quoted = [part for words in QUOTED.findall(said) for part in words.split(LEFT_OUT)]
        if found := [place for part in quoted for place in _quoted(part, exhibit_page, self.material)]:
            return tuple(found)
        claims = claims_in([said])
        criteria = self.material.assessment.criteria
        told = [
            [place for c in criteria if sentence.startswith(c.text + CELL_END) for place in c.evidence],
            [place for held, places in self._facts if claims & held for place in places],
            [place for held, place in self._on(exhibit_page) if claims & held],
        ]
        here = ([place for place in places if place.exhibit_page == exhibit_page] for places in told)
        return tuple(dict.fromkeys(next(filter(None, here), [])))

    def _on(self, exhibit_page: str) -> list[tuple[set[str], Evidence]]:
        """The findings on a page, each with what its words hold."""
        if exhibit_page not in self._findings:
            places = [e for f in self.material.findings for e in f.evidence if e.exhibit_page == exhibit_page]
            self._findings[exhibit_page] = [(claims_in([place.quote]), place) for place in places]
        return self._findings[exhibit_page]


def _quoted(words: str, exhibit_page: str, material: Material) -> Iterator[Evidence]:
    """Where words stand on a page as they are quoted."""
    label, _, number = exhibit_page.rpartition("-")
    document = next((d for d in material.documents if d.label == label), None)
    if document is None or not words.strip() or int(number) > len(document.pages):
        return
    text = PageText.of(document, document.page(int(number)))
    pattern = r"\s+".join(map(re.escape, words.split()))
    if match := re.search(pattern, text.text):
        boxes = text.boxes_between(*match.span())
        yield Evidence(label, int(number), boxes, text.quote_between(*match.span()), None, "quoted", key=document.key)
