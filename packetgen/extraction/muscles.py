"""Units by muscle and side in lists: a line a muscle, or all of them in a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from packetgen.extraction.model import Site
from packetgen.extraction.place import lines_of
from packetgen.extraction.vocabulary import muscle_named, muscle_pattern

SIDES = {
    "l": "left", "lt": "left", "left": "left", "os": "left", "r": "right", "rt": "right", "right": "right",
    "od": "right", "mid": "midline", "midline": "midline", "b": "bilateral", "b/l": "bilateral", "bl": "bilateral",
    "bilat": "bilateral", "bilateral": "bilateral", "both": "bilateral", "ou": "bilateral",
}  # fmt: skip
_SIDE = r"left|right|midline|bilateral|bilat|both|b/l|lt|rt|od|os|ou|l|r|b"
SIDE = re.compile(rf"(?<![\w/'’])(?P<side>{_SIDE})(?![\w/])\.?", re.IGNORECASE)
NUMBER = re.compile(r"(?<![\w.])(?P<n>\d{1,4}(?:\.\d{1,2})?)(?!\.?[\w%]|[ ]?(?:sites?|mL|cc))")
UNITS = re.compile(r"(?<![\w.])(?P<n>\d{1,4}(?:\.\d{1,2})?)[ ]?(?:units?|u)\b", re.IGNORECASE)
# "R 5u x2   L 5u x2": units of each injection and how many, a side after the other
BY_SIDE = re.compile(
    r"(?<![\w/])(?P<side>left|right|lt|rt|od|os|l|r)\.?[ :=]{0,3}(?P<n>\d{1,3}(?:\.\d)?)[ ]?(?:units?|u)?\b"
    r"(?:[ ]?x[ ]?(?P<times>\d{1,2})\b)?",
    re.IGNORECASE,
)
TIMES = re.compile(
    r"(?P<n>\d{1,3}(?:\.\d)?)[ ]?(?:units?|u)\b[ ]?x[ ]?(?P<times>\d{1,2})\b(?![ ]*sites[ ]*\()", re.IGNORECASE
)
ON_EACH_SIDE = re.compile(r"\b(?:each|per) side\b|\beach\b(?! (?:site|inj))|\bbilat\w*|\bB/L\b|\bOU\b", re.IGNORECASE)
# "30 U each parotid", "1000 per parotid", "5 units into left medial rectus"
INTO = re.compile(
    r"(?<![\w.])(?P<n>\d{1,4}(?:\.\d)?)[ ]?(?:units?|u)?[ ](?P<how>per|(?:in(?:to)? |to )?each|in(?:to)?(?: the)?"
    r"|to(?: the)?)[ ]"
    rf"(?:(?P<side>{_SIDE})[ ])?$",
    re.IGNORECASE,
)
_SITES = (
    r"(?:,? (?:(?:in|at|over|across|divided (?:in|over|among)) )?(?:\d{1,2}|two|three|four|five|six)"
    r" (?:sites?|points?|spots?))?"
)
# Dictated: "10 units in 2 sites in the frontalis on each side", "Temporalis received 20 units on the left"
DICTATED_BEFORE = re.compile(
    rf"(?<![\w.])(?P<n>\d{{1,3}}(?:\.\d{{1,2}})?) units?{_SITES}(?: (?:were|was) (?:injected|given|placed))?"
    rf"(?P<mid> in the midline)? (?:in|into|to)(?: the)?(?P<each> each| either| both)?(?: (?P<side>{_SIDE}))? $",
    re.IGNORECASE,
)
_ON = (
    r"(?: (?:on|to|in) (?:the )?(?P<{0}>right|left)(?: side)?"
    r"| (?P<{1}>(?:on )?(?:each|either|both) sides?|bilaterally))"
)
DICTATED_AFTER = re.compile(
    r"(?: muscles?)?,?(?: (?:each )?(?:received|got|(?:was|were) (?:given|injected with)))? "
    rf"(?P<n>\d{{1,3}}(?:\.\d{{1,2}})?) units?{_SITES}{_ON.format('side', 'each')}(?: \([^)]*\))?",
    re.IGNORECASE,
)
ON_SIDE = re.compile(rf"(?: muscles?)?,?{_ON.format('side', 'each')}", re.IGNORECASE)
AND_OTHER = re.compile(
    rf",?(?: and| then)? (?P<n>\d{{1,3}}(?:\.\d{{1,2}})?)(?: units?)?{_SITES}{_ON.format('side', 'each')}",
    re.IGNORECASE,
)
IN_ALL = re.compile(  # "2.5 units each, so 5 units"
    r"[^.;\d]{0,40}\d[\d.]* units? each,? (?:so|for|i\.e\.|total(?:ing|ling)?|=) (?P<n>\d{1,3}(?:\.\d{1,2})?) units?",
    re.IGNORECASE,
)
BEFORE_MUSCLE = re.compile(r"[\W\d]*(?:(?:left|right|bilateral|b/l|lt|rt|l|r)\b\.?[ ]*)?", re.IGNORECASE)
PROSE = re.compile(
    r"\breceived \d|\b(?:was|were) (?:then )?injected\b"
    r"|\bunits? (?:(?:in|at) \d+ sites? )?(?:in|into|to) (?:the )?(?:left|right|\w+is\b|\w+us\b)",
    re.IGNORECASE,
)
NOT_INJECTED = re.compile(r"not injected|not treated", re.IGNORECASE)
GAP_LINES = 2  # lines without a muscle that a table may have within
INTO_WITHIN, DICTATED_WITHIN = 34, 80  # characters before a muscle


@dataclass(frozen=True, slots=True)
class Injected:
    """The sites of one table or list, and where it stands in the text: text[start:end]."""

    sites: tuple[Site, ...]
    start: int
    end: int

    @property
    def total(self) -> float:
        """Sum of the units."""
        return sum(site.units or 0 for site in self.sites)


def tables(text: str) -> list[Injected]:
    """Runs of lines that each begin with a muscle and tell its units, with the unit beside the number."""
    found: list[Injected] = []
    lines = [(offset, line) for line, offset in lines_of(text)]
    rows: list[tuple[int, int, list[Site]]] = []
    for index, (start, line) in enumerate(lines):
        sites = _row(line)
        if sites is None:
            if rows and index - rows[-1][1] > GAP_LINES:
                _close(found, rows, lines)
                rows = []
            continue
        rows.append((start, index, sites))
    _close(found, rows, lines)
    return found


def listed(text: str, start: int, end: int) -> tuple[Site, ...]:
    """Sites of a sentence: "(R biceps 80, FDS 50, FDP 50)"; a side holds until another is named."""
    said = " ".join(re.sub(r"(?<=\d),(?=\d{3}\b)", "", text[start:end]).split())
    names = list(muscle_pattern().finditer(said))
    sites: list[Site] = []
    side: str | None = None
    for name, after in pairwise([*names, None]):
        if name is None:
            break
        rest = said[name.end() : after.start() if after else len(said)]
        if dictated := _dictated(_muscle(name), said[max(0, name.start() - DICTATED_WITHIN) : name.start()], rest):
            sites += dictated
            continue
        into = INTO.search(said[max(0, name.start() - INTO_WITHIN) : name.start()])
        if into:
            sites += _into(_muscle(name), into)
            continue
        before = SIDE.findall(said[max(0, name.start() - 12) : name.start()])
        side = SIDES[before[-1].lower()] if before else side
        number = NUMBER.search(rest[:20]) or UNITS.search(rest[:20])
        if number:
            own = SIDE.search(rest[: number.start()])
            units = _in_brackets(rest, number) or float(number["n"])
            side_of = SIDES[own["side"].lower()] if own else side
            if ON_EACH_SIDE.match(rest[number.end() : number.end() + 16].lstrip(" uU")):
                sites += [Site(_muscle(name), each, units) for each in ("left", "right")]
            else:
                sites.append(Site(_muscle(name), side_of, units))
    return tuple(sites)


def _dictated(muscle: str, before: str, rest: str) -> list[Site]:
    """Sites that a sentence tells of one muscle: units before its name or after it, and on which sides."""
    if whole := IN_ALL.match(rest):
        return [Site(muscle, None, float(whole["n"]))]
    first = DICTATED_BEFORE.search(before)
    side = ON_SIDE.match(rest) if first else DICTATED_AFTER.match(rest)
    if first and side is None:
        if first["each"]:
            return [Site(muscle, each, float(first["n"])) for each in ("left", "right")]
        own = (
            "midline"
            if first["mid"] or rest.startswith(" in the midline")
            else SIDES[first["side"].lower()]
            if first["side"]
            else None
        )
        return [Site(muscle, own, float(first["n"]))]
    if side is None:
        return []
    units = float(first["n"] if first else side["n"])
    if side["each"]:
        return [Site(muscle, each, units) for each in ("left", "right")]
    other = AND_OTHER.match(rest, side.end())
    sites = [Site(muscle, side["side"].lower(), units)]
    return [*sites, Site(muscle, other["side"].lower(), float(other["n"]))] if other and other["side"] else sites


def _into(muscle: str, into: re.Match[str]) -> list[Site]:
    units = float(into["n"])
    if "each" in into["how"].lower() or into["how"].lower() == "per":
        return [Site(muscle, side, units) for side in ("left", "right")]
    return [Site(muscle, SIDES[into["side"].lower()] if into["side"] else None, units)]


def _in_brackets(rest: str, number: re.Match[str]) -> float | None:
    """ "25 U x 2 sites (50)": the sum that is given for the muscle."""
    match = re.match(
        r"[ ]?(?:units?|u)?[ ]?x[ ]?\d{1,2}[ ]?sites?[ ]?\((\d{1,3}(?:\.\d)?)\)", rest[number.end() :], re.IGNORECASE
    )
    return float(match[1]) if match else None


def _close(found: list[Injected], rows: list[tuple[int, int, list[Site]]], lines: list[tuple[int, str]]) -> None:
    if len(rows) >= 2:
        last_start, last_line = lines[rows[-1][1]]
        sites = tuple(site for _, _, row in rows for site in row if site.units)
        found.append(Injected(sites, rows[0][0], last_start + len(last_line)))


def _row(line: str) -> list[Site] | None:
    """The sites of a line that begins with a muscle; None when it does not, or has no units."""
    if not (any(map(str.isdigit, line)) or NOT_INJECTED.search(line)) or PROSE.search(line):
        return None
    name = muscle_pattern().search(line)
    if name is None or not BEFORE_MUSCLE.fullmatch(line[: name.start()]):
        return None
    several = _several(line)
    if several:
        return several
    muscle = _muscle(name)
    if NOT_INJECTED.search(line):
        return []
    rest = line[name.end() :]
    by_side = list(BY_SIDE.finditer(rest))
    if by_side:
        return [Site(muscle, SIDES[m["side"].lower()], float(m["n"]) * int(m["times"] or 1)) for m in by_side]
    return _one_side(muscle, rest, line[: name.start()])


def _one_side(muscle: str, rest: str, before: str) -> list[Site] | None:
    """A line with one number of units: of the side that it names, of each side, or of none."""
    units = UNITS.search(rest)
    if units is None:
        return None
    side = SIDE.search(rest) or SIDE.search(before)
    times = TIMES.search(rest)
    value = float(times["n"]) * int(times["times"]) if times else float(units["n"])
    if ON_EACH_SIDE.match(rest[units.end() :].lstrip()):
        return [Site(muscle, each, value) for each in ("left", "right")]
    return [Site(muscle, SIDES[side["side"].lower()] if side else None, value)]


def _several(line: str) -> list[Site]:
    """The sites of a row that names two muscles or more, each with its own units; else none."""
    names = list(muscle_pattern().finditer(line))
    sites = []
    for name, after in pairwise([*names, None]):
        rest = line[name.end() : after.start() if after else len(line)] if name else ""
        units = UNITS.search(rest)
        if name is None or units is None:
            return []
        side = SIDE.search(rest[: units.start()]) or SIDE.search(line[max(0, name.start() - 10) : name.start()])
        sites.append(
            Site(
                _muscle(name),
                SIDES[side["side"].lower()] if side else None,
                _in_brackets(rest, units) or float(units["n"]),
            )
        )
    return sites if len(sites) >= 2 else []


def _muscle(match: re.Match[str]) -> str:
    return muscle_named(match.group(0))
