"""A denial against the verdicts on a chart: what answers it, whether the plan had it, and what to do first."""

from __future__ import annotations

from datetime import date

import pytest

from packetgen.documents.model import Box
from packetgen.extraction.model import Denial, DenialReason, DenialReasonName, Evidence, Finding
from packetgen.policy.appeal import Comparison, appeal_rules, compare, topics_in
from packetgen.policy.comparisons import COMPARISONS
from packetgen.policy.model import Assessment, Criterion, PolicyReference, Verdict

POLICY = PolicyReference("A plan", "P-1", "Toxins", None, date(2026, 1, 1), "a test", "high")
LETTER = Evidence("B", 1, (Box(0, 0, 1, 1),), "Denied.", None, "denial_reason")


def place(page: int, document: str = "A") -> Evidence:
    return Evidence(document, page, (Box(0, 0, 1, 1),), "Topiramate 100 mg, no benefit.", None, "therapy")


def criterion(verdict: Verdict, *places: Evidence, comparison: str = "failed_trials") -> Criterion:
    return Criterion("trials", "Two preventives", verdict, "1 of 2", places, POLICY, comparisons=(comparison,))


def against(reason: DenialReasonName, *criteria: Criterion, sent: dict[str, int] | None = None) -> Comparison:
    letter = Finding(Denial(reasons=(DenialReason(reason, "Denied."),)), "present", (LETTER,))
    return compare(Assessment(POLICY, criteria), letter, sent)


def test_every_class_of_reason_has_its_rule() -> None:
    from typing import get_args

    assert {rule.reason for rule in appeal_rules().reasons} == set(get_args(DenialReasonName))


def test_what_the_plan_had_is_told_by_its_page_and_spoken_of_first() -> None:
    found = against("step_therapy", criterion("met", place(2)), sent={"A-2": 9})
    (answer,) = found.answers
    assert (answer.state, answer.pages, found.course, found.new) == ("sent", (9,), "peer_to_peer", ())


def test_what_was_not_sent_is_new() -> None:
    found = against("step_therapy", criterion("met", place(2), place(3)), sent={"A-2": 9})
    assert (found.answers[0].state, found.course, found.new) == ("not_sent", "appeal", ("A-3",))


def test_papers_that_the_plan_lacked_are_sent_without_an_appeal() -> None:
    assert against("missing_documentation", criterion("met", place(1)), sent={}).course == "resubmit"


def test_a_criterion_that_is_not_met_makes_the_denial_right_and_is_told() -> None:
    found = against("not_medically_necessary", criterion("met", place(1)), criterion("not_met"))
    assert found.course == "right"
    assert found.answers[0].open == ("Two preventives: 1 of 2",)
    assert not found.answers[0].answered


@pytest.mark.parametrize(("reason", "course"), [("coding_error", "resubmit"), ("not_covered_benefit", "right")])
def test_what_no_appeal_cures_is_not_answered_whatever_the_chart_shows(reason: DenialReasonName, course: str) -> None:
    found = against(reason, criterion("met", place(1)))
    assert (found.course, found.answers[0].answered) == (course, False)


def test_a_question_for_a_person_does_not_stop_an_appeal() -> None:
    found = against("not_medically_necessary", criterion("met", place(1)), criterion("check", comparison="statement"))
    assert found.answers[0].answered


def test_other_criteria_do_not_answer_a_reason() -> None:
    found = against("step_therapy", criterion("met", place(1), comparison="frequency"))
    assert not found.answers[0].answered


def test_what_a_sentence_asks_for_is_known_by_its_words() -> None:
    for rule in appeal_rules().asked:
        assert rule.found_in(rule.example), rule.topic
        assert not rule.found_in(rule.counter_example), rule.topic
        assert rule.topic.partition(".")[0] in COMPARISONS
    assert topics_in("Records do not show 15 or more headache days a month.") == ("frequency.headache_days",)
    assert topics_in("Two preventive drugs must have failed, and a diary is asked.") == ("diary", "failed_trials")
    assert topics_in("You have the right to ask us for an appeal.") == ()
