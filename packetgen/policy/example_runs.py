"""Running the examples of a payer's policies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from packetgen import yamlfile
from packetgen.errors import BadDataFile
from packetgen.policy.assess import assess
from packetgen.policy.catalog import load_policy
from packetgen.policy.examples import Example, ExampleChart, ExampleCharts, case_of, chart_of
from packetgen.policy.model import Assessment, Verdict
from packetgen.policy.schema import PolicyFile
from packetgen.resources import PAYERS

SERVICE = date(2026, 12, 8)  # the day of service of every example
OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an example expects of one criterion, and what the program says."""

    example: Example
    indication: str
    kind: str
    criterion: str
    expected: Verdict
    verdict: Verdict
    why: str

    @property
    def holds(self) -> bool:
        """Whether they agree."""
        return self.expected == self.verdict


def base_charts(folder: Path = PAYERS) -> dict[str, ExampleChart]:
    """The charts that examples stand on, by name: those of the folder, or those that ship."""
    own = folder / "examples.yaml"
    return yamlfile.read(own if own.is_file() else PAYERS / "examples.yaml", ExampleCharts).charts


def run_examples(payer: PolicyFile, folder: Path = PAYERS) -> Iterator[Outcome]:
    """The outcome of each expectation. Raises BadDataFile for a name that the chart or the policy does not have."""
    bases = base_charts(folder)
    for example in payer.examples:
        if example.chart not in bases:
            raise _bad(payer, example, f"no chart '{example.chart}'", f"Known: {', '.join(bases)}.")
        base = bases[example.chart]
        unknown = sorted(set(example.without) - set(base.facts))
        if unknown:
            raise _bad(payer, example, f"'{unknown[0]}' is not in the chart", f"It has {', '.join(base.facts)}.")
        yield from _outcomes(payer, example, base, folder)


def _outcomes(payer: PolicyFile, example: Example, base: ExampleChart, folder: Path) -> Iterator[Outcome]:
    try:
        assessment = judge_example(payer, example, base, folder)
    except ValidationError as failure:
        wrong = failure.errors()[0]
        field = ".".join(str(part) for part in wrong["loc"])
        raise _bad(payer, example, f"{field}: {wrong['msg']}", "Correct the example.") from None
    verdicts = {criterion.id: criterion for criterion in (*assessment.criteria, *assessment.questions)}
    unknown = sorted(set(example.expect) - {OTHERS} - set(verdicts))
    if unknown:
        raise _bad(payer, example, f"no criterion '{unknown[0]}'", f"There are {', '.join(verdicts)}.")
    kind = example.request.kind or base.request.kind or "initial"
    for name, criterion in verdicts.items():
        expected = example.expect.get(name, example.expect.get(OTHERS))
        if expected:
            yield Outcome(example, base.indication, kind, name, expected, criterion.verdict, criterion.why)


def judge_example(payer: PolicyFile, example: Example, base: ExampleChart, folder: Path = PAYERS) -> Assessment:
    """The verdicts on an example's chart."""
    case = case_of(example, base, payer.id, SERVICE)
    request = case.request
    _, rules = load_policy(payer.id, request.indication, request.kind, request.product, SERVICE, folder)
    return assess(case, chart_of(example, base), payer, rules, rules.policy.reviewed)


def _bad(payer: PolicyFile, example: Example, what: str, fix: str) -> BadDataFile:
    return BadDataFile(f"example '{example.says}': {what}", where=f"{payer.id}/policy.yaml", fix=fix)
