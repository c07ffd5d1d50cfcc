"""Which words of a passage speak of which drug.

A drug is told of by the words before it that reach it ("no response to X, could not tolerate Y") and by those after
it up to the next drug. Drugs in a list share what stands before the list and after it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from packetgen.extraction.doses import TOXIN
from packetgen.extraction.drugnames import drug_like, drug_named, drug_pattern
from packetgen.extraction.vocabulary import Drug

# Words that reach forward to the drug right after them, so that they do not speak of the drug before.
_VERB = (
    r"fail(?:ed|ing|s)?|tri(?:ed|al(?:led|ed)?|als)(?: and failed)?|tak(?:es?|ing|en)|took|uses?|using|used|on"
    r"|continu\w+|start\w*|began|begin|stopp\w+|stay on|keep|discontinu\w+|quit|tolerat\w+|respon\w+|benefit|relief"
    r"|improvement|help|success|intoleran\w+|allerg\w+|contra-?indicat\w+|add\w*|switch\w*|changed?|given|prescribed"
    r"|received?|receives|recommend\w*|request\w*|consider\w*|never|denies|declin\w+|refus\w+|despite|refractory"
    r"|failures?|avoid\w*|had|has|not|without|side effects|reaction|reactions|then|also|still|currently|now|new"
)
FORWARD = re.compile(
    rf"(?:(?:^|[,.;:(–-]|\b(?:and|but|then|while|with|he|she|they|pt|patient)\b)\s*)(?:\w+ ){{0,2}}?(?:{_VERB})"
    r"(?:\s+(?:and failed|both|the|a|an|her|his|their|daily|oral|low[- ]dose|trials?|tried|taken|took|used|been|on|of"
    r"|to|with|from|for|by|prior|multiple|several|including|such as|extended[- ]release)){0,4}:?\s*$",
    re.IGNORECASE,
)
JOINED = re.compile(
    r"(?:,|/|\+|&|\band\b|\bor\b|\bnor\b|\band/or\b)\s*(?:(?:and|or|then|the|her|his|also|oral)\s+){0,2}$|\b(?:and|or)\s+with\s*$",
    re.I,
)
BROKEN = re.compile(
    r",\s(?:and|but)\s(?=(?:he|she|they|I|pt|patient)\s)|;(?!\s*(?i:not|never|stopped|discontinued|quit|failed)\b)|(?<=[a-z0-9)%])\.\s+(?=[A-Z0-9])|(?<=[a-z]{3}"
    r"|[A-Z]{3})\.\s+(?=[a-z])|\s[—–]\s(?=[A-Z])"
)
# "… it helped a little and her sister swears by X": the sister speaks of X.
OF_ANOTHER = re.compile(
    r"(?:[,;.]|\b(?:and|but|while)\b|\s)\s*(?:her|his|their|my|the) (?:\w+ )?(?:mother|father|sister|brother|mom|dad"
    r"|aunt|uncle|cousin|friend|daughter|son|wife|husband)\b[^.;]{0,40}$",
    re.IGNORECASE,
)
Name = tuple[int, int, Drug | None]
OF_A_CLINIC = re.compile(
    r"(?: [A-Z&][\w&]*){0,3} (?:C(?:linic|LINIC|enter|ENTER)|I(?:nstitute|NSTITUTE)|A(?:ssociates|SSOCIATES))\b"
)
SHORT_NAME = 3  # letters of an abbreviation
# "PT 2 x week", "OT weekly": not a patient, nor a blood test
REHABILITATION = {"PT": "physical therapy", "OT": "occupational therapy"}
REHAB = re.compile(
    r"(?<![\w/-])(?:PT(?= ?/ ?OT\b)|OT(?= ?/ ?PT\b))|(?<=\bOT/)PT\b|(?<=\bPT/)OT\b"
    r"|(?<![\w/-])(?:PT|OT)(?=:? ?(?:\d{1,2} ?(?:x\b|/ ?w|times|visits|sessions)|x ?\d|(?:19|20)\d\d\b|weekly|wkly"
    r"|twice|sessions|visits|continu|ongoing|q ?wk|(?:has |did )?(?:not )?help))"
)
# "X in place of Y is an idea", "X interacts with Y, not given": what follows Y speaks of X
BESIDES = re.compile(
    r"\b(?:in place of|instead of|rather than|in lieu of|interact\w* with|on top of|added to|alongside"
    r"|in addition to)(?: \w+)? *$",
    re.IGNORECASE,
)
# "She takes clonazepam, correction, lorazepam"
CORRECTED = re.compile(
    r",? (?:correction|strike that|scratch that|I mean|make that|no,? wait)\b[,:.]?\s*$", re.IGNORECASE
)
INTERACTS = re.compile(r"[^.;]{0,40}\binteract", re.IGNORECASE)
FEW = 3  # words before a drug that still make it what its clause is about
PAREN_OPEN = re.compile(r"\([^()]*$")
# "Switched from X to Y for fatigue": the reason is that of X.
SWITCHED = re.compile(
    r"\b(?:switch\w*|chang\w+|replac\w+|swapp\w+|transition\w*|rotat\w+)(?: from)?\s*$", re.IGNORECASE
)
FOR_ANOTHER = re.compile(r"^[^.;,]{0,30}\b(?:to|with|for|by)\s*$", re.IGNORECASE)
WHY = re.compile(
    r"\s(?:for|due to|d/t|because|after|when|as|since|secondary to|owing to|on account of|2/2)\b[^.;]*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Told:
    """A drug in a passage: said[start:end] is its name.

    lead     all of its sentence before it
    before   the words that reach it from the left
    own      its name and the words after it that speak of it alone
    shared   what stands after the list that it is in
    listed   whether its list is the last thing that the passage names
    """

    drug: Drug
    start: int
    end: int
    lead: str
    before: str
    own: str
    shared: str
    listed: bool = False


@lru_cache(maxsize=4096)
def names_in(said: str) -> tuple[tuple[int, int, Drug], ...]:
    """(start, end, drug) of every name of a drug, also misspelt; a brand in brackets after its generic is one name."""
    found = [(m.start(), m.end(), drug_named(m.group(0))) for m in drug_pattern().finditer(said)]
    found = [n for n in found if not (_is_a_word(said[n[0] : n[1]], n[2]) or OF_A_CLINIC.match(said, n[1]))]
    found += [(m.start(), m.end(), drug_named(REHABILITATION[m.group(0)])) for m in REHAB.finditer(said)]
    taken = {(start, end) for start, end, _ in found}
    for word in re.finditer(r"[A-Za-z]{8,}", said):
        if not any(start <= word.start() < end for start, end in taken) and (drug := drug_like(word.group(0).lower())):
            found.append((word.start(), word.end(), drug))
    found.sort(key=lambda name: name[0])
    names: list[tuple[int, int, Drug]] = []
    for start, end, drug in found:
        if names and names[-1][2] is drug and len(said[names[-1][1] : start].strip(" (/-")) <= 3:
            names[-1] = (names[-1][0], end, drug)
        else:
            names.append((start, end, drug))
    return tuple(names)


def _is_a_word(written: str, drug: Drug) -> bool:
    """ "Amt (mL)" is an amount; AMT, and amt, a drug."""
    return len(written) <= SHORT_NAME and written.isalpha() and written.istitle() and written.upper() in drug.names


def scopes(said: str) -> list[Told]:
    """Every drug of a passage with its words; the words before a colon speak of all that follows it."""
    drugs = names_in(said)
    if not drugs:
        return []
    toxins: list[Name] = [(*m.span(), None) for m in TOXIN.finditer(said)]
    names = sorted([*drugs, *toxins], key=lambda name: name[0])
    names = [n for n, after in pairwise([*names, None]) if n and not (after and CORRECTED.match(said[n[1] : after[0]]))]
    cuts, joined = [0], [False]
    for (_, left, _), (right, _, _) in pairwise(names):
        gap = said[left:right]
        forward = FORWARD.search(gap) or OF_ANOTHER.search(gap)
        broken = [b for b in BROKEN.finditer(gap) if not PAREN_OPEN.search(said[: left + b.start()])]
        inside = PAREN_OPEN.search(gap) and ")" in said[right:]
        if broken and (forward or len(gap[broken[-1].end() :].split()) <= FEW):
            cuts.append(left + broken[-1].end())
            joined.append(False)
        elif forward and not inside:
            cuts.append(left + forward.start())
            joined.append(False)
        else:
            cuts.append(right)
            joined.append(JOINED.search(gap) is not None)
    told = []
    for index, (start, end, drug) in enumerate(names):
        if drug is None:
            continue
        first = index
        while joined[first]:
            first -= 1
        last = index
        while last + 1 < len(names) and joined[last + 1]:
            last += 1
        stop = cuts[index + 1] if index + 1 < len(names) else len(said)
        tail = said[names[last][1] : cuts[last + 1] if last + 1 < len(names) else len(said)] if last > index else ""
        shared = re.sub(r"\([^)]*\)", " ", tail)
        before = said[cuts[first] : names[first][0]]
        before = before[max((b.end() for b in BROKEN.finditer(before)), default=0) :]
        after = names[index + 1 : index + 2], cuts[index + 2 : index + 3]
        own = said[start:stop] + _after_brackets(said, end, *after) + _after_other(said, end, *after)
        if index and _after_other(said, names[index - 1][1], names[index : index + 1], cuts[index + 1 : index + 2]):
            own = said[start:end]  # only named beside the one before
        lead = said[max((b.end() for b in BROKEN.finditer(said, 0, start)), default=0) : start]
        told.append(Told(drug, start, end, lead, before, own, shared, first < last == len(names) - 1))
    return _switched(said, told)


def _after_brackets(said: str, end: int, inner: Sequence[Name], cut: Sequence[int]) -> str:
    """What follows brackets that name a second drug after the first: "injections (1% lidocaine) helped three days"."""
    if not inner or not PAREN_OPEN.search(said[end : inner[0][0]]):
        return ""
    close = said.find(")", inner[0][1])
    return said[close + 1 : cut[0] if cut else len(said)] if 0 <= close < (cut[0] if cut else len(said)) else ""


def _after_other(said: str, end: int, other: Sequence[Name], cut: Sequence[int]) -> str:
    """What follows a second drug that is only named as one beside the first."""
    if not other:
        return ""
    rest = said[other[0][1] : cut[0] if cut else len(said)]
    return rest if BESIDES.search(said[end : other[0][0]]) or INTERACTS.match(rest) else ""


def _switched(said: str, told: list[Told]) -> list[Told]:
    """The same, with the reason of a switch given to the drug that was left."""
    for index, (one, other) in enumerate(pairwise(told)):
        why = WHY.search(other.own)
        if why and SWITCHED.search(said[: one.start]) and FOR_ANOTHER.match(said[one.end : other.start]):
            told[index] = replace(one, own=f"{one.own}, stopped{why.group(0)}")
            told[index + 1] = replace(other, own=other.own[: why.start()] + other.own[why.end() :])
    return told
