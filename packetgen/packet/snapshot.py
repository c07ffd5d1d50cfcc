"""What a packet says, short enough to keep: so that a later one can be compared with it, item by item."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from packetgen.chart import words
from packetgen.chart.decide import fields_of
from packetgen.chart.model import Chart, Fact
from packetgen.forms.model import FilledForm
from packetgen.letters.wordfile import statements
from packetgen.packet.choose import Choice
from packetgen.policy.model import Assessment

SNAPSHOT = "said.json"
VERDICTS = {"met": "met", "not_met": "not met", "missing": "not documented", "check": "to be checked"}
Part = Literal["Facts", "Criteria", "Letter", "Form", "Pages"]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a packet says: facts, criteria, fields of the form and pages by their names; sentences of the letter."""

    facts: dict[str, str]
    criteria: dict[str, str]
    letter: tuple[str, ...]
    form: dict[str, str]
    pages: dict[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is other than before. before, now: empty when it was not, or is no longer, there."""

    part: Part
    name: str
    before: str
    now: str


def snapshot_of(
    chart: Chart, assessment: Assessment, letter: Path, forms: Sequence[FilledForm], choice: Choice
) -> Snapshot:
    """What a packet of these says. letter: its Word file."""
    return Snapshot(
        {name_of(fact.id): value_of(fact) for fact in chart.facts},
        {c.text: ": ".join(filter(None, [VERDICTS[c.verdict], c.shown])) for c in assessment.criteria},
        tuple(dict.fromkeys(statement.text for statement in statements(letter))),
        {f"{form.title}: {field.name}": field.value for form in forms for field in form.fields},
        {f"Ex. {e.document.label}-{n}": _state(n, e.held) for e in choice.exhibits for n in e.pages},
    )


def read_snapshot(path: Path) -> Snapshot | None:
    """The snapshot that a build wrote; None when there is none, or one of another version."""
    try:
        return TypeAdapter(Snapshot).validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def changes(before: Snapshot, now: Snapshot) -> tuple[Change, ...]:
    """What is other than before, part by part."""
    told = [
        *_of_names("Facts", before.facts, now.facts),
        *_of_names("Criteria", before.criteria, now.criteria),
        *(Change("Letter", "", said, "") for said in before.letter if said not in now.letter),
        *(Change("Letter", "", "", said) for said in now.letter if said not in before.letter),
        *_of_names("Form", before.form, now.form),
        *_of_names("Pages", before.pages, now.pages),
    ]
    return tuple(told)


def _of_names(part: Part, before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Change]:
    for name in dict.fromkeys((*before, *now)):
        if before.get(name) != now.get(name):
            yield Change(part, name, before.get(name, ""), now.get(name, ""))


def _state(page: int, held: frozenset[int]) -> str:
    return "held back" if page in held else "enclosed"


def name_of(fact_id: str) -> str:
    """A fact's name in words: "Therapy: topiramate, preventive"."""
    kind, *rest = fact_id.replace("_", " ").split(":")
    return words.capital(": ".join([kind, ", ".join(part for part in rest if part != "None")]))


def value_of(fact: Fact[Any]) -> str:
    """A fact's value in words, without what its name says: "status: ineffective; dose: 100"."""
    fields = {name: told for name, told in fields_of(fact.value).items() if told not in (None, "", [])}
    named = fact.id.split(":")
    said = [f"{name.replace('_', ' ')}: {_text(told)}" for name, told in fields.items() if _text(told) not in named]
    return "; ".join(said).replace("amount: ", "") or "in the chart"


def _text(told: object) -> str:
    if isinstance(told, dict):
        return ", ".join(f"{name} {_text(part)}" for name, part in told.items() if part is not None)
    if isinstance(told, list):
        return ", ".join(_text(part) for part in told)
    return f"{told:g}" if isinstance(told, float) else str(told)
