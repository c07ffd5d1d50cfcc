"""What forms call the facts: labels compared with packetgen/knowledge/form_labels.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated

from pydantic import Field

from packetgen import yamlfile
from packetgen.resources import KNOWLEDGE
from packetgen.yamlfile import Strict

NEAR = 88.0  # rapidfuzz ratio of two words that are taken for one: a plural, a slip of the pen
BY_OWN_WORDS, BY_HEADING, BY_NOTHING = 0.97, 0.93, 0.5  # whose a label is: told by it, by a heading, not told
NOT_ITS_OWN = 0.9  # what no fact says, when words that name a subject are left out of its label
OTHER_ORDER = 0.98  # the same words in another order
LONGEST_FOR_ONE_WORD = 4  # words of a text that a label of one word may name
LONGEST_HEADING = 12  # words
SHORTEST_NEAR = 5  # letters of a word that may have a slip

Words = tuple[str, ...]
ENUMERATED = r"\s*(?:(?:SECTION|Section|PART|Part)\s+)?(?:[IVX]{1,4}|[A-H]|\d{1,2})[.):]\s"
NAME, ID = ("name",), ("id",)
CONDITIONAL = r"\W*(?:if\b(?!\s+(?:known|applicable|available))|which\b)"
OR = re.compile(r"\bor\b|/", re.IGNORECASE)  # "provider or facility": the name of either
UNLESS = r"\bif (?:not|other than|different)\b"  # of someone else than the label names
PROVIDER, SOMEONE = "provider", "someone_else"
MATTERS = ("drug", "clinical")  # what a request is about: of nobody
PAST = "past"  # treatments before this request
PERSONAL = ("patient.", "provider", "insurance.", "payer", "servicing.")  # facts of those whom a request is about


class Example(Strict):
    """A label as a form prints it, and the expression that is proposed for it; empty: none."""

    text: str
    fact: str


class Subject(Strict):
    """Someone or something that labels speak of.

    other  not the patient, the plan or the prescriber of the request: what is asked of them is not told by these
    titles whether a line that names it can be a heading
    of     whose it is when the label or its section names one of these: a facility's contact is not the prescriber's
    """

    subject: str
    words: tuple[str, ...]
    other: bool = False
    titles: bool = True
    of: tuple[str, ...] = ()


class Item(Strict):
    """A thing that forms ask for, of one subject or another. `any`: whoever it is asked of."""

    labels: Annotated[tuple[str, ...], Field(min_length=1)]
    facts: dict[str, str]
    format: str = ""
    example: Example


class Column(Strict):
    """A column of a table with a row for each of `over`."""

    labels: Annotated[tuple[str, ...], Field(min_length=1)]
    over: str
    value: str
    example: Example


class Choice(Strict):
    """A fact with few values, and what forms call each."""

    fact: str
    question: tuple[str, ...]
    options: dict[str, tuple[str, ...]]
    example: Example


class Labels(Strict):
    """The whole file. heads: words that decide what a label asks for, whatever else it says."""

    source: str
    as_of: str
    confidence: str
    phrases: dict[str, str]
    short: dict[str, str]
    idle: tuple[str, ...]
    heads: tuple[str, ...]
    subjects: tuple[Subject, ...]
    headings: tuple[str, ...]
    instructions: tuple[str, ...]
    items: tuple[Item, ...]
    columns: tuple[Column, ...]
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A fact that a text may ask for: its expression (empty: none says it), how sure, and the format it needs."""

    fact: str
    score: float
    format: str = ""


@cache
def vocabulary() -> Labels:
    """The labels, read once."""
    return yamlfile.read(KNOWLEDGE / "form_labels.yaml", Labels)


def words_of(text: str) -> Words:
    """The words that count in a label: written out, without numbers and idle words."""
    return _significant(text)


@cache
def _significant(text: str) -> Words:
    known = vocabulary()
    text = re.sub(
        r"^\s*(?:(?:section|part)\s+)?(?:[ivx]{1,4}|[a-h]|\d{1,2}[a-z]?)[.):]?\s+", " ", text, flags=re.IGNORECASE
    )
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", text)
    plain = re.sub(r"['’`]s?\b", "", parted).casefold()
    plain = re.sub(r"\b([a-z])\.\s?(?=[a-z]\b\.?)", r"\1", plain)
    for phrase, word in known.phrases.items():
        plain = re.sub(rf"\b{phrase}\b", word, plain)
    plain = re.sub(r"\bicd[ -]*(9|10)([ -]*cm)?\b", "icd", plain)
    found: list[str] = []
    for word in re.findall(r"[a-z]+\d*[a-z]*|[a-z]*\d{4}", plain):
        bare = re.sub(r"\d+$", "", word) if not re.fullmatch(r"j\d{4}", word) else word
        found += known.short.get(word, known.short.get(bare, bare)).split()
    return tuple(dict.fromkeys(word for word in found if word and word not in known.idle))


@cache
def _same(one: str, other: str) -> bool:
    from rapidfuzz import fuzz

    if one == other or (one.rstrip("s") == other.rstrip("s") and len(one) > 3):
        return True
    return min(len(one), len(other)) >= SHORTEST_NEAR and fuzz.ratio(one, other) >= NEAR


def _leads(word: str, text: Words) -> bool:
    """Whether a label of one word can be what a text asks for: it is short, or begins or ends with it."""
    return len(text) <= 2 or (len(text) <= LONGEST_FOR_ONE_WORD and (_same(word, text[0]) or _same(word, text[-1])))


def likeness(text: Words, label: Words) -> float:
    """How well a text says what a label says: 1 for the same words, less for each word more; 0 when one is missing."""
    if not label or not text or (len(label) == 1 and not _leads(label[0], text)):
        return 0.0
    if not all(any(_same(word, other) for other in text) for word in label):
        return 0.0
    places = [next(n for n, other in enumerate(text) if _same(word, other)) for word in label]
    return (0.55 + 0.45 * len(label) / len(text)) * (1.0 if places == sorted(places) else OTHER_ORDER)


def best(text: Words, labels: Iterable[str], heads: frozenset[str] | None = None) -> float:
    """Likeness to the nearest of several labels that have all deciding words: those given, else those of the text."""
    heads = _heads(text) if heads is None else heads
    return max((likeness(text, own) for label in labels if heads <= _heads(own := words_of(label))), default=0.0)


@cache
def _heads(text: Words) -> frozenset[str]:
    """The deciding words of a text."""
    return frozenset(head for head in vocabulary().heads if any(_same(word, head) for word in text))


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
    subject, own = subject_in(words_of(text))
    plain = re.findall(r"[^\s:*]+", text.casefold())
    if not subject or not can_title(subject):
        return ""
    if len(plain) > LONGEST_HEADING or set(plain) & set(vocabulary().instructions):
        return ""
    alone = not set(words_of(text)) - set(own)
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
    return plain if plain and _heads(words_of(text)) == _heads(words_of(plain)) else text


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
        if not set(bare) - {word for _, words in _named(words) for word in words}:
            bare = _lone(text, subject)
        heads = _heads(said) - (frozenset() if subject in MATTERS else _heads(own))
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
