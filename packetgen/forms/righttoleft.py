"""Right-to-left text as it is drawn: letters in the order they stand on the page, Arabic ones joined.

For the short texts of forms (names, addresses): runs of one direction are ordered, not embedded levels of them
(Unicode Standard Annex 9). Joined forms are taken from the compatibility decompositions of Unicode's own tables.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from itertools import groupby

RIGHT = {"R", "AL"}
STRONG = {"L", "R", "AL", "EN", "AN"}
LAM = "\u0644"


def as_drawn(text: str) -> str:
    """The letters from left to right; the text itself when none of it runs from right to left."""
    directions = [unicodedata.bidirectional(letter) for letter in text]
    if not RIGHT & set(directions):
        return text
    first = next(d for d in directions if d in ("L", "R", "AL"))
    joined = _join(text)
    runs = _runs(joined, right=first in RIGHT)
    drawn = ["".join(_mirrored(reversed(run))) if right else run for right, run in runs]
    return "".join(reversed(drawn) if first in RIGHT else drawn)


def _runs(text: str, right: bool) -> list[tuple[bool, str]]:
    """Runs of one direction; what has none stands between two of one direction with them, else with the base."""
    sides: list[bool | None] = []
    for letter in text:
        direction = unicodedata.bidirectional(letter)
        sides.append(None if direction not in STRONG else direction in RIGHT)
    resolved = []
    for index, side in enumerate(sides):
        before = next((s for s in reversed(sides[:index]) if s is not None), right)
        after = next((s for s in sides[index:] if s is not None), right)
        resolved.append(side if side is not None else before if before == after else right)
    letters = iter(text)
    return [(side, "".join(next(letters) for _ in group)) for side, group in groupby(resolved)]


def _mirrored(letters: object) -> list[str]:
    swap = {"(": ")", ")": "(", "[": "]", "]": "[", "<": ">", ">": "<", "«": "»", "»": "«"}
    return [swap.get(letter, letter) for letter in letters]  # type: ignore[attr-defined]


@cache
def _joined_forms() -> dict[str, dict[str, str]]:
    """The shapes of each Arabic letter (or lam with alef): isolated, initial, medial, final."""
    forms: dict[str, dict[str, str]] = {}
    for code in (*range(0xFB50, 0xFDF0), *range(0xFE70, 0xFEFD)):
        shape, *letters = unicodedata.decomposition(chr(code)).split()[:3] or [""]
        base = "".join(chr(int(letter, 16)) for letter in letters)
        if shape.startswith("<") and (len(base) == 1 or (len(base) == 2 and base[0] == LAM and base[1] in "آأإا")):
            forms.setdefault(base, {}).setdefault(shape.strip("<>"), chr(code))
    return forms


def _join(text: str) -> str:
    """Arabic letters in the shape that their neighbours give them."""
    forms = _joined_forms()
    letters: list[str] = []
    for letter in text:
        if letters and letters[-1] + letter in forms:
            letters[-1] += letter
        else:
            letters.append(letter)
    drawn = []
    for index, letter in enumerate(letters):
        shapes = forms.get(letter)
        if not shapes:
            drawn.append(letter)
            continue
        before = index > 0 and "initial" in forms.get(letters[index - 1], {}) and "final" in shapes
        after = index + 1 < len(letters) and "initial" in shapes and "final" in forms.get(letters[index + 1], {})
        shape = {(False, False): "isolated", (False, True): "initial", (True, True): "medial", (True, False): "final"}
        drawn.append(shapes.get(shape[before, after], letter))
    return "".join(drawn)
