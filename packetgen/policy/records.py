"""Do the dates of the chart's documents agree with each other?"""

from __future__ import annotations

from collections.abc import Iterator

from packetgen.chart import words
from packetgen.chart.model import Chart
from packetgen.policy.model import Check
from packetgen.policy.partial_dates import span_of

NOTES = ("clinic_note", "consult")


def check_records(chart: Chart) -> Iterator[Check]:
    """A diary of a time after the newest note: that note cannot have seen it."""
    notes = [span_of(document.date)[1] for document in chart.documents if document.kind in NOTES and document.date]
    later = [month for month in chart.diary if notes and span_of(month.value.month)[0] > max(notes)]
    if later:
        months = ", ".join(sorted(words.day(month.value.month) for month in later))
        yield Check(
            "diary_after_note",
            "A note is as new as the diary",
            "check",
            f"the diary is of {months}, the newest note of {words.day(max(notes))}",
            "the chart",
            "Are the dates right? If so, a note that has seen the diary would be stronger.",
            later[0].evidence[:1],
            who="clinician",
            severity="note",
        )
