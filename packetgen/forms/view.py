"""What a form map may say: the case, and facts in words with the places they were read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from packetgen.case import Case, Provider
from packetgen.chart import words
from packetgen.chart.model import ENDED_BADLY, Chart, Fact, HeadacheFacts
from packetgen.chart.words import Said
from packetgen.extraction.model import Amount, Evidence, Response, Score, Therapy, Toxin
from packetgen.policy.code_sets import code_rules
from packetgen.policy.dose_sets import dose_rules
from packetgen.policy.model import Assessment
from packetgen.policy.predicates import age_on
from packetgen.policy.trials import days_of


@dataclass(frozen=True, slots=True)
class Counted(Said):
    """Said, with the number it says: (least, most) it can be."""

    ends: tuple[float, float] = (0.0, 0.0)


def context_of(case: Case, chart: Chart, assessment: Assessment) -> dict[str, Any]:
    """All names that an expression of a form map may use."""
    return {**_of_case(case, assessment), **_of_chart(case, chart), **_of_criteria(assessment), **FUNCTIONS}


def _of_case(case: Case, assessment: Assessment) -> dict[str, Any]:
    """What a person typed. Who is not named there is None, and so is all that is asked of them."""
    first, last = _names(case.provider)
    drug = next(drug for drug in code_rules().drugs if drug.product == case.request.product)
    return {
        "case": case.case,
        "request": case.request,
        "patient": case.patient,
        "insurance": case.insurance,
        "provider": case.provider,
        "provider_first_name": first,
        "provider_last_name": last,
        "servicing": case.servicing,
        "pharmacy": case.pharmacy,
        "primary_care": case.primary_care,
        "representative": case.representative,
        "payer": assessment.reference.payer,
        "plan_dates": case.plan_dates,
        "weight": _measured(case.patient.weight),
        "height": _measured(case.patient.height),
        "brand": drug.brand,
        "hcpcs": case.request.hcpcs or (drug.hcpcs if drug.confidence == "high" else None),
        "vials": _vials(case.request.vials),
        "labelled": _labelled(case),
        "age": age_on(case.patient.birth_date, case.request.start_date),
    }


def _of_chart(case: Case, chart: Chart) -> dict[str, Any]:
    """What the chart says, each with its places; what its notes contradict is not said."""
    tried = _tried(case, chart)
    taken = [fact for fact in chart.therapies if fact.value.status == "current" and not fact.against]
    return {
        "diagnosis": _diagnosis(case, chart),
        "other_diagnoses": _other_diagnoses(case, chart),
        "current": _headache(chart.current),
        "baseline": _headache(chart.baseline),
        "on_treatment": _headache(chart.on_treatment),
        "diary": _joined([_month(fact) for fact in chart.diary]),
        "scores": _joined([_score(fact, named=True) for fact in _scores(chart)]),
        "score": lambda name: next((_score(fact) for fact in _scores(chart) if fact.value.instrument == name), None),
        "trials": [_trial(fact) for fact in tried],
        "tried": _joined([_told(fact) for fact in tried]),
        "classes_tried": _classes(tried),
        "failed": lambda *classes: _yes([fact for fact in tried if fact.value.drug_class in classes]),
        "takes": lambda *classes: _yes([fact for fact in taken if fact.value.drug_class in classes]),
        "regimen": _joined([_dose(fact) for fact in taken if fact.value.role != "other_indication"]),
        "acute": _joined([_dose(fact) for fact in chart.acute_in_use]),
        "planned_sites": _joined(
            [_sites(fact) for fact in chart.toxins if fact.value.status == "planned" and fact.value.sites]
        ),
        "last_toxin": _toxin(chart.given[0]) if chart.given else None,
        "toxin_history": _joined([_session(fact) for fact in chart.given]),
        "responses": _joined([_response(fact) for fact in chart.responses if not fact.against]),
        "safety": lambda concern: _concern(chart, concern),
    }


def _of_criteria(assessment: Assessment) -> dict[str, Any]:
    """The plan's criteria: what the chart shows for them, and the answer to one of them."""
    answers = {"met": "yes", "not_met": "no"}
    judged = {criterion.id: criterion for criterion in assessment.criteria}

    def criterion(name: str) -> Said | None:
        found = judged.get(name)
        answer = answers.get(found.verdict) if found else None
        return Said(answer, found.evidence) if found and answer else None

    shown = [Said(f"{c.text}: {c.shown}", c.evidence) for c in assessment.criteria if c.shown]
    return {"criterion": criterion, "criteria": _joined(shown, "\n")}


def at_least(counted: Counted | None, least: float) -> Said | None:
    """ "yes", "no", or None when the chart does not say or its range lies on both sides."""
    if counted is None:
        return None
    low, high = counted.ends
    if low >= least:
        return Said("yes", counted.places)
    return Said("no", counted.places) if high < least else None


def fewer(now: Counted | None, before: Counted | None) -> Said | None:
    """ "yes" when the one amount is surely less than the other, "no" when it surely is not, else None."""
    if now is None or before is None:
        return None
    places = (*now.places, *before.places)
    if now.ends[1] < before.ends[0]:
        return Said("yes", places)
    return Said("no", places) if now.ends[0] >= before.ends[1] else None


def all_of(*answers: Said | None) -> Said | None:
    """ "yes" when every answer is, "no" when one is, else None."""
    told = [answer for answer in answers if answer is not None]
    denying = [answer for answer in told if answer.text == "no"]
    if not denying and len(told) < len(answers):
        return None
    return Said("no" if denying else "yes", tuple(place for answer in denying or told for place in answer.places))


def yes_no(truth: bool | None) -> str | None:
    """ "yes" or "no", or None for what is not known."""
    return None if truth is None else ("yes" if truth else "no")


def day(value: date | str | None) -> str | None:
    """A date as US plans write it, or None."""
    return words.day(value) if value else None


FUNCTIONS = {"day": day, "at_least": at_least, "fewer": fewer, "all_of": all_of, "yes_no": yes_no}


def _names(provider: Provider) -> tuple[str | None, str | None]:
    """First and last name, as typed; from the whole name only when it has just two words: "Lena Ortiz, MD"."""
    parts = provider.name.split(",")[0].split()
    first, last = parts if len(parts) == 2 else (None, None)
    return provider.first_name or first, provider.last_name or last


def _labelled(case: Case) -> bool | None:
    """True when the label names the use for this age; None when that is not sure, which proves nothing."""
    age = age_on(case.patient.birth_date, case.request.start_date)
    uses = dose_rules().of(case.request.product, case.request.indication)
    return True if any(use.confidence == "high" and use.is_for(age) for use in uses) else None


def _measured(written: str | None) -> dict[str, str] | None:
    """A weight or height as typed, in its two parts: "68 kg"."""
    value, _, unit = (written or "").partition(" ")
    return {"value": value, "unit": unit} if written else None


def _vials(sizes: tuple[int, ...]) -> dict[str, str] | None:
    """The vials to be opened: their strength, "100-unit vial", and how many of each, "2 vials of 100 units"."""
    strength = ", ".join(f"{size}-unit vial" for size in sorted(set(sizes), reverse=True))
    return {"strength": strength, "number": words.vials(sizes)} if sizes else None


def _tried(case: Case, chart: Chart) -> tuple[Fact[Therapy], ...]:
    """What failed or could not be taken: preventives of migraine, or the first line of another disease."""
    if case.request.indication == "chronic_migraine":
        return chart.ended_preventives
    return tuple(f for f in chart.therapies if f.value.role == "first_line_other" and f.value.status in ENDED_BADLY)


def _diagnosis(case: Case, chart: Chart) -> Said | None:
    fact = chart.coded(case.request.icd10)
    return Said(fact.value.name, fact.evidence) if fact else None


def _other_diagnoses(case: Case, chart: Chart) -> Said | None:
    others = [fact for fact in chart.diagnoses if fact.value.icd10 and fact.value.icd10 != case.request.icd10]
    return _joined([Said(f"{fact.value.name} ({fact.value.icd10})", fact.evidence) for fact in others])


def _headache(facts: HeadacheFacts) -> dict[str, Counted | None]:
    return {
        "headache_days": _counted(facts.headache_days),
        "migraine_days": _counted(facts.migraine_days),
        "hours_per_day": _counted(facts.hours_per_day),
        "months": _counted(facts.months),
    }


def _counted(fact: Fact[Amount] | None) -> Counted | None:
    """An amount that no other note contradicts."""
    if fact is None or fact.against:
        return None
    return Counted(words.amount(fact.value), fact.evidence, words.ends_of(fact.value))


def _month(fact: Fact[Any]) -> Said:
    value = fact.value
    parts = [f"{value.headache_days} headache"]
    parts += [f"{value.migraine_days} migraine"] if value.migraine_days is not None else []
    parts += [f"{value.days_4h_or_more} of 4 h or longer"] if value.days_4h_or_more is not None else []
    return Said(f"{words.day(value.month)}: {', '.join(parts)} ({value.days_recorded} days recorded)", fact.evidence)


def _scores(chart: Chart) -> list[Fact[Score]]:
    """Scores with a result that no note contradicts, newest first."""
    return [fact for fact in chart.scores if _result(fact.value) and not fact.against]


def _result(score: Score) -> str:
    """ "45", or its grade, or for a scale without a total its parts: "biceps 2, wrist flexors 1+"."""
    if score.value is not None:
        return f"{score.value:g}"
    return score.grade or ", ".join(f"{name} {part}" for name, part in score.subscores if not isinstance(part, tuple))


def _score(fact: Fact[Score], named: bool = False) -> Said:
    name = f"{fact.value.instrument} " if named else ""
    when = f" ({words.day(fact.value.date)})" if fact.value.date else ""
    return Said(f"{name}{_result(fact.value)}{when}", fact.evidence)


def _yes(facts: Sequence[Fact[Therapy]]) -> Said | None:
    """ "yes" where the chart shows any; where it does not, that proves nothing."""
    return Said("yes", tuple(place for fact in facts for place in fact.evidence)) if facts else None


def _told(fact: Fact[Therapy]) -> Said:
    return Said(words.trial(fact.value), fact.evidence)


def _dose(fact: Fact[Therapy]) -> Said:
    return Said(f"{fact.value.drug} {words.dose(fact.value)}".strip(), fact.evidence)


def _toxin(fact: Fact[Toxin]) -> dict[str, Said | None]:
    """A treatment given: its date, product and units."""
    value = fact.value
    texts = {
        "date": words.day(value.date or ""),
        "product": value.product,
        "units": f"{value.units:g}" if value.units is not None else "",
    }
    return {name: Said(text, fact.evidence) if text else None for name, text in texts.items()}


def _sites(fact: Fact[Toxin]) -> Said:
    """The muscles of a planned treatment, each with its side and units."""
    sites = [
        " ".join(filter(None, (site.side, site.muscle, f"{site.units:g} units" if site.units is not None else "")))
        for site in fact.value.sites
    ]
    return Said(", ".join(sites), fact.evidence)


def _session(fact: Fact[Toxin]) -> Said:
    value = fact.value
    units = f" {value.units:g} units" if value.units is not None else ""
    return Said(f"{words.day(value.date or '')} {value.product}{units}", fact.evidence)


def _response(fact: Fact[Response]) -> Said:
    value = fact.value
    ends = [f"{end:g}" for end in (value.before, value.after) if end is not None]
    change = f": {' to '.join(ends)} {value.unit or ''}".rstrip() if ends else ""
    return Said(f"{value.what}{change}", fact.evidence)


def _concern(chart: Chart, concern: str) -> Said | None:
    """ "yes" when the chart speaks of a contraindication or warning, "no" when it denies it, else None."""
    for answer, facts in (("yes", chart.safety), ("no", chart.denied)):
        for fact in facts:
            if fact.value.concern == concern:
                return Said(answer, fact.evidence)
    return None


def _trial(fact: Fact[Therapy]) -> dict[str, Said | None]:
    """A row of the therapy table."""
    value = fact.value
    days = days_of(value)
    outcome = words.STATUS[value.status] + (f": “{value.reason}”" if value.reason else "")
    texts = {
        "drug": value.drug,
        "drug_class": words.drug_class(value),
        "dose": words.dose(value),
        "start": words.day(value.start) if value.start else "",
        "stop": words.day(value.stop) if value.stop else "",
        "taken": words.duration(value),
        "outcome": outcome,
    }
    row: dict[str, Said | None] = {name: Said(text, fact.evidence) if text else None for name, text in texts.items()}
    row["days"] = Counted("", fact.evidence, days) if days else None
    return row


def _classes(tried: Sequence[Fact[Therapy]]) -> Counted | None:
    classes = {fact.value.drug_class for fact in tried}
    places = tuple(fact.evidence[0] for fact in tried)
    return Counted(str(len(classes)), places, (len(classes), len(classes))) if classes else None


def _joined(said: Sequence[Said], between: str = "; ") -> Said | None:
    """Several facts in one field."""
    places: tuple[Evidence, ...] = tuple(place for item in said for place in item.places)
    return Said(between.join(item.text for item in said), places) if said else None
