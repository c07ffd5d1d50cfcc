"""A fact's value in the words of a clinic: "100 mg, 03/2024 to 08/2024, not tolerated"."""

from __future__ import annotations

from typing import Any

from packetgen.chart import words
from packetgen.chart.decide import correctable
from packetgen.extraction.model import Diagnosis, Range, Response, Score, Therapy, Toxin


def said(value: Any) -> str:
    """The value of a fact, without what its name says already."""
    match value:
        case Therapy():
            parts = [words.dose(value), words.duration(value), value.status.replace("_", " ")]
            return ", ".join(filter(None, parts))
        case Toxin():
            units = f"{value.units:g} units" if value.units is not None else ""
            every = f"every {value.interval_weeks:g} weeks" if value.interval_weeks else ""
            return ", ".join(filter(None, [value.status, words.day(value.date) if value.date else "", units, every]))
        case Score():
            return _score(value)
        case Diagnosis():
            return ", ".join(filter(None, [value.name, value.icd10]))
        case Response():
            change = " to ".join(f"{number:g}" for number in (value.before, value.after) if number is not None)
            return " ".join(filter(None, [change, value.unit]))
    return "; ".join(_field(name, told) for name, told in correctable(value).items() if told not in (None, "", []))


def _score(score: Score) -> str:
    parts = [f"{name.replace('_', ' ')} {told:g}" for name, told in score.subscores if isinstance(told, int | float)]
    value = f"{score.value:g}" if score.value is not None else ""
    return ", ".join(filter(None, [value, score.grade, *parts]))


def _field(name: str, told: Any) -> str:
    if isinstance(told, dict):
        told = words.amount(Range(told["low"], told["high"]))
    text = f"{told:g}" if isinstance(told, float) else str(told).replace("_", " ")
    return text if name == "amount" else f"{name.replace('_', ' ')}: {text}"
