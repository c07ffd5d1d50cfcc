"""A page as one string in which every character knows its word: a match becomes a box by slicing.

Lines are joined by newlines, and a blank line stands where the page has one. Within a line, words stand at the
column they have on the page (in units of the page's usual character width), so that a table in a
PDF, in a scan and in a text file looks the same to a rule.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from packetgen.documents.model import Box, Document, Page, Word
from packetgen.limits import LONGEST_LINE, MOST_COLUMNS

SINGLE_SPACED = 3.0  # of the height of a word: a longer step from line to line is a double-spaced page, or a gap
BLANK_LINE = 1.5  # of the usual step from line to line: a page's headings and paragraphs stand further apart


@dataclass(frozen=True, slots=True, eq=False)
class PageText:
    """The text of one page. Two are equal only when they are the same object: comparing all words would cost much.

    text    the page's lines joined by newlines
    starts  offset in `text` of each word, ascending
    words   the words, same order
    """

    document: Document
    page: Page
    text: str
    starts: tuple[int, ...]
    words: tuple[Word, ...]

    @classmethod
    def of(cls, document: Document, page: Page) -> PageText:
        """Lay a page's words out as text."""
        width = _character_width(page)
        left = min((word.box.x0 for word in page.words), default=0.0)
        text, starts, words = "", [], []
        for line, gap in zip(page.lines, _gaps_before(page), strict=True):
            text += "\n" if gap else ""
            row = ""
            for previous, word in pairwise((None, *line.words)):
                assert word is not None  # noqa: S101 - for the type checker
                if len(row) > LONGEST_LINE:
                    text, row = f"{text}{row}\n", ""
                row += " " * _spaces_before(word, previous, row, width, left)
                starts.append(len(text) + len(row))
                words.append(word)
                row += word.text
            text += row + "\n"
        return cls(document, page, text, tuple(starts), tuple(words))

    def words_between(self, start: int, end: int) -> tuple[Word, ...]:
        """Words that text[start:end] touches."""
        first, after = max(0, bisect_right(self.starts, start) - 1), bisect_left(self.starts, end)
        return tuple(
            word
            for offset, word in zip(self.starts[first:after], self.words[first:after], strict=True)
            if offset + len(word.text) > start
        )

    def boxes_between(self, start: int, end: int) -> tuple[Box, ...]:
        """One box for each printed line that text[start:end] touches, in a table for each line of a cell."""
        boxes: list[Box] = []
        previous_end, previous = 0, Box(0, 0, 0, 0)
        first, after = max(0, bisect_right(self.starts, start) - 1), bisect_left(self.starts, end)
        for offset, word in zip(self.starts[first:after], self.words[first:after], strict=True):
            if offset + len(word.text) <= start:
                continue
            if boxes and "\n" not in self.text[previous_end:offset] and _beside(previous, word.box):
                boxes[-1] = boxes[-1].union(word.box)
            else:
                boxes.append(word.box)
            previous_end, previous = offset + len(word.text), word.box
        return tuple(boxes)

    def quote_between(self, start: int, end: int) -> str:
        """The whole words that text[start:end] touches, single-spaced: what the boxes read as."""
        return " ".join(word.text for word in self.words_between(start, end))

    def confidence_between(self, start: int, end: int, of: Callable[[Word], bool] = lambda _: True) -> float | None:
        """Lowest OCR confidence of those words (of which `of` holds), 0-100; None when none comes from OCR."""
        words = self.words_between(start, end)
        return min((w.confidence for w in words if w.confidence is not None and of(w)), default=None)


def _beside(box: Box, after: Box) -> bool:
    """Whether a word stands on the line of the one before it, and not on another line of a table's cell."""
    return abs((box.top + box.bottom) - (after.top + after.bottom)) < box.height + after.height


def _character_width(page: Page) -> float:
    widths = [word.box.width / len(word.text) for word in page.words if len(word.text) > 1]
    return max(median(widths), 1.0) if widths else 6.0


def _gaps_before(page: Page) -> list[bool]:
    """For each line, whether a blank line stands before it: more room than lines of this page usually have."""
    if not page.lines:
        return []
    # where a line begins, since the print of a page that lies askew runs down or up from there
    starts = [(line.words[0].box.top + line.words[0].box.bottom) / 2 for line in page.lines]
    steps = [below - above for above, below in pairwise(starts)]
    down = [step for step in steps if step > 0] or [0.0]
    single = SINGLE_SPACED * median(word.box.height for word in page.words)
    tight = [step for step in down if step <= single]
    usual = median(tight if len(tight) >= len(down) / 6 else down)
    return [False, *(step > BLANK_LINE * usual for step in steps)][: len(starts)]


def _spaces_before(word: Word, previous: Word | None, row: str, width: float, left: float) -> int:
    """Spaces that bring the word to its column; at least one after another word, one only within a phrase."""
    column = round((word.box.x0 - left) / width)
    if previous is None:
        return max(0, min(column, MOST_COLUMNS))
    gap = word.box.x0 - previous.box.x1
    if gap < 1.6 * width:
        return 1
    return max(2, min(column, MOST_COLUMNS) - len(row))
