"""Whole charts: no failure that a chart does not tell of, and nothing made up from notes about something else."""

from __future__ import annotations

import json

import pytest

from benchmarks.extraction import CHARTS, DICTATION, INVENTED, false_failures, read, tally

pytestmark = pytest.mark.slow

# Shares that were seen, less a little: a rule that costs more than it brings shows here.
LEAST = {
    "therapies found": 0.97, "therapy status": 0.94, "scores": 0.94, "headache days": 0.80, "diary months": 1.0,
    "toxins": 0.92, "identity": 0.98, "document date": 0.99, "document kind": 0.95,
}  # fmt: skip


def test_charts_are_read_without_a_false_failure() -> None:
    keys = {path.stem: json.loads(path.read_text("utf-8")) for path in (CHARTS / "keys").glob("*.json")}
    found = read((CHARTS / "docs").glob("*.txt"))
    assert {stem: drugs for stem, key in keys.items() if (drugs := false_failures(found[stem], key))} == {}
    table = tally(found, keys)
    for measure, least in LEAST.items():
        right, expected, _ = table[measure]
        assert right >= least * expected, (measure, table[measure])


def test_nothing_is_invented_from_unrelated_dictation() -> None:
    found = read(DICTATION.glob("*.txt"))
    assert {stem: drugs for stem, kinds in found.items() if (drugs := false_failures(kinds))} == {}
    assert {stem: kinds[kind] for stem, kinds in found.items() for kind in INVENTED if kinds[kind]} == {}
