"""Scores with their parts: questionnaires, dystonia and spasticity scales; parts that do not add up are left out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from packetgen.documents.text import PageText
from packetgen.extraction.dates import DATE, dates_in, iso
from packetgen.extraction.model import Finding, Score
from packetgen.extraction.place import evidence

TWSTRS = re.compile(
    r"\bTWSTRS\b[^.\n]{0,60}?(?:S|sev(?:erity)?)\b\W{0,3}(?P<severity>\d{1,2}(?:\.\d+)?)\W+(?:D|dis(?:ability)?)\b\W{0,3}"
    r"(?P<disability>\d{1,2}(?:\.\d+)?)\W+(?:P|pain)\b\W{0,3}(?P<pain>\d{1,2}(?:\.\d+)?)",
    re.IGNORECASE,
)
TWSTRS_TOTAL = re.compile(r"(?:total|today|is|was|of|score|[ :=])*[ ]*(?P<total>\d{1,2}(?:\.\d+)?)\b", re.IGNORECASE)
MIDAS_TITLE = re.compile(r"\bMIDAS\b", re.IGNORECASE)
MIDAS_ITEM = re.compile(r"^[ ]*(?P<item>[1-5AB])[.)]?[ ]+\S.*?[ ](?P<value>\d{1,2})[ ]*$", re.MULTILINE)
MIDAS_TOTAL = re.compile(
    r"MIDAS[ ]+(?:(?:total|score)[ ]*[:=]?[ ]*)+(?P<total>\d{1,3})(?:\s+(?P<grade>grade (?:IV|III|II|I|[1-4])))?",
    re.IGNORECASE,
)
HIT6_TITLE = re.compile(r"\bHIT-?[ ]?6\b", re.IGNORECASE)
HIT6_POINTS = (6, 8, 10, 11, 13)  # never, rarely, sometimes, very often, always: the scale's definition (Kosinski 2003)
HIT6_HEAD = re.compile(r"^.*\(6\)[ ]+\(8\)[ ]+\(10\)[ ]+\(11\)[ ]+\(13\).*$", re.MULTILINE)
TICK = re.compile(r"(?<!\S)[Xx✓✔☒]{1,2}(?!\S)")
HIT6_TOTAL = re.compile(r"total(?: score)?[ ]*[:=]?[ ]+(?P<total>\d{2})\b", re.IGNORECASE)
MAS_TITLE = re.compile(r"modified ashworth(?: scale)?|\bMAS\b", re.IGNORECASE)
MAS_ROW = re.compile(r"^[ ]*(?P<joint>[A-Za-z][A-Za-z /-]{3,40}?)[ ]{2,}(?P<values>(?:(?:1\+|[0-4]|-)[ ]*)+)$")
DAS = re.compile(r"(?:disability assessment scale|\bDAS\b)[ ]*[:(]?(?P<parts>[^.\n]{8,90})", re.IGNORECASE)
DAS_PART = re.compile(r"(?P<name>hygiene|dressing|limb position|position|pain)\W{1,3}(?P<value>[0-3])\b", re.IGNORECASE)
DATED = re.compile(r"\bdate[ :]*", re.IGNORECASE)
FORM = 2500  # characters of a page that a questionnaire takes
MAS_ROWS_WITHIN = 25


def find_subscores(page: PageText) -> list[Finding]:
    """Scores of a page that come with their parts. A sum that does not agree leaves its parts out."""
    return [*_twstrs(page), *_midas(page), *_hit6(page), *_ashworth(page), *_disability(page)]


def _score(page: PageText, score: Score, start: int, end: int) -> Finding:
    return Finding(score, "present", (evidence(page, start, end, "score_parts"),), score.date)


def _twstrs(page: PageText) -> Iterator[Finding]:
    for match in TWSTRS.finditer(page.text):
        parts = tuple((name, float(match[name])) for name in ("severity", "disability", "pain"))
        total = TWSTRS_TOTAL.match(page.text, match.start() + len("TWSTRS"))
        stated = float(total["total"]) if total and total.end() < match.start("severity") else None
        sum_of = sum(value for _, value in parts)
        if stated is None or abs(stated - sum_of) < 0.01:
            yield _score(page, Score("TWSTRS", sum_of, parts), match.start(), match.end())


def _midas(page: PageText) -> Iterator[Finding]:
    title = MIDAS_TITLE.search(page.text)
    if title is None:
        return
    items = list(MIDAS_ITEM.finditer(page.text, title.end(), title.end() + FORM))
    values = {item["item"]: float(item["value"]) for item in items}
    total = MIDAS_TOTAL.search(page.text, title.end(), title.end() + FORM)
    if not {"1", "2", "3", "4", "5"} <= set(values) or total is None:
        return
    if sum(values[item] for item in "12345") == float(total["total"]):
        parts = tuple((f"q{item}" if item.isdigit() else item, value) for item, value in values.items())
        end = max(total.end(), items[-1].end())
        grade = total["grade"].split()[-1].upper() if total["grade"] else None
        score = Score("MIDAS", float(total["total"]), parts, grade, _date_after(page, end))
        yield _score(page, score, items[0].start(), end)


def _hit6(page: PageText) -> Iterator[Finding]:
    """Ticks under the heads of the five answers, one to a question."""
    for title in HIT6_TITLE.finditer(page.text):
        head = HIT6_HEAD.search(page.text, title.end(), title.end() + FORM)
        if head is None:
            continue
        line = head.group(0)
        columns = [(line.index(f"({points})") + len(str(points)) / 2 + 0.5, points) for points in HIT6_POINTS]
        ticks: list[int] = []
        end, offset = head.end(), head.end() + 1
        for row in page.text[offset : title.end() + FORM].splitlines(keepends=True):
            found = list(TICK.finditer(row))
            if len(found) == 1 and len(ticks) < 6:
                ticks.append(min(columns, key=lambda column: abs(column[0] - found[0].start()))[1])
                end = offset + len(row.rstrip())
            offset += len(row)
        total = HIT6_TOTAL.search(page.text, end, end + 300)
        if len(ticks) == 6 and total and sum(ticks) == int(total["total"]):
            parts = tuple((f"q{number}", float(points)) for number, points in enumerate(ticks, 1))
            score = Score("HIT-6", float(sum(ticks)), parts, None, _date_after(page, total.end()))
            yield _score(page, score, head.start(), total.end())
            return


def _date_after(page: PageText, offset: int) -> str | None:
    label = DATED.search(page.text, offset, offset + 200)
    written = DATE.match(page.text, label.end()) if label else None
    return iso(written) if written else None


def _ashworth(page: PageText) -> Iterator[Finding]:
    """A row a joint or muscle group; one column, or one for each date of the heading."""
    for title in MAS_TITLE.finditer(page.text):
        line_end = page.text.find("\n", title.end())
        if line_end < 0:
            continue
        head = page.text[page.text.rfind("\n", 0, title.start()) + 1 : line_end]
        days = _columns(head)
        rows: list[tuple[str, list[str]]] = []
        offset, end = line_end + 1, line_end
        for row in page.text[offset:].splitlines(keepends=True)[:MAS_ROWS_WITHIN]:
            match = MAS_ROW.match(row.rstrip())
            if match:
                rows.append((match["joint"].strip().lower(), re.findall(r"1\+|[0-4]|-", match["values"])))
                end = offset + len(row.rstrip())
            elif rows:
                break
            offset += len(row)
        for column, day in enumerate(days or [None]):
            told = [(joint, values[column]) for joint, values in rows if column < len(values)]
            parts = tuple((joint, value) for joint, value in told if value != "-")
            if len(parts) >= 2:
                yield _score(page, Score("MAS", None, parts, None, day), title.start(), end)
        if rows:
            return


def _columns(head: str) -> list[str | None]:
    """The dates of a table's heading in order; "Today" has the document's own, which is not known here."""
    found: list[tuple[int, str | None]] = [(start, day) for start, _, day in dates_in(head)]
    found += [(match.start(), None) for match in re.finditer(r"\b(?:today|now|current)\b", head, re.IGNORECASE)]
    return [day for _, day in sorted(found, key=lambda item: item[0])]


def _disability(page: PageText) -> Iterator[Finding]:
    for match in DAS.finditer(page.text):
        parts = tuple((p["name"].lower(), float(p["value"])) for p in DAS_PART.finditer(match["parts"]))
        if len(parts) >= 2:
            yield _score(page, Score("Disability Assessment Scale", None, parts), match.start(), match.end())


def without_plain_twins(findings: list[Finding]) -> list[Finding]:
    """Scores, without those that another one tells again with its parts."""
    told = [f.value for f in findings if isinstance(f.value, Score) and f.value.subscores]

    def is_twin(score: Score) -> bool:
        return any(
            other.instrument == score.instrument
            and other.value == score.value
            and (score.date is None or other.date is None or score.date == other.date)
            for other in told
        )

    return [f for f in findings if not (isinstance(f.value, Score) and not f.value.subscores and is_twin(f.value))]
