"""What a plan wants attached must be in the packet; else it is a draft that names it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from packetgen import pipeline
from packetgen.errors import ExitCode
from packetgen.extraction.model import DocumentSummary
from packetgen.packet.attachments import missing_attachments
from packetgen.packet.choose import Choice
from packetgen.packet.model import Exhibit
from packetgen.policy.judged import Judged, all_of, any_of
from packetgen.resources import SAMPLES


@pytest.mark.parametrize(
    ("kind", "held", "missing"),
    [
        ("clinic_note", (), False),
        ("headache_diary", (), True),
        ("clinic_note", (1,), True),
        ("clinic_note", (1, 2), True),
    ],
)
def test_an_attachment_must_be_of_its_kind_and_shown(told, kind: str, held: tuple[int, ...], missing: bool) -> None:
    criterion = replace(told.assessment.criteria[0], verdict="met", attach=(("clinic_note", "consult"),))
    pages = (1, 2) if held == (1, 2) else (1,)
    exhibit = Exhibit(told.documents[0], "Exhibit A", pages, frozenset(held))
    found = list(missing_attachments([criterion], [DocumentSummary("A", kind)], Choice((exhibit,), (), ())))
    assert [(p.code, p.where, p.severity) for p in found] == (
        [("attachment_missing", criterion.text, "required")] if missing else []
    )


def test_a_note_that_a_person_leaves_out_makes_a_draft_that_names_what_the_plan_wants(tmp_path: Path) -> None:
    case = tmp_path / "case" / "case.yaml"
    shutil.copytree(SAMPLES / "chronic-migraine-uhc", case.parent, ignore=shutil.ignore_patterns("packet"))
    text = case.read_text().replace(
        "  - notes/2026-10-02-visit.pdf\n",
        "  - {path: notes/2026-10-02-visit.pdf, kind: clinic_note, leave_out: {1-4: the patient asked for it}}\n",
    )
    case.write_text(text.replace("  - scans/consult.tif\n", ""))
    built = pipeline.build(case)
    (problem,) = [p for p in built.problems if p.code == "attachment_missing"]
    assert (problem.where, problem.settled_by) == (
        "Records: history and physical that show how severe it is", "visit note or consultation",
    )  # fmt: skip
    assert built.exit_code == ExitCode.draft
    assert "visit note or consultation attached" in (built.folder / "worklist.md").read_text()


def test_an_attachment_that_is_one_of_several_ways_is_checked_when_it_is_the_way_taken(tmp_path: Path) -> None:
    case = tmp_path / "case" / "case.yaml"
    shutil.copytree(SAMPLES / "chronic-migraine-uhc", case.parent, ignore=shutil.ignore_patterns("packet"))
    assert not [p for p in pipeline.build(case).problems if p.code == "attachment_missing"]
    diary = "{path: scans/diary.pdf, kind: headache_diary}"
    assert diary in case.read_text()
    left_out = "{path: scans/diary.pdf, kind: headache_diary, leave_out: {1-3: the patient asked for it}}"
    case.write_text(case.read_text().replace(diary, left_out))
    built = pipeline.build(case)
    (problem,) = [p for p in built.problems if p.code == "attachment_missing"]
    assert problem.where == "Records: a diary or test that bears out the diagnosis"
    assert built.exit_code == ExitCode.draft
    assert problem.where in (built.folder / "worklist.md").read_text()


NOTE, DIARY = ("clinic_note",), ("headache_diary", "questionnaire")


@pytest.mark.parametrize(
    ("parts", "attach"),
    [
        ([Judged("met", "", attach=(DIARY,)), Judged("check", "")], (DIARY,)),
        ([Judged("met", "", attach=(DIARY,)), Judged("met", "")], ()),
        ([Judged("met", "", attach=(DIARY,)), Judged("met", "", attach=(NOTE,))], ((*DIARY, *NOTE),)),
        ([Judged("missing", ""), Judged("check", "")], ()),
    ],
)
def test_of_several_ways_only_what_is_needed_must_go_along(parts: list[Judged], attach: object) -> None:
    assert any_of(parts).attach == attach


def test_where_all_is_asked_each_document_must_go_along() -> None:
    assert all_of([Judged("met", "", attach=(NOTE,)), Judged("met", "", attach=(DIARY,))]).attach == (NOTE, DIARY)
