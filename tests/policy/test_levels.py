"""Which review follows a denial, who decides it, and what is open about it."""

from __future__ import annotations

from datetime import date
from typing import get_args

import pytest

from packetgen.case import AppealLevel, Case, LineOfBusiness, PlanDates
from packetgen.extraction.model import Denial, DenialReason, Evidence, Finding
from packetgen.policy.levels import as_denied, decided_by, next_level, next_levels

REASONS = (DenialReason("step_therapy", "Denied."),)
LETTER = Denial(reasons=REASONS, date="2026-12-20")
PLACE = (Evidence("B", 1, (), "Denied.", None, "denial_reason"),)


def case_of(line: LineOfBusiness, level: AppealLevel | None = None, **request: object) -> Case:
    return Case.model_validate(
        {
            "case": "2026-0001",
            "request": {"kind": "appeal", "indication": "chronic_migraine", "icd10": "G43.709", "cpt": "64615",
                        "units": "155", "start_date": "2027-01-12", **request},
            "patient": {"first_name": "Jo", "last_name": "Roe", "birth_date": "1984-03-17", "sex": "X"},
            "insurance": {"payer": "generic-commercial", "member_id": "918273645", "line": line},
            "provider": {"name": "Lena Ortiz, MD", "npi": "1234567893", "specialty": "neurology",
                         "practice": "Cedar Hill", "phone": "555-0100", "fax": "555-0101"},
            "documents": ["visit.pdf"],
            "plan_dates": PlanDates(level=level).model_dump(exclude_none=True),
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "denied", "name", "body"),
    [
        ("commercial", None, "first-level appeal", ""),
        ("commercial", "internal", "request for external review", "Independent review organization"),
        ("commercial", "second", "request for external review", "Independent review organization"),
        ("medicare", None, "request for redetermination", ""),
        ("medicare", "internal", "request for reconsideration", "Qualified Independent Contractor (QIC)"),
        ("medicare", "external", "request for a hearing", "Administrative law judge"),
        ("part_d", None, "request for redetermination", ""),
        ("part_d", "internal", "request for reconsideration", "Independent review entity"),
        ("medicaid_managed_care", "internal", "request for a state fair hearing", "State fair hearing"),
        ("fehb", "internal", "request for review", "Office of Personnel Management"),
    ],
)
def test_the_next_review_and_its_body_follow_plan_and_level(
    line: LineOfBusiness, denied: AppealLevel | None, name: str, body: str
) -> None:
    level = next_level(case_of(line, denied), LETTER)
    assert level is not None
    assert (level.name, level.body) == (name, body)


def test_a_second_level_of_the_plan_is_asked_for_only_when_its_letter_names_it() -> None:
    named = Denial(reasons=REASONS, levels=("second internal appeal", "external review"))
    level = next_level(case_of("commercial", "internal"), named)
    assert level is not None
    assert (level.name, level.body) == ("second-level appeal", "")


def test_the_pharmacy_benefit_of_medicare_advantage_is_part_d() -> None:
    level = next_level(case_of("medicare_advantage", benefit="pharmacy"), LETTER)
    assert level is not None
    assert level.name == "request for redetermination"


def test_a_kind_of_plan_without_a_rule_is_asked_about() -> None:
    case, problems = as_denied(case_of("tricare"), LETTER, ())
    assert next_level(case, LETTER) is None
    assert [(p.code, p.who, p.severity) for p in problems] == [("appeal_level", "plan", "doubt")]


def test_a_letter_that_answers_an_appeal_is_held_for_the_first_levels_and_asked_about() -> None:
    upheld = Denial(reasons=REASONS, date="2026-12-20", upheld=True)
    case, problems = as_denied(case_of("medicaid_managed_care"), upheld, ())
    assert (case.plan_dates.level, case.plan_dates.denial_dated) == ("internal", date(2026, 12, 20))
    assert "of which level" in problems[0].what
    assert "first decision is not among the documents" in problems[1].what
    earlier = Finding(Denial(reasons=REASONS, date="2026-11-16"), "present", PLACE, "2026-11-16")
    _, problems = as_denied(case_of("medicaid_managed_care", "internal"), upheld, [earlier])
    assert problems == ()


def test_the_fax_is_that_of_the_letter_for_appeals_and_none_of_the_plans_where_another_body_decides() -> None:
    letter = Denial(reasons=REASONS, date="2026-12-20", appeal_fax="800-555-0131")
    assert as_denied(case_of("commercial"), letter, ())[0].insurance.fax == "800-555-0131"
    assert as_denied(case_of("commercial", "internal"), letter, ())[0].insurance.fax is None
    assert decided_by(case_of("commercial", "internal"), letter) == "Independent review organization"


def test_every_step_is_for_lines_of_business_that_exist_and_cites_its_source() -> None:
    for level in next_levels():
        assert set(level.lines) <= set(get_args(LineOfBusiness))
        assert level.source
