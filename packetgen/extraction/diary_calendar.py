"""Month grids: a box for each day under the names of the weekdays, with signs that the sheet explains.

A number in a column is a day only where the calendar has that day of the month under that weekday, so that hours and
other numbers in a box are not taken for days.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from packetgen.documents.text import PageText
from packetgen.extraction.dates import MONTHS
from packetgen.extraction.diary_entry import NOT_RECORDED, Entry
from packetgen.extraction.diary_words import told
from packetgen.extraction.place import lines_of
from packetgen.extraction.scope import names_in

MONTH_YEAR = re.compile(
    rf"\b(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\.?,?[ ]+(?P<year>20\d\d)\b", re.IGNORECASE
)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKDAY = re.compile(r"\b(?P<day>mon|tue|wed|thu|fri|sat|sun)[a-z]*\b", re.IGNORECASE)
LETTERS = re.compile(r"(?<!\w)[SMTWF](?!\w)")
HEAD_WITHIN = 4  # lines between a month's name and its weekdays
NUMBER = re.compile(r"(?P<day>\d{1,2})(?![\d.:/h])[.):]?\s*(?P<rest>.*)", re.DOTALL)
PROSE = re.compile(r"[A-Za-z]{3,}(?: [a-z][a-z'’-]*){4,}")
# "M = migraine", "* = I took my rescue medicine"
_CODE = r"\([A-Za-z]\)|[A-Za-z]{1,2}|\d|[*+#✓•○●xX-]"
LEGEND = re.compile(
    rf"(?<![^\s(,;])(?P<code>{_CODE})(?:[ ]?(?:/|or)[ ]?(?P<also>{_CODE}))?"
    r"(?:[ ]*[=:][ ]*|[ ]{2,}|(?<!-)[ ](?:[-–][ ]|(?=took|taken\b|means\b)))(?P<means>[A-Za-z][^=\n|;]*?)"
    rf"(?=[ ]{{2,}}|[;|)]|,?[ ]+(?:{_CODE})[ ]*[=:]|\n|$)"
)
MEANINGS = tuple(
    (name, re.compile(words, re.IGNORECASE))
    for name, words in (
        (
            "missing",
            r"\b(?:not? (?:written|filled|recorded|entry|entered)|did(?: not|n['’]?t) (?:write|record|fill)|forgot"
            r"|blank|missing|skipped)\b",
        ),
        ("none", r"\b(?:no|none|free|clear|nothing|without)\b"),
        ("acute", r"\b(?:took|take|taken|used|rescue|medic\w*|meds?|pills?|treated|triptan|tablets?|tabs?)\b"),
        ("headache", r"\b(?:not|non|other|ordinary|regular|tension|mild)\b.*"),
        ("migraine", r"migraine"),
        ("headache", r"headache|head pain|ache|\bHA\b"),
    )
)
# "capital letter = lasted 4 hours or more, small letter = under 4 hours"
BY_SIZE = re.compile(r"\b(?:capitals?|big|upper ?case)(?: letters?)?[^\n]{0,25}\b4 ?(?:h\w*|\+)", re.IGNORECASE)
LASTED = (
    (
        "4 h",
        re.compile(
            r"\b4 ?(?:h\w*|\+)? ?(?:or more|and more|or longer|plus|\+)|(?:over|more than|at least|[>≥]) ?4", re.I
        ),
    ),
    ("1 h", re.compile(r"(?:under|less than|up to|below|[<]) ?4", re.I)),
)
USUAL = {"0": "none", "N": "none", "-": "none", "M": "migraine", "H": "headache", "HA": "headache", "T": "headache"}
SIGN = re.compile(r"\([A-Za-z]\)|[A-Za-z]+|\d+(?:\.\d+)?|[*+#✓•-]")
HOURS = re.compile(r"(?P<n>\d+(?:\.\d+)?)[ ]*(?:h\b|hrs?\b|hours?\b)|all day", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sign:
    """What a sign of the sheet means, and how long it says that it lasted ("4 h" or more, "1 h" for less)."""

    meaning: str
    lasted: str = ""


@dataclass(slots=True)
class _Box:
    day: int
    start: int
    end: int
    said: list[str] = field(default_factory=list)


def calendar(page: PageText) -> Iterator[Entry]:
    """An entry for each box that has more than its day's number."""
    lines = list(lines_of(page.text))
    codes = legend(page.text)
    heads = [(index, match) for index, (line, _) in enumerate(lines) for match in [MONTH_YEAR.search(line)] if match]
    for number, (index, head) in enumerate(heads):
        last = heads[number + 1][0] if number + 1 < len(heads) else len(lines)
        grid = lines[index + 1 : last]
        columns = next((c for line, _ in grid[:HEAD_WITHIN] if (c := _columns(line))), [])
        year, month = int(head["year"]), MONTHS[head["month"].lower()]
        for box in _boxes(grid, columns, year, month) if columns else ():
            cells = read_signs(" ".join(box.said), codes)
            if cells:
                yield Entry(page, box.start, box.end, date(year, month, box.day).isoformat(), cells)


def _columns(line: str) -> list[tuple[float, int]]:
    """(middle, weekday) of each column of a line that names all seven; [] for another line."""
    named = [((m.start() + m.end()) / 2, DAYS.index(m["day"].lower())) for m in WEEKDAY.finditer(line)]
    if len(named) == len(DAYS):
        return named
    letters = [(m.group(0), m.start() + 0.5) for m in LETTERS.finditer(line)]
    order = "".join(letter for letter, _ in letters)
    first = {"SMTWTFS": 6, "MTWTFSS": 0}.get(order)
    return [] if first is None else [(at, (first + n) % 7) for n, (_, at) in enumerate(letters)]


def _boxes(grid: list[tuple[str, int]], columns: list[tuple[float, int]], year: int, month: int) -> list[_Box]:
    boxes: list[_Box] = []
    open_box: dict[int, _Box] = {}
    ruled = any(line.count("|") >= len(DAYS) - 1 for line, _ in grid)
    for line, offset in grid:
        if _columns(line) or not line.strip(" |+-=_"):
            if boxes and not _columns(line) and not _is_date(year, month, boxes[-1].day + 1):
                break  # the month is full: what follows are notes
            continue
        if (ruled and "|" not in line) or PROSE.search(line):
            if boxes:
                break
            continue
        in_order = [] if ruled else _in_order(line, columns, boxes[-1].day + 1 if boxes else 1, year, month)
        for start, end, text in in_order or _parts(line, columns, ruled=ruled):
            match = NUMBER.match(text)
            day = int(match["day"]) if match else 0
            weekday = min(columns, key=lambda column: abs(column[0] - (start + end) / 2))[1]
            if in_order:
                weekday = date(year, month, day).weekday()
            if match and _is_day(year, month, day, weekday) and day > getattr(open_box.get(weekday), "day", 0):
                open_box[weekday] = _Box(day, offset + start, offset + end, [match["rest"]])
                boxes.append(open_box[weekday])
            elif weekday in open_box:
                open_box[weekday].said.append(text)
    return boxes


def _in_order(
    line: str, columns: list[tuple[float, int]], day: int, year: int, month: int
) -> list[tuple[int, int, str]]:
    """(start, end, text) of boxes whose days follow one another from `day`, each near its weekday; else none."""
    width = (columns[-1][0] - columns[0][0]) / (len(columns) - 1)
    places = {weekday: middle for middle, weekday in columns}
    starts: list[int] = []
    for token in re.finditer(r"(?<!\S)\d{1,2}(?=[.):]?(?:\s|$))", line):
        if int(token.group(0)) == day and _is_date(year, month, day):
            middle = places[date(year, month, day).weekday()]
            if abs((token.start() + token.end()) / 2 - middle) <= width:
                starts.append(token.start())
                day += 1
    if not starts or line[: starts[0]].strip() or not _says_more(line, starts):
        return []
    return [(start, stop, line[start:stop].strip()) for start, stop in pairwise([*starts, len(line)])]


def _says_more(line: str, starts: list[int]) -> bool:
    """Whether anything stands beside the numbers: else what the boxes say stands below them."""
    return any(len(line[start:stop].split()) > 1 for start, stop in pairwise([*starts, len(line)]))


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _parts(line: str, columns: list[tuple[float, int]], *, ruled: bool) -> Iterator[tuple[int, int, str]]:
    """(start, end, text) of what a line has in each box."""
    if ruled:
        edges = [m.start() for m in re.finditer(r"\|", line)]
        spans = list(zip([-1, *edges], [*edges, len(line)], strict=True))
        if len(edges) > len(DAYS) - 1:
            spans = spans[1:]
        for left, right in spans:
            text = line[left + 1 : right]
            if text.strip():
                yield left + 1, right, text.strip()
        return
    middles = [column for column, _ in columns]
    words: dict[int, list[re.Match[str]]] = {}
    for word in re.finditer(r"\S+", line):
        at = min(range(len(middles)), key=lambda n: abs(middles[n] - (word.start() + word.end()) / 2))
        words.setdefault(at, []).append(word)
    for found in words.values():
        yield found[0].start(), found[-1].end(), " ".join(word.group(0) for word in found)


def _is_day(year: int, month: int, day: int, weekday: int) -> bool:
    try:
        return date(year, month, day).weekday() == weekday
    except ValueError:
        return False


def legend(text: str) -> dict[str, Sign]:
    """What each sign of the sheet stands for, "m" and "M" apart; the usual ones where it does not say."""
    codes = {code: Sign(meaning) for code, meaning in USUAL.items()}
    told_first: dict[str, Sign] = {}  # a bullet further down explains nothing
    by_size = BY_SIZE.search(text) is not None
    for match in LEGEND.finditer(text):
        meaning = next((name for name, words in MEANINGS if words.search(match["means"])), None)
        for code in filter(None, (match["code"], match["also"]) if meaning else ()):
            lasted = next((hours for hours, words in LASTED if words.search(match["means"])), "")
            if by_size and code.isalpha() and meaning in ("headache", "migraine"):
                told_first |= {code.upper(): Sign(str(meaning), "4 h"), code.lower(): Sign(str(meaning), "1 h")}
            told_first.setdefault(code, Sign(str(meaning), lasted))
    return {**codes, **told_first}


def meant(sign: str, codes: dict[str, Sign]) -> Sign | None:
    """What a sign of the sheet stands for."""
    return codes.get(sign) or codes.get(sign.upper()) or codes.get(sign.lower())


def read_signs(text: str, codes: dict[str, Sign]) -> dict[str, str]:
    """What a box tells, as the columns of a table would; {} for an empty one."""
    if not text.strip():
        return {}
    lasted = HOURS.search(text)
    hours = lasted.group(0) if lasted else ""
    found = [known for sign in SIGN.findall(text) if (known := meant(sign, codes))]
    if not found and not hours:
        return told(text)
    meanings = {sign.meaning for sign in found}
    if "missing" in meanings:
        return {"headache": NOT_RECORDED}
    if not hours:  # "M9": hours right after the letter
        bare = re.search(r"[A-Za-z](\d+(?:\.\d+)?)", text)
        hours = f"{bare[1]} h" if bare else next((sign.lasted for sign in found if sign.lasted), "")
    meanings |= {"migraine"} if re.search(r"\bmig", text, re.IGNORECASE) else set()
    aches = bool(meanings & {"migraine", "headache"} or (hours and "none" not in meanings))
    if not aches and "none" not in meanings and "acute" not in meanings:
        return {"headache": "?"}
    acute = "yes" if "acute" in meanings or names_in(text) else ""
    if not acute and any(sign.meaning == "acute" for sign in codes.values()):
        acute = "no"
    return {
        "headache": "yes" if aches or "none" not in meanings else "no",
        "migraine": "yes" if "migraine" in meanings else "no",
        **{name: said for name, said in (("hours", hours), ("acute", acute)) if said},
    }
