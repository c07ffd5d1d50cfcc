"""Pictures of a form for a person: its fields numbered, or each field marked by what its proof found."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packetgen import pdfium
from packetgen.documents.model import Box
from packetgen.resources import FONTS

DPI = 110
GREEN, RED, GREY, BLUE = "#1a7f37", "#cf222e", "#8c959f", "#0550ae"


@dataclass(frozen=True, slots=True)
class Mark:
    """A box on a page (1-based; points from the top left of the upright page) with its colour and a short note."""

    page: int
    box: Box
    colour: str
    note: str = ""


def pictures(pdf: Path, marks: Sequence[Mark]) -> list[bytes]:
    """A PNG of each page of a PDF with upright pages, its marks drawn on it."""
    with pdfium.opened(pdf) as document:
        shown = [page.render(scale=DPI / 72).to_pil().convert("RGB") for page in document]
    return [_drawn(picture, [m for m in marks if m.page == number]) for number, picture in enumerate(shown, 1)]


def _drawn(picture: Any, marks: Sequence[Mark]) -> bytes:
    from PIL import ImageDraw, ImageFont

    draw = ImageDraw.Draw(picture)
    font = ImageFont.truetype(str(FONTS / "NotoSans-Bold.ttf"), 11)
    scale = DPI / 72
    for mark in marks:
        x0, top, x1, bottom = (value * scale for value in (mark.box.x0, mark.box.top, mark.box.x1, mark.box.bottom))
        draw.rectangle((x0, top, x1, bottom), outline=mark.colour, width=2)
        if mark.note:
            width = draw.textlength(mark.note, font=font) + 4
            left = max(0, x0 - width) if mark.box.width < 20 else x0
            draw.rectangle((left, top - 1, left + width, top + 12), fill=mark.colour)
            draw.text((left + 2, top - 3), mark.note, fill="white", font=font)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
