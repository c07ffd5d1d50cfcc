"""Type for everything that packetgen draws itself: embedded fonts, line breaking, and what they cannot draw."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from packetgen.resources import FONTS

REGULAR, BOLD, ITALIC, MONO, OTHER = "Noto", "Noto-Bold", "Noto-Italic", "Mono", "Other"
FILES = {
    REGULAR: "NotoSans-Regular.ttf",
    BOLD: "NotoSans-Bold.ttf",
    ITALIC: "NotoSans-Italic.ttf",
    MONO: "DejaVuSansMono.ttf",
    OTHER: "DejaVuSans.ttf",
}
MEASURED = 8192  # lines kept with their pieces and widths: breaking a text measures each line many times
NO_GLYPH = "\u25a1"  # drawn for a character that the fonts lack, so that nothing vanishes unseen


@cache
def load_fonts() -> None:
    """Make the fonts known to reportlab; call before drawing."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    for name, file in FILES.items():
        pdfmetrics.registerFont(TTFont(name, FONTS / file))


def new_canvas(target: Any, size: tuple[float, float] = (612.0, 792.0), *, lean: bool = False) -> Any:
    """A reportlab canvas that names no font it does not embed, and gives the same bytes each time.

    lean: only the letters that are drawn are embedded, not all of ASCII
    """
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    load_fonts()
    canvas = Canvas(target, pagesize=size, invariant=1, initialFontName=REGULAR)
    for font in map(pdfmetrics.getFont, FILES) if lean else ():
        letters = font.state[canvas._doc] = TTFont.State(False, font)
        letters.nextCode = 33  # the code of the first letter: below it the font itself would skip to its ASCII
    return canvas


@lru_cache(MEASURED)
def runs(text: str, font: str) -> tuple[tuple[str, str], ...]:
    """The text in pieces of one font each: OTHER stands in for a character that `font` lacks."""
    from reportlab.pdfbase import pdfmetrics

    load_fonts()
    known, other = (pdfmetrics.getFont(name).face.charToGlyph for name in (font, OTHER))
    pieces: list[tuple[str, str]] = []
    for letter in text:
        used = font if ord(letter) in known else OTHER
        drawn = letter if ord(letter) in known or ord(letter) in other else NO_GLYPH
        if pieces and pieces[-1][0] == used:
            pieces[-1] = (used, pieces[-1][1] + drawn)
        else:
            pieces.append((used, drawn))
    return tuple(pieces)


@lru_cache(MEASURED)
def width_of(text: str, font: str, size: float) -> float:
    """Points that a line of text takes."""
    from reportlab.pdfbase import pdfmetrics

    return sum(float(pdfmetrics.stringWidth(piece, used, size)) for used, piece in runs(text, font))


def draw(canvas: Any, x: float, y: float, text: str, font: str, size: float) -> None:
    """Draw one line with its baseline at y (points from the bottom left)."""
    line = canvas.beginText(x, y)
    for used, piece in runs(text, font):
        line.setFont(used, size)
        line.textOut(piece)
    canvas.drawText(line)


def wrap(text: str, font: str, size: float, width: float) -> list[str]:
    """The lines of a text in a column of `width` points; a word wider than the column is broken."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}" if line else word
            if width_of(longer, font, size) <= width:
                line = longer
                continue
            if line:
                lines.append(line)
            *broken, line = _break(word, font, size, width)
            lines += broken
        lines.append(line)
    return lines


def _break(word: str, font: str, size: float, width: float) -> list[str]:
    parts = [""]
    for letter in word:
        if parts[-1] and width_of(parts[-1] + letter, font, size) > width:
            parts.append("")
        parts[-1] += letter
    return parts


def shown(text: str, font: str = REGULAR) -> str:
    """The text as it will be seen: NO_GLYPH for each character that no font has."""
    return "\n".join("".join(piece for _, piece in runs(line, font)) for line in text.split("\n"))
