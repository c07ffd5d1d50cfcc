"""The three samples through the command line, as a person runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from packetgen.resources import SAMPLES

from .conftest import packetgen

pytestmark = pytest.mark.slow


def check(sample: str) -> subprocess.CompletedProcess[str]:
    return packetgen("check", SAMPLES / sample / "case.yaml")


def test_the_complete_case_meets_every_criterion() -> None:
    done = check("chronic-migraine-uhc")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("  MET ") >= 9
    assert not any(f"  {verdict} " in done.stdout for verdict in ("NOT MET", "MISSING"))


@pytest.mark.parametrize("sample", sorted(path.parent.name for path in SAMPLES.glob("*/expected.json")))
def test_every_sample_ends_as_it_says(sample: str) -> None:
    expected = json.loads((SAMPLES / sample / "expected.json").read_text())
    assert check(sample).returncode == expected["exit_code"]


def test_the_scanned_diary_is_counted_exactly() -> None:
    folder = SAMPLES / "chronic-migraine-uhc"
    done = packetgen("extract", folder / "scans" / "diary.pdf", "--json")
    found = [f["value"] for f in json.loads(done.stdout)["findings"] if f["kind"] == "diary_month"]
    assert [month.pop("overuse") for month in found] == [[], [], []]  # on 8 days a month
    assert found == json.loads((folder / "expected.json").read_text())["diary"]


def test_the_skewed_fax_gives_its_trials_with_their_places() -> None:
    done = packetgen("extract", SAMPLES / "chronic-migraine-uhc" / "scans" / "consult.tif", "--json")
    found = {f["value"]["drug"]: f for f in json.loads(done.stdout)["findings"] if f["kind"] == "therapy"}
    assert found["topiramate"]["value"]["status"] == "not_tolerated"
    assert found["amitriptyline"]["value"]["status"] == "ineffective"
    assert found["amitriptyline"]["value"]["start"] == "2024-09"
    assert [e["page"] for e in found["amitriptyline"]["evidence"]] == [2]


def test_the_case_with_gaps_asks_exactly_for_them() -> None:
    done = check("chronic-migraine-aetna")
    assert done.returncode == 3
    missing = [line for line in done.stderr.splitlines() if "[required]" in line]
    assert len(missing) == 2
    assert "hours per day" in missing[0]
    assert "amitriptyline" in missing[1]


def test_another_patients_page_stops_and_is_named() -> None:
    done = check("wrong-patient")
    assert done.returncode == 5
    assert "calls.pdf, page 2" in done.stderr
    assert "Marsh" not in done.stderr


def test_the_samples_can_be_made_again_to_the_byte(tmp_path: Path) -> None:
    before = {p: p.read_bytes() for p in SAMPLES.rglob("*") if p.suffix in (".pdf", ".tif", ".yaml", ".json")}
    subprocess.run([sys.executable, SAMPLES / "make_samples.py"], check=True, capture_output=True)
    changed = [p.name for p, content in before.items() if p.read_bytes() != content]
    for path, content in before.items():
        path.write_bytes(content)
    assert changed == []


def test_doctor_finds_what_bootstrap_installed() -> None:
    done = packetgen("doctor")
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("ok ") == 4


def test_payers_are_listed() -> None:
    assert "CS2026D0017AP" in packetgen("payers", "list").stdout


@pytest.mark.parametrize(
    "command", ["build", "check", "extract", "review", "init", "watch", "track", "doctor", "payers", "letters"]
)
def test_every_command_has_an_example(command: str) -> None:
    assert "Example: packetgen" in packetgen(command, "--help").stdout
