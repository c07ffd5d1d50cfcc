"""The text of a FHIR document (R4, JSON) as a person sees it: who, when and by whom, then each section's narrative.

As with C-CDA, the narrative of a document holds what its author attested (FHIR R4, Composition.section.text); the coded
resources beside it are not read. Nothing is fetched: a reference counts only when the bundle holds what it names.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from packetgen.documents.cda import refused
from packetgen.documents.html import text_of_html


def text_of_fhir(content: bytes, name: str) -> str:
    """The document as lines of text; raises UnreadableInput."""
    try:
        bundle = json.loads(content)
    except (ValueError, RecursionError):
        raise refused(name, "is not JSON") from None
    try:
        entries = bundle["entry"] if bundle["resourceType"] == "Bundle" else []
        resources = {entry.get("fullUrl", ""): entry["resource"] for entry in entries}
        document = next((r for r in resources.values() if r["resourceType"] == "Composition"), None)
        if document is None or not document.get("section"):
            raise refused(name, "is JSON, but no FHIR document with sections")
        lines = [*_header(document, resources), ""]
        for section in document["section"]:
            lines += _section(section, name)
    except (KeyError, TypeError, AttributeError):
        raise refused(name, "is not a well-formed FHIR document") from None
    return "\n".join(line.rstrip() for line in lines)


def _header(document: dict[str, Any], resources: dict[str, Any]) -> Iterator[str]:
    yield document.get("title", "")
    patient = _named(document.get("subject", {}), resources)
    if patient:
        yield f"Patient: {_name(patient)}   DOB: {_date(patient.get('birthDate', ''))}"
        numbers = [one["value"] for one in patient.get("identifier", []) if _type(one) == "MR" and one.get("value")]
        yield from (f"MRN: {number}" for number in numbers[:1])
    yield f"Date: {_date(document['date'])}"
    for reference in document.get("author", []):
        author = _named(reference, resources)
        if author and author["resourceType"] == "Practitioner":
            yield f"Author: {_name(author)}"


def _section(section: dict[str, Any], name: str) -> Iterator[str]:
    yield from ("", section.get("title", "").upper())
    narrative = section.get("text", {}).get("div", "")
    if narrative:
        yield from text_of_html(narrative.encode(), name).strip("\n").split("\n")
    for part in section.get("section", []):
        yield from _section(part, name)


def _named(reference: dict[str, Any], resources: dict[str, Any]) -> dict[str, Any] | None:
    """What a reference names, by its full URL or as type/id."""
    wanted = reference.get("reference", "")
    return next(
        (r for url, r in resources.items() if wanted and wanted in (url, f"{r['resourceType']}/{r.get('id')}")), None
    )


def _type(identifier: dict[str, Any]) -> str:
    return next((str(coding.get("code")) for coding in identifier.get("type", {}).get("coding", [])), "")


def _name(person: dict[str, Any]) -> str:
    """Given names, family name and suffix of the first name."""
    name = (person.get("name") or [{}])[0]
    return " ".join([*name.get("given", []), name.get("family", ""), *name.get("suffix", [])]) or name.get("text", "")


def _date(stamp: str) -> str:
    """An ISO date, with or without a time, as MM/DD/YYYY; a shorter one as it is."""
    return f"{stamp[5:7]}/{stamp[8:10]}/{stamp[:4]}" if len(stamp) >= 10 else stamp
