"""Denials through the command line: appeals that answer each reason, and those that are not built."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pypdf
import pytest

from packetgen.resources import SAMPLES

from .conftest import packetgen

pytestmark = pytest.mark.slow


def appeal(sample: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return packetgen("appeal", SAMPLES / sample / "case.yaml", "-o", folder)


def words(pdf: Path) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(pdf).pages).split())


@pytest.mark.parametrize(
    ("sample", "quote", "answer"),
    [
        ("appeal-step-therapy", "two preventive medications be tried", "07/2025 to 01/2026, not tolerated"),
        (
            "appeal-cervical-dystonia",
            "Medical necessity has not been established",
            "The chart shows TWSTRS 43 (severity 20; disability 14; pain 9)",
        ),
        ("appeal-frequency", "exceeds the frequency limit", "Every 12 weeks requested"),
    ],
)
def test_an_appeal_quotes_each_reason_and_answers_it(sample: str, quote: str, answer: str, tmp_path: Path) -> None:
    done = appeal(sample, tmp_path)
    assert done.returncode == json.loads((SAMPLES / sample / "expected.json").read_text())["exit_code"], done.stderr
    letter = words(tmp_path / "packet.pdf")
    assert "first-level appeal" in letter and "claim file" in letter and "licensed in my specialty" in letter
    assert quote in letter and answer in letter
    assert "Your letter allows one until 05/15/2027" in letter
    brief = pypdf.PdfReader(tmp_path / "peer-to-peer.pdf")
    assert len(brief.pages) == 1
    assert "800-555-0133" in brief.pages[0].extract_text()


def test_a_diary_that_the_plan_had_not_is_found_and_named_as_new(tmp_path: Path) -> None:
    done = appeal("appeal-missing-documentation", tmp_path)
    assert "in the chart, but not in the packet that was sent A-1, B-1, B-2, B-3, page 10 of it" in done.stdout
    assert "Resubmit, no appeal is needed yet." in done.stdout
    letter = words(tmp_path / "packet.pdf")
    assert "“We did not receive a headache diary that shows the number of headache days per month.” (Ex. C-1)" in letter
    assert "19 headache days in 31 recorded days of 07/2026 (Ex. B-1)" in letter
    assert (
        "The packet that was denied did not hold these pages: the headache diary (Ex. B-1, Ex. B-2, Ex. B-3)." in letter
    )


@pytest.mark.parametrize(
    ("sample", "told"),
    [
        ("denial-wrong-code", "Correct the codes and send a corrected claim"),
        ("denial-right-episodic", "headache days: 9 stated, 15 asked"),
    ],
)
def test_no_appeal_is_built_where_it_would_not_help(sample: str, told: str, tmp_path: Path) -> None:
    done = appeal(sample, tmp_path)
    assert done.returncode == 3
    assert told in done.stdout and "No appeal was built. It would leave unanswered: " in done.stdout
    assert not (tmp_path / "packet.pdf").exists()


def test_a_reason_left_unanswered_stops_the_build_and_is_named(tmp_path: Path) -> None:
    done = packetgen("build", SAMPLES / "denial-right-episodic" / "case.yaml", "-o", tmp_path)
    assert done.returncode == 5
    assert "The request does not meet the criteria of our policy" in done.stderr
    assert not (tmp_path / "packet.pdf").exists()


def test_a_reason_that_is_in_no_class_is_quoted_to_be_read_and_not_answered(tmp_path: Path) -> None:
    for name in ("case.yaml", "visit.txt"):
        (tmp_path / name).write_bytes((SAMPLES / "appeal-step-therapy" / name).read_bytes())
    letter = "Meadowlark Health Plan\nReference number: MH-2026-0201\nYour request is denied. Grommets are purple.\n"
    (tmp_path / "denial.txt").write_text(letter)
    done = packetgen("appeal", tmp_path / "case.yaml", "-o", tmp_path / "packet")
    assert done.returncode == 3
    assert "a reason that is in none of our classes: " in done.stdout
    assert 'Your request is denied. Grommets are purple."' in done.stdout
    assert "Read the letter first" in done.stdout and "No appeal was built." in done.stdout


def test_each_criterion_that_the_letter_quotes_is_answered_and_what_is_not_known_is_asked(tmp_path: Path) -> None:
    source = SAMPLES / "appeal-step-therapy"
    for name in ("case.yaml", "visit.txt"):
        (tmp_path / name).write_bytes((source / name).read_bytes())
    days = "Our policy considers Botox for chronic migraine with headache on 15 or more days a month."
    diary = "Our policy also asks for a headache diary of three months."
    other = "Our policy covers members who have a green card of the plan."
    asked = f"{days}\n{diary}\n{other}"
    letter = (source / "denial.txt").read_text().replace("\nYou may appeal", f"\n{asked}\n\nYou may appeal")
    (tmp_path / "denial.txt").write_text(letter)
    packetgen("appeal", tmp_path / "case.yaml", "-o", tmp_path / "packet")
    told = words(tmp_path / "packet" / "packet.pdf")
    shown = "Plans usually ask: Headache on 15 or more days a month. The chart shows: Headache days: 21 (Ex. A-1)."
    assert f"Of what is asked the letter also says “{days}” (Ex. B-1). {shown}" in told
    assert f"It says “{diary}” (Ex. B-1). The chart does not show this." in told
    assert "The table of criteria goes through what plans usually ask one by one" in told
    worklist = (tmp_path / "packet" / "worklist.md").read_text()
    assert f"The denial says: “{other}”" in worklist and f"The denial says: “{diary}”" in worklist
