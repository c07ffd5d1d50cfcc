"""The picture of the course: a strip for each measure over one time line, toxin sessions, therapies, and their table.

Shapes and words carry the meaning, never a colour: the page must read as well after a black-and-white fax.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from packetgen import typeset
from packetgen.chart import words
from packetgen.chart.model import Chart, Fact
from packetgen.documents.model import Box
from packetgen.extraction.model import Evidence, Therapy
from packetgen.letters.model import LetterLink
from packetgen.packet.course import Course, Point, Series, course_of, middle, span, told_therapies
from packetgen.packet.drawing import BLUE, FLOOR, GREY, INK, LEADING, LINE, MARGIN, SMALL, say, table_head, tag
from packetgen.packet.drawing import rule as draw_rule
from packetgen.packet.model import Insert
from packetgen.packet.sheet import LETTER
from packetgen.typeset import BOLD, REGULAR

TITLE = "Course of treatment"
TELLS = "As the exhibits tell it; each point and therapy is listed with its page. Bars: when a therapy was taken."
LEFT, RIGHT = MARGIN + 30, LETTER[0] - MARGIN - 12
STRIP, LANE, LANES = 104.0, 20.0, 8
RADIUS = 3.2
MOST_TICKS = 11
CITED = 3  # exhibit pages of one row
POINT_COLUMNS = (88.0, 160.0, 64.0, 120.0, 84.0)  # when, what, value, how, exhibit
THERAPY_COLUMNS = (128.0, 62.0, 96.0, 146.0, 84.0)  # drug, dose, taken, outcome, exhibit


@dataclass(slots=True)
class _Paper:
    """The pages being drawn: where the next line goes, and the links so far."""

    canvas: Any
    y: float = LETTER[1] - MARGIN - 20
    page: int = 1
    links: list[LetterLink] = field(default_factory=list)

    def room(self, height: float) -> bool:
        """Turn the page unless there is room; whether it was turned."""
        if self.y - height >= FLOOR:
            return False
        self.canvas.showPage()
        self.page += 1
        self.y = LETTER[1] - MARGIN - 20
        return True


def draw_course(chart: Chart, folder: Path) -> Insert | None:
    """Draw the course into folder/course.pdf; None when the chart gives neither a course nor a therapy."""
    course, therapies = course_of(chart), told_therapies(chart)
    drawn = course.panels or course.sessions or len(course.therapies) > 1
    if not (drawn or therapies):
        return None
    pdf = folder / "course.pdf"
    paper = _Paper(typeset.new_canvas(str(pdf)))
    with tag(paper.canvas, "H1"):
        say(paper.canvas, MARGIN, paper.y, TITLE, BOLD, 15, BLUE)
    paper.y -= 14
    with tag(paper.canvas, "P"):
        say(paper.canvas, MARGIN, paper.y, TELLS, REGULAR, 9, GREY)
    paper.y -= 14
    if drawn:
        with tag(paper.canvas, "Figure", alt=_in_words(course)):
            _picture(paper, course)
    if therapies:
        _therapies(paper, therapies)
    if drawn:
        _points(paper, course)
    paper.canvas.save()
    return Insert(TITLE, pdf, tuple(paper.links), for_the_sheet=True)


def _in_words(course: Course) -> str:
    """What the picture shows, for those who do not see it."""
    measures = [series.name for panel in course.panels for series in panel]
    sessions = [f"{len(course.sessions)} toxin treatments"] if course.sessions else []
    therapies = [f"{len(course.therapies)} therapies"] if course.therapies else []
    return f"Time line of {', '.join([*measures, *sessions, *therapies])}. The tables after it hold all that it shows."


def _picture(paper: _Paper, course: Course) -> None:
    """The strips, the lanes of therapies, and the time line below them."""
    axis = _time_axis(course.dates)
    top = paper.y - (16 if course.sessions else 4)
    y = top
    for panel in course.panels:
        _strip(paper.canvas, panel, axis, y)
        y -= STRIP
    y = _lanes(paper.canvas, course.therapies[-LANES:], axis, y)
    if course.sessions:
        _sessions(paper.canvas, course, axis, top, y)
    _time_line(paper.canvas, course.dates, axis, top, y)
    paper.y = y - 34


def _time_axis(dates: Sequence[date]) -> Callable[[date], float]:
    """Where a day stands from left to right; a month of room at both ends."""
    first, last = min(dates).toordinal() - 20, max(dates).toordinal() + 20
    return lambda day: LEFT + (day.toordinal() - first) / (last - first) * (RIGHT - LEFT)


def _strip(canvas: Any, panel: Sequence[Series], axis: Callable[[date], float], top: float) -> None:
    """One measure, or two that share a scale: a filled dot for the first, an open square for the second."""
    x = LEFT
    for index, series in enumerate(panel):
        _shape(canvas, index, x + 4, top - 7)
        say(canvas, x + 12, top - 10, series.name, BOLD, SMALL, INK)
        x += 12 + typeset.width_of(series.name, BOLD, SMALL) + 20
    floor, ceiling = top - STRIP + 14, top - 30
    most = max(point.high for series in panel for point in series.points)
    least = min(point.low for series in panel for point in series.points)
    step = _round_step(most)
    low = 0.0 if least < 0.6 * most else step * (least // step)
    high = max(step * -(-most // step), low + step)

    def level(value: float) -> float:
        return floor + (value - low) / (high - low) * (ceiling - floor)

    value = low
    while value <= high + step / 100:
        canvas.setStrokeColor(LINE)
        canvas.setLineWidth(0.4)
        canvas.line(LEFT, level(value), RIGHT, level(value))
        text = f"{value:g}"
        say(canvas, LEFT - 6 - typeset.width_of(text, REGULAR, 7.5), level(value) - 2.6, text, REGULAR, 7.5, INK)
        value += step
    for index, series in enumerate(panel):
        _line(canvas, index, series, axis, level)


def _round_step(most: float) -> float:
    """A step of 1, 2 or 5 times a power of ten that makes three to six lines."""
    size = 1.0
    while True:
        for step in (size, 2 * size, 5 * size):
            if most <= 4 * step:
                return step
        size *= 10


def _line(
    canvas: Any, index: int, series: Series, axis: Callable[[date], float], level: Callable[[float], float]
) -> None:
    places = [(axis(middle(p.on)) if p.on else LEFT + 6, level((p.low + p.high) / 2), p) for p in series.points]
    canvas.setStrokeColor(INK)
    canvas.setLineWidth(1.1)
    canvas.setDash(3, 2) if index else canvas.setDash()
    for (x0, y0, _), (x1, y1, _) in pairwise(place for place in places if place[2].on):
        canvas.line(x0, y0, x1, y1)
    canvas.setDash()
    free = RIGHT + 100.0
    for x, y, point in reversed(places):  # the newest value is always written
        if point.high > point.low:
            canvas.line(x, level(point.low), x, level(point.high))
        _shape(canvas, index, x, y)
        text = _value(point)
        if not point.on:
            say(canvas, x + 6, y - 2.6, f"{text} before treatment", BOLD, 8, INK)
            continue
        half = typeset.width_of(text, BOLD, 8) / 2
        if x + half < free:
            say(canvas, x - half, y + 6 if index == 0 else y - 13, text, BOLD, 8, INK)
            free = x - half - 2


def _shape(canvas: Any, index: int, x: float, y: float) -> None:
    canvas.setStrokeColor(INK)
    canvas.setLineWidth(1.1)
    if index == 0:
        canvas.setFillColor(INK)
        canvas.circle(x, y, RADIUS, stroke=0, fill=1)
    else:
        canvas.setFillColor("#ffffff")
        canvas.rect(x - RADIUS + 0.4, y - RADIUS + 0.4, 2 * RADIUS - 0.8, 2 * RADIUS - 0.8, stroke=1, fill=1)


def _lanes(canvas: Any, facts: Sequence[Fact[Therapy]], axis: Callable[[date], float], top: float) -> float:
    """A bar for each therapy from start to stop, open to the right while it is taken; returns the lowest edge."""
    y = top
    for fact in facts:
        value = fact.value
        y -= LANE
        start = axis(span(value.start or "")[0])
        stop = axis(span(value.stop)[1]) if value.stop else RIGHT
        canvas.setFillColor(INK)
        canvas.rect(start, y + 1, max(stop - start, 2), 5, stroke=0, fill=1)
        ends = words.STATUS.get(value.status, value.status.replace("_", " ")).lower()
        text = " ".join(part for part in (value.drug, words.dose(value)) if part) + f" · {ends}"
        left = min(start, RIGHT - typeset.width_of(text, REGULAR, 7.8))
        say(canvas, left, y + 9, text, REGULAR, 7.8, INK)
    return y - 6


def _sessions(canvas: Any, course: Course, axis: Callable[[date], float], top: float, bottom: float) -> None:
    """A dashed line down from each toxin session, its units on top; units of one product are not another's."""
    last = -100.0
    for session in course.sessions:
        x = axis(middle(session.value.date or ""))
        canvas.setStrokeColor(INK)
        canvas.setLineWidth(0.7)
        canvas.setDash(1, 2)
        canvas.line(x, top, x, bottom)
        canvas.setDash()
        text = f"{session.value.units or 0:g} U"
        half = typeset.width_of(text, BOLD, 7.8) / 2
        if x - half > last + 2:
            say(canvas, x - half, top + 4, text, BOLD, 7.8, INK)
            last = x + half


def _time_line(canvas: Any, dates: Sequence[date], axis: Callable[[date], float], top: float, bottom: float) -> None:
    """Ticks at months, quarters or years, whatever leaves room for their names."""
    canvas.setStrokeColor(INK)
    canvas.setLineWidth(0.8)
    canvas.line(LEFT, bottom, RIGHT, bottom)
    months = (max(dates) - min(dates)).days / 30.4
    every = next((n for n in (1, 3, 6, 12, 24, 60) if months / n <= MOST_TICKS), 120)
    year, month = min(dates).year, 1
    while (day := date(year, month, 1)) <= max(dates):
        if axis(day) >= LEFT:
            x = axis(day)
            canvas.line(x, bottom, x, bottom - 4)
            text = str(year) if every >= 12 else f"{month:02}/{year}"
            say(canvas, x - typeset.width_of(text, REGULAR, 7.5) / 2, bottom - 13, text, REGULAR, 7.5, INK)
        year, month = year + (month + every - 1) // 12, (month + every - 1) % 12 + 1


def _value(point: Point) -> str:
    return f"{point.low:g}" if point.low == point.high else f"{point.low:g}–{point.high:g}"


def _points(paper: _Paper, course: Course) -> None:
    """Every point of the picture with the page it was read on."""
    rows = [
        ((words.day(point.on) if point.on else "Before treatment", series.name, _value(point), point.how), point.places)
        for panel in course.panels
        for series in panel
        for point in series.points
    ]
    rows += [
        (
            (words.day(s.value.date or ""), f"{s.value.product} given", f"{s.value.units or 0:g} units", "stated"),
            s.evidence,
        )
        for s in course.sessions
    ]
    if not rows:
        return
    _table(paper, "Where the points were read", ("When", "What", "Value", "How", "Exhibit"), POINT_COLUMNS, rows)


def _therapies(paper: _Paper, facts: Sequence[Fact[Therapy]]) -> None:
    rows = []
    for fact in facts:
        value = fact.value
        ended = words.STATUS.get(value.status, words.capital(value.status.replace("_", " ")))
        outcome = f"{ended}: “{value.reason}”" if value.reason else ended
        drug = f"{words.capital(value.drug)} ({words.drug_class(value)})"
        rows.append(((drug, words.dose(value), words.duration(value), outcome), words.telling(fact)))
    heads = ("Therapy and class", "Dose", "Taken", "Outcome, in the chart’s words", "Exhibit")
    _table(paper, "Therapies", heads, THERAPY_COLUMNS, rows)


def _table(
    paper: _Paper,
    title: str,
    heads: tuple[str, ...],
    columns: tuple[float, ...],
    rows: Sequence[tuple[tuple[str, ...], tuple[Evidence, ...]]],
) -> None:
    """A table whose last column links to where its row was read; the head is said again on a new page."""
    paper.room(80)
    with tag(paper.canvas, "H2"):
        say(paper.canvas, MARGIN, paper.y, title, BOLD, 11, BLUE)
    paper.y = table_head(paper.canvas, paper.y - 6, heads, columns)
    for number, (cells, places) in enumerate(rows, 1):
        lines = [typeset.wrap(cell, REGULAR, SMALL, width - 8) for cell, width in zip(cells, columns, strict=False)]
        cited = list(dict.fromkeys(place.exhibit_page for place in places))[:CITED]
        height = max(*map(len, lines), len(cited)) * LEADING + 6
        if paper.room(height):
            paper.y = table_head(paper.canvas, paper.y, heads, columns)
        _row(paper, number, lines, cited, columns)
        paper.y -= height
        draw_rule(paper.canvas, paper.y, 0.5)
    paper.y -= 24


def _row(
    paper: _Paper, number: int, lines: Sequence[Sequence[str]], cited: Sequence[str], columns: Sequence[float]
) -> None:
    x, first = MARGIN + 4, paper.y - LEADING + 1
    for texts, width in zip(lines, columns, strict=False):
        with tag(paper.canvas, "TD", number):
            for index, text in enumerate(texts):
                say(paper.canvas, x, first - index * LEADING, text, REGULAR, SMALL, INK)
        x += width
    with tag(paper.canvas, "TD", number):
        _cite(paper, cited, x, first)


def _cite(paper: _Paper, cited: Sequence[str], x: float, first: float) -> None:
    """The exhibit pages of a row, one below another, each a link."""
    for index, page in enumerate(cited):
        y = first - index * LEADING
        text = f"Ex. {page}"
        width = typeset.width_of(text, REGULAR, SMALL)
        say(paper.canvas, x, y, text, REGULAR, SMALL, BLUE)
        paper.canvas.setStrokeColor(BLUE)
        paper.canvas.setLineWidth(0.4)
        paper.canvas.line(x, y - 1.6, x + width, y - 1.6)
        paper.links.append(
            LetterLink(paper.page, Box(x - 1, LETTER[1] - y - 9, x + width + 1, LETTER[1] - y + 3), page)
        )
