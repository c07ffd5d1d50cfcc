"""policy.yaml: a plan's rules as dated, cited data. The vocabulary of comparisons is closed; there is no code in it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from packetgen.case import Case, FormId, Indication, Product, RequestKind, State
from packetgen.errors import Who
from packetgen.extraction.model import DrugClass
from packetgen.policy.model import Confidence
from packetgen.yamlfile import Strict


class DiagnosisRule(Strict):
    """The chart names the indication with a code that begins with one of these."""

    codes: Annotated[tuple[str, ...], Field(min_length=1)]


class FrequencyRule(Strict):
    """A headache count of the chart is at least so much."""

    fact: Literal["headache_days", "migraine_days", "hours_per_day"]
    at_least: float


class ClassOfDrugs(Strict):
    """A class that the plan counts, and the drugs that count in it (none named: all of the class)."""

    drug_class: Annotated[DrugClass, Field(alias="class")]
    drugs: tuple[str, ...] = ()


class FailedTrialsRule(Strict):
    """Preventives of enough different classes were tried long enough, or could not be taken.

    A trial of `minimum_days` counts; one below `too_short_below` (default: the same) does not; between them,
    as for "two months", the chart must say more.
    """

    classes: Annotated[tuple[ClassOfDrugs, ...], Field(min_length=1)]
    distinct_classes: Annotated[int, Field(gt=0)]
    minimum_days: Annotated[int, Field(gt=0)]
    too_short_below: Annotated[int, Field(gt=0)] | None = None
    accept_without_duration: tuple[Literal["contraindicated", "not_tolerated"], ...] = ()


class CriterionRule(Strict):
    """One criterion: what it says in our words, one comparison, and what to ask when it is not met."""

    id: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    says: str
    confidence: Confidence
    ask: str
    who: Who = "clinician"
    diagnosis: DiagnosisRule | None = None
    frequency: FrequencyRule | None = None
    failed_trials: FailedTrialsRule | None = None
    age_at_least: int | None = None
    units_at_most: int | None = None
    interval_at_least_weeks: int | None = None
    specialty_one_of: tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _one_comparison(self) -> CriterionRule:
        said = [name for name in COMPARISONS if getattr(self, name) is not None]
        if len(said) != 1:
            raise ValueError(f"needs exactly one of {', '.join(COMPARISONS)}")
        return self


COMPARISONS = (
    "diagnosis", "frequency", "failed_trials", "age_at_least", "units_at_most", "interval_at_least_weeks",
    "specialty_one_of",
)  # fmt: skip


class Policy(Strict):
    """One dated policy for one indication. expires: last day it is in force, if known."""

    number: str
    title: str
    indication: Indication
    products: tuple[Product, ...]
    kinds: tuple[RequestKind, ...]
    effective: date
    expires: date | None = None
    reviewed: date
    source: str
    confidence: Confidence
    criteria: Annotated[tuple[CriterionRule, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _ids_once(self) -> Policy:
        ids = [criterion.id for criterion in self.criteria]
        if len(set(ids)) < len(ids):
            raise ValueError("two criteria have the same id")
        return self


class FormRule(Strict):
    """A form that some requests need. All that the rule names must fit; states: those whose law the plan is under."""

    form: FormId
    kinds: tuple[RequestKind, ...] = ()
    benefit: Literal["medical", "pharmacy"] | None = None
    states: tuple[State, ...] = ()

    def fits(self, case: Case) -> bool:
        """Whether a request needs this form."""
        return (
            (not self.kinds or case.request.kind in self.kinds)
            and self.benefit in (None, case.request.benefit)
            and (not self.states or case.insurance.state in self.states)
        )


class PolicyFile(Strict):
    """A payer, the maps of the forms it wants (templates/forms/<form>.yaml), and its policies.

    form   the form for a request that no rule of `forms` fits; the first rule that fits counts
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,64}$")]
    payer: str
    line_of_business: str
    form: FormId
    forms: tuple[FormRule, ...] = ()
    policies: Annotated[tuple[Policy, ...], Field(min_length=1)]

    def form_for(self, case: Case) -> str:
        """The form of a request: what the case file names, else what the plan wants."""
        fitting = (rule.form for rule in self.forms if rule.fits(case))
        return case.request.form or next(fitting, self.form)
