"""The words of labels: what form_labels.yaml holds, and how alike two labels are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Annotated

from pydantic import Field

from packetgen import yamlfile
from packetgen.resources import KNOWLEDGE
from packetgen.yamlfile import Strict

NEAR = 88.0  # rapidfuzz ratio of two words that are taken for one: a plural, a slip of the pen
ALONE = 0.4  # a label of one word beside a word that may change what it means
OTHER_ORDER = 0.98  # the same words in another order
LONGEST_FOR_ONE_WORD = 4  # words of a text that a label of one word may name
SHORTEST_NEAR = 5  # letters of a word that may have a slip

Words = tuple[str, ...]


class Example(Strict):
    """A label as a form prints it, and the expression that is proposed for it; empty: none."""

    text: str
    fact: str


class Subject(Strict):
    """Someone or something that labels speak of.

    other  not the patient, the plan or the prescriber of the request: what is asked of them is not told by these
    titles whether a line that names it can be a heading
    of     whose it is when the label or its section names one of these: a facility's contact is not the prescriber's
    """

    subject: str
    words: tuple[str, ...]
    other: bool = False
    titles: bool = True
    of: tuple[str, ...] = ()


class Item(Strict):
    """A thing that forms ask for, of one subject or another. `any`: whoever it is asked of."""

    labels: Annotated[tuple[str, ...], Field(min_length=1)]
    facts: dict[str, str]
    format: str = ""
    example: Example


class Column(Strict):
    """A column of a table with a row for each of `over`."""

    labels: Annotated[tuple[str, ...], Field(min_length=1)]
    over: str
    value: str
    example: Example


class Choice(Strict):
    """A fact with few values, and what forms call each."""

    fact: str
    question: tuple[str, ...]
    options: dict[str, tuple[str, ...]]
    example: Example


class Told(Strict):
    """A label in the section of a heading, and what is proposed: a case of the rules that no item shows."""

    text: str
    under: str = ""
    fact: str


class Labels(Strict):
    """The whole file.

    heads     words that decide what a label asks for, whatever else it says
    asides    those of them that count in brackets, too: "Address (city, state, ZIP)"
    harmless  words that change nothing: "requested drug" is a drug, "concurrent drugs" are others
    """

    source: str
    as_of: str
    confidence: str
    phrases: dict[str, str]
    short: dict[str, str]
    idle: tuple[str, ...]
    heads: tuple[str, ...]
    asides: tuple[str, ...]
    harmless: tuple[str, ...]
    subjects: tuple[Subject, ...]
    headings: tuple[str, ...]
    instructions: tuple[str, ...]
    items: tuple[Item, ...]
    columns: tuple[Column, ...]
    choices: tuple[Choice, ...]
    cases: tuple[Told, ...]


@cache
def vocabulary() -> Labels:
    """The labels, read once."""
    return yamlfile.read(KNOWLEDGE / "form_labels.yaml", Labels)


def words_of(text: str) -> Words:
    """The words that count in a label: written out, without numbers and idle words."""
    return _significant(text)


@cache
def _significant(text: str) -> Words:
    known = vocabulary()
    text = re.sub(
        r"^\s*(?:(?:section|part)\s+)?(?:[ivx]{1,4}|[a-h]|\d{1,2}[a-z]?)[.):]?\s+", " ", text, flags=re.IGNORECASE
    )
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", text)
    plain = re.sub(r"['’`]s?\b", "", parted, flags=re.IGNORECASE).casefold()
    plain = re.sub(r"\b([a-z])\.\s?(?=[a-z]\b\.?)", r"\1", plain)
    for phrase, word in known.phrases.items():
        plain = re.sub(rf"\b{phrase}\b", word, plain)
    plain = re.sub(r"\bicd[ -]*(9|10)([ -]*cm)?\b", "icd", plain)
    found: list[str] = []
    for word in re.findall(r"[a-z]+\d*[a-z]*|[a-z]*\d{4}", plain):
        bare = re.sub(r"\d+$", "", word) if not re.fullmatch(r"j\d{4}", word) else word
        found += known.short.get(word, known.short.get(bare, bare)).split()
    return tuple(dict.fromkeys(word for word in found if word and word not in known.idle))


@cache
def _same(one: str, other: str) -> bool:
    from rapidfuzz import fuzz

    if one == other or (one.rstrip("s") == other.rstrip("s") and len(one) > 3):
        return True
    return min(len(one), len(other)) >= SHORTEST_NEAR and fuzz.ratio(one, other) >= NEAR


def _leads(word: str, text: Words) -> bool:
    """Whether a label of one word can be what a text asks for: it is short, or begins or ends with it."""
    return len(text) <= 2 or (len(text) <= LONGEST_FOR_ONE_WORD and (_same(word, text[0]) or _same(word, text[-1])))


def likeness(text: Words, label: Words) -> float:
    """How well a text says what a label says: 1 for the same words, less for each word more; 0 when one is missing."""
    if not label or not text or (len(label) == 1 and not _leads(label[0], text)):
        return 0.0
    if not all(any(_same(word, other) for other in text) for word in label):
        return 0.0
    places = [next(n for n, other in enumerate(text) if _same(word, other)) for word in label]
    if len(label) == 1 and not all(_same(word, label[0]) or word in _harmless() for word in text):
        return ALONE
    return (0.55 + 0.45 * len(label) / len(text)) * (1.0 if places == sorted(places) else OTHER_ORDER)


@cache
def naming() -> frozenset[str]:
    """Every word that says whose something is."""
    names = (words_of(name) for subject in vocabulary().subjects for name in subject.words)
    return frozenset(word for words in names for word in words) - frozenset(vocabulary().heads)


@cache
def _harmless() -> frozenset[str]:
    """Words that change nothing beside a label of one word."""
    return naming() | frozenset(vocabulary().harmless)


def best(text: Words, labels: Iterable[str], heads: frozenset[str] | None = None) -> float:
    """Likeness to the nearest of several labels that have all deciding words: those given, else those of the text."""
    heads = heads_of(text) if heads is None else heads
    return max((likeness(text, own) for label in labels if heads <= heads_of(own := words_of(label))), default=0.0)


@cache
def heads_of(text: Words) -> frozenset[str]:
    """The deciding words of a text."""
    return frozenset(head for head in vocabulary().heads if any(_same(word, head) for word in text))
