"""The comparisons that a policy may make, as its YAML says them. The vocabulary is closed; there is no code in it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from packetgen.case import DocumentKind, Product
from packetgen.extraction.model import DrugClass
from packetgen.yamlfile import Strict

Positive = Annotated[int, Field(gt=0)]
Codes = tuple[str, ...]


class AgeRule(Strict):
    """Completed years on the day of service."""

    at_least: int | None = None
    at_most: int | None = None


class DiagnosisRule(Strict):
    """The chart names the disease with a code that begins with one of `codes`.

    None: the plan lists none, and those that say the indication count (knowledge/codes.yaml). Another code that some
    plans take for it leaves the verdict to a person.
    """

    codes: Codes = ()


class FrequencyRule(Strict):
    """A headache count of the chart, now or else before the toxin, is enough."""

    fact: Literal["headache_days", "migraine_days", "hours_per_day", "months"]
    at_least: float | None = None
    more_than: float | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> FrequencyRule:
        if (self.at_least is None) == (self.more_than is None):
            raise ValueError("needs at_least or more_than")
        return self

    def holds(self, amount: float) -> bool:
        """Whether an amount is enough."""
        return amount >= self.at_least if self.at_least is not None else amount > (self.more_than or 0)

    @property
    def asked(self) -> str:
        """The bound in words."""
        return f"{self.at_least:g}" if self.at_least is not None else f"more than {self.more_than:g}"


class ClassOfDrugs(Strict):
    """A class that the plan counts, and the drugs that count in it (none named: all of the class)."""

    drug_class: Annotated[DrugClass, Field(alias="class")]
    drugs: tuple[str, ...] = ()


class FailedTrialsRule(Strict):
    """Enough treatments of the named classes were tried long enough without success, or could not be taken.

    by                one of each class counts, or each drug
    minimum_days      a trial of so many days counts, a shorter one does not; none: the plan names no length
    too_short_below   between these days and minimum_days, as for "two months", the chart must say more
    within_months     a trial that ended longer ago does not count
    therapeutic_dose  the highest dose must reach the usual one (knowledge/therapeutic_doses.yaml)
    """

    at_least: Positive
    by: Literal["class", "drug"] = "class"
    role: Literal["preventive", "first_line_other"] = "preventive"
    classes: Annotated[tuple[ClassOfDrugs, ...], Field(min_length=1)]
    minimum_days: Positive | None = None
    too_short_below: Positive | None = None
    accept_without_duration: tuple[Literal["contraindicated", "not_tolerated"], ...] = ()
    within_months: Positive | None = None
    therapeutic_dose: bool = False


class ScoreRule(Strict):
    """The newest score of an instrument; without a bound, that there is one. Of parts such as MAS's, the highest."""

    instrument: str
    at_least: float | None = None
    at_most: float | None = None
    within_months: Positive | None = None


class SpecialtyRule(Strict):
    """The prescriber, or a consultation in the chart, is of one of these specialties: parts of their names."""

    one_of: Annotated[tuple[str, ...], Field(min_length=1)]


class NotTogetherRule(Strict):
    """No drug of these classes is taken at the same time to prevent the same disease."""

    classes: Annotated[tuple[DrugClass, ...], Field(min_length=1)]


class ReductionRule(Strict):
    """What the treatment took off: of a count a month, or of a score. Without a bound, any decrease.

    of        headache_days, migraine_days, headache_hours (days times hours a day), or the name of a score
    at_least  in days, hours or points
    percent   of the value before
    """

    of: str
    at_least: float | None = None
    percent: float | None = None


class TreatmentsRule(Strict):
    """So many sessions with the requested product were given."""

    at_least: Positive


class IntervalRule(Strict):
    """Treatments are requested, and the next one is, at least so many weeks apart."""

    at_least_weeks: Positive


class DiaryRule(Strict):
    """So many calendar months of a headache diary, each with enough days recorded."""

    months: Positive
    days_recorded: Positive = 20


class DocumentRule(Strict):
    """A document of one of these kinds is in the chart, dated within so many months of service, and signed."""

    kinds: Annotated[tuple[DocumentKind, ...], Field(min_length=1)]
    within_months: Positive | None = None
    signed: bool = False


class RuledOutRule(Strict):
    """The chart denies a contraindication (knowledge/safety.yaml)."""

    concern: str


class Need(Strict):
    """Exactly one comparison. `statement` is a question that only a person can answer."""

    age: AgeRule | None = None
    diagnosis: DiagnosisRule | None = None
    frequency: FrequencyRule | None = None
    failed_trials: FailedTrialsRule | None = None
    score: ScoreRule | None = None
    specialty: SpecialtyRule | None = None
    not_together: NotTogetherRule | None = None
    reduction: ReductionRule | None = None
    treatments: TreatmentsRule | None = None
    units_at_most: Positive | None = None
    interval: IntervalRule | None = None
    product_one_of: tuple[Product, ...] | None = None
    diary: DiaryRule | None = None
    document: DocumentRule | None = None
    ruled_out: RuledOutRule | None = None
    statement: str | None = None
    all_of: tuple[Need, ...] | None = None
    any_of: tuple[Need, ...] | None = None

    @model_validator(mode="after")
    def _one_comparison(self) -> Need:
        if sum(getattr(self, name) is not None for name in COMPARISONS) != 1:
            raise ValueError(f"needs exactly one of {', '.join(COMPARISONS)}")
        return self

    @property
    def comparison(self) -> str:
        """The name of its comparison."""
        return next(name for name in COMPARISONS if getattr(self, name) is not None)

    @property
    def comparisons(self) -> tuple[str, ...]:
        """The names of all its comparisons, of its parts too."""
        parts = self.all_of or self.any_of or ()
        return tuple(name for part in parts for name in part.comparisons) or (self.comparison,)

    @property
    def topic(self) -> str:
        """What it is about, as questions are filed: "frequency.headache_days", "score.HDSS", "age"."""
        rule = getattr(self, self.comparison)
        about = {"frequency": "fact", "score": "instrument", "reduction": "of", "failed_trials": "role"}
        field = about.get(self.comparison)
        return f"{self.comparison}.{getattr(rule, field)}" if field else self.comparison

    @property
    def topics(self) -> tuple[str, ...]:
        """What it is about, and each of its parts."""
        parts = self.all_of or self.any_of or ()
        return tuple(name for part in parts for name in part.topics) or (self.topic,)


COMPARISONS = tuple(Need.model_fields)
