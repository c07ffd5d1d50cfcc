"""The human signs: a name bound to a digest of facts, rules, letter and form; any later change voids it.

Sign-offs are events in decisions.jsonl beside the case file: appended, never changed. The last one counts.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from packetgen.case import Case
from packetgen.documents.model import Document
from packetgen.errors import BadDataFile
from packetgen.files import json_text, sha256_of, sync_folder
from packetgen.forms.model import FilledForm
from packetgen.letters.model import Letter
from packetgen.policy.model import Assessment

LOG = "decisions.jsonl"


@dataclass(frozen=True, slots=True)
class SignOff:
    """Who signed which digest, and when (ISO 8601, UTC)."""

    signed_by: str
    signed_at: str
    digest: str
    event: str = "signed"


def digest_of(
    case: Case, assessment: Assessment, documents: tuple[Document, ...], form: FilledForm, letter: Letter
) -> str:
    """SHA-256 of what a signer answers for: case, chart, verdicts, form and letter."""
    signed = {
        "case": case.model_dump(mode="json", exclude={"folder"}),
        "documents": [document.sha256 for document in documents],
        "verdicts": [assessment.reference, assessment.criteria, assessment.questions, assessment.checks],
        "form": sha256_of(form.pdf),
        "letter": sha256_of(letter.docx),
    }
    return hashlib.sha256(json_text(signed).encode()).hexdigest()


def last_sign_off(folder: Path) -> SignOff | None:
    """The latest sign-off of the case in `folder`; raises BadDataFile naming a broken line of the log."""
    log = folder / LOG
    last = None
    if log.is_file():
        for number, line in enumerate(log.read_text("utf-8").splitlines(), 1):
            try:
                last = SignOff(**json.loads(line))
            except (ValueError, TypeError):
                raise BadDataFile("is not a decision", where=f"{LOG}:{number}", fix="Restore it from a copy.") from None
    return last


def sign(folder: Path, sign_off: SignOff) -> None:
    """Append a sign-off to the case's log."""
    descriptor = os.open(folder / LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, (json.dumps(asdict(sign_off), ensure_ascii=False) + "\n").encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    sync_folder(folder)
