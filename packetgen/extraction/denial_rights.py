"""What a denial letter says of appeals and conversations: until when, by which fax or phone, to which address.

The letter is read in order. Words begin a topic, and each number, count of days or last day that follows belongs to
it, until the next topic; one right before its topic ("call 800-555-0104 for an expedited appeal") belongs to that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

from packetgen.extraction.dates import DATE, iso
from packetgen.extraction.denial_words import TopicName, denial_reasons
from packetgen.extraction.numerals import as_digits

PHONE = re.compile(r"(?<![\d-])(?:1[- .])?(?:\(\d{3}\)[ ]?|\d{3}[- .])\d{3}[- .]\d{4}(?![\d-])")
FAX = re.compile(
    r"\b(?:fax(?:ed)?|facsimile)\b(?:[ ](?:it|this|number|no\.?|to|at|is|a|your|appeal|request|written))*[ :#.]*$",
    re.IGNORECASE,
)
FAX_AFTER = re.compile(r" ?\(fax\)", re.IGNORECASE)
SENTENCE_BEFORE = re.compile(r"^.*[a-z)]\. (?=[A-Z])")
DAYS = re.compile(
    r"(?<![\d/-])(?P<n>\d{1,3})\)?[ ]*(?:\(\d{1,3}\)[ ]*)?(?P<of>calendar |business |working )?"
    r"(?P<unit>days?|d(?=[ ]*(?:[.,:;)]|$))|hours?|months?)\b",
    re.IGNORECASE,
)
BEFORE = re.compile(
    r"\b(?:by|before|later than|until|no later than|on or before|due|through|deadline)\b[ :]*(?:\w+, )?$", re.IGNORECASE
)
NAMED_AFTER = re.compile(
    r"^[ ,;]*(?:\([^)]{0,50}\)[ ])?(?:and ask )?(?:for|to)[ ](?:an?[ ]|file[ ]an?[ ]|request[ ]an?[ ])?$"
)
LEADS_TO = re.compile(r"^[^.;]{0,60}$")  # "within 90 days of this letter to Claim Reconsideration"
NOT_FOR_APPEAL = re.compile(
    r"\b(?:our|a|written|its) decision|\bdecide|answer|respon[ds]|we (?:will |must )?(?:give|decide|tell)"
    r"|after (?:the|your) (?:first|plan)",
    re.IGNORECASE,
)
# Days that measure something else: "for at least 30 days", "183 days after the service", "120 days to file".
NO_WINDOW = re.compile(
    r"\b(?:at least|(?<!appeal )(?<!review )(?<!filed )(?<!open )for"
    r"|every|each|per|past|last|first|about|used|given|is|are|was)[ ]*$",
    re.IGNORECASE,
)
NO_WINDOW_AFTER = re.compile(
    r"[ ]*(?:after|from|of|past)[ ](?:the[ ])?(?:date[ ]of[ ])?services?\b"
    r"|[ ]*(?:later|apart|ago|each|to file\b|a month)",
    re.IGNORECASE,
)
_STREET = r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Court|Ct|Way|Plaza|Drive|Dr|Blvd|Boulevard)"
ADDRESS = re.compile(
    r"(?:(?:address|mail(?:ed)?|write|send (?:it|this|your appeal)|deliver\w*|attn)\b(?:[ ]+(?:to|us|at|is))*[ :]*"
    r"|\bto[: ]+)?(?P<address>[^.;:|]{0,70}?\b(?:P\.? ?O\.? ?)?Box[ ]\d[^.;|]{0,50}"
    rf"|[^.;:|]{{0,60}}?\b\d{{1,5}}[ ][A-Z]\w+(?:[ ][A-Z]\w+)*[ ]{_STREET}\b[^.;|]{{0,50}})"
)
AFTER_ADDRESS = re.compile(r",?[ ](?:(?:or|and)(?: its)?[ ](?:send|fax|by)|Fax|Phone|Tel)\b.*$")
BEFORE_ADDRESS = re.compile(r"^.*\b(?:to|at|is|with|or)[ ](?:the )?")
LEVELS = (
    ("second internal appeal", r"second[- ]level|second appeal|two levels|2 levels|levels of appeal"),
    ("external review", r"external review|independent (?:review )?organi[sz]ation|outside review|\bIRO\b"),
    ("independent review entity", r"independent review entity|\bIRE\b"),
    ("state fair hearing", r"(?:state|fair) (?:fair )?hearing"),
)  # fmt: skip
DECIDED_FROM = len("2026-01-01")


@dataclass
class Rights:
    """What the letter gives for each topic: the first of each kind."""

    days: dict[TopicName, int] = field(default_factory=dict)
    windows: dict[TopicName, str] = field(default_factory=dict)
    last: dict[TopicName, str] = field(default_factory=dict)
    faxes: dict[TopicName, str] = field(default_factory=dict)
    phones: dict[TopicName, str] = field(default_factory=dict)
    address: str | None = None


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    kind: str
    text: str


@cache
def _topics() -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{t.topic}>{t.pattern})" for t in denial_reasons().topics), re.IGNORECASE)


def rights_in(letter: str, year: str | None = None) -> Rights:
    """The rights that a letter gives. year: of its date, for a last day that is written without one."""
    text = " ".join(as_digits(letter).split())
    rights = Rights()
    topic: TopicName | None = None
    tokens = sorted(_tokens(text, year), key=lambda token: token.start)
    for index, token in enumerate(tokens):
        if token.kind == "topic":
            topic = token.text  # type: ignore[assignment]
            if topic == "appeal" and rights.address is None:
                rights.address = _address(text, token.end, tokens[index + 1 :])
            continue
        after = next((t for t in tokens[index + 1 :] if t.kind == "topic"), None)
        between = text[token.end : after.start] if after else ""
        leads = LEADS_TO if topic is None and token.kind == "days" else NAMED_AFTER
        named = after.text if after and leads.match(between) else topic
        if named:
            _note(rights, named, token, text)  # type: ignore[arg-type]
    return rights


def _tokens(text: str, year: str | None) -> Iterator[_Token]:
    for match in _topics().finditer(text):
        yield _Token(match.start(), match.end(), "topic", match.lastgroup or "")
    for match in PHONE.finditer(text):
        yield _Token(match.start(), match.end(), "number", match.group(0))
    for match in DAYS.finditer(text):
        yield _Token(
            match.start(), match.end(), "days", f"{match['n']} {(match['of'] or '').lower()}{match['unit'].lower()}"
        )
    dated = (
        DATE if year is None else re.compile(rf"{DATE.pattern}|(?P<short>\d{{1,2}}[ ][A-Z][a-z]+)(?![ ]\d)", DATE.flags)
    )
    for match in dated.finditer(text):
        short = match.groupdict().get("short")
        whole = DATE.match(f"{short} {year}") if short else match
        if whole and BEFORE.search(text[: match.start()]) and (day := iso(whole)) and len(day) == DECIDED_FROM:
            yield _Token(match.start(), match.end(), "last", day)


def _note(rights: Rights, topic: TopicName, token: _Token, text: str) -> None:
    before = SENTENCE_BEFORE.sub("", text[max(0, token.start - 60) : token.start])
    if token.kind == "number":
        fax = FAX.search(before) is not None or FAX_AFTER.match(text, token.end) is not None
        (rights.faxes if fax else rights.phones).setdefault(topic, token.text)
    elif token.kind == "last":
        rights.last.setdefault(topic, token.text)
    else:
        if NO_WINDOW.search(before) or NO_WINDOW_AFTER.match(text, token.end):
            return
        amount, _, unit = token.text.partition(" ")
        rights.windows.setdefault(topic, token.text)
        if unit.rsplit()[-1].startswith("d") and not NOT_FOR_APPEAL.search(before[-40:]):
            rights.days.setdefault(topic, int(amount))


def _address(text: str, start: int, later: list[_Token]) -> str | None:
    """The address of the part that begins at `start`, up to the next topic but a repeated one."""
    end = next((t.start for t in later if t.kind == "topic" and t.text != "appeal"), len(text))
    found = ADDRESS.search(text, start, end)
    if found is None:
        return None
    return BEFORE_ADDRESS.sub("", AFTER_ADDRESS.sub("", found["address"])).strip(" ,:-") or None


def levels_in(letter: str) -> tuple[str, ...]:
    """The further reviews that a letter names, in their order."""
    text = " ".join(letter.split())
    return tuple(name for name, pattern in LEVELS if re.search(pattern, text, re.IGNORECASE))


def last_day(decided: str | None, days: int | None) -> str | None:
    """The last day by the letter's own count, from its date; the plan may count from receipt, which is later."""
    if decided is None or days is None or len(decided) != DECIDED_FROM:
        return None
    return (date.fromisoformat(decided) + timedelta(days=days)).isoformat()
