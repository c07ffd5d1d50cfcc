"""What letters know of an indication (knowledge/indications.yaml), and how a request stands to its product's label."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Annotated

from pydantic import Field

from packetgen import yamlfile
from packetgen.case import Case, Indication
from packetgen.chart.model import ENDED_BADLY, Chart, Fact
from packetgen.extraction.model import Therapy, TherapyRole
from packetgen.policy.dose_sets import LabelledDose, dose_rules
from packetgen.policy.doses import weight_limit
from packetgen.policy.predicates import age_on
from packetgen.resources import KNOWLEDGE
from packetgen.yamlfile import Strict


class Trials(Strict):
    """Which treatments count as tried for an indication: roles, and generic names (none named: all of the role)."""

    roles: Annotated[tuple[TherapyRole, ...], Field(min_length=1)]
    drugs: tuple[str, ...] = ()

    def hold(self, therapy: Therapy) -> bool:
        """Whether a therapy is one of them."""
        return therapy.role in self.roles and (not self.drugs or therapy.drug in self.drugs)

    def ended(self, chart: Chart) -> list[Fact[Therapy]]:
        """Those that failed, were not tolerated or cannot be used."""
        return [fact for fact in chart.therapies if fact.value.status in ENDED_BADLY and self.hold(fact.value)]


class IndicationFacts(Strict):
    """An indication as letters name it, the instruments that measure it and the treatments that count for it."""

    indication: Indication
    name: str
    measures: tuple[str, ...]
    trials: Trials
    acute: bool = False


class _File(Strict):
    source: str
    as_of: date
    indications: tuple[IndicationFacts, ...]
    scales: dict[str, str]


@dataclass(frozen=True, slots=True)
class Most:
    """The label's highest dose for a patient: so many units, per "a treatment" or a time."""

    units: float
    per: str

    def __str__(self) -> str:
        return f"{self.units:g} units {'' if self.per.startswith('a ') else 'in '}{self.per}"


@dataclass(frozen=True, slots=True)
class Labelled:
    """How a request stands to the label.

    use        the labelled use in our words; empty when the use is off label
    most       the label's highest dose; None when it is not known
    above      more units are requested than that
    too_young  the patient is younger than the label allows
    """

    use: str
    most: Most | None
    above: bool
    too_young: bool

    @property
    def off_label(self) -> bool:
        """Whether the use itself is not on the label."""
        return not self.use


@cache
def _read() -> _File:
    return yamlfile.read(KNOWLEDGE / "indications.yaml", _File)


def facts_of(indication: str) -> IndicationFacts:
    """What letters know of an indication."""
    return next(facts for facts in _read().indications if facts.indication == indication)


def scale_of(instrument: str) -> str:
    """What a result of the instrument means; empty where that is not certain."""
    return _read().scales.get(instrument, "")


def labelled(case: Case) -> Labelled:
    """How the request of a case stands to the label of its product (knowledge/doses.yaml)."""
    request = case.request
    uses = dose_rules().of(request.product, request.indication)
    if not uses:
        return Labelled("", None, above=False, too_young=False)
    age = age_on(case.patient.birth_date, request.start_date)
    use = next((use for use in uses if use.is_for(age)), uses[0])
    most = _most(case, use, age)
    return Labelled(
        use.use,
        most,
        above=most is not None and request.units > most.units,
        too_young=age < min(use.age_from for use in uses),
    )


def _most(case: Case, use: LabelledDose, age: int) -> Most | None:
    """The label's limit for the use or, where that is not certain, for all uses together."""
    session = weight_limit(case, use.per_session, use.per_kg, use.whole_from_kg) if use.per_session else None
    limits = [(session, use.per, use.confidence)]
    for rule in dose_rules().cumulative:
        if rule.product == use.product and rule.is_for(age):
            limits.append((weight_limit(case, rule.units, rule.per_kg), rule.per, rule.confidence))
    return next((Most(units, per) for units, per, confidence in limits if units and confidence == "high"), None)
