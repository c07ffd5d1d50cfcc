"""The facts of a chart as the review page lists them, and the decision that a filled form is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

from packetgen.chart import words
from packetgen.chart.decide import added_finding, correctable, corrected, fields_of
from packetgen.chart.decisions import Decision, Place
from packetgen.chart.model import Chart, Fact
from packetgen.extraction.drugnames import drugs_by_name
from packetgen.extraction.model import Evidence, Finding, TherapyRole, TherapyStatus, Toxin
from packetgen.extraction.regimen import weeks_in
from packetgen.letters.claims import claims_in, strings
from packetgen.packet.snapshot import name_of
from packetgen.review.said import said
from packetgen.review.typed import number_in
from packetgen.stages import Checked, Reading

# What a person may add, and the fields to fill in
ADDED = {
    "therapy": ("drug", "role", "status", "dose", "unit", "weeks", "start", "stop"),
    "headache_frequency": ("when", "headache_days_per_month", "migraine_days_per_month", "hours_per_day", "months"),
    "score": ("instrument", "value", "date"),
}
NOT_QUOTED = ("drug_class", "role", "status", "unit", "when", "instrument", "icd10", "indication", "product")
AMOUNTS = {
    f"{when}:{field}"
    for when in ("current", "baseline", "on_treatment")
    for field in ("headache_days_per_month", "migraine_days_per_month", "hours_per_day", "months")
}  # facts of a bare amount, by id
LEAST_FILLED = {"therapy": 4, "headache_frequency": 2, "score": 2}  # fields without which nothing is said
CHOICES = {
    "role": get_args(TherapyRole),
    "status": get_args(TherapyStatus),
    "when": ("current", "baseline", "on_treatment"),
}
RANGE = re.compile(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*(?:-|–|to)\s*(\d{1,9}(?:\.\d{1,9})?)\s*")


class BadDecision(ValueError):
    """What a person filled in cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """A fact on the page. fields: what may be corrected, as text; sides: where findings disagree, each as text."""

    fact: Fact[Any]
    title: str
    value: str
    fields: tuple[tuple[str, str], ...]
    sides: tuple[tuple[str, Evidence], ...]

    @property
    def doubt(self) -> str:
        """Why a person should look at it first."""
        if self.fact.against:
            return "The chart says different things"
        return "Hard to read" if self.fact.is_faint else ""


def rows_of(chart: Chart) -> list[Row]:
    """The facts: doubtful ones first, then those not decided yet, then the others."""
    rows = [_row(fact) for fact in chart.facts]
    return sorted(rows, key=lambda row: (not row.doubt, row.fact.decided_by is not None))


def addition_from(form: Mapping[str, str], reading: Reading, checked: Checked, by: str, at: str) -> Decision:
    """The decision to add what words on a page show: a fact, or evidence for one or for a criterion; BadDecision."""
    place = place_from(form, reading)
    kind, _, name = form.get("kind", "").partition(":")
    why = " ".join(form.get("why", "").split())
    if kind == "criterion":
        return Decision("cite", by, at, name, place=place, why=why)
    if kind == "fact":
        kind, value = _said_of(name, checked.chart, place.quote)
    else:
        value = _filled_in(form)
        if missing := [words_of(field) for field, told in value.items() if not _holds(place.quote, field, told)]:
            raise BadDecision(f"The words that you marked do not say the {', '.join(missing)}: mark the words that do.")
    decision = Decision("add", by, at, after=value, kind=kind, place=place, why=why)
    if added_finding(decision, reading.documents, reading.extraction) is None:
        raise BadDecision("That does not fit: fill in what the words on the page say.")
    return decision


def place_from(form: Mapping[str, str], reading: Reading) -> Place:
    """The words that were clicked on a page; raises BadDecision."""
    label, _, page = form.get("page", "").partition("-")
    document = next((d for d in reading.documents if d.label == label), None)
    number = number_in(page)
    clicked = [at for name in ("first", "last") if (at := number_in(form.get(name, ""))) is not None]
    if document is None or number is None or len(clicked) < 2:
        raise BadDecision("Click the first and the last word on the page that show it.")
    if not 1 <= number <= len(document.pages):
        raise BadDecision("There is no such page.")
    first, last = sorted(clicked)
    quote = " ".join(word.text for word in document.page(number).words[first : last + 1])
    return Place(document.sha256, number, first, last, quote)


def _holds(quote: str, field: str, told: Any) -> bool:
    """Whether words hold what a field says: its drug, number or date. What is a judgement is the person's."""
    if field in NOT_QUOTED:
        return True
    if field == "weeks" and (weeks := weeks_in(quote)) is not None and _text(told) == f"{weeks:g}":
        return True
    held = claims_in([quote])
    return (
        any(claims_in([text]) <= held for text in strings(told))
        if not isinstance(told, dict)
        else (claims_in(strings(told)) <= held)
    )


def _said_of(name: str, chart: Chart, quote: str) -> tuple[str, dict[str, Any]]:
    """What words say of a fact that is in the chart already: its kind, and those of its fields that the words hold."""
    fact = next((fact for fact in chart.facts if fact.id == name), None)
    if fact is None or not (hasattr(fact.value, "kind") or fact.id in AMOUNTS):
        raise BadDecision("The chart does not show this fact any more. Reload the page.")
    if hasattr(fact.value, "kind"):
        kind, value = fact.value.kind, fields_of(fact.value)
    else:
        when, field = fact.id.split(":")
        kind, value = "headache_frequency", {"when": when, field: fields_of(fact.value)["amount"]}
    told = {field: said for field, said in value.items() if said not in (None, [], "") and _holds(quote, field, said)}
    if not told.keys() - set(NOT_QUOTED):
        raise BadDecision("The words that you marked hold no drug, number or date of this fact.")
    if "drug" in value and "drug" not in told:
        raise BadDecision(f"The words that you marked do not name {value['drug']}.")
    return kind, told


def _filled_in(form: Mapping[str, str]) -> dict[str, Any]:
    """The fields of a value to be added; a drug by its generic name, with its class."""
    kind = form.get("kind", "")
    typed = {name: _typed(form.get(f"{kind}.{name}", "").strip()) for name in ADDED.get(kind, ())}
    value = {name: told for name, told in typed.items() if told is not None}
    if kind == "therapy":
        drug = drugs_by_name().get(str(value.get("drug", "")).lower())
        if drug is None:
            raise BadDecision("Name the drug as the page does; this name is not known here.")
        value |= {"drug": drug.generic, "drug_class": drug.drug_class}
    if len(value) < LEAST_FILLED.get(kind, 1):
        raise BadDecision("Fill in what the words on the page say.")
    return value


def decision_from(form: Mapping[str, str], chart: Chart, by: str, at: str) -> Decision:
    """The decision that a form about a fact states; raises BadDecision."""
    fact = next((fact for fact in chart.facts if fact.id == form.get("fact")), None)
    event, why = form.get("event", ""), " ".join(form.get("why", "").split())
    if fact is None:
        raise BadDecision("The chart does not show this fact any more. Reload the page.")
    if not why and event != "confirm":
        raise BadDecision("Say why, in a few words.")
    if event == "confirm":
        return Decision("confirm", by, at, fact.id, before=fields_of(fact.value))
    if event == "reject":
        return Decision("reject", by, at, fact.id, tuple(f.id for f in fact.findings), fields_of(fact.value), why=why)
    if event == "correct":
        return _correction(fact, form, Decision("correct", by, at, fact.id, why=why))
    raise BadDecision("There is no such decision.")


def _correction(fact: Fact[Any], form: Mapping[str, str], decision: Decision) -> Decision:
    now = correctable(fact.value)
    typed = {name: form[f"field.{name}"].strip() for name in now if f"field.{name}" in form}
    changed = {name: _typed(text) for name, text in typed.items() if text != _text(now[name])}
    if not changed:
        raise BadDecision("Nothing was changed. To agree with the fact, confirm it.")
    try:
        value = fields_of(corrected(fact.value, changed))
    except ValueError:
        raise BadDecision(f"That does not fit: {', '.join(words_of(name) for name in changed)}.") from None
    return replace(
        decision, before={name: now[name] for name in changed}, after={name: value[name] for name in changed}
    )


def _typed(text: str) -> Any:
    """A field as typed: nothing, a range, or text that its type makes a number of."""
    if both := RANGE.fullmatch(text):
        return {"low": float(both[1]), "high": float(both[2])}
    return text or None


def _row(fact: Fact[Any]) -> Row:
    fields = tuple((name, _text(told)) for name, told in correctable(fact.value).items())
    lead = [(side, e) for side in (*fact.findings[:1], *fact.against, *fact.overruled) for e in side.evidence[:1]]
    sides = tuple((_said(side, fact), e) for (side, e) in lead) if fact.against or fact.overruled else ()
    title, value = _title(fact), said(fact.value)
    return Row(fact, title, "" if title.endswith(f": {value}") else value, fields, sides)


def _title(fact: Fact[Any]) -> str:
    """What the fact is of; a treatment's units are its value, not its name."""
    named = name_of(fact.id)
    return named.rpartition(",")[0] if isinstance(fact.value, Toxin) else named


def _said(finding: Finding, fact: Fact[Any]) -> str:
    """What one finding says of the fact."""
    field = fact.id.rpartition(":")[2]
    is_amount = "amount" in fields_of(fact.value)
    told = f"{words_of(field)}: {_text(fields_of(finding.value).get(field))}" if is_amount else said(finding.value)
    return told + (f" ({words.day(finding.as_of)})" if finding.as_of else "")


def words_of(name: str) -> str:
    """A field's name in words."""
    return name.replace("_", " ")


def _text(told: Any) -> str:
    if told is None:
        return ""
    if isinstance(told, dict):
        low, high = ("" if told[end] is None else f"{told[end]:g}" for end in ("low", "high"))
        return f"{low}–{high}"
    return f"{told:g}" if isinstance(told, float) else str(told)
