"""Counting failed trials of preventives as a plan does."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from packetgen.chart.model import ENDED_BADLY, Fact
from packetgen.extraction.model import Therapy
from packetgen.policy.schema import FailedTrialsRule

Standing = Literal["counts", "too_short", "no_duration"]


@dataclass(frozen=True, slots=True)
class Trial:
    """A failed trial and whether it counts. days: (least, most) it lasted, or None when the chart does not say."""

    fact: Fact[Therapy]
    standing: Standing
    days: tuple[int, int] | None

    @property
    def told(self) -> str:
        """In words: "amitriptyline (antidepressant, ineffective, 123 to 181 days)"."""
        value = self.fact.value
        parts = [value.drug_class.replace("_", " "), value.status.replace("_", " ")]
        if self.days:
            low, high = self.days
            parts.append(f"{low} days" if low == high else f"{low} to {high} days")
        return f"{value.drug} ({', '.join(parts)})"


def failed_trials(therapies: Sequence[Fact[Therapy]], rule: FailedTrialsRule) -> list[Trial]:
    """The failed trials of preventives that the plan's classes name, and how each stands."""
    return [
        _judge(fact, rule)
        for fact in therapies
        if fact.value.role == "preventive" and fact.value.status in ENDED_BADLY and _is_listed(fact.value, rule)
    ]


def _is_listed(value: Therapy, rule: FailedTrialsRule) -> bool:
    return any(
        listed.drug_class == value.drug_class and (not listed.drugs or value.drug in listed.drugs)
        for listed in rule.classes
    )


def _judge(fact: Fact[Therapy], rule: FailedTrialsRule) -> Trial:
    days = days_of(fact.value)
    if fact.value.status in rule.accept_without_duration or (days and days[0] >= rule.minimum_days):
        return Trial(fact, "counts", days)
    return Trial(
        fact, "too_short" if days and days[1] < (rule.too_short_below or rule.minimum_days) else "no_duration", days
    )


def days_of(value: Therapy) -> tuple[int, int] | None:
    """Least and most days a trial can have lasted: a date without a day is any day of its month."""
    if value.weeks is not None:
        days = round(value.weeks * 7)
        return days, days
    if value.start is None or value.stop is None:
        return None
    first, last = span_of(value.start), span_of(value.stop)
    return max(0, (last[0] - first[1]).days), (last[1] - first[0]).days + 1


def span_of(iso: str) -> tuple[date, date]:
    """First and last day that a partial ISO date can mean."""
    parts = [int(part) for part in iso.split("-")]
    year, month = parts[0], parts[1] if len(parts) > 1 else None
    if month is None:
        return date(year, 1, 1), date(year, 12, 31)
    if len(parts) == 2:
        return date(year, month, 1), date(year, month, monthrange(year, month)[1])
    return date(year, month, parts[2]), date(year, month, parts[2])
