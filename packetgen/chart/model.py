"""The chart: one value per fact, with the findings for and against it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any, Generic, TypeVar

from packetgen.errors import Problem
from packetgen.extraction.model import (
    Amount,
    Diagnosis,
    DiaryMonth,
    DocumentSummary,
    Evidence,
    Finding,
    Response,
    Safety,
    Score,
    Therapy,
    TherapyStatus,
    Toxin,
)

V = TypeVar("V")
ENDED_BADLY: tuple[TherapyStatus, ...] = ("ineffective", "partial_response", "not_tolerated", "contraindicated")


@dataclass(frozen=True, slots=True)
class Fact(Generic[V]):
    """One fact of the case.

    id          stable name, e.g. "headache_days" or "therapy:topiramate"
    value       the value that leads: of the newest dated finding, unless a person decided
    findings    what supports it
    against     what contradicts it; never dropped
    decided_by  the person who confirmed or corrected the value, or None
    overruled   what contradicted it until that person decided
    stated_at   the places that state this very value, where its findings state others too; empty: all of them
    """

    id: str
    value: V
    findings: tuple[Finding, ...]
    against: tuple[Finding, ...] = ()
    decided_by: str | None = None
    stated_at: tuple[Evidence, ...] = ()
    overruled: tuple[Finding, ...] = ()

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """All places that support it, the leading finding's first."""
        return self.stated_at or tuple(evidence for finding in self.findings for evidence in finding.evidence)

    @property
    def is_faint(self) -> bool:
        """Whether all places that support it read too poorly to prove it, and no person has looked."""
        return self.decided_by is None and bool(self.evidence) and all(evidence.is_faint for evidence in self.evidence)


@dataclass(frozen=True, slots=True)
class HeadacheFacts:
    """How often the head aches, at one time: days per month, hours per day, months the pattern has lasted."""

    headache_days: Fact[Amount] | None = None
    migraine_days: Fact[Amount] | None = None
    hours_per_day: Fact[Amount] | None = None
    months: Fact[Amount] | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """The facts of the case.

    current, baseline, on_treatment   headache frequency now, before the toxin, and under it
    therapies                         one fact a drug and role, all its evidence in it, preventives first
    scores                            newest first
    toxins                            sessions given, newest first, then planned and requested
    safety, denied                    contraindications and warnings that the chart affirms, and that it denies
    """

    documents: tuple[DocumentSummary, ...]
    diagnoses: tuple[Fact[Diagnosis], ...] = ()
    current: HeadacheFacts = field(default_factory=HeadacheFacts)
    baseline: HeadacheFacts = field(default_factory=HeadacheFacts)
    on_treatment: HeadacheFacts = field(default_factory=HeadacheFacts)
    diary: tuple[Fact[DiaryMonth], ...] = ()
    therapies: tuple[Fact[Therapy], ...] = ()
    scores: tuple[Fact[Score], ...] = ()
    toxins: tuple[Fact[Toxin], ...] = ()
    responses: tuple[Fact[Response], ...] = ()
    safety: tuple[Fact[Safety], ...] = ()
    denied: tuple[Fact[Safety], ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def facts(self) -> tuple[Fact[Any], ...]:
        """All facts, in the order of the fields."""
        listed: list[Fact[Any]] = []
        for part in (getattr(self, part.name) for part in fields(self)):
            inside = [getattr(part, f.name) for f in fields(part)] if isinstance(part, HeadacheFacts) else part
            listed += [fact for fact in inside if isinstance(fact, Fact)]
        return tuple(listed)

    def with_fact(self, changed: Fact[Any]) -> Chart:
        """The chart with another fact in place of the one of the same id."""
        return replace(self, **{part.name: _with(getattr(self, part.name), changed) for part in fields(self)})

    def coded(self, icd10: str) -> Fact[Diagnosis] | None:
        """The diagnosis that the chart gives with this very code."""
        return next((fact for fact in self.diagnoses if fact.value.icd10 == icd10), None)

    @property
    def ended_preventives(self) -> tuple[Fact[Therapy], ...]:
        """Preventives that failed, were not tolerated or could not be taken."""
        return tuple(f for f in self.therapies if f.value.role == "preventive" and f.value.status in ENDED_BADLY)

    @property
    def acute_in_use(self) -> tuple[Fact[Therapy], ...]:
        """Drugs taken for attacks now."""
        return tuple(f for f in self.therapies if f.value.role == "acute" and f.value.status == "current")

    @property
    def given(self) -> tuple[Fact[Toxin], ...]:
        """Treatments with a toxin that were given on a known day, newest first; none that a note contradicts."""
        dated = [f for f in self.toxins if f.value.status == "given" and f.value.date and not f.against]
        return tuple(sorted(dated, key=lambda fact: fact.value.date or "", reverse=True))

    @property
    def first_treated(self) -> str:
        """Day of the first toxin treatment that the chart dates, ISO, maybe without day or month; "" for none."""
        return min((f.value.date for f in self.toxins if f.value.status == "given" and f.value.date), default="")

    @property
    def dated_scores(self) -> tuple[Fact[Score], ...]:
        """Scores with a value and a date that no note contradicts."""
        return tuple(f for f in self.scores if f.value.value is not None and f.value.date and not f.against)


def _with(part: Any, changed: Fact[Any]) -> Any:
    """A field of the chart with the fact changed, if it is in there."""
    if isinstance(part, HeadacheFacts):
        return HeadacheFacts(**{f.name: _with(getattr(part, f.name), changed) for f in fields(part)})
    if isinstance(part, tuple):
        return tuple(_with(fact, changed) for fact in part)
    return changed if isinstance(part, Fact) and part.id == changed.id else part
