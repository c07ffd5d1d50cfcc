"""Wrong statements that go round, found in a sentence, each with what is right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from pydantic import Field

from packetgen import yamlfile
from packetgen.chart.model import Chart
from packetgen.extraction.model import Evidence
from packetgen.policy.code_sets import Cited
from packetgen.policy.model import Check, PolicyReference
from packetgen.resources import KNOWLEDGE
from packetgen.yamlfile import Strict


class KnownError(Cited):
    """A wrong statement: words that make it, words that take it back, and what is right."""

    name: str
    words: str
    unless: str | None = None
    right: str
    example: str
    counterexample: str = Field(alias="not")

    def is_in(self, text: str) -> bool:
        """Whether a sentence makes the statement."""
        said = re.search(self.words, text, re.IGNORECASE)
        return bool(said) and not (self.unless and re.search(self.unless, text, re.IGNORECASE))


class KnownErrors(Strict):
    """knowledge/known_errors.yaml."""

    errors: tuple[KnownError, ...]


@cache
def known_errors() -> tuple[KnownError, ...]:
    """All wrong statements that are known."""
    return yamlfile.read(KNOWLEDGE / "known_errors.yaml", KnownErrors).errors


def errors_in(text: str) -> tuple[KnownError, ...]:
    """The wrong statements that a text makes."""
    return tuple(error for error in known_errors() if error.is_in(text))


def check_statements(chart: Chart, reference: PolicyReference) -> Iterator[Check]:
    """Wrong statements in the sentences that the chart's facts rest on, and in the policy's number and title."""
    for error in errors_in(f"{reference.payer} {reference.number} {reference.title}"):
        yield _check(error, "the policy file says it", (), f"Correct the policy file of {reference.payer}.")
    quotes = {evidence.quote: evidence for evidence in _evidence(chart)}
    for quote, evidence in quotes.items():
        for error in errors_in(quote):
            why = f"Ex. {evidence.exhibit_page} says it"
            yield _check(
                error, why, (evidence,), "Is the note right? A reviewer may take it up; correct it if it is not."
            )


def _check(error: KnownError, where: str, evidence: tuple[Evidence, ...], ask: str) -> Check:
    text = f"No statement known as wrong: {error.name.replace('_', ' ')}"
    why = f"{error.right.rstrip('.')}; {where}"
    return Check("known_error", text, "check", why, error.citation, ask, evidence, "clinician")


def _evidence(chart: Chart) -> Iterator[Evidence]:
    for facts in (chart.diagnoses, chart.therapies, chart.toxins, chart.responses, chart.safety):
        for fact in facts:
            yield from fact.evidence
