"""Exhibits stand in the order in which the criteria first cite them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from packetgen import pipeline
from packetgen.extraction import by_page
from packetgen.extraction.extract import extract
from packetgen.packet.front import shown_places
from packetgen.resources import SAMPLES

LISTED = ("  - notes/2026-10-02-visit.pdf\n", "  - scans/consult.tif\n")


def test_exhibits_follow_the_crosswalk_and_findings_keep_their_ids(tmp_path: Path) -> None:
    case = tmp_path / "case" / "case.yaml"
    shutil.copytree(SAMPLES / "chronic-migraine-uhc", case.parent, ignore=shutil.ignore_patterns("packet"))
    text = case.read_text()
    case.write_text(text.replace("".join(LISTED), "".join(LISTED[::-1])))
    checked = pipeline.check(case, tmp_path)
    cited = [place.document for criterion in checked.assessment.criteria for place in shown_places(criterion)]
    assert list(dict.fromkeys(cited)) == ["A", "B", "C"]
    assert [document.path for document in checked.documents] == [
        "notes/2026-10-02-visit.pdf", "scans/consult.tif", "scans/diary.pdf",
    ]  # fmt: skip
    assert [document.path for document in checked.case.documents] == [d.path for d in checked.documents]
    assert [summary.document for summary in checked.extraction.documents] == ["A", "B", "C"]
    reading = pipeline.read_chart(case, tmp_path)
    named = {finding.id for finding in reading.extraction.findings}
    as_listed = extract(
        [replace(d, label=d.key, key="") for d in sorted(reading.documents, key=lambda d: d.key)],
        {"C": "headache_diary"},
    )
    assert named == {finding.id for finding in as_listed.findings}


def test_two_processes_read_what_one_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = SAMPLES / "chronic-migraine-uhc" / "case.yaml"
    alone = pipeline.read_chart(case, tmp_path / "one").extraction
    monkeypatch.setattr(by_page, "STRETCH", 1)
    together = pipeline.read_chart(case, tmp_path / "two").extraction
    assert together == alone
    assert [finding.id for finding in together.findings] == [finding.id for finding in alone.findings]
