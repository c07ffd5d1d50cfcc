"""Filled questionnaires: points of each question, in lines, lists and ticks. They count when they make the total."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from packetgen.documents.text import PageText
from packetgen.extraction.dates import DATE, dates_in, iso
from packetgen.extraction.grid import tables_of
from packetgen.extraction.model import Finding, Score
from packetgen.extraction.place import evidence, lines_of
from packetgen.extraction.score_tables import instrument_at, written
from packetgen.extraction.vocabulary import Instrument

FORM = 2500  # characters of a page that a questionnaire takes
ITEM = re.compile(
    r"^[ |]*(?:Q|item[ ]?|#)?(?P<item>\d{1,2}|[AB])(?:[ ]?[.):|-]+(?=[ ])|(?=[ ]{1,4}[A-Za-z]))[ ]*(?=\S)",
    re.MULTILINE | re.IGNORECASE,
)
ENDS = re.compile(
    r"(?:[ ]{2,}|[?:=.|][ ]+|_+[ ]?|[ .]{2})(?P<value>\d{1,2})[ ]?_*(?:[ ]+days?)?[ |]*$", re.MULTILINE | re.IGNORECASE
)
ALONE = re.compile(r"(?:^|\s)(?P<value>\d{1,2})_*(?:[ ]+days?)?[ |]*$", re.IGNORECASE)
IN_A_LINE = re.compile(r"\b(?:q|item[ ]?)?(?P<item>\d{1,2}|[AB])[ ]?[:=][ ]?(?P<value>\d{1,2})\b", re.IGNORECASE)
SPACED = re.compile(r"\bq(?P<item>\d{1,2})[ ]+(?P<value>\d{1,2})\b", re.IGNORECASE)
COLUMN_ITEM = re.compile(r"(?:Q|item[ ]?)?(?P<item>\d{1,2}|[AB])[.):]?(?=[ ]|$)", re.IGNORECASE)
LIST = re.compile(r"(?<![\d./-])\d{1,2}(?:[ ]?[,/+;][ ]?\d{1,2}){4,11}(?![\d./-])")
LIST_WITHIN = 120  # characters after an instrument's name
BESIDE = re.compile(r"\bA[ :=]*(?:is |was )?(?P<A>\d{1,2})\b\W{1,4}(?:and )?B[ :=]*(?:is |was )?(?P<B>\d{1,2})\b")
TOTAL = re.compile(r"\b(?:total|sum|score)\b|=", re.IGNORECASE)
GRADE = re.compile(r"\bgrade:?[ ]*(?P<grade>IV|III|II|I)\b", re.IGNORECASE)
TICK = re.compile(r"(?<!\S)[Xx✓✔☒]{1,2}(?!\S)")
DATED = re.compile(r"\bdate[ :]*", re.IGNORECASE)
DATED_WITHIN = 200
LEAST_OFFERED = 3  # answers on a line that offers a choice

Points = dict[str, float]


def find_questionnaires(page: PageText) -> Iterator[Finding]:
    """Each instrument with numbered questions whose points a page tells in full."""
    yield from _in_columns(page)
    for instrument, pattern in written():
        for title in pattern.finditer(page.text) if instrument.items else ():
            stop = _next_title(page.text, instrument, title.end())
            found = next(
                (
                    (points, end)
                    for reader in (_by_line, _in_a_line, _in_a_list, _by_ticks)
                    for points, end in [reader(instrument, page.text, title.end(), stop)]
                    if _is_whole(instrument, points) and _is_stated(instrument, page.text[title.start() : stop], points)
                ),
                None,
            )
            if found:
                yield _finding(page, instrument, title.start(), *found)
                break


def _in_columns(page: PageText) -> Iterator[Finding]:
    """A row a question and a column a date, below the instrument's name, with a row of totals."""
    for table in tables_of(page):
        told: dict[tuple[str, tuple[str, ...]], Points] = {}
        for row in table.rows:
            about = (
                instrument_at(row.group) or instrument_at(table.corner) or instrument_at(table.above.split("\n")[-1])
            )
            item = COLUMN_ITEM.match(row.label.text)
            name = item["item"].upper() if item else "total" if TOTAL.match(row.label.text) else None
            for cell in row.values if about and about.items and len(row.values) > 1 else ():
                if about and name and cell.text.isdigit() and cell.number is not None:
                    told.setdefault((about.instrument, cell.heads), {}).setdefault(name, cell.number)
        for (name, heads), points in told.items():
            instrument = next(i for i, _ in written() if i.instrument == name)
            if _is_whole(instrument, points) and points.get("total") == _sum(instrument, points):
                day = next((day for _, _, day in dates_in(" ".join(heads))), None)
                yield _finding(page, instrument, table.start, points, table.end, day)


def _next_title(text: str, instrument: Instrument, after: int) -> int:
    """Where the questionnaire ends at the latest: at the next one's name on a line's beginning."""
    stop = min(len(text), after + FORM)
    for other, pattern in written():
        if other.items and other is not instrument:
            line = re.compile(rf"^[ ]*{pattern.pattern}", re.IGNORECASE | re.MULTILINE).search(text, after, stop)
            stop = line.start() if line else stop
    return stop


def _is_whole(instrument: Instrument, points: Points) -> bool:
    return all(str(number) in points for number in range(1, instrument.items + 1))


def _sum(instrument: Instrument, points: Points) -> float:
    return sum(points[str(number)] for number in range(1, instrument.items + 1))


def _is_stated(instrument: Instrument, body: str, points: Points) -> bool:
    """Whether a line that speaks of a total, or of the instrument, has the sum."""
    total = rf"(?<![\d.]){_sum(instrument, points):g}(?![\d.]*\d)"
    names = "|".join(instrument.names)
    return any(
        re.search(total, line) and (TOTAL.search(line) or re.search(names, line, re.IGNORECASE))
        for line, _ in lines_of(body)
    )


def _finding(
    page: PageText, instrument: Instrument, start: int, points: Points, end: int, day: str | None = None
) -> Finding:
    order = [*(str(number) for number in range(1, instrument.items + 1)), *instrument.beside]
    parts = tuple((f"q{item}" if item.isdigit() else item, points[item]) for item in order if item in points)
    grade = GRADE.search(page.text, start, min(len(page.text), end + DATED_WITHIN))
    label = DATED.search(page.text, end, end + DATED_WITHIN)
    dated = DATE.match(page.text, label.end()) if label else None
    score = Score(
        instrument.instrument,
        _sum(instrument, points),
        parts,
        grade["grade"].upper() if grade else None,
        day or (iso(dated) if dated else None),
    )
    return Finding(score, "present", (evidence(page, start, end, "score_items"),), score.date)


def _by_line(instrument: Instrument, text: str, start: int, stop: int) -> tuple[Points, int]:
    """Numbered lines that end with their points or their answer; a question may take several lines."""
    points: Points = {}
    end = start
    starts = [m for m in ITEM.finditer(text, start, stop) if _is_item(instrument, m["item"])]
    for match, after in pairwise([*starts, None]):
        if match is None:
            break
        item = match["item"].upper()
        last = after.start() if after else stop
        value, at = _answer(instrument, text, match.end(), last, beside=not item.isdigit())
        if value is not None and item not in points:
            points[item], end = value, max(end, at)
    return points, end


def _is_item(instrument: Instrument, item: str) -> bool:
    return item.upper() in instrument.beside or (item.isdigit() and 1 <= int(item) <= instrument.items)


def _answer(instrument: Instrument, text: str, start: int, stop: int, *, beside: bool) -> tuple[float | None, int]:
    """The points at the end of a question's first line that has some, and their end."""
    for line, offset in lines_of(text[start:stop]):
        if start + offset > start and TOTAL.search(line):
            break  # the total below the last question
        ends = ENDS.search(line) or (ALONE.search(line) if offset == 0 else None)
        if ends:
            return float(ends["value"]), start + offset + ends.end()
        said = _said(instrument, line) if instrument.answers and not beside else None
        if said:
            return float(instrument.answers[" ".join(said["answer"].lower().split())]), start + offset + said.end()
    return None, start


@cache
def _pattern_of(answers: tuple[str, ...]) -> re.Pattern[str]:
    ways = "|".join(r"\s+".join(map(re.escape, answer.split())) for answer in sorted(answers, key=len, reverse=True))
    return re.compile(rf"(?:[ ]{{2,}}|[?:=.…-][ ]*|\[)(?P<answer>{ways})\]?\W*$", re.IGNORECASE)


def _answers(instrument: Instrument) -> re.Pattern[str]:
    """An answer in words at the end of a line."""
    return _pattern_of(tuple(instrument.answers))


def _said(instrument: Instrument, line: str) -> re.Match[str] | None:
    """The answer at the end of a line; of a line that offers several, the one that is circled or ticked."""
    offered, marked = _marks(tuple(instrument.answers))
    if len(offered.findall(line)) < LEAST_OFFERED:
        return _answers(instrument).search(line)
    found = list(marked.finditer(line))
    return found[0] if len(found) == 1 else None


@cache
def _marks(answers: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Any of the answers, and one with a mark around it or a tick before it."""
    ways = "|".join(r"\s+".join(map(re.escape, answer.split())) for answer in sorted(answers, key=len, reverse=True))
    marked = rf"(?:\*+|\(|<+|>+|\[|(?:\[[x✓]\]|\([x✓]\)|☒|☑|●|◉))[ ]?(?P<answer>{ways})\b"
    return re.compile(rf"\b(?:{ways})\b", re.IGNORECASE), re.compile(marked, re.IGNORECASE)


def _in_a_line(instrument: Instrument, text: str, start: int, stop: int) -> tuple[Points, int]:
    """ "Q1=12 Q2=20 …" and "q1 3   q2 3 …"."""
    points: Points = {}
    end = start
    for match in sorted(
        (*IN_A_LINE.finditer(text, start, stop), *SPACED.finditer(text, start, stop)), key=lambda m: m.start()
    ):
        if _is_item(instrument, match["item"]) and match["item"].upper() not in points:
            points[match["item"].upper()] = float(match["value"])
            end = match.end()
    return points, end


def _in_a_list(instrument: Instrument, text: str, start: int, stop: int) -> tuple[Points, int]:
    """ "10, 12, 8, 9, 6 = 45. A 50, B 8": as many numbers as the instrument has questions."""
    for match in LIST.finditer(text, start, min(stop, start + LIST_WITHIN)):
        numbers = [float(number) for number in re.findall(r"\d+", match.group(0))]
        if len(numbers) == instrument.items:
            points = {str(item): value for item, value in enumerate(numbers, 1)}
            beside = (
                BESIDE.search(text, match.end(), min(stop, match.end() + LIST_WITHIN)) if instrument.beside else None
            )
            if beside:
                points |= {name: float(beside[name]) for name in instrument.beside}
            return points, beside.end() if beside else match.end()
    return {}, start


def _by_ticks(instrument: Instrument, text: str, start: int, stop: int) -> tuple[Points, int]:
    """Ticks under heads that tell the points of each answer, one to a question."""
    given = sorted(set(instrument.answers.values()))
    head = re.compile(r"^.*" + r"\D+".join(rf"\({n}\)" for n in given) + r".*$", re.MULTILINE).search(text, start, stop)
    if not given or head is None:
        return {}, start
    columns = [(head.group(0).index(f"({n})") + len(str(n)) / 2 + 0.5, n) for n in given]
    points: Points = {}
    end = head.end()
    for row, offset in lines_of(text[head.end() : stop]):
        ticks = list(TICK.finditer(row))
        if len(ticks) == 1 and len(points) < instrument.items:
            at = ticks[0].start()
            points[str(len(points) + 1)] = float(min(columns, key=lambda column: abs(column[0] - at))[1])
            end = head.end() + offset + len(row)
    return points, end
