"""Whose page is it, as the page says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from packetgen.documents.text import PageText
from packetgen.extraction.dates import DATE, iso
from packetgen.extraction.model import Finding, Identity
from packetgen.extraction.place import evidence

_PART = r"[A-Z][A-Za-zÀ-ÿ'’-]*\.?"
_BETWEEN = r"(?:(?:van|von|der|den|de|la|del|di|da|bin|al)[ ])*"
_NAME = rf"{_PART},[ ]{{0,2}}{_PART}(?:[ ]{_PART})?|(?:(?:Mr|Mrs|Ms|Miss)\.?[ ])?{_PART}(?:[ ]{_BETWEEN}{_PART}){{1,3}}"
NAME = re.compile(
    r"\b(?i:Patient(?:[ ]name)?|Pt(?:[ ]Name)?|Name|User|Profile|Child|Veteran|Member(?:[ ]name)?|Participant|Enrollee"
    r"|Beneficiary|Regarding|Re)\b"
    rf"(?:[ ]*[:_,|=]+[ ]*|[ ]{{2,}}|[ ](?=[A-Z][\w'’-]+,))_*(?P<name>{_NAME})"
)
# A name without a label, on the line of the birth date: "MRN 3310-88-241   Ada Byron   DOB 1961-JUN-03".
NAME_BESIDE_BIRTH = re.compile(
    rf"(?:^[ ]*|[ ]{{2,}}|[|][ ]*)(?P<name>{_NAME})"
    r"(?:[ ]\([MF]\)|[ ]\d{1,3}[ ]?(?:y/?o|yrs?)\b)?(?:[ ]{2,}|[ ]*[|][ ]*)(?:[^\n]{0,20}[ |])?"
    r"(?i:DOB|D\.O\.B\.|Born|b\.|Member ID|MRN)",
    re.MULTILINE,
)
NO_NAME = re.compile(
    r"\b(?:notice|request|prior|determination|appeal|denial|precertification|authorization|clinic|center|health|packet"
    r"|questionnaire|consultation|report|history|hospital|institute|visit|department|group|plan|diagnosis|insurance"
    r"|neurology|urology|dermatology|medicine|page|summary|medical|procedure)\b",
    re.IGNORECASE,
)
BIRTH = re.compile(
    r"\b(?:DOB|D\.O\.B\.|Birth[ -]?date|Date of birth|Born|b\.(?=[ ]?\d))[ ]*[:_,|=]*[ ]*_*", re.IGNORECASE
)
MRN = re.compile(
    r"(?:\b(?i:(?:Acct/)?MRN|MR[ ]?#|Med(?:ical|\.)? rec(?:ord|\.)?(?: (?:no|number))?|Chart(?: (?:no|number))?"
    r"|Record(?: no)?|Our no|Patient ID|Pt ID)(?![A-Za-z])\.?[ ]*[:#]*[ ]*|(?<=[ ])#[ ]?)"
    r"(?P<mrn>(?:[A-Z]{1,4}[ .-]?)?\d[\dA-Z.-]*[\dA-Z])"
)
MEMBER = re.compile(
    r"\b(?i:(?:Member|Enrollee|Beneficiary) (?:ID|number|no\b\.?|#)|Subscriber ID|Participant ID|Insurance ID|Plan ID"
    r"|Identification|ID ?#|ID no\.?|ID(?=[ :]))"
    r"[ ]*[:#_|]*[ ]*_*(?P<id>(?:[A-Z]{1,4}[ -]?)?\d[\dA-Z-]*(?:[ ](?:\d[\dA-Z-]*|[A-Z]\b))*)"
)
STOPS = re.compile(r"[ ](?:MRN|DOB|Sex|Date|Age|Visit|ID)\b.*$")


def find_identity(page: PageText) -> list[Finding]:
    """One finding a page, with the first of each identifier that the page labels."""
    found = list(_identifiers(page))
    if not found:
        return []
    values: dict[str, str] = {}
    for field, value, _, _ in found:
        values.setdefault(field, value)
    start, end = min(f[2] for f in found), max(f[3] for f in found)
    if page.text.count("\n", start, end) > 3:
        end = found[0][3]
        start = found[0][2]
    return [Finding(Identity(**values), "present", (evidence(page, start, end, "identity"),))]


def _identifiers(page: PageText) -> Iterator[tuple[str, str, int, int]]:
    text = page.text
    for pattern in (NAME, NAME_BESIDE_BIRTH):
        named = ((match, _plain(match["name"])) for match in pattern.finditer(text))
        match, name = next(((match, name) for match, name in named if name), (None, None))
        if match and name:
            yield "name", name, match.start("name"), match.end("name")
            break
    if match := BIRTH.search(text):
        born = DATE.match(text, match.end())
        if born and (day := iso(born, in_the_past=True)):
            yield "birth_date", day, match.start(), born.end()
    if match := MRN.search(text):
        yield "mrn", match["mrn"].strip(), match.start(), match.end()
    if match := MEMBER.search(text):
        yield "member_id", match["id"].strip(), match.start(), match.end()


def _plain(name: str) -> str | None:
    """ "Okafor, Denise M" -> "Denise M Okafor"; None when it is no name."""
    name = re.sub(r"^(?:Mr|Mrs|Ms|Miss)\.? ", "", STOPS.sub("", name)).strip(" .,")
    if NO_NAME.search(name):
        return None
    if "," in name:
        last, _, first = name.partition(",")
        name = f"{first.strip()} {last.strip()}"
    return name if len(name.split()) >= 2 else None
