"""The words of denial letters, from knowledge/denial_reasons.yaml."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from packetgen import yamlfile
from packetgen.extraction.model import DenialReasonName
from packetgen.extraction.vocabulary import Pattern
from packetgen.resources import KNOWLEDGE
from packetgen.yamlfile import Strict

TopicName = Literal["expedited", "second", "external", "peer_to_peer", "records", "other", "appeal"]


class Saying(Strict):
    """Words, and a sentence in which they are found."""

    pattern: Pattern
    example: str


class ReasonWords(Strict):
    """A class of denial reasons.

    ways give it, unless takes it back, hints only speak of it; codes of adjustments in claims, and of remarks.
    """

    reason: DenialReasonName
    unless: Pattern | None = None
    ways: tuple[Saying, ...]
    hints: tuple[Saying, ...] = ()
    codes: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    def gives(self, said: str) -> bool:
        """Whether a sentence gives this reason for sure."""
        return _any(self.ways, said) and not self._takes_back(said)

    def speaks_of(self, said: str) -> bool:
        """Whether a sentence speaks of this reason."""
        return _any(self.hints, said) and not self._takes_back(said)

    def _takes_back(self, said: str) -> bool:
        return self.unless is not None and re.search(self.unless, said, re.IGNORECASE) is not None


def _any(sayings: tuple[Saying, ...], said: str) -> bool:
    return any(re.search(saying.pattern, said, re.IGNORECASE) for saying in sayings)


class Begins(Strict):
    """Words that begin a part of a denial letter: why it denies, what the policy asks, how to appeal.

    rule: a paragraph that only tells what the policy says
    """

    why: Pattern
    policy: Pattern
    rule: Pattern
    rights: Pattern


class Topic(Strict):
    """What a part of a denial letter is about, and the words that begin it."""

    topic: TopicName
    pattern: Pattern
    example: str


class DenialReasons(Strict):
    """knowledge/denial_reasons.yaml."""

    begins: Begins
    reasons: tuple[ReasonWords, ...]
    taken_back: tuple[Saying, ...]
    topics: tuple[Topic, ...]


@cache
def denial_reasons() -> DenialReasons:
    """Why plans deny."""
    return yamlfile.read(KNOWLEDGE / "denial_reasons.yaml", DenialReasons)
