"""The words of headache diaries, from knowledge/diary.yaml."""

from __future__ import annotations

from functools import cache

from packetgen import yamlfile
from packetgen.extraction.vocabulary import Pattern
from packetgen.resources import KNOWLEDGE
from packetgen.yamlfile import Strict


class Said(Strict):
    """Words beside a day, and an entry that holds them."""

    words: Pattern
    example: str


class Duration(Said):
    """Words for a time. hours: how long; None when they do not say it to the hour."""

    hours: float | None


class DiaryWords(Strict):
    """knowledge/diary.yaml."""

    missing: tuple[Said, ...]
    none: tuple[Said, ...]
    headache: tuple[Said, ...]
    elsewhere: tuple[Said, ...]
    doubtful: tuple[Said, ...]
    migraine: tuple[Said, ...]
    no_migraine: tuple[Said, ...]
    untreated: tuple[Said, ...]
    not_taken: tuple[Said, ...]
    taken: tuple[Said, ...]
    durations: tuple[Duration, ...]


@cache
def diary_words() -> DiaryWords:
    """What people write beside a day."""
    return yamlfile.read(KNOWLEDGE / "diary.yaml", DiaryWords)
