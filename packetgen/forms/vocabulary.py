"""What a label asks for: whose it is, and which fact, by packetgen/knowledge/form_labels.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from packetgen.forms.labelwords import (
    Choice,
    Column,
    Item,
    Subject,
    Words,
    best,
    heads_of,
    naming,
    vocabulary,
    words_of,
)

BY_OWN_WORDS, BY_HEADING, BY_NOTHING = 0.97, 0.93, 0.5  # whose a label is: told by it, by a heading, not told
DENIES = 0.6  # how sure it must be that a field's nearest text asks for none of the facts
NOT_ITS_OWN = 0.9  # what no fact says, when words that name a subject are left out of its label
LONGEST_HEADING = 12  # words
ENUMERATED = r"\s*(?:(?:SECTION|Section|PART|Part)\s+)?(?:[IVX]{1,4}|[A-H]|\d{1,2})[.):]\s"
NAME, ID = ("name",), ("id",)
CONDITIONAL = r"\W*(?:if\b(?!\s+(?:known|applicable|available))|which\b)|.*\bline [2-9]\b"
OR = re.compile(r"\bor\b|/", re.IGNORECASE)  # "provider or facility": the name of either
UNLESS = r"\bif (?:not|other than|different)\b"  # of someone else than the label names
PROVIDER, SOMEONE = "provider", "someone_else"
MATTERS = ("drug", "clinical")  # what a request is about: of nobody
PAST = "past"  # treatments before this request
PERSONAL = ("patient.", "provider", "insurance.", "payer", "servicing.")  # facts of those whom a request is about


@dataclass(frozen=True, slots=True)
class Match:
    """A fact that a text may ask for: its expression (empty: none says it), how sure, and the format it needs."""

    fact: str
    score: float
    format: str = ""


@cache
def _named(text: Words) -> tuple[tuple[Subject, Words], ...]:
    """Everyone whom a text names, and with which words; the longest name first."""
    found: list[tuple[Subject, Words]] = []
    for subject in vocabulary().subjects:
        names = [words for name in subject.words if (words := words_of(name)) and _all_in(words, text)]
        if names:
            found.append((subject, max(names, key=len)))
    return tuple(sorted(found, key=lambda pair: -len(pair[1])))


def _all_in(words: Words, text: Words) -> bool:
    return all(word in text or word + "s" in text for word in words)


def subject_in(text: Words) -> tuple[str, Words]:
    """Whose a label is by its own words ("" when it does not say), and those words: the longest name of one counts."""
    named = _named(text)
    return (named[0][0].subject, named[0][1]) if named else ("", ())


@cache
def is_other(subject: str) -> bool:
    """Whether it is none of those whom the request is about."""
    return any(one.other for one in vocabulary().subjects if one.subject == subject)


def subject_of_heading(text: str) -> str:
    """Whose the fields below a line are, when it is a heading: it names a subject, and little else."""
    text = without_asides(text)
    subject, _ = subject_in(words_of(text))
    plain = re.findall(r"[^\s:*]+", text.casefold())
    if not subject or not can_title(subject):
        return ""
    if len(plain) > LONGEST_HEADING or set(plain) & set(vocabulary().instructions):
        return ""
    alone = not set(words_of(text)) - naming()
    conditional = is_other(subject) and "if" in plain
    titled = bool(set(plain) & set(vocabulary().headings)) or bool(re.match(ENUMERATED, text))
    return subject if alone or conditional or titled else ""


def subject_of_question(text: str) -> str:
    """Whose the fields after a question are, when it asks after someone else: "Is there other insurance?"."""
    subject = subject_in(words_of(text))[0] if text.rstrip().endswith("?") else ""
    return subject if is_other(subject) else ""


def without_asides(text: str) -> str:
    """A label without what stands in brackets, when that asks for nothing more."""
    plain = re.sub(r"\s*\([^()]*\)?", "", text).strip()
    more = heads_of(words_of(text)) - heads_of(words_of(plain))
    return text if not plain or more & set(vocabulary().asides) else plain


def matches(text: str, heading: str) -> Iterator[Match]:
    """Facts that a label may ask for under a heading's subject."""
    if re.match(CONDITIONAL, text, re.IGNORECASE) and not is_other(heading):
        return
    if re.search(UNLESS, text, re.IGNORECASE) and not is_other(subject_of(text, heading)):
        return
    plain = without_asides(text)
    words, tail = words_of(plain), words_of(re.split(r"\s[-–:]\s", plain)[-1])
    subject, own = _whose_label(words, heading)
    beside = (
        {word for one, words in _named(words) if one.subject != subject for word in words} if OR.search(text) else set()
    )
    for said in dict.fromkeys((words, tail)):
        bare = tuple(word for word in said if word not in own and word not in beside)
        if own and not set(bare) - naming():
            bare = _lone(text, subject)
        heads = heads_of(said) - (frozenset() if subject in MATTERS else heads_of(own))
        for item in vocabulary().items:
            whole = best(said, item.labels)
            rest = whole
            if subject in item.facts or not item.facts:
                rest = max(whole, BY_OWN_WORDS * best(bare, item.labels, heads))
            if rest:
                yield from _facts(item, subject, heading, whole, rest)


def _whose_label(words: Words, heading: str) -> tuple[str, Words]:
    """Whose a label is and the words that say so.

    A contact or an insured is one of someone: of whom the label names besides, else of the section.
    """
    named = _named(words)
    if not named:
        return "", ()
    (first, own), *others = named
    holder, naming = (
        (_settled(others[0][0], heading), others[0][1]) if others and is_part(first.subject) else (heading, ())
    )
    if holder in first.of:
        return holder, naming
    return (SOMEONE if _unknown_role(first, own, words) else first.subject), own


def _settled(subject: Subject, heading: str) -> str:
    """Whom a name means in the section of a heading."""
    return heading if heading in subject.of else subject.subject


def _unknown_role(subject: Subject, own: Words, words: Words) -> bool:
    """Whether a provider is one of a role that is not known: "attending physician"."""
    before = words.index(own[0]) - 1 if own[0] in words else -1
    if subject.subject != PROVIDER or len(own) > 1 or before < 0 or not words[before].endswith("ing"):
        return False
    return not any(words[before] in words_of(name) for name in subject.words)


def subject_of(text: str, heading: str) -> str:
    """Whose a label says it is, in the section of a heading; "" when it does not say."""
    return _whose_label(words_of(text), heading)[0]


@cache
def can_title(subject: str) -> bool:
    """Whether a line that names it can be a heading."""
    return all(one.titles for one in vocabulary().subjects if one.subject == subject)


@cache
def is_part(subject: str) -> bool:
    """Whether it is always someone of another, as a contact is."""
    return all(one.of for one in vocabulary().subjects if one.subject == subject)


def _lone(text: str, subject: str) -> Words:
    """What a label asks for that says only whose it is: "Prescriber" a name, "Subscriber #" a number."""
    if not subject:
        return ()
    return ID if re.search(r"#|\b(number|no|id)\b", text, re.IGNORECASE) else NAME


def _facts(item: Item, subject: str, heading: str, whole: float, rest: float) -> Iterator[Match]:
    """The fact of an item for the subject that its label names, else for that of the heading, else for anyone.

    whole, rest: likeness of the label with and without the words that name the subject.
    """
    if not item.facts:
        yield Match("", max(whole, NOT_ITS_OWN * rest))
    elif subject in item.facts:
        yield Match(item.facts[subject], rest, item.format)
    elif is_other(subject) or not whole:
        return
    elif heading in item.facts:
        yield Match(item.facts[heading], whole * BY_HEADING, item.format)
    elif "any" in item.facts:
        if not (is_other(heading) and item.facts["any"].startswith(PERSONAL)) and heading != PAST:
            yield Match(item.facts["any"], whole * BY_HEADING, item.format)
    elif not subject and not heading:
        yield Match(next(iter(item.facts.values())), whole * BY_NOTHING, item.format)


def match(texts: Sequence[tuple[str, float]], heading: str) -> Match:
    """The fact that several texts about one field ask for: (text, how much it is to be trusted)."""
    found: dict[str, tuple[float, str]] = {}
    for text, trust in texts:
        best_of: dict[str, Match] = {}
        for one in matches(text, heading):
            if one.score > best_of.get(one.fact, Match("", 0.0)).score:
                best_of[one.fact] = one
        first = max(best_of.values(), key=lambda one: one.score, default=None)
        if text == texts[0][0] and first and not first.fact and first.score >= DENIES:
            return Match("", first.score)  # what the nearest text asks for is none of the facts
        for fact, one in best_of.items():
            before = found.get(fact, (0.0, ""))[0]
            found[fact] = (1 - (1 - before) * (1 - one.score * trust) if before else one.score * trust, one.format)
    if not found:
        return Match("", 0.0)
    (fact, (score, form)), *others = sorted(found.items(), key=lambda pair: -pair[1][0])
    rival = others[0][1][0] if others else 0.0
    return Match(fact, min(0.99, score * (0.9 if score - rival < 0.04 else 1.0)), form)


def match_column(texts: Sequence[tuple[str, float]]) -> tuple[Column | None, float]:
    """The column of a table that a heading names, and how sure."""
    scored = [
        (best(words_of(text), column.labels) * trust, n, column)
        for text, trust in texts
        for n, column in enumerate(vocabulary().columns)
    ]
    score, _, column = max(scored, key=lambda one: (one[0], -one[1]), default=(0.0, 0, None))
    return (column, score) if score else (None, 0.0)


def match_options(labels: Mapping[str, str], question: str) -> tuple[Choice | None, dict[str, str], float]:
    """The fact that boxes with these labels choose (box: label), what each box means, and how sure.

    question: what is printed before the boxes, which tells "new" of a request from "new" of a patient.
    """
    asked = words_of(question)
    leading: tuple[float, Choice | None, dict[str, str]] = (0.0, None, {})
    for choice in vocabulary().choices:
        means: dict[str, str] = {}
        scores = []
        for box, label in labels.items():
            words = words_of(label)
            score, value = max((best(words, names), value) for value, names in choice.options.items())
            if score >= 0.7:
                means[box] = value
                scores.append(score)
        if not scores:
            continue
        named = best(asked, choice.question)
        share = len(means) / len(labels)
        score = sum(scores) / len(scores) * (0.55 + 0.45 * share) * (0.85 + 0.15 * (named > 0))
        if score > leading[0]:
            leading = (score, choice, means)
    return leading[1], leading[2], min(0.97, leading[0])
