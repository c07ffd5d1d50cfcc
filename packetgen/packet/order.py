"""Exhibits in the order in which the criteria first cite them; their letters are given anew in that order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from packetgen.documents.model import Document, exhibit_label
from packetgen.extraction.model import Evidence, Extraction, Finding
from packetgen.packet.front import shown_places
from packetgen.policy.model import Assessment


def cited_order(assessment: Assessment, documents: Sequence[Document]) -> list[int]:
    """The places of the documents in `documents`: first those that the crosswalk cites, as it does; then the others."""
    at = {document.label: index for index, document in enumerate(documents)}
    cited = [at[place.document] for criterion in assessment.criteria for place in shown_places(criterion)]
    return list(dict.fromkeys([*cited, *range(len(documents))]))


def relettered(
    documents: Sequence[Document], extraction: Extraction, order: Sequence[int]
) -> tuple[tuple[Document, ...], Extraction]:
    """Documents and what was read in them with new letters, in that order. A finding's id stays what it was."""
    labels = {documents[index].label: exhibit_label(place) for place, index in enumerate(order)}

    def moved(places: Sequence[Evidence]) -> tuple[Evidence, ...]:
        return tuple(replace(place, document=labels[place.document], key=place.document) for place in places)

    def found(finding: Finding) -> Finding:
        return replace(finding, evidence=moved(finding.evidence))

    given = [
        replace(documents[index], label=labels[documents[index].label], key=documents[index].label) for index in order
    ]
    told = [extraction.documents[index] for index in order]
    summaries = [replace(s, document=labels[s.document], evidence=moved(s.evidence)) for s in told]
    return tuple(given), Extraction(tuple(summaries), tuple(found(finding) for finding in extraction.findings))
