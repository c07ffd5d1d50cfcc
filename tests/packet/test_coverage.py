"""The sheet for the call to the plan."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from packetgen.case import Case
from packetgen.errors import Problem
from packetgen.packet.coverage import coverage_questions, coverage_sheet
from packetgen.packet.worklist import worklist
from packetgen.policy.model import Deadline


def case_of(line: str | None, **request: Any) -> Case:
    return Case.model_validate(
        {
            "case": "x1",
            "request": {
                "indication": "chronic_migraine", "icd10": "G43.709", "cpt": "64615", "units": 155,
                "start_date": "2026-12-08", **request,
            },
            "patient": {"first_name": "Dana", "last_name": "Whitfield", "birth_date": "1984-03-17", "sex": "F"},
            "insurance": {"payer": "p", "member_id": "918273645", "line": line},
            "provider": {
                "name": "L", "npi": "1234567893", "specialty": "neurology", "practice": "C", "phone": "5", "fax": "5",
            },
            "documents": ["note.txt"],
        }
    )  # fmt: skip


@pytest.mark.parametrize("benefit", ["medical", "pharmacy"])
@pytest.mark.parametrize("line", [None, "commercial", "medicare", "medicaid_managed_care"])
def test_a_question_is_asked_of_the_plans_and_benefit_it_is_for(line: str | None, benefit: str) -> None:
    sheet = coverage_sheet(case_of(line, benefit=benefit), "Plan")
    assert ("tracking number" in sheet) == (line in (None, "medicare"))
    assert ("from the pharmacy?" in sheet) == (benefit == "pharmacy")
    assert ("it is not for members of government plans" in sheet) == (line in ("medicare", "medicaid_managed_care"))
    assert ("count toward the deductible" in sheet) == (line in (None, "commercial"))
    assert "{" not in sheet


def test_what_the_caller_needs_is_at_hand_with_billing_units() -> None:
    sheet = coverage_sheet(case_of(None, product="abobotulinumtoxinA", units=500), "Plan")
    for words in ("918273645", "03/17/1984", "1234567893", "J0586 × 100", "500 units of Dysport", "12/08/2026"):
        assert words in sheet


def test_every_question_is_asked_in_some_case() -> None:
    cases = [case_of(line, benefit=b) for line in (None, "commercial", "medicare") for b in ("medical", "pharmacy")]
    sheets = "".join(coverage_sheet(case, "Plan") for case in cases)
    for section in coverage_questions().sections:
        for question in section.questions:
            assert question.ask.split("{")[0][:40] in sheets


def test_dates_stand_with_their_source_and_unknown_ones_with_their_question() -> None:
    unknown = Deadline("decision", "Decision", "plan", None, "unknown", "", "low", None, "By when?")
    known = Deadline(
        "appeal", "Last day to appeal", "front_desk", date(2027, 5, 30), "180 days", "29 CFR", "high", date(2027, 5, 28)
    )
    text = worklist("x1", [Problem("c", "w", "What.", "Fix.", "plan", "doubt")], "not signed", [known, unknown])
    assert text.index("05/30/2027: Last day to appeal") < text.index("Unknown, ask the plan: Decision")
    for words in ("Act by 05/28/2027.", "Source: 29 CFR", "By when?"):
        assert words in text
