"""What is printed around the fields of a form: the label of each, the heading above it, the words beside a box."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Literal

from packetgen.documents.model import Box, Word
from packetgen.forms.flat import Drawn
from packetgen.forms.labelwords import vocabulary
from packetgen.forms.vocabulary import SOMEONE, subject_of_heading, subject_of_question
from packetgen.forms.widgets import Widget

WORD_GAP = 0.75  # of a word's height: a wider gap parts two labels
FARTHEST_LEFT, FARTHEST_ABOVE, FARTHEST_BELOW, FARTHEST_RIGHT = 170.0, 16.0, 12.0, 40.0
LABEL_ABOVE = 8.0  # points between a label and the field below it
CLOSE = 14.0  # points: a label so near is the field's own
JOINED = 6.0  # points between the parts of one label
LONGEST_TITLE = 6  # words
CENTRED = 25.0  # points that the middle of a centred heading may be off
QUESTION_REACH = 45.0  # points below a question that fields still belong to it
TICK = 20.0  # points: a field so narrow is a box to tick
BOXES = "☐☒□❑❏◯○"
BLANK = "_"
ONLY_IF_NOT = r"\bonly if\b.*\bnot\b"  # a section of someone else: "only if the requester is not the patient"
SECTION = r"(?:section|part)\s+(?:[ivx]+|[a-h]|\d+)\b"
NOTHING_DRAWN = Drawn()

Side = Literal["before", "above", "below"]


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand together."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Heading:
    """Whose the fields below a line are, as far down as it reaches (points)."""

    subject: str
    box: Box
    reach: float = 10_000.0


@dataclass(frozen=True, slots=True)
class Printed:
    """What a page prints: its phrases, its headings (whose the fields below are), and cells that hold one field."""

    phrases: tuple[Phrase, ...]
    headings: tuple[Heading, ...]
    cells: tuple[Box, ...] = ()


def read_page(words: Iterable[Word], fields: Sequence[Box], drawn: Drawn = NOTHING_DRAWN) -> Printed:
    """Put the words of a page together; fields: where its fields are; drawn: its cells and bars.

    A line on a bar, or one that says "Section 2", begins a section also when it names no one.
    """
    phrases = tuple(_phrases(words))
    own = [cell for cell in drawn.cells if sum(_inside(field, cell) for field in fields) == 1]
    labelled = tuple(cell for cell in own if any(_inside(phrase.box, cell) for phrase in phrases))
    titles = [phrase for phrase in phrases if not any(_inside(phrase.box, cell) for cell in labelled)]
    headings = (_heading(phrase, fields, phrases, drawn) for phrase in titles)
    return Printed(phrases, tuple(found for found in headings if found), labelled)


def _heading(phrase: Phrase, fields: Sequence[Box], phrases: Sequence[Phrase], drawn: Drawn) -> Heading | None:
    bar = next((bar for bar in drawn.bars if _inside(phrase.box, bar)), None)
    box = bar or _reach(phrase, fields, phrases)
    subject = subject_of_heading(phrase.text)
    if re.search(ONLY_IF_NOT, phrase.text, re.IGNORECASE):
        return Heading(SOMEONE, box)
    if subject and not _asks_beside(phrase, fields) and not _labels_a_field(phrase, fields, phrases):
        return Heading(subject, box)
    if subject := subject_of_question(phrase.text):
        return Heading(subject, phrase.box, QUESTION_REACH)
    if bar or re.match(SECTION, phrase.text, re.IGNORECASE) or _stands_alone(phrase, fields, phrases):
        return Heading("", box)
    return None


def _reach(phrase: Phrase, fields: Sequence[Box], phrases: Sequence[Phrase]) -> Box:
    """The width that a heading is for: of all fields, when it stands alone in their middle."""
    box = phrase.box
    left, right = min((f.x0 for f in fields), default=box.x0), max((f.x1 for f in fields), default=box.x1)
    alone = not any(_same_row(box, other.box) for other in phrases if other != phrase)
    centred = abs(box.x0 + box.x1 - left - right) < 2 * CENTRED
    return Box(min(left, box.x0), box.top, max(right, box.x1), box.bottom) if alone and centred else box


def _asks_beside(phrase: Phrase, fields: Sequence[Box]) -> bool:
    """Whether a phrase with a colon has a field to its right."""
    return phrase.text.rstrip().endswith(":") and any(
        _same_row(phrase.box, field) and 0 <= field.x0 - phrase.box.x1 <= FARTHEST_LEFT for field in fields
    )


def _stands_alone(phrase: Phrase, fields: Sequence[Box], phrases: Sequence[Phrase]) -> bool:
    """Whether a phrase is a line in capitals with nothing beside it, as headings are."""
    plain = set(phrase.text.casefold().split())
    if not phrase.text.isupper() or len(plain) > LONGEST_TITLE or plain & set(vocabulary().instructions):
        return False
    others = (*fields, *(other.box for other in phrases if other != phrase))
    return not any(_same_row(phrase.box, box) for box in others) and not _labels_a_field(phrase, fields, phrases)


def around(box: Box, printed: Printed) -> tuple[Phrase, ...]:
    """The phrases that may speak of a field: those in its own cell, else those in no cell of another field."""
    holding = [cell for cell in printed.cells if _inside(box, cell)]
    if holding:
        cell = min(holding, key=lambda one: one.width * one.height)
        return tuple(phrase for phrase in printed.phrases if _inside(phrase.box, cell))
    return tuple(p for p in printed.phrases if not any(_inside(p.box, cell) for cell in printed.cells))


def _labels_a_field(phrase: Phrase, fields: Sequence[Box], phrases: Sequence[Phrase]) -> bool:
    """Whether a phrase stands just before a field or after a box to tick; or just above a field, and is no title.

    A field that has its label before it needs none above.
    """
    box = phrase.box
    bare = [f for f in fields if not any(_same_row(p.box, f) and -4 <= f.x0 - p.box.x1 < CLOSE for p in phrases)]
    beside = any(_same_row(box, field) and -4 <= field.x0 - box.x1 < CLOSE for field in fields)
    option = any(field.width < TICK and _same_row(box, field) and -3 <= box.x0 - field.x1 < CLOSE for field in fields)
    above = any(-2 <= field.top - box.bottom <= LABEL_ABOVE and _overlaps(box, field) for field in bare)
    return beside or option or (above and not set(phrase.text.casefold().split()) & set(vocabulary().headings))


def _phrases(words: Iterable[Word]) -> Iterator[Phrase]:
    """Words of one line without a wide gap; a box or a blank parts them, and so does a colon."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: ((w.box.top + w.box.bottom) / 2, w.box.x0)):
        row = next((row for row in reversed(rows[-4:]) if _same_row(row[-1].box, word.box)), None)
        if row is None:
            rows.append([word])
        else:
            row.append(word)
    for row in rows:
        row.sort(key=lambda w: w.box.x0)
        part: list[Word] = []
        for word in row:
            parts = word.text.strip(BLANK) == "" or word.text in BOXES
            gap = word.box.x0 - part[-1].box.x1 if part else 0.0
            wide = part and (gap > WORD_GAP * min(word.box.height, part[-1].box.height) or part[-1].text.endswith(":"))
            if part and (parts or wide):
                yield _phrase(part)
                part = []
            if not parts:
                part.append(replace(word, text=word.text.strip(BLANK)))
        if part:
            yield _phrase(part)


def _phrase(words: Sequence[Word]) -> Phrase:
    box = words[0].box
    for word in words[1:]:
        box = box.union(word.box)
    return Phrase(" ".join(word.text for word in words), box)


def _same_row(one: Box, other: Box) -> bool:
    """Whether the middle of the lower one lies within the other's height."""
    small, large = (one, other) if one.height <= other.height else (other, one)
    return large.top <= (small.top + small.bottom) / 2 <= large.bottom


def heading_of(box: Box, printed: Printed) -> tuple[str, Box]:
    """Whose a field is by the nearest heading above it, and where that stands; of several side by side, its own."""
    above = [
        (one.subject, one.box)
        for one in printed.headings
        if one.box.top <= box.top + 2 <= one.box.top + 2 + one.reach and one.box.x0 <= box.x1
    ]
    if not above:
        return "", Box(0.0, 0.0, 0.0, 0.0)
    lowest = max(head.top for _, head in above)
    row = [(subject, head) for subject, head in above if lowest - head.top < 6]
    under = [(subject, head) for subject, head in row if head.x0 <= box.x0 + 12]
    return max(under or row, key=lambda one: (one[1].x0, bool(one[0])))


def labels_of(box: Box, fields: Sequence[Box], printed: Printed, side: Side) -> list[tuple[str, float]]:
    """Texts that may be a field's label, with how much each is to be trusted.

    fields: all fields of the page. side: where most labels of the page stand.
    """
    phrases = around(box, printed)
    found = []
    if inside := [phrase for phrase in phrases if _inside(phrase.box, box)]:
        found.append((" ".join(phrase.text for phrase in inside), 0.97))
    before = _nearest_before(box, fields, phrases)
    over, under = _nearest_above(box, fields, phrases), _nearest_below(box, phrases)
    if under and (side == "below" or not (before or over or inside)):
        return [*found, (under.text, 0.94 if side == "below" else 0.8)]
    if before:
        near = box.x0 - before.box.x1 <= CLOSE or before.text.endswith(":")
        rival = side == "above" and over is not None
        found.append((_whole_label(before, phrases), (0.95 if near else 0.8) * (0.75 if rival else 1.0)))
    if over:
        found.append((over.text, 0.94 if side == "above" or not before else 0.6))
    return found


def side_of(fields: Sequence[Box], printed: Printed) -> Side:
    """Where most labels of a page stand. Between rows of fields, the nearer label is a field's own."""
    placed = [(box, around(box, printed)) for box in fields]
    before = sum(bool((p := _nearest_before(box, fields, own)) and box.x0 - p.box.x1 <= CLOSE) for box, own in placed)
    over = [box.top - p.box.bottom for box, own in placed if (p := _nearest_above(box, fields, own))]
    under = [p.box.top - box.bottom for box, own in placed if (p := _nearest_below(box, own))]
    if before >= max(len(over), len(under)):
        return "before"
    lower = len(under) > 0.6 * len(fields) and (not over or median(under) < median(over))
    return "below" if lower else "above"


def _nearest_below(box: Box, phrases: Sequence[Phrase]) -> Phrase | None:
    under = [p for p in phrases if -3 <= p.box.top - box.bottom <= FARTHEST_BELOW and _overlaps(p.box, box)]
    return min(under, key=lambda p: (round(p.box.top / 4), abs(p.box.x0 - box.x0)), default=None)


def _nearest_before(box: Box, fields: Sequence[Box], phrases: Sequence[Phrase]) -> Phrase | None:
    row = [p for p in phrases if _same_row(p.box, box) and -4 <= box.x0 - p.box.x1 <= FARTHEST_LEFT]
    nearest = max(row, key=lambda phrase: phrase.box.x1, default=None)
    if nearest and any(_same_row(f, box) and nearest.box.x1 - 6 < f.x1 <= box.x0 + 1 and f != box for f in fields):
        return None  # another field stands between: the label is its own
    return nearest


def _nearest_above(box: Box, fields: Sequence[Box], phrases: Sequence[Phrase]) -> Phrase | None:
    over = [p for p in phrases if -4 <= box.top - p.box.bottom <= FARTHEST_ABOVE and _overlaps(p.box, box)]
    nearest = min(over, key=lambda p: (round((box.top - p.box.bottom) / 4), abs(p.box.x0 - box.x0)), default=None)
    if nearest and any(
        nearest.box.bottom - 2 < f.bottom <= box.top + 1 and _overlaps(f, box) for f in fields if f != box
    ):
        return None
    return nearest


def _whole_label(phrase: Phrase, phrases: Sequence[Phrase]) -> str:
    """A label that is broken over two lines, or by a colon, as a whole: "Referring provider: Name"."""
    box = phrase.box
    left = [p for p in phrases if p.text.endswith(":") and _same_row(p.box, box) and 0 <= box.x0 - p.box.x1 < JOINED]
    if left:
        return f"{left[0].text} {phrase.text}"
    upper = [p for p in phrases if abs(p.box.x0 - box.x0) < 3 and -2 <= box.top - p.box.bottom <= 3]
    broken = len(upper) == 1 and len(phrase.text.split()) <= 3 and not upper[0].text.endswith(":")
    return f"{upper[0].text} {phrase.text}" if broken else phrase.text


def _overlaps(label: Box, box: Box) -> bool:
    """Whether a label above or below a field belongs to it: it begins over the field, or lies over most of it."""
    common = min(label.x1, box.x1) - max(label.x0, box.x0)
    return common > 0.5 * min(label.width, box.width)


def _inside(inner: Box, box: Box) -> bool:
    return box.holds((inner.x0 + inner.x1) / 2, (inner.top + inner.bottom) / 2) and inner.width < box.width


def option_of(box: Box, boxes: Sequence[Box], phrases: Sequence[Phrase]) -> str:
    """What is printed beside a check box: to its right up to the next box, else to its left."""
    row = [p for p in phrases if _same_row(p.box, box)]
    right = sorted((p for p in row if -3 <= p.box.x0 - box.x1 <= FARTHEST_RIGHT), key=lambda p: p.box.x0)
    if right:
        limit = min((b.x0 for b in boxes if _same_row(b, box) and b.x0 > box.x1), default=9999.0)
        text = [right[0]]
        for phrase in sorted((p for p in row if p.box.x0 > right[0].box.x0), key=lambda p: p.box.x0):
            if phrase.box.x1 < limit and phrase.box.x0 - text[-1].box.x1 < 12:
                text.append(phrase)
        return " ".join(phrase.text for phrase in text)
    left = [p for p in row if -3 <= box.x0 - p.box.x1 <= FARTHEST_RIGHT]
    return max(left, key=lambda p: p.box.x1).text if left else ""


def question_of(boxes: Sequence[Widget], phrases: Sequence[Phrase]) -> str:
    """What is printed before the first of several boxes, or above it."""
    first = min(boxes, key=lambda widget: (widget.box.top, widget.box.x0)).box
    row = [p for p in phrases if _same_row(p.box, first) and p.box.x1 <= first.x0 + 3]
    if row:
        return max(row, key=lambda p: p.box.x1).text
    over = [p for p in phrases if 0 <= first.top - p.box.bottom + 3 <= FARTHEST_ABOVE and p.box.x0 <= first.x1]
    return max(over, key=lambda p: (p.box.bottom, p.box.x0)).text if over else ""
