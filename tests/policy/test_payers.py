"""The policies that ship: each is whole and cited, and its examples give the verdicts that they say."""

from __future__ import annotations

from collections import defaultdict

import pytest

from packetgen.extraction.vocabulary import concerns, drugs, instruments
from packetgen.policy.catalog import list_payers, load_policy, question_for
from packetgen.policy.comparisons import Need
from packetgen.policy.example_runs import SERVICE, base_charts, run_examples
from packetgen.policy.response import HEADACHE_COUNTS
from packetgen.policy.schema import CriterionRule, PolicyFile
from packetgen.policy.trials import usual_doses

PLANS = list_payers()
BASES = base_charts()
LABELLED = {
    "chronic_migraine", "cervical_dystonia", "axillary_hyperhidrosis", "blepharospasm", "strabismus",
    "upper_limb_spasticity", "lower_limb_spasticity", "overactive_bladder", "neurogenic_detrusor_overactivity",
    "sialorrhea",
}  # fmt: skip


@pytest.fixture(params=PLANS, ids=lambda plan: plan.id)
def plan(request: pytest.FixtureRequest) -> PolicyFile:
    found: PolicyFile = request.param
    return found


def all_rules(plan: PolicyFile) -> list[CriterionRule]:
    return [
        rule
        for policy in plan.policies
        for rules in (policy.general, *(coverage.criteria for coverage in policy.coverage))
        for rule in rules
    ]


def test_the_examples_of_a_plan_give_the_verdicts_that_they_say(plan: PolicyFile) -> None:
    outcomes = list(run_examples(plan))
    assert outcomes
    assert [outcome for outcome in outcomes if not outcome.holds] == []


def test_each_indication_has_charts_that_meet_it_that_do_not_and_that_lack_something(plan: PolicyFile) -> None:
    told = defaultdict(set)
    for outcome in run_examples(plan):
        told[outcome.indication].add(outcome.expected)
    covered = {name for policy in plan.policies for coverage in policy.coverage for name in coverage.indications}
    assert set(told) == covered
    for indication, verdicts in told.items():
        # a criterion whose confidence is not high says "check" for both
        assert verdicts & {"met", "check"}, indication
        assert verdicts & {"not_met", "check"}, indication
        assert "missing" in verdicts, indication


def test_each_criterion_is_reached_by_an_example(plan: PolicyFile) -> None:
    reached = set()
    for example in plan.examples:
        base = BASES[example.chart]
        kind = example.request.kind or base.request.kind or ""
        product = example.request.product or base.request.product or "onabotulinumtoxinA"
        _, rules = load_policy(plan.id, base.indication, kind, product, SERVICE)
        reached |= {rule for rule in rules.criteria if {"others", rule.id} & set(example.expect)}
    assert [rule for rule in all_rules(plan) if rule not in reached] == []


def test_each_criterion_is_cited_and_has_a_question(plan: PolicyFile) -> None:
    for policy in plan.policies:
        assert policy.source
        assert all(coverage.source for coverage in policy.coverage)
    for rule in all_rules(plan):
        question = question_for(rule)
        assert rule.statement or rule.ask or question.ask
        assert rule.settled_by or question.settled_by


def test_what_ships_covers_every_labelled_indication_under_a_generic_commercial_plan() -> None:
    generic = next(plan for plan in PLANS if plan.id == "generic-commercial")
    for kind in ("initial", "continuation", "dose_change"):
        covered = {
            name
            for policy in generic.policies
            for coverage in policy.coverage
            if kind in coverage.kinds
            for name in coverage.indications
        }
        assert covered >= LABELLED, kind


def test_the_plans_that_were_asked_for_are_there() -> None:
    assert {plan.id for plan in PLANS} >= {
        "generic-commercial", "uhc-commercial", "uhc-community", "aetna", "medicare-ffs", "medicare-advantage",
        "cigna", "anthem", "humana", "bcbs-ma", "bcbs-nc", "centene", "hcsc", "evicore", "mercy-care", "wa-lni",
        "western-health",
    }  # fmt: skip


def test_a_plan_whose_text_was_not_read_never_says_met() -> None:
    for plan in PLANS:
        if plan.policies[0].decides == "unverified defaults":
            assert all(outcome.verdict in ("check", "missing") for outcome in run_examples(plan)), plan.id


def parts(need: Need) -> list[Need]:
    inner = need.all_of or need.any_of
    return [part for one in inner for part in parts(one)] if inner else [need]


def test_scores_concerns_and_drugs_that_policies_name_are_ones_that_charts_are_read_for() -> None:
    known_scores = {score.instrument for score in instruments().scores} | {"MAS"}
    known_concerns = {concern.name for concern in concerns().concerns}
    generics = {drug.generic for drug in drugs().drugs}
    for need in (part for plan in PLANS for rule in all_rules(plan) for part in parts(rule)):
        if need.score:
            assert need.score.instrument in known_scores
        if need.reduction:
            assert need.reduction.of in {*known_scores, *HEADACHE_COUNTS}
        if need.ruled_out:
            assert need.ruled_out.concern in known_concerns
        if need.failed_trials:
            named = {drug for listed in need.failed_trials.classes for drug in listed.drugs}
            assert named <= generics
    assert set(usual_doses()) <= generics
