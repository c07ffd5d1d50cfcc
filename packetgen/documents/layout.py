"""Words to lines: by geometry, so that a table row is one line, also on a page scanned askew."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median

from packetgen.documents.model import Line, Word


def lines_of(words: Iterable[Word], skew: float = 0.0) -> tuple[Line, ...]:
    """Group words into lines, top to bottom, each left to right.

    skew: degrees by which the print runs downhill to the right (negative: uphill).
    Words belong to one line when their middles, after skew is taken out, lie within half a word's height.
    """
    slope = math.tan(math.radians(skew))

    def middle(word: Word) -> float:
        return (word.box.top + word.box.bottom) / 2 - slope * word.box.x0

    rows: list[list[Word]] = []
    for word in sorted(words, key=middle):
        if rows and middle(word) - median(middle(w) for w in rows[-1]) < 0.5 * _height(rows[-1]):
            rows[-1].append(word)
        else:
            rows.append([word])
    return tuple(Line(tuple(sorted(row, key=lambda word: word.box.x0))) for row in rows)


def _height(row: Sequence[Word]) -> float:
    return max(median(word.box.height for word in row), 4.0)


def skew_of(rows: Iterable[Sequence[Word]]) -> float:
    """Skew in degrees, from words already known to stand on one line each (an OCR engine's lines)."""
    angles = []
    for row in rows:
        first, last = row[0].box, row[-1].box
        run = last.x0 - first.x0
        if run > 100:
            angles.append(math.degrees(math.atan2(last.bottom - first.bottom, run)))
    return median(angles) if angles else 0.0


GUTTER = 12.0  # points: the least width of the white between two columns of prose
LEAST_ROWS = 8
FULL = 0.7  # of a column's width that its lines fill, as prose does and the cells of a table do not
LEAST_WORDS = 4  # a line of a column


def in_columns(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Lines of a page in reading order: where prose stands in two columns, the left column before the right.

    A table is left as it is: its cells are short, and its rows are to be read across.
    """
    for start in range(len(lines)):
        gutter, end = _gutter(lines, start)
        if end - start >= LEAST_ROWS and _is_prose(lines[start:end], gutter):
            left = (Line(tuple(w for w in line.words if w.box.x1 <= gutter)) for line in lines[start:end])
            right = (Line(tuple(w for w in line.words if w.box.x1 > gutter)) for line in lines[start:end])
            columns = [line for line in (*left, *right) if line.words]
            return (*lines[:start], *columns, *in_columns(lines[end:]))
    return tuple(lines)


def _gutter(lines: Sequence[Line], start: int) -> tuple[float, int]:
    """The middle of the white stripe that begins at line `start` and runs furthest, and the line where it ends."""
    best = (0.0, start)
    for before, after in pairwise(lines[start].words):
        left, right = before.box.x1, after.box.x0
        middle = (left + right) / 2
        end = start
        for line in lines[start:]:
            left = max([left, *(word.box.x1 for word in line.words if word.box.x1 <= middle)])
            right = min([right, *(word.box.x0 for word in line.words if word.box.x0 >= middle)])
            crossed = any(word.box.x0 < middle < word.box.x1 for word in line.words)
            if crossed or right - left < GUTTER:
                break
            end += 1
        if end > best[1]:
            best = (middle, end)
    return best


def _is_prose(lines: Sequence[Line], gutter: float) -> bool:
    sides = [
        [[w for w in line.words if (w.box.x1 <= gutter) == is_left] for line in lines] for is_left in (True, False)
    ]
    for side in sides:
        filled = [words for words in side if words]
        if len(filled) < LEAST_ROWS:
            return False
        width = max(w[-1].box.x1 for w in filled) - min(w[0].box.x0 for w in filled)
        written = [sum(any(letter.isalpha() for letter in word.text) for word in words) for words in filled]
        if median(w[-1].box.x1 - w[0].box.x0 for w in filled) < FULL * width or median(written) < LEAST_WORDS:
            return False
    return True
