"""Bladder diaries: voids, leaks and pads of each day, in tables either way round, and means a day in sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from packetgen.documents.text import PageText
from packetgen.extraction.grid import Row, Table, tables_of
from packetgen.extraction.model import Finding, Score
from packetgen.extraction.place import Passage, evidence, passages

COUNTS = tuple(
    (name, re.compile(words, re.IGNORECASE))
    for name, words in (
        ("nocturia", r"\bnoct\w*|\bnight\b"),
        ("stress_leaks", r"\bstress\b|\bSUI\b"),
        ("urge_leaks", r"\bUUI\b|\bleak\w*|\bUI\b|\bincont\w*|\baccidents?\b|\bwetting\b"),
        ("urgency_episodes", r"\burgency\b|\burges?\b"),
        ("pads", r"\bpads?\b"),
        ("micturitions", r"\bmicturit\w*"),
        ("voids_day", r"\bvoids?\b|\burinations?\b|\bfreq\w*|\bdaytime\b|\bday\b"),
    )
)  # fmt: skip
DAY = re.compile(
    r"(?:day ?#?\d+|\d{1,2}/\d{1,2}(?:/\d{2,4})?|[a-z]{3}\w* \d{1,2}|\d{4}-\d\d-\d\d|(?:mon|tue|wed|thu|fri|sat"
    r"|sun)[a-z]*)\b",
    re.IGNORECASE,
)
NOT_A_DAY = re.compile(r"\b(?:mean|avg|average|total|sum)\b", re.IGNORECASE)
COUNT = re.compile(r"(?<![\d./-])\d{1,2}(?![\d/.-])")
DIARY_WITHIN = 300  # characters after the word
LEAST_COUNTS, LEAST_DAYS = 2, 2
DIARY = re.compile(r"\bdiary\b|\bvoiding (?:log|record)\b|\bbladder (?:log|record)\b", re.IGNORECASE)
_PER_DAY = r"(?:/|per|a|each|every)[ ]?(?:d(?:ay)?|24 ?h(?:ours|rs)?)\b"
MEAN = re.compile(
    rf"\b(?P<what>[A-Za-z]+(?: [a-z]+)?)[ :=]{{1,3}}(?:about |was |were |averag\w+ "
    rf"|of )?(?P<n>\d{{1,2}}(?:\.\d)?)[ ]?(?:times |episodes )?{_PER_DAY}"
    rf"|\b(?P<n2>\d{{1,2}}(?:\.\d)?) (?P<what2>[a-z]+(?: [a-z]+)?)[ ]?{_PER_DAY}",
    re.IGNORECASE,
)
LIST = r"\d{1,2}(?: ?[/,] ?\d{1,2}){1,6}"
LISTED = re.compile(r"\((?:(?P<days>\d) days?[:=]? )?(?P<values>\d{1,2}(?:, ?\d{1,2}){1,6})\)")
# "voids 13, 14, 12. Leaks 3, 2, 4": a number a day after what is counted
DAILY = re.compile(
    r"\b(?P<what>[A-Za-z]+(?: [a-z]+)?)[ :=]{1,3}(?P<values>\d{1,2}(?:(?:, ?(?:and )?| ?/ ?"
    r"| and )\d{1,2}){1,6})\b(?![./-]\d|[ ]?mL)",
    re.IGNORECASE,
)
MEAN_OF = {"urge_leaks": "mean_urge_leaks_per_day"}

Counts = dict[str, list[float]]
Parts = list[tuple[str, float | str | tuple[float, ...]]]


def find_bladder_diary(page: PageText) -> list[Finding]:
    """The diaries of a page."""
    return [*_tables(page), *_sentences(page)]


def _tables(page: PageText) -> Iterator[Finding]:
    for table in tables_of(page):
        days = _by_day(table) or _by_count(table)
        told = min(map(len, days.values()), default=0)
        if len(days) < LEAST_COUNTS or told < LEAST_DAYS or not {"urge_leaks", "voids_day", "micturitions"} & set(days):
            continue
        counts: Parts = [("days", float(told))]
        counts += [(name, tuple(values)) for name, values in days.items()]
        if leaks := days.get("urge_leaks"):
            counts.append(("mean_urge_leaks_per_day", round(sum(leaks) / len(leaks), 1)))
        yield _finding(page, counts, table.start, table.end)


def _by_day(table: Table) -> Counts:
    """A row a day under heads that name what is counted."""
    days: Counts = {}
    for row in table.rows:
        if not DAY.match(row.label.text) or NOT_A_DAY.search(row.label.text):
            continue
        for cell in row.values:
            name = _counted(cell.heads[-1]) if cell.heads else None
            if name and COUNT.fullmatch(cell.text):
                days.setdefault(name, []).append(float(cell.text))
    return days if len({len(values) for values in days.values()}) == 1 else {}


def _by_count(table: Table) -> Counts:
    """A row a count, with a cell a day or the days' numbers in one cell."""
    days: Counts = {}
    for row in table.rows:
        name = _counted(row.label.text)
        if len(row.cells) > len(row.values):  # "Day voids  10 / 8 / 10   Night voids  2 / 1 / 1" is a line of its own
            days |= _by_pairs(row)
            continue
        cells = [cell for cell in row.values if not any(NOT_A_DAY.search(head) for head in cell.heads)]
        values = [float(n.group(0)) for cell in cells for n in COUNT.finditer(cell.text)]
        if name and name not in days and values and (not days or len(values) == len(next(iter(days.values())))):
            days[name] = values
    return days


def _by_pairs(row: Row) -> Counts:
    """What is counted and its numbers, side by side."""
    pieces = [row.label, *row.cells]
    told = ((_counted(one.text), re.fullmatch(LIST, other.text)) for one, other in pairwise(pieces))
    return {name: [float(n) for n in re.findall(r"\d+", found[0])] for name, found in told if name and found}


def _counted(text: str) -> str | None:
    return next((name for name, words in COUNTS if words.search(text)), None)


def _sentences(page: PageText) -> Iterator[Finding]:
    """ "Leaks 4/day on diary (3 days: 4, 5, 3)": what a diary is said to have counted a day."""
    found = passages(page)
    for index, passage in enumerate(found):
        near = " ".join(p.said for p in found[max(0, index - 1) : index + 1])
        if not DIARY.search(near) and not passage.said.lower().startswith("mean"):
            continue
        parts = list(_means(passage))
        if parts:
            yield _finding(page, parts, passage.start, passage.end)
    for diary in DIARY.finditer(page.text):
        yield from _daily(page, diary.end())


def _daily(page: PageText, start: int) -> Iterator[Finding]:
    """The counts of a diary that lists a number a day, all of as many days, within some lines of its name."""
    text = " ".join(page.text[start : start + DIARY_WITHIN].split("\n"))
    days: Counts = {}
    end = start
    for match in DAILY.finditer(text):
        name = _counted(match["what"])
        values = [float(n) for n in re.findall(r"\d+", match["values"])]
        if name and name not in days and (not days or len(values) == len(next(iter(days.values())))):
            days[name] = values
            end = start + match.end()
    if len(days) >= LEAST_COUNTS:
        told = float(len(next(iter(days.values()))))
        yield _finding(page, [("days", told), *((name, tuple(values)) for name, values in days.items())], start, end)


def _means(passage: Passage) -> Iterator[tuple[str, float | str | tuple[float, ...]]]:
    told: set[str] = set()
    for match in MEAN.finditer(passage.said):
        name = _counted(match["what"] or match["what2"])
        value = float(match["n"] or match["n2"])
        if name is None or name in told:
            continue
        told.add(name)
        listed = LISTED.search(
            passage.said, match.end(), match.end() + len("on the diary of last September (3 days: 4, 5, 3)")
        )
        values = [float(n) for n in listed["values"].split(",")] if listed else []
        if values and abs(sum(values) / len(values) - value) < 0.1:
            yield "days", float(len(values))
            yield name, tuple(values)
            yield MEAN_OF.get(name, f"mean_{name}"), value
        elif re.search(r"\b(?:mean|average)\b", passage.said, re.IGNORECASE):
            yield MEAN_OF.get(name, f"mean_{name}"), value
        else:
            yield name, value


def _finding(page: PageText, parts: Parts, start: int, end: int) -> Finding:
    score = Score("Bladder diary", None, tuple(parts))
    return Finding(score, "present", (evidence(page, start, end, "score_parts"),))
