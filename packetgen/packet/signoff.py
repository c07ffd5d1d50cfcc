"""The human signs: a name bound to a digest of facts, rules, letter and form; any later change voids it.

Sign-offs are events in decisions.jsonl beside the case file: appended, never changed. The last one counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from packetgen.case import Case
from packetgen.chart.decisions import LOG, SIGNED, Decision, append, read_log
from packetgen.documents.model import Document
from packetgen.errors import BadDataFile
from packetgen.files import json_text, sha256_of
from packetgen.forms.model import FilledForm
from packetgen.letters.model import Letter
from packetgen.policy.model import Assessment

VOID = "sign_off_void"  # the problem of a signature for other content


@dataclass(frozen=True, slots=True)
class SignOff:
    """Who signed which digest, and when (ISO 8601, UTC)."""

    signed_by: str
    signed_at: str
    digest: str
    event: str = SIGNED


def digest_of(
    case: Case,
    assessment: Assessment,
    documents: tuple[Document, ...],
    form: FilledForm,
    letter: Letter,
    decisions: Sequence[Decision] = (),
) -> str:
    """SHA-256 of what a signer answers for: case, chart, decisions, verdicts, form and letter."""
    signed = {
        "case": case.model_dump(mode="json", exclude={"folder"}),
        "documents": [document.sha256 for document in documents],
        "verdicts": [assessment.reference, assessment.criteria, assessment.questions, assessment.checks],
        "decisions": decisions,
        "form": sha256_of(form.pdf),
        "letter": sha256_of(letter.docx),
    }
    return hashlib.sha256(json_text(signed).encode()).hexdigest()


def last_sign_off(folder: Path) -> SignOff | None:
    """The latest sign-off of the case in `folder`; raises BadDataFile naming a broken line of the log."""
    last = None
    for number, entry in enumerate(read_log(folder), 1):
        if entry["event"] == SIGNED:
            try:
                last = SignOff(**entry)
            except TypeError:
                raise BadDataFile("is not a sign-off", where=f"{LOG}:{number}", fix="Restore it from a copy.") from None
    return last


def sign(folder: Path, sign_off: SignOff, expected: int | None = None) -> None:
    """Append a sign-off to the case's log; raises Conflict when the log is not `expected` lines long any more."""
    append(folder, asdict(sign_off), expected)
