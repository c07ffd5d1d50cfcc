"""What an appeal says of a denial: whose decision it was, each reason in the plan's words, and what answers it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from packetgen.chart import words
from packetgen.chart.words import Said
from packetgen.errors import Problem
from packetgen.extraction.model import Denial, DocumentSummary, Evidence, Finding
from packetgen.letters.asked import shown_on
from packetgen.letters.model import Material
from packetgen.letters.rows import Match, match
from packetgen.policy.appeal import Answer, Comparison, appeal_rules, topics_in
from packetgen.policy.levels import first_denial, next_level


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision of the plan: its day and reference, and where they stand."""

    dated: str
    reference: str
    places: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """The denial that is answered. An empty text is what the letter does not give.

    level    the review that is asked for: "first-level appeal"; body: who decides it, empty for the plan
    upheld   it answers an appeal; first: the decision before it, when its letter is in the chart
    """

    dated: str
    reference: str
    until: str
    address: str
    phone: str
    window: str
    level: str
    body: str
    upheld: bool
    first: Decision | None
    places: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """A sentence that gives one or several reasons, and what answers it.

    kinds   their classes; says: in words
    rows    what the chart shows on what the sentence asks for
    whole   the sentence names nothing in particular, so the whole case answers it; the label answers "experimental"
    sent    the plan had every page
    """

    kinds: tuple[str, ...]
    says: str
    quote: Said
    rows: list[Match]
    whole: bool
    sent: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What the plan's letter says that its policy asks, and what the chart shows on it."""

    quote: Said
    rows: list[Match]


def denial_of(material: Material) -> Told | None:
    """The denial that a letter answers."""
    if material.denial is None:
        return None
    value, case = material.denial.denial, material.case
    last = value.p2p_deadline and words.day(value.p2p_deadline)
    level = next_level(case, value)
    return Told(
        dated=words.day(value.date) if value.date else "",
        reference=value.reference or "",
        until=words.day(value.appeal_deadline) if value.appeal_deadline else "",
        address=value.appeal_address or "",
        phone=value.p2p_phone or "",
        window=last or value.p2p_window or "",
        level=level.name if level else "appeal",
        body=level.body if level else "",
        upheld=case.plan_dates.level is not None,
        first=_first(material.denial, material.findings),
        places=(*material.denial.places[-1:], *material.denial.places[:1]),
    )


def _first(answered: Comparison, findings: Iterable[Finding]) -> Decision | None:
    """The oldest decision before the one that is answered, of the plan's other letters in the chart."""
    earlier = first_denial(answered.denial, findings)
    if earlier is None:
        return None
    value = earlier.value
    assert isinstance(value, Denial)  # noqa: S101 - for the type checker
    return Decision(words.day(value.date or ""), value.reference or "", earlier.evidence[-1:])


def asked(material: Material) -> list[Asked]:
    """Each thing that the letter says the policy asks, where its words are known, unless it gives a reason."""
    return [
        Asked(_quoted(place), shown_on(topics, material))
        for place in _criteria(material.denial)
        if (topics := topics_in(place.quote))
    ]


def _criteria(denial: Comparison | None) -> list[Evidence]:
    """What the letter says that the policy asks, without what is quoted as a reason already."""
    if denial is None:
        return []
    reasons = " ".join(answer.reason.quote for answer in denial.answers)
    return [place for place in denial.places if place.rule == "criterion" and place.quote not in reasons]


def _quoted(place: Evidence) -> Said:
    return Said(f"“{place.quote}”", (place,))


def replies(material: Material) -> list[Reply]:
    """Each sentence of the letter that gives reasons, with its answer, in the letter's order."""
    if material.denial is None:
        return []
    by_quote: dict[str, list[Answer]] = {}
    for answer in material.denial.answers:
        by_quote.setdefault(answer.reason.quote, []).append(answer)
    return [_reply(answers, material) for answers in by_quote.values()]


def _reply(answers: Sequence[Answer], material: Material) -> Reply:
    rows = [match(criterion) for answer in answers if not answer.whole for criterion in answer.criteria]
    rows += shown_on(topics_in(answers[0].reason.quote), material)
    kinds = tuple(answer.reason.reason for answer in answers)
    return Reply(
        kinds=kinds,
        says=" and ".join(answer.says for answer in answers),
        quote=_quoted(answers[0].place),
        rows=list(dict.fromkeys(rows)),
        whole=not rows and set(kinds) != {"experimental"},
        sent=all(answer.state == "sent" for answer in answers),
    )


def left_to_a_person(material: Material) -> tuple[Problem, ...]:
    """What the letter that answers a denial leaves open: what is asked in words not known here, or is not shown."""
    where = material.case.denial or "denial"
    unknown = [place.quote for place in _criteria(material.denial) if not topics_in(place.quote)]
    lacking = [told.quote.text for told in asked(material) if not told.rows]
    ask = "Does the plan ask for this? Answer it in the letter, with the page of the chart."
    find = "Find it in the chart or document it; the letter says that the chart does not show it."
    return (
        *(Problem("asked_unknown", where, f"The denial says: “{q}”", ask, "clinician", "doubt") for q in unknown),
        *(Problem("asked_not_shown", where, f"The denial says: {q}", find, "clinician", "doubt") for q in lacking),
    )


def new_pages(material: Material) -> list[Said]:
    """The documents of which the plan did not have pages that answer it, with those pages."""
    if material.denial is None:
        return []
    places = [e for answer in material.denial.answers for e in answer.evidence if e.exhibit_page in material.denial.new]
    notes = {summary.document: summary for summary in material.chart.documents}
    return [
        Said(_named(notes[label]), tuple(place for place in places if place.document == label))
        for label in dict.fromkeys(place.document for place in places)
    ]


def _named(note: DocumentSummary) -> str:
    return f"the {words.DOCUMENT_KINDS[note.kind]}{f' of {words.day(note.date)}' if note.date else ''}"


def not_to_say() -> list[str]:
    """What a call with the plan's reviewer must not go into."""
    return list(appeal_rules().peer_to_peer)


def addresses(denial: Comparison | None) -> list[str]:
    """Where the letter says that an appeal is mailed."""
    return [denial.denial.appeal_address] if denial and denial.denial.appeal_address else []
