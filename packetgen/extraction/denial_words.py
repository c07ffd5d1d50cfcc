"""The words of denial letters, from knowledge/denial_reasons.yaml."""

from __future__ import annotations

from functools import cache
from typing import Literal

from packetgen import yamlfile
from packetgen.extraction.model import DenialReasonName
from packetgen.extraction.vocabulary import Pattern
from packetgen.resources import KNOWLEDGE
from packetgen.yamlfile import Strict

TopicName = Literal["expedited", "external", "peer_to_peer", "records", "other", "appeal"]


class ReasonWords(Strict):
    """A class of denial reasons, the words that give it, words that take it back, and its claim adjustment codes."""

    reason: DenialReasonName
    pattern: Pattern
    unless: Pattern | None = None
    example: str
    codes: tuple[str, ...] = ()


class TakenBack(Strict):
    """Words of a sentence that gives no reason although it holds the words of one."""

    pattern: Pattern
    example: str


class Topic(Strict):
    """What a part of a denial letter is about, and the words that begin it."""

    topic: TopicName
    pattern: Pattern
    example: str


class DenialReasons(Strict):
    """knowledge/denial_reasons.yaml."""

    reasons: tuple[ReasonWords, ...]
    taken_back: tuple[TakenBack, ...]
    topics: tuple[Topic, ...]


@cache
def denial_reasons() -> DenialReasons:
    """Why plans deny."""
    return yamlfile.read(KNOWLEDGE / "denial_reasons.yaml", DenialReasons)
