"""What the plan wants attached is in the packet, and not only in the chart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from packetgen.chart import words
from packetgen.errors import Problem
from packetgen.extraction.model import DocumentSummary
from packetgen.packet.choose import Choice
from packetgen.policy.model import Criterion


def missing_attachments(
    criteria: Sequence[Criterion], summaries: Sequence[DocumentSummary], choice: Choice
) -> Iterator[Problem]:
    """The documents that prove a criterion, but no page of them is shown; a chart without one is told elsewhere."""
    kinds = {summary.document: summary.kind for summary in summaries}
    shown = {kinds[e.document.label] for e in choice.exhibits if set(e.pages) - e.held}
    for criterion in criteria:
        for kinds_of_one in criterion.attach:
            if not shown.isdisjoint(kinds_of_one):
                continue
            wanted = " or ".join(words.DOCUMENT_KINDS[kind] for kind in kinds_of_one)
            yield Problem(
                "attachment_missing",
                criterion.text,
                f"The plan wants a {wanted} attached. The chart has one, and none of its pages is in the packet.",
                "Which of its pages may go in? Name them under pages: or release: in the case file.",
                "front_desk",
                "required",
                settled_by=wanted,
            )
