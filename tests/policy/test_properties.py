"""What must hold for any chart: taking evidence away, adding what is unrelated, and moving all dates."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packetgen.case import Case
from packetgen.policy.assess import assess
from packetgen.policy.catalog import load_payer, load_policy
from packetgen.policy.example_runs import SERVICE, base_charts
from packetgen.policy.examples import Example, ExampleChart, ExampleFact, case_of, chart_of
from packetgen.policy.model import Verdict
from packetgen.policy.schema import PolicyFile, RuleInForce

BASES = base_charts()
PLANS = ("generic-commercial", "uhc-commercial", "uhc-community", "medicare-ffs", "wa-lni", "western-health", "anthem")
SMALL = settings(max_examples=60, deadline=None)


@cache
def rules_for(plan: str, chart: str) -> tuple[PolicyFile, RuleInForce] | None:
    base = BASES[chart]
    covered = {name for p in load_payer(plan).policies for c in p.coverage for name in c.indications}
    if base.indication not in covered:
        return None
    product = base.request.product or "onabotulinumtoxinA"
    if plan != "generic-commercial" and base.indication == "sialorrhea":
        return None
    kind = base.request.kind or "initial"
    if not any(c.fits(base.indication, kind, product) for p in load_payer(plan).policies for c in p.coverage):
        return None
    return load_policy(plan, base.indication, kind, product, SERVICE)


PAIRS = [(plan, chart) for plan in PLANS for chart in BASES if rules_for(plan, chart)]


def fact(**said: object) -> ExampleFact:
    return ExampleFact.model_validate(said)


# What stands against a request: notes, drugs and treatments that contradict a complete chart.
AGAINST = {
    "older note": fact(headache_frequency={"headache_days_per_month": 10}, written="2026-01-05"),
    "newer note": fact(headache_frequency={"headache_days_per_month": 11}, written="2026-11-05"),
    "cgrp now": fact(
        therapy={"drug": "galcanezumab", "drug_class": "cgrp_mab", "role": "preventive", "status": "current"}
    ),
    "given lately": fact(toxin={"product": "onabotulinumtoxinA", "status": "given", "date": "2026-11-20"}),
    "it helped": fact(
        therapy={"drug": "topiramate", "drug_class": "antiepileptic", "role": "preventive", "status": "effective"}
    ),
    "retention": fact(safety={"concern": "urinary retention"}),
    "mild": fact(score={"instrument": "HDSS", "value": 2, "date": "2026-11-01"}, written="2026-11-01"),
}
UNRELATED = {
    "pressure": fact(diagnosis={"name": "hypertension", "icd10": "I10"}),
    "lisinopril": fact(
        therapy={"drug": "lisinopril", "drug_class": "ace_arb", "role": "other_indication", "status": "ineffective"}
    ),
    "for seizures": fact(
        therapy={
            "drug": "valproate",
            "drug_class": "antiepileptic",
            "role": "other_indication",
            "status": "ineffective",
        }
    ),
    "sumatriptan": fact(
        therapy={"drug": "sumatriptan", "drug_class": "triptan", "role": "acute", "status": "ineffective", "weeks": 90}
    ),
    "mood": fact(score={"instrument": "PHQ-9", "value": 12, "date": "2026-10-02"}),
    "letter": fact(document={"kind": "letter", "date": "2026-10-05"}),
    "lung": fact(safety={"concern": "swallowing or breathing trouble"}),
    "brow": fact(toxin={"product": "onabotulinumtoxinA (cosmetic)", "status": "planned", "units": 20}),
}


def case_for(plan: str, chart: str) -> Case:
    return case_of(Example(chart=chart, says="", expect={"x": "met"}), BASES[chart], plan, SERVICE)


def verdicts(plan: str, chart: str, facts: dict[str, ExampleFact], case: Case | None = None) -> dict[str, Verdict]:
    found = rules_for(plan, chart)
    assert found
    payer, rules = found
    base = ExampleChart.model_validate({**BASES[chart].model_dump(), "facts": {}}).model_copy(update={"facts": facts})
    told = chart_of(Example(chart=chart, says="", expect={"x": "met"}), base)
    judged = assess(case or case_for(plan, chart), told, payer, rules, rules.policy.reviewed)
    return {criterion.id: criterion.verdict for criterion in judged.criteria}


def met(found: dict[str, Verdict]) -> set[str]:
    return {name for name, verdict in found.items() if verdict == "met"}


@SMALL
@given(st.sampled_from(PAIRS), st.data())
def test_taking_evidence_away_never_makes_a_criterion_met(pair: tuple[str, str], data: st.DataObject) -> None:
    # evidence against stays: a note that contradicts is no support, and without it the rest may well be enough
    plan, chart = pair
    facts = BASES[chart].facts
    against = {name: AGAINST[name] for name in data.draw(st.sets(st.sampled_from(sorted(AGAINST))))}
    kept = data.draw(st.sets(st.sampled_from(sorted(facts))))
    whole = verdicts(plan, chart, {**facts, **against})
    fewer = verdicts(plan, chart, {**{name: facts[name] for name in facts if name in kept}, **against})
    assert met(fewer) <= met(whole)


@SMALL
@given(st.sampled_from(PAIRS), st.data())
def test_an_unrelated_finding_changes_no_verdict(pair: tuple[str, str], data: st.DataObject) -> None:
    plan, chart = pair
    facts = BASES[chart].facts
    kept = {name: facts[name] for name in data.draw(st.sets(st.sampled_from(sorted(facts))))}
    more = {name: UNRELATED[name] for name in data.draw(st.sets(st.sampled_from(sorted(UNRELATED)), min_size=1))}
    assert verdicts(plan, chart, {**kept, **more}) == verdicts(plan, chart, kept)


def shifted(value: object, years: int) -> object:
    """All dates in a value moved by whole years; 29 February becomes 28 February where the year has none."""
    if isinstance(value, dict):
        return {key: shifted(item, years) for key, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [shifted(item, years) for item in value]
    if isinstance(value, date):
        return date.fromisoformat(str(shifted(value.isoformat(), years)))
    if isinstance(value, str) and re.fullmatch(r"\d{4}(-\d\d){0,2}", value):
        moved = f"{int(value[:4]) + years:04}{value[4:]}"
        leap = moved.endswith("-02-29") and int(moved[:4]) % 4
        return moved.removesuffix("29") + "28" if leap else moved
    return value


@SMALL
@given(st.sampled_from(PAIRS), st.integers(-12, 12), st.data())
def test_moving_all_dates_by_whole_years_keeps_the_verdicts(
    pair: tuple[str, str], years: int, data: st.DataObject
) -> None:
    # A period over a leap day gets a day longer or shorter. Verdicts may turn on that only when a period ends on
    # the very day of a limit; the charts here keep at least two days from any limit.
    plan, chart = pair
    names = data.draw(st.sets(st.sampled_from(sorted({**BASES[chart].facts, **AGAINST}))))
    facts = {name: f for name, f in {**BASES[chart].facts, **AGAINST}.items() if name in names}
    moved = {n: ExampleFact.model_validate(shifted(f.model_dump(mode="json"), years)) for n, f in facts.items()}
    case = case_for(plan, chart)
    later = Case.model_validate(shifted(case.model_dump(mode="json", exclude={"folder"}), years))
    assert verdicts(plan, chart, moved, later) == verdicts(plan, chart, facts, case)


@pytest.mark.parametrize("years", [4, -4, 28])
def test_four_years_keep_a_trial_that_lasts_to_the_very_day(years: int) -> None:
    facts = dict(BASES["chronic_migraine"].facts)
    facts["topiramate"] = fact(
        therapy={"drug": "topiramate", "drug_class": "antiepileptic", "role": "preventive", "status": "ineffective",
                 "start": "2024-01-10", "stop": "2024-03-12"}
    )  # fmt: skip
    moved = {n: ExampleFact.model_validate(shifted(f.model_dump(mode="json"), years)) for n, f in facts.items()}
    assert verdicts("uhc-community", "chronic_migraine", facts) == verdicts("uhc-community", "chronic_migraine", moved)
    assert verdicts("uhc-community", "chronic_migraine", facts)["failed_preventives"] == "met"
