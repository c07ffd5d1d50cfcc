"""Days of acute medicine against the thresholds of medication overuse, from knowledge/medication_overuse.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from functools import cache

from packetgen import yamlfile
from packetgen.extraction.drugnames import drug_named
from packetgen.extraction.model import DrugClass, Overuse
from packetgen.extraction.vocabulary import Confidence
from packetgen.resources import KNOWLEDGE
from packetgen.yamlfile import Strict

TOGETHER = "acute medicine in all"


class OveruseRule(Strict):
    """A class of acute medicine by our classes and single drugs, and its days a month."""

    name: str
    section: str
    days: int
    classes: tuple[DrugClass, ...]
    drugs: tuple[str, ...]


class Together(Strict):
    """Days a month of several classes of which none is overused by itself, and of medicine that is not named."""

    section: str
    days: int


class MedicationOveruse(Strict):
    """knowledge/medication_overuse.yaml. headache_days, months: what the diagnosis asks besides."""

    source: str
    as_of: str
    confidence: Confidence
    headache_days: int
    months: int
    rules: tuple[OveruseRule, ...]
    any_together: Together


@cache
def medication_overuse() -> MedicationOveruse:
    """The thresholds."""
    return yamlfile.read(KNOWLEDGE / "medication_overuse.yaml", MedicationOveruse)


def overused(taken: Sequence[Set[str]], days: int) -> Iterator[Overuse]:
    """The classes whose days reach their threshold. taken: the generic names of each day; days: of any medicine.

    Simple analgesics have a higher threshold than all together: days of nothing else are theirs alone.
    """
    rules = medication_overuse()
    found = False
    for rule in rules.rules:
        count = sum(any(_is_of(name, rule) for name in names) for names in taken)
        if count >= rule.days:
            found = True
            yield Overuse(rule.name, count, rule.days, rule.section)
    several = {rule.name for names in taken for name in names for rule in rules.rules if _is_of(name, rule)}
    unnamed = not any(taken)
    if not found and (len(several) > 1 or unnamed) and days >= rules.any_together.days:
        yield Overuse(TOGETHER, days, rules.any_together.days, rules.any_together.section)


def _is_of(name: str, rule: OveruseRule) -> bool:
    drug = drug_named(name)
    return drug.generic in rule.drugs or (drug.drug_class in rule.classes and name not in rule.drugs)
