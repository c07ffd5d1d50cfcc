"""The sheet that goes before a fax and before each part of a packet sent in parts: who, what, how many sheets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from packetgen import typeset
from packetgen.case import Case
from packetgen.chart import words
from packetgen.packet.drawing import FLOOR, INK, MARGIN, NOTICE, WIDTH, rule, say
from packetgen.packet.sheet import LETTER
from packetgen.typeset import BOLD, REGULAR


def draw_coversheet(
    target: Path, case: Case, payer: str, heading: str, sheets: int, holds: Sequence[str], draft: str
) -> None:
    """Draw the sheet, in black only. sheets: of this transmission, this one included; holds: what is in it."""
    canvas = typeset.new_canvas(str(target))
    y = LETTER[1] - MARGIN - 30
    say(canvas, MARGIN, y, heading, BOLD, 24, INK)
    say(canvas, MARGIN, y - 20, f"{sheets} sheets, this one included", BOLD, 13, INK)
    rule(canvas, y - 32, 1.5)
    y -= 56
    if draft:
        say(canvas, MARGIN, y, f"DRAFT, not for submission: {draft}", BOLD, 12, INK)
        y -= 24
    insurance, provider = case.insurance, case.provider
    asked = "Appeal" if case.request.kind == "appeal" else "Prior authorization"
    rows = (
        ("To", payer),
        ("Fax", insurance.fax or "not in the case file: see the plan's form"),
        ("From", f"{provider.name}, {provider.practice}"),
        ("Phone, return fax", f"{provider.phone}, {provider.fax}"),
        ("Patient", f"{case.patient.name}, born {words.day(case.patient.birth_date)}"),
        ("Member ID", insurance.member_id),
        ("Request", f"{asked}: {case.request.product}, {case.request.urgency}"),
        ("Case", case.case),
    )
    for name, value in rows:
        say(canvas, MARGIN, y, name, BOLD, 12, INK)
        for line in typeset.wrap(value, REGULAR, 12, WIDTH - 130):
            say(canvas, MARGIN + 130, y, line, REGULAR, 12, INK)
            y -= 17
        y -= 4
    rule(canvas, y, 1.0)
    y -= 20
    for part in holds:
        for line in typeset.wrap(part, REGULAR, 10.5, WIDTH):
            if y > FLOOR + 50:
                say(canvas, MARGIN, y, line, REGULAR, 10.5, INK)
            y -= 14.5
    y = FLOOR + 20
    for line in typeset.wrap(NOTICE, REGULAR, 9, WIDTH):
        say(canvas, MARGIN, y, line, REGULAR, 9, INK)
        y -= 11
    canvas.save()
