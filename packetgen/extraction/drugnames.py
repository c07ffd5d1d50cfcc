"""Names of drugs in a text: brands, generics, abbreviations and misspellings."""

from __future__ import annotations

import re
from functools import cache

from packetgen.extraction.vocabulary import Drug, drugs


@cache
def drugs_by_name() -> dict[str, Drug]:
    """Each lower-case name of a drug, and the drug."""
    return {
        way: drug
        for drug in drugs().drugs
        for name in (drug.generic, *drug.names)
        for way in {name.lower(), name.lower().replace("-", " ")}
    }


def drug_named(name: str) -> Drug:
    """The drug of a name that drug_pattern() matched."""
    return drugs_by_name()[name.lower()]


@cache
def drug_pattern() -> re.Pattern[str]:
    """Matches any name of any drug as whole words, the longest first.

    The names are a tree of letters, since asking each of some hundred names at every letter of a page takes long.
    """
    tree: _Tree = {}
    for name in drugs_by_name():
        node = tree
        for letter in name:
            node = node.setdefault(letter, {})
        node[END] = {}
    return re.compile(rf"(?<![\w-]){_branches(tree)}(?![\w-])", re.IGNORECASE)


END = ""
_Tree = dict[str, "_Tree"]


def _branches(node: _Tree) -> str:
    """The pattern of all endings below a node: what goes on before what ends here."""
    ways = [f"{re.escape(letter)}{_branches(below)}" for letter, below in node.items() if letter != END]
    if not ways:
        return ""
    ending = "?" if END in node else ""
    return f"(?:{'|'.join(ways)}){ending}" if ending or len(ways) > 1 else ways[0]


NEAR_ENOUGH = 1  # letters wrong, left out, added or swapped
LONG_NAME = 8  # letters: a shorter name is too near to other words


@cache
def drug_like(word: str) -> Drug | None:
    """The one drug whose long name is a letter from a lower-case word: "topirimate", not Bystolic from "systolic"."""
    from rapidfuzz.distance import OSA

    near = {
        drug.generic: drug
        for name, drug in _long_names().get(word[0], ())
        if abs(len(name) - len(word)) <= _slips(name)
        and OSA.distance(word, name, score_cutoff=_slips(name)) <= _slips(name)
    }
    return next(iter(near.values())) if len(near) == 1 else None


@cache
def _long_names() -> dict[str, list[tuple[str, Drug]]]:
    """The long names by their first letter."""
    names: dict[str, list[tuple[str, Drug]]] = {}
    for name, drug in drugs_by_name().items():
        if len(name) >= LONG_NAME:
            names.setdefault(name[0], []).append((name, drug))
    return names


def _slips(name: str) -> int:
    return NEAR_ENOUGH + (len(name) >= 10)
