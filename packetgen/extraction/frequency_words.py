"""The words that tell how often the head aches, from knowledge/frequency.yaml."""

from __future__ import annotations

import re
from functools import cache

from pydantic import model_validator

from packetgen import yamlfile
from packetgen.extraction.model import Amount, Range
from packetgen.resources import KNOWLEDGE
from packetgen.yamlfile import Strict

MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
HEAD = r"(?:headaches?|HA(?:['’]?s)?|head pain)"
MIG = r"(?:migraines?|migranes?|migrainous|mig)\b"
_DAYS = r"(?:(?:days?|d)\b)"
HDAYS = rf"(?:{HEAD}[ -]{_DAYS}|MHDs?|{_DAYS} (?:of|with|w/?) (?:any |a )?{HEAD}(?! ?-?free))"
MDAYS = rf"(?:{MIG}[ -]{_DAYS}|MMDs?|{_DAYS} (?:of|with) (?:full |true )?{MIG})"
MOST_DAYS = 31
LIST = re.compile(r"(?<!\?P)<([a-z]+)>")
NUMBER = "n"  # what the program puts in itself


class FrequencySaid(Strict):
    """A pattern, a sentence that holds it, and what that tells ("H18": headache days; M, h, m as there)."""

    words: str
    example: str
    told: tuple[str, ...]


class FrequencyWords(Strict):
    """knowledge/frequency.yaml."""

    lists: dict[str, tuple[str, ...]]
    hours: tuple[FrequencySaid, ...]
    months: tuple[FrequencySaid, ...]
    migraine: tuple[FrequencySaid, ...]
    headache: tuple[FrequencySaid, ...]
    compared: tuple[FrequencySaid, ...]
    not_a_fact: tuple[FrequencySaid, ...]
    a_part: tuple[FrequencySaid, ...]
    baseline: tuple[FrequencySaid, ...]
    on_treatment: tuple[FrequencySaid, ...]
    free: tuple[FrequencySaid, ...]
    other_days: tuple[FrequencySaid, ...]

    @model_validator(mode="after")
    def _names_only_lists(self) -> FrequencyWords:
        said = [entry.words for words in self if isinstance(words[1], tuple) for entry in words[1]]
        for words in (*said, *(way for list_ in self.lists.values() for way in list_)):
            for name in LIST.findall(words):
                if name not in (*self.lists, NUMBER):
                    raise ValueError(f"no list is named {name!r}")
        return self

    def filled(self, words: str, number: str) -> str:
        """A pattern with the lists that it names put in; number: what stands for "<n>"."""

        def put_in(named: re.Match[str]) -> str:
            if named[1] == NUMBER:
                return number
            return f"(?:{'|'.join(self.filled(way, number) for way in self.lists[named[1]])})"

        return LIST.sub(put_in, words)

    @property
    def examples(self) -> list[FrequencySaid]:
        """Every pattern with its example."""
        return [entry for _, words in self if isinstance(words, tuple) for entry in words]


@cache
def frequency_words() -> FrequencyWords:
    """How notes say how often the head aches."""
    return yamlfile.read(KNOWLEDGE / "frequency.yaml", FrequencyWords)


def amount(match: re.Match[str]) -> Amount:
    """The number or range that a pattern found; years are given in months."""
    parts = match.groupdict()
    if parts.get("years"):
        return float(parts["years"]) * 12
    low = float(parts["low"] or parts["low2"])
    if parts.get("bound"):
        return Range(low, None)
    if parts.get("high"):
        return Range(low, float(parts["high"]))
    return low
