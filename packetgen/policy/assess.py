"""Chart + policy -> Assessment: a verdict for each criterion, and what to ask for what is not met."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from packetgen.case import Case
from packetgen.chart import words
from packetgen.chart.model import Chart
from packetgen.errors import Problem
from packetgen.extraction.model import Denial
from packetgen.limits import POLICY_STALE_AFTER_DAYS
from packetgen.policy.catalog import question_for
from packetgen.policy.checks import check_request
from packetgen.policy.deadlines import deadlines_of
from packetgen.policy.judged import Judged
from packetgen.policy.levels import decided_by
from packetgen.policy.model import Assessment, Criterion, PolicyReference
from packetgen.policy.predicates import judge
from packetgen.policy.schema import Coverage, CriterionRule, PolicyFile, RuleInForce


def assess(
    case: Case, chart: Chart, payer: PolicyFile, rules: RuleInForce, today: date, letter: Denial | None = None
) -> Assessment:
    """Judge the request by the policy. A rule whose confidence is not high gives "check" at best.

    letter: what the denial says, whose own deadlines go before later ones
    """
    reference = _reference(case, payer, rules)
    judged = [(rule, _capped(judge(rule, case, chart), rule, rules.coverage)) for rule in rules.criteria]
    told = [(rule, _criterion(rule, result, reference, rules.coverage)) for rule, result in judged]
    checks = check_request(case, chart, reference)
    problems = (
        *_problems(judged, reference),
        *(check.problem for check in checks if check.problem),
        *_out_of_date(rules, payer, today),
    )
    return Assessment(
        reference,
        tuple(criterion for rule, criterion in told if not rule.is_question),
        checks,
        deadlines_of(case, chart, letter),
        problems,
        tuple(criterion for rule, criterion in told if rule.is_question),
        decided_by(case, letter),
    )


def _reference(case: Case, payer: PolicyFile, rules: RuleInForce) -> PolicyReference:
    policy = rules.policy
    return PolicyReference(
        payer.named_in(case),
        policy.number,
        policy.title,
        policy.effective,
        policy.reviewed,
        policy.source,
        policy.confidence,
        rules.override,
    )


def _criterion(rule: CriterionRule, result: Judged, reference: PolicyReference, coverage: Coverage) -> Criterion:
    """The verdict with its own source and confidence, and the question that is open."""
    question = question_for(rule)
    return Criterion(
        rule.id,
        rule.says,
        result.verdict,
        result.why,
        result.evidence,
        replace(reference, source=rule.source or coverage.source, confidence=rule.confidence or coverage.confidence),
        result.open or rule.ask or question.ask,
        result.shown,
        rule.settled_by or question.settled_by,
        rule.comparisons,
        result.doubted_rule,
        result.attach,
        rule.topics,
    )


def _capped(judged: Judged, rule: CriterionRule, coverage: Coverage) -> Judged:
    confidence = rule.confidence or coverage.confidence
    if confidence == "high" or judged.verdict in ("missing", "check"):
        return judged
    would = judged.verdict.replace("_", " ")
    why = f"{judged.why}; would be {would}, but the rule's confidence is {confidence}: confirm it with the plan"
    return replace(judged, verdict="check", why=why, doubted_rule=judged.verdict == "met")


def _problems(judged: Sequence[tuple[CriterionRule, Judged]], reference: PolicyReference) -> Iterator[Problem]:
    for rule, result in judged:
        if result.verdict != "met" and not result.doubted_rule:
            question = question_for(rule)
            yield Problem(
                code=f"{rule.id}_{result.verdict}",
                where=rule.says,
                what=f"{words.capital(result.why)}.",
                fix=result.open or rule.ask or question.ask,
                who=rule.who or question.who,
                severity="doubt" if result.verdict == "check" else "required",
                settled_by=rule.settled_by or question.settled_by,
            )
    doubted = [rule.says for rule, result in judged if result.doubted_rule]
    if doubted:
        yield Problem(
            code="rules_not_read",
            where=f"{reference.payer}, {reference.citation}",
            what=f"The chart meets these criteria as we know them, but the plan's own text was not read: "
            f"{'; '.join(doubted)}.",
            fix="Does the plan's current policy ask for just this? Compare, or ask the plan.",
            who="plan",
            severity="doubt",
            settled_by="the plan's current policy",
        )


def _out_of_date(rules: RuleInForce, payer: PolicyFile, today: date) -> Iterator[Problem]:
    """The policy was not compared with the plan's text for long, or it has expired and is used all the same."""
    policy, where = rules.policy, f"{payer.id}/policy.yaml"
    age = (today - policy.reviewed).days
    if age > POLICY_STALE_AFTER_DAYS:
        yield Problem(
            "policy_stale",
            where,
            f"{policy.number or policy.title} was last compared with the plan's text {age} days ago.",
            "Is there a newer version of this policy? Compare it, and set reviewed: to today.",
            "front_desk",
            "note",
        )
    if rules.override:
        yield Problem(
            "policy_expired",
            where,
            f"{policy.number} expired on {policy.expires}; it is used because: {rules.override}",
            "Is this still the policy that the plan decides by? Ask the plan for its current one.",
            "plan",
            "doubt",
        )
