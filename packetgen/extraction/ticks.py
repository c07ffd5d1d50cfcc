"""Answers on forms: boxes that are ticked or left empty, letters that are circled, and the heads they stand under."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Literal

from packetgen.documents.text import PageText

Answer = Literal["yes", "now", "past", "no", "not now"]

TICKED = r"\[ ?[xX✓✔*] ?\]|\( ?[xX✓✔*] ?\)|☒|☑|✓|✔"
EMPTY = r"\[ {0,3}\]|\( {1,3}\)|☐|□"
BOX = re.compile(rf"(?P<ticked>{TICKED})|(?P<empty>{EMPTY})")
CIRCLED = re.compile(r"(?P<yes>\((?:Y|Yes)\)[ /]*(?:N|No)\b)|(?P<no>\b(?:Y|Yes)[ /]*\((?:N|No)\))", re.IGNORECASE)
HEADS: tuple[tuple[Answer, re.Pattern[str]], ...] = (
    ("no", re.compile(r"\b(?:no|never|not tried)\b", re.IGNORECASE)),
    ("now", re.compile(r"\b(?:now|using|current(?:ly)?|still|taking)\b", re.IGNORECASE)),
    ("past", re.compile(r"\b(?:used(?: to)?|past|before|previously|tried|stopped)\b", re.IGNORECASE)),
    ("yes", re.compile(r"\byes\b", re.IGNORECASE)),
)
LETTER = re.compile(r"(?<=  )(?:(?P<yes>Y|Yes)|(?P<no>N|No))(?=  |[ ]*$)", re.IGNORECASE | re.MULTILINE)
LABEL = re.compile(r" ?(?:(?P<yes>yes|Y)|(?P<no>no|N))\b", re.IGNORECASE)
ASKED = re.compile(r"\bY ?/ ?N\b|\byes ?/ ?no\b|\byes\s+no\b", re.IGNORECASE)
ASKS_FOR_NOW = re.compile(
    r"\b(?:tak(?:e|ing)|us(?:e|ing)|on)\b[^.?]{0,30}\b(?:now|current(?:ly)?|at present|today)\b"
    r"|\b(?:now|current(?:ly)?)\b[^.?]{0,20}\b(?:tak(?:e|ing)|us(?:e|ing))\b",
    re.IGNORECASE,
)
LEAST_CHOICES = 2
LINES_ABOVE = 30
FORM = 1500  # characters of a page that a list of questions takes
NEAR = 8  # characters between a box and the middle of its head
IN_FRONT = 3  # characters between a box and the word it stands before


def answer_beside(page: PageText, start: int, end: int) -> Answer | None:
    """What the row of text[start:end] answers; None where it has no box and no circled letter.

    A row whose boxes are all empty was not answered with yes.
    """
    line_start = page.text.rfind("\n", 0, start) + 1
    line_end = page.text.find("\n", end)
    row = page.text[line_start : line_end if line_end >= 0 else len(page.text)]
    circled = CIRCLED.search(row)
    if circled:
        about_now = _asks_for_now(page.text, line_start)
        return ("not now" if circled["no"] else "now") if about_now else "no" if circled["no"] else "yes"
    letter = LETTER.search(row, end - line_start)
    if letter and ASKED.search(page.text, max(0, line_start - FORM), line_start):
        return "no" if letter["no"] else "yes"
    boxes = list(BOX.finditer(row))
    if not boxes:
        return None
    before = [box for box in boxes if box.end() <= start - line_start]
    in_front = before and start - line_start - before[-1].end() <= IN_FRONT
    if before and (in_front or len(boxes) == 1):
        if ASKS_FOR_NOW.search(_asked_above(page.text, line_start)):
            return "now" if before[-1]["ticked"] else "not now"
        if in_front:
            return "yes" if before[-1]["ticked"] else "no"
    boxes = [box for box in boxes if box.start() >= end - line_start]
    if not boxes:
        return None
    labels = [LABEL.match(row, box.end()) for box in boxes]
    ticked = [box for box in boxes if box["ticked"]]
    if all(labels) and ticked:
        label = labels[boxes.index(ticked[0])]
        return "yes" if label and label["yes"] else "no"
    if not ticked:
        return "not now" if ASKS_FOR_NOW.search(_asked_above(page.text, line_start)) else "no"
    heads = _heads(page.text, line_start)
    if not heads or len(boxes) == 1:
        return "yes"
    middle = (ticked[0].start() + ticked[0].end()) / 2
    place, answer = min(heads, key=lambda head: abs(head[0] - middle))
    return answer if abs(place - middle) <= NEAR else "yes"


def _heads(text: str, before: int) -> list[tuple[float, Answer]]:
    """The answers that the nearest line above offers: their middles, in characters of the line."""
    for line in reversed(text[:before].split("\n")[-LINES_ABOVE:]):
        if BOX.search(line):
            continue
        heads = [((m.start() + m.end()) / 2, answer) for answer, words in HEADS for m in words.finditer(line)]
        if len(heads) >= 2 and any(answer == "no" for _, answer in heads):
            return heads
    return []


def _asked_above(text: str, before: int) -> str:
    """The nearest line above without a box: what a list of boxes asks."""
    lines = text[:before].split("\n")[-LINES_ABOVE - 1 : -1]
    return next((line for line in reversed(lines) if line.strip() and not BOX.search(line)), "")


def chosen_below(page: PageText, end: int) -> str | None:
    """The words beside the one box that is ticked in the line below a question that ends at text[end]."""
    line = page.text[end:].lstrip("\n").split("\n", 1)[0]
    boxes = [*BOX.finditer(line)]
    ticked = [(box, after) for box, after in pairwise([*boxes, None]) if box and box["ticked"]]
    if len(boxes) < LEAST_CHOICES or len(ticked) != 1:
        return None
    box, after = ticked[0]
    return line[box.end() : after.start() if after else len(line)].strip()


def _asks_for_now(text: str, before: int) -> bool:
    return (
        re.search(r"\b(?:now|current(?:ly)?|still)\b", text[max(0, before - FORM) : before], re.IGNORECASE) is not None
    )
