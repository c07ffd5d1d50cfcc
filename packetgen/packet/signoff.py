"""The human signs: a name bound to a digest of facts, rules, letter, form and pages; any later change voids it.

Sign-offs are events in decisions.jsonl beside the case file: appended, never changed. The last one counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from packetgen import yamlfile
from packetgen.case import Case, Npi
from packetgen.chart.decisions import LOG, SIGNED, Decision, append, read_log
from packetgen.chart.model import Chart
from packetgen.documents.model import Document
from packetgen.documents.problems import UNREAD
from packetgen.errors import BadDataFile, Problem
from packetgen.files import json_text, sha256_of
from packetgen.forms.model import FilledForm
from packetgen.letters.model import Letter
from packetgen.packet.choose import HELD, Choice
from packetgen.packet.snapshot import Snapshot
from packetgen.policy.model import Assessment
from packetgen.resources import KNOWLEDGE
from packetgen.yamlfile import Strict

VOID = "sign_off_void"
NEVER_WAIVED = (UNREAD, HELD, VOID)  # no reason makes up for a page that nobody could read, or that may be protected


class Attestation(Strict):
    """knowledge/attestation.yaml: what a signer says."""

    text: Annotated[str, Field(min_length=1)]
    source: str
    as_of: str
    confidence: Literal["high", "medium", "low"]


def attestation() -> str:
    """What a signer says, in words."""
    return yamlfile.read(KNOWLEDGE / "attestation.yaml", Attestation).text


@dataclass(frozen=True, slots=True)
class Waived:
    """Something required that was missing when a person signed all the same, and the reason typed."""

    where: str
    what: str
    reason: str


VOID = "sign_off_void"  # the problem of a signature for other content


@dataclass(frozen=True, slots=True)
class SignOff:
    """Who signed which digest, and when (ISO 8601, UTC).

    attestation  the words that were signed
    despite      what was missing, each with a reason
    told         what the packet said, so that a later change can be shown
    """

    signed_by: str
    signed_at: str
    digest: str
    event: Literal["signed"] = SIGNED
    credential: str = ""
    npi: Npi | None = None
    attestation: str = ""
    despite: tuple[Waived, ...] = ()
    told: Snapshot | None = None

    @property
    def titled(self) -> str:
        """The signer's name with the credential, which the name may hold already."""
        named = not self.credential or self.signed_by.endswith(f", {self.credential}")
        return self.signed_by if named else f"{self.signed_by}, {self.credential}"

    def waives(self, problem: Problem) -> bool:
        """Whether the signer gave a reason for this problem."""
        named = any((waived.where, waived.what) == (problem.where, problem.what) for waived in self.despite)
        return named and problem.code not in NEVER_WAIVED


def digest_of(
    case: Case,
    chart: Chart,
    assessment: Assessment,
    documents: tuple[Document, ...],
    forms: Sequence[FilledForm],
    letter: Letter,
    choice: Choice,
    decisions: Sequence[Decision] = (),
    required: Iterable[Problem] = (),
) -> str:
    """SHA-256 of what a signer answers for, from the case file to the list of pages and what is missing."""
    image = case.provider.signature
    signed = {
        "signature": sha256_of(case.folder / image) if image else None,
        "case": case.model_dump(mode="json", exclude={"folder"}),
        "documents": [document.sha256 for document in documents],
        "facts": [(fact.id, fact.value, fact.evidence) for fact in chart.facts],
        "verdicts": [assessment.reference, assessment.criteria, assessment.questions, assessment.checks],
        "decisions": decisions,
        "forms": [sha256_of(form.pdf) for form in forms],
        "letter": sha256_of(letter.docx),
        "pages": [(exhibit.document.label, exhibit.pages, sorted(exhibit.held)) for exhibit in choice.exhibits],
        "missing": [(problem.code, problem.where, problem.what) for problem in required],
    }
    return hashlib.sha256(json_text(signed).encode()).hexdigest()


def last_sign_off(folder: Path) -> SignOff | None:
    """The latest sign-off of the case in `folder`; raises BadDataFile naming a broken line of the log."""
    last = None
    adapter = TypeAdapter(SignOff)
    for number, entry in enumerate(read_log(folder), 1):
        if entry["event"] == SIGNED:
            try:
                last = adapter.validate_python(entry)
            except ValidationError:
                raise BadDataFile("is not a sign-off", where=f"{LOG}:{number}", fix="Restore it from a copy.") from None
    return last


def sign(folder: Path, sign_off: SignOff, expected: int | None = None) -> None:
    """Append a sign-off to the case's log; raises Conflict when the log is not `expected` lines long any more."""
    append(folder, asdict(sign_off), expected)


def open_items(problems: Sequence[Problem], signed: SignOff | None) -> int:
    """How many problems stand between the packet and its submission; a signer has decided the doubts.

    What is required stays open unless the signer gave a reason why it is missing.
    """
    if signed:
        return sum(p.severity == "required" and not signed.waives(p) for p in problems)
    return sum(p.severity != "note" for p in problems)


def why_draft(problems: Sequence[Problem], signed: SignOff | None) -> str:
    """Why the packet is a draft, in words; empty when it is none."""
    count = open_items(problems, signed)
    reasons = [f"{count} open item{'s' if count > 1 else ''} on the worklist"] if count else []
    return ", ".join([*reasons, *([] if signed else ["not signed"])])


def void(signed: SignOff | None, digest: str) -> tuple[Problem, ...]:
    """A signature for other content than this."""
    if signed is None or signed.digest == digest:
        return ()
    return (
        Problem(
            VOID,
            "sign-off",
            f"{signed.signed_by} signed on {signed.signed_at[:10]}, and the case, chart, rules, letter, form or pages "
            "have changed since.",
            "Please look at the packet again and sign it anew.",
            "clinician",
            "required",
        ),
    )
