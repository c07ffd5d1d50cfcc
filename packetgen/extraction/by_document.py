"""What a document's kind changes of what is read of drugs in it: a list of fills, a diary, another disease's note."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from packetgen.extraction.dates import dates_in
from packetgen.extraction.model import Finding, Therapy, TherapyStatus

FILL = re.compile(r"(?<![\d/.#-])\d{1,3}(?![\d/.%-])(?!\s*(?:mg|mcg|ml|g|units?|tab\w*|cap\w*|pens?)\b)", re.IGNORECASE)
SUPPLY = 30  # days that a fill lasts when its row does not tell
SUPPLIES = range(5, 181)
GRACE = 15  # days that a refill may be late


def for_another_disease(findings: Sequence[Finding]) -> list[Finding]:
    """The findings of a document that does not speak of what its drugs are here for: they treat something else."""
    return [
        replace(f, value=replace(f.value, role="other_indication"))
        if isinstance(f.value, Therapy) and f.value.role in ("preventive", "acute", "first_line_other")
        else f
        for f in findings
    ]


def filled_only(finding: Finding, printed: str | None, *, supply_second: bool = True) -> Finding:
    """A fill of a pharmacy's list: it tells that a drug was dispensed, not how it went.

    printed: the list's date; a fill that lasts until then is of a drug that is taken. supply_second: whether the column
    of days supplied stands behind that of the quantity.
    """
    value = finding.value
    if isinstance(value, Therapy) and value.status in ("current", "stopped_other", "unknown"):
        quote = finding.evidence[0].quote
        days = [(end, day) for _, end, day in dates_in(quote) if len(day) == 10]
        if not days:
            return finding
        end, filled = days[0]
        counts = [int(number) for number in FILL.findall(quote[end:])][: 1 + supply_second]
        supply = counts[-1] if counts and counts[-1] in SUPPLIES else SUPPLY
        gone = (date.fromisoformat(printed) - date.fromisoformat(filled)).days if printed else -1
        status: TherapyStatus = "current" if 0 <= gone <= supply + GRACE else "unknown"
        return replace(finding, value=replace(value, status=status, reason=None), assertion="present")
    return finding


def in_a_diary(finding: Finding) -> Finding:
    """A drug that a diary names without more is taken while it is kept."""
    value = finding.value
    legend = isinstance(value, Therapy) and value.role == "acute" and value.status == "hypothetical"
    if isinstance(value, Therapy) and (value.status == "unknown" or legend):
        return replace(finding, value=replace(value, status="current"), assertion="present")
    return finding
