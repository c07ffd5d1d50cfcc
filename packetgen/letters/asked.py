"""What the chart shows on a topic that a plan's letter asks for: the policy's criterion on it, or else the facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from packetgen.chart import words
from packetgen.chart.model import Chart
from packetgen.letters import rows
from packetgen.letters.label import facts_of
from packetgen.letters.model import Material
from packetgen.letters.rows import Match
from packetgen.policy.model import Criterion


def shown_on(topics: Iterable[str], material: Material) -> list[Match]:
    """What the chart shows on these topics, each row once; empty when it shows nothing."""
    found = [row for topic in topics for row in (*_criteria(topic, material), *_facts(topic, material))]
    return list(dict.fromkeys(found))


def on_topic(topic: str, criteria: Iterable[Criterion]) -> list[Criterion]:
    """The criteria on a topic, or on any topic of its kind: "score" for "score.TWSTRS"."""
    return [c for c in criteria if any(t == topic or t.startswith(f"{topic}.") for t in c.topics)]


def _criteria(topic: str, material: Material) -> Iterator[Match]:
    for criterion in on_topic(topic, material.assessment.criteria):
        if criterion.shown and criterion.evidence:
            yield rows.match(criterion)


def _facts(topic: str, material: Material) -> list[Match]:
    """The facts on a topic; of those that the policy has a criterion on only what the criterion does not tell."""
    chart, request = material.chart, material.case.request
    if topic == "diary":
        return [_diary(row) for row in map(rows.month, chart.diary)]
    if topic in ("treatments", "interval"):
        given = rows.sessions(chart.given)
        return [Match("", f"{r.units} units of {r.product} given on {r.dated}", r.places) for r in given]
    if topic == "reduction":
        changed = rows.changes(chart, facts_of(request.indication).measures)
        return [Match("", f"{r.measure}: {r.before} before, {r.now} now", r.places) for r in changed]
    if on_topic(topic, material.assessment.criteria):
        return []
    if topic == "score":
        return _newest(rows.measures(chart, facts_of(request.indication).measures))
    if topic == "failed_trials":
        tried = facts_of(request.indication).trials.ended(chart)
        return [Match("", words.trial(fact.value), words.telling(fact)) for fact in tried]
    return [*_frequency(topic, chart)]


def _diary(row: rows.Month) -> Match:
    return Match("", f"{row.headache} headache days in {row.recorded} recorded days of {row.month}", row.places)


def _newest(measures: Sequence[rows.Measure]) -> list[Match]:
    """The newest result of each instrument."""
    newest = {row.instrument: row for row in reversed(measures)}
    return [Match("", f"{r.instrument} {r.result} on {r.dated}", r.places) for r in newest.values()]


def _frequency(topic: str, chart: Chart) -> Iterator[Match]:
    _, _, name = topic.partition("frequency.")
    fact = getattr(chart.current, name, None) if name else None
    if fact and not fact.against:
        yield Match("", f"{name.replace('_', ' ')}: {words.amount(fact.value)}", fact.evidence)
