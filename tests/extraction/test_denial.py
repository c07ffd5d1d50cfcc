"""Denial letters: why, and how to answer, in letters unlike each other."""

from __future__ import annotations

from packetgen.extraction.denial import find_denial

COMMERCIAL = """Northfield Health Plan
Notice of Adverse Benefit Determination
Date: March 3, 2026
Member: Dana Whitfield   Member ID: NF-4411-209   Reference #: PA-2026-88123
Request: Botox 155 units

Your request was denied because the member must first try and fail two preventive medications.
The diagnosis of cosmetic wrinkles is not at issue.
You may appeal in writing within one hundred eighty (180) days of this notice. Fax: 800-555-0133
For a peer-to-peer discussion within 14 days call 800-555-0144.
"""
MEDICAID = """EVERGREEN COMMUNITY CARE
Decision date 07/09/2026     Case No. 77120-AB
We did not receive chart notes that show headache days per month.
New information may be sent within 30 days to fax 555-555-0110.
Appeals must be filed within 60 calendar days. Fax 555-555-0111 or call 555-555-0112.
"""


def test_a_commercial_letter(page_text) -> None:
    (finding,) = find_denial([page_text(COMMERCIAL)])
    value = finding.value
    assert value.payer == "Northfield Health Plan"
    assert (value.member_id, value.reference, value.date) == ("NF-4411-209", "PA-2026-88123", "2026-03-03")
    assert [reason.reason for reason in value.reasons] == ["step_therapy"]
    assert value.reasons[0].quote.startswith("Your request was denied because")
    assert (value.appeal_days, value.appeal_deadline, value.appeal_fax) == (180, "2026-08-30", "800-555-0133")
    assert (value.p2p_phone, value.p2p_window) == ("800-555-0144", "14 days")
    assert value.drug == "onabotulinumtoxinA"
    assert finding.as_of == "2026-03-03"


def test_the_days_for_new_papers_are_not_the_days_to_appeal(page_text) -> None:
    value = find_denial([page_text(MEDICAID)])[0].value
    assert (value.appeal_days, value.appeal_fax, value.reference) == (60, "555-555-0111", "77120-AB")
    assert value.date == "2026-07-09"
    assert value.appeal_deadline == "2026-09-07"
    assert [reason.reason for reason in value.reasons] == ["missing_documentation"]


def test_an_approval_gives_no_denial(page_text) -> None:
    assert find_denial([page_text("Northfield Health Plan\nYour request is approved for 4 treatments.")]) == []


def test_a_letter_that_does_not_doubt_the_need_is_not_read_as_doing_so(page_text) -> None:
    text = "We did not receive records. This is not a decision that the drug is not medically necessary."
    (finding,) = find_denial([page_text(text)])
    assert [reason.reason for reason in finding.value.reasons] == ["missing_documentation"]
