"""What an approval grants, and which documents are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from packetgen.extraction.approval import Approval, read_approval
from packetgen.extraction.finer import finer_kind

CHARTS = Path(__file__).parents[2] / "benchmarks" / "charts" / "docs"


def test_an_approval_after_an_appeal_is_read_whole() -> None:
    letter = (CHARTS / "bladder-sweat-82-approval-after-appeal-letter.txt").read_text()
    assert finer_kind("letter", letter) == "approval"
    assert read_approval(letter) == Approval("AUTH-7783-20961", 200, "each", "2026-04-02", "2027-04-01")


def test_two_numbers_of_units_are_none_and_what_is_not_said_stays_unknown() -> None:
    assert read_approval("We approved 155 units now and 200 units in all.") == Approval()
    assert read_approval("Approved from 12/08/2026 to 06/07/2027.").ends_on == "2027-06-07"


@pytest.mark.parametrize(
    ("said", "units_for"),
    [
        ("J0585, 200 units per treatment", "each"),
        ("155 units every 12 weeks", "each"),
        ("155 units (each visit)", "each"),
        ("Units approved: 620 units in total", "all"),
        ("Total units approved: 620 units", "all"),
        ("Total of 620 units", "all"),
        ("620 units", ""),
        ("620 units total, that is 620 units per visit", ""),
        ("155 units per mL", ""),
    ],
)
def test_what_units_are_for_is_taken_only_where_the_letter_says_it(said: str, units_for: str) -> None:
    assert read_approval(f"Approved.\n{said}\nValid 12/08/2026 through 12/07/2027").units_for == units_for


@pytest.mark.parametrize("path", sorted(CHARTS.glob("*.txt")), ids=lambda p: p.stem)
def test_of_the_annotated_charts_one_is_an_approval_and_none_a_card_or_form(path: Path) -> None:
    finer = finer_kind("letter", path.read_text())
    assert (finer == "approval") == ("approval" in path.stem)
