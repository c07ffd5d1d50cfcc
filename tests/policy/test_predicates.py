"""Each comparison by itself: a fact or two in a chart, and the verdict."""

from __future__ import annotations

import pytest

from packetgen.policy.comparisons import Need
from packetgen.policy.example_runs import SERVICE
from packetgen.policy.examples import Example, ExampleChart, ExampleFact, Request, case_of, chart_of
from packetgen.policy.judged import Judged
from packetgen.policy.model import Verdict
from packetgen.policy.predicates import judge
from packetgen.yamlfile import parse

TWO = "failed_trials: {at_least: 2, minimum_days: 60, classes: [{class: antidepressant}, {class: antiepileptic}]%s}"
TOPIRAMATE = {"drug": "topiramate", "drug_class": "antiepileptic", "role": "preventive", "status": "ineffective"}
DULOXETINE = {"drug": "duloxetine", "drug_class": "antidepressant", "role": "preventive", "status": "ineffective"}
SPRING = {"start": "2025-02-01", "stop": "2025-04-30"}
AUTUMN = {"start": "2025-09-01", "stop": "2025-12-15"}
DIARY = {"days_recorded": 30, "headache_days": 20}


def judged(need: str, *said: dict[str, object], specialty: str = "neurology", **request: object) -> Judged:
    """The verdict of a comparison, written as in a policy, on a chart that says this."""
    facts = {str(number): ExampleFact.model_validate(fact) for number, fact in enumerate(said)}
    asked = {"kind": "initial", "icd10": "G43.709", "cpt": "64615", "units": 155, **request}
    base = ExampleChart(
        indication="chronic_migraine", request=Request.model_validate(asked), specialty=specialty, facts=facts
    )
    example = Example(chart="", says="", expect={"others": "met"})
    return judge(parse(need, Need, "need"), case_of(example, base, "acme", SERVICE), chart_of(example, base))


def therapy(usual: dict[str, str], **more: object) -> dict[str, object]:
    return {"therapy": {**usual, **more}}


def days(**counts: object) -> dict[str, object]:
    return {"headache_frequency": counts}


@pytest.mark.parametrize(
    ("rule", "said", "verdict"),
    [
        ("", [therapy(TOPIRAMATE, **SPRING), therapy(DULOXETINE, **AUTUMN)], "met"),
        ("", [therapy(TOPIRAMATE, **SPRING)], "not_met"),
        ("", [therapy(TOPIRAMATE, **SPRING), therapy(DULOXETINE)], "missing"),
        ("", [therapy(TOPIRAMATE, **SPRING), therapy(DULOXETINE, weeks=4)], "not_met"),
        # the same 89 days are 89 days, not 178
        ("", [therapy(TOPIRAMATE, **SPRING), therapy(DULOXETINE, **SPRING)], "check"),
        ("", [therapy(TOPIRAMATE, **AUTUMN), therapy(DULOXETINE, start="2025-12-01", stop="2026-03-01")], "met"),
        # two drugs of one class are one class, but two drugs
        ("", [therapy(TOPIRAMATE, **SPRING), therapy(TOPIRAMATE, drug="zonisamide", **AUTUMN)], "not_met"),
        (", by: drug", [therapy(TOPIRAMATE, **SPRING), therapy(TOPIRAMATE, drug="zonisamide", **AUTUMN)], "met"),
        # for another disease, or for an attack
        ("", [therapy(TOPIRAMATE, **SPRING), therapy(DULOXETINE, **{**AUTUMN, "role": "other_indication"})], "not_met"),
        ("", [therapy(TOPIRAMATE, **SPRING), therapy(DULOXETINE, **{**AUTUMN, "role": "acute"})], "not_met"),
        # the policy says, or does not, that a contraindication counts
        ("", [therapy(TOPIRAMATE, **SPRING), therapy(DULOXETINE, status="contraindicated")], "check"),
        (", accept_without_duration: [contraindicated]",
         [therapy(TOPIRAMATE, **SPRING), therapy(DULOXETINE, status="contraindicated")], "met"),
        (", within_months: 12", [therapy(TOPIRAMATE, **SPRING), therapy(DULOXETINE, **AUTUMN)], "not_met"),
        (", within_months: 24", [therapy(TOPIRAMATE, **SPRING), therapy(DULOXETINE, **AUTUMN)], "met"),
        (", therapeutic_dose: true",
         [therapy(TOPIRAMATE, dose=100, unit="mg", **SPRING), therapy(DULOXETINE, **AUTUMN)], "met"),
        (", therapeutic_dose: true",
         [therapy(TOPIRAMATE, dose=25, unit="mg", **SPRING), therapy(DULOXETINE, **AUTUMN)], "missing"),
        ("", [], "missing"),
    ],
)  # fmt: skip
def test_failed_trials(rule: str, said: list[dict[str, object]], verdict: Verdict) -> None:
    assert judged(TWO % rule, *said).verdict == verdict


@pytest.mark.parametrize(
    ("need", "said", "verdict"),
    [
        ("frequency: {fact: months, more_than: 3}", [days(months=3)], "not_met"),
        ("frequency: {fact: months, more_than: 3}", [days(months={"low": 3, "high": None})], "check"),
        ("frequency: {fact: months, more_than: 3}", [days(months=4)], "met"),
        ("frequency: {fact: headache_days, at_least: 15}", [days(headache_days_per_month=20, when="baseline")], "met"),
        ("frequency: {fact: headache_days, at_least: 15}",
         [days(headache_days_per_month=20), {"diary_month": {"month": "2026-09", **DIARY, "headache_days": 9}}],
         "check"),
        ("diary: {months: 2}", [{"diary_month": {"month": "2026-08", **DIARY}}], "missing"),
        ("diary: {months: 2}", [{"diary_month": {"month": m, **DIARY}} for m in ("2026-08", "2026-09")], "met"),
        ("diary: {months: 1}", [{"diary_month": {"month": "2026-08", **DIARY, "days_recorded": 12}}], "missing"),
        ("score: {instrument: MAS, at_least: 2}",
         [{"score": {"instrument": "MAS", "subscores": [["elbow", "1+"], ["wrist", "1"]]}}], "not_met"),
        ("score: {instrument: MAS, at_least: 1.5}",
         [{"score": {"instrument": "MAS", "subscores": [["elbow", "1+"], ["wrist", "1"]]}}], "met"),
        ("score: {instrument: MIDAS, at_least: 21, within_months: 6}",
         [{"score": {"instrument": "MIDAS", "value": 40, "date": "2026-01-10"}}], "missing"),
        ("score: {instrument: PVR, at_most: 200}", [{"score": {"instrument": "PVR", "value": 260}}], "not_met"),
        ("ruled_out: {concern: urinary retention}", [{"denied": {"concern": "urinary retention"}}], "met"),
        ("ruled_out: {concern: urinary retention}", [{"safety": {"concern": "urinary retention"}}], "check"),
        ("ruled_out: {concern: urinary retention}", [], "missing"),
        ("document: {kinds: [clinic_note], within_months: 6}",
         [{"document": {"kind": "clinic_note", "date": "2026-03-01"}}], "not_met"),
        ("document: {kinds: [clinic_note], within_months: 6}", [{"document": {"kind": "clinic_note"}}], "check"),
        ("document: {kinds: [clinic_note], within_months: 6}",
         [{"document": {"kind": "clinic_note", "date": "2026-06"}}], "check"),
        ("document: {kinds: [clinic_note], signed: true}",
         [{"document": {"kind": "clinic_note", "date": "2026-10-02", "signed": False}}], "check"),
        ("document: {kinds: [clinic_note], signed: true}",
         [{"document": {"kind": "clinic_note", "date": "2026-10-02", "signed": True}}], "met"),
        ("document: {kinds: [clinic_note]}", [], "missing"),
        ("statement: Is it so?", [], "check"),
    ],
)  # fmt: skip
def test_what_a_chart_says(need: str, said: list[dict[str, object]], verdict: Verdict) -> None:
    assert judged(need, *said).verdict == verdict


@pytest.mark.parametrize(
    ("rule", "before", "now", "verdict"),
    [
        ("{of: headache_days, percent: 50}", 22, 11, "met"),
        ("{of: headache_days, percent: 50}", 22, 12, "not_met"),
        ("{of: headache_days, percent: 50}", 22, {"low": 8, "high": 14}, "check"),
        ("{of: headache_days, at_least: 7}", {"low": 20, "high": 25}, 13, "met"),
        ("{of: headache_days}", 22, 22, "not_met"),
        ("{of: headache_days}", 22, 21, "met"),
        ("{of: headache_days}", 22, None, "missing"),
        ("{of: headache_hours, at_least: 100}", 22, 9, "missing"),
    ],
)
def test_what_a_treatment_took_off(rule: str, before: object, now: object, verdict: Verdict) -> None:
    said = [days(headache_days_per_month=before, when="baseline")]
    said += [days(headache_days_per_month=now, when="on_treatment")] if now else []
    assert judged(f"reduction: {rule}", *said).verdict == verdict


def test_headache_hours_are_days_times_hours_a_day() -> None:
    before = days(headache_days_per_month=22, hours_per_day=8, when="baseline")
    now = days(headache_days_per_month=9, hours_per_day=4, when="on_treatment")
    found = judged("reduction: {of: headache_hours, at_least: 100}", before, now)
    assert (found.verdict, found.shown) == ("met", "headache hours: 176 before, 36 now")


def test_a_score_goes_from_its_first_date_to_its_last() -> None:
    scores = [
        {"score": {"instrument": "HDSS", "value": v, "date": d}} for v, d in ((4, "2026-01-05"), (2, "2026-09-01"))
    ]
    assert judged("reduction: {of: HDSS, at_least: 2}", *scores).verdict == "met"
    assert judged("reduction: {of: HDSS, at_least: 2}", scores[0]).verdict == "missing"


def test_of_two_scores_before_the_first_treatment_none_was_taken_under_it() -> None:
    scores = [
        {"score": {"instrument": "HDSS", "value": v, "date": f"2026-0{m}-05"}} for v, m in ((4, 1), (2, 3), (1, 9))
    ]
    rule = "reduction: {of: HDSS, at_least: 2}"
    assert judged(rule, *scores[:2], given("2026-04-01")).verdict == "missing"
    assert judged(rule, *scores, given("2026-04-01")).shown == "HDSS: 4 before, 1 now"


def given(day: str, product: str = "onabotulinumtoxinA") -> dict[str, object]:
    return {"toxin": {"product": product, "status": "given", "units": 155, "date": day}}


@pytest.mark.parametrize(
    ("day", "product", "verdict"),
    [
        ("2026-09-15", "onabotulinumtoxinA", "met"),  # 84 days before 12/08/2026
        ("2026-09-16", "onabotulinumtoxinA", "not_met"),
        ("2026-09", "onabotulinumtoxinA", "check"),
        ("2026-10-20", "abobotulinumtoxinA", "not_met"),
        ("2026-10-20", "onabotulinumtoxinA (cosmetic)", "met"),
        ("2026-12-08", "onabotulinumtoxinA", "met"),  # the session that is requested
    ],
)
def test_the_next_treatment_is_84_days_after_the_last(day: str, product: str, verdict: Verdict) -> None:
    assert judged("interval: {at_least_weeks: 12}", given(day, product)).verdict == verdict


def test_a_shorter_interval_on_the_request_is_not_met() -> None:
    assert judged("interval: {at_least_weeks: 12}", interval_weeks=11).verdict == "not_met"


def test_sessions_are_counted_by_their_dates() -> None:
    once = [given("2026-06-09"), given("2026-06-09")]
    assert judged("treatments: {at_least: 2}", *once).verdict == "missing"
    assert judged("treatments: {at_least: 2}", *once, given("2026-09-08")).verdict == "met"
    assert judged("treatments: {at_least: 2}", *once, given("2026-09-08", "abobotulinumtoxinA")).verdict == "missing"


@pytest.mark.parametrize(
    ("specialty", "consult", "verdict"),
    [
        ("Neurology", None, "met"),
        ("neurologist", None, "met"),
        ("family medicine", "neurology", "met"),
        ("family medicine", "dermatology", "missing"),
        ("family medicine", None, "missing"),
    ],
)
def test_a_specialist_prescribes_or_was_consulted(specialty: str, consult: str | None, verdict: Verdict) -> None:
    said = [{"document": {"kind": "consult", "date": "2026-09-01", "specialty": consult}}] if consult else []
    assert judged("specialty: {one_of: [neurolog]}", *said, specialty=specialty).verdict == verdict


@pytest.mark.parametrize(
    ("statuses", "verdict"),
    [
        ([], "missing"),
        (["ineffective"], "met"),
        (["never_tried"], "met"),
        (["current"], "not_met"),
        (["planned"], "check"),
        (["ineffective", "current"], "not_met"),
        (["unknown"], "missing"),
    ],
)
def test_a_cgrp_antagonist_at_the_same_time(statuses: list[str], verdict: Verdict) -> None:
    names = ("erenumab", "galcanezumab")
    said = [
        {"therapy": {"drug": name, "drug_class": "cgrp_mab", "role": "preventive", "status": status}}
        for name, status in zip(names, statuses, strict=False)
    ]
    assert judged("not_together: {classes: [cgrp_mab]}", *said).verdict == verdict


@pytest.mark.parametrize(
    ("need", "verdict"),
    [
        ("all_of: [{units_at_most: 155}, {interval: {at_least_weeks: 12}}]", "met"),
        ("all_of: [{units_at_most: 100}, {statement: Why?}]", "not_met"),
        ("all_of: [{units_at_most: 155}, {statement: Why?}]", "check"),
        ("any_of: [{units_at_most: 100}, {statement: Why?}]", "check"),
        ("any_of: [{units_at_most: 100}, {age: {at_most: 12}}]", "not_met"),
        ("any_of: [{units_at_most: 100}, {diary: {months: 1}}]", "missing"),
        ("any_of: [{statement: Why?}, {units_at_most: 155}]", "met"),
        ("any_of: [{units_at_most: 100}, {all_of: [{age: {at_least: 18}}, {units_at_most: 155}]}]", "met"),
        ("product_one_of: [abobotulinumtoxinA]", "not_met"),
    ],
)  # fmt: skip
def test_several_comparisons_make_one_verdict(need: str, verdict: Verdict) -> None:
    assert judged(need).verdict == verdict


def test_a_drug_from_samples_does_not_count() -> None:
    from packetgen.chart.model import Fact
    from packetgen.documents.model import Box
    from packetgen.extraction.model import Evidence, Finding, Therapy
    from packetgen.policy.comparisons import FailedTrialsRule
    from packetgen.policy.trials import failed_trials

    value = Therapy("mirabegron", "beta3_agonist", "first_line_other", "ineffective", weeks=12)
    rule = FailedTrialsRule.model_validate(
        {"at_least": 1, "role": "first_line_other", "classes": [{"class": "beta3_agonist"}]}
    )
    case = case_of(
        Example(chart="", says="", expect={"others": "met"}),
        ExampleChart(
            indication="overactive_bladder",
            request=Request(icd10="N32.81", cpt="52287", units=100),
            facts={"note": ExampleFact.model_validate({"safety": {"concern": "pregnancy"}})},
        ),
        "acme",
        SERVICE,
    )
    for quote, standing in (("mirabegron samples, no benefit", "samples"), ("mirabegron, no benefit", "counts")):
        place = Evidence("A", 1, (Box(0, 0, 1, 1),), quote, None, "test")
        fact = Fact("therapy", value, (Finding(value, "present", (place,)),))
        assert [trial.standing for trial in failed_trials([fact], rule, case)] == [standing]
