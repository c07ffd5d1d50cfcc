"""What a passage asserts: of this patient or a relative, now or then, planned, possible or denied.

The idea of ConText (trigger, scope, termination) with a lexicon of our own: common ones call "no response to
topiramate" a negation, which is a failed trial.
"""

from __future__ import annotations

import re

from packetgen.documents.text import PageText
from packetgen.extraction.model import Assertion
from packetgen.extraction.place import HEADINGS, Passage

LONGEST_HEADING = 60
RELATIVE = re.compile(
    r"\b(?:mother|father|sister|sis|brother|daughter|son|aunt|uncle|cousin|grandmother|grandfather|parents?"
    r"|family (?:history|hx)|fhx?)\b",
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


def section_of(page: PageText, offset: int) -> str:
    """Lower-case title of the last heading before an offset, or ""."""
    title = ""
    for match in HEADINGS.finditer(page.text, 0, offset + LONGEST_HEADING):
        if match.start() <= offset:
            title = match["title"].lower()
    return title


def assertion_of(passage: Passage) -> Assertion:
    """What a passage asserts of what it names."""
    section = section_of(passage.page, passage.start)
    if section.startswith(("family", "fhx")) or RELATIVE.search(passage.said):
        return "family"
    return next((assertion for assertion, pattern in RULES if pattern.search(passage.said)), "present")
