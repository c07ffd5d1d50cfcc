"""Trials of drugs, procedures and devices, as notes tell of them: the dose and dates, how it ended and why.

The error that harms is a failure that the chart does not tell of. So a status of failure needs words of failure that
speak of the drug (scope.py), and a drug taken for another disease proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from packetgen.documents.text import PageText
from packetgen.extraction.context import RELATIVE, of_a_relative, speaks_only
from packetgen.extraction.doses import TOXIN
from packetgen.extraction.model import Assertion, Finding, Therapy, TherapyStatus
from packetgen.extraction.outcome import ENDED, PAST, TERM, first_sentence, outcome
from packetgen.extraction.place import Passage, passages
from packetgen.extraction.purpose import for_another_use, role_of, tried
from packetgen.extraction.regimen import dose_of, period_in, weeks_in
from packetgen.extraction.scope import Told, names_in, scopes
from packetgen.extraction.sections import headings, section_at
from packetgen.extraction.ticks import Answer, answer_beside, chosen_below
from packetgen.extraction.vocabulary import SectionKind

LONGEST_FOLLOW_UP = 160  # characters of a sentence that goes on about the drug before
MOST_FOLLOW_UPS = 3
VERDICT = re.compile(
    r"(?!.*\b(?:it|this|that|latter|former|second|last)\b)(?:\S+ ){0,5}\S+", re.IGNORECASE
)  # on a list
DATED = re.compile(r"\b(?:\d{1,2}/)?(?:19|20)\d\d\b|\bin (?:the )?(?:ED|ER|infusion)\b", re.IGNORECASE)
OWN_TOPIC = re.compile(
    r"[^\n]*\S {3,}\S|(?:[A-Z][\w/& -]{1,40}):(?! )|(?:[•*·>→»]|-{1,2}>?|=>|\(?\d{1,2}[.)]|[a-h][.)])\s"
)
COLUMNS = re.compile(r"\||\S {3,}\S|\t")
OUTCOME_COLUMN = re.compile(
    r"^\W*(?:drug|med\w*|treatment|therapy|agent|name|preventi\w+|trial)\b.*(?:\||  )\s*(?:outcome|results?|response"
    r"|effects?|reason\b[^|]*|why\b[^|]*|comments?|notes?|side effects?|tolerab\w+|status)\b",
    re.IGNORECASE,
)
PAST_LEAD = re.compile(
    r"\W*(?:before|past|prior|previous\w*|old|earlier|formerly"
    r"|in the past)\b[^:.;]{0,40}:",
    re.IGNORECASE,
)
ROWS = 25  # of a table below its head
# "Same with nortriptyline": it went as the one before
AS_BEFORE = re.compile(
    r"\b(?:ditto|likewise|similarly|(?:the )?same(?: (?:problem|issue|thing|story|result|outcome|response|reaction"
    r"|experience|complaint|side[- ]effects?|fate)s?)? (?:with|for|on|as|happened)|so (?:did|was)|as (?:did|was))\b"
    r"|[:–-] ?(?:the )?same(?=\s*(?:[.;,]|$))",
    re.IGNORECASE,
)
OWNS = re.compile(
    r"(?:['’]s|(?<=['’]s))(?=\s*(?:[.,;)]|$|\w*medic\w+|meds?\b|drugs?\b|pills?\b|prescription|rx\b))", re.I
)
DECLINES = re.compile(
    r"\b(?:declin|refus)\w+\b|\bsaid no\b|\b(?:won['’]t|not want|wants? no|turned down)\b", re.IGNORECASE
)
BESIDE = 50  # characters between a drug and the relative who takes it: "Depakote (mother)"
TAKEN_BEFORE = re.compile(r"\b(?:had|(?:was|were|been) on|took|used|tried)(?: \w+)? $", re.IGNORECASE)
LONG_AGO = re.compile(
    r"\b(?:IV|IM)\b|\bin (?:the )?(?:ED|ER|UC|urgent care|emergency)\b"
    r"|\bin (?:\w+ )?(?:19|20)\d\d\b|\bat age \d|\bas a (?:child|teen\w*)",
    re.IGNORECASE,
)


def find_therapies(page: PageText, *, about_headache: bool = True) -> list[Finding]:
    """One finding for each drug in each passage; toxins are found elsewhere.

    about_headache: whether the document speaks of headache; if not, a preventive of headache treats something else.
    """
    found: list[Finding] = []
    for passage, follow in _with_follow_ups(passages(page)):
        seen: set[tuple[str, TherapyStatus]] = set()
        told = scopes(passage.said)
        for index, drug in enumerate(told):
            tail = follow if index == len(told) - 1 else None
            if follow and drug.listed and VERDICT.fullmatch(verdict := first_sentence(follow.said)):
                tail, drug = None, replace(drug, shared=f"{drug.shared} {verdict}")
            finding = _finding(passage, drug, tail, about_headache=about_headache)
            if found and AS_BEFORE.search(f"{drug.before} {first_sentence(drug.own)}"):
                finding = _as_before(finding, found[-1])
            assert isinstance(finding.value, Therapy)  # noqa: S101 - for the type checker
            if (drug.drug.generic, finding.value.status) not in seen:
                seen.add((drug.drug.generic, finding.value.status))
                found.append(finding)
    return _without_bare_twins(found)


def _as_before(finding: Finding, before: Finding) -> Finding:
    """A trial of which it is only told that it went as the one before."""
    value, earlier = finding.value, before.value
    if isinstance(value, Therapy) and isinstance(earlier, Therapy) and value.status in ("unknown", "current"):
        status = earlier.status if earlier.status in ENDED else value.status
        return replace(finding, value=replace(value, status=status), evidence=(*finding.evidence, *before.evidence))
    return finding


def _without_bare_twins(found: list[Finding]) -> list[Finding]:
    """Without mentions that tell nothing of a drug of which another place tells something."""

    def tells(finding: Finding) -> bool:
        value = finding.value
        return isinstance(value, Therapy) and value.status != "unknown"

    told = {f.value.drug for f in found if isinstance(f.value, Therapy) and tells(f) and f.assertion == "present"}
    return [f for f in found if tells(f) or (isinstance(f.value, Therapy) and f.value.drug not in told)]


def _with_follow_ups(found: Sequence[Passage]) -> list[tuple[Passage, Passage | None]]:
    """Each passage that names drugs, and the sentences after it that go on about the last of them.

    "Topiramate 100 mg 03/2024 - 08/2024. No reduction. Stopped." is one trial.
    """
    units: list[tuple[Passage, Passage | None]] = []
    more = MOST_FOLLOW_UPS
    for before, passage in pairwise([None, *found]):
        assert passage is not None  # noqa: S101 - for the type checker
        if names_in(passage.said) or TOXIN.search(passage.said):
            units.append((passage, None))
            more = MOST_FOLLOW_UPS
        elif units and more and before and _follows(units[-1], before, passage):
            unit, follow = units[-1]
            units[-1] = (unit, Passage(passage.page, follow.start if follow else passage.start, passage.end))
            more -= 1
        else:
            more = 0
    return units


def _follows(unit: tuple[Passage, Passage | None], before: Passage, passage: Passage) -> bool:
    last = unit[1] or unit[0]
    between = passage.page.text[last.end : passage.start]
    line_start = passage.page.text.rfind("\n", 0, passage.start) + 1
    new_item = line_start >= last.end and OWN_TOPIC.match(passage.page.text, passage.start, passage.end)
    return (before is last or before.end == last.end) and not (
        "\n\n" in between
        or len(passage.said) > LONGEST_FOLLOW_UP
        or "?" in passage.said
        or new_item
        or section_at(passage.page, passage.start) != section_at(passage.page, last.start)
    )


def _finding(passage: Passage, told: Told, follow: Passage | None, *, about_headache: bool) -> Finding:
    section = section_at(passage.page, passage.start)
    place = passage
    own = told.own
    if follow is not None:
        own = f"{own} {follow.said}"
        place = Passage(passage.page, passage.start, follow.end)
    if passage.said.endswith("?") and (chosen := chosen_below(passage.page, passage.end)):
        own = f"{own.rstrip('?')}: {chosen}"
        told = replace(told, own=own, before="")
    answer = _answer(passage, told)
    role, use = role_of(told, section, own)
    if not about_headache and role in ("preventive", "acute"):
        role = "first_line_other" if role == "preventive" and section in ("trials", "failed") else "other_indication"
    if use:
        own = for_another_use().sub(" ", own.replace(use, " "))
    told = replace(told, shared=for_another_use().sub(" ", told.shared))
    status, reason = outcome(
        told,
        own,
        section,
        answer,
        under_heading=is_in_headings_paragraph(passage),
        of_outcomes=is_row_of_outcomes(passage),
    )
    if use and status == "effective":
        status = "current"  # "for blood pressure, well controlled"
    if use and status in ("ineffective", "partial_response") and not tried().search(own):
        status, reason = "current", None  # it is taken for something else: what it did not do here is no trial
    if status == "unknown" and role in ("acute", "other_indication"):
        past = (
            LONG_AGO.search(own)
            or PAST_LEAD.match(passage.said)
            or (section in PAST and TERM.search(own))
            or (role != "acute" and TAKEN_BEFORE.search(told.before))
        )
        status = "stopped_other" if past else "current"  # named without more: in use
    if role == "acute" and status == "partial_response" and not tried().search(own) and not DATED.search(own):
        status = "current"  # "works half of the time"
    if status == "allergy":
        role = "other_indication"
    assertion: Assertion = "present"
    relative = of_a_relative(passage, told.start)
    declined = status == "never_tried" and _declines(told)
    if relative == "family" or (_of_a_relative(told, own, section) and not declined):
        status, assertion, reason = "family_only", "family", None
    elif relative:
        assertion = relative
    elif status in ("planned", "hypothetical"):
        assertion = "planned" if status == "planned" else "hypothetical"
    elif status == "never_tried":
        assertion = "negated"
    dose, unit = dose_of(told)
    start, stop = period_in(own)
    value = Therapy(
        told.drug.generic,
        told.drug.drug_class,
        role,
        status,
        dose,
        unit,
        weeks_in(own),
        start,
        stop,
        place.verbatim(reason) if reason else None,
    )
    return Finding(value, assertion, (place.evidence("therapy"),))


def _answer(passage: Passage, told: Told) -> Answer | None:
    """The answer of a form's row, for the drug as it stands on the page."""
    name = told.own[: told.end - told.start].split()[0]
    at = passage.page.text.find(name, passage.start, passage.end)
    return answer_beside(passage.page, at, at + told.end - told.start) if at >= 0 else None


def _declines(told: Told) -> bool:
    """Whether someone declines the drug before a relative is named: what the relative had is the reason."""
    relative = RELATIVE.search(told.own)
    ahead = told.own[: relative.start()] if relative else ""
    return DECLINES.search(f"{told.before} {ahead}") is not None


def _of_a_relative(told: Told, own: str, section: SectionKind | None) -> bool:
    clause, name_end = first_sentence(own), told.end - told.start
    relative = RELATIVE.search(clause, name_end)
    beside = (
        relative is not None
        and relative.start() - name_end <= BESIDE
        and (
            OWNS.match(clause, relative.end()) is not None
            or not speaks_only(clause[: relative.start()], clause[relative.end() :])
        )
    )
    named = RELATIVE.search(told.before)
    subject = named is not None and not speaks_only(told.before[: named.start()], told.before[named.end() :])
    return section == "family" or subject or beside


def is_in_headings_paragraph(passage: Passage) -> bool:
    """Whether a passage stands on the line of the heading above it, or below one that has its line to itself.

    A blank line ends what a heading says of all below it.
    """
    above = [heading for heading in headings(passage.page) if heading.start <= passage.start]
    if not above:
        return False
    between = passage.page.text[above[-1].end : passage.start]
    return "\n\n" not in between.lstrip("\n") if above[-1].alone else "\n" not in between


def is_row_of_outcomes(passage: Passage) -> bool:
    """Whether a passage is a row of a table that has a column for how each trial went."""
    above = passage.page.text[: passage.start].split("\n")[:-1][-ROWS:]
    line = passage.page.text[passage.page.text.rfind("\n", 0, passage.start) + 1 : passage.end]
    return COLUMNS.search(line) is not None and any(OUTCOME_COLUMN.search(row) for row in above)
