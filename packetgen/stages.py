"""What the stages of a build hand over: a chart read, a case judged, a packet built."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from packetgen.case import Case
from packetgen.chart.decisions import Decision
from packetgen.chart.model import Chart
from packetgen.documents.model import Document
from packetgen.documents.problems import UNREAD
from packetgen.errors import ExitCode, Problem
from packetgen.extraction.model import Extraction
from packetgen.forms.model import FilledForm
from packetgen.packet.choose import Choice
from packetgen.packet.model import Packet
from packetgen.packet.signoff import VOID, SignOff, open_items
from packetgen.packet.snapshot import Snapshot
from packetgen.policy.appeal import Comparison
from packetgen.policy.model import Assessment
from packetgen.policy.schema import PolicyFile, RuleInForce


@dataclass(frozen=True, slots=True)
class Checked:
    """A case read and judged, before anything is written.

    extraction  what was read, without what a person rejected and with what a person added
    decisions   of people that stand
    """

    case: Case
    documents: tuple[Document, ...]
    extraction: Extraction
    chart: Chart
    assessment: Assessment
    payer: PolicyFile
    problems: tuple[Problem, ...]
    decisions: tuple[Decision, ...] = ()
    denial: Comparison | None = None

    @property
    def exit_code(self) -> ExitCode:
        """Draft when something required is missing or doubtful."""
        if any(problem.code == UNREAD for problem in self.problems):
            return ExitCode.unreadable_input
        return ExitCode.draft if open_items(self.problems, None) else ExitCode.complete


@dataclass(frozen=True, slots=True)
class Built:
    """A case whose packet was written into `folder`.

    problems   of the check, the letter, the forms and the sign-off
    digest     what a signer signs
    signed     the signature under this very content, or None
    said       what the packet says, to be compared with another
    """

    checked: Checked
    packet: Packet
    folder: Path
    problems: tuple[Problem, ...]
    digest: str
    signed: SignOff | None
    forms: tuple[FilledForm, ...]
    choice: Choice
    said: Snapshot

    @property
    def signed_by(self) -> str | None:
        """Who signed this very content."""
        return self.signed.signed_by if self.signed else None

    @property
    def required(self) -> tuple[Problem, ...]:
        """What must be there and is not, whether a signer waived it or not."""
        return tuple(p for p in self.problems if p.severity == "required" and p.code != VOID)

    @property
    def exit_code(self) -> ExitCode:
        """Draft when something is missing, or doubtful and not signed for; a lone signature may still be open."""
        if any(problem.code == VOID for problem in self.problems):
            return ExitCode.safety_stop
        if any(problem.code == UNREAD for problem in self.problems):
            return ExitCode.unreadable_input
        return ExitCode.draft if open_items(self.problems, self.signed) else ExitCode.complete


@dataclass(frozen=True, slots=True)
class Reading:
    """A case and what was read in its documents, before anyone decided or judged anything."""

    case: Case
    documents: tuple[Document, ...]
    extraction: Extraction
    payer: PolicyFile
    policy: RuleInForce
    problems: tuple[Problem, ...]
