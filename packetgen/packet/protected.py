"""Pages that look specially protected: recognised by the words of knowledge/protected.yaml, held back for a person."""

from __future__ import annotations

import re
from functools import cache
from typing import Annotated, Literal

from pydantic import Field

from packetgen import yamlfile
from packetgen.documents.model import Page
from packetgen.resources import KNOWLEDGE
from packetgen.yamlfile import Strict


class Category(Strict):
    """A kind of protected information. other: what must not be taken for it."""

    id: str
    says: str
    source: str
    as_of: str
    confidence: Literal["high", "medium", "low"]
    even_denied: bool = False
    patterns: Annotated[tuple[str, ...], Field(min_length=1)]
    examples: Annotated[tuple[str, ...], Field(min_length=1)]
    other: tuple[str, ...]


class ProtectedFile(Strict):
    """knowledge/protected.yaml."""

    denied_by: str
    categories: tuple[Category, ...]


@cache
def load() -> ProtectedFile:
    """The vocabulary, read once."""
    return yamlfile.read(KNOWLEDGE / "protected.yaml", ProtectedFile)


def looks_protected(page: Page) -> tuple[str, ...]:
    """What a page seems to hold, in words ("HIV"); empty for an ordinary page."""
    return categories_in(" ".join(word.text for word in page.words))


def categories_in(text: str) -> tuple[str, ...]:
    """The same of a text, single-spaced."""
    return tuple(category.says for category, pattern in _patterns() if pattern.search(text))


@cache
def _patterns() -> tuple[tuple[Category, re.Pattern[str]], ...]:
    """A pattern for each category; where a denial makes it none, it takes words that no denial stands before."""
    known = load()
    denials = [re.escape(words) for words in known.denied_by.split("|")]
    undenied = "".join(rf"(?<!\b{words} )" for words in denials)
    return tuple(
        (c, re.compile(rf"{'' if c.even_denied else undenied}\b(?:{'|'.join(c.patterns)})\b", re.IGNORECASE))
        for c in known.categories
    )
