"""What is read from a chart: findings, each a typed value with the place it was read.

The values mirror the JSON contract of `packetgen extract --json` (docs/extract.md). Dates are ISO text and
may be partial ("2024", "2024-03"): the program keeps the precision that the note has.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from packetgen.documents.model import Box
from packetgen.limits import LOW_OCR_CONFIDENCE, LOW_OCR_CONFIDENCE_NUMBERS

Assertion = Literal["present", "negated", "family", "historical", "possible", "planned", "hypothetical"]
DrugClass = Literal[
    "antidepressant", "antiepileptic", "beta_blocker", "calcium_channel_blocker", "ace_arb", "cgrp_mab", "gepant",
    "triptan", "nsaid", "ergot", "muscle_relaxant", "anticholinergic", "beta3_agonist", "benzodiazepine",
    "dopamine_depletor", "topical_antiperspirant", "topical_anticholinergic", "procedure", "device", "toxin", "other",
]  # fmt: skip
DenialReasonName = Literal[
    "not_medically_necessary", "step_therapy", "missing_documentation", "experimental", "not_covered_benefit",
    "quantity_or_frequency", "coding_error", "out_of_network", "no_prior_auth", "untimely", "unclassified",
]  # fmt: skip
TherapyRole = Literal["preventive", "acute", "first_line_other", "other_indication"]
TherapyStatus = Literal[
    "ineffective", "not_tolerated", "contraindicated", "partial_response", "effective", "current", "planned",
    "stopped_other", "never_tried", "family_only", "allergy", "hypothetical", "unknown",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Range:
    """A range or a bound: ">4" is Range(4, None), "8-12" is Range(8, 12)."""

    low: float | None
    high: float | None


Amount = float | Range


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where something was read.

    document    label of the document ("A")
    page        1-based
    boxes       one for each printed line of the quote
    quote       verbatim, whole words, single-spaced
    confidence  lowest OCR confidence of its words, 0-100; None for a text layer
    rule        name of the rule that found it
    numbers     lowest OCR confidence of its words that hold a digit; None without any, and for a text layer
    key         what names the document in a finding's id, when its label was given anew since; else empty
    """

    document: str
    page: int
    boxes: tuple[Box, ...]
    quote: str
    confidence: float | None
    rule: str
    numbers: float | None = None
    key: str = field(default="", compare=False)

    @property
    def is_faint(self) -> bool:
        """Whether it reads too poorly to prove anything by itself: a digit misread is a wrong dose, date or count."""
        return (self.confidence is not None and self.confidence < LOW_OCR_CONFIDENCE) or (
            self.numbers is not None and self.numbers < LOW_OCR_CONFIDENCE_NUMBERS
        )

    @property
    def exhibit_page(self) -> str:
        """How a letter cites it: "A-2"."""
        return f"{self.document}-{self.page}"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A named disease. icd10 as written, or None; indication when it is one that packetgen knows."""

    kind: ClassVar[str] = "diagnosis"
    name: str
    icd10: str | None = None
    indication: str | None = None


@dataclass(frozen=True, slots=True)
class HeadacheFrequency:
    """How often the head aches. months: how long the pattern has lasted."""

    kind: ClassVar[str] = "headache_frequency"
    headache_days_per_month: Amount | None = None
    migraine_days_per_month: Amount | None = None
    hours_per_day: Amount | None = None
    months: Amount | None = None
    when: Literal["current", "baseline", "on_treatment"] = "current"


@dataclass(frozen=True, slots=True)
class Overuse:
    """Acute medicine of a class on as many days of a month as ICHD-3 calls overuse: the days, the threshold, where."""

    name: str
    days: int
    threshold: int
    section: str


@dataclass(frozen=True, slots=True)
class DiaryMonth:
    """A calendar month of a headache diary, counted from its rows; None where the diary has no such column.

    overuse: classes of acute medicine whose days reach the threshold; it is noted, no diagnosis is made
    """

    kind: ClassVar[str] = "diary_month"
    month: str
    days_recorded: int
    headache_days: int
    migraine_days: int | None = None
    days_4h_or_more: int | None = None
    acute_medication_days: int | None = None
    overuse: tuple[Overuse, ...] = ()


@dataclass(frozen=True, slots=True)
class Therapy:
    """A drug, procedure or device as one passage tells of it. dose per administration, highest reached."""

    kind: ClassVar[str] = "therapy"
    drug: str
    drug_class: DrugClass
    role: TherapyRole
    status: TherapyStatus
    dose: float | None = None
    unit: str | None = None
    weeks: float | None = None
    start: str | None = None
    stop: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """A score. subscores as (name, value) pairs: MAS has values such as "1+", a bladder diary one for each day."""

    kind: ClassVar[str] = "score"
    instrument: str
    value: float | None = None
    subscores: tuple[tuple[str, float | str | tuple[float, ...]], ...] = ()
    grade: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """Units into one muscle on one side ("left", "right", "midline", "bilateral" or None)."""

    muscle: str
    side: str | None
    units: float | None


@dataclass(frozen=True, slots=True)
class Toxin:
    """A toxin treatment given, planned or requested. product: generic name, "(cosmetic)" added when it was."""

    kind: ClassVar[str] = "toxin"
    product: str
    status: Literal["given", "planned", "requested"]
    units: float | None = None
    date: str | None = None
    interval_weeks: float | None = None
    sites: tuple[Site, ...] = ()


@dataclass(frozen=True, slots=True)
class Response:
    """What changed under treatment, from what to what."""

    kind: ClassVar[str] = "response"
    what: str
    before: float | None = None
    after: float | None = None
    unit: str | None = None
    dates: str | None = None


@dataclass(frozen=True, slots=True)
class Safety:
    """A contraindication or warning that the note speaks of; the assertion says whether it is there."""

    kind: ClassVar[str] = "safety"
    concern: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose page it is, as read on that page."""

    kind: ClassVar[str] = "identity"
    name: str | None = None
    birth_date: str | None = None
    member_id: str | None = None
    mrn: str | None = None


@dataclass(frozen=True, slots=True)
class DenialReason:
    """One reason of a denial, classed, with the plan's words. unclassified: no class is sure, a person reads it."""

    reason: DenialReasonName
    quote: str


@dataclass(frozen=True, slots=True)
class Denial:
    """What a denial letter says.

    appeal_deadline, p2p_deadline  the last day, as the letter gives it or by its own count of days from its date
    criteria   what the plan says that its policy asks for, in its words
    levels     further reviews that the letter names
    expedited  its sentence on a fast appeal
    upheld     the letter answers an appeal
    """

    kind: ClassVar[str] = "denial"
    payer: str | None = None
    member_id: str | None = None
    reference: str | None = None
    date: str | None = None
    reasons: tuple[DenialReason, ...] = ()
    appeal_days: int | None = None
    appeal_deadline: str | None = None
    appeal_fax: str | None = None
    appeal_address: str | None = None
    p2p_phone: str | None = None
    p2p_window: str | None = None
    drug: str | None = None
    p2p_deadline: str | None = None
    criteria: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    expedited: str | None = None
    upheld: bool = False


Value = (
    Diagnosis | HeadacheFrequency | DiaryMonth | Therapy | Score | Toxin | Response | Safety | Identity | Denial
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing read: a value, what the text asserts of it, and where.

    as_of  date the statement speaks of: its own date when it has one, else its document's (ISO, may be partial)
    """

    value: Value
    assertion: Assertion
    evidence: tuple[Evidence, ...]
    as_of: str | None = None
    id: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        places = [(e.key or e.document, e.page, e.quote) for e in self.evidence]
        text = repr((self.value, self.assertion, places))
        object.__setattr__(self, "id", hashlib.sha256(text.encode()).hexdigest()[:12])

    @property
    def kind(self) -> str:
        """Name of the value's kind in the JSON contract."""
        return self.value.kind


@dataclass(frozen=True, slots=True)
class DocumentSummary:
    """What a document is: its kind, date, author and specialty as read, and whether a signature is on it."""

    document: str
    kind: str
    date: str | None = None
    author: str | None = None
    specialty: str | None = None
    signed: bool | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that was read from the documents."""

    documents: tuple[DocumentSummary, ...]
    findings: tuple[Finding, ...]
