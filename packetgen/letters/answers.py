"""What an appeal says of a denial: whose decision it was, each reason in the plan's words, and what answers it."""

from __future__ import annotations

from dataclasses import dataclass

from packetgen.case import AppealLevel
from packetgen.chart import words
from packetgen.chart.words import Said
from packetgen.extraction.model import Denial, Evidence
from packetgen.letters.model import Material
from packetgen.letters.rows import Match, match
from packetgen.policy.appeal import Answer, Comparison, appeal_rules


@dataclass(frozen=True, slots=True)
class Told:
    """A denial, with the place of its reference. An empty text is what the letter does not give."""

    payer: str
    reference: str
    dated: str
    until: str
    fax: str
    phone: str
    window: str
    level: str
    criteria: tuple[Said, ...]
    places: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """A reason and what answers it. kind: its class; whole: the policy as a whole speaks to it; state: as of Answer."""

    kind: str
    says: str
    quote: Said
    matches: list[Match]
    whole: bool
    state: str
    places: tuple[Evidence, ...]


def denial_of(material: Material) -> Told | None:
    """The denial that a letter answers."""
    if material.denial is None:
        return None
    value = material.denial.denial
    last = value.p2p_deadline and words.day(value.p2p_deadline)
    return Told(
        value.payer or "",
        value.reference or "",
        words.day(value.date) if value.date else "",
        words.day(value.appeal_deadline) if value.appeal_deadline else "",
        value.appeal_fax or "",
        value.p2p_phone or "",
        last or value.p2p_window or "",
        _level(material.case.plan_dates.level, value),
        _criteria(material.denial),
        (*material.denial.places[-1:], *material.denial.places[:1]),
    )


def _criteria(denial: Comparison) -> tuple[Said, ...]:
    """What the letter says that the policy asks, without what is quoted as a reason already."""
    reasons = [answer.reason.quote for answer in denial.answers]
    asked = [place for place in denial.places if place.rule == "criterion" and place.quote not in reasons]
    return tuple(Said(f"“{place.quote}”", (place,)) for place in asked)


def _level(denied: AppealLevel | None, letter: Denial) -> str:
    """Which review is asked for next; the letter tells whether a second internal appeal is there."""
    if denied in ("second", "external"):
        return "request for external review"
    if denied is None and not letter.upheld:
        return "first-level appeal"
    if "second internal appeal" in letter.levels:
        return "second-level appeal"
    return "request for external review" if "external review" in letter.levels else "further appeal"


def replies(denial: Comparison | None) -> list[Reply]:
    """Each reason with its answer, in the order of the letter."""
    return [_reply(answer) for answer in denial.answers] if denial else []


def _reply(answer: Answer) -> Reply:
    return Reply(
        answer.reason.reason,
        answer.says,
        Said(f"“{answer.reason.quote}”", (answer.place,)),
        [match(criterion) for criterion in answer.criteria],
        answer.whole,
        answer.state,
        answer.evidence,
    )


def new_pages(denial: Comparison | None) -> list[Said]:
    """The exhibit pages that the plan did not have, each with its place."""
    places = {e.exhibit_page: e for answer in (denial.answers if denial else ()) for e in answer.evidence}
    return [Said(f"page {page}", (places[page],)) for page in (denial.new if denial else ())]


def not_to_say() -> list[str]:
    """What a call with the plan's reviewer must not go into."""
    return list(appeal_rules().peer_to_peer)
