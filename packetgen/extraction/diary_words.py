"""What the words beside a day of a diary tell: a headache or none, migraine, how long, and whether medicine was taken.

The words are those of knowledge/diary.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from packetgen.extraction.diary_entry import NOT_RECORDED, UNREADABLE, Cells
from packetgen.extraction.diary_times import lasted
from packetgen.extraction.diary_vocabulary import Said, diary_words
from packetgen.extraction.numerals import as_digits
from packetgen.extraction.scope import names_in


def told(rest: str, is_migraine: bool | None = None) -> Cells:
    """What an entry tells, as the columns of a table would; {} for an empty one.

    is_migraine: whether a sign beside it says so, by the diary's own legend; None without a legend.
    What the entry does not speak of has no cell: a diary that never tells how long has no count of long days.
    """
    said = " ".join(as_digits(rest).split())
    words = diary_words()
    if not re.search(r"[\w☺–-]", said):
        return {}
    if _pattern(words.missing).match(said.lstrip(" .,:;–-")):
        return {"headache": NOT_RECORDED}
    bare = _pattern(words.elsewhere).sub(" ", said)
    without = _pattern(words.none).sub(" ", bare)
    plain = _pattern(words.no_migraine).sub(" ", without)
    acute = _acute(said)
    speaks = is_migraine is not None or _pattern((*words.migraine, *words.no_migraine)).search(said)
    hours = lasted(without)
    aches = is_migraine or _pattern(words.headache).search(plain) or (hours and without == bare)
    if not aches:
        if without != bare:
            return {"headache": "no", **({"acute": acute} if acute else {})}
        is_missing = _pattern(words.missing).search(said)
        return {"headache": NOT_RECORDED if is_missing else UNREADABLE}
    if _pattern(words.doubtful).search(plain):
        return {"headache": UNREADABLE}
    migraine = is_migraine or _pattern(words.migraine).search(plain)
    cells = {"migraine": ("yes" if migraine else "no") if speaks else "", "hours": hours, "acute": acute}
    return {"headache": "yes", **{name: said for name, said in cells.items() if said}}


def _acute(said: str) -> str:
    """The medicines that were taken for it, "yes" for one that is not named, "no" where none was, "" if not told."""
    words = diary_words()
    named = [
        drug.generic
        for start, _, drug in names_in(said)
        if "acute" in (drug.role, drug.may_be) and not _pattern(words.not_taken).search(said[:start])
    ]
    if named:
        return ", ".join(named)
    without = _pattern(words.untreated).sub(" ", said)
    return "yes" if _pattern(words.taken).search(without) else "no" if without != said or names_in(said) else ""


def _pattern(words: Sequence[Said]) -> re.Pattern[str]:
    return _compiled(tuple(entry.words for entry in words))


@cache
def _compiled(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in words), re.IGNORECASE)
