"""Examples of a policy: small charts in YAML, and the verdict that each criterion must give."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from packetgen.case import Case, DocumentKind
from packetgen.chart.model import Chart
from packetgen.chart.reconcile import reconcile
from packetgen.documents.model import Box
from packetgen.extraction.model import (
    Diagnosis,
    DiaryMonth,
    DocumentSummary,
    Evidence,
    Extraction,
    Finding,
    HeadacheFrequency,
    Response,
    Safety,
    Score,
    Therapy,
    Toxin,
)
from packetgen.policy.model import Verdict
from packetgen.yamlfile import Strict

WRITTEN = "2026-10-02"  # the date of an example's note


def _known_fields(kind: type) -> BeforeValidator:
    """Refuses a key that the finding does not have: a dataclass would drop it in silence."""

    def check(value: object) -> object:
        known = {field.name for field in fields(kind)}
        unknown = sorted(set(value) - known) if isinstance(value, dict) else []
        if unknown:
            raise ValueError(f"unknown key '{unknown[0]}'; a {kind.__name__} has {', '.join(sorted(known))}")
        return value

    return BeforeValidator(check)


class ExampleDocument(Strict):
    """A document of the chart."""

    kind: DocumentKind
    date: str | None = None
    specialty: str | None = None
    signed: bool | None = None


class ExampleFact(Strict):
    """One thing that the chart says, or denies; written: the date of the note that says it."""

    diagnosis: Annotated[Diagnosis | None, _known_fields(Diagnosis)] = None
    headache_frequency: Annotated[HeadacheFrequency | None, _known_fields(HeadacheFrequency)] = None
    diary_month: Annotated[DiaryMonth | None, _known_fields(DiaryMonth)] = None
    therapy: Annotated[Therapy | None, _known_fields(Therapy)] = None
    score: Annotated[Score | None, _known_fields(Score)] = None
    toxin: Annotated[Toxin | None, _known_fields(Toxin)] = None
    response: Annotated[Response | None, _known_fields(Response)] = None
    safety: Annotated[Safety | None, _known_fields(Safety)] = None
    denied: Annotated[Safety | None, _known_fields(Safety)] = None
    document: ExampleDocument | None = None
    written: str = WRITTEN

    @model_validator(mode="after")
    def _one_thing(self) -> ExampleFact:
        if len(self._said()) != 1:
            raise ValueError("needs exactly one thing that the chart says")
        return self

    def _said(self) -> dict[str, Any]:
        return {
            name: value
            for name in type(self).model_fields
            if name != "written" and (value := getattr(self, name)) is not None
        }

    def finding(self, page: int) -> Finding | None:
        """The finding, on a page of its own; None for a document."""
        [(name, value)] = self._said().items()
        if name == "document":
            return None
        place = Evidence("A", page, (Box(0, 0, 1, 1),), f"{name} {page}", None, "example")
        return Finding(value, "negated" if name == "denied" else "present", (place,), self.written)


class Request(Strict):
    """What an example's case file says, where it differs from the chart that it stands on."""

    kind: str | None = None
    product: str | None = None
    icd10: str | None = None
    cpt: str | None = None
    units: int | None = None
    interval_weeks: int | None = None
    benefit: str | None = None
    place_of_service: str | None = None


class ExampleChart(Strict):
    """A chart that examples stand on: the request, who asks for whom, and what the chart says, each under a name."""

    indication: str
    request: Request
    born: date = date(1984, 3, 17)
    specialty: str = "neurology"
    facts: dict[str, ExampleFact]


class ExampleCharts(Strict):
    """payer_forms/examples.yaml."""

    charts: dict[str, ExampleChart]


class Example(Strict):
    """A chart of payer_forms/examples.yaml with something left out, changed or added, and the verdicts.

    expect  by criterion; `others` stands for those not named
    """

    chart: str
    says: str
    request: Request = Request()
    born: date | None = None
    specialty: str | None = None
    without: tuple[str, ...] = ()
    facts: dict[str, ExampleFact] = Field(default_factory=dict)
    expect: Annotated[dict[str, Verdict], Field(min_length=1)]


def case_of(example: Example, base: ExampleChart, payer: str, start: date) -> Case:
    """The case file of an example: an invented patient, the request on a day of service."""
    changed = {**base.request.model_dump(exclude_none=True), **example.request.model_dump(exclude_none=True)}
    return Case.model_validate(
        {
            "case": "example",
            "request": {"indication": base.indication, "start_date": start, **changed},
            "patient": {
                "first_name": "Dana", "last_name": "Example", "sex": "F", "birth_date": example.born or base.born,
            },
            "insurance": {"payer": payer, "member_id": "000000000"},
            "provider": {
                "name": "Lena Example, MD", "npi": "1234567893", "specialty": example.specialty or base.specialty,
                "practice": "Example Clinic", "phone": "555-0100", "fax": "555-0101",
            },
            "documents": ["note.txt"],
        }
    )  # fmt: skip


def chart_of(example: Example, base: ExampleChart) -> Chart:
    """The chart of an example."""
    facts = {name: fact for name, fact in base.facts.items() if name not in example.without}
    facts |= example.facts
    findings = [fact.finding(page) for page, fact in enumerate(facts.values(), 1)]
    documents = tuple(
        DocumentSummary("A", d.kind, d.date, None, d.specialty, d.signed)
        for d in (fact.document for fact in facts.values())
        if d
    )
    return reconcile(Extraction(documents, tuple(f for f in findings if f)))
