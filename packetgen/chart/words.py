"""Facts in words, as letters, forms and the crosswalk print them. US dates, because the plans are US plans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from packetgen.chart.model import Fact
from packetgen.extraction.model import Amount, Evidence, Range, Therapy

STATUS = {
    "ineffective": "Ineffective",
    "partial_response": "Partial response",
    "not_tolerated": "Not tolerated",
    "contraindicated": "Contraindicated",
}

DOCUMENT_KINDS = {
    "clinic_note": "visit note",
    "consult": "consultation",
    "procedure_note": "procedure note",
    "headache_diary": "headache diary",
    "questionnaire": "questionnaire",
    "intake_form": "intake form",
    "lab_report": "laboratory report",
    "pharmacy_history": "pharmacy history",
    "denial_letter": "denial letter",
    "letter": "letter",
    "other": "record",
}


@dataclass(frozen=True, slots=True)
class Said:
    """Words with the places they were read. Prints as its words."""

    text: str
    places: tuple[Evidence, ...] = ()

    def __str__(self) -> str:
        return self.text


def amount(value: Amount) -> str:
    """An amount: "22", "6 to 12", "at least 4"."""
    if not isinstance(value, Range):
        return f"{value:g}"
    if value.high is None:
        return f"at least {value.low:g}"
    return f"{value.low or 0:g} to {value.high:g}"


def ends_of(value: Amount) -> tuple[float, float]:
    """Least and most that an amount can be."""
    if isinstance(value, Range):
        return value.low or 0.0, value.high if value.high is not None else float("inf")
    return value, value


def capital(text: str) -> str:
    """The text with its first letter as a capital, the others as they are."""
    return text[:1].upper() + text[1:]


def day(iso: str | date) -> str:
    """A date with the precision it has: "10/02/2026", "03/2024", "2024"."""
    parts = str(iso).split("-")
    return "/".join([*parts[1:], parts[0]])


def pages(numbers: Iterable[int]) -> str:
    """Page numbers as people list them: "1–3, 7"."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


def dose(therapy: Therapy) -> str:
    """The highest dose: "100 mg", or nothing when the chart gives none."""
    return f"{therapy.dose:g} {therapy.unit}" if therapy.dose is not None and therapy.unit else ""


def vials(sizes: Iterable[int]) -> str:
    """The vials to be opened: "2 vials of 100 units", or nothing when none are named."""
    counted = sorted(Counter(sizes).items(), reverse=True)
    return ", ".join(f"{n} vial{'s' if n > 1 else ''} of {size} units" for size, n in counted)


def duration(therapy: Therapy) -> str:
    """When it was taken: "03/2024 to 08/2024", "9 weeks", "since 03/2024", or nothing when the chart does not say."""
    if therapy.start and therapy.stop:
        return f"{day(therapy.start)} to {day(therapy.stop)}"
    if therapy.weeks is not None:
        return f"{therapy.weeks:g} weeks"
    if therapy.start:
        return f"since {day(therapy.start)}"
    return f"until {day(therapy.stop)}" if therapy.stop else ""


def drug_class(therapy: Therapy) -> str:
    """The class in words: "beta blocker"."""
    return therapy.drug_class.replace("_", " ")


def trial(therapy: Therapy) -> str:
    """A trial in one phrase: "topiramate (antiepileptic), 03/2024 to 08/2024, not tolerated"."""
    parts = [f"{therapy.drug} ({drug_class(therapy)})", duration(therapy), therapy.status.replace("_", " ")]
    return ", ".join(part for part in parts if part)


def telling(fact: Fact[Therapy]) -> tuple[Evidence, ...]:
    """The places of a trial, first those that its outcome, dose and dates were taken from: they must be cited."""
    first: list[Evidence] = []
    for field in ("reason", "dose", "start", "stop", "weeks"):
        wanted = getattr(fact.value, field)
        source = next((f for f in fact.findings if wanted is not None and getattr(f.value, field) == wanted), None)
        first += source.evidence if source else ()
    return tuple(dict.fromkeys((*first, *fact.evidence)))
