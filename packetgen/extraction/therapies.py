"""Trials of drugs, procedures and devices, as notes tell of them: the dose and dates, how it ended and why.

The error that harms is a failure that the chart does not tell of. So a status of failure needs words of failure that
speak of the drug (scope.py), and a drug taken for another disease proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import pairwise

from packetgen.documents.text import PageText
from packetgen.extraction.context import RELATIVE, of_a_relative, speaks_only
from packetgen.extraction.dates import dates_in
from packetgen.extraction.doses import TOXIN
from packetgen.extraction.model import Assertion, Finding, Therapy, TherapyRole, TherapyStatus
from packetgen.extraction.outcome import ENDED, first_sentence, outcome
from packetgen.extraction.place import Passage, passages
from packetgen.extraction.scope import Told, names_in, scopes
from packetgen.extraction.sections import headings, section_at
from packetgen.extraction.ticks import Answer, answer_beside
from packetgen.extraction.vocabulary import SectionKind, therapy_status

DOSE = re.compile(
    r"(?<![\d./-])(?:\d{1,4}(?:\.\d{1,2})?[ ]?(?:->|→|-|to)[ ]?)?(?P<dose>\d{1,4}(?:\.\d{1,2})?)[ ]?"
    r"(?P<unit>mg|milligrams?|mcg|micrograms?|g|grams?|units?|drops|gtts)\b",
    re.IGNORECASE,
)
UNITS = {"milligram": "mg", "milligrams": "mg", "microgram": "mcg", "micrograms": "mcg", "gram": "g", "grams": "g"}
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
    r"(?P<unit>days?|nights?|d|wks?|weeks?|mos?|months?|yrs?|years?)\b"
    r"(?!\s*(?:a|per|/|each|every)\s*(?:week|month|year|wk|mo)|\s*(?:ago|supply|later|before|of age|old)|/)",
    re.IGNORECASE,
)
NOT_A_TERM = re.compile(r"(?:every|each|q|within|last|past|age|in|wk|week)[ ]*$", re.IGNORECASE)
FOR_A = re.compile(
    r"(?:for|lasted|about|over|only|[\"“(,])[ ]*$", re.IGNORECASE
)  # "a month" is a term, "8 a month" is none
IN_WEEKS = {"d": 1 / 7, "n": 1 / 7, "w": 1.0, "m": 52 / 12, "y": 52.0}
LONGEST_FOLLOW_UP = 160  # characters of a sentence that goes on about the drug before
MOST_FOLLOW_UPS = 3
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
IN_THE_EYE = re.compile(r"\b(?:ophth\w*|eye ?drops?|gtts? O[UDS])\b", re.IGNORECASE)
FILL = re.compile(r"(?<![\d/.#-])\d{1,3}(?![\d/.%-])(?!\s*(?:mg|mcg|ml|g|units?|tab\w*|cap\w*|pens?)\b)", re.IGNORECASE)
ROWS = 25  # of a table below its head
# "Same with nortriptyline": it went as the one before
AS_BEFORE = re.compile(
    r"\b(?:ditto|likewise|similarly|(?:the )?same(?: (?:problem|issue|thing|story|result|outcome|response|reaction"
    r"|experience|complaint|side[- ]effects?|fate)s?)? (?:with|for|on|as|happened)|so (?:did|was)|as (?:did|was))\b"
    r"|[:–-] ?(?:the )?same(?=\s*(?:[.;,]|$))",
    re.IGNORECASE,
)
WORD = 12  # characters of the next word: "BP" is a use, "BP elevation" an effect
SUPPLY = 30  # days that a fill lasts when its row does not tell
SUPPLIES = range(5, 181)
GRACE = 15  # days that a refill may be late
OWNS = re.compile(
    r"(?:['’]s|(?<=['’]s))(?=\s*(?:[.,;)]|$|\w*medic\w+|meds?\b|drugs?\b|pills?\b|prescription|rx\b))", re.I
)
BESIDE = 50  # characters between a drug and the relative who takes it: "Depakote (mother)"
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
            finding = _finding(passage, drug, tail, about_headache=about_headache)
            if found and AS_BEFORE.search(f"{drug.before} {first_sentence(drug.own)}"):
                finding = _as_before(finding, found[-1])
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


def filled_only(finding: Finding, printed: str | None, *, supply_second: bool = True) -> Finding:
    """A fill of a pharmacy's list: it tells that a drug was dispensed, not how it went.

    printed: the list's date; a fill that lasts until then is of a drug that is taken. supply_second: whether the column
    of days supplied stands behind that of the quantity.
    """
    value = finding.value
    if isinstance(value, Therapy) and value.status in ("current", "stopped_other", "unknown"):
        quote = finding.evidence[0].quote
        days = [(end, day) for _, end, day in dates_in(quote) if len(day) == 10]
        if not days:
            return finding
        end, filled = days[0]
        counts = [int(number) for number in FILL.findall(quote[end:])][: 1 + supply_second]
        supply = counts[-1] if counts and counts[-1] in SUPPLIES else SUPPLY
        gone = (date.fromisoformat(printed) - date.fromisoformat(filled)).days if printed else -1
        status: TherapyStatus = "current" if 0 <= gone <= supply + GRACE else "unknown"
        return replace(finding, value=replace(value, status=status, reason=None), assertion="present")
    return finding


def in_a_diary(finding: Finding) -> Finding:
    """A drug that a diary names without more is taken while it is kept."""
    value = finding.value
    legend = isinstance(value, Therapy) and value.role == "acute" and value.status == "hypothetical"
    if isinstance(value, Therapy) and (value.status == "unknown" or legend):
        return replace(finding, value=replace(value, status="current"), assertion="present")
    return finding


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
    answer = _answer(passage, told)
    role, use = _role(told, section)
    if not about_headache and role in ("preventive", "acute"):
        role = "first_line_other" if role == "preventive" and section in ("trials", "failed") else "other_indication"
    if use:
        own = _for_another_use().sub(" ", own.replace(use, " "))
    told = replace(told, shared=_for_another_use().sub(" ", told.shared))
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
    if use and status in ("ineffective", "partial_response") and not _tried().search(own):
        status, reason = "current", None  # it is taken for something else: what it did not do here is no trial
    if status == "unknown" and role in ("acute", "other_indication"):
        past = LONG_AGO.search(own) or PAST_LEAD.match(passage.said)
        status = "stopped_other" if past else "current"  # named without more: in use
    if role == "acute" and status == "partial_response" and not _tried().search(own):
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
    dose, unit = _dose(told)
    start, stop = _period(own)
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
    """Whether someone declines the drug before it is named: what a relative had is the reason."""
    return re.search(r"\b(?:declin|refus)\w+\b", told.before, re.IGNORECASE) is not None


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


def _role(told: Told, section: SectionKind | None) -> tuple[TherapyRole, str | None]:
    """What the drug is taken for, and the words that say so of another disease; else its usual role."""
    other, target = therapy_status().other_indication, therapy_status().target
    clause = first_sentence(told.own)
    if section == "allergy":
        return "other_indication", None
    if IN_THE_EYE.search(clause) and told.drug.role == "preventive":
        return "other_indication", None
    if denied := _compiled(other.denied).search(f"{told.before} {told.own}"):
        return "other_indication", denied.group(0)
    use = next((m for m in _for_another_use().finditer(clause) if not _is_adverse(told, m, section)), None)
    use = use or _purpose(told, clause)
    if use and not _compiled(rf"\b(?:for|of|against)(?:(?!\bnot\b)[^.;]){{0,25}}\b(?:{target})").search(clause):
        return "other_indication", use.group(0)
    if told.drug.role == "other_indication" and told.drug.may_be:
        said = _compiled(rf"\b(?:{target})").search(f"{told.before} {clause}")
        return (told.drug.may_be if said or section in ("trials", "failed") else "other_indication"), None
    if told.drug.role == "acute" and told.drug.may_be:
        return (
            told.drug.may_be
            if _compiled(therapy_status().to_prevent.words).search(f"{told.before} {clause}")
            else "acute"
        ), None
    return told.drug.role, None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _purpose(told: Told, clause: str) -> re.Match[str] | None:
    """What a drug is for, where it is a complaint that drugs may cause too: "amantadine for fatigue, stopped"."""
    purpose = _compiled(rf"\bfor (?:\w+ )?{therapy_status().filled('<adverse>')}").search(clause)
    return (
        purpose
        if purpose and not _tried().search(told.before) and not _tried().search(clause[: purpose.start()])
        else None
    )


def _is_adverse(told: Told, use: re.Match[str], section: SectionKind | None) -> bool:
    """Whether what stands in brackets or after a dash is what a tried drug did: "failed topiramate (nausea)"."""
    tried = section in ("trials", "failed") or _tried().search(told.before) or _tried().search(first_sentence(told.own))
    marked = not re.match(r"\s*(?:for|treat\w*|against)\b", use.group(0), re.IGNORECASE)
    adverse = _compiled(therapy_status().filled("<adverse>")).search(use.string[use.start() : use.end() + WORD])
    return bool(tried and marked and adverse)


@cache
def _tried() -> re.Pattern[str]:
    return re.compile(
        therapy_status().filled(r"\b(?:fail\w*|tried|trial|dropped|intoleran\w*)\b|<ended>"), re.IGNORECASE
    )


@cache
def _for_another_use() -> re.Pattern[str]:
    adjectives = "her|his|their|the|chronic|severe|a|an|some|prior|known|my|postpartum|generali[sz]ed"
    return re.compile(
        rf"(?:\bhelp(?:s|ed|ing)? (?:(?:with|her|his|him|me|my|them) )*|\b(?:for|treats?|treating"
        rf"|against)(?: \w+)?,? (?:(?:{adjectives}) )*|\(|[-–:,] ?"
        r"|\b(?:daily|nightly|bid|tid|qid|qhs|hs|bedtime|morning|evening|prn|mg|mcg|\d) )"
        rf"(?:{therapy_status().other_indication.uses})(?!\w)",
        re.IGNORECASE,
    )


def _dose(told: Told) -> tuple[float | None, str | None]:
    """The highest dose and its unit; a number right after the name is a dose without a unit: "topa 100 x3mo"."""
    own = told.own
    doses = [(float(m["dose"]), UNITS.get(m["unit"].lower(), m["unit"].lower())) for m in DOSE.finditer(own)]
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


def weeks_in(words: str) -> float | None:
    """The first length of a trial that words tell, in weeks."""
    for match in WEEKS.finditer(words):
        if NOT_A_TERM.search(words[: match.start("n")]):
            continue
        if match["n"].lower() in ("a", "an") and not FOR_A.search(words[: match.start("n")]):
            continue
        number = NUMBERS.get(match["n"].lower())
        return round((number or float(match["n"])) * IN_WEEKS[match["unit"][0].lower()], 1)
    return None
