"""worklist.md: what is open, for whom, and the exact question to ask."""

from __future__ import annotations

from collections.abc import Sequence

from packetgen.errors import Problem

PEOPLE = {
    "clinician": "For the clinician",
    "front_desk": "For the front desk",
    "patient": "To ask the patient",
    "plan": "To ask the plan",
    "it": "For whoever looks after the scanner and this program",
}
SEVERITIES = {"required": "Required", "doubt": "Please check", "note": "For information"}


def worklist(case: str, problems: Sequence[Problem], draft: str) -> str:
    """The worklist as Markdown: people in a fixed order, what is required first."""
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
                text += f"- [ ] **{SEVERITIES[problem.severity]}: {_plain(problem.where)}.** {_plain(problem.what)}\n"
                text += f"      {_plain(problem.fix)}\n" if problem.fix else ""
                text += f"      Would settle it: {_plain(problem.settled_by)}.\n" if problem.settled_by else ""
    return text


def _plain(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    line = " ".join(text.split())
    for sign in "\\`*_[]<>":
        line = line.replace(sign, "\\" + sign)
    return line
