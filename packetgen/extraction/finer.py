"""What a document is, more exactly than a chart needs: an approval, a payer's form, an insurance card."""

from __future__ import annotations

import re

from packetgen.extraction.vocabulary import document_kinds

ENOUGH = 4  # weight of cues


def finer_kind(kind: str, text: str) -> str:
    """The finer kind of a document of a general kind, from its whole text; the general one when none fits."""
    for entry in document_kinds().finer:
        if kind in entry.of and (entry.words is None or len(text.split()) <= entry.words):
            weight = sum(cue.weight for cue in entry.cues if re.search(cue.pattern, text, re.IGNORECASE))
            if weight >= ENOUGH:
                return entry.kind
    return kind
