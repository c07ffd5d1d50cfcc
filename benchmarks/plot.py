"""A picture of the benchmarks as SVG: how long others take for the same, and how time grows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from reportlab.graphics import renderSVG
from reportlab.graphics.shapes import Drawing, Line, PolyLine, Rect, String
from reportlab.lib.colors import HexColor

WIDTH, HEIGHT, ROW = 760, 300, 44
OURS, OTHERS, GREY = HexColor("#1f5f8b"), HexColor("#b8b8b8"), HexColor("#555555")
LEFT, BARS, LINES = 10, 150, 440  # where titles, bars and the second picture begin


def draw(target: Path, pairs: Mapping[str, tuple[float, float]], growth: Mapping[str, Mapping[int, float]]) -> None:
    """pairs: seconds of packetgen and of the other, by title; growth: seconds by number, by what is counted."""
    picture = Drawing(WIDTH, HEIGHT)
    _words(picture, LEFT, HEIGHT - 18, "Seconds: packetgen (blue) and others (grey)", 11)
    longest = max(max(pair) for pair in pairs.values())
    for row, (title, pair) in enumerate(pairs.items()):
        top = HEIGHT - 48 - ROW * row
        _words(picture, LEFT, top - 8, title, 9)
        for step, (took, colour) in enumerate(zip(pair, (OURS, OTHERS), strict=True)):
            length = max(1.0, 210 * took / longest)
            picture.add(Rect(BARS, top - 14 * step, length, 11, fillColor=colour, strokeColor=None))
            _words(picture, BARS + length + 4, top - 14 * step + 2, f"{took:.2g}", 8)
    _words(picture, LINES, HEIGHT - 18, "Seconds of a first build by pages, and of a batch by cases", 11)
    _grow(picture, growth)
    renderSVG.drawToFile(picture, str(target))


def _grow(picture: Drawing, growth: Mapping[str, Mapping[int, float]]) -> None:
    """Lines on two logarithmic axes, both with one step for each power of ten."""
    points = [(number, took) for line in growth.values() for number, took in line.items()]
    right = math.ceil(math.log10(max(number for number, _ in points)) or 1)
    low = math.floor(math.log10(min(took for _, took in points)))
    high = math.ceil(math.log10(max(took for _, took in points)))
    x0, y0, wide, tall = LINES + 30, 40, 250, HEIGHT - 90

    def at(number: float, took: float) -> tuple[float, float]:
        return x0 + wide * math.log10(number) / right, y0 + tall * (math.log10(took) - low) / (high - low)

    for power in range(right + 1):
        x, _ = at(10**power, 10**low)
        picture.add(Line(x, y0, x, y0 + tall, strokeColor=OTHERS, strokeWidth=0.4))
        _words(picture, x - 6, y0 - 14, f"{10**power:,}", 8)
    for power in range(low, high + 1):
        _, y = at(1, 10**power)
        picture.add(Line(x0, y, x0 + wide, y, strokeColor=OTHERS, strokeWidth=0.4))
        _words(picture, x0 - 28, y - 3, f"{10**power:g}", 8)
    for colour, (what, line) in zip((OURS, HexColor("#c05a1c")), growth.items(), strict=False):
        places = [at(number, took) for number, took in sorted(line.items())]
        picture.add(PolyLine([place for point in places for place in point], strokeColor=colour, strokeWidth=1.6))
        for x, y in places:
            picture.add(Rect(x - 2, y - 2, 4, 4, fillColor=colour, strokeColor=None))
        _words(picture, places[-1][0] - 30, places[-1][1] + 7, what, 9)


def _words(picture: Drawing, x: float, y: float, text: str, size: float) -> None:
    picture.add(String(x, y, text, fontName="Helvetica", fontSize=size, fillColor=GREY))
