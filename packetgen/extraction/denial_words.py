"""The words of denial letters, from knowledge/denial_reasons.yaml."""

from __future__ import annotations

from functools import cache
from typing import Literal

from packetgen import yamlfile
from packetgen.extraction.model import DenialReasonName
from packetgen.extraction.vocabulary import Pattern
from packetgen.resources import KNOWLEDGE
from packetgen.yamlfile import Strict

TopicName = Literal["expedited", "second", "external", "peer_to_peer", "records", "other", "appeal"]


class ReasonWords(Strict):
    """A class of denial reasons: words that give it, that take it back, that only speak of it, and its codes in claims.

    example, loosely: sentences that the pattern and the loose words find; codes of adjustments, and of remarks.
    """

    reason: DenialReasonName
    pattern: Pattern
    unless: Pattern | None = None
    example: str
    loose: Pattern
    loosely: str
    codes: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


class TakenBack(Strict):
    """Words of a sentence that gives no reason although it holds the words of one."""

    pattern: Pattern
    example: str


class Begins(Strict):
    """Words that begin a part of a denial letter: why it denies, what the policy asks, how to appeal."""

    why: Pattern
    policy: Pattern
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
    taken_back: tuple[TakenBack, ...]
    topics: tuple[Topic, ...]


@cache
def denial_reasons() -> DenialReasons:
    """Why plans deny."""
    return yamlfile.read(KNOWLEDGE / "denial_reasons.yaml", DenialReasons)
