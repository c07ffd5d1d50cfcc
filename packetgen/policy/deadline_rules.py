"""The rules of counting deadlines, from packetgen/knowledge/deadlines.yaml."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Literal

from pydantic import Field, model_validator

from packetgen import yamlfile
from packetgen.case import AppealLevel, LineOfBusiness, RequestKind
from packetgen.policy.code_sets import Cited
from packetgen.policy.workdays import Holiday
from packetgen.resources import KNOWLEDGE
from packetgen.yamlfile import Strict

EventKind = Literal["submitted", "denied", "appealed", "approved", "treated"]
DeadlineId = Literal["decision", "appeal", "continued_benefits", "tracking_number", "next_treatment"]
Subject = Literal["drug", "service"]
Count = Literal["calendar_days", "business_days", "hours", "months"]


class DeadlineRule(Cited):
    """How long someone has after an event. A condition that is not given holds for all.

    count, number  how it is counted; without them `says` tells what happens
    aim            the clinic's own goal, in the same count
    received       a filing counts on the day it is received
    """

    id: DeadlineId
    event: EventKind
    lines: tuple[LineOfBusiness, ...] = ()
    level: Literal["request", AppealLevel] | None = None
    subject: Subject | None = None
    benefit: Literal["medical", "pharmacy"] | None = None
    place: Literal["hospital_outpatient"] | None = None
    urgency: Literal["standard", "expedited"] | None = None
    kinds: tuple[RequestKind, ...] = ()
    count: Count | None = None
    number: Annotated[int, Field(gt=0)] | None = None
    aim: Annotated[int, Field(gt=0)] | None = None
    received: bool = False
    note: str = ""
    says: str = ""

    @model_validator(mode="after")
    def _counts_or_says(self) -> DeadlineRule:
        if (self.count is None) != (self.number is None) or (self.count is None) != bool(self.says):
            raise ValueError("needs count and number, or says")
        return self


class FollowUp(Strict):
    """How long before a decision is due the clinic asks for it."""

    business_days_before: Annotated[int, Field(gt=0)]
    source: str


class DeadlineRules(Strict):
    """knowledge/deadlines.yaml."""

    follow_up: FollowUp
    holidays: tuple[Holiday, ...]
    rules: tuple[DeadlineRule, ...]


@cache
def deadline_rules() -> DeadlineRules:
    """All rules of counting."""
    return yamlfile.read(KNOWLEDGE / "deadlines.yaml", DeadlineRules)
