"""Findings -> Chart: the newest dated value leads, what contradicts it is kept and shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, TypeVar

from packetgen.chart.decide import BY_HAND, decide_facts
from packetgen.chart.decisions import Decision
from packetgen.chart.model import Chart, Fact, HeadacheFacts
from packetgen.chart.words import ends_of
from packetgen.errors import Problem
from packetgen.extraction.model import (
    Amount,
    Diagnosis,
    DiaryMonth,
    Extraction,
    Finding,
    HeadacheFrequency,
    Response,
    Safety,
    Score,
    Therapy,
    TherapyStatus,
    Toxin,
)

V = TypeVar("V")
When = Literal["current", "baseline", "on_treatment"]

# Only what a note asserts of this patient, in the past or the present, can prove anything.
ASSERTED = ("present", "historical")
# Statuses that tell how a trial went outweigh those that only tell that a drug was named.
OUTCOMES: tuple[TherapyStatus, ...] = (
    "ineffective", "not_tolerated", "contraindicated", "partial_response", "effective", "stopped_other", "allergy",
)  # fmt: skip
AGREE_WITHIN = 2  # headache days a month: notes of different months differ by a day or two
ROLE_ORDER = ("preventive", "first_line_other", "acute", "other_indication")


def reconcile(
    extraction: Extraction, decisions: Iterable[Decision] = (), earlier: Collection[str] = frozenset()
) -> Chart:
    """Make one value of each fact; keep every finding for or against it. What a person decided leads.

    earlier: labels of the documents of the packet that this request continues. What they call headaches of now is the
    baseline, when they were written before the first treatment that the chart dates.
    A plan's denial says nothing of the patient, unless a person found it there: it repeats what it was sent.
    """
    denials = {summary.document for summary in extraction.documents if summary.kind == "denial_letter"}
    of_patient = tuple(
        finding
        for finding in extraction.findings
        if all(place.document not in denials or place.rule == BY_HAND for place in finding.evidence)
    )
    extraction = replace(extraction, findings=of_patient)
    chart = decide_facts(_as_read(extraction, earlier), decisions)
    findings = [f for f in extraction.findings if f.assertion in ASSERTED]
    problems = (
        *_conflicts((chart.current.headache_days, chart.current.migraine_days, *chart.therapies)),
        *_unclear_diaries(extraction.findings),
        *_safety(findings),
    )
    return replace(chart, problems=(*chart.problems, *problems))


def _as_read(extraction: Extraction, earlier: Collection[str]) -> Chart:
    findings = [f for f in extraction.findings if f.assertion in ASSERTED]
    frequencies = _by_time(findings, earlier)
    return Chart(
        documents=extraction.documents,
        diagnoses=_facts(
            [f for f in extraction.findings if isinstance(f.value, Diagnosis) and f.assertion == "present"],
            lambda v: f"diagnosis:{v.icd10 or v.name.lower()}",
        ),
        current=_headache_facts(frequencies["current"], "current"),
        baseline=_headache_facts(frequencies["baseline"], "baseline"),
        on_treatment=_headache_facts(frequencies["on_treatment"], "on_treatment"),
        diary=tuple(
            sorted(_facts(_of(findings, DiaryMonth), lambda v: f"diary:{v.month}"), key=lambda fact: fact.value.month)
        ),
        therapies=_therapies(findings),
        scores=_facts(_of(findings, Score), lambda v: f"score:{v.instrument}:{v.date}"),
        toxins=_facts(
            [f for f in extraction.findings if isinstance(f.value, Toxin) and f.assertion not in ("negated", "family")],
            lambda v: f"toxin:{v.product}:{v.status}:{v.date}:{v.units}",
        ),
        responses=_facts(_of(findings, Response), lambda v: f"response:{v.what}"),
        safety=_facts(_of(findings, Safety), lambda v: f"safety:{v.concern}"),
        denied=_facts(
            [f for f in extraction.findings if isinstance(f.value, Safety) and f.assertion == "negated"],
            lambda v: f"denied:{v.concern}",
        ),
    )


def _by_time(findings: Iterable[Finding], earlier: Collection[str]) -> Mapping[str, list[Finding]]:
    """What is told of headaches now, before the toxin, and under it; a count of another time is none of them."""
    given = [
        f.value.date for f in findings if isinstance(f.value, Toxin) and f.value.status == "given" and f.value.date
    ]
    first = min(given, default="")
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if isinstance(finding.value, HeadacheFrequency) and not _is_past(finding, finding.value):
            before = finding.evidence[0].document in earlier and (finding.as_of or first) < first
            found["baseline" if before and finding.value.when == "current" else finding.value.when].append(finding)
    return found


def _is_past(finding: Finding, value: HeadacheFrequency) -> bool:
    """Whether it tells of a time before that was not the toxin's: "16 days in May, down from 22"."""
    return finding.assertion == "historical" and value.when == "current"


def _of(findings: Iterable[Finding], kind: type) -> list[Finding]:
    return [f for f in findings if isinstance(f.value, kind)]


def _newest_first(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda f: f.as_of or "", reverse=True)


def _facts(findings: Sequence[Finding], name: Callable[[V], str]) -> tuple[Fact[V], ...]:
    """One fact for each name, newest first; findings that give the same name but another value stand against."""
    groups: dict[str, list[Finding]] = defaultdict(list)
    for finding in _newest_first(findings):
        groups[name(finding.value)].append(finding)  # type: ignore[arg-type]
    facts = []
    for fact_id, group in groups.items():
        lead = group[0].value
        facts.append(
            Fact(
                fact_id,
                lead,
                tuple(f for f in group if f.value == lead),
                tuple(f for f in group if f.value != lead),
            )
        )
    return tuple(facts)  # type: ignore[arg-type]


def _headache_facts(findings: Sequence[Finding], when: When) -> HeadacheFacts:
    def pick(field: str) -> Fact[Amount] | None:
        stated = [(getattr(f.value, field), f) for f in _newest_first(findings) if getattr(f.value, field) is not None]
        if not stated:
            return None
        lead = stated[0][0]
        within = AGREE_WITHIN if field.endswith("days_per_month") else 0
        supporting = tuple(f for value, f in stated if _agree(value, lead, within))
        return Fact(
            f"{when}:{field}",
            lead,
            supporting,
            tuple(f for value, f in stated if not _agree(value, lead, within)) if field != "months" else (),
            stated_at=tuple(e for f in supporting for e in f.evidence if field in e.rule),
        )

    return HeadacheFacts(
        headache_days=pick("headache_days_per_month"),
        migraine_days=pick("migraine_days_per_month"),
        hours_per_day=pick("hours_per_day"),
        months=pick("months"),
    )


def _agree(a: Amount, b: Amount, within: float) -> bool:
    """Whether two amounts say the same: equal, overlapping ranges, or no further apart than `within`."""
    a_low, a_high = ends_of(a)
    b_low, b_high = ends_of(b)
    return a_low - within <= b_high and b_low - within <= a_high


def _therapies(findings: Sequence[Finding]) -> tuple[Fact[Therapy], ...]:
    """One fact a drug and role. A passage that tells the outcome leads over one that only names the drug."""
    groups: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in _of(findings, Therapy):
        assert isinstance(finding.value, Therapy)  # noqa: S101 - for the type checker
        groups[(finding.value.drug, finding.value.role)].append(finding)
    facts = [_therapy(drug, role, group) for (drug, role), group in groups.items()]
    return tuple(sorted(facts, key=lambda fact: (ROLE_ORDER.index(fact.value.role), fact.value.drug)))


def _therapy(drug: str, role: str, group: Sequence[Finding]) -> Fact[Therapy]:
    told = _newest_first(group)
    told.sort(key=lambda f: isinstance(f.value, Therapy) and f.value.status not in OUTCOMES)
    values: list[Therapy] = [f.value for f in told if isinstance(f.value, Therapy)]
    lead = values[0]
    merged = Therapy(
        drug=drug,
        drug_class=lead.drug_class,
        role=lead.role,
        status=lead.status,
        dose=max((v.dose for v in values if v.dose is not None and v.unit == _first(values, "unit")), default=None),
        unit=_first(values, "unit"),
        weeks=_first(values, "weeks"),
        start=_first(values, "start"),
        stop=_first(values, "stop"),
        reason=lead.reason or _first(values, "reason"),
    )
    against = tuple(f for f, v in zip(told, values, strict=True) if _contradicts(v, merged))
    return Fact(f"therapy:{drug}:{role}", merged, tuple(f for f in told if f not in against), against)


def _first(values: Sequence[Therapy], field: str) -> Any:
    """What the leading passage says of a field; where it says nothing, what the next one says."""
    return next((found for value in values if (found := getattr(value, field)) is not None), None)


def _contradicts(value: Therapy, merged: Therapy) -> bool:
    """Whether a passage says something else than the merged trial: another outcome, or other dates."""
    outcomes = {value.status, merged.status} & set(OUTCOMES)
    if {value.status, merged.status} <= set(OUTCOMES) and len(outcomes) == 2:
        return not outcomes <= {"ineffective", "partial_response", "not_tolerated"}
    return any(
        said is not None and kept is not None and not (said.startswith(kept) or kept.startswith(said))
        for said, kept in ((value.start, merged.start), (value.stop, merged.stop))
    )


def _conflicts(facts: Iterable[Fact[Amount] | Fact[Therapy] | None]) -> Iterable[Problem]:
    for fact in facts:
        if fact is None or not fact.against or fact.decided_by:
            continue
        places = ", ".join(
            f"Ex. {evidence.exhibit_page}" for finding in fact.against for evidence in finding.evidence[:1]
        )
        yield Problem(
            code="conflict",
            where=places,
            what=f"The chart says different things about {_plain(fact.id)}.",
            fix=f"Which is right for {_plain(fact.id)}: the newest note, which leads now, or {places}?",
            who="clinician",
            severity="doubt",
        )


def _safety(findings: Iterable[Finding]) -> Iterable[Problem]:
    """Contraindications and warnings that the chart affirms: a clinician must have seen them."""
    told: dict[str, list[str]] = defaultdict(list)
    for finding in findings:
        if isinstance(finding.value, Safety):
            told[finding.value.concern] += [f"Ex. {evidence.exhibit_page}" for evidence in finding.evidence]
    for concern, places in told.items():
        yield Problem(
            code="safety",
            where=", ".join(dict.fromkeys(places)),
            what=f"The chart speaks of {concern}.",
            fix="Does it stand against this treatment? Look at the page, and say so in the note.",
            who="clinician",
            severity="doubt",
        )


def _unclear_diaries(findings: Iterable[Finding]) -> Iterable[Problem]:
    """Months of a diary that were not counted, since a row of them cannot be read."""
    for finding in findings:
        if isinstance(finding.value, DiaryMonth) and finding.assertion == "possible":
            rows = [e for e in finding.evidence if e.rule == "diary_unclear"]
            month = finding.value.month
            yield Problem(
                code="diary_unclear",
                where=", ".join(dict.fromkeys(f"Ex. {e.exhibit_page}" for e in rows)),
                what=f"{len(rows)} rows of the headache diary for {month} cannot be read; the month was not counted.",
                fix="Count the headache days of this month by hand, and write them into the note.",
                who="clinician",
                severity="doubt",
            )


def _plain(fact_id: str) -> str:
    parts = fact_id.split(":")
    return parts[1].replace("_", " ") if len(parts) > 1 else fact_id
