"""What a passage asserts: of this patient or a relative, now or then, planned, possible or denied.

The idea of ConText (trigger, scope, termination) with a lexicon of our own: common ones call "no response to
topiramate" a negation, which is a failed trial.
"""

from __future__ import annotations

import re

from packetgen.extraction.model import Assertion
from packetgen.extraction.place import Passage
from packetgen.extraction.sections import section_at

RELATIVE = re.compile(
    r"\b(?:(?:mother|father|sister|brother|daughter)(?:-in-law)?|mom|mum|dad|sis|bro|son(?! (?:says|notes|reports))"
    r"|aunt|uncle|cousin|niece|nephew|grand(?:mother|father|ma|pa)|g(?:ma|pa)|twin|relatives?"
    r"|family (?:history|hx)|(?:in|your) (?:the |your )?family|fhx?)\b"
    r"|\b(?:husband|wife|spouse|partner|roommate|friend|neighbor)"
    r"(?:['\u2019]s| (?:takes|took|uses|used|had|has|gets|got) )",
    re.IGNORECASE,
)
_KIN = "mother|father|sister|brother|mom|dad|son|daughter|aunt|uncle|grand\\w+"
OF_RELATIVE = re.compile(rf"^\W{{1,4}}(?:(?:in|of) )?(?:his |her |the )?(?:{_KIN})\b", re.IGNORECASE)
# A denial before a name reaches it over a few words, but not over what it denies itself: "no change in migraine".
NEGATED_BEFORE = re.compile(
    r"\b(?:no|not|never|denie[sd]|without|negative for|neither|nor|free of|rather than|instead of|n't|rule[sd]? out"
    r"|excluded?|nothing to suggest|absence of|unlikely)\b"
    r"(?![ ](?:change|improvement|benefit|response|relief|reduction|worsening|longer|better|controlled|tolerat\w+|well"
    r"|only|reliev\w+|help\w*|effect\w*|due|because|since|related))"
    r"[^.;:]{0,60}$",
    re.IGNORECASE,
)
# "No aura, chronic migraine persists": the denial ends with its own clause.
GOES_ON = re.compile(r"\b(?:persists?|continues?|remains?|is|has|was|unchanged|worse\w*|since|for)\b", re.I)
NEGATED_AFTER = re.compile(
    r"^[^.;:]{0,30}\b(?:(?:was |been |is |were )?(?:ruled out|excluded|removed)"
    r"|not (?:\w+ )?(?:found|present|confirmed|seen|met|supported|favou?red)|less likely"
    r"|(?:is|was) negative|unlikely|in error|denied|should be changed)\b"
    r"|^[^.;:]{0,20}\bconsidered(?:,? (?:but|and)\b|\s*$)"
    r"|^\W{0,3}(?:no\b|absent|negative|none\b)|^[^.;]{0,60}\b(?:I removed it|should be removed)\b",
    re.IGNORECASE,
)
HISTORICAL_BEFORE = re.compile(
    r"\b(?:history of|h/o|hx of|previous(?:ly)?|prior|past|former|resolved|in remission|childhood|old)\b:?"
    r"[^.;:]{0,40}$",
    re.IGNORECASE,
)
HISTORICAL_AFTER = re.compile(
    r"^[^.;:]{0,70}\b(?:ha[sd] (?:since )?resolved|none (?:since|for|in)\b)"
    r"|^[^.;:]{0,60}\b(?:transformed|evolved|progressed|converted) (?:in)?to\b|"
    r"^[^.;:]{0,40}\b(?:resolved|in remission|as a child|in childhood|gone|remote)\b"
    r"|^\W{0,3}\(?(?:resolved|remote|history)",
    re.IGNORECASE,
)
HYPOTHETICAL_BEFORE = re.compile(
    r"\b(?:(?<!grateful )(?<!appreciate it )if(?! you)|would(?! take over| (?:\w+ )?see)|could|(?-i:may)|might"
    r"|consider(?:ed|ing)?|plan B|in case|should|prevents?|for treatment of"
    r"|criteria for|people with|patients with|approved for|indicated for)\b[^.;:]{0,60}$",
    re.IGNORECASE,
)
HYPOTHETICAL_AFTER = re.compile(
    r"^[^.;]{0,20}\b(?:is|are) (?:defined|diagnosed (?:when|if|by)|a (?:common|disabling"
    r"|condition|disorder|disease))\b",
    re.I,
)
WHICH_THIS_ONE_HAS = re.compile(
    r"^,? which (?:this patient|she|he|the patient|(?:Mr|Mrs"
    r"|Ms)\.? \w+) (?:clearly )?(?:has|carries|meets)\b",
    re.I,
)
# "Seen with her mother": she came along
ALONG = re.compile(r"\b(?:with|accompanied by|per|by|brought in by)\s(?:(?:his|her|their|the|pt) )?$", re.IGNORECASE)
POSSIBLE_BEFORE = re.compile(
    r"(?:^|[\s:(])\?\s*$|\b(?:possible|possibly|probable|probably|suspected|suspect|likely|rule out|r/o|versus"
    r"|vs\.?)\s[^.;:]{0,40}$",
    re.IGNORECASE,
)
POSSIBLE_AFTER = re.compile(
    r"^(?: \([^)]*\))?\?|^[^.;:]{0,25}\b(?:versus|vs\.?|suspected|is possible|is likely)\b", re.IGNORECASE
)
# "Her mother failed topiramate": the relative is the sentence's subject, unless she only tells of the patient.
_OWNER = r"\W*(?:(?:both|and|but|her|his|their|my|the|an?|paternal|maternal|older|younger|twin)\s+)*"
_TELLS = (
    r"(?! (?:says|said|reports?|states?|stated|notes?|noted|describes?|thinks|feels|believes|gives|gave|brings"
    r"|brought|asks?"
    r"|wants?|read|heard|saw|googled|worr(?:y|ies|ied)|thought|learned|called"
    r"|stopped|declin\w+|refus\w+|prefers?|is (?:here|present)|accompan\w+))(?!['\u2019]s\b)"
)
_WOMEN, _MEN = (
    "mother|mom|mum|sister|aunt|niece|daughter|wife|grandmother|grandma",
    ("father|dad|brother|uncle|nephew|son|husband|grandfather|grandpa"),
)
SUBJECT = re.compile(rf"{_OWNER}(?P<who>(?P<she>{_WOMEN})|(?P<he>{_MEN})|cousin)\b{_TELLS}", re.IGNORECASE)
PRONOUN = re.compile(r"\W*(?:and |but )?(?P<who>she|he)\b", re.IGNORECASE)
STOP = re.compile(r"(?<=[a-z0-9)])[.;]\s+")
BEFORE = 300  # characters of a page that may hold the sentence before
FEW = 0.2  # of a page's pronouns: those of the other sex are not the patient's
# The patient's own: "his migraine", "she has". A relative named earlier in the sentence does not reach over it.
SENTENCE_END = re.compile(
    r"(?<=[a-z0-9)])[.;](?=\s|$)|\bbut\b|\bhowever\b|\s[-–—]{1,2}\s(?=(?:this|it|rather|he|she|has)\b)", re.IGNORECASE
)


SUGGESTS = re.compile(
    r"\b(?:suggested|recommended|mentioned|offered|told|reported|brought) (?:\w+ )?by (?:\w+ ){0,2}$", re.IGNORECASE
)


def speaks_only(before: str, after: str) -> bool:
    """Whether a relative named between these words only speaks: "mother says no", "suggested by a cousin"."""
    return SUGGESTS.search(before) is not None or re.match(_TELLS, after, re.IGNORECASE) is None


def of_a_relative(passage: Passage, at: int) -> Assertion | None:
    """ "family" when the sentence around passage.said[at] has a relative for its subject; "possible" when "she" or "he"
    may be the relative that the sentence before speaks of, or the patient; else None."""
    above = passage.page.text[max(0, passage.start - BEFORE) : passage.start].rsplit("\n\n", 1)[-1]
    sentences = STOP.split(f"{' '.join(above.split())} {passage.said[:at]}".strip())
    if SUBJECT.match(sentences[-1]):
        return "family"
    pronoun = PRONOUN.match(sentences[-1])
    subject = SUBJECT.match(sentences[-2]) if pronoun and len(sentences) > 1 else None
    if pronoun is None or subject is None or not subject[pronoun["who"].lower()]:
        return None
    return "possible" if _is_patients(passage.page.text, pronoun["who"].lower()) else "family"


def _is_patients(text: str, pronoun: str) -> bool:
    """Whether a page speaks of its patient by that pronoun: it is not rare on it."""
    women = len(re.findall(r"\b(?:she|her|hers)\b", text, re.IGNORECASE))
    men = len(re.findall(r"\b(?:he|him|his)\b", text, re.IGNORECASE))
    return (women if pronoun == "she" else men) > FEW * (women + men)


def _names_relative(before: str) -> bool:
    return any(not ALONG.search(before[: match.start()]) for match in RELATIVE.finditer(before))


def assertion_at(passage: Passage, start: int, end: int) -> Assertion:
    """What a passage asserts of what passage.said[start:end] names."""
    said = passage.said
    before, after = said[:start], said[end:]
    breaks = list(SENTENCE_END.finditer(before))
    before = before[breaks[-1].end() :] if breaks else before
    following = SENTENCE_END.search(after)
    after = after[: following.start()] if following else after
    if section_at(passage.page, passage.start) == "family" or _names_relative(before) or OF_RELATIVE.search(after):
        return "family"
    denied = NEGATED_BEFORE.search(before)
    if denied and denied.group(0).count("(") > denied.group(0).count(")"):
        denied = NEGATED_BEFORE.search(denied.group(0).rpartition("(")[2])  # what is denied before brackets ends there
    if denied and "," in denied.group(0) and (GOES_ON.search(said[start:end]) or GOES_ON.match(after.lstrip())):
        denied = None
    if denied or NEGATED_AFTER.search(after):
        return "negated"
    if POSSIBLE_BEFORE.search(before) or POSSIBLE_AFTER.search(after) or " versus " in said[start:end]:
        return "possible"
    if HISTORICAL_BEFORE.search(before) or HISTORICAL_AFTER.search(after):
        return "historical"
    if section_at(passage.page, passage.start) == "education" or HYPOTHETICAL_AFTER.search(said[start:end] + after):
        return "hypothetical"
    if HYPOTHETICAL_BEFORE.search(before) and not WHICH_THIS_ONE_HAS.match(after):
        return "hypothetical"
    return "present"
