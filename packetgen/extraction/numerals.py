"""Numbers written as words, as digits: "eighteen to twenty headache days", "one hundred fifty five units"."""

from __future__ import annotations

import re

_UNITS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = (
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
VALUES = {
    **{word: number for number, word in enumerate(_UNITS, 1)},
    **{word: number for number, word in enumerate(_TEENS, 10)},
    **{word: number * 10 for number, word in enumerate(_TENS, 2)},
}
_UNIT, _TEEN, _TEN = "|".join(_UNITS), "|".join(_TEENS), "|".join(_TENS)
_BELOW_100 = rf"(?:{_TEN})(?:[ \n-]+(?:{_UNIT})\b)?|{_TEEN}|{_UNIT}"
# "nineteen sixty eight", "two hundred and ten", "sixty-eight"; a lone "one" is mostly a pronoun and stays.
NUMERAL = re.compile(
    rf"\b(?:(?P<century>nineteen|twenty)[ \n-]+(?P<year>(?:{_TEN})(?:[ \n-]+(?:{_UNIT}))?|{_TEEN})"
    rf"|(?P<hundreds>{_UNIT}|a)[ \n]+hundred(?:[ \n]+(?:and[ \n]+)?(?P<rest>{_BELOW_100}))?"
    rf"|(?!one\b(?![ -](?:days?|weeks?|months?|years?|hours?)\b))(?P<plain>{_BELOW_100}))\b(?!-(?:sided|half|time"
    rf"|way)\b)",
    re.IGNORECASE,
)
ANY = re.compile(rf"\b(?=[efhnost])(?:{_TEN}|{_TEEN}|{_UNIT}|hundred)\b", re.IGNORECASE)


def as_digits(text: str) -> str:
    """The text with its numerals as digits, filled up with spaces: every other character keeps its place."""
    if not ANY.search(text):
        return text
    return NUMERAL.sub(lambda match: _value(match).ljust(len(match.group(0))), text)


def _value(match: re.Match[str]) -> str:
    if match["century"]:
        return str(VALUES[match["century"].lower()] * 100 + _sum(match["year"]))
    if match["hundreds"]:
        return str(VALUES.get(match["hundreds"].lower(), 1) * 100 + _sum(match["rest"] or ""))
    return str(_sum(match["plain"]))


def _sum(words: str) -> int:
    return sum(VALUES[word] for word in re.findall(r"[a-z]+", words.lower()))
