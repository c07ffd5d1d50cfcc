"""Many ways to say it: each sentence of phrasings.yaml is read as it says."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from packetgen.extraction.frequency import find_frequency
from packetgen.extraction.model import Amount, Range
from packetgen.extraction.therapies import find_therapies

PHRASINGS = yaml.safe_load((Path(__file__).parent / "phrasings.yaml").read_text("utf-8"))
FAILED = {"ineffective", "not_tolerated", "contraindicated", "partial_response"}


@pytest.mark.parametrize("phrase", PHRASINGS["therapies"], ids=lambda p: p["text"][:60])
def test_how_each_trial_went(page_text, phrase) -> None:  # type: ignore[no-untyped-def]
    found: dict[str, set[str]] = {}
    for finding in find_therapies(page_text(phrase["text"])):
        found.setdefault(finding.value.drug, set()).add(finding.value.status)
    for drug, statuses in phrase["told"].items():
        assert found[drug] & set(statuses), (drug, found[drug])
        if not set(statuses) & FAILED:
            assert not found[drug] & FAILED, drug


@pytest.mark.parametrize("phrase", PHRASINGS["frequencies"], ids=lambda p: p["text"][:60])
def test_how_often_the_head_aches(page_text, phrase) -> None:  # type: ignore[no-untyped-def]
    found = {f"{letter}{_written(amount)}" for letter, amount in _amounts(find_frequency(page_text(phrase["text"])))}
    days = {told for told in found if not told.startswith("h")}
    assert days == {told for told in phrase["told"] if not told.startswith("h")}
    assert {told for told in phrase["told"] if told.startswith("h")} <= found


def _amounts(findings):  # type: ignore[no-untyped-def]
    for finding in findings:
        v = finding.value
        yield from (
            (letter, amount)
            for letter, amount in (
                ("H", v.headache_days_per_month), ("M", v.migraine_days_per_month), ("h", v.hours_per_day),
            )
            if amount is not None
        )  # fmt: skip


def _written(amount: Amount) -> str:
    if isinstance(amount, Range):
        return f"{amount.low:g}" + (f"-{amount.high:g}" if amount.high is not None else "")
    return f"{amount:g}"
