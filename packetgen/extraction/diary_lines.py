"""Diaries of free entries: lines that begin with a day, as notebooks, messages and the lists of apps have them.

Pages are read so only when most of their days follow closely on each other and nearly all entries are clear: a list of
visits or problems is no diary.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from packetgen.documents.text import PageText
from packetgen.extraction.dates import DATE
from packetgen.extraction.diary_days import WEEKDAYS, Told, begins, is_heading, misread
from packetgen.extraction.diary_entry import UNREADABLE, Entry
from packetgen.extraction.diary_words import told
from packetgen.extraction.place import lines_of

SECOND = re.compile(r"(?<=\S)(?:[ ]{2,}|[ ]*[|][ ]*)(?=\S)")
SIGNED = re.compile(r"^[ ]*(?P<sign>[*★☆#+!✓]|\([A-Za-z*]\))|(?P<after>[*★☆#+!]|\([A-Za-z*]\))[ ]*$")
# "* = migraine", "star means it was a migraine", "I put a * when it was a migraine"
MIGRAINE_SIGN = re.compile(
    r"(?P<sign>[*★☆#+!✓]|\([A-Za-z*]\)|\b(?:star|asterisk|check ?mark|plus)\b)[^\n.;]{0,40}?\bmigraine", re.IGNORECASE
)
SIGN_NAMES = {"star": "*", "asterisk": "*", "checkmark": "✓", "check mark": "✓", "plus": "+"}
# "severity 7 or more = migraine"
MIGRAINE_LEVEL = re.compile(
    r"(?P<level>[4-9])(?:/10)?[ ]*(?:\+|or (?:more|higher|above|up|over)|and (?:up|above|over))"
    r"[^\n.;]{0,25}?\bmigraine",
    re.IGNORECASE,
)
LEVEL = re.compile(
    r"\b(?P<level>\d{1,2})(?:\.\d)?[ ]?/[ ]?10\b|\b(?:pain|severity|intensity|level)[: ]+(?P<named>\d{1,2})\b",
    re.IGNORECASE,
)
LEAST = 6  # entries
CLOSE = 8  # days between entries that follow on each other
MOSTLY, NEARLY_ALL = 0.7, 0.8
FULL = 0.8  # of the widest line: one that goes on on the next
DEEPER = 2  # columns by which the rest of an entry stands further right
SAID_WITHIN = 12  # lines at the top that say what the page is about
ABOUT = re.compile(r"head ?ache|migraine|\bHAs?\b|\bmig\b", re.IGNORECASE)
# "Started: Feb 1, 2025 8:15 AM" at the head of what an app says of an attack
ATTACK = re.compile(
    r"^[ ]*(?:[^\n]{0,30}?[ ])?(?:start(?:ed|s)?|began|onset|date|when)(?:[ ](?:date|time|on|at))*[ ]*[:=][ ]*"
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?[ ]+)?(?=(?P<date>\w))",
    re.IGNORECASE | re.MULTILINE,
)
LEAST_ATTACKS, MOST_LINES = 3, 14
# of several days: "Nurtec on Saturday only"
ONLY_ON = re.compile(
    rf"\b(?P<day>{'|'.join(WEEKDAYS)})[a-z]*[ ]only\b|\bonly (?:on )?(?P<day2>{'|'.join(WEEKDAYS)})", re.IGNORECASE
)


@dataclass(slots=True)
class _Note:
    """What page.text[start:end] says beside some days; begins: the column of its day."""

    page: PageText
    days: list[date]
    start: int
    end: int
    begins: int
    said: str


def listed(pages: Sequence[PageText], known_of: Told) -> list[Entry]:
    """The entries of pages of dated lines; none when they are no diary of headaches."""
    notes = [note for page in pages for note in _notes(page, known_of)]
    if len(notes) < LEAST or not _follow_on([note.days[0] for note in notes]):
        return []
    return _about_headache(pages, notes)


def attacks(page: PageText) -> list[Entry]:
    """The attacks that an app lists one below the other, each over several lines."""
    starts = [m.start("date") for m in ATTACK.finditer(page.text) if DATE.match(page.text, m.start("date"))]
    if len(starts) < LEAST_ATTACKS:
        return []
    notes = []
    for start, after in pairwise([*starts, len(page.text)]):
        block = page.text[start:after].split("\n\n")[0]
        lines = "\n".join(block.splitlines()[:MOST_LINES])
        said = " ".join(lines.split())
        if read := begins(said, 0, Told("")):
            end, days, lead = read
            notes.append(_Note(page, days, start, start + len(lines), 0, f"{lead} {said[end:]}"))
    return _about_headache([page], notes)


def _about_headache(pages: Sequence[PageText], notes: list[_Note]) -> list[Entry]:
    """An entry for each day of notes that are clear and speak of headaches, or stand below a title that does."""
    sign, level = _legend("\n".join(page.text for page in pages))
    entries = [
        Entry(note.page, note.start, note.end, day.isoformat(), cells | _not_taken(day, note))
        for note in notes
        if (cells := told(note.said, _is_marked(note.said, sign, level)))
        for day in note.days
    ]
    clear = [entry for entry in entries if entry.cells.get("headache") != UNREADABLE]
    aching = sum(bool(ABOUT.search(entry.page.text[entry.start : entry.end])) for entry in clear)
    titled = any(ABOUT.search("\n".join(page.text.splitlines()[:SAID_WITHIN])) for page in pages)
    return entries if len(clear) >= NEARLY_ALL * len(entries) and (titled or aching > 1) else []


def _not_taken(day: date, note: _Note) -> dict[str, str]:
    """No medicine on the days of an entry that tells it of another of them."""
    only = ONLY_ON.search(note.said) if len(note.days) > 1 else None
    named = only and (only["day"] or only["day2"]).lower()
    return {"acute": "no"} if named and WEEKDAYS.index(named) != day.weekday() else {}


def _follow_on(days: Sequence[date]) -> bool:
    """Whether most days are close to each other, in whatever order the page has them."""
    steps = [(after - before).days for before, after in pairwise(sorted(days))]
    return sum(step <= CLOSE for step in steps) >= MOSTLY * len(steps)


def _notes(page: PageText, known_of: Told) -> Iterator[_Note]:
    note: _Note | None = None
    widest = max((len(line.rstrip()) for line, _ in lines_of(page.text)), default=0)
    full = False
    for line, offset in lines_of(page.text):
        found = list(_on_line(page, line, offset, known_of))
        heading = not found and is_heading(line, known_of)
        if note and not found and not heading and line.strip() and (_indent(line) >= note.begins + DEEPER or full):
            note.said = f"{note.said} {line.strip()}"
            note.end = offset + len(line.rstrip())
        else:
            if note:
                yield note
            yield from found[:-1]
            note = found[-1] if found else None
        full = len(line.rstrip()) >= FULL * widest and not SECOND.search(line.strip())
    if note:
        yield note


def _on_line(page: PageText, line: str, offset: int, known_of: Told) -> Iterator[_Note]:
    """The entries that a line begins with, and those that stand beside them after a gap."""
    found: list[tuple[int, int, list[date], str]] = []
    first = len(line) - len(line.lstrip(" |"))
    starts = [first, *(gap.end() for gap in SECOND.finditer(line, first))] if line.strip() else []
    for at in starts:
        if found and not line[min(found[-1][1], at) : at].strip(" .:-|"):
            continue  # what follows on a date at once is beside it: "2/1/2025   2/2/2025 03:30"
        read = begins(line, at, known_of, alone=not found)
        if read is None and not found and page.page.source == "ocr":
            read = misread(line, at, known_of)
        if read:
            found.append((at, *read))
        elif not found:
            return
    for index, (at, after, days, lead) in enumerate(found):
        end = found[index + 1][0] if index + 1 < len(found) else len(line)
        said = f"{lead} {line[after:end].strip(' |')}".strip()
        yield _Note(page, days, offset + at, offset + len(line[:end].rstrip()), at, said)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _legend(text: str) -> tuple[str | None, int | None]:
    """The sign, and the level of pain, that pages say stand for migraine."""
    sign, level = MIGRAINE_SIGN.search(text), MIGRAINE_LEVEL.search(text)
    named = sign["sign"].lower() if sign else None
    return SIGN_NAMES.get(named, named) if named else None, int(level["level"]) if level else None


def _is_marked(said: str, sign: str | None, level: int | None) -> bool | None:
    if sign is None and level is None:
        return None
    marks = [(mark["sign"] or mark["after"]).lower() for mark in SIGNED.finditer(said)]
    pain = LEVEL.search(said) if level else None
    return sign in marks or bool(pain and level and int(pain["level"] or pain["named"]) >= level)
