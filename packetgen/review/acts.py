"""What a person does on the page: each filled form becomes an event in the case's log."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from functools import partial

from pydantic import TypeAdapter, ValidationError

from packetgen import pipeline
from packetgen.case import Npi
from packetgen.chart.decisions import Decision, record
from packetgen.errors import PacketgenError
from packetgen.packet.page_decisions import PAGE_EVENTS
from packetgen.packet.signoff import NEVER_WAIVED, SignOff, Waived, attestation, sign
from packetgen.review.exhibit_page import decision_about_pages
from packetgen.review.facts import BadDecision, addition_from, decision_from
from packetgen.review.letter_page import edit_from
from packetgen.review.live import Review
from packetgen.review.typed import number_in


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _name_in(form: Mapping[str, str]) -> str:
    if not form["name"]:
        raise BadDecision("Type your name first, at the top of the page.")
    return form["name"]


def _expected(form: Mapping[str, str]) -> int:
    number = number_in(form.get("expected", ""))
    if number is None:
        raise BadDecision("This page is out of date. Reload it.")
    return number


def _decide(review: Review, form: Mapping[str, str], events: Collection[str]) -> str:
    if form.get("event", "") not in events:
        raise BadDecision("There is no such decision.")
    record(review.folder, _decision(review, form, _name_in(form)), _expected(form))
    return ""


def _decision(review: Review, form: Mapping[str, str], by: str) -> Decision:
    event = form["event"]
    if event in PAGE_EVENTS:
        return decision_about_pages(form, review.read(), by, _now())
    if event == "letter":
        return edit_from(form, review.letter(), by, _now())
    if event == "add":
        return addition_from(form, review.read(), review.checked(), by, _now())
    return decision_from(form, review.checked().chart, by, _now())


def _undo(review: Review, form: Mapping[str, str], events: Collection[str]) -> str:
    number = form.get("number", "")
    if number not in {str(decision.number) for decision in review.checked().decisions if decision.event in events}:
        raise BadDecision("There is no such decision to undo. Reload the page.")
    by = _name_in(form)
    record(review.folder, Decision("undo", by, _now(), undone=int(number)), _expected(form))
    return ""


def _sign(review: Review, form: Mapping[str, str]) -> str:
    built = review.build()
    if refused := refusal(built, form["name"], form.get("digest", "")):
        return refused
    credential = " ".join(form.get("credential", "").split())[:40]
    if not credential:
        raise BadDecision("Type your credential, such as MD or NP.")
    try:
        npi: str = TypeAdapter(Npi).validate_python(form.get("npi", "").strip())
    except ValidationError as wrong:
        raise BadDecision(wrong.errors()[0]["msg"].removeprefix("Value error, ").capitalize() + ".") from None
    despite = tuple(
        Waived(problem.where, problem.what, " ".join(form.get(f"reason.{number}", "").split()))
        for number, problem in enumerate(built.required)
    )
    if any(not waived.reason for waived in despite):
        return "Something required is missing. Settle it, or type why the packet goes out without it."
    text = attestation()
    sign(
        review.folder,
        SignOff(form["name"], _now(), built.digest, "signed", credential, npi, text, despite, built.said),
    )
    return ""


def build_again(review: Review, form: Mapping[str, str]) -> str:
    """Read and build the case anew; a case that must not be sent loses its packet."""
    review.forget()
    with contextlib.suppress(PacketgenError):  # the page shows why
        review.build()
    return ""


# By the last word of the address, which a role may or may not (users.NEEDED): what the letter says in its own words
# and which pages go out is prepared; what the chart says, and a page that looks protected, is for who is responsible.
PREPARED = ("letter", "include", "leave_out")
DECIDED = ("confirm", "correct", "reject", "add")  # words marked for a criterion are an "add" that becomes a "cite"
ACTS: dict[str, Callable[[Review, Mapping[str, str]], str]] = {
    "decide": partial(_decide, events=DECIDED),
    "release": partial(_decide, events=("release",)),
    "prepare": partial(_decide, events=PREPARED),
    "undo": partial(_undo, events=(*DECIDED, "cite", "release", *PREPARED)),
    "undo-prepared": partial(_undo, events=PREPARED),
    "sign": _sign,
    "build": build_again,
}


def refusal(built: pipeline.Built, name: str, digest: str) -> str:
    """Why no signature is taken whatever reasons are given, or ""."""
    if not name:
        return "Type your name to sign."
    if digest != built.digest:
        return "The packet has changed since this page was shown. Look at it again, then sign."
    if any(problem.code in NEVER_WAIVED for problem in built.required):
        return "A page could not be read, or may be protected. Settle it, then sign."
    return ""
