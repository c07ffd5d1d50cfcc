"""What a treatment with toxin changed: a count from before to now, a share of the complaint, how long it held.

Only passages of a page that tells of a toxin are read, and not what is hoped, asked for, or told of another drug.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from packetgen.documents.text import PageText
from packetgen.extraction.context import RELATIVE
from packetgen.extraction.doses import TOXIN
from packetgen.extraction.model import Finding, Response
from packetgen.extraction.place import Passage, passages
from packetgen.extraction.scope import names_in
from packetgen.extraction.sections import section_at
from packetgen.extraction.vocabulary import responses

NUMBER = r"\d{1,3}(?:\.\d)?"
PER = r"(?:[ ]?(?:/|per|an?)[ ]?(?:mo(?:nth)?|d(?:ay)?|wk|week|year|yr)\b|[ ]?(?:days?|hours?|visits?|episodes?)\b)*"
CHANGED = (
    r"[^.;\d]{{0,30}}?(?:\bfrom[ ]+(?:about |roughly )?)?(?P<before>{n}){per}[ ]*(?:->|→|=>|\bto\b)[ ]*(?:about "
    r"|roughly )?(?P<after>{n})"
    r"(?!\d|[/:]\d|%|[ ]?(?:mg|mL|U\b|units))"
)
NOT_TOLD = re.compile(
    r"\b(?:goal|target|hope\w*|expect\w*|should|would|could|if|criteria|policy|requires?|at least \d+ ?(?:%"
    r"|percent) (?:is|required)|trial)\b",
    re.IGNORECASE,
)
MONTHS_IN_WEEKS = 52 / 12


def find_responses(page: PageText) -> list[Finding]:
    """One finding for each change that the page tells of a toxin's treatment."""
    if not TOXIN.search(page.text):
        return []
    found: dict[Response, Finding] = {}
    told = False
    for passage in passages(page):
        told = bool(TOXIN.search(passage.said)) or (told and not names_in(passage.said))
        if not told or section_at(passage.page, passage.start) in ("family", "education", "plan", "allergy"):
            continue
        if NOT_TOLD.search(passage.said) or RELATIVE.search(passage.said) or names_in(passage.said):
            continue
        for value in _told(passage):
            found.setdefault(value, Finding(value, "present", (passage.evidence("response"),)))
    return list(found.values())


def _told(passage: Passage) -> Iterator[Response]:
    taken: set[int] = set()
    for measure, pattern in _changes():
        for match in pattern.finditer(passage.said):
            if match.start("before") not in taken:
                taken.add(match.start("before"))
                yield Response(measure.what, float(match["before"]), float(match["after"]), measure.unit)
    for match in re.finditer(responses().share.words, passage.said, re.IGNORECASE):
        yield Response("improvement", None, float(match["after"] or match["by"]), "percent")
    for match in re.finditer(responses().lasted.words, passage.said, re.IGNORECASE):
        months = (match["unit"] or "").lower().startswith("m")
        yield Response(
            "duration of benefit", None, round(float(match["after"]) * (MONTHS_IN_WEEKS if months else 1), 1), "weeks"
        )


@cache
def _changes():  # type: ignore[no-untyped-def]
    """Each measure with the pattern of its change, the longest way to write it first."""
    return tuple(
        (m, re.compile(rf"\b(?:{m.written})" + CHANGED.format(n=NUMBER, per=PER), re.IGNORECASE))
        for m in responses().measures
    )
