"""The vocabularies of packetgen/knowledge/: read once, checked by schema."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from packetgen import yamlfile
from packetgen.extraction.model import DrugClass, TherapyRole, TherapyStatus
from packetgen.resources import KNOWLEDGE
from packetgen.yamlfile import Strict


def _check_pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as failure:
        raise ValueError(f"is not a regular expression: {failure}") from None
    return value


Pattern = Annotated[str, AfterValidator(_check_pattern)]
Confidence = Literal["high", "medium", "low"]


class Drug(Strict):
    """A drug, procedure or device: its names, class, and the role it has when a note says nothing else.

    may_be: its role where a note says so, or lists it among those.
    """

    generic: str
    names: tuple[str, ...]
    drug_class: Annotated[DrugClass, Field(alias="class")]
    role: TherapyRole
    may_be: TherapyRole | None = None
    source: str
    as_of: str
    confidence: Confidence


class Drugs(Strict):
    """knowledge/drugs.yaml."""

    drugs: tuple[Drug, ...]


class Cue(Strict):
    """A pattern that speaks for a kind of document, and how strongly."""

    pattern: Pattern
    weight: int


class DocumentKindCues(Strict):
    """A kind of document and its cues."""

    kind: str
    example: str
    cues: tuple[Cue, ...]


class FinerKind(DocumentKindCues):
    """What a document of one of the general kinds `of` is more exactly. words: it has no more than that."""

    of: tuple[str, ...]
    words: int | None = None


class DocumentKinds(Strict):
    """knowledge/document_kinds.yaml. finer: kinds that filing knows apart; the first that fits counts."""

    kinds: tuple[DocumentKindCues, ...]
    finer: tuple[FinerKind, ...]


class ScoreExample(Strict):
    """A sentence and the value it states."""

    text: str
    value: float


class Part(Strict):
    """A part of a score: its name, how it is written, and the most that it can be."""

    name: str
    written: Pattern
    high: float


class Instrument(Strict):
    """A score: its names as patterns, its range, its unit where it has one, and the parts that it is the sum of.

    items: how many numbered questions it is the sum of; beside: questions that it asks but does not add;
    answers: the points of each answer in words
    """

    instrument: str
    unit: str | None = None
    names: tuple[Pattern, ...]
    low: float
    high: float
    parts: tuple[Part, ...] = ()
    items: int = 0
    beside: tuple[str, ...] = ()
    answers: dict[str, int] = Field(default_factory=dict)
    example: ScoreExample
    source: str
    as_of: str
    confidence: Confidence


class Instruments(Strict):
    """knowledge/scores.yaml."""

    scores: tuple[Instrument, ...]


class Condition(Strict):
    """A disease: how it is written, its ICD-10 prefixes, the indication it is."""

    name: str
    pattern: Pattern
    codes: tuple[str, ...] = ()
    indication: str | None = None
    example: str


class Conditions(Strict):
    """knowledge/conditions.yaml."""

    conditions: tuple[Condition, ...]


SectionKind = Literal[
    "family", "allergy", "failed", "discontinued", "trials", "acute", "current", "plan", "education", "problems",
    "history", "findings",
]  # fmt: skip


class Section(Strict):
    """What stands below a heading, and how the heading is written."""

    kind: SectionKind
    pattern: Pattern
    example: str


class Sections(Strict):
    """knowledge/sections.yaml."""

    sections: tuple[Section, ...]


@cache
def sections() -> Sections:
    """All kinds of sections."""
    return yamlfile.read(KNOWLEDGE / "sections.yaml", Sections)


class TherapyCue(Strict):
    """Words that tell how a trial went, and a sentence that holds them."""

    words: str
    example: str


class StatusCues(Strict):
    """A status of a trial and what tells it.

    weak: any other status that is told of the drug goes before it. unless_taken: it is told only of a drug that is not
    said to be taken still. by_dose: how often it is taken tells it, which says nothing under past trials. where: the
    cues are those of words on that side of the drug's name only.
    """

    status: TherapyStatus
    weak: bool = False
    unless_taken: bool = False
    by_dose: bool = False
    where: Literal["before", "after"] | None = None
    cues: tuple[TherapyCue, ...]


class Hypothetical(Strict):
    """Words of a treatment that is only thought of."""

    words: Pattern
    example: str


class OtherIndication(Strict):
    """Other uses of drugs, and words that deny that a drug was for what the chart is about."""

    uses: Pattern
    example: str
    denied: Pattern
    denied_example: str


class TherapyStatuses(Strict):
    """knowledge/therapy_status.yaml. lists: words that a cue names as "<name>"."""

    lists: dict[str, tuple[str, ...]]
    nothing_told: tuple[TherapyCue, ...]
    statuses: tuple[StatusCues, ...]
    to_start: TherapyCue
    barred: TherapyCue
    to_prevent: TherapyCue
    hypothetical: Hypothetical
    other_indication: OtherIndication
    target: Pattern

    @model_validator(mode="after")
    def _patterns_compile(self) -> TherapyStatuses:
        cues = [cue for status in self.statuses for cue in status.cues]
        for cue in (*cues, *self.nothing_told, self.to_start, self.barred, self.to_prevent):
            if unknown := re.findall(r"(?<!\?P)<(\w+)>", self.filled(cue.words)):
                raise ValueError(f"no list is named {unknown[0]!r}")
            _check_pattern(self.filled(cue.words))
        return self

    def filled(self, words: str) -> str:
        """A cue's words with the lists that it names put in."""
        for name, list_ in self.lists.items():
            words = words.replace(f"<{name}>", rf"\b(?:{'|'.join(list_)})")
        return words


class ResponseExample(Strict):
    """A sentence and the change that it tells."""

    text: str
    before: float | None = None
    after: float


class Measure(Strict):
    """Something counted before and under treatment: its name, its unit, how it is written."""

    what: str
    unit: str
    written: Pattern
    example: ResponseExample


class ResponseWords(Strict):
    """A pattern with a number named "after", and a sentence that holds it."""

    words: Pattern
    example: ResponseExample


class Responses(Strict):
    """knowledge/responses.yaml."""

    measures: tuple[Measure, ...]
    share: ResponseWords
    lasted: ResponseWords


@cache
def responses() -> Responses:
    """What treatments change."""
    return yamlfile.read(KNOWLEDGE / "responses.yaml", Responses)


class Concern(Strict):
    """A contraindication or warning, and one sentence that denies it and one that affirms it."""

    name: str
    pattern: Pattern
    denied: str
    affirmed: str


class Concerns(Strict):
    """knowledge/safety.yaml."""

    concerns: tuple[Concern, ...]


@cache
def concerns() -> Concerns:
    """What a treatment with toxin must not meet."""
    return yamlfile.read(KNOWLEDGE / "safety.yaml", Concerns)


class Muscle(Strict):
    """A muscle or gland, and patterns of how it is written."""

    name: str
    written: Annotated[tuple[Pattern, ...], Field(min_length=1)]


class Muscles(Strict):
    """knowledge/muscles.yaml."""

    muscles: tuple[Muscle, ...]


@cache
def muscles() -> Muscles:
    """All muscles."""
    return yamlfile.read(KNOWLEDGE / "muscles.yaml", Muscles)


@cache
def muscle_pattern() -> re.Pattern[str]:
    """Matches any way of writing any muscle, the longest first."""
    ways = sorted((way for muscle in muscles().muscles for way in muscle.written), key=len, reverse=True)
    return re.compile(r"(?<![\w-])(?:" + "|".join(ways) + r")(?![\w-])", re.IGNORECASE)


@lru_cache(maxsize=512)  # tables name the same muscles again and again
def muscle_named(text: str) -> str:
    """The name of the muscle that `text` writes in full; some ways to write it need its side or units after them."""
    return next(
        (
            muscle.name
            for muscle in muscles().muscles
            for way in muscle.written
            for after in AFTER_A_MUSCLE
            if (match := re.match(way, text + after, re.IGNORECASE)) and match.end() == len(text)
        ),
        text.lower(),
    )


AFTER_A_MUSCLE = ("", " R 5", " 5", " bilat")


@cache
def therapy_status() -> TherapyStatuses:
    """How trials are told."""
    return yamlfile.read(KNOWLEDGE / "therapy_status.yaml", TherapyStatuses)


@cache
def drugs() -> Drugs:
    """All drugs."""
    return yamlfile.read(KNOWLEDGE / "drugs.yaml", Drugs)


@cache
def document_kinds() -> DocumentKinds:
    """All kinds of documents."""
    return yamlfile.read(KNOWLEDGE / "document_kinds.yaml", DocumentKinds)


@cache
def instruments() -> Instruments:
    """All scores."""
    return yamlfile.read(KNOWLEDGE / "scores.yaml", Instruments)


@cache
def conditions() -> Conditions:
    """All diseases."""
    return yamlfile.read(KNOWLEDGE / "conditions.yaml", Conditions)
