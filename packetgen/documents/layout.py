"""Words to lines: by geometry, so that a table row is one line, also on a page scanned askew."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
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
