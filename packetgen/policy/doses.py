"""Is the dose of the request the label's, the chart's, and apart enough from what was given before?

Units of one product say nothing of another's: they are never converted, added or compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from packetgen.case import Case
from packetgen.chart import words
from packetgen.chart.model import Chart, Fact
from packetgen.extraction.model import Toxin
from packetgen.policy.code_sets import code_rules
from packetgen.policy.dose_sets import DoseRules, LabelledDose, dose_rules
from packetgen.policy.model import Check, Confidence, Verdict
from packetgen.policy.predicates import age_on


def check_doses(case: Case, chart: Chart) -> Iterator[Check]:
    """The checks of a request's units against label and chart, and of vials and waste."""
    rules = dose_rules()
    uses = [use for use in rules.of(case.request.product, case.request.indication) if use.is_for(_age(case))]
    if uses:
        yield from _labelled(case, uses[0])
        yield from _muscles(case, chart, uses[0])
        yield from _headache_days(case, chart, uses[0])
    else:
        yield _off_label(case, rules)
    yield from _in_chart(case, chart)
    yield from _cosmetic(chart, rules)
    yield from _vials(case)
    yield from _waste(case, rules)


def _age(case: Case) -> int:
    return age_on(case.patient.birth_date, case.request.start_date)


def weight_limit(case: Case, units: float, per_kg: float | None, whole_from: float | None = None) -> float | None:
    """The most units for this patient: lowered by weight where the rule says so; None when the weight is missing."""
    weight = case.patient.weight_kg
    if per_kg is None:
        return units
    if weight is None:
        return None
    return units if whole_from and weight >= whole_from else min(units, per_kg * weight)


def _off_label(case: Case, rules: DoseRules) -> Check:
    request = case.request
    brand = code_rules().drug(request.product).brand
    indication = request.indication.replace("_", " ")
    ages = rules.of(request.product, request.indication)
    others = sorted(
        {code_rules().drug(use.product).brand for use in rules.labelled if use.indication == request.indication}
    )
    why = f"off-label: the label of {brand} does not name {indication}"
    if ages:
        why = f"off-label: the label of {brand} names {indication} from {min(a.age_from for a in ages)} years"
        why += f", the patient is {_age(case)}"
    elif others:
        why += f"; labelled for it: {', '.join(others)}"
    return Check(
        "label",
        f"{brand} is labelled for {indication}",
        "check",
        why,
        "prescribing information",
        "Say in the letter that the use is off-label, why it is needed, and which publications support it.",
        who="clinician",
    )


def _labelled(case: Case, use: LabelledDose) -> Iterator[Check]:
    request = case.request
    if use.per_session is None:
        return
    limit = weight_limit(case, use.per_session, use.per_kg, use.whole_from_kg)
    text = f"{request.units} units are within the label"
    if limit is None:
        why = f"the label counts by weight ({use.per_kg:g} units/kg), and the weight is not known"
        ask = "What does the patient weigh? Add patient.weight."
        yield Check("dose_label", text, "missing", why, use.citation, ask, severity="required")
        return
    verdict, why = _against(request.units, limit, use.beyond.units if use.beyond else None, use)
    why += f" into {use.sites} sites" if use.sites and verdict == "met" else ""
    ask = f"Why {request.units} units? Give the reason in the note and the letter, or request {limit:g}."
    yield Check("dose_label", text, *capped(verdict, why, use.confidence), use.citation, ask, who="clinician")


def _against(units: float, label: float, most: float | None, use: LabelledDose) -> tuple[Verdict, str]:
    """Units against the label's, and against the most of the known scheme above it, if there is one."""
    if units <= label:
        return "met", f"{units:g} units, {label:g} labelled"
    above = f"{units:g} units are above the label's {label:g}"
    if use.beyond is None or most is None:
        return "not_met", above
    if units <= most:
        return "check", f"{above}; within the {use.beyond.called}, up to {most:g}"
    return "not_met", f"{above} and above {most:g}"


def capped(verdict: Verdict, why: str, confidence: Confidence) -> tuple[Verdict, str]:
    """Only a rule of high confidence may decide; another gives "check", and says so."""
    if confidence == "high" or verdict in ("missing", "check"):
        return verdict, why
    would = verdict.replace("_", " ")
    return "check", f"{why}; would be {would}, but the limit's confidence is {confidence}: compare it with the label"


def _muscles(case: Case, chart: Chart, use: LabelledDose) -> Iterator[Check]:
    """Units planned for a muscle, both sides together, against the label's."""
    plan = next((fact for fact in _plans(case, chart) if fact.value.units == case.request.units), None)
    if plan is None or not use.muscles:
        return
    worst: Verdict = "met"
    told = []
    for muscle, label in use.muscles.items():
        units = sum(site.units or 0 for site in plan.value.sites if muscle in site.muscle)
        most = use.beyond.muscles.get(muscle) if use.beyond else None
        verdict, why = _against(units, label, most, use)
        if verdict != "met":
            told.append(f"{muscle}: {why}")
            worst = "not_met" if "not_met" in (verdict, worst) else "check"
    if told:
        yield Check(
            "dose_muscles",
            "Units for each muscle are within the label",
            *capped(worst, "; ".join(told), use.confidence),
            use.citation,
            "Why more in these muscles? Give the reason in the note, or correct the plan.",
            plan.evidence[:2],
            who="clinician",
        )


def _headache_days(case: Case, chart: Chart, use: LabelledDose) -> Iterator[Check]:
    """Fewer headache days than the label's disease has, before any treatment."""
    stated = chart.current.headache_days if case.request.kind == "initial" else chart.baseline.headache_days
    if stated and use.headache_days_from and words.ends_of(stated.value)[1] < use.headache_days_from:
        yield Check(
            "label_disease",
            "The disease is the one that the label names",
            "check",
            f"{words.amount(stated.value)} headache days a month are episodic; the label names "
            f"{use.headache_days_from} or more, and the drug is not labelled for fewer",
            use.citation,
            "Is it chronic migraine? Correct the count, or say that the use is off-label.",
            stated.evidence[:2],
            who="clinician",
        )


def _plans(case: Case, chart: Chart) -> list[Fact[Toxin]]:
    """What the chart plans or requests of the product."""
    return [f for f in chart.toxins if f.value.status != "given" and f.value.product == case.request.product]


def _in_chart(case: Case, chart: Chart) -> Iterator[Check]:
    """Whether the chart plans the product and dose that the request names."""
    request = case.request
    plans = _plans(case, chart)
    others = [f for f in chart.toxins if f.value.status != "given" and f not in plans and "(" not in f.value.product]
    stated = _newest(f for f in plans if f.value.units is not None)
    text = f"The chart plans {request.units} units of {request.product}"
    agree = [f for f in stated if f.value.units == request.units]
    if others and not plans:
        why, places = f"the chart plans {others[0].value.product}", others[0].evidence[:1]
    elif stated and not agree:
        told = " or ".join(dict.fromkeys(f"{f.value.units:g}" for f in stated))
        why, places = f"the chart plans {told} units", stated[0].evidence[:1]
    elif agree:
        yield Check(
            "dose_chart", text, "met", f"{request.units} units planned", "the chart", evidence=agree[0].evidence[:2]
        )
        return
    else:
        return
    ask = "Which is right, the note or the request? Correct one of them."
    yield Check("dose_chart", text, "check", why, "the chart", ask, places, who="clinician")


def _newest(plans: Iterable[Fact[Toxin]]) -> list[Fact[Toxin]]:
    """The plans of the newest date: what an older note planned is no longer the plan."""
    dated = [(max(finding.as_of or "" for finding in fact.findings), fact) for fact in plans]
    newest = max((day for day, _ in dated), default="")
    return [fact for day, fact in dated if day == newest]


def _cosmetic(chart: Chart, rules: DoseRules) -> Iterator[Check]:
    """Passages that give a cosmetic use the units of a medical one."""
    for fact in chart.toxins:
        quote = fact.evidence[0].quote if fact.evidence else ""
        product = fact.value.product.partition(" (")[0]
        use = next(
            (u for u in rules.cosmetic if u.product == product and re.search(u.words, quote, re.IGNORECASE)), None
        )
        if use and fact.value.units and fact.value.units > use.units:
            yield Check(
                "dose_cosmetic",
                f"Units for {use.called}",
                "check",
                f"the chart gives {fact.value.units:g} units for {use.called}, a cosmetic use whose label has "
                f"{use.units:g}; 155 units are the dose of chronic migraine",
                use.citation,
                "What was injected, and what for? Correct the note; no plan pays for a cosmetic use.",
                fact.evidence[:1],
                who="clinician",
            )


def _vials(case: Case) -> Iterator[Check]:
    request, drug = case.request, code_rules().drug(case.request.product)
    for size in sorted(set(request.vials) - set(drug.vials)):
        cosmetic = size in drug.cosmetic_vials
        why = f"{drug.brand} comes in vials of {', '.join(map(str, drug.vials))} units"
        why = f"the {size}-unit vial is the cosmetic product; {why}" if cosmetic else why
        ask = "Which vials are opened? Copy their size from the box."
        yield Check("vial", f"A {size}-unit vial of {drug.brand}", "check", why, drug.citation, ask)


def _waste(case: Case, rules: DoseRules) -> Iterator[Check]:
    """Vials, what is discarded of them, and the modifier that says so."""
    request, waste = case.request, rules.waste
    if not request.vials:
        if {waste.discarded, waste.none} <= set(request.modifiers):
            yield _waste_check(
                case, rules, f"{waste.discarded} and {waste.none} are both on the request; it is one of them"
            )
        return
    left = sum(request.vials) - request.units
    right, wrong = (waste.discarded, waste.none) if left else (waste.none, waste.discarded)
    if left < 0:
        yield _waste_check(case, rules, f"{sum(request.vials)} units are in the vials, {request.units} are requested")
    elif left >= min(request.vials):
        yield _waste_check(
            case, rules, f"{left} units would be discarded, more than a whole vial: that waste is avoidable"
        )
    elif request.discarded_units not in (None, left):
        told = f"{request.discarded_units} discarded and {request.units} given"
        yield _waste_check(
            case, rules, f"{told} do not make the {sum(request.vials)} units of the vials; {left} are left"
        )
    elif wrong in request.modifiers or (request.modifiers and right not in request.modifiers):
        yield _waste_check(case, rules, f"{left} units are discarded: the modifier is {right}, and only this one")
    else:
        code = code_rules().drug(request.product).hcpcs
        told = f"{code} and {code}-{right} for {left} units discarded" if left else f"{code}-{right}, nothing discarded"
        yield Check("waste", "Vials and waste", "met", told, waste.citation)


def _waste_check(case: Case, rules: DoseRules, why: str) -> Check:
    ask = "Correct request.vials, request.discarded_units or request.modifiers."
    return Check("waste", "Vials and waste", "not_met", why, rules.waste.citation, ask, severity="required")
