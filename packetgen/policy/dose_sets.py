"""Doses of the labels, from packetgen/knowledge/doses.yaml. Units are those of the product, never converted."""

from __future__ import annotations

from functools import cache
from typing import Annotated

from pydantic import Field

from packetgen import yamlfile
from packetgen.case import Indication, Product
from packetgen.policy.code_sets import Cited
from packetgen.resources import KNOWLEDGE
from packetgen.yamlfile import Strict

Units = Annotated[float, Field(gt=0)]
Age = Annotated[int, Field(ge=0, le=120)]


class ForAges(Cited):
    """A rule for patients of an age in completed years, both ends included."""

    age_from: Age = 0
    age_to: Age | None = None

    def is_for(self, age: int) -> bool:
        """Whether the rule is for a patient of this age."""
        return self.age_from <= age and (self.age_to is None or age <= self.age_to)


class Beyond(Strict):
    """A known scheme above the label: its units, in all and a muscle."""

    units: Units
    muscles: dict[str, Units]
    called: str


class LabelledDose(ForAges):
    """A use that a label names, in our words.

    per_session (or `per` another time), muscles: most units, both sides together; None where not known. per_kg
    lowers the limit by weight, unless the patient weighs `whole_from_kg` or more. headache_days_from: fewest headache
    days a month of the disease that the label names.
    """

    product: Product
    indication: Indication
    use: str
    per_session: Units | None = None
    per: str = "a treatment"
    per_kg: Units | None = None
    whole_from_kg: Units | None = None
    sites: int | None = None
    muscles: dict[str, Units] = Field(default_factory=dict)
    beyond: Beyond | None = None
    headache_days_from: int | None = None


class Cumulative(ForAges):
    """Most units of a product within so many days; `per`: that time as the label says it."""

    product: Product
    units: Units
    per: str
    per_kg: Units | None = None
    days: Annotated[int, Field(gt=0)]


class Interval(Cited):
    """Fewest days between two treatments."""

    days: Annotated[int, Field(gt=0)]


class CosmeticUse(Cited):
    """A cosmetic use of a product, the words that name it, and its labelled units."""

    product: Product
    words: str
    called: str
    units: Units
    example: str


class Waste(Cited):
    """Modifiers for what is discarded of single-dose vials, and for nothing discarded."""

    discarded: str
    none: str


class DoseRules(Strict):
    """knowledge/doses.yaml."""

    labelled: tuple[LabelledDose, ...]
    cumulative: tuple[Cumulative, ...]
    interval: Interval
    cosmetic: tuple[CosmeticUse, ...]
    waste: Waste

    def of(self, product: str, indication: str) -> tuple[LabelledDose, ...]:
        """The uses of a product that its label names for an indication."""
        return tuple(use for use in self.labelled if (use.product, use.indication) == (product, indication))


@cache
def dose_rules() -> DoseRules:
    """The doses of the labels."""
    return yamlfile.read(KNOWLEDGE / "doses.yaml", DoseRules)
