"""The policies that ship: each is whole and cited, and its examples give the verdicts that they say."""

from __future__ import annotations

from collections import defaultdict

import pytest

from packetgen.policy.catalog import list_payers, load_policy, question_for
from packetgen.policy.example_runs import SERVICE, base_charts, run_examples
from packetgen.policy.schema import CriterionRule, PolicyFile

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
