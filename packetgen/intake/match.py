"""Whose page is it: the identifiers of a page beside those of a person, as strictly as a wrong-patient error wants.

Two identifiers must agree and none be in conflict. What is common to more than one person does not count as two:

- a member number is often a household's and twins share a birth date, so one of the two must be the name or the
  record number;
- father and son share name and member number and may differ in one digit of the birth date, and numbers given out in
  sequence differ in one digit too: a date or number that is one sign off on a scan agrees with nothing, and the rest
  must then settle it without a doubt (see `fits`);
- twins' first names may differ in one letter: a first name that is not read exactly agrees with nothing;
- a record number that reads poorly may be the twin's: it agrees with nothing either.

On a page with a text layer nothing is misread, so whatever differs there is in conflict.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from rapidfuzz.distance import OSA

SUFFIXES = {"jr": "jr", "junior": "jr", "sr": "sr", "senior": "sr", "ii": "ii", "iii": "iii", "iv": "iv"}
# What OCR takes for one another, made the same before letters are counted.
LOOKALIKES = {"rn": "m", "vv": "w", "cl": "d", "0": "o", "1": "l", "i": "l", "5": "s", "8": "b"}
LONG_NAME = 8  # letters from which on two may be misread

NAME, BIRTH, MEMBER, RECORD = "name", "birth date", "member number", "record number"
NameVerdict = Literal["same", "like", "near", "other"]


@dataclass(frozen=True, slots=True)
class Person:
    """Who someone is, as far as known. Names as lists of parts; members: every number that plans know them by."""

    given: tuple[str, ...] = ()
    family: tuple[str, ...] = ()
    birth_date: str | None = None
    members: tuple[str, ...] = ()
    record: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """The identifiers that a page shows. scanned: read by OCR, so that a sign may be misread; faint: read poorly."""

    name: str | None = None
    birth_date: str | None = None
    member: str | None = None
    record: str | None = None
    scanned: bool = False
    faint: bool = False

    @property
    def count(self) -> int:
        """How many identifiers the page shows."""
        return sum(value is not None for value in (self.name, self.birth_date, self.member, self.record))

    @property
    def as_person(self) -> Person:
        """The person that the page speaks of; the last word of a name is the family name."""
        parts = parts_of(self.name or "")
        family = parts[-1:] if len(parts) > 1 else ()
        return Person(
            parts[: len(parts) - len(family)],
            family,
            self.birth_date,
            (self.member,) if self.member else (),
            self.record,
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """Which identifiers of a page agree with a person's, are too close to be told apart, or are in conflict."""

    agree: frozenset[str] = field(default_factory=frozenset)
    near: frozenset[str] = field(default_factory=frozenset)
    differ: frozenset[str] = field(default_factory=frozenset)

    @property
    def fits(self) -> bool:
        """Whether it is this person's without a doubt."""
        if self.differ or len(self.agree) < 2 or not self.agree & {NAME, RECORD}:
            return False
        if BIRTH in self.near and RECORD not in self.agree:
            return False
        return RECORD not in self.near or {NAME, BIRTH} <= self.agree


def compare(seen: Seen, person: Person) -> Comparison:
    """Compare what a page shows with a person; what either does not know is not compared."""
    agree: set[str] = set()
    near: set[str] = set()
    differ: set[str] = set()
    for label, verdict in (
        (BIRTH, _dates(seen.birth_date, person.birth_date, seen.scanned)),
        (MEMBER, _any_number(seen.member, person.members, seen.scanned)),
        (RECORD, _numbers(seen.record, person.record, seen.scanned)),
    ):
        if label == RECORD and verdict == "same" and seen.faint:
            near.add(label)
        elif verdict:
            {"same": agree, "near": near, "other": differ}[verdict].add(label)
    if seen.name and person.family:
        name = compare_names(parts_of(seen.name), person, scanned=seen.scanned)
        sure = name == "same" or (name == "like" and agree & {BIRTH, RECORD})
        (agree if sure else differ if name == "other" else near).add(NAME)
    return Comparison(frozenset(agree), frozenset(near), frozenset(differ))


def parts_of(name: str) -> tuple[str, ...]:
    """The parts of a name without accents, case, hyphens and titles: "Ms. Zoë O'Neil-Łuk" -> zoe, oneil, luk."""
    plain = unicodedata.normalize("NFKD", name.replace("ł", "l").replace("Ł", "L").replace("ø", "o").replace("ß", "ss"))
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    parts = re.findall(r"\w+", re.sub(r"['’`]", "", plain).casefold())
    return tuple(part for part in parts if part not in ("mr", "mrs", "ms", "miss", "dr"))


def compare_names(seen: tuple[str, ...], person: Person, *, scanned: bool) -> NameVerdict:
    """Whether a name as read is the person's, in either order.

    same    the family name, and the first given name, to the letter; further given names are in no conflict
    like    the first given name to the letter, and a family name as OCR may misread it, or a further given name or
            "Jr" that only one of both has: agrees only beside an exact birth date or record number
    near    too close to say that it is someone else, and not close enough to count
    """
    left, suffix = _without_suffix(seen)
    family, own = _without_suffix(person.family)
    verdict: NameVerdict = "same"
    if suffix != own:
        if suffix and own:
            return "other"
        verdict = "like"
    for part in family:
        if part in left:
            left.remove(part)
            continue
        misread = next((token for token in left if scanned and _reads_like(token, part)), None)
        if misread is None:
            return "other"
        left.remove(misread)
        verdict = "like"
    return _given(left, person.given, verdict, scanned)


def _given(left: list[str], given: tuple[str, ...], verdict: NameVerdict, scanned: bool) -> NameVerdict:
    """The verdict when the family name has been found and `left` is what else stands there."""
    if not left or not given:
        return "near"
    if left[0] != given[0]:
        initial = 1 in (len(left[0]), len(given[0])) and left[0][0] == given[0][0]
        return "near" if initial or (scanned and _reads_like(left[0], given[0])) else "other"
    further, known = left[1:], given[1:]
    for one, other in zip(further, known, strict=False):
        if one[0] != other[0]:
            return "near"
    unmatched = (*further[len(known) :], *known[len(further) :])
    return "like" if any(len(part) > 1 for part in unmatched) else verdict


def _without_suffix(parts: tuple[str, ...]) -> tuple[list[str], str]:
    """The parts, and "jr", "sr", "ii" … that stood among them."""
    plain = [part for part in parts if part not in SUFFIXES]
    return plain, next((SUFFIXES[part] for part in parts if part in SUFFIXES), "")


def _reads_like(read: str, real: str) -> bool:
    """Whether OCR may have read `real` as `read`: signs that look alike, and one other slip, two in a long name."""
    return OSA.distance(_looks(read), _looks(real)) <= (2 if len(real) >= LONG_NAME else 1) and len(real) > 2


def _looks(text: str) -> str:
    for sign, like in LOOKALIKES.items():
        text = text.replace(sign, like)
    return text


def _dates(read: str | None, known: str | None, scanned: bool) -> Literal["same", "near", "other"] | None:
    if read is None or known is None or len(read) < len("YYYY-MM-DD"):
        return None
    if read == known:
        return "same"
    return "near" if scanned and OSA.distance(read, known) == 1 else "other"


def _numbers(read: str | None, known: str | None, scanned: bool) -> Literal["same", "near", "other"] | None:
    if read is None or known is None:
        return None
    one, other = _number(read), _number(known)
    if one == other:
        return "same"
    return "near" if scanned and OSA.distance(_looks(one), _looks(other)) <= 1 else "other"


def _number(text: str) -> str:
    return re.sub(r"[\W_]", "", text).lower().lstrip("0")


def _any_number(read: str | None, known: tuple[str, ...], scanned: bool) -> Literal["same", "near", "other"] | None:
    """The best that a number is beside several."""
    verdicts = [verdict for number in known if (verdict := _numbers(read, number, scanned))]
    return min(verdicts, key=("same", "near", "other").index, default=None)


def document_fits(pages: Iterable[Seen | None], person: Person) -> bool:
    """Whether a document is this person's: no page in conflict or doubtful by itself, and together they settle it."""
    found = [compare(seen, person) for seen in pages if seen]
    if any(page.differ or (page.near and not page.fits) for page in found):
        return False
    return any(page.fits for page in found) or Comparison(frozenset().union(*(page.agree for page in found))).fits
