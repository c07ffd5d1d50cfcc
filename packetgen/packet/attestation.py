"""The attestation page: who signed what, in which words, and what was missing and why it goes out all the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packetgen import typeset
from packetgen.case import Case
from packetgen.chart import words
from packetgen.documents.model import Box
from packetgen.packet.drawing import BLUE, FLOOR, GREY, INK, MARGIN, WIDTH, rule, say
from packetgen.packet.model import Insert
from packetgen.packet.sheet import LETTER
from packetgen.packet.signature import draw_signature
from packetgen.packet.signoff import SignOff
from packetgen.policy.model import PolicyReference
from packetgen.typeset import BOLD, REGULAR

TITLE = "Attestation"
TOP = LETTER[1] - MARGIN - 20
BODY, STEP = 10.5, 14.5
NAMES = 96.0  # width of the column of names


def draw_attestation(signed: SignOff, case: Case, reference: PolicyReference, folder: Path) -> Insert:
    """Draw the attestation of a signer into folder/attestation.pdf."""
    pdf = folder / "attestation.pdf"
    canvas = typeset.new_canvas(str(pdf), lean=True)
    say(canvas, MARGIN, TOP, TITLE, BOLD, 15, BLUE)
    rule(canvas, TOP - 8)
    y = _lines(canvas, TOP - 30, signed.attestation, REGULAR, BODY)
    y = _signature(canvas, y - 46, signed, case)
    for name, value in _identification(signed, case, reference):
        say(canvas, MARGIN, y, name, BOLD, BODY, GREY)
        y = _lines(canvas, y, value, REGULAR, BODY, NAMES) - 3
    if signed.despite:
        y = _room(canvas, y - 14, 60)
        say(canvas, MARGIN, y, "Not in this packet, and why it is sent all the same", BOLD, 12, BLUE)
        y -= 20
        for waived in signed.despite:
            y = _room(canvas, y, 50)
            y = _lines(canvas, y, f"{waived.where}: {waived.what}", BOLD, 9.5)
            y = _lines(canvas, y, f"Reason given by the signer: {waived.reason}", REGULAR, 9.5) - 6
    canvas.save()
    return Insert(TITLE, pdf, for_the_sheet=True)


def _signature(canvas: Any, y: float, signed: SignOff, case: Case) -> float:
    """The signature over its line; returns where the next line goes."""
    canvas.setStrokeColor(INK)
    canvas.setLineWidth(0.7)
    canvas.line(MARGIN, y - 3, MARGIN + 260, y - 3)
    draw_signature(canvas, Box(MARGIN, 0, MARGIN + 260, 0), y, case, signed)
    return y - 34


def _identification(signed: SignOff, case: Case, reference: PolicyReference) -> Iterator[tuple[str, str]]:
    yield "Signed by", signed.titled
    if signed.npi:
        yield "NPI", signed.npi
    yield "Date", words.day(signed.signed_at[:10])
    yield "For", f"{case.patient.name}, born {words.day(case.patient.birth_date)}, member {case.insurance.member_id}"
    yield "Policy", f"{reference.payer} · {reference.described}"
    yield "Covers", "facts, criteria, form, letter and exhibit pages of this packet, under the fingerprint"
    yield "", signed.digest


def _lines(canvas: Any, y: float, text: str, font: str, size: float, indent: float = 0.0) -> float:
    """A text broken into lines; returns where the next one goes."""
    for line in typeset.wrap(text, font, size, WIDTH - indent):
        y = _room(canvas, y, STEP)
        say(canvas, MARGIN + indent, y, line, font, size, INK)
        y -= STEP
    return y


def _room(canvas: Any, y: float, height: float) -> float:
    """Where a piece of this height begins: on a new page when this one has no room for it."""
    if y - height >= FLOOR:
        return y
    canvas.showPage()
    return TOP
