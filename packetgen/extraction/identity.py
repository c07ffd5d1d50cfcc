"""Whose page is it, as the page says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from packetgen.documents.text import PageText
from packetgen.extraction.dates import DATE, iso
from packetgen.extraction.model import Finding, Identity
from packetgen.extraction.place import evidence

_PART = r"[A-Z][A-Za-zÀ-ÿ'’-]*\.?"
NAME = re.compile(
    rf"\b(?:Patient(?:[ ]name)?|Pt(?:[ ]Name)?|Name|User|Member(?:[ ]name)?)\b[ ]*[:_,]*[ ]*"
    rf"(?P<name>{_PART},[ ]{{1,2}}{_PART}(?:[ ]{_PART})?|{_PART}(?:[ ]{_PART}){{1,3}})"
)
# A name without a label, on the line of the birth date: "MRN 3310-88-241   Ada Byron   DOB 1961-JUN-03".
NAME_BESIDE_BIRTH = re.compile(
    rf"(?:^|[ ]{{2,}}|[|][ ]*)(?P<name>{_PART},[ ]{_PART}(?:[ ]{_PART})?|{_PART}(?:[ ]{_PART}){{1,2}})"
    rf"(?:[ ]{{2,}}|[ ]*[|][ ]*)(?:[^\n]{{0,20}}[ |])?(?:DOB|D\.O\.B\.|Born)\b",
    re.MULTILINE,
)
BIRTH = re.compile(r"\b(?:DOB|D\.O\.B\.|Birth[ ]?date|Date of birth|Born)\b[ ]*[:_,]*[ ]*", re.IGNORECASE)
MRN = re.compile(
    r"(?:\b(?:MRN|Medical record (?:no|number))\b[ ]*[:#]*[ ]*|(?<=[ ])#[ ]?)(?P<mrn>[A-Z]{0,4}[ -]?\d[\dA-Z-]{2,})"
)
MEMBER = re.compile(
    r"\b(?:Member (?:ID|number|no\.?)|Subscriber ID|Insurance ID|ID#|ID(?=[ :]))[ ]*[:#_]*[ ]*"
    r"(?P<id>[A-Z0-9][A-Z0-9-]*(?:[ ]\d+)*\d)"
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
        if (match := pattern.search(text)) and (name := _plain(match["name"])):
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
    name = STOPS.sub("", name).strip(" .,")
    if "," in name:
        last, _, first = name.partition(",")
        name = f"{first.strip()} {last.strip()}"
    return name if len(name.split()) >= 2 else None
