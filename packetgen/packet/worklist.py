"""worklist.md: what is open, for whom, and the exact question to ask."""

from __future__ import annotations

from collections.abc import Sequence

from packetgen.chart import words
from packetgen.errors import Problem
from packetgen.policy.model import Deadline

PEOPLE = {
    "clinician": "For the clinician",
    "front_desk": "For the front desk",
    "patient": "To ask the patient",
    "plan": "To ask the plan",
    "it": "For whoever looks after the scanner and this program",
}
SEVERITIES = {"required": "Required", "doubt": "Please check", "note": "For information"}


def worklist(case: str, problems: Sequence[Problem], draft: str, deadlines: Sequence[Deadline] = ()) -> str:
    """The worklist as Markdown: people in a fixed order, what is required first; then the dates to keep."""
    state = f"The packet is a **DRAFT**: {draft}." if draft else "The packet is signed and complete."
    text = f"# Worklist for case {case}\n\n{state}\n"
    if not problems:
        text += "\nNothing is open.\n"
    for who, heading in PEOPLE.items():
        theirs = sorted(
            (problem for problem in problems if problem.who == who), key=lambda p: list(SEVERITIES).index(p.severity)
        )
        if theirs:
            text += f"\n## {heading}\n\n"
            for problem in theirs:
                text += f"- [ ] **{SEVERITIES[problem.severity]}: {plain(problem.where)}.** {plain(problem.what)}\n"
                text += f"      {plain(problem.fix)}\n" if problem.fix else ""
                text += f"      Would settle it: {plain(problem.settled_by)}.\n" if problem.settled_by else ""
    return text + _dates(deadlines)


def _dates(deadlines: Sequence[Deadline]) -> str:
    """Each deadline with how it was counted and its source; of an unknown one the question."""
    if not deadlines:
        return ""
    text = "\n## Dates\n\n"
    for deadline in deadlines:
        day = words.day(deadline.due) if deadline.due else "Unknown, ask the plan"
        text += f"- [ ] **{day}: {plain(deadline.text)}.** {plain(words.capital(deadline.counted))}.\n"
        if deadline.act_by and deadline.act_by != deadline.due:
            text += f"      Act by {words.day(deadline.act_by)}.\n"
        text += f"      {plain(deadline.ask)}\n" if deadline.ask else ""
        text += f"      Source: {plain(deadline.source)}\n" if deadline.source else ""
    return text


def plain(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    line = " ".join(text.split())
    for sign in "\\`*_[]<>":
        line = line.replace(sign, "\\" + sign)
    return line
