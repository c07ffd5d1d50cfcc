"""Chart + policy -> Assessment: a verdict for each criterion, and what to ask for what is not met."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from packetgen.case import Case
from packetgen.chart import words
from packetgen.chart.model import Chart
from packetgen.errors import Problem
from packetgen.limits import POLICY_STALE_AFTER_DAYS
from packetgen.policy.model import Assessment, Criterion, PolicyReference
from packetgen.policy.predicates import Judged, judge
from packetgen.policy.schema import CriterionRule, Policy, PolicyFile


def assess(case: Case, chart: Chart, payer: PolicyFile, policy: Policy, today: date) -> Assessment:
    """Judge the request by the policy. A rule whose confidence is not high gives "check" at best."""
    reference = PolicyReference(
        payer.payer, policy.number, policy.title, policy.effective, policy.reviewed, policy.source, policy.confidence
    )
    judged = [(rule, _capped(judge(rule, case, chart), rule)) for rule in policy.criteria]
    criteria = tuple(
        Criterion(rule.id, rule.says, j.verdict, j.why, j.evidence, reference, j.open or rule.ask, j.shown)
        for rule, j in judged
    )
    checks = (_code_check(case, chart, reference),)
    problems = (*_problems(judged, reference), *_check_problems(checks), *_stale(policy, payer, today))
    return Assessment(reference, criteria, checks, problems)


def _capped(judged: Judged, rule: CriterionRule) -> Judged:
    if rule.confidence == "high" or judged.verdict == "missing":
        return judged
    would = judged.verdict.replace("_", " ")
    why = f"{judged.why}; would be {would}, but the rule's confidence is {rule.confidence}: confirm it with the plan"
    return replace(judged, verdict="check", why=why, doubted_rule=judged.verdict == "met")


def _code_check(case: Case, chart: Chart, reference: PolicyReference) -> Criterion:
    """Whether the code on the request is the one in the chart."""
    code = case.request.icd10
    named = chart.coded(code)
    others = [fact.value.icd10 for fact in chart.diagnoses if fact.value.icd10]
    text = f"The code on the request, {code}, is the chart's"
    if named:
        return Criterion("code", text, "met", f"{code} is in the chart", named.evidence[:2], reference, shown=code)
    why = f"the chart has {', '.join(str(other) for other in others)}" if others else "the chart gives no code"
    return Criterion("code", text, "check", why, (), reference, f"Is {code} right? Correct the case or the note.")


def _problems(judged: list[tuple[CriterionRule, Judged]], reference: PolicyReference) -> Iterator[Problem]:
    for rule, result in judged:
        if result.verdict != "met" and not result.doubted_rule:
            yield Problem(
                code=f"{rule.id}_{result.verdict}",
                where=rule.says,
                what=f"{words.capital(result.why)}.",
                fix=result.open or rule.ask,
                who=rule.who,
                severity="doubt" if result.verdict == "check" else "required",
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
        )


def _check_problems(checks: tuple[Criterion, ...]) -> Iterator[Problem]:
    for check in checks:
        if check.verdict != "met":
            yield Problem(f"{check.id}_{check.verdict}", check.text, f"{check.why}.", check.ask, "clinician", "doubt")


def _stale(policy: Policy, payer: PolicyFile, today: date) -> Iterator[Problem]:
    age = (today - policy.reviewed).days
    if age > POLICY_STALE_AFTER_DAYS:
        yield Problem(
            "policy_stale",
            f"{payer.id}/policy.yaml",
            f"{policy.number} was last compared with the plan's text {age} days ago.",
            "Is there a newer version of this policy? Compare it, and set reviewed: to today.",
            "front_desk",
            "note",
        )
