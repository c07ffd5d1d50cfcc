"""Scores with their parts: questionnaires, dystonia and spasticity scales; parts that do not add up are left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

from packetgen.documents.text import PageText
from packetgen.extraction.dates import DATE, dates_in, iso
from packetgen.extraction.model import Finding, Score
from packetgen.extraction.place import evidence
from packetgen.extraction.vocabulary import Instrument, instruments

_N = r"\d{1,2}(?:\.\d{1,2})?"
TWSTRS = re.compile(
    rf"\bTWSTRS\b[^\n]{{0,20}}(?:[^.\n]|\.\d|\n(?!\n)){{0,60}}?"
    rf"(?:S|sev(?:erity)?)\b\W{{0,3}}(?P<severity>{_N})\W+(?:D|dis(?:ability)?)\b\W{{0,3}}"
    rf"(?P<disability>{_N})\W+(?:P|pain)\b\W{{0,3}}(?P<pain>{_N})"
    rf"|\bTWSTRS\b[ :=]*{_N}[ ]?\((?P<s>{_N})/(?P<d>{_N})/(?P<p>{_N})\)",
    re.IGNORECASE,
)
SUBTOTAL = (
    r"^[ ]*(?:[IVX]+\.[ ]*)?{name}[ ]*(?:sub-?total|sub-?scale|score|total)[^\n\d]*"
    r"(?P<values>(?:\d{{1,2}}(?:\.\d{{1,2}})?[ ]*){{1,6}})$"
)
SHEET_TOTAL = re.compile(
    r"(?<!sub)(?<!sub-)total\b[^\n]*?(?P<values>(?:[ ]{2,}\d{1,2}(?:\.\d{1,2})?)+)[ ]*$", re.IGNORECASE | re.MULTILINE
)
SEV_FREQ = re.compile(
    r"(?P<total>\d)[ ]*\(sev\w*[ :]*(?P<severity>\d)[ ]*[/,;]?[ ]*freq\w*[ :]*(?P<frequency>\d)\)", re.IGNORECASE
)
SEV_FREQ_SCALES = {"dsfs": "DSFS", "jrs": "Jankovic Rating Scale", "jankovic": "Jankovic Rating Scale"}
SEV_FREQ_NAME = re.compile(r"\b(?P<name>DSFS|JRS|Jankovic)\b", re.IGNORECASE)
THREE = re.compile(r"^[^\n]*?[ ]{2,}(?P<a>\d)[ ]{2,}(?P<b>\d)[ ]{2,}(?P<c>\d)[ ]*$", re.MULTILINE)
GRAVIMETRIC = re.compile(r"\bgravimetr\w*", re.IGNORECASE)
_MG = r"\d{1,4}(?:\.\d)?"
RIGHT_LEFT = re.compile(
    rf"(?:right|\bR\b)[^\d\n]{{0,20}}?(?P<right>{_MG})[ ]?mg[^.]{{0,40}}?(?:left|\bL\b)[^\d]{{0,20}}?(?P<left>{_MG})"
    rf"|(?P<right2>{_MG})[ ]?mg[^.\d]{{0,24}}?(?:right|\bR\b)[^.\d]{{0,20}}?"
    rf"(?P<left2>{_MG})[ ]?mg[^.\d]{{0,24}}?(?:left|\bL\b)",
    re.IGNORECASE,
)
SIDE_ROW = re.compile(
    rf"^[ ]*gravimetr\w*[ ]+(?P<side>R|L|right|left)\b[^\n\d]*(?:\([^)]*\))?(?P<values>(?:[ ]+{_MG})+)[ ]*$",
    re.IGNORECASE | re.MULTILINE,
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
ROUNDING = 0.01
PARTS_WITHIN = 500  # characters after a score's name
SUM_AFTER = re.compile(
    r"[^A-Za-z\d]{0,40}(?:\b(?:total|sum|score)\b|=|->|→)[^A-Za-z\d]{0,60}(?:\b(?:total|sum|score|is"
    r"|of)\b[^A-Za-z\d]{0,60})?"
    r"(?P<sum>\d{1,2}(?:\.\d{1,2})?)(?!\d)",
    re.IGNORECASE,
)
SUM_BEFORE = re.compile(
    r"(?:^|[ :=(])(?:(?:total|score|today|is|was|of|now)[ :=]*)*(?P<sum>\d{1,2}(?:\.\d{1,2})?)(?!\d"
    r"|[/.]\d{1,2}[/.])(?:[ ]?/[ ]?\d{2})?[ ]*[:;,(=–-]",
    re.IGNORECASE,
)
_MIDAS = re.compile(r"\bM[Il1]DAS\b|migraine disability assessment", re.IGNORECASE)
_HIT6 = re.compile(r"\bH[Il1]T-?[ ]?6\b|headache impact test", re.IGNORECASE)
QUESTIONNAIRES = (("MIDAS", _MIDAS, 5, ("A", "B")), ("HIT-6", _HIT6, 6, ()))
ITEM = re.compile(r"^[ ]*(?P<item>[1-9]|[AB])(?:[.)]|(?=[ ]{1,3}[A-Z][a-z]+ ))[ ]+(?=\S)", re.MULTILINE)
ENDS = re.compile(r"(?:[ ]{2,}|\?[ ]+|_+)(?P<value>\d{1,2})_*(?:[ ]+days?)?[ ]*$", re.MULTILINE | re.IGNORECASE)
TOTAL = re.compile(
    r"^[^\n]*\b(?:total|sum)\b(?: (?:score|of (?:points|scores|items)"
    r"|points))?[ ]*(?:\([^)\n]*\))?[ .:=_]+(?P<value>\d{1,3})\b",
    re.IGNORECASE | re.MULTILINE,
)
BLADDER_COLUMNS = tuple(
    (name, re.compile(words, re.IGNORECASE))
    for name, words in (
        ("voids_day", r"\bvoids?\b(?: \(day\))?|\burinations?\b|\bfreq\w*"), ("nocturia", r"\bnoct\w*|\bnight\b"),
        ("urgency_episodes", r"\burgency\b|\burges?\b(?! leak)"),
        ("urge_leaks", r"\bUUI\b|\bleaks?\b|\bUI\b|\bincont\w*|\baccidents\b"),
        ("pads", r"\bpads?\b"),
    )
)  # fmt: skip
LEAST_COLUMNS, LEAST_DAYS = 3, 2
DIARY_ROWS = 12
COUNT = re.compile(r"(?<![\d./-])\d{1,2}(?![\d/.-])")
DAY_ROW = re.compile(r"[ |]*(?:day ?#?\d+|\d{1,2}/\d{1,2}(?:/\d{2,4})?|\w{3} \d{1,2}|\d{4}-\d\d-\d\d)\b", re.IGNORECASE)
FORM = 2500  # characters of a page that a questionnaire takes
HEAD_LINES = 3  # between a title and its rows
MAS_ROWS_WITHIN = 25


def find_subscores(page: PageText) -> list[Finding]:
    """Scores of a page with their parts. A sum that does not agree leaves its parts out."""
    rules = (
        _summed, _added, _twstrs, _twstrs_sheet, _two_parts, _in_columns, _items_in_a_line, _midas, _hit6, _numbered,
        _ashworth, _disability, _gravimetry, _bladder_diary,
    )  # fmt: skip
    found: dict[Score, Finding] = {}
    for finding in (finding for rule in rules for finding in rule(page)):
        if isinstance(finding.value, Score):
            found.setdefault(finding.value, finding)
    return list(found.values())


def _score(page: PageText, score: Score, start: int, end: int) -> Finding:
    return Finding(score, "present", (evidence(page, start, end, "score_parts"),), score.date)


def _summed(page: PageText) -> Iterator[Finding]:
    """Scores that are the sum of named parts, as often as a text tells all of them in order after the score's name."""
    titles = [(match, instrument) for instrument, pattern in _titles() for match in pattern.finditer(page.text)]
    for title, instrument in titles:
        others = [other.start() for other, _ in titles if other.start() > title.start()]
        stop = min([title.end() + PARTS_WITHIN, *others])
        for match in _all_parts(instrument).finditer(page.text, title.end(), stop):
            parts = tuple((part.name, float(match[part.name])) for part in instrument.parts)
            if all(value <= part.high for (_, value), part in zip(parts, instrument.parts, strict=True)):
                yield from _checked_sum(page, instrument, parts, title, match)


def _checked_sum(
    page: PageText,
    instrument: Instrument,
    parts: tuple[tuple[str, float], ...],
    title: re.Match[str],
    match: re.Match[str],
) -> Iterator[Finding]:
    """The score with the sum that the text states, where it agrees; without one, the parts alone."""
    total = sum(value for _, value in parts)
    stated = SUM_AFTER.match(page.text, match.end()) or SUM_BEFORE.search(page.text, title.end(), match.start())
    if stated and abs(float(stated["sum"]) - total) > ROUNDING:
        stated = None
    end = max(match.end(), stated.end()) if stated else match.end()
    yield _score(page, Score(instrument.instrument, total if stated else None, parts), title.start(), end)


@cache
def _titles() -> tuple[tuple[Instrument, re.Pattern[str]], ...]:
    return tuple(
        (i, re.compile(rf"\b(?:{'|'.join(i.names)})(?![\w-])", re.IGNORECASE)) for i in instruments().scores if i.parts
    )


@cache
def _all_parts(instrument: Instrument) -> re.Pattern[str]:
    value = (
        r"[ .:=_]*(?:\((?:\d+[ ]?[-–to]+[ ]?\d+)\))?(?:\b(?:score|sub-?score|sub-?scale|sub-?total|is|was"
        r"|of)\b)?[ .:=_(]*"
    )
    number = r"(?P<{}>\d{{1,2}}(?:\.\d{{1,2}})?)(?!\d|%)(?:[ ]?/[ ]?\d{{2}})?"
    between = r"[^A-Za-z\d]{1,40}(?:(?:[IVX]{1,3}\.|\b(?:and|plus|with)\b)[^A-Za-z\d]{0,20})?"
    return re.compile(
        between.join(rf"\b(?:{part.written})\b{value}{number.format(part.name)}" for part in instrument.parts),
        re.IGNORECASE,
    )


def _added(page: PageText) -> Iterator[Finding]:
    """ "TWSTRS 41 = 19 + 13 + 9": the parts of a sum in the order of the scale."""
    for instrument, pattern in _sums():
        for match in pattern.finditer(page.text):
            parts = tuple((part.name, float(match[part.name])) for part in instrument.parts)
            if abs(sum(value for _, value in parts) - float(match["sum"])) < ROUNDING:
                score = Score(instrument.instrument, float(match["sum"]), parts)
                yield _score(page, score, match.start(), match.end())


@cache
def _sums() -> tuple[tuple[Instrument, re.Pattern[str]], ...]:
    """Each instrument that is the sum of parts, with the pattern of its sum."""
    number = r"(?P<{}>\d{{1,2}}(?:\.\d{{1,2}})?)"
    return tuple(
        (
            i,
            re.compile(
                rf"\b(?:{'|'.join(i.names)})[ :=]*{number.format('sum')}[ ]*[=(][ ]*"
                + r"[ ]*\+[ ]*".join(number.format(part.name) for part in i.parts),
                re.IGNORECASE,
            ),
        )
        for i in instruments().scores
        if i.parts
    )


def _twstrs(page: PageText) -> Iterator[Finding]:
    for match in TWSTRS.finditer(page.text):
        names = ("severity", "disability", "pain")
        parts = tuple((name, float(match[name] or match[name[0]])) for name in names)
        total = TWSTRS_TOTAL.match(page.text, match.start() + len("TWSTRS"))
        stated = float(total["total"]) if total and total.end() < match.end() else None
        sum_of = sum(value for _, value in parts)
        if stated is None or abs(stated - sum_of) < ROUNDING or stated == parts[0][1]:
            yield _score(page, Score("TWSTRS", sum_of, parts), match.start(), match.end())


def _twstrs_sheet(page: PageText) -> Iterator[Finding]:
    """The rating sheet: a row a sub-total, a column a visit; a first column may hold the highest each can be."""
    title = re.search(r"TWSTRS|Torticollis Rating Scale", page.text, re.IGNORECASE)
    rows = {
        name: re.search(SUBTOTAL.format(name=name), page.text, re.IGNORECASE | re.MULTILINE)
        for name in ("severity", "disability", "pain")
    }
    total = SHEET_TOTAL.search(page.text, title.end()) if title else None
    if not title or not total or not all(rows.values()):
        return
    totals = [float(value) for value in total["values"].split()]
    columns = {name: [float(v) for v in row["values"].split()][-len(totals) :] for name, row in rows.items() if row}
    days = _nearest_dates(page, min(row.start() for row in rows.values() if row), len(totals))
    for index, stated in enumerate(totals):
        if any(len(values) <= index for values in columns.values()):
            return
        parts = tuple((name, columns[name][index]) for name in ("severity", "disability", "pain"))
        if abs(sum(value for _, value in parts) - stated) < ROUNDING:
            yield _score(page, Score("TWSTRS", stated, parts, None, days[index]), total.start("values"), total.end())


def _nearest_dates(page: PageText, before: int, count: int) -> list[str | None]:
    """The dates of the last line above that has as many."""
    for line in reversed(page.text[:before].split("\n")):
        found = dates_in(line)
        if len(found) == count:
            return [day for _, _, day in found]
    return [None] * count


def _two_parts(page: PageText) -> Iterator[Finding]:
    """Scales that are the sum of severity and frequency: "DSFS 7 (sev 4 / freq 3). On Myobloc: 3 (sev 2 / freq 1)"."""
    for match in SEV_FREQ.finditer(page.text):
        named = list(SEV_FREQ_NAME.finditer(page.text, max(0, match.start() - 120), match.start()))
        parts = tuple((part, float(match[part])) for part in ("severity", "frequency"))
        if named and sum(value for _, value in parts) == float(match["total"]):
            near = dates_in(page.text[max(named[-1].end(), match.start() - 30) : match.start()])
            score = Score(
                SEV_FREQ_SCALES[named[-1]["name"].lower()],
                float(match["total"]),
                parts,
                None,
                near[-1][2] if near else None,
            )
            yield _score(page, score, match.start(), match.end())


def _in_columns(page: PageText) -> Iterator[Finding]:
    """Severity, frequency and their sum under heads of these names, a row a date."""
    for title in SEV_FREQ_NAME.finditer(page.text):
        end = page.text.find("\n", title.end())
        head = page.text[title.end() : end]
        if not re.search(r"sev\w*.*freq", head, re.IGNORECASE):
            continue
        for row in THREE.finditer(page.text, end, end + 400):
            severity, frequency, total = (float(row[name]) for name in ("a", "b", "c"))
            if severity + frequency == total:
                days = dates_in(row.group(0))
                parts = (("severity", severity), ("frequency", frequency))
                score = Score(SEV_FREQ_SCALES[title["name"].lower()], total, parts, None, days[0][2] if days else None)
                yield _score(page, score, row.start(), row.end())


def _items_in_a_line(page: PageText) -> Iterator[Finding]:
    """Points of each question in running text: "q1 3   q2 3 …", with the total that they make."""
    for run in re.finditer(r"(?:\bq\d{1,2}[ :=]+\d{1,2}[ ,;]*){5,}", page.text, re.IGNORECASE):
        parts = tuple(
            (f"q{m[1]}", float(m[2])) for m in re.finditer(r"q(\d{1,2})[ :=]+(\d{1,2})", run.group(0), re.IGNORECASE)
        )
        total = sum(value for _, value in parts)
        for name, words in (("DLQI", r"DLQI|Dermatology Life Quality"), ("OAB-V8", r"OAB-?V8"), ("HIT-6", r"HIT-?6")):
            if re.search(rf"(?:{words})[^\n]{{0,30}}?\b{total:g}\b", page.text, re.IGNORECASE):
                yield _score(page, Score(name, total, parts), run.start(), run.end())


def _gravimetry(page: PageText) -> Iterator[Finding]:
    """Milligrams of sweat in five minutes, right and left: in a sentence, or a row a side and a column a date."""
    for title in GRAVIMETRIC.finditer(page.text):
        match = RIGHT_LEFT.search(page.text, title.end(), title.end() + 160)
        if match and page.text.count("\n", title.end(), match.start()) <= 2:
            right, left = match["right"] or match["right2"], match["left"] or match["left2"]
            yield from _sweat(page, right, left, None, title.start(), match.end())
    rows = {row["side"][0].lower(): row for row in SIDE_ROW.finditer(page.text)}
    if {"r", "l"} <= set(rows):
        values = {side: row["values"].split() for side, row in rows.items()}
        count = min(map(len, values.values()))
        first = min(row.start() for row in rows.values())
        days = _nearest_dates(page, first, count)
        for right, left, day in zip(values["r"], values["l"], days, strict=False):
            yield from _sweat(page, right, left, day, first, max(row.end() for row in rows.values()))


def _sweat(page: PageText, right: str, left: str, day: str | None, start: int, end: int) -> Iterator[Finding]:
    parts: tuple[tuple[str, float | str], ...] = (("right", float(right)), ("left", float(left)), ("unit", "mg/5 min"))
    yield _score(page, Score("Gravimetry", None, parts, None, day), start, end)


def _numbered(page: PageText) -> Iterator[Finding]:
    """A questionnaire whose numbered questions end with their points, in as many lines as each takes."""
    for instrument, title, count, extra in QUESTIONNAIRES:
        head = title.search(page.text)
        if head is None:
            continue
        body = page.text[head.end() : head.end() + FORM]
        values: dict[str, float] = {}
        starts = [(m["item"], m.start()) for m in ITEM.finditer(body)]
        for (item, start), (_, stop) in pairwise([*starts, ("", len(body))]):
            total = TOTAL.search(body, start, stop)
            ends = list(ENDS.finditer(body, start, total.start() if total else stop))
            if ends and item not in values:
                values[item] = float(ends[-1]["value"] if item not in extra or len(ends) == 1 else ends[0]["value"])
        stated = TOTAL.search(body)
        items = [str(number) for number in range(1, count + 1)]
        if stated and set(items) <= set(values) and sum(values[item] for item in items) == float(stated["value"]):
            parts = tuple(
                (f"q{item}" if item.isdigit() else item, values[item]) for item in (*items, *extra) if item in values
            )
            grade = re.search(r"your grade:?[ ]*(IV|III|II|I)\b", body, re.IGNORECASE)
            score = Score(instrument, float(stated["value"]), parts, grade[1].upper() if grade else None)
            yield _score(page, score, head.start(), head.end() + stated.end())


Counts = dict[str, list[float]]


def _bladder_diary(page: PageText) -> Iterator[Finding]:
    """Voids, leaks and pads of each day: a row a day, or a row a count with a column a day."""
    lines = page.text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    for index, line in enumerate(lines):
        days = _by_day(line, lines[index + 1 : index + DIARY_ROWS]) or _by_count(lines[index : index + DIARY_ROWS])
        told = min(map(len, days.values()), default=0)
        if len(days) < LEAST_COLUMNS or told < LEAST_DAYS:
            continue
        counts: list[tuple[str, float | str | tuple[float, ...]]] = [("days", float(told))]
        counts += [(name, tuple(values)) for name, values in days.items()]
        if leaks := days.get("urge_leaks"):
            counts.append(("mean_urge_leaks_per_day", round(sum(leaks) / len(leaks), 1)))
        end = starts[min(len(lines), index + DIARY_ROWS)]
        yield _score(page, Score("Bladder diary", None, tuple(counts)), starts[index], end)
        return


def _by_day(head: str, rows: Sequence[str]) -> Counts:
    """The columns that a heading names, one number a row that begins with a day."""
    heads = sorted((m.start(), name) for name, words in BLADDER_COLUMNS for m in [words.search(head)] if m)
    days: Counts = {}
    if len(heads) < LEAST_COLUMNS or re.search(r"\d", head):
        return days
    for row in rows:
        day = DAY_ROW.match(row)
        cells = [float(m.group(0)) for m in COUNT.finditer(row, day.end())] if day else []
        if len(cells) == len(heads):
            for (_, name), value in zip(heads, cells, strict=True):
                days.setdefault(name, []).append(value)
    return days


def _by_count(rows: Sequence[str]) -> Counts:
    """The rows that begin with the name of a count, as many numbers each as the first has."""
    days: Counts = {}
    for row in rows:
        label = re.match(r"[ |]*(?P<label>[A-Za-z][A-Za-z ()/]*?)(?:[ ]{2,}|[ ]*\|)", row)
        name = next((n for n, words in BLADDER_COLUMNS if label and words.search(label["label"])), None)
        cells = [float(m.group(0)) for m in COUNT.finditer(row, label.end())] if label else []
        if not name or (days and len(cells) != len(next(iter(days.values())))):
            break
        days[name] = cells
    return days


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
    titles = list(MAS_TITLE.finditer(page.text))
    for title, after in pairwise([*titles, None]):
        assert title is not None  # noqa: S101 - for the type checker
        line_end = page.text.find("\n", title.end())
        if line_end < 0:
            continue
        head = page.text[page.text.rfind("\n", 0, title.start()) + 1 : line_end]
        days = _columns(head)
        for line in page.text[line_end + 1 :].split("\n")[:HEAD_LINES]:
            days = days or _columns(line)
        rows: list[tuple[str, list[str]]] = []
        offset, end = line_end + 1, line_end
        for row in page.text[offset:].splitlines(keepends=True)[:MAS_ROWS_WITHIN]:
            match = MAS_ROW.match(row.rstrip())
            if after and offset > after.start() and not rows:
                break  # the next title is nearer to the rows
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
