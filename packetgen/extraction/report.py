"""Findings as the JSON contract of `packetgen extract --json`: tools outside the project read this shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from packetgen.documents.model import Document
from packetgen.extraction.model import Evidence, Extraction, Finding, Identity, Score, Therapy, Value


def as_json(documents: Sequence[Document], extraction: Extraction) -> dict[str, Any]:
    """Documents with their kind, date and patient, and all findings with their places."""
    paths = {document.label: document.path for document in documents}
    return {
        "documents": [
            {
                "label": document.label,
                "path": document.path,
                "sha256": document.sha256,
                "kind": summary.kind,
                "date": summary.date,
                "author": summary.author,
                "specialty": summary.specialty,
                "signed": summary.signed,
                "patient": _patient(document.label, extraction.findings),
                "pages": [
                    {
                        "number": page.number,
                        "source": page.source,
                        "rotation": page.rotation,
                        "mean_confidence": page.mean_confidence,
                    }
                    for page in document.pages
                ],
            }
            for document, summary in zip(documents, extraction.documents, strict=True)
        ],
        "findings": [_finding(finding, paths) for finding in extraction.findings],
    }


def _patient(label: str, findings: Sequence[Finding]) -> dict[str, str | None] | None:
    """The first identity read in the document."""
    for finding in findings:
        if isinstance(finding.value, Identity) and finding.evidence[0].document == label:
            return asdict(finding.value)
    return None


def _finding(finding: Finding, paths: dict[str, str]) -> dict[str, Any]:
    return {
        "id": finding.id,
        "kind": finding.kind,
        "value": _value(finding.value),
        "assertion": finding.assertion,
        "as_of": finding.as_of,
        "evidence": [_place(e, paths) for e in finding.evidence],
    }


def _place(evidence: Evidence, paths: dict[str, str]) -> dict[str, Any]:
    place = {**asdict(evidence), "document": paths[evidence.document]}
    del place["key"]
    return place


def _value(value: Value) -> dict[str, Any]:
    fields = asdict(value)
    if isinstance(value, Therapy):
        fields["class"] = fields.pop("drug_class")
    if isinstance(value, Score):
        fields["subscores"] = dict(value.subscores)
    return fields
