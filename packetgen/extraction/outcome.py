"""How a trial went: the status that the words about a drug tell, and the reason for its end.

The words are those of knowledge/therapy_status.yaml. What is denied or only feared is blanked out first, so that "no
side effects" tells nothing; then the words after the drug are asked, those shared by its list, and those before it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache, lru_cache
from typing import Literal

from packetgen.extraction.model import TherapyStatus
from packetgen.extraction.scope import Told, names_in
from packetgen.extraction.small_letters import in_small_letters
from packetgen.extraction.ticks import Answer
from packetgen.extraction.vocabulary import SectionKind, StatusCues, therapy_status

Outcome = tuple[TherapyStatus, str | None]

TRIED = (
    r"\b(?:fail\w*|tried|trials?|dropped|intoleran\w*|tolerat\w*|past|prior|previous\w*|was|were|had|took)\b|<ended>"
)
IN_BRACKETS = r"[^.;,(]{0,30}\((?:\w+ ){0,2}<adverse>[^().;]{0,20}\)(?![^.;]*<ended>)"
FAILURE: tuple[TherapyStatus, ...] = ("ineffective", "partial_response", "not_tolerated", "contraindicated")
ENDED: tuple[TherapyStatus, ...] = (*FAILURE, "stopped_other", "allergy")
_ENDS = r"(?:(?<=[a-z0-9)%\"”])|(?<=[A-Z]{3}))(?<!\.\w)(?<!\b[DM]r)(?<!\bM[sx])(?<!\bMrs)(?<!\bvs)(?<!\bSt)"
SENTENCE = re.compile(rf"{_ENDS}[.;](?:\s|$)")
FULL_STOP = re.compile(rf"{_ENDS}\.(?:\s|$)")
BREAK = re.compile(r"[.;]\s")
REST_OF_CLAUSE = re.compile(r"[^.;|\n]{0,90}(?=[.;|\n]|$)")
TERM = re.compile(
    r"^[^.;]{0,60}\b\d+ ?(?:wk|week|mo|month)s?\b(?! ago)|"
    r"^[^.;]{0,60}\b(?:(?<!since )(?:19|20)\d\d|(?:x|for) ?\d+ ?(?:d|w|m|day|wk|week|mo|month)s?)\b",
    re.I,
)
LONG_PAST = re.compile(
    r"\b(?:(?:19|20)\d\d|(?:19|20)\d0s) ?[-–] ?(?:(?:19|20)?\d\d\b(?![/-])|(?:19|20)\d0s)|\b(?:19|20)\d0s\b"
)
PAST = ("trials", "failed", "discontinued")
STILL = re.compile(r"\b(?:still|continu\w+|currently|remains? on|ongoing|now on)\b", re.IGNORECASE)
TAKES = re.compile(r"\b(?:takes|taking|is on)\b(?![^.;]*\bnot\b)", re.IGNORECASE)
TOLERATES = re.compile(r"(?<!not )(?<!n['’]t )\btolerat(?:es|ing)(?: \w+)? $", re.IGNORECASE)
TAKEN_ONCE = re.compile(r"\b(?:help(?:ed|s)|worked|weaned|tapered|stopped|caused|made)\b", re.IGNORECASE)
SYMPTOM = re.compile(r"\b(?:headaches?|migraines?|HAs?|leak\w*|sweat\w*|spasms?|pain|tone|symptoms?)\b", re.IGNORECASE)
PAST_TENSE = re.compile(
    r"\b(?:was|were|had|did|been|tried|trial|took|gave|beginning|failed|placed|started|began|given|used|reached|titrated"
    r"|completed|x ?\d+"
    r"|(?:19|20)\d\d|\d+ ?(?:wks?|weeks?|mos?|months?))\b",
    re.IGNORECASE,
)
TAKEN_STILL = re.compile(
    r"\b(?:still (?:tak|us|on)|remains? on|continues? (?:it|on|to take)"
    r"|keeps? taking)\w*",
    re.IGNORECASE,
)
ALLERGIC = re.compile(r"\ballerg(?:y|ies|ic to)\b(?! (?:season|shot))", re.IGNORECASE)
RECENT = 256  # passages that are remembered: the drugs of one list share their words
AUXILIARY = re.compile(r"^\s*(?:(?:has|have|had|was|were|did|does)\b\s*)?", re.IGNORECASE)
NEITHER = re.compile(r"\bneither\b", re.IGNORECASE)
CONDITIONAL = re.compile(
    r"\bif\b (?:\w+ ){0,6}(?:denied|fails?|failed|refused|needed|covered|approved|inadequate|insufficient|response"
    r"|better|disappoint\w*|plan|insurance|insurer)\b",
    re.IGNORECASE,
)
THOUGHT_OF = re.compile(
    r"\b(?:if|should|were|would(?! (?:rather |prefer )?not| avoid| be (?:dangerous|risky|unsafe|unwise))|could(?! not)"
    r"|consider(?!ed:)\w*|alternativ\w+)\b(?![^.]*\bbut\b)",
    re.IGNORECASE,
)
# A policy's words, wherever they are quoted: what a plan asks for is not what the patient did.
ASKED_FOR = re.compile(
    r"\bmust (?:have|be|try|first)\b|\b(?:criteria|policy|plan|insurer|insurance|payer|step therapy|formulary)"
    r" (?:\w+ )?(?:requires?|asks?|mandates?|lists?)\b|\brequired to try\b"
    r"|\b(?:plan|insurer|insurance|payer|carrier|medicaid|medicare) (?:\w+ )?(?:wants|insists on|demands|needs)\b"
    r"|\bper (?:\w+ )?(?:policy|plan|criteria|insur\w+|payer)\b|\b(?:insur\w+|plan|payer|policy|medicaid"
    r"|medicare) (?:\w+ )?(?:wants?|requires?|asks?) (?:\w+ ){0,3}to (?:first )?(?:fail|try|have)\b"
    r"|\brisks? (?:and \w+ )?(?:of|with|from)\s*(?:\w+ )?$"
    r"|\bgroup [A-D]\b:?",
    re.IGNORECASE,
)
# "If the candesartan fails we can go to verapamil": the condition reaches over the other drug.
UNDER_CONDITION = re.compile(
    r"\W*(?:if|should|in case|unless|assuming|provided)\b(?! (?:I|she|he) (?:remember|recall))", re.I
)
CHANGED = re.compile(
    r"\b(?:headaches?|migraines?|HAs?|days|leaks?|episodes|pads|voids|attacks|MHDs?|MMDs?)\b[^.;]{0,40}?"
    r"(?:\bfrom (?P<from>[1-9]\d?)\b(?: [a-z/]+){0,6} to|\b(?P<bare>[1-9]\d?) to"
    r"|\b(?P<arrow>[1-9]\d?)(?: ?/ ?[a-z]+ to|(?: ?/ ?[a-z]+)? ?(?:->|→))) ?(?:about |maybe |only "
    r"|roughly |around |~ ?)?(?P<after>\d\d?)\b",
    re.IGNORECASE,
)
ASKED = re.compile(r"[\w-]+ ?\?(?!\s*(?:yes|no)\b)", re.IGNORECASE)  # "nortriptyline?"
WHEN_NEEDED = re.compile(
    r"\bif (?:that|it|this|the first|needed|severe|the \w+) ?(?:one )?(?:fails?|does ?n[o'’]t"
    r"|is not|not|$)",
    re.I,
)
HALF, LITTLE = 0.5, 0.85  # of the days before: what plans call a response, and what a month differs from the next by
UNWILLING = re.compile(r"\b(?:declin|refus|want|wish|interested|prefer)", re.IGNORECASE)
CANDIDATE = re.compile(r"\bcandidate\b", re.IGNORECASE)
REQUIRED = re.compile(r"\b(?:failure|trials?)\b[^.;]{0,90}\b(?:is|are) (?:required|needed|requested)\b", re.IGNORECASE)
ALONG = re.compile(r"\b(?:with|wearing) (?:an? |the |his |her |their )?$", re.IGNORECASE)
MEANT = re.compile(
    r"\bwould be\b(?! (?:in|un|contra|a poor|a bad|danger|risk|wrong|harm)\w*)"
    r"|\b(?:next|reasonable|other|another) (?:step|choice|option)\b",
    re.IGNORECASE,
)


def outcome(
    told: Told, own: str, section: SectionKind | None, answer: Answer | None, *, under_heading: bool, of_outcomes: bool
) -> Outcome:
    """The status, and the words that give a reason for an end.

    own: the drug's own words with the sentences that go on about it; answer: what its row of a form answers;
    under_heading: whether the heading above speaks of it; of_outcomes: whether it is a row of a table of trials.
    """
    before = _telling(told.before)
    if (section == "allergy" and under_heading) or ALLERGIC.search(before):
        named = _search(own)
        return ("never_tried", None) if named and named[0] == "never_tried" else ("allergy", _reason(named, own))
    if section == "education" or _is_thought_of(told):
        return "hypothetical", None
    if section == "current" and (ended := _search(told.shared)) and ended[0] in ENDED:
        told = replace(told, shared="")  # "Meds: Azilect 1 mg, amantadine stopped 2023"
    if answer in ("no", "not now"):
        return _denied_on_a_form(own, answer)
    status, reason = (
        _told(told, own, before, past=section in PAST or of_outcomes or answer is not None)
        or _intended(told, answer)
        or _told_weakly(told, own, section, under_heading=under_heading)
        or _by_heading(own, section, answer, under_heading=under_heading, of_outcomes=of_outcomes)
    )
    # "Not a candidate for surgery" says that it was not done, of a drug that it must not be taken.
    if told.drug.drug_class in ("procedure", "device") and CANDIDATE.search(reason or ""):
        return "never_tried", None
    # What stands in brackets is what a medicine is for, or what it did: the latter takes words of a trial.
    if status == "not_tolerated" and _pattern(IN_BRACKETS).match(own[told.end - told.start :]):
        if section == "current":
            return "current", None
        if not (section in PAST or of_outcomes or answer or _pattern(TRIED).search(f"{told.lead} {own}")):
            return "unknown", None
    # "OT/PT 12 weeks, splint. No change": what a list shares is told of the therapies.
    if told.drug.drug_class == "device" and status in FAILURE and told.listed and not _search(own):
        return _told_weakly(replace(told, shared=""), own, section, under_heading=under_heading) or ("unknown", None)
    # "OT for 12 weeks with a resting splint; plateau": how the therapy went is not how what came along with it did.
    if told.drug.drug_class == "device" and status in FAILURE and ALONG.search(told.lead) and names_in(told.lead):
        return "unknown", None
    return status, reason


def first_sentence(words: str) -> str:
    """The words up to the first full stop or semicolon."""
    end = SENTENCE.search(words)
    return words[: end.start() + 1] if end else words


def _denied_on_a_form(own: str, answer: Answer) -> Outcome:
    named = _search(own)
    told = ENDED if answer == "not now" else ("contraindicated",)
    return (named[0], _reason(named, own)) if named and named[0] in told else ("never_tried", None)


def _told(told: Told, own: str, before: str, *, past: bool) -> Outcome | None:
    """What is told outright: of the drug alone, of its list, or before its name."""
    ahead = _search(before, weak=False, where="before")
    if ahead and ahead[0] in (
        "never_tried",
        "contraindicated",
        "stopped_other",
    ):  # "declines X for fear of …", "avoid X in asthma"
        if not UNWILLING.search(before) and _pattern(therapy_status().barred.words).search(_telling(own)):
            return "contraindicated", _telling(own).strip(" .")
        return ahead[0], _reason(ahead, before)
    shared = told.shared
    if NEITHER.search(before):
        own, shared = (f"not {AUXILIARY.sub('', words)}" for words in (own[told.end - told.start :], shared))
    goes_on = STILL.search(before) or STILL.search(first_sentence(own))
    for text in (own, shared) if goes_on else (own, shared, before):
        named = _search(text, weak=False, where="before" if text is before else "after")
        if named and not (named[0] == "never_tried" and TAKES.search(before)):
            if named[0] == "not_tolerated" and TOLERATES.search(before):
                return "current", None  # "tolerates it with mild tingling"
            elsewhere = text is own and BREAK.search(own[: named[1].start()])
            if named[0] == "ineffective" and (
                (elsewhere and TAKES.search(before)) or TAKEN_STILL.search(first_sentence(own))
            ):
                return "current", None  # how it goes is not told to its end
            if named[0] == "ineffective" and text is own and _speaks_of_today(named[1], own, before, past=past):
                return None
            if (
                named[0] == "never_tried"
                and TAKEN_ONCE.search(text[: named[1].end()])
                and UNWILLING.search(named[1][0])
            ):
                return "stopped_other", _reason(("stopped_other", named[1]), text)  # "helped, but she did not want it"
            return named[0], _reason(named, text)
    return _counted(own)


def _speaks_of_today(match: re.Match[str], own: str, before: str, *, past: bool) -> bool:
    """Whether a later sentence tells of the patient ("Lisinopril 10 mg. Headaches persist."), not of a trial."""
    end = FULL_STOP.search(own)
    first = own[: end.end()] if end else own
    starts = own[: match.start()].rstrip().endswith((".", ";"))
    return (
        match.start() >= len(first)
        and not past
        and not (starts and not SYMPTOM.search(match[0]))
        and not PAST_TENSE.search(f"{before} {first}")
    )


def _counted(own: str) -> Outcome | None:
    """What the days before a trial and under it tell: "her headache days went from 20 to 14" is a partial response."""
    match = CHANGED.search(_telling(own))
    if match is None:
        return None
    left = float(match["after"]) / float(match["from"] or match["arrow"] or match["bare"])
    if match["bare"] and left >= 1:
        return None  # "leaks 4 to 6 a day" is a range
    status: TherapyStatus = "effective" if left <= HALF else "partial_response" if left <= LITTLE else "ineffective"
    return status, match.group(0)


def _intended(told: Told, answer: Answer | None) -> Outcome | None:
    """What is thought of or to be started, and a form's "now"."""
    words = therapy_status()
    if _pattern(words.hypothetical.words).search(f"{told.before} {first_sentence(told.own)}"):
        return "hypothetical", None
    if _pattern(words.to_start.words).search(told.before):
        return "planned", None
    return ("current", None) if answer == "now" else None


def _told_weakly(told: Told, own: str, section: SectionKind | None, *, under_heading: bool) -> Outcome | None:
    past = section in ("trials", "failed") and under_heading
    for text in (own, told.before, told.shared):
        named = _search(text, weak=True, by_dose=not past)
        if named and not (section == "failed" and named[0] == "current"):
            return named[0], _reason(named, text)
    return None


def _by_heading(
    own: str, section: SectionKind | None, answer: Answer | None, *, under_heading: bool, of_outcomes: bool
) -> Outcome:
    if section == "failed" and under_heading:
        return "ineffective", None
    past = answer in ("past", "yes") or section in PAST or of_outcomes or TERM.search(own)
    if past and not STILL.search(own) and (adverse := _pattern("<adverse>").search(_telling(own))):
        return "not_tolerated", _reason(("not_tolerated", adverse), own)
    if section == "discontinued" or answer == "past" or LONG_PAST.search(own):
        return "stopped_other", None
    return ("current", None) if section == "current" else ("unknown", None)


def _is_thought_of(told: Told) -> bool:
    """Whether a condition or a wish stands before the drug, or beside it in its own sentence."""
    clause = first_sentence(told.own)
    if told.drug.role == "acute" and WHEN_NEEDED.search(told.lead):
        return False
    return bool(
        ASKED.match(told.own)
        or UNDER_CONDITION.match(told.lead)
        or THOUGHT_OF.search(told.before)
        or ASKED_FOR.search(told.before)
        or REQUIRED.search(f"{told.before} {clause} {told.shared}")
        or CONDITIONAL.search(clause)
        or MEANT.search(clause)
    )


@lru_cache(maxsize=RECENT)
def _search(
    words: str, *, weak: bool | None = None, by_dose: bool = True, where: Literal["before", "after"] | None = None
) -> tuple[TherapyStatus, re.Match[str]] | None:
    """The first status whose words are there, with these; weak: only of the weak ones, or only of the others; where:
    on which side of the drug the words stand."""
    said = _telling(words)
    small = said.lower()
    for cues, may_be, pattern in _patterns():
        if (weak is not None and cues.weak != weak) or (cues.by_dose and not by_dose):
            continue
        if cues.where and where and cues.where != where:
            continue
        if not may_be.search(small):
            continue
        if (match := pattern.search(said)) and not (cues.unless_taken and _is_taken(said)):
            return cues.status, match
    return None


def _is_taken(said: str) -> bool:
    return bool(_pattern("<continued>").search(first_sentence(said)) and not _pattern("<ended>").search(said))


def _reason(named: tuple[TherapyStatus, re.Match[str]] | None, words: str) -> str | None:
    if named is None or named[0] not in ENDED:
        return None
    match = named[1]
    rest = REST_OF_CLAUSE.match(words, match.end())
    return (words[match.start() : match.end()] + (rest.group(0) if rest else "")).strip(" ,-:(")


@lru_cache(maxsize=RECENT)
def _telling(words: str) -> str:
    """The words with what tells nothing blanked out; places stay."""
    said = words.replace("_", " ")
    for cue in therapy_status().nothing_told:
        said = _pattern(cue.words).sub(lambda match: " " * len(match.group(0)), said)
    return said


@cache
def _patterns() -> tuple[tuple[StatusCues, re.Pattern[str], re.Pattern[str]], ...]:
    """Each status, what may tell it in small letters, and what does."""
    words = therapy_status()
    ways = [(status, "|".join(f"(?:{cue.words})" for cue in status.cues)) for status in words.statuses]
    return tuple((status, in_small_letters(words.filled(way)), _pattern(way)) for status, way in ways)


@cache
def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(therapy_status().filled(words), re.IGNORECASE)
