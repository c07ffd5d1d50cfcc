"""The course of the disease as points in time: headache days, scores, toxin sessions and therapies, each cited."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from packetgen.chart import words
from packetgen.chart.model import Chart, Fact
from packetgen.extraction.model import Amount, Evidence, Therapy, Toxin

HEADACHE, MIGRAINE = "Headache days a month", "Migraine days a month"
TOLD = ("ineffective", "partial_response", "not_tolerated", "contraindicated", "effective", "current", "stopped_other")


@dataclass(frozen=True, slots=True)
class Point:
    """A value at a time. on: ISO, may be partial, "" for one told of before treatment without its date.

    low, high: the same for a single number
    """

    on: str
    low: float
    high: float
    how: str
    places: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """Points of one measure, oldest first."""

    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """What can be drawn of a chart.

    panels    series that share a scale
    sessions  treatments with a toxin whose units are known, therapies: those with a start; both oldest first
    """

    panels: tuple[tuple[Series, ...], ...]
    sessions: tuple[Fact[Toxin], ...]
    therapies: tuple[Fact[Therapy], ...]

    @property
    def dates(self) -> list[date]:
        """Every date that is drawn."""
        on = [point.on for panel in self.panels for series in panel for point in series.points]
        days = [middle(text) for text in [*on, *(session.value.date or "" for session in self.sessions)] if text]
        for fact in self.therapies:
            days += [span(text)[0] for text in (fact.value.start,) if text]
            days += [span(text)[1] for text in (fact.value.stop,) if text]
        return days


def course_of(chart: Chart) -> Course:
    """The points that the chart dates; a measure told once is no course and is left to the letter."""
    headache = [
        Series(HEADACHE, _headache(chart, "headache_days")),
        Series(MIGRAINE, _headache(chart, "migraine_days")),
    ]
    panels = [tuple(series for series in headache if len(series.points) > 1)]
    panels += [(series,) for series in _scores(chart) if len(series.points) > 1]
    dated = [f for f in told_therapies(chart) if f.value.start and (f.value.stop or f.value.status == "current")]
    return Course(
        tuple(panel for panel in panels if panel),
        tuple(fact for fact in reversed(chart.given) if fact.value.units),
        tuple(sorted(dated, key=lambda fact: fact.value.start or "")),
    )


def told_therapies(chart: Chart) -> list[Fact[Therapy]]:
    """Therapies that were taken or could not be, other than for attacks, in the chart's order."""
    return [f for f in chart.therapies if f.value.role in ("preventive", "first_line_other") and f.value.status in TOLD]


def _headache(chart: Chart, name: str) -> tuple[Point, ...]:
    """Months counted from a diary, and what notes state at their dates."""
    points: list[Point] = []
    for month in chart.diary:
        count = getattr(month.value, name)
        if count is not None and not month.against:
            points.append(Point(month.value.month, count, count, "counted from the diary", month.evidence))
    written = {summary.document: summary.date for summary in chart.documents}
    for facts in (chart.baseline, chart.current, chart.on_treatment):
        fact: Fact[Amount] | None = getattr(facts, name)
        for finding in fact.findings if fact else ():
            stated = getattr(finding.value, f"{name}_per_month", None)
            low, high = words.ends_of(stated) if stated is not None else (0.0, float("inf"))
            # what a note tells of the time before is not of the note's own date
            told_later = getattr(finding.value, "when", "baseline") == "baseline"
            undated = told_later and finding.as_of == written.get(finding.evidence[0].document)
            if finding.as_of and high < float("inf"):
                points.append(Point("" if undated else finding.as_of, low, high, "stated", finding.evidence))
    return _merged(points)


def _merged(points: Iterable[Point]) -> tuple[Point, ...]:
    """Oldest first; the same value told twice for the same date is one point."""
    found: dict[tuple[str, float, float, str], list[Evidence]] = {}
    for point in points:
        found.setdefault((point.on, point.low, point.high, point.how), []).extend(point.places)
    merged = [Point(*key, tuple(dict.fromkeys(places))) for key, places in found.items()]
    return tuple(sorted(merged, key=lambda point: middle(point.on) if point.on else date.min))


def _scores(chart: Chart) -> list[Series]:
    found: dict[str, list[Point]] = {}
    for fact in chart.dated_scores:
        value = fact.value
        assert value.value is not None and value.date  # noqa: S101 - for the type checker
        point = Point(value.date, value.value, value.value, "stated", fact.evidence)
        found.setdefault(value.instrument, []).append(point)
    return [Series(name, _merged(points)) for name, points in sorted(found.items())]


def span(iso: str) -> tuple[date, date]:
    """First and last day of a date that may be a month or a year."""
    year, month, day = ([int(part) for part in iso.split("-")] + [0, 0])[:3]
    first = date(year, month or 1, day or 1)
    last = calendar.monthrange(year, month or 12)[1]
    return first, date(year, month or 12, day or last)


def middle(iso: str) -> date:
    """The middle of a date that may be a month or a year."""
    first, last = span(iso)
    return first + timedelta(days=(last - first).days // 2)
