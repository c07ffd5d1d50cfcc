"""The text that the rules read: signs that OCR or a fax confused are set right, and dates are put in one order.

Every change keeps its length, so that an offset of the new text is one of the page; what is quoted are the page's own
words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from packetgen.documents.text import PageText
from packetgen.extraction.drugnames import drugs_by_name

DIGITS = str.maketrans("OoIl|", "00111")
LETTERS = str.maketrans("01", "ol")
# "O2/17/1979", "2O25", "30l88": a number with letters that look like digits
NUMBERS = re.compile(
    r"(?<![\w/])(?=\S{0,13}\d)[\dOol|]{1,4}(?:[/.-][\dOol|]{1,4}){1,2}(?![\w/])|(?<![\w.])\d[\dOol]*[Ool][\dOol]*(?![\w])"
)
WORDS = re.compile(r"(?<=[A-Za-z])[01](?=[A-Za-z]{2})|(?<=[A-Za-z]{2})[01](?=[A-Za-z])|(?<=\bD)0(?=B\b)")
# "2025-@5-11", "198@-04-11", "@7-Mar-1994": the slashed zero of a typewriter's letters
ZERO = re.compile(r"(?<=\d[-/])[Q@](?=\d[-/]\d)|(?<=\b\d\d\d)@(?=-\d\d-)|(?<!\S)@(?=\d[-/](?:\d|[A-Z]))")
SPLIT_M = re.compile(r"(?<![A-Za-z])[A-Za-z]{0,30}rn[A-Za-z]{0,30}(?![A-Za-z])")
PLAIN = (
    "month", "months", "migraine", "migraines", "medication", "medications", "woman", "man", "symptom", "symptoms",
    "mg", "improvement", "from", "time", "times", "some", "most", "name", "member", "limb", "spasm", "spasms", "muscle",
    "arm", "minimal", "moderate", "mild", "maximum", "mouth", "memory", "mother", "mom", "morning", "confirmed",
    "stomach", "benefit", "relief", "response", "stopped", "tolerated", "ineffective", "discontinued", "headache",
    "headaches", "effect", "failed", "weeks",
)  # fmt: skip
# "b.i.d." ends no sentence; "q.h.s. Then" does
DOTTED = re.compile(
    r"\b(?:[bqt]\.i\.d|q\.h\.s|q\.[dh]|p\.[ro]\.n|p\.o|h\.s|o\.d|i\.m|i\.v|a\.m|p\.m)\.(?!\w)(?P<ends>\s+(?-i:[A-Z]))?",
    re.I,
)
# "Propran olol": a known word with a gap in it
GAPS = re.compile(r"(?=\b([A-Za-z]+) ([A-Za-z]+)\b)")
LEAST_JOINED = 7  # letters of a word that is put together
DAY_FIRST = re.compile(r"\bday ?/ ?month\b|\bdd ?/ ?mm\b|\bd/m/y", re.IGNORECASE)
SLASHED = re.compile(r"(?<![\d/.-])(?P<a>\d{1,2})(?P<s>[/.-])(?P<b>\d{1,2})(?P=s)(?P<y>(?:19|20)?\d\d)(?![\d/-])")
UNDATED = re.compile(r"(?m)^(?P<lead>[ ]*(?:[A-Za-z]{2,9}\.?,?[ ]+)?)(?P<a>\d{1,2})/(?P<b>\d{1,2})(?![\d/])")


def repaired(pages: Sequence[PageText]) -> list[PageText]:
    """The pages of one document with their text set right. A document that writes the day first does so throughout."""
    texts = [_unconfused(page.text) for page in pages]
    if _writes_day_first("\n".join(texts)):
        told = any(DAY_FIRST.search(text) for text in texts)
        texts = [_month_first(text, undated=told) for text in texts]
    return [page if text == page.text else replace(page, text=text) for page, text in zip(pages, texts, strict=True)]


def _unconfused(text: str) -> str:
    text = ZERO.sub("0", text)
    text = NUMBERS.sub(lambda m: m.group(0).translate(DIGITS), text)
    text = WORDS.sub(lambda m: m.group(0).translate(LETTERS), text)
    text = SPLIT_M.sub(lambda m: _with_m(m.group(0)), text) if "rn" in text else text
    return _joined(DOTTED.sub(_undotted, text))


def _undotted(match: re.Match[str]) -> str:
    ends = match["ends"] or ""
    written = match.group(0).removesuffix(ends)
    return (written.replace(".", "") + ("." if ends else "")).ljust(len(written)) + ends


def _joined(text: str) -> str:
    """ "Propran olol 80" -> "Propranolol  80": the gap goes behind the word."""
    for match in GAPS.finditer(text):
        word = match[1] + match[2]
        if len(word) >= LEAST_JOINED and word.lower() in _known() and match[2].lower() not in _known():
            text = f"{text[: match.start()]}{word} {text[match.end(2) :]}"
    return text


def _with_m(word: str) -> str:
    """ "rnigraine" -> "migraine ": a known word whose m was read as r and n."""
    for at in (m.start() for m in re.finditer("rn", word)):
        mended = f"{word[:at]}m{word[at + 2 :]}"
        if mended.lower() in _known() and word.lower() not in _known():
            return mended.ljust(len(word))
    return word


@cache
def _known() -> frozenset[str]:
    return frozenset((*PLAIN, *drugs_by_name()))


def _writes_day_first(text: str) -> bool:
    if DAY_FIRST.search(text):
        return True
    dates = [(int(m["a"]), int(m["b"])) for m in SLASHED.finditer(text)]
    return any(a > 12 >= b for a, b in dates) and not any(b > 12 for _, b in dates)


def _month_first(text: str, *, undated: bool) -> str:
    text = SLASHED.sub(lambda m: f"{m['b']}{m['s']}{m['a']}{m['s']}{m['y']}" if m["s"] != "." else m.group(0), text)
    return UNDATED.sub(lambda m: f"{m['lead']}{m['b']}/{m['a']}", text) if undated else text
