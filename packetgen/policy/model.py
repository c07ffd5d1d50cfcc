"""What the plan's policy says of the chart: a verdict for each criterion, with its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from packetgen.chart import words
from packetgen.errors import Problem
from packetgen.extraction.model import Evidence

Verdict = Literal["met", "not_met", "missing", "check"]
Confidence = Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True)
class PolicyReference:
    """Which rule text a verdict rests on.

    override  why a policy that has expired is used all the same, in the user's words; else empty
    """

    payer: str
    number: str
    title: str
    effective: date
    reviewed: date
    source: str
    confidence: Confidence
    override: str = ""

    @property
    def citation(self) -> str:
        """In short: "CS2026D0017AP, effective 2026-01-01"."""
        return f"{self.number}, effective {self.effective.isoformat()}"

    @property
    def described(self) -> str:
        """As letters and the packet name it: number, title and date."""
        return f"{self.number}, {self.title}, effective {words.day(self.effective)}"


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


@dataclass(frozen=True, slots=True)
class Assessment:
    """The verdicts on one request.

    criteria  of the plan's policy, in its order
    checks    of the request itself: code and procedure agree, dose, interval, dates
    problems  what stands between this request and a complete packet
    """

    reference: PolicyReference
    criteria: tuple[Criterion, ...]
    checks: tuple[Criterion, ...] = ()
    problems: tuple[Problem, ...] = ()
