"""Contraindications and warnings that a note speaks of: denied or there. What it does not speak of is not a finding."""

from __future__ import annotations

import re
from functools import cache

from packetgen.documents.text import PageText
from packetgen.extraction.context import assertion_at
from packetgen.extraction.model import Assertion, Finding, Safety
from packetgen.extraction.place import Passage, passages
from packetgen.extraction.vocabulary import concerns

DENIED_BEFORE = re.compile(
    r"\b(?:no|not|denies|denied|without|negative for|never|none|free of)\b[^.;]{0,60}$", re.IGNORECASE
)
DENIED_AFTER = re.compile(r"^[^.;,]{0,15}\b(?:neg(?:ative)?|denied|none|absent)\b|^\W{0,3}no\b", re.IGNORECASE)
ADVICE = re.compile(
    r"\b(?:counsel\w*|risks?|warn\w*|inform\w*|discuss\w*|side effects?|may cause|can cause|if|plan(?:s|ning)? to"
    r"|contraception|avoid)\b",
    re.IGNORECASE,
)


def find_safety(page: PageText) -> list[Finding]:
    """One finding for each concern and what is said of it."""
    found: dict[tuple[str, Assertion], Finding] = {}
    for passage in passages(page):
        for concern in concerns().concerns:
            match = _compiled(concern.pattern).search(passage.said)
            if match and (assertion := _assertion(passage, match)):
                finding = Finding(Safety(concern.name), assertion, (passage.evidence("safety"),))
                found.setdefault((concern.name, assertion), finding)
    return list(found.values())


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _assertion(passage: Passage, match: re.Match[str]) -> Assertion | None:
    """Denied, there, or of a relative; None for advice and consent, which tell nothing of the patient."""
    before, after = passage.said[: match.start()], passage.said[match.end() :]
    if DENIED_BEFORE.search(before) or DENIED_AFTER.search(after):
        return "negated"
    if ADVICE.search(passage.said):
        return None
    found = assertion_at(passage, match.start(), match.end())
    return found if found != "negated" else "present"
