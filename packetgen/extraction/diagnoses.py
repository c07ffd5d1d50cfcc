"""Diseases named on a page, with the ICD-10 code as written beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from packetgen.documents.text import PageText
from packetgen.extraction.context import assertion_at
from packetgen.extraction.model import Diagnosis, Finding
from packetgen.extraction.place import Passage, passages
from packetgen.extraction.small_letters import in_small_letters
from packetgen.extraction.ticks import answer_beside
from packetgen.extraction.vocabulary import Condition, conditions

ICD10 = re.compile(r"(?<![\w.])[A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?(?![\w.]\w)")
CODE_BEFORE = 4  # characters between a code and the name after it: "G24.3 cervical dystonia"
CODE_WITHIN = 130  # characters after the name: a table may have the code two columns on

COMPLAINT = re.compile(
    r"\b(?:headaches?|migraines?|HA\b|dystonia|torticollis|blepharospasm|hemifacial|spastic\w*|hyperhidrosis|sweat(?:s|ing|y)?\b"
    r"|overactive bladder|OAB|incontinence|detrusor|neurogenic bladder|drool\w*|sialorrhea|strabismus|esotropia"
    r"|exotropia|diplopia|botox|botulinum\w*|dysport|xeomin|myobloc|daxxify)",
    re.IGNORECASE,
)
HEADACHE = re.compile(r"\bheadaches?\b|\bmigraines?\b|\bHA\b", re.IGNORECASE)
TOXIN = re.compile(r"botox|botulinum\w*|dysport|xeomin|myobloc|daxxify", re.IGNORECASE)
OFTEN = 6  # mentions of any kind: dictation without stops seems to deny what it tells
MENTIONS = 3  # of a complaint, in a document that is about it


def find_diagnoses(page: PageText) -> list[Finding]:
    """One finding for each disease, code and assertion on the page."""
    found: dict[tuple[str, str | None, str | None, str], Finding] = {}
    for passage in passages(page):
        for finding in _named(passage):
            if isinstance(finding.value, Diagnosis):
                told = finding.value
                found.setdefault((told.name, told.indication, told.icd10, finding.assertion), finding)
    coded = {(name, assertion) for name, _, code, assertion in found if code}
    return [f for (name, _, code, assertion), f in found.items() if code or (name, assertion) not in coded]


def _named(passage: Passage) -> Iterator[Finding]:
    """Every disease that a passage names; the more special name goes before the words within it."""
    taken: list[tuple[int, int]] = []
    coded: set[str] = set()
    codes = list(ICD10.finditer(passage.said))
    if not codes and not _any_name().search(passage.said.lower()):
        return
    for condition in conditions().conditions:
        for match in _name(condition).finditer(passage.said):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            taken.append(match.span())
            code = _code(condition, codes, match)
            coded |= {code} if code else set()
            yield _finding(passage, condition, code, match.start(), match.end())
    for condition in conditions().conditions:  # "Dx: L74.510" names its disease by code alone
        for code_match in codes:
            code = code_match.group(0)
            if condition.codes and code.startswith(condition.codes) and code not in coded:
                coded.add(code)
                yield _finding(passage, condition, code, *code_match.span())


@cache
def _name(condition: Condition) -> re.Pattern[str]:
    return re.compile(condition.pattern, re.IGNORECASE)


@cache
def _any_name() -> re.Pattern[str]:
    """Any disease's name, in small letters: most passages hold none."""
    return in_small_letters("|".join(f"(?:{condition.pattern})" for condition in conditions().conditions))


def _code(condition: Condition, codes: Sequence[re.Match[str]], name: re.Match[str]) -> str | None:
    fitting = [code for code in codes if condition.codes and code.group(0).startswith(condition.codes)]
    after = next((c for c in fitting if 0 <= c.start() - name.end() <= CODE_WITHIN), None)
    before = next((c for c in reversed(fitting) if 0 <= name.start() - c.end() <= CODE_BEFORE), None)
    code = before or after
    return code.group(0) if code else None


def _finding(passage: Passage, condition: Condition, code: str | None, start: int, end: int) -> Finding:
    at = passage.page.text.find(passage.said[start:end].split()[0], passage.start)
    answer = answer_beside(passage.page, at, at + end - start) if at >= 0 else None
    assertion = "negated" if answer in ("no", "not now") else assertion_at(passage, start, end)
    return Finding(Diagnosis(condition.name, code, condition.indication), assertion, (passage.evidence("diagnosis"),))


def are_about_headache(pages: Sequence[PageText]) -> bool:
    """Whether a document speaks of its patient's headache: once outright, or again and again."""
    mentions = 0
    for page in pages:
        for passage in passages(page):
            for match in HEADACHE.finditer(passage.said):
                told = assertion_at(passage, match.start(), match.end())
                if told in ("present", "possible"):
                    return True
                mentions += told != "family"
    return mentions > MENTIONS


def are_about_an_indication(pages: Sequence[PageText], found: Iterable[Finding]) -> bool:
    """Whether a document is about a disease that toxin treats: it names its patient's, or speaks of its complaint.

    found: what was read on the pages. One mention of a headache, as any note may have, is not enough.
    """
    told = named = 0
    for page in pages:
        for passage in passages(page):
            for match in COMPLAINT.finditer(passage.said):
                said = assertion_at(passage, match.start(), match.end())
                named += said != "family"
                if said in ("present", "possible"):
                    told += MENTIONS if TOXIN.fullmatch(match.group(0)) else 1
            if told >= MENTIONS or named >= OFTEN:
                return True
    return any(
        isinstance(f.value, Diagnosis) and f.value.indication and f.assertion in ("present", "possible", "negated")
        for f in found
    )
