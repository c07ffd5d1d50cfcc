"""manifest.json: every input, part and page range, with the rules and templates that were used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from packetgen import __version__
from packetgen.case import Case
from packetgen.documents.model import Document
from packetgen.forms.model import FilledForm
from packetgen.packet.model import Packet
from packetgen.policy.model import Assessment


def manifest(
    case: Case,
    assessment: Assessment,
    documents: Sequence[Document],
    form: FilledForm,
    packet: Packet,
    signed_by: str | None,
    outputs: Mapping[str, str],
    rules: Mapping[str, str],
) -> dict[str, Any]:
    """The account of a packet as plain values. outputs, rules: SHA-256 by file name."""
    reference = assessment.reference
    return {
        "case": case.case,
        "packetgen": __version__,
        "draft": packet.draft or None,
        "signed_by": signed_by,
        "policy": {
            "payer": reference.payer,
            "number": reference.number,
            "effective": reference.effective.isoformat(),
            "reviewed": reference.reviewed.isoformat(),
            "source": reference.source,
            "confidence": reference.confidence,
            "override": reference.override or None,
        },
        "inputs": [{"path": d.path, "sha256": d.sha256, "exhibit": d.label, "pages": len(d.pages)} for d in documents],
        "excluded_pages": [],
        "page_count": packet.page_count,
        "parts": [
            {"title": part.title, "first_page": part.first_page, "last_page": part.last_page} for part in packet.parts
        ],
        "citations": [
            {"from_page": c.from_page, "to_page": c.to_page, "exhibit_page": c.exhibit_page, "quote": c.quote or None}
            for c in packet.citations
        ],
        "form_fields": [
            {
                "field": filled.name,
                "page": filled.page,
                "exhibit_pages": list(dict.fromkeys(place.exhibit_page for place in filled.evidence)),
            }
            for filled in form.fields
        ],
        "rules": dict(rules),
        "outputs": dict(outputs),
    }
