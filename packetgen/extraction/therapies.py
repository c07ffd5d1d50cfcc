"""Trials of drugs, procedures and devices, as notes tell of them: the dose and dates, how it ended and why.

The error that harms is a failure that the chart does not tell of. So a status of failure needs words of failure that
speak of the drug (scope.py), and a drug taken for another disease proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise

from packetgen.documents.text import PageText
from packetgen.extraction.context import RELATIVE
from packetgen.extraction.dates import dates_in
from packetgen.extraction.model import Assertion, Finding, Therapy, TherapyRole, TherapyStatus
from packetgen.extraction.place import Passage, passages
from packetgen.extraction.scope import Told, names_in, scopes
from packetgen.extraction.sections import headings, section_at
from packetgen.extraction.ticks import Answer, answer_beside
from packetgen.extraction.vocabulary import SectionKind, therapy_status

DOSE = re.compile(
    r"(?<![\d./-])(?:\d{1,4}(?:\.\d{1,2})?[ ]?(?:->|→|-|to)[ ]?)?(?P<dose>\d{1,4}(?:\.\d{1,2})?)[ ]?"
    r"(?P<unit>mg|mcg|g|units?|drops|gtts)\b",
    re.IGNORECASE,
)
BARE_DOSE = re.compile(
    r"(?:[ ](?:XR|LA|ER|XL|SR|DR|IR))?(?:[ ]\([^)]{2,20}\))?[ ](?:\d{1,4}[ ]?(?:->|→)[ ]?)?"
    r"(?P<dose>\d{1,4}(?:\.\d{1,2})?)"
    r"(?=[ ]*(?:x[ ]?\d|bid|tid|qid|qhs|qd|hs\b|daily|nightly|prn|[,;+(]|\.(?!\d)|$|-[ ]))",
    re.IGNORECASE,
)
RAISED = re.compile(
    r"(?:raised|increased|titrated|up|then) to (?P<dose>\d{1,4})(?= (?:bid|tid|qid|qhs|daily|nightly)\b)", re.IGNORECASE
)
NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
WEEKS = re.compile(
    r"(?:(?:x|for|of|over|after|in|only|,|;|\(|-|–|:)|(?<=[a-z0-9)\]]))[ ]*"
    r"(?:about |almost |nearly |only |just |~ ?|approx\w* )?"
    rf"(?P<n>\d{{1,3}}(?:\.\d)?|(?:{'|'.join(NUMBERS)})\b)(?: ?[-–] ?\d{{1,2}}| to \d{{1,2}})?[ -]?"
    r"(?P<unit>days?|d|wks?|weeks?|mos?|months?|yrs?|years?)\b"
    r"(?!\s*(?:a|per|/|each|every)\s*(?:week|month|year|wk|mo)|\s*(?:ago|supply|later|before|of age|old)|/)",
    re.IGNORECASE,
)
NOT_A_TERM = re.compile(r"(?:every|each|q|within|last|past|age|in|wk|week)[ ]*$", re.IGNORECASE)
FOR_A = re.compile(
    r"(?:for|lasted|about|over|only|[\"“(,])[ ]*$", re.IGNORECASE
)  # "a month" is a term, "8 a month" is none
IN_WEEKS = {"d": 1 / 7, "w": 1.0, "m": 52 / 12, "y": 52.0}
SENTENCE = re.compile(r"(?<=[a-z0-9)%\"”])[.;](?:\s|$)")
REST_OF_CLAUSE = re.compile(r"[^.;|\n]{0,90}(?=[.;|\n]|$)")
LONGEST_FOLLOW_UP = 160  # characters of a sentence that goes on about the drug before
MOST_FOLLOW_UPS = 3
OWN_TOPIC = re.compile(r"[^\n]*\S {3,}\S|(?:[A-Z][\w/& -]{1,40}):(?! )|(?:[•*·-]|\d{1,2}[.)])\s")
FAILURE: tuple[TherapyStatus, ...] = ("ineffective", "partial_response", "not_tolerated", "contraindicated")
ENDED: tuple[TherapyStatus, ...] = (*FAILURE, "stopped_other", "allergy")
STILL = re.compile(r"\b(?:still|continu\w+|currently|remains? on|ongoing|now on)\b", re.IGNORECASE)
CONDITIONAL = re.compile(
    r"\bif\b (?:\w+ ){0,6}(?:denied|fails?|failed|refused|needed|covered|approved|inadequate|insufficient|response"
    r"|better|disappoint\w*|plan|insurance|insurer)\b",
    re.IGNORECASE,
)
THOUGHT_OF = re.compile(
    r"\b(?:if|should|were|would(?! not)|could(?! not)|consider\w*|alternativ\w+)\b(?![^.]*\bbut\b)", re.IGNORECASE
)
# A policy's words, wherever they are quoted: what a plan asks for is not what the patient did.
ASKED_FOR = re.compile(
    r"\bmust (?:have|be|try|first)\b|\b(?:criteria|policy|plan) (?:requires?|asks?)\b|\brequired to try\b"
    r"|\bgroup [A-D]\b:?",
    re.IGNORECASE,
)
LONG_AGO = re.compile(r"\bin (?:\w+ )?(?:19|20)\d\d\b|\bat age \d|\bas a (?:child|teen\w*)", re.IGNORECASE)
TO_START = re.compile(r"\W*(?:\d[.)] *)?(?:start|begin|add|try|trial|initiate)\b", re.IGNORECASE)


def find_therapies(page: PageText, *, about_headache: bool = True) -> list[Finding]:
    """One finding for each drug in each passage; toxins are found elsewhere.

    about_headache: whether the document speaks of headache; if not, a preventive of headache treats something else.
    """
    found = []
    for passage, follow in _with_follow_ups(passages(page)):
        seen: set[tuple[str, TherapyStatus]] = set()
        told = scopes(passage.said)
        for index, drug in enumerate(told):
            tail = follow if index == len(told) - 1 else None
            finding = _finding(passage, drug, tail, about_headache=about_headache)
            assert isinstance(finding.value, Therapy)  # noqa: S101 - for the type checker
            if (drug.drug.generic, finding.value.status) not in seen:
                seen.add((drug.drug.generic, finding.value.status))
                found.append(finding)
    return _without_bare_twins(found)


def for_another_disease(findings: Sequence[Finding]) -> list[Finding]:
    """The findings of a document that does not speak of what its drugs are here for: they treat something else."""
    return [
        replace(f, value=replace(f.value, role="other_indication"))
        if isinstance(f.value, Therapy) and f.value.role in ("preventive", "acute", "first_line_other")
        else f
        for f in findings
    ]


def filled_only(finding: Finding) -> Finding:
    """A fill of a pharmacy's list: it tells that a drug was dispensed, not that it is taken or how it went."""
    value = finding.value
    if isinstance(value, Therapy) and value.status in ("current", "stopped_other"):
        return replace(finding, value=replace(value, status="unknown", reason=None), assertion="present")
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
        if names_in(passage.said):
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
    answer = _answer(passage, told)
    role, use = _role(told, section)
    if not about_headache and role in ("preventive", "acute"):
        role = "first_line_other" if role == "preventive" and section in ("trials", "failed") else "other_indication"
    if use:
        own = own.replace(use, " ")
    status, reason = _status(told, own, section, answer, in_its_paragraph=is_in_headings_paragraph(passage))
    if status == "unknown" and role in ("acute", "other_indication"):
        status = "stopped_other" if LONG_AGO.search(own) else "current"  # named without more: in use
    assertion: Assertion = "present"
    if _of_a_relative(told, own, section):
        status, assertion, reason = "family_only", "family", None
    elif status in ("planned", "hypothetical"):
        assertion = "planned" if status == "planned" else "hypothetical"
    elif status == "never_tried":
        assertion = "negated"
    dose, unit = _dose(told)
    start, stop = _period(own)
    value = Therapy(
        told.drug.generic,
        told.drug.drug_class,
        role,
        status,
        dose,
        unit,
        _weeks(own),
        start,
        stop,
        reason,
    )
    return Finding(value, assertion, (place.evidence("therapy"),))


def _answer(passage: Passage, told: Told) -> Answer | None:
    """The answer of a form's row, for the drug as it stands on the page."""
    name = told.own[: told.end - told.start].split()[0]
    at = passage.page.text.find(name, passage.start, passage.end)
    return answer_beside(passage.page, at, at + told.end - told.start) if at >= 0 else None


def _of_a_relative(told: Told, own: str, section: SectionKind | None) -> bool:
    clause = _first_sentence(own)
    return section == "family" or bool(RELATIVE.search(told.before) or RELATIVE.search(clause))


def is_in_headings_paragraph(passage: Passage) -> bool:
    """Whether a passage stands on the line of the heading above it, or below one that has its line to itself.

    A blank line ends what a heading says of all below it.
    """
    above = [heading for heading in headings(passage.page) if heading.start <= passage.start]
    if not above:
        return False
    between = passage.page.text[above[-1].end : passage.start]
    return "\n\n" not in between.lstrip("\n") if above[-1].alone else "\n" not in between


def _first_sentence(words: str) -> str:
    end = SENTENCE.search(words)
    return words[: end.start() + 1] if end else words


def _status(
    told: Told, own: str, section: SectionKind | None, answer: Answer | None, *, in_its_paragraph: bool
) -> tuple[TherapyStatus, str | None]:
    """The status, and the words that give a reason for an end."""
    if section == "allergy" or re.search(r"\ballerg(?:y|ies|ic to)\b(?! (?:season|shot))", told.before, re.IGNORECASE):
        named = _search(own)
        return ("never_tried", None) if named and named[0] == "never_tried" else ("allergy", _reason(named, own))
    if section == "education" or _is_hypothetical(told):
        return "hypothetical", None
    if answer == "no":
        named = _search(own)
        if named and named[0] == "contraindicated":
            return "contraindicated", _reason(named, own)
        return "never_tried", None
    if answer == "not now":
        named = _search(own)
        return (named[0], _reason(named, own)) if named and named[0] in ENDED else ("never_tried", None)
    texts = [own, told.before, told.shared]
    goes_on = STILL.search(told.before) or STILL.search(_first_sentence(own))
    for text in [own, told.shared] if goes_on else texts:
        named = _search(text, weak=False)
        if named:
            return named[0], _reason(named, text)
    if therapy_status().hypothetical and _pattern(therapy_status().hypothetical.words).search(
        f"{told.before} {_first_sentence(told.own)}"
    ):
        return "hypothetical", None
    if section == "plan" and re.match(
        r"\W*(?:\d[.)] *)?(?:start|begin|add|try|trial|initiate)\b", told.before, re.IGNORECASE
    ):
        return "planned", None
    if answer == "now":
        return "current", None
    for text in texts:
        named = _search(text, weak=True)
        if named and not (section == "failed" and named[0] == "current"):
            return named[0], _reason(named, text)
    if section == "failed" and in_its_paragraph:
        return "ineffective", None
    if section == "discontinued" or answer == "past":
        return "stopped_other", None
    return ("current", None) if section == "current" else ("unknown", None)


def _is_hypothetical(told: Told) -> bool:
    """Whether a condition or a wish stands before the drug, or beside it in its own sentence."""
    before = told.before
    clause = _first_sentence(told.own)
    return bool(
        THOUGHT_OF.search(before)
        or ASKED_FOR.search(before)
        or CONDITIONAL.search(clause)
        or re.search(
            r"\bwould be\b|\b(?:next|reasonable|other|another) (?:step|choice|option)\b", clause, re.IGNORECASE
        )
    )


def _search(words: str, *, weak: bool | None = None) -> tuple[TherapyStatus, re.Match[str]] | None:
    """The first status whose words are there, with these; weak: only of the weak ones, or only of the others."""
    said = _without_denied_effects(words)
    for status, is_weak, pattern in _patterns():
        match = pattern.search(said) if weak is None or is_weak == weak else None
        if match:
            return status, match
    return None


def _reason(named: tuple[TherapyStatus, re.Match[str]] | None, words: str) -> str | None:
    if named is None or named[0] not in ENDED:
        return None
    match = named[1]
    rest = REST_OF_CLAUSE.match(words, match.end())
    return (words[match.start() : match.end()] + (rest.group(0) if rest else "")).strip(" ,-:(")


def _without_denied_effects(words: str) -> str:
    """The words with "no side effects" and its like blanked out; places stay."""
    return _denied().sub(lambda match: " " * len(match.group(0)), words.replace("_", " "))


@cache
def _denied() -> re.Pattern[str]:
    adverse = therapy_status().filled("<adverse>")
    return re.compile(
        rf"\b(?:no|without|denies|w/o|never (?:had|caused)|free of)\b(?: \w+)?,? ?{adverse}"
        r"|\b(?:tolerat\w+ (?:it |this )?(?:well|fine)|well tolerated)",
        re.IGNORECASE,
    )


@cache
def _patterns() -> tuple[tuple[TherapyStatus, bool, re.Pattern[str]], ...]:
    words = therapy_status()
    return tuple(
        (status.status, status.weak, _pattern("|".join(f"(?:{words.filled(cue.words)})" for cue in status.cues)))
        for status in words.statuses
    )


@cache
def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE)


def _role(told: Told, section: SectionKind | None) -> tuple[TherapyRole, str | None]:
    """What the drug is taken for, and the words that say so of another disease; else its usual role."""
    other, target = therapy_status().other_indication, therapy_status().target
    clause = _first_sentence(told.own)
    if section == "allergy":
        return "other_indication", None
    if denied := re.search(other.denied, f"{told.before} {told.own}", re.IGNORECASE):
        return "other_indication", denied.group(0)
    use = _for_another_use().search(clause)
    if use and not re.search(rf"\b(?:for|of|against)[^.;]{{0,25}}\b(?:{target})", clause, re.IGNORECASE):
        return "other_indication", use.group(0)
    if told.drug.role == "other_indication" and told.drug.may_be:
        said = re.search(rf"\b(?:{target})", f"{told.before} {clause}", re.IGNORECASE)
        return (told.drug.may_be if said or section in ("trials", "failed") else "other_indication"), None
    return told.drug.role, None


@cache
def _for_another_use() -> re.Pattern[str]:
    adjectives = "her|his|their|the|chronic|severe|a|an|some|prior|known|my|postpartum|generali[sz]ed"
    return re.compile(
        rf"(?:\b(?:for|treats?|treating|against)(?: \w+)?,? (?:(?:{adjectives}) )*|\(|[-–:,] ?"
        r"|\b(?:daily|nightly|bid|tid|qid|qhs|hs|bedtime|morning|evening|prn|mg|mcg|\d) )"
        rf"(?:{therapy_status().other_indication.uses})",
        re.IGNORECASE,
    )


def _dose(told: Told) -> tuple[float | None, str | None]:
    """The highest dose and its unit; a number right after the name is a dose without a unit: "topa 100 x3mo"."""
    own = told.own
    doses = [(float(m["dose"]), m["unit"].lower()) for m in DOSE.finditer(own)]
    if doses:
        raised = [float(m["dose"]) for m in RAISED.finditer(own)]
        number, unit = max(doses)
        return max([number, *raised]), unit
    bare = BARE_DOSE.match(own, told.end - told.start)
    return (float(bare["dose"]), None) if bare else (None, None)


def _period(words: str) -> tuple[str | None, str | None]:
    """Start and stop: two dates joined by a dash or "to"; a single date after "since" or "stopped"."""
    dates = dates_in(words)
    for (_, end, first), (begin, _, second) in pairwise(dates):
        if re.fullmatch(r"\s*(?:-|–|to|through|thru|until)\s*", words[end:begin]) and first <= second:
            return first, second
    for begin, _, day in dates:
        before = words[max(0, begin - 24) : begin].lower()
        if re.search(r"(?:since|from|started|start|begun)\W*(?:in )?$", before):
            return day, None
        if re.search(r"(?:stopped|until|ended|discontinued|d/c|quit)\W*(?:in |on )?$", before):
            return None, day
    return None, None


def _weeks(words: str) -> float | None:
    for match in WEEKS.finditer(words):
        if NOT_A_TERM.search(words[: match.start("n")]):
            continue
        if match["n"].lower() in ("a", "an") and not FOR_A.search(words[: match.start("n")]):
            continue
        number = NUMBERS.get(match["n"].lower())
        return round((number or float(match["n"])) * IN_WEEKS[match["unit"][0].lower()], 1)
    return None
