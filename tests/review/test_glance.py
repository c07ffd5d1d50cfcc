"""The six questions of a plan's reviewer: sourced, asked by policies that are there, and answered from the chart."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
import yaml

from packetgen import pipeline
from packetgen.resources import PAYERS, SAMPLES
from packetgen.review.glance import Topic, glance, questions


def test_each_of_the_six_is_asked_by_criteria_of_a_policy_that_is_there() -> None:
    asked = questions().questions
    assert tuple(question.id for question in asked) == get_args(Topic)
    assert len(asked) == 6
    for question in asked:
        for payer, wanted in question.asked_by.items():
            told = str(yaml.safe_load((PAYERS / payer / "policy.yaml").read_text()))
            assert all(f"'id': '{name}'" in told for name in wanted), (question.id, payer)


def answers_of(sample: str, folder: Path) -> dict[str, list[str]]:
    checked = pipeline.check(SAMPLES / sample / "case.yaml", folder)
    return {answer.question.id: [item.text for item in answer.items] for answer in glance(checked)}


@pytest.mark.slow
def test_what_is_only_asked_for_was_not_given_before(tmp_path: Path) -> None:
    told = answers_of("chronic-migraine-aetna", tmp_path)
    assert told["toxin"][0] == "No treatment with a toxin was read in the chart."
    assert any("code" in text or "G43.709" in text for text in told["request"])


@pytest.mark.slow
def test_trials_of_another_disease_than_migraine_and_treatments_given_are_told_with_their_days(tmp_path: Path) -> None:
    told = answers_of("cervical-dystonia", tmp_path)
    assert any(text.startswith("Baclofen") and "ineffective" in text and "08/2024" in text for text in told["tried"])
    assert any("Ines Moreau" in text and text.endswith("signed") for text in told["prescriber"])
    assert any(text.startswith("TWSTRS 41") for text in told["severity"])
    again = answers_of("chronic-migraine-continuation", tmp_path / "again")
    assert any("07/24/2026" in text and "155 units" in text for text in again["toxin"])
