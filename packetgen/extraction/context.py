"""What a passage asserts: of this patient or a relative, now or then, planned, possible or denied.

The idea of ConText (trigger, scope, termination) with a lexicon of our own: common ones call "no response to
topiramate" a negation, which is a failed trial.
"""

from __future__ import annotations

import re

from packetgen.extraction.model import Assertion
from packetgen.extraction.place import Passage
from packetgen.extraction.sections import section_at

RELATIVE = re.compile(
    r"\b(?:(?:mother|father|sister|brother|daughter)(?:-in-law)?|mom|mum|dad|sis|bro|son(?! (?:says|notes|reports))"
    r"|aunt|uncle|cousin|niece|nephew|grand(?:mother|father|ma|pa)|g(?:ma|pa)|parents?|twin|relatives?"
    r"|family (?:history|hx)|fhx?)\b"
    r"|\b(?:husband|wife|spouse|partner|roommate|friend|neighbor)"
    r"(?:['\u2019]s| (?:takes|took|uses|used|had|has|gets|got) )",
    re.IGNORECASE,
)
_WORDS: tuple[tuple[Assertion, str], ...] = (
    (
        "negated",
        r"\b(?:ruled out|no history of|denies|never had|not have|negative for|no evidence of"
        r"|no (?:known )?(?=\w+ ?(?:disease|disorder|migraine|dystonia)))|not (?:a |consistent)",
    ),
    ("historical", r"\b(?:resolved|history of|previously|in remission|as a child)\b"),
    ("hypothetical", r"\b(?:if|would|could|(?-i:may)|might|consider(?:ed|ing)?|plan B|in case|should)\b"),
    ("possible", r"\b(?:possible|possibly|probable|suspected|likely|rule out|r/o|versus|vs\.?)\b|\w\?"),
)
RULES = tuple((assertion, re.compile(words, re.IGNORECASE)) for assertion, words in _WORDS)


def assertion_of(passage: Passage) -> Assertion:
    """What a passage asserts of what it names."""
    if section_at(passage.page, passage.start) == "family" or RELATIVE.search(passage.said):
        return "family"
    return next((assertion for assertion, pattern in RULES if pattern.search(passage.said)), "present")
