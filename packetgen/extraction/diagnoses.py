"""Diseases named on a page, with the ICD-10 code as written beside them."""

from __future__ import annotations

import re

from packetgen.documents.text import PageText
from packetgen.extraction.context import assertion_of
from packetgen.extraction.model import Assertion, Diagnosis, Finding
from packetgen.extraction.place import Passage, passages
from packetgen.extraction.vocabulary import Condition, conditions

ICD10 = re.compile(r"(?<![\w.])[A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?(?![\w.]\w)")
CODE_WITHIN = 130  # characters after the name: a table may have the code two columns on

# A denial right before the name: "no MS, no neurogenic bladder"; "no change in chronic migraine" denies nothing.
DENIED = re.compile(
    r"\b(?:no|denies|without|negative for|not have|never had|no (?:history|evidence|signs?) of)[ ]"
    r"(?:(?!change|improvement|benefit|response|relief|reduction|worsening|new|longer|better)\w+[ ]){0,2}$",
    re.IGNORECASE,
)
COMPLAINT = re.compile(
    r"\b(?:headaches?|migraines?|HA\b|dystonia|torticollis|blepharospasm|hemifacial|spastic\w*|hyperhidrosis|sweat(?:s|ing|y)?\b"
    r"|overactive bladder|OAB|incontinence|detrusor|neurogenic bladder|drool\w*|sialorrhea|strabismus|esotropia"
    r"|exotropia|diplopia|botox|botulinum\w*|dysport|xeomin|myobloc|daxxify)",
    re.IGNORECASE,
)
ABSENT = re.compile(r"\b(?:no|not|denies|denied|without|negative|nor)\b", re.IGNORECASE)


def find_diagnoses(page: PageText) -> list[Finding]:
    """One finding for each disease and code on the page."""
    found: dict[tuple[str, str | None, str], Finding] = {}
    for passage in passages(page):
        for condition in conditions().conditions:
            finding = _diagnosis(passage, condition)
            if finding and isinstance(finding.value, Diagnosis):
                found.setdefault((finding.value.name, finding.value.icd10, finding.assertion), finding)
    coded = {(name, assertion) for name, code, assertion in found if code}
    return [f for (name, code, assertion), f in found.items() if code or (name, assertion) not in coded]


def _diagnosis(passage: Passage, condition: Condition) -> Finding | None:
    match = re.search(condition.pattern, passage.said, re.IGNORECASE)
    reach = (match.start(), match.end() + CODE_WITHIN) if match else (0, len(passage.said))
    codes = [
        code.group(0)
        for code in ICD10.finditer(passage.said, *reach)
        if condition.codes and code.group(0).startswith(condition.codes)
    ]
    if not match and not codes:  # "Dx: L74.510" names its disease by code alone
        return None
    denied = match is not None and DENIED.search(passage.said[: match.start()])
    assertion: Assertion = "negated" if denied else assertion_of(passage)
    if condition.only_of_relatives and assertion != "family":
        return None
    value = Diagnosis(condition.name, codes[0] if codes else None, condition.indication)
    return Finding(value, assertion, (passage.evidence("diagnosis"),))


def is_about_an_indication(page: PageText) -> bool:
    """Whether the page says of its patient that there is one of the diseases that toxin treats, or its complaint."""
    return any(
        (match := COMPLAINT.search(passage.said))
        and not ABSENT.search(passage.said[: match.start()])
        and assertion_of(passage) not in ("family", "negated")
        for passage in passages(page)
    )
