"""Why a plan denies: the classes of its reasons, each with the first sentence that gives it.

A letter has parts: what is decided and why, what the policy asks, how to appeal. Words that give a reason surely count
in every part but the last; words that only speak of one count in the first, and in the second where the first has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from packetgen.extraction.denial_words import ReasonWords, denial_reasons
from packetgen.extraction.model import DenialReasonName
from packetgen.extraction.place import Passage

Reason = tuple[DenialReasonName, Passage]
ITEM = re.compile(r"^(?:[•*·>→»-]|\(?\w{1,2}[.)])\s|^(?:and|or)\b")
MARKED = re.compile(r"^(?:[•*·>→»-]|\(?(?:\d{1,2}|[a-h])[.)])\s", re.IGNORECASE)
UNTICKED = re.compile(r"^(?:\[ ?\]|☐|\( \))")
MARK = re.compile(r"^\(?([a-h]|\d{1,2})[.)]\s", re.IGNORECASE)
MARK_NAMED = re.compile(
    r"(?:\b(?:items?|criteri(?:on|a)|requirements?|numbers?|part)[ ]\(?|\b)([a-h]|\d{1,2})\)", re.IGNORECASE
)
NOTED = re.compile(
    r"(?<=[A-Za-z]{2})[.;]\s+(?=[a-z0-9])|\s+(?=\[[ xX]?\]|☐|☒)|\s{2,}(?=(?:appeals?|p2p|peer)\b)", re.IGNORECASE
)
BLANK_LINE = re.compile(r"\n\s*\n")
RULING = re.compile(r"\s*(?:\||[+]?[-=]{6,}[+]?)[\s|+=-]*")  # of a drawn table
INNER_POINT = re.compile(r"(?<=\w)\.(?=\w)")
CODE = r"\b(?:CO|PR|OA|PI)[-\s]{{0,12}}(?:{0})\b(?!\.\d)"
REMARK = r"\b(?:{0})\b"
REASONS_FOLLOW = re.compile(r"\b(?:because|reasons?)\b[^.]{0,30}:$", re.IGNORECASE)
GENERAL: tuple[DenialReasonName, ...] = ("missing_documentation", "not_medically_necessary")


def reasons_in(sentences: Sequence[Passage]) -> list[Reason]:
    """Each class once, in the order of the letter."""
    why, asked, listed = _parts([part for sentence in sentences for part in _finer(sentence)])
    sure = _first_of_each(_surely(sentence) for sentence in (*why, *asked))
    given = {sentence for reason, sentence in sure if reason not in GENERAL}
    told = [loose for loose in (*map(_loosely, why), *_of_items(why, listed)) if loose and loose[1] not in given]
    if sure:
        told = [reason for reason in told if reason[0] not in GENERAL]
    found = _first_of_each([*map(_one, sure), *map(_one, told)])
    found = found or _first_of_each(_surely(sentence) for sentence in listed)
    found = found or _first_of_each([_one(loose) for loose in map(_loosely, (*asked, *listed)) if loose])
    found = found or list(_coded(sentences))
    if found and (unclear := _unclear_item(why)):
        found.append(("unclassified", unclear))
    return sorted(found, key=lambda reason: (reason[1].page.page.number, reason[1].start))


def _parts(sentences: Sequence[Passage]) -> tuple[list[Passage], list[Passage], list[Passage]]:
    """What says why, what the policy asks, and the lists of that; words on appeals or not decided are none of these."""
    words = denial_reasons()
    why: list[Passage] = []
    asked: list[Passage] = []
    lists: list[Passage] = []
    part, listed = "why", False
    for before, sentence in zip((None, *sentences), sentences, strict=False):
        said = _said(sentence)
        if part == "rule" and before and _apart(before, sentence):
            part = "why"
        if re.search(words.begins.rule, said, re.IGNORECASE):
            part = "rule"
        elif re.search(words.begins.why, said, re.IGNORECASE):
            part = "why"
        elif re.search(words.begins.rights, said, re.IGNORECASE):
            part = "rights"
        if (
            part == "rights"
            or UNTICKED.match(sentence.said)
            or any(re.search(w.pattern, said, re.IGNORECASE) for w in words.taken_back)
        ):
            continue
        item = ITEM.search(sentence.said) is not None
        if part == "list" and listed and not item:
            part = "why"  # the list of criteria has ended
        listed = part == "list" and (listed or item)
        asks = part == "list" or re.search(words.begins.policy, said, re.IGNORECASE)
        (lists if part in ("list", "rule") else asked if asks else why).append(sentence)
        if asks and sentence.said.endswith(":"):
            part, listed = "list", False
    return why, asked, lists


def _apart(before: Passage, sentence: Passage) -> bool:
    """Whether a sentence begins a new paragraph."""
    return (
        before.page != sentence.page or BLANK_LINE.search(sentence.page.text[before.end : sentence.start]) is not None
    )


def _finer(sentence: Passage) -> Iterator[Passage]:
    """The sentence cut where short notes go on in small letters: "300u over plan max. p2p: 208-555-0164"."""
    text = sentence.page.text[sentence.start : sentence.end]
    starts = [0, *(cut.end() for cut in NOTED.finditer(text)), len(text)]
    for start, end in pairwise(starts):
        yield Passage(sentence.page, sentence.start + start, sentence.start + len(text[:end].rstrip()))


def reason_unclear(sentences: Sequence[Passage], denied: Passage) -> Passage:
    """Of a letter in which no class is found: where it begins to say why, and the sentence after that."""
    why, _, _ = _parts(sentences)
    first = next((s for s in why if re.search(denial_reasons().begins.why, _said(s), re.IGNORECASE)), denied)
    after = next((s for s in why if s.page is first.page and s.start >= first.end), first)
    return Passage(first.page, first.start, first.end if _apart(first, after) else after.end)


def _unclear_item(why: Sequence[Passage]) -> Passage | None:
    """The first item of a list of reasons that none of its sentences puts in a class."""
    start = next((n for n, s in enumerate(why) if REASONS_FOLLOW.search(s.said)), len(why))
    items: list[list[Passage]] = []
    for sentence in why[start + 1 :]:
        if MARKED.match(sentence.said):
            items.append([sentence])
        elif not items:
            break
        else:
            items[-1].append(sentence)
    return next((item[0] for item in items if not any(_surely(s) or _loosely(s) for s in item)), None)


def _of_items(why: Sequence[Passage], asked: Sequence[Passage]) -> Iterator[Reason]:
    """What says "item b) was not met" has the class of the policy's item b)."""
    items = {mark[1].lower(): sentence for sentence in asked if (mark := MARK.match(sentence.said))}
    for sentence in why:
        for mark in MARK_NAMED.finditer(sentence.said):
            item = items.get(mark[1].lower())
            if item and (loose := _loosely(item)):
                yield loose[0], sentence


def _said(sentence: Passage) -> str:
    return RULING.sub(" ", INNER_POINT.sub("·", sentence.said)).strip()


def _surely(sentence: Passage) -> list[Reason]:
    said = _said(sentence)
    return [(rule.reason, sentence) for rule in denial_reasons().reasons if rule.gives(said)]


def _loosely(sentence: Passage) -> Reason | None:
    """The one class that a sentence speaks of; of several a general one gives way."""
    said = _said(sentence)
    found = [rule.reason for rule in denial_reasons().reasons if rule.speaks_of(said)]
    found.sort(key=lambda reason: reason in GENERAL)
    return (found[0], sentence) if found else None


def _one(reason: Reason) -> list[Reason]:
    return [reason]


def _first_of_each(found: Iterator[list[Reason]] | Sequence[list[Reason]]) -> list[Reason]:
    first: dict[DenialReasonName, Passage] = {}
    for reasons in found:
        for name, sentence in reasons:
            first.setdefault(name, sentence)
    return list(first.items())


def _coded(sentences: Sequence[Passage]) -> Iterator[Reason]:
    """The same of a letter that gives nothing but adjustment and remark codes."""
    for rule in denial_reasons().reasons:
        codes = re.compile(_either(rule)) if rule.codes or rule.remarks else None
        sentence = next((s for s in sentences if codes and codes.search(s.said)), None)
        if sentence:
            yield rule.reason, sentence


def _either(rule: ReasonWords) -> str:
    adjustment = [CODE.format("|".join(rule.codes))] if rule.codes else []
    return "|".join([*adjustment, *([REMARK.format("|".join(rule.remarks))] if rule.remarks else [])])
