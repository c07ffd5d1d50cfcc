"""Rows of a letter's tables: words in columns, and the places that the last column cites."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from packetgen.case import Request
from packetgen.chart import words
from packetgen.chart.model import Chart, Fact, HeadacheFacts
from packetgen.chart.words import Said
from packetgen.extraction.model import Amount, DiaryMonth, Evidence, Score, Site, Therapy, Toxin
from packetgen.letters.label import scale_of
from packetgen.policy.model import Criterion

NOT_COUNTED = "–"


@dataclass(frozen=True, slots=True)
class Trial:
    """A treatment that was tried, or could not be used."""

    drug: str
    drug_class: str
    dose: str
    taken: str
    outcome: str
    reason: str
    places: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a diary; a dash where the diary has no such column."""

    month: str
    recorded: str
    headache: str
    migraine: str
    long: str
    medicated: str
    places: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """A result of an instrument on a day."""

    instrument: str
    result: str
    scale: str
    dated: str
    places: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What a measure was before treatment and under it."""

    measure: str
    before: str
    now: str
    change: str
    places: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Session:
    """A toxin treatment that was given."""

    dated: str
    product: str
    units: str
    places: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Muscle:
    """Units planned for a muscle."""

    muscle: str
    side: str
    units: str
    places: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A criterion of the policy and what the chart shows."""

    says: str
    shows: str
    places: tuple[Evidence, ...]


Row = Trial | Month | Measure | Change | Session | Muscle | Match


def trial(fact: Fact[Therapy]) -> Trial:
    """A row of the table of treatments."""
    value = fact.value
    return Trial(
        words.capital(value.drug),
        "" if value.drug_class == "other" else words.drug_class(value),
        words.dose(value),
        words.duration(value),
        words.STATUS[value.status],
        value.reason or "",
        words.telling(fact),
    )


def month(fact: Fact[DiaryMonth]) -> Month:
    """A row of the diary."""
    value = fact.value
    counts = (value.migraine_days, value.days_4h_or_more, value.acute_medication_days)
    migraine, long, medicated = (NOT_COUNTED if count is None else str(count) for count in counts)
    return Month(
        words.day(value.month),
        str(value.days_recorded),
        str(value.headache_days),
        migraine,
        long,
        medicated,
        fact.evidence,
    )


def measures(chart: Chart, instruments: Iterable[str]) -> list[Measure]:
    """Results of these instruments that no note contradicts, in their order, newest first."""
    return [
        Measure(name, result(fact.value), scale_of(name), words.day(dated), fact.evidence)
        for name in instruments
        for fact in chart.scores
        if fact.value.instrument == name and not fact.against and (dated := day_of(fact))
    ]


def day_of(fact: Fact[Score]) -> str:
    """The day of a score: its own, else its note's."""
    return fact.value.date or fact.findings[0].as_of or ""


def result(score: Score) -> str:
    """A result in words: "44.5 (severity 21; disability 14; pain 9.5)", "voids a day 13, 12, 14; pads 4, 4, 5"."""
    parts = "; ".join(f"{_part_name(name)} {_part(value)}" for name, value in score.subscores if name != "unit")
    unit = next((f" {value}" for name, value in score.subscores if name == "unit"), "")
    if score.value is None:
        return parts + unit
    return f"{score.value:g} ({parts})" if parts else f"{score.value:g}{unit}"


def _part_name(name: str) -> str:
    return name.replace("_per_day", " a day").replace("_day", " a day").replace("_", " ")


def _part(value: float | str | tuple[float, ...]) -> str:
    if isinstance(value, tuple):
        return ", ".join(f"{day:g}" for day in value)
    return value if isinstance(value, str) else f"{value:g}"


def changes(chart: Chart, instruments: Iterable[str]) -> list[Change]:
    """Each measure that the chart holds before treatment and under it."""
    under = chart.on_treatment if chart.on_treatment.headache_days else chart.current
    rows = [
        Change(
            f"{words.capital(name)} a month",
            words.amount(before.value),
            words.amount(now.value),
            _difference(before.value, now.value, "fewer", "more", percent=True),
            (*before.evidence[:1], *now.evidence[:1]),
        )
        for name, before, now in _frequencies(chart.baseline, under)
    ]
    for name in instruments:
        results = [f for f in chart.scores if f.value.instrument == name and f.value.value is not None and day_of(f)]
        dated = sorted((fact for fact in results if not fact.against), key=day_of)
        earlier, later = _around(dated, chart.first_treated)
        if earlier and later:
            first, last = earlier[0], later[-1]
            size = _difference(first.value.value, last.value.value, "points lower", "points higher")
            rows.append(Change(name, _on(first), _on(last), size, (*first.evidence[:1], *last.evidence[:1])))
    return rows


def _around(dated: Iterable[Fact[Score]], treated: str) -> tuple[list[Fact[Score]], list[Fact[Score]]]:
    """Scores up to the day of the first treatment, and those after it; none where that day is not known."""
    return (
        [fact for fact in dated if treated and day_of(fact) <= treated],
        [fact for fact in dated if treated and day_of(fact) > treated],
    )


def _on(fact: Fact[Score]) -> str:
    return f"{fact.value.value:g} on {words.day(day_of(fact))}"


def _frequencies(before: HeadacheFacts, now: HeadacheFacts) -> Iterable[tuple[str, Fact[Amount], Fact[Amount]]]:
    for name in ("headache_days", "migraine_days"):
        old, new = getattr(before, name), getattr(now, name)
        if old and new and not old.against and not new.against:
            yield name.replace("_", " "), old, new


def _difference(before: object, now: object, down: str, up: str, *, percent: bool = False) -> str:
    """How much a plain number changed; a dash for ranges."""
    if before == now:
        return "unchanged"
    if not (isinstance(before, float) and isinstance(now, float)):
        return NOT_COUNTED
    size = f"{abs(now - before):g} {down if now < before else up}"
    return f"{size} ({(before - now) / before:.0%})" if percent and now < before else size


def sessions(given: Iterable[Fact[Toxin]]) -> list[Session]:
    """Treatments that were given, in their order."""
    return [
        Session(
            words.day(f.value.date or ""),
            f.value.product,
            f"{f.value.units:g}" if f.value.units is not None else NOT_COUNTED,
            f.evidence,
        )
        for f in given
    ]


def planned(request: Request, toxins: Iterable[Fact[Toxin]]) -> Fact[Toxin] | None:
    """Where the chart plans the very dose that is requested."""
    wanted = [
        fact
        for fact in toxins
        if fact.value.status != "given" and fact.value.product == request.product and fact.value.units == request.units
    ]
    return next((fact for fact in wanted if fact.value.sites), wanted[0] if wanted else None)


def muscles(fact: Fact[Toxin] | None) -> list[Muscle]:
    """The muscles of a planned treatment, where the chart gives units for each of several."""
    sites: tuple[Site, ...] = fact.value.sites if fact else ()
    if len(sites) < 2 or any(site.units is None for site in sites):
        return []
    return [
        Muscle(words.capital(site.muscle), site.side or NOT_COUNTED, f"{site.units:g}", fact.evidence if fact else ())
        for site in sites
    ]


def match(criterion: Criterion) -> Match:
    """A row of the policy table."""
    return Match(criterion.text, words.capital(criterion.shown or "Not documented"), criterion.evidence)


def named(fact: Fact[Therapy]) -> Said:
    """A drug with its dose."""
    return Said(" ".join(filter(None, [fact.value.drug, words.dose(fact.value)])), words.telling(fact))
