"""Tone by joint and side: the Modified Ashworth Scale in tables and sentences, and the Disability Assessment Scale."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from packetgen.documents.text import PageText
from packetgen.extraction.about import BORN
from packetgen.extraction.dates import dates_in
from packetgen.extraction.grid import Cell, Row, Table, tables_of
from packetgen.extraction.model import Finding, Score
from packetgen.extraction.place import end_of_sentence, evidence, passages

ASHWORTH = re.compile(r"\bashworth(?: scale)?|\bMAS\b", re.IGNORECASE)
GRADE = re.compile(r"1\+|[0-4]")
GRADES = re.compile(r"(?P<one>1\+|[0-4])(?:[ ]?/[ ]?(?P<other>1\+|[0-4]))?")
OTHER_ROW = re.compile(
    r"\b(?:total|sum|tardieu|clonus|strength|power|mrc|reflex\w*|edss|gmfcs|rom|range|spasms?|penn|dorsiflexion|date"
    r"|visit|week|day)\b",
    re.IGNORECASE,
)
SIDE = re.compile(r"(?<![\w/])\(?(?P<side>right|left|rt|lt|r|l)\b\.?\)?(?!/)", re.IGNORECASE)
_JOINT = (
    r"elbows?|wrists?|fingers?|thumbs?|shoulders?|hips?|knees?|ankles?|toes?|hamstrings?|adductors?|quad\w*|gastroc\w*"
    r"|soleus|tibialis (?:posterior|anterior)|plantar ?flexors?|PFs?|pronators?|forearms?|biceps|pectoral\w*"
    r"|flexors?|extensors?|DFs?"
)
_SIDE = r"right|left|bilateral|rt|lt|r|l"
ITEM = re.compile(
    rf"(?:\b(?P<before>{_SIDE})\.?[ ]+)?(?P<joint>(?:[A-Za-z]+[ ]){{0,2}}?\b(?:{_JOINT})\b(?:[ ](?:{_JOINT})\b)?)"
    rf"[ ]?(?:\([a-z ]{{4,20}}\)[ ]?)?(?:\(?\b(?P<after>{_SIDE})\b\)?)?[ ]?[:=]?[ ]?(?P<one>1\+|[0-4])(?![\d+%]"
    rf"|\.\d|[ ]?(?:weeks|months"
    rf"|beats|units|U\b))"
    rf"(?:[ ]?[/,;]?[ ]?(?:and[ ])?(?P<second>left|right|l|r)[ ]?[:=]?[ ]?(?P<two>1\+|[0-4])(?![\d+%]|\.\d)"
    r"|[ ]?/[ ]?(?P<pair>1\+|[0-4])(?![\d+%]|\.\d))?",
    re.IGNORECASE,
)
# "MAS 1 at both knees"
AT_JOINT = re.compile(
    rf"[ :=]*(?P<grade>1\+|[0-4])[ ](?:at|in|of)[ ](?:the[ ])?(?P<joint>(?:both[ ]|left[ ]"
    rf"|right[ ])?(?:[a-z]+[ ])?(?:{_JOINT}))\b",
    re.IGNORECASE,
)
RIGHT_THEN_LEFT = re.compile(r"\b(?:right|rt|r)\b\W{1,8}(?:left|lt|l)\b", re.IGNORECASE)
LEFT_THEN_RIGHT = re.compile(r"\b(?:left|lt|l)\b\W{1,8}(?:right|rt|r)\b", re.IGNORECASE)
DAS = re.compile(r"(?:disability assessment scale|\bDAS\b)(?P<parts>[^.\n]{8,110})", re.IGNORECASE)
DAS_NAME = re.compile(r"disability assessment scale|\bDAS\b", re.IGNORECASE)
DAS_ROW = re.compile(
    r"(?P<name>(?:disability assessment scale|DAS)\b[ :-]*)?(?P<domain>hygiene|dressing|limb position|position"
    r"|pain)[ :]*$",
    re.IGNORECASE,
)
DAS_PART = re.compile(r"(?P<name>hygiene|dressing|limb position|position|pain)\W{1,3}(?P<value>[0-3])\b", re.IGNORECASE)
LEAST_PARTS = 2
BORN_BEFORE = 20  # characters before a date that may say it is a birth's
BELOW = 70  # characters after the table or sentence that a remark belongs to

Grades = dict[tuple[str | None, str], list[tuple[str, str]]]  # by side and by what the heads say of the day


def find_tone(page: PageText) -> list[Finding]:
    """Grades by joint, a score for each side and date; disability by its four domains."""
    return [*_tables(page), *_sentences(page), *_disability(page)]


def _tables(page: PageText) -> Iterator[Finding]:
    for table in tables_of(page):
        rows = list(_graded(table))
        told: Grades = defaultdict(list)
        all_of = side_in(table.corner)
        for row in rows:
            joint, side = _name(row)
            for cell in _cells(row):
                if GRADE.fullmatch(cell.text):
                    head = ASHWORTH.sub(" ", " ".join(cell.heads))
                    told[side or side_in(head) or all_of, SIDE.sub(" ", head).strip(" -")].append((joint, cell.text))
        if rows:
            yield from _scores(page, told, rows[0].start, rows[-1].end)


def _graded(table: Table) -> Iterator[Row]:
    """The rows of a table that grade tone: those below its title, as far as their cells are grades."""
    titled = ASHWORTH.search(f"{table.corner} {table.above}") is not None
    for row in table.rows:
        over = (row.label.text, row.group, *(head for cell in row.cells for head in cell.heads))
        titled = titled or any(ASHWORTH.search(text) for text in over)
        cells = [cell for cell in _cells(row) if re.search(r"\d", cell.text)]
        grades = [cell for cell in cells if GRADE.fullmatch(cell.text)]
        if titled and grades and len(grades) == len(cells) and not OTHER_ROW.search(row.label.text):
            yield row
        elif titled and cells:
            return


def _cells(row: Row) -> list[Cell]:
    """The values of a row that may be grades: those under "MAS" where a table has other columns too."""
    own = [cell for cell in row.values if any(ASHWORTH.search(head) for head in cell.heads)]
    return own or list(row.values)


def _name(row: Row) -> tuple[str, str | None]:
    """A row's joint without its side, and the side."""
    label = ASHWORTH.sub(" ", row.label.text).strip(" :,-")
    joint = " ".join(SIDE.sub(" ", label).split()).lower() or label.lower()
    return joint, side_in(label) or (side_in(row.group) if len(row.group) < len("right side, today") else None)


def side_in(text: str) -> str | None:
    """ "right" or "left" when a text names one of them, not both."""
    sides = {"right" if match["side"].lower().startswith("r") else "left" for match in SIDE.finditer(text)}
    return sides.pop() if len(sides) == 1 else None


def _scores(page: PageText, told: Grades, start: int, end: int) -> Iterator[Finding]:
    for (side, when), grades in told.items():
        day = _day(when)
        parts = tuple((f"{joint} ({side})" if side else joint, grade) for joint, grade in grades)
        if len(parts) >= LEAST_PARTS:
            yield Finding(
                Score("MAS", None, parts, None, day), "present", (evidence(page, start, end, "score_parts"),), day
            )


def _day(when: str) -> str | None:
    """The first date of what stands over a table that is not a birth's: the head of a page may be near."""
    told = [day for start, _, day in dates_in(when) if not BORN.search(when[max(0, start - BORN_BEFORE) : start])]
    return told[0] if told else None


def _sentences(page: PageText) -> Iterator[Finding]:
    """ "MAS: R elbow flexors 3, wrist flexors 2", "hamstrings R 2 / L 1+", "adductors 4/4" on a page of R and L."""
    if not ASHWORTH.search(page.text):
        return
    ends = {rows[-1].end for table in tables_of(page) if (rows := list(_graded(table)))}
    read = 0
    for passage in passages(page):
        stop = end_of_sentence(passage)
        text = page.text[passage.start : stop]
        title = ASHWORTH.search(text)
        above = next((end for end in ends if passage.start - BELOW < end < stop), None)
        if stop <= read or (title is None and above is None):
            continue
        read = stop
        ends.add(stop)
        items = list(ITEM.finditer(text, title.end() if title else max(0, (above or 0) - passage.start)))
        told: Grades = defaultdict(list)
        side: str | None = None
        for item in items:
            joint = " ".join(item["joint"].split())
            joint = joint if joint in ("PFs", "DFs") else joint.lower()
            side = side_in(item["before"] or item["after"] or "") or side
            if item["pair"]:
                first = _order(page.text)
                if first:
                    told[first, ""].append((joint, item["one"]))
                    told[_other(first), ""].append((joint, item["pair"]))
            else:
                told[side, ""].append((joint, item["one"]))
                if item["two"]:
                    told[side_in(item["second"]), ""].append((joint, item["two"]))
        alone = AT_JOINT.match(text, title.end()) if title else None
        if alone:
            told[side_in(alone["joint"]), ""].append((alone["joint"].removeprefix("both "), alone["grade"]))
            place = evidence(page, passage.start, passage.start + alone.end(), "score_parts")
            yield from (Finding(Score("MAS", None, tuple(g)), "present", (place,)) for g in told.values())
        elif items:
            yield from _scores(page, told, passage.start + items[0].start(), passage.start + items[-1].end())


def _order(text: str) -> str | None:
    """The side that a page writes first, when it always does."""
    right, left = RIGHT_THEN_LEFT.search(text), LEFT_THEN_RIGHT.search(text)
    return None if bool(right) == bool(left) else "right" if right else "left"


def _other(side: str) -> str:
    return "left" if side == "right" else "right"


def _disability(page: PageText) -> Iterator[Finding]:
    """The four domains in a sentence, or a row each with a column a date."""
    for table in tables_of(page):
        told: dict[str, list[tuple[str, float]]] = defaultdict(list)
        titled = DAS_NAME.search(f"{table.corner} {table.above}")
        for row in table.rows:
            domain = DAS_ROW.match(row.label.text)
            if domain is None or not (titled or domain["name"]):
                continue
            for cell in row.values:
                if re.fullmatch("[0-3]", cell.text):
                    told[" ".join(cell.heads)].append((domain["domain"].lower(), float(cell.text)))
        for when, grades in told.items():
            if len(grades) >= LEAST_PARTS:
                day = _day(when)
                score = Score("Disability Assessment Scale", None, tuple(grades), None, day)
                yield Finding(score, "present", (evidence(page, table.start, table.end, "score_parts"),), day)
    for match in DAS.finditer(page.text):
        parts = tuple((p["name"].lower(), float(p["value"])) for p in DAS_PART.finditer(match["parts"]))
        if len(parts) >= LEAST_PARTS:
            place = evidence(page, match.start(), match.end(), "score_parts")
            yield Finding(Score("Disability Assessment Scale", None, parts), "present", (place,))
