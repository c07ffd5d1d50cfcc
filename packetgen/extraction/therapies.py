"""Trials of drugs, as passages tell of them: the drug, its dose and dates, how it ended and why.

The error that harms is a failure that the chart does not tell of. So a status of failure needs words of failure
in the drug's own passage; where two drugs share a passage, only the words after a drug and before the next count.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from packetgen.documents.text import PageText
from packetgen.extraction.context import RELATIVE, section_of
from packetgen.extraction.dates import dates_in
from packetgen.extraction.model import Assertion, Finding, Therapy, TherapyRole, TherapyStatus
from packetgen.extraction.place import Passage, passages
from packetgen.extraction.vocabulary import Drug, drug_named, drug_pattern, therapy_status

DOSE = re.compile(r"(?<![\d./-])(?P<dose>\d{1,4}(?:\.\d{1,2})?)[ ]?(?P<unit>mg|mcg|g|units?)\b", re.IGNORECASE)
BARE_DOSE = re.compile(
    r"(?:[ ](?:XR|LA|ER|XL|SR|DR))?(?:[ ]\([^)]{2,20}\))?[ ](?P<dose>\d{1,4}(?:\.\d{1,2})?)"
    r"(?=[ ]*(?:x[ ]?\d|bid|tid|qid|qhs|qd|hs\b|daily|nightly|prn|[,;+(]|$|-[ ]))",
    re.IGNORECASE,
)
RAISED = re.compile(
    r"(?:raised|increased|titrated|up) to (?P<dose>\d{1,4})(?= (?:bid|tid|qid|qhs|daily|nightly)\b)", re.IGNORECASE
)
WEEKS = re.compile(
    r"(?:x|for|of|over|,|\()[ ]*(?:about |~|approximately )?(?P<n>\d{1,3})[ -]?"
    r"(?P<unit>d|days?|wks?|weeks?|mo|months?|yrs?|years?)\b(?!\s*(?:a|per|/|each|every)\s*(?:week|month|year|wk|mo))",
    re.IGNORECASE,
)
# Why a trial ended: the rest of the clause that tells it.
REST_OF_CLAUSE = re.compile(r"[^.;|\n]{0,90}(?=[.;|\n]|$)")
ENDED: tuple[TherapyStatus, ...] = (
    "ineffective", "partial_response", "not_tolerated", "contraindicated", "stopped_other", "allergy",
)  # fmt: skip
IN_WEEKS = {"d": 1 / 7, "w": 1.0, "m": 52 / 12, "y": 52.0}
# A row of a table, or a line with a title of its own, does not belong to the sentence before.
OWN_TOPIC = re.compile(r"[^\n]*\S {3,}\S|[A-Z][\w/& -]{1,40}:")
LISTED = re.compile(r"[a-z)]\s*(?:,|/|\+| and )\s*$")


def find_therapies(page: PageText) -> list[Finding]:
    """One finding for each drug in each passage; toxins are found elsewhere."""
    found = []
    for passage in _joined(passages(page)):
        names = list(drug_pattern().finditer(passage.said))
        spans = _own_words(passage.said, names)
        seen: set[str] = set()
        for name, words in zip(names, spans, strict=True):
            drug = drug_named(name.group(0))
            if drug.generic not in seen:
                seen.add(drug.generic)
                found.append(_finding(passage, drug, words, alone=len({n.group(0) for n in names}) == 1))
    return found


def _joined(found: Sequence[Passage]) -> list[Passage]:
    """The sentence after one about a single drug belongs to it, when that one does not tell how the trial ended.

    "Topiramate 100 mg 03/2024 - 08/2024. No reduction." is one trial; what comes after the outcome is not of it.
    """
    joined: list[Passage] = []
    open_trial = False
    for passage in found:
        before = joined[-1] if joined else None
        if (
            before
            and open_trial
            and not drug_pattern().search(passage.said)
            and len(drug_pattern().findall(before.said)) in (1, 2)
            and "\n\n" not in passage.page.text[before.start : passage.start]
            and not re.match(r"\s*(?:[•*·-]|\d{1,2}[.)])\s", passage.page.text[passage.start : passage.start + 6])
            and len(passage.said) < 120
            and not OWN_TOPIC.match(passage.page.text, passage.start, passage.end)
            and len({drug_named(n).generic for n in drug_pattern().findall(before.said)}) == 1
        ):
            joined[-1] = Passage(passage.page, before.start, passage.end)
            open_trial = False
        else:
            joined.append(passage)
            open_trial = _status(passage.said, "")[0] in ("unknown", "current")
    return joined


def _own_words(said: str, names: list[re.Match[str]]) -> list[str]:
    """What is said of each drug: from its name to the next one; drugs in a list share what follows the list."""
    cuts = [name.start() for name in names]
    for i in range(1, len(names)):  # "…; still taking X": what follows a semicolon is said of the next drug
        semicolon = said.rfind(";", names[i - 1].end(), cuts[i])
        cuts[i] = semicolon if semicolon >= 0 else cuts[i]
    spans = [said[start:end] for start, end in pairwise([*cuts, len(said)])]
    for i in range(len(spans) - 2, -1, -1):
        generic = drug_named(names[i].group(0)).generic
        if drug_named(names[i + 1].group(0)).generic == generic or LISTED.search(spans[i]):
            spans[i] += spans[i + 1]
    if names and len({drug_named(n.group(0)).generic for n in names}) == 1:
        spans = [said] * len(names)
    return spans


def _finding(passage: Passage, drug: Drug, words: str, *, alone: bool) -> Finding:
    section = section_of(passage.page, passage.start)
    role = _role(drug, words)
    status, reason = _status(words, section)
    if status == "unknown" and role in ("acute", "other_indication"):
        status = "current"  # named without more: in use; it can prove nothing either way
    assertion: Assertion = "present"
    if section.startswith(("family", "fhx")) or (alone and RELATIVE.search(passage.said)) or RELATIVE.search(words):
        status, assertion = "family_only", "family"
    elif status in ("planned", "hypothetical"):
        assertion = "planned" if status == "planned" else "hypothetical"
    elif status == "never_tried":
        assertion = "negated"
    number, unit = _dose(words)
    start, stop = _period(words)
    value = Therapy(
        drug.generic,
        drug.drug_class,
        role,
        status,
        number,
        unit,
        _weeks(words),
        start,
        stop,
        reason,
    )
    return Finding(value, assertion, (passage.evidence("therapy"),))


def _dose(words: str) -> tuple[float | None, str | None]:
    """The highest dose and its unit; a number right after the name is a dose without a unit: "topa 100 x3mo"."""
    own = _before_next_drug(words)
    doses = [(float(m["dose"]), m["unit"].lower()) for m in DOSE.finditer(own)]
    if doses:
        raised = [float(m["dose"]) for m in RAISED.finditer(own)]
        number, unit = max(doses)
        return max([number, *raised]), unit
    name = drug_pattern().search(own)
    bare = BARE_DOSE.match(own, name.end()) if name else None
    return (float(bare["dose"]), None) if bare else (None, None)


def _before_next_drug(words: str) -> str:
    """The words up to the next drug that has a dose of its own: "rizatriptan 10 mg, naproxen 500 mg" is two doses."""
    names = list(drug_pattern().finditer(words))
    first = drug_named(names[0].group(0)).generic if names else ""
    for name in names[1:]:
        if drug_named(name.group(0)).generic != first:
            return words[: name.start()]
    return words


def _status(words: str, section: str) -> tuple[TherapyStatus, str | None]:
    if section.startswith("allerg"):
        return "allergy", None
    for rule in therapy_status().statuses:
        match = re.search(rule.pattern, words, re.IGNORECASE)
        if match:
            if rule.status not in ENDED:
                return rule.status, None
            rest = REST_OF_CLAUSE.match(words, match.end())
            return rule.status, (match.group(0) + (rest.group(0) if rest else "")).strip(" ,-")
    return ("current", None) if "medication" in section else ("unknown", None)


def _role(drug: Drug, words: str) -> TherapyRole:
    if re.search(therapy_status().other_indication.pattern, words, re.IGNORECASE):
        return "other_indication"
    return drug.role


def _period(words: str) -> tuple[str | None, str | None]:
    """Start and stop: two dates joined by a dash or "to"; a single date after "since" or "stopped"."""
    dates = dates_in(words)
    for (_, end, first), (begin, _, second) in pairwise(dates):
        if re.fullmatch(r"\s*(?:-|–|to|through|until)\s*", words[end:begin]) and first <= second:
            return first, second
    for begin, _, day in dates:
        before = words[max(0, begin - 24) : begin].lower()
        if re.search(r"(?:since|from|started|start)\W*(?:in )?$", before):
            return day, None
        if re.search(r"(?:stopped|until|ended|discontinued|d/c)\W*(?:in |on )?$", before):
            return None, day
    return None, None


def _weeks(words: str) -> float | None:
    match = WEEKS.search(words)
    return round(float(match["n"]) * IN_WEEKS[match["unit"][0].lower()], 1) if match else None
