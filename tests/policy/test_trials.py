from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packetgen.case import Case
from packetgen.chart.reconcile import reconcile
from packetgen.documents.model import Box
from packetgen.errors import BadCaseFile, BadDataFile
from packetgen.extraction.model import (
    Diagnosis,
    DocumentSummary,
    Evidence,
    Extraction,
    Finding,
    HeadacheFrequency,
    Range,
    Therapy,
    Value,
)
from packetgen.policy.assess import assess
from packetgen.policy.catalog import list_payers, load_policy
from packetgen.policy.model import Assessment
from packetgen.policy.schema import PolicyFile, RuleInForce

CASE = Case.model_validate(
    {
        "case": "x1",
        "request": {
            "indication": "chronic_migraine", "icd10": "G43.709", "cpt": "64615", "units": 155,
            "start_date": "2026-12-08",
        },
        "patient": {"first_name": "Dana", "last_name": "Whitfield", "birth_date": "1984-03-17", "sex": "F"},
        "insurance": {"payer": "uhc-community", "member_id": "918273645"},
        "provider": {
            "name": "L", "npi": "1234567893", "specialty": "neurology", "practice": "C", "phone": "5", "fax": "5",
        },
        "documents": ["note.txt"],
    }
)  # fmt: skip
TODAY = date(2026, 11, 24)


def finding(value: Value, page: int, as_of: str = "2026-10-02", confidence: float | None = None) -> Finding:
    return Finding(value, "present", (Evidence("A", page, (Box(0, 0, 1, 1),), f"q{page}", confidence, "t"),), as_of)


def trial(drug: str, drug_class: str, status: str, **more: object) -> Therapy:
    role = more.pop("role", "preventive")
    return Therapy(drug, drug_class, role, status, **more)  # type: ignore[arg-type]


TOPIRAMATE = trial("topiramate", "antiepileptic", "not_tolerated")
AMITRIPTYLINE = trial("amitriptyline", "antidepressant", "ineffective", start="2024-09", stop="2025-02")
FULL: tuple[Value, ...] = (
    Diagnosis("chronic migraine", "G43.709", "chronic_migraine"),
    HeadacheFrequency(22.0, 14.0, Range(6, 12), 16.0),
    TOPIRAMATE,
    AMITRIPTYLINE,
)


@cache
def rules_of(payer: str) -> tuple[PolicyFile, RuleInForce]:
    return load_policy(payer, "chronic_migraine", "initial", "onabotulinumtoxinA", date(2026, 12, 8))


def judged(*values: Value, payer: str = "uhc-community") -> Assessment:
    found = tuple(finding(value, page) for page, value in enumerate(values, 1))
    notes = (DocumentSummary("A", "clinic_note", "2026-10-02"), DocumentSummary("B", "headache_diary"))
    return assess(CASE, reconcile(Extraction(notes, found)), *rules_of(payer), TODAY)


def verdict(assessment: Assessment, criterion: str) -> str:
    return next(c.verdict for c in assessment.criteria if c.id == criterion)


def test_a_full_chart_meets_every_criterion_with_evidence() -> None:
    assessment = judged(*FULL)
    assert {c.verdict for c in assessment.criteria} == {"met"}
    assert all(c.evidence for c in assessment.criteria if c.id not in ("dose", "interval", "diagnostic_evidence"))
    assert {problem.code for problem in assessment.problems} == {"code_year_check"}  # after the table of codes ended


@pytest.mark.parametrize(
    ("value", "criterion", "expected"),
    [
        (HeadacheFrequency(12.0, 9.0, 6.0), "headache_days", "not_met"),
        (HeadacheFrequency(Range(12, 18), 9.0, 6.0), "headache_days", "check"),
        (HeadacheFrequency(None, 9.0, 6.0), "headache_days", "missing"),
        (HeadacheFrequency(22.0, 7.0, 6.0), "migraine_days", "not_met"),
        (HeadacheFrequency(22.0, 9.0, Range(4, None)), "headache_hours", "met"),
        (HeadacheFrequency(22.0, 9.0, 3.0), "headache_hours", "not_met"),
    ],
)
def test_a_headache_count(value: HeadacheFrequency, criterion: str, expected: str) -> None:
    assert verdict(judged(value), criterion) == expected


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (AMITRIPTYLINE, "met"),
        (trial("amitriptyline", "antidepressant", "ineffective"), "missing"),
        (trial("amitriptyline", "antidepressant", "ineffective", weeks=3.0), "not_met"),
        (trial("amitriptyline", "antidepressant", "ineffective", weeks=13.0), "met"),
        (trial("amitriptyline", "antidepressant", "ineffective", start="2024-09", stop="2024-10"), "missing"),
        (trial("amitriptyline", "antidepressant", "current"), "not_met"),
        (trial("divalproex", "antiepileptic", "not_tolerated"), "not_met"),
        (trial("propranolol", "beta_blocker", "contraindicated"), "met"),
        (trial("propranolol", "beta_blocker", "contraindicated", role="other_indication"), "not_met"),
        (trial("sumatriptan", "triptan", "ineffective", role="acute", weeks=20.0), "not_met"),
        (trial("fluoxetine", "antidepressant", "ineffective", weeks=20.0), "not_met"),
    ],
)
def test_a_second_class_of_preventives(second: Therapy, expected: str) -> None:
    assert verdict(judged(TOPIRAMATE, second), "failed_preventives") == expected


@pytest.mark.parametrize(("confidence", "numbers"), [(59.0, None), (90.0, 84.0)])
def test_what_a_scan_shows_too_faintly_proves_nothing_by_itself(confidence: float, numbers: float | None) -> None:
    faint = replace(finding(FULL[0], 1).evidence[0], confidence=confidence, numbers=numbers)
    found = tuple(replace(finding(value, page), evidence=(faint,)) for page, value in enumerate(FULL, 1))
    loaded, policy = load_policy(
        "uhc-community", "chronic_migraine", "initial", "onabotulinumtoxinA", date(2026, 12, 8)
    )
    assessment = assess(CASE, reconcile(Extraction((), found)), loaded, policy, TODAY)
    read = {"diagnosis", "headache_days", "migraine_days", "headache_hours", "failed_preventives"}
    assert {c.id: c.verdict for c in assessment.criteria if c.id in read} == dict.fromkeys(read, "check")


def test_a_trial_without_dates_is_asked_for_by_name() -> None:
    assessment = judged(TOPIRAMATE, trial("amitriptyline", "antidepressant", "ineffective"))
    asked = next(p.fix for p in assessment.problems if p.code == "failed_preventives_missing")
    assert "start and stop dates of amitriptyline" in asked


def test_a_rule_that_was_not_read_never_says_met() -> None:
    assessment = judged(*FULL, payer="aetna")
    assert {c.verdict for c in assessment.criteria if c.id != "specialist"} == {"check"}
    assert "confirm it with the plan" in assessment.criteria[0].why


@given(st.sets(st.integers(0, len(FULL) - 1)))
def test_less_evidence_never_makes_a_criterion_met(kept: set[int]) -> None:
    whole = {c.id for c in judged(*FULL).criteria if c.verdict == "met"}
    fewer = {c.id for c in judged(*(FULL[i] for i in sorted(kept))).criteria if c.verdict == "met"}
    assert fewer <= whole


def test_no_policy_in_force_is_said_and_not_guessed() -> None:
    with pytest.raises(BadCaseFile, match="has no policy here"):
        load_policy("uhc-community", "chronic_migraine", "initial", "onabotulinumtoxinA", date(2020, 1, 1))
    with pytest.raises(BadCaseFile, match="no plan"):
        load_policy("nowhere", "chronic_migraine", "initial", "onabotulinumtoxinA", date(2026, 1, 1))


def test_a_broken_policy_names_file_and_line(tmp_path) -> None:  # type: ignore[no-untyped-def]
    from packetgen.resources import PAYERS

    folder = tmp_path / "uhc-community"
    folder.mkdir()
    text = (PAYERS / "uhc-community" / "policy.yaml").read_text()
    (folder / "policy.yaml").write_text(text.replace("at_least: 15", "at_most: 15"))
    with pytest.raises(BadDataFile) as caught:
        list_payers(tmp_path)
    line = next(n for n, line in enumerate(text.splitlines(), 1) if "at_least: 15" in line)
    assert f"policy.yaml:{line}" in str(caught.value)
    assert "uhc-community/policy.yaml" in str(caught.value)
    assert "at_most" in str(caught.value)


def test_every_shipped_policy_is_whole() -> None:
    payers = list_payers()
    assert {p.id for p in payers} >= {"uhc-community", "aetna"}
    assert all(policy.source for payer in payers for policy in payer.policies)
