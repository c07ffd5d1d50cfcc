"""What a person does on the page: each filled form becomes an event in the case's log."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import UTC, datetime

from packetgen import pipeline
from packetgen.chart.decisions import Decision, record
from packetgen.errors import PacketgenError
from packetgen.packet.signoff import VOID, SignOff, sign
from packetgen.review.facts import BadDecision, addition_from, decision_from
from packetgen.review.live import Review


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _name_in(form: Mapping[str, str]) -> str:
    if not form["name"]:
        raise BadDecision("Type your name first, at the top of the page.")
    return form["name"]


def _expected(form: Mapping[str, str]) -> int:
    text = form.get("expected", "")
    if not text.isdecimal():
        raise BadDecision("This page is out of date. Reload it.")
    return int(text)


def _decide(review: Review, form: Mapping[str, str]) -> str:
    by = _name_in(form)
    if form.get("event") == "add":
        decision = addition_from(form, review.read(), by, _now())
    else:
        decision = decision_from(form, review.checked().chart, by, _now())
    record(review.folder, decision, _expected(form))
    return ""


def _undo(review: Review, form: Mapping[str, str]) -> str:
    number = form.get("number", "")
    if number not in {str(decision.number) for decision in review.checked().decisions}:
        raise BadDecision("There is no such decision to undo. Reload the page.")
    by = _name_in(form)
    record(review.folder, Decision("undo", by, _now(), undone=int(number)), _expected(form))
    return ""


def _sign(review: Review, form: Mapping[str, str]) -> str:
    built = review.build()
    name = form["name"]
    if refused := refusal(built, name, form.get("digest", "")):
        return refused
    sign(review.folder, SignOff(name, _now(), built.digest))
    return ""


def build_again(review: Review, form: Mapping[str, str]) -> str:
    """Read and build the case anew; a case that must not be sent loses its packet."""
    review.built = review.reading = None
    with contextlib.suppress(PacketgenError):  # the page shows why
        review.build()
    return ""


ACTS = {"decide": _decide, "undo": _undo, "sign": _sign, "build": build_again}  # by the last word of the address


def refusal(built: pipeline.Built, name: str, digest: str) -> str:
    """Why a signature is not taken, or ""."""
    if not name:
        return "Type your name to sign."
    if digest != built.digest:
        return "The packet has changed since this page was shown. Look at it again, then sign."
    if any(p.severity == "required" and p.code != VOID for p in built.problems):
        return "Something required is missing. Settle it, then sign."
    return ""
