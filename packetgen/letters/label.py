"""What letters know of an indication, and what a product's US label says of it: knowledge/indications.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Annotated

from pydantic import Field

from packetgen import yamlfile
from packetgen.case import Case, Indication, Product
from packetgen.extraction.model import Therapy, TherapyRole
from packetgen.policy.model import Confidence
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


class IndicationFacts(Strict):
    """An indication as letters name it, the instruments that measure it and the treatments that count for it."""

    indication: Indication
    name: str
    measures: tuple[str, ...]
    trials: Trials
    acute: bool = False


class Most(Strict):
    """The label's highest dose: so many units, per "a treatment" or a time."""

    units: int
    per: str

    def __str__(self) -> str:
        return f"{self.units} units {'' if self.per.startswith('a ') else 'in '}{self.per}"


class LabelledUse(Strict):
    """A use on a product's label."""

    indication: Indication
    use: str
    age_at_least: int
    most: Most | None = None


class ProductLabel(Strict):
    """The labelled uses of a product; a use that is not among them is off label."""

    product: Product
    confidence: Confidence
    uses: tuple[LabelledUse, ...]
    most: Most | None = None


class _File(Strict):
    source: str
    as_of: date
    indications: tuple[IndicationFacts, ...]
    scales: dict[str, str]
    labels: tuple[ProductLabel, ...]


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
    """How the request of a case stands to the label of its product."""
    request = case.request
    label = next(label for label in _read().labels if label.product == request.product)
    use = next((use for use in label.uses if use.indication == request.indication), None)
    if use is None:
        return Labelled("", None, above=False, too_young=False)
    most = use.most or label.most
    return Labelled(
        use.use,
        most,
        above=most is not None and request.units > most.units,
        too_young=age_on(case.patient.birth_date, request.start_date) < use.age_at_least,
    )
