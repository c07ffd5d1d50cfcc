"""The text of a C-CDA export as a person sees it: who, when and by whom, then each section's narrative.

HL7's rule for these files is that the narrative holds all that its author attested, so the coded entries beside it
are not read. Nothing is fetched, and no entity is resolved.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from packetgen.documents.html import pieces
from packetgen.errors import UnreadableInput

HL7 = "{urn:hl7-org:v3}"
# Tags of a narrative and the HTML tags that look the same.
LOOKS = {"paragraph": "p", "list": "ul", "item": "li", "caption": "p", "content": "span", "linkHtml": "span"}


def text_of_cda(content: bytes, name: str) -> str:
    """The document as lines of text; raises UnreadableInput."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        document = etree.fromstring(content, parser)
    except (etree.LxmlError, ValueError):
        raise refused(name, "is not well-formed XML") from None
    if document.getroottree().docinfo.internalDTD is not None:
        raise refused(name, "declares entities, as no C-CDA document does")
    if document.tag != f"{HL7}ClinicalDocument":
        raise refused(name, "is XML, but no C-CDA document")
    sections = document.findall(f"{HL7}component/{HL7}structuredBody/{HL7}component/{HL7}section")
    if not sections:
        raise refused(name, "is a C-CDA document without sections: it wraps another file")
    lines = [*_header(document), ""]
    for section in sections:
        lines += _section(section)
    return "\n".join(line.rstrip() for line in lines)


def refused(name: str, what: str) -> UnreadableInput:
    """The refusal of a record system's export."""
    return UnreadableInput(
        what, where=name, fix="Print it to PDF from the record system, and put the PDF into the case."
    )


def _header(document: Any) -> Iterator[str]:
    yield _text(document.find(f"{HL7}title"))
    role = document.find(f"{HL7}recordTarget/{HL7}patientRole")
    if role is not None:
        patient = role.find(f"{HL7}patient")
        yield f"Patient: {_name(patient)}   DOB: {_date(patient, 'birthTime')}"
        yield from (f"MRN: {one.get('extension')}" for one in role.findall(f"{HL7}id")[:1] if one.get("extension"))
    visit = document.find(f"{HL7}componentOf/{HL7}encompassingEncounter/{HL7}effectiveTime")
    start = visit if visit is None or visit.get("value") else visit.find(f"{HL7}low")
    if start is not None and start.get("value"):
        yield f"Date of Service: {_as_date(start.get('value'))}"
    else:
        yield f"Date: {_date(document, 'effectiveTime')}"
    for author in document.findall(f"{HL7}author/{HL7}assignedAuthor/{HL7}assignedPerson"):
        yield f"Author: {_name(author)}"


def _section(section: Any) -> Iterator[str]:
    yield from ("", _text(section.find(f"{HL7}title")).upper())
    narrative = section.find(f"{HL7}text")
    if narrative is not None:
        for element in narrative.iter():
            if isinstance(element.tag, str):
                local = element.tag.rpartition("}")[2]
                element.tag = LOOKS.get(local, local)
        narrative.tag = "div"
        yield from "".join(pieces(narrative)).strip("\n").split("\n")
    for part in section.findall(f"{HL7}component/{HL7}section"):
        yield from _section(part)


def _text(element: Any) -> str:
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def _name(person: Any) -> str:
    """Given names, family name and suffix, as they are written."""
    name = person.find(f"{HL7}name") if person is not None else None
    if name is None:
        return ""
    parts = [part for kind in ("given", "family", "suffix") for part in name.findall(f"{HL7}{kind}")]
    return " ".join(_text(part) for part in parts) or _text(name)


def _date(element: Any, what: str) -> str:
    time = element.find(f"{HL7}{what}") if element is not None else None
    return _as_date(time.get("value")) if time is not None else ""


def _as_date(stamp: str | None) -> str:
    """An HL7 time stamp, YYYYMMDD and more, as MM/DD/YYYY; a shorter one as it is."""
    if not stamp or len(stamp) < 8:
        return stamp or ""
    return f"{stamp[4:6]}/{stamp[6:8]}/{stamp[:4]}"
