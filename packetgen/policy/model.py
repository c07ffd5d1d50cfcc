"""What the plan's policy says of the chart: a verdict for each criterion, with its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from packetgen.chart import words
from packetgen.errors import Problem, Severity, Who
from packetgen.extraction.model import Evidence

Verdict = Literal["met", "not_met", "missing", "check"]
Confidence = Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True)
class PolicyReference:
    """Which rule text a verdict rests on.

    number    as the plan gives it; empty when it is not known
    override  why a policy that has expired is used all the same, in the user's words; else empty
    """

    payer: str
    number: str
    title: str
    effective: date | None
    reviewed: date
    source: str
    confidence: Confidence
    override: str = ""

    @property
    def citation(self) -> str:
        """In short: "CS2026D0017AP, effective 2026-01-01"."""
        named = self.number or self.title
        return f"{named}, effective {self.effective.isoformat()}" if self.effective else named

    @property
    def described(self) -> str:
        """As letters and the packet name it: number, title and date."""
        named = f"{self.number}, {self.title}" if self.number else self.title
        return f"{named}, effective {words.day(self.effective)}" if self.effective else named


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion and what the chart says of it.

    text       the criterion in our words
    verdict    met / not_met / missing (the chart does not say) / check (a person must decide)
    why        for the clinic: the value found against the value asked
    shown      for the plan: what the chart shows, nothing more; empty when it shows nothing
    evidence   the places that prove or contradict it, most telling first
    ask        when not met: the exact question to ask or sentence to add
    settled_by  which document would settle it
    comparisons   the names of those it makes; topics: with what they are about, "frequency.headache_days"
    doubted_rule  the chart meets it as we know it, but the plan's own text was not read
    attach        documents that the plan wants in the packet: of each group of kinds, one
    """

    id: str
    text: str
    verdict: Verdict
    why: str
    evidence: tuple[Evidence, ...]
    reference: PolicyReference
    ask: str = ""
    shown: str = ""
    settled_by: str = ""
    comparisons: tuple[str, ...] = ()
    doubted_rule: bool = False
    attach: tuple[tuple[str, ...], ...] = ()
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """One check of the request itself, against code sets, labels and the chart, whatever the plan.

    verdict   met / not_met / missing / check, as for a criterion
    why       what was found against what is right; with the right code, where there is one
    source    where the rule comes from, and its date
    severity  of the problem it makes when it is not met
    """

    id: str
    text: str
    verdict: Verdict
    why: str
    source: str
    ask: str = ""
    evidence: tuple[Evidence, ...] = ()
    who: Who = "front_desk"
    severity: Severity = "doubt"

    @property
    def problem(self) -> Problem | None:
        """What a person must do, unless it is met."""
        if self.verdict == "met":
            return None
        what = f"{words.capital(self.why)}."
        return Problem(f"{self.id}_{self.verdict}", self.text, what, self.ask, self.who, self.severity)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day by which someone acts.

    due       the last day; None: unknown, ask the plan
    act_by    for the clinic's own deadlines, the last working day on or before `due`
    counted   how it was counted, in words: "30 calendar days from 12/01/2026, the day after counting as the first"
    """

    id: str
    text: str
    who: Who
    due: date | None
    counted: str
    source: str
    confidence: Confidence
    act_by: date | None = None
    ask: str = ""


@dataclass(frozen=True, slots=True)
class Assessment:
    """The verdicts on one request.

    criteria   of the plan's policy, in its order
    questions  of the policy that no chart answers, such as what the plan's own list says: for the worklist only
    checks     of the request itself: code and procedure agree, dose, interval, dates
    deadlines  that follow from what has happened so far
    problems   what stands between this request and a complete packet
    decided_by  who decides an appeal in the plan's place; empty: the plan decides
    """

    reference: PolicyReference
    criteria: tuple[Criterion, ...]
    checks: tuple[Check, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    problems: tuple[Problem, ...] = ()
    questions: tuple[Criterion, ...] = ()
    decided_by: str = ""

    @property
    def addressee(self) -> str:
        """To whom the packet goes."""
        return self.decided_by or self.reference.payer

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The places that the packet rests on: of criteria, and of checks that are met."""
        shown = [place for criterion in self.criteria for place in criterion.evidence]
        return (*shown, *(place for check in self.checks if check.verdict == "met" for place in check.evidence))
