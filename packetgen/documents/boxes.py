"""Check boxes on a scanned page: small drawn squares, empty or marked, found by the four lines around them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from packetgen.documents.model import Box, Word
from packetgen.documents.tables import runs
from packetgen.documents.textlayer import INSET, LARGEST_BOX, LEAST_BOX, dark_share

INK = 0.58  # of the paper's brightness: what is darker is ink
BLACK, TOUCHED, WHITE = 0, 128, 255
SIDE = 0.95  # share of a side's length that must be drawn: a letter's sides are curved or short
BESIDE = 0.4  # share of it that may have ink beside it: the end of a tick
LINE = 3  # points of the picture: the thickness of a side, and how far it may wander when the page lies askew
THICK = 4  # points of the picture by which two sides may differ
EMPTY, HALF, MARKED = 0.03, 0.06, 0.1  # of the inside that is dark
SOLID = 0.9  # of it: a bullet, or a box that was filled in
DOUBTFUL, CLEAR = 50.0, 95.0  # confidence 0-100 of a box between empty and marked, and of any other


def without_check_boxes(picture: Any, dpi: int) -> tuple[Any, tuple[Word, ...]]:
    """A page's grey picture with its check boxes wiped off, and these as words "☐" and "☒".

    OCR reads a box as a letter, or as a part of the word beside it. A box whose mark is no clear one is given the low
    confidence that asks for a person.
    """
    scale = dpi / 72
    paper = _paper(picture)
    ink = picture.point(lambda level: BLACK if level < INK * paper else WHITE)
    squares = tuple(_squares(ink, round(LEAST_BOX * scale), round(LARGEST_BOX * scale)))
    shares = [_inside(ink, square) for square in squares]
    if all(share > SOLID for share in shares):
        return picture, ()  # bullets
    wiped = picture.copy()
    words = []
    for (left, top, right, bottom), dark in zip(squares, shares, strict=True):
        _wipe(wiped, ink, (left, top, right, bottom))
        box = Box(left / scale, top / scale, right / scale, bottom / scale)
        words.append(Word("☒" if dark > HALF else "☐", box, DOUBTFUL if EMPTY < dark < MARKED else CLEAR))
    return wiped, tuple(words)


def _wipe(picture: Any, ink: Any, square: tuple[int, int, int, int]) -> None:
    """Take a box off the picture, and the end of a tick that leaves it: OCR reads one as a quotation mark."""
    from PIL import ImageDraw, ImageFilter

    left, top, right, bottom = square
    side = right - left
    around = (max(0, left - THICK), max(0, top - side), right + side // 2, bottom + 2 * THICK)
    piece = ink.crop(around)
    x0, y0 = left - around[0], top - around[1]
    for x in range(x0, x0 + side):
        for y in (y0, y0 + 1, y0 + 2):
            if piece.getpixel((x, y)) == BLACK:
                ImageDraw.floodfill(piece, (x, y), TOUCHED)
    ImageDraw.Draw(piece).rectangle((0, y0, x0 + side, y0 + side), fill=TOUCHED)
    mask = piece.point(lambda level: WHITE if level == TOUCHED else BLACK).filter(ImageFilter.MaxFilter(5))
    picture.paste(_paper(picture.crop(around)), around[:2], mask)


def _paper(picture: Any) -> int:
    """The most common grey."""
    counts = picture.histogram()
    return int(counts.index(max(counts)))


def _inside(ink: Any, square: tuple[int, int, int, int]) -> float:
    """Share of a square's inside that is dark."""
    left, top, right, bottom = square
    inset = INSET * (right - left)
    return dark_share(ink, Box(left + inset, top + inset, right - inset, bottom - inset), 1.0)


def _squares(ink: Any, least: int, most: int) -> Iterator[tuple[int, int, int, int]]:
    """Left, top, right and bottom of drawn squares with sides of `least` to `most` points of the picture."""
    from PIL import ImageChops

    thick = ImageChops.darker(ink, ImageChops.offset(ink, 0, 1))  # a thin line that lies askew stays one run
    width = thick.width
    dark = thick.point(lambda level: 1 if level == BLACK else 0).tobytes()
    lines: list[tuple[int, int, int]] = []
    found: list[tuple[int, int, int, int]] = []
    for row, left, right in runs(dark, width, least, most + THICK):
        lines = [line for line in lines if row - line[0] <= most + THICK]
        wander = max(2, (right - left) // 10) + 1
        tops = (
            top
            for top, x0, x1 in lines
            if max(abs(x0 - left), abs(x1 - right), abs(row - top - (right - left))) <= wander
        )
        square = (left, next(tops, row), right, row)
        lines.append((row, left, right))
        if square[1] == row or any(abs(left - x0) <= THICK and abs(row - y1) <= THICK for x0, _, _, y1 in found):
            continue
        if _is_box(dark, width, square):
            found.append(square)
    yield from found


def _is_box(dark: bytes, width: int, square: tuple[int, int, int, int]) -> bool:
    """Whether lines run down both sides, with white beside and above them: round letters bulge there."""
    left, top, right, bottom = square
    inset = (bottom - top) // 5

    def share(first: int, last: int, inset: int = 0) -> float:
        """Of the rows, how many are dark somewhere in columns first to last."""
        columns = slice(max(0, first), min(width, last + 1))
        rows = range(top + inset, bottom - inset)
        return sum(1 in dark[y * width + columns.start : y * width + columns.stop] for y in rows) / max(1, len(rows))

    above = max(0, top - 2) * width
    if sum(dark[above + left + inset : above + right - inset]) > BESIDE * (right - left - 2 * inset):
        return False
    for y in (max(0, top - 2 * LINE), min(len(dark) // width - 1, bottom + 3 * LINE)):
        if all(1 in dark[y * width + x : y * width + x + 2 * LINE] for x in (left, right - 2 * LINE)):
            return False  # one half of an 8
    drawn = min(share(left, left + LINE), share(right - 1 - LINE, right - 1))
    return drawn >= SIDE and max(share(left - 4, left - 2, inset), share(right + 1, right + 3, inset)) <= BESIDE
