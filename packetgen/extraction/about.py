"""What a document is: its kind, its date, who wrote it, and whether it is signed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from packetgen.documents.text import PageText
from packetgen.extraction.authors import Written, written_by
from packetgen.extraction.dates import DATE, dates_in, iso, labelled
from packetgen.extraction.identity import find_identity
from packetgen.extraction.model import DocumentSummary, Evidence, Identity
from packetgen.extraction.place import evidence
from packetgen.extraction.small_letters import in_small_letters
from packetgen.extraction.toxin_columns import AHEAD
from packetgen.extraction.vocabulary import document_kinds

DATED = re.compile(
    r"(?<!Birth )(?<!Next )\b(?:Enc(?:ounter)? date|Completed(?: on(?: \w+)?)?|Date filled out|Report date|Opened"
    r"|Printed"
    r"|Date of (?:service|svc|visit|consultation|procedure|encounter|exam(?:ination)?|evaluation|injection|treatment"
    r"|dictation"
    r"|letter|report|notice|this letter|this notice)|(?:Visit|Consult(?:ation)?|Service|Exam|Letter|Notice|Procedure"
    r"|Treatment|Injection|Report|Appointment|Decision|Determination|Mailing) date|Date (?:seen|sent|mailed|printed)"
    r"|Seen(?: on)?|Reviewed|Discharged?|D/C(?=[ ]\d)|Visit|DOS|DOV|Svc dt"
    r"|Today(?:['\u2019]s date)?|Exported|Generated|Dictated|Issued|Mailed|Exam(?:ined)?"
    r"|Date|D/S)\b"
    r"[ ]*[:;_,=.|]*[ ]*(?:on )?(?:(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,? )?",
    re.IGNORECASE,
)
CLOSING = re.compile(r"(?:^|\s)(?:D|Dict|DD)[ ]?:[ ]*", re.IGNORECASE)
TITLE_CHARACTERS = 500
AHEAD_WITHIN = 12  # characters after a date of a flow sheet that say it is still to come
COLUMNS = 3  # dates on one line
TOP_LINES = 8
BORN = re.compile(r"\b(?:DOB|D\.O\.B|born|birth)", re.IGNORECASE)
BORN_WITHIN = 60  # characters between "date of birth" and its date, when the date is first told in words
RANGE = re.compile(r"[ ]*(?:-|–|to|through)[ ]*\d")


def summarise(pages: Sequence[PageText], kind: str | None = None) -> DocumentSummary:
    """Sum up one document; `kind` is what a person said it is, if they did."""
    whole = "\n".join(page.text for page in pages)
    places: list[Evidence] = []
    day = None
    for page in pages:
        if found := _labelled(page):
            start, end, day = found
            places.append(evidence(page, start, end, "document_date"))
            break
    if day is None and pages and (place := _date_on_top(pages[0])):
        day, where = place
        places.append(where)
    if day is None and pages and (found := next(labelled(CLOSING, pages[-1].text), None)):
        start, end, day = found
        places.append(evidence(pages[-1], start, end, "document_date"))
    kind = kind or _kind(whole)
    written = Written() if kind == "denial_letter" else written_by(pages)
    return DocumentSummary(
        pages[0].document.label,
        kind,
        day,
        written.author,
        written.specialty,
        written.signed,
        (*places, *written.places),
    )


def _labelled(page: PageText) -> tuple[int, int, str] | None:
    """The first full date that a label says is the document's: not a birth, not the first of a range."""
    for start, end, day in labelled(DATED, page.text):
        born = BORN.search(page.text[max(0, start - BORN_WITHIN) : start].rsplit("\n", 1)[-1])
        if (
            len(day) == 10
            and not (born and page.text[start:end].lower().startswith("date"))
            and not RANGE.match(page.text, end)
        ):
            line_end = page.text.find("\n", end)
            rest = page.text[end:line_end]
            later = [
                (end + at, found)
                for _, at, found in dates_in(rest)
                if len(found) == 10 and not AHEAD.search(rest[at : at + AHEAD_WITHIN])
            ]
            # the dates of a flow sheet's columns: it was written on the last of them
            return (start, *later[-1]) if len(later) >= COLUMNS - 1 else (start, end, day)
    return None


def _date_on_top(page: PageText) -> tuple[str, Evidence] | None:
    """The first full date of the page's first lines that no birth is said of: where notes and letters are dated."""
    births = {f.value.birth_date for f in find_identity(page) if isinstance(f.value, Identity)}
    end = 0
    for _ in range(TOP_LINES):
        end = page.text.find("\n", end) + 1 or len(page.text)
    for match in DATE.finditer(page.text, 0, end):
        day = iso(match)
        line = page.text[page.text.rfind("\n", 0, match.start()) + 1 : match.start()]
        born = BORN.search(line[-BORN_WITHIN:] if "(" in line[-2:] else line[-20:])
        if day and len(day) == 10 and not born and day not in births and not _is_row(page.text, match):
            row = page.text[match.start() : page.text.find("\n", match.end())]
            columns = [
                (match.start() + at, match.start() + end, found) for at, end, found in dates_in(row) if len(found) == 10
            ]
            if len(columns) >= COLUMNS and not line.strip():  # a flow sheet was written on the last of them
                start, stop, day = columns[-1]
                return day, evidence(page, start, stop, "document_date")
            return day, evidence(page, match.start(), match.end(), "document_date")
    return None


def _is_row(text: str, found: re.Match[str]) -> bool:
    """Whether a date begins its line, and the line before or after too: a row of a diary, not the page's date."""
    lines = text.splitlines()
    number = text.count("\n", 0, found.start())
    if not DATE.match(lines[number].lstrip()):
        return False
    return any(DATE.match(lines[n].lstrip()) for n in (number - 1, number + 1) if 0 <= n < len(lines))


def _kind(text: str) -> str:
    """The kind whose cues weigh most, twice where it titles itself; "other" when none is there."""
    said = text.lstrip().lower()
    title = said[:TITLE_CHARACTERS]
    weights = {
        kind: sum(weight * (2 if cue.search(title) else 1) for cue, weight in cues if cue.search(said))
        for kind, cues in _cues().items()
    }
    best = max(weights, key=lambda name: weights[name])
    return best if weights[best] > 0 else "other"


@cache
def _cues() -> dict[str, list[tuple[re.Pattern[str], int]]]:
    return {
        entry.kind: [(in_small_letters(cue.pattern), cue.weight) for cue in entry.cues]
        for entry in document_kinds().kinds
    }
