"""From a match in a page's text to Evidence, and the sentence around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from packetgen.documents.model import Word
from packetgen.documents.text import PageText
from packetgen.extraction.drugnames import drug_pattern
from packetgen.extraction.model import Evidence
from packetgen.extraction.numerals import as_digits
from packetgen.extraction.sections import headings
from packetgen.limits import LONGEST_PASSAGE

# A new passage starts at a blank line, a bullet, a numbered item, a heading, or after a full stop.
_BREAK = re.compile(
    r"\n(?=\s*\n)|\n(?=[ ]*[-=_~*]{6,}[ ]*\n)|\n(?=\s*(?:[•*·>→»]|-{1,2}>?|=>|\(?\d{1,2}[.)]|[a-h][.)])\s)"
    r"|\n(?=[ ]*[A-Z][A-Za-z/& ]{2,40}:)|\n(?=[ ]*Q\d{1,2}[.:)])|(?<=[^\s\[\]]{3}\])\s+"
    r"(?=\[[^\]]{4})"
    r"|(?:(?<=[a-z0-9%)][.;?!])|(?<=[A-Z]{2}[.;?!]))(?!(?<=\?)[ ]+(?:Yes|No)\b)"
    r"(?!(?<=;)\s+(?:NOT|Not)\b)\s+(?=[A-Z0-9~])"
)
# A heading: a short line of words without a stop, after a blank line, the page's start or a finished sentence.
_HEADING = re.compile(r"(?:(?<=\n\n)|(?<=[.;:)]\n)|\A)[ ]*[A-Z][A-Za-z/&()' -]{2,40}\n(?=[^\n])")
PAGES_KEPT = 2  # the page in hand: rules run page by page
DROP = 8  # columns by which a line must stand further left than the one before, to begin anew
SHORT = 0.7  # of the widest line of the page: a wrapped sentence fills more
RUNS_ON = re.compile(
    r"(?:,|;|:|\b(?:and|or|of|with|to|on|the|by|for|than|both|failed|tried|took|including|an?|from|like|as|her|his"
    r"|stopp(?:ed|ing)|start(?:ed|ing)?|had|has|have|was|were|is|tak(?:en|es?|ing)|us(?:ed|es|ing)|try(?:ing)?|off|stop"
    r"|continu(?:ed?|es|ing)|add(?:ed)?|prescribed|gave|given|restart(?:ed)?|switched|refused|declined|until|after"
    r"|before|because|while|when|then|plus|not|never|no|my|their|oral|daily|generic|since|despite|about|per|versus"
    r"|vs\.?|did|received?))$",
    re.IGNORECASE,
)
ABBREVIATED = re.compile(r"(?:\b(?:vs|approx|Dr|Mr|Ms|Mrs|St|no|e\.g|i\.e)|\b[A-Z])\.\s*$")


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence or list item of a page: text[start:end]. said: the same on one line, its numerals as digits."""

    page: PageText
    start: int
    end: int
    said: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "said", " ".join(as_digits(self.page.text[self.start : self.end]).split()))

    def verbatim(self, said: str) -> str | None:
        """What the page has for words that are said; None when they do not stand together there."""
        quote = self.page.quote_between(self.start, self.end)
        if (at := as_digits(quote).find(said)) >= 0:
            return quote[at : at + len(said)].rstrip()
        words = (
            r"[. ]?".join(map(re.escape, word)) for word in said.split()
        )  # repair.py took dots and gaps out of words
        match = re.search(r"[\s.]+".join(words), as_digits(quote))
        return quote[match.start() : match.end()].rstrip() if match else None

    def evidence(self, rule: str) -> Evidence:
        """The whole passage as evidence."""
        return evidence(self.page, self.start, self.end, rule)


def lines_of(text: str) -> Iterator[tuple[str, int]]:
    """Each line of a text without its end, and its offset."""
    offset = 0
    for line in text.splitlines(keepends=True):
        yield line.rstrip("\n"), offset
        offset += len(line)


def evidence(page: PageText, start: int, end: int, rule: str) -> Evidence:
    """text[start:end] of a page as Evidence."""
    return Evidence(
        page.document.label,
        page.page.number,
        page.boxes_between(start, end),
        page.quote_between(start, end),
        page.confidence_between(start, end),
        rule,
        page.confidence_between(start, end, of=_holds_digit),
        page.document.key,
    )


def _holds_digit(word: Word) -> bool:
    return any(letter.isdigit() for letter in word.text)


@lru_cache(maxsize=PAGES_KEPT)
def passages(page: PageText) -> tuple[Passage, ...]:
    """The page cut into sentences and list items, in order; cut once for all the rules that ask."""
    cuts = sorted({0, *_row_starts(page.text)})
    for match in _BREAK.finditer(page.text):
        if not ABBREVIATED.search(page.text[max(0, match.start() - 6) : match.start() + 1]):
            cuts.append(match.end())
    cuts += _after_short_lines(page.text)
    cuts += _drug_lines(page.text)
    cuts += [heading.start for heading in headings(page)]
    cuts += [heading.end for heading in headings(page) if heading.alone]
    for match in _HEADING.finditer(page.text):
        cuts += match.span()
    cuts = _none_too_long(page.text, [*sorted(set(cuts)), len(page.text)])
    found = []
    for start, end in pairwise(cuts):
        text = page.text[start:end]
        if text.strip():
            first = start + len(text) - len(text.lstrip())
            found.append(Passage(page, first, start + len(text.rstrip())))
    return tuple(found)


def _none_too_long(text: str, cuts: list[int]) -> list[int]:
    """The same cuts and more, between words, where a passage would be longer than any sentence."""
    found = cuts[:1]
    for cut in cuts[1:]:
        while cut - found[-1] > LONGEST_PASSAGE:
            gap = text.rfind(" ", found[-1] + 1, found[-1] + LONGEST_PASSAGE)
            found.append(gap if gap >= 0 else found[-1] + LONGEST_PASSAGE)
        found.append(cut)
    return found


def end_of_sentence(passage: Passage) -> int:
    """Where the sentence ends that a passage begins; its clauses after semicolons are passages of their own."""
    found = passages(passage.page)
    index = found.index(passage)
    while found[index].said.endswith(";") and index + 1 < len(found):
        index += 1
    return found[index].end


def _after_short_lines(text: str) -> list[int]:
    """Starts of lines whose line before ended early, though their first word would have fitted on it."""
    lines = text.splitlines(keepends=True)
    widest = max((len(line.rstrip()) for line in lines), default=0)
    starts, offset = [], 0
    for line, after in pairwise(lines):
        offset += len(line)
        words = after.split()
        used = len(line.rstrip())
        if used and words and _indent(after) <= _indent(line) - DROP:
            starts.append(offset)  # the second line of a table's cell ends where the next row begins
        if words and used and used < SHORT * widest and used + 1 + len(words[0]) < SHORT * widest:
            starts.append(offset)
    return starts


def _drug_lines(text: str) -> list[int]:
    """Starts of lines that begin with a drug's name, where the line before does not run on: items of a list."""
    starts, offset, before = [], 0, ""
    for line in text.splitlines(keepends=True):
        if (
            before.strip()
            and not RUNS_ON.search(before.rstrip())
            and drug_pattern().match(line.lstrip().removeprefix("Oral "))
        ):
            starts.append(offset)
        before, offset = line, offset + len(line)
    return starts


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _row_starts(text: str) -> list[int]:
    """Starts of lines that are rows of a table: they, and the line before, hold a gap of three or more spaces."""
    starts, offset, row_before = [], 0, False
    for line in text.splitlines(keepends=True):
        row = bool(re.search(r"\S {3,}\S", line))
        if row and row_before:
            starts.append(offset)
        row_before = row
        offset += len(line)
    return starts
