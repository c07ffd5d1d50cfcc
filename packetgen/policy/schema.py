"""policy.yaml: a plan's rules as dated, cited data."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from packetgen.case import AppealLevel, Case, FormIds, Indication, LineOfBusiness, Product, RequestKind, State
from packetgen.errors import Who
from packetgen.policy.comparisons import Need
from packetgen.policy.examples import Example
from packetgen.policy.model import Confidence
from packetgen.yamlfile import Strict


class CriterionRule(Need):
    """One criterion: what it says in our words, and one comparison.

    confidence, source        when they are not those of the coverage it stands in
    ask, who, settled_by      when the general question (knowledge/questions.yaml) does not fit
    kinds                     of a general criterion: only for these requests
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
    says: str
    confidence: Confidence | None = None
    source: str | None = None
    ask: str | None = None
    who: Who | None = None
    settled_by: str | None = None
    kinds: tuple[RequestKind, ...] = ()

    @property
    def is_question(self) -> bool:
        """Whether no chart can answer it: the plan or the front desk must, and the packet does not speak of it."""
        return self.statement is not None and self.who in ("plan", "front_desk")


class Coverage(Strict):
    """What a policy asks for some indications, products and kinds of request.

    months  how long an authorization lasts, when the policy says so
    """

    indications: Annotated[tuple[Indication, ...], Field(min_length=1)]
    products: Annotated[tuple[Product, ...], Field(min_length=1)]
    kinds: Annotated[tuple[RequestKind, ...], Field(min_length=1)]
    source: str
    confidence: Confidence
    months: Annotated[int, Field(gt=0)] | None = None
    criteria: tuple[CriterionRule, ...] = ()

    def fits(self, indication: str, kind: str, product: str) -> bool:
        """Whether it rules a request."""
        return indication in self.indications and kind in self.kinds and product in self.products


class Policy(Strict):
    """One dated policy.

    number              as the plan gives it; none: not known
    effective, expires  first and last day it is in force; None where that is not known
    general             criteria of all its coverage
    """

    number: str = ""
    title: str
    effective: date | None = None
    expires: date | None = None
    reviewed: date
    source: str
    confidence: Confidence
    general: tuple[CriterionRule, ...] = ()
    coverage: Annotated[tuple[Coverage, ...], Field(min_length=1)]

    def criteria(self, coverage: Coverage, kind: str) -> tuple[CriterionRule, ...]:
        """What it asks of one kind of request: the criteria of the coverage, then the general ones."""
        general = tuple(rule for rule in self.general if not rule.kinds or kind in rule.kinds)
        return (*coverage.criteria, *general)

    @property
    def decides(self) -> str:
        """Whether its criteria can say "met": those whose text was read can."""
        sure = [
            (rule.confidence or coverage.confidence) == "high"
            for coverage in self.coverage
            for rule in (*coverage.criteria, *self.general)
        ]
        return "read" if all(sure) else "read in part" if any(sure) else "unverified defaults"

    @model_validator(mode="after")
    def _ids_once(self) -> Policy:
        for coverage in self.coverage:
            counted = Counter(rule.id for rule in (*coverage.criteria, *self.general))
            twice = [name for name, count in counted.items() if count > 1]
            if twice:
                raise ValueError(f"two criteria for {coverage.indications[0]} have the id {twice[0]}")
            if not counted:
                raise ValueError(f"no criterion for {coverage.indications[0]}")
        return self


@dataclass(frozen=True, slots=True)
class RuleInForce:
    """The policy that rules one request, and what it asks of it.

    criteria  of the coverage, then the general ones for this kind of request
    override  why an expired policy is used all the same, in the user's words
    """

    policy: Policy
    coverage: Coverage
    criteria: tuple[CriterionRule, ...]
    override: str = ""


class FormRule(Strict):
    """A form, or several, that some requests need. All that the rule names must fit.

    kinds           none: all but appeals, whose form a rule must name
    levels          of an appeal: what was denied
    states          those whose law the plan is under
    representative  only when someone acts for the patient
    """

    form: FormIds
    kinds: tuple[RequestKind, ...] = ()
    levels: tuple[Literal["request", AppealLevel], ...] = ()
    benefit: Literal["medical", "pharmacy"] | None = None
    states: tuple[State, ...] = ()
    representative: bool = False

    def fits(self, case: Case) -> bool:
        """Whether a request needs this form."""
        return (
            (case.request.kind in self.kinds if self.kinds else case.request.kind != "appeal")
            and (not self.levels or (case.plan_dates.level or "request") in self.levels)
            and self.benefit in (None, case.request.benefit)
            and (not self.states or case.insurance.state in self.states)
            and (not self.representative or case.representative is not None)
        )


class PrescribedForm(FormRule):
    """A form that a law or a program prescribes to every plan of some lines of business."""

    lines: Annotated[tuple[LineOfBusiness, ...], Field(min_length=1)]
    source: str
    as_of: date
    confidence: Confidence


class PrescribedForms(Strict):
    """payer_forms/prescribed.yaml. also: what goes beside the form, whoever asks for that."""

    forms: tuple[PrescribedForm, ...]
    also: tuple[PrescribedForm, ...] = ()


class PolicyFile(Strict):
    """A payer, the maps of the forms it wants (templates/forms/<form>.yaml), and its policies.

    payer     how it is named; `is_a_kind`: a kind of plan, so the case's insurance.plan names it
    form      the form for a request that neither a rule of `forms` nor a law gives another; not for an appeal
    examples  charts with the verdict that each criterion must give
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,64}$")]
    payer: str
    is_a_kind: bool = False
    line_of_business: LineOfBusiness
    form: Annotated[FormIds, Field(min_length=1)]
    forms: tuple[FormRule, ...] = ()
    policies: Annotated[tuple[Policy, ...], Field(min_length=1)]
    examples: tuple[Example, ...] = ()

    def named_in(self, case: Case) -> str:
        """How outputs name the payer of a case: a kind of plan by the plan's own name."""
        return (case.insurance.plan if self.is_a_kind else None) or self.payer
