"""A denial held against what was sent, by real packets: where the evidence was, and the course that follows."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from packetgen import pipeline
from packetgen.policy.appeal import Comparison
from packetgen.resources import SAMPLES

from .conftest import packetgen

pytestmark = pytest.mark.slow

SAMPLE = SAMPLES / "appeal-step-therapy"
CASE, VISIT, LETTER = ((SAMPLE / name).read_text("utf-8") for name in ("case.yaml", "visit.txt", "denial.txt"))
TRIALS = VISIT[VISIT.index("Prior preventive treatment") : VISIT.index("Exam")]
WITHOUT_TRIALS = VISIT.replace(TRIALS, "")
HEAD = "\n".join(VISIT.replace("10/20/2026", "08/04/2026").splitlines()[:4])
SIGNED = "Electronically signed by Lena Ortiz, MD, neurology, on 08/04/2026\n"
EARLIER = f"{HEAD}\n\nChronic migraine without aura.\n\n{TRIALS}\n{SIGNED}"
STEP = LETTER[LETTER.index("Your request was denied") : LETTER.index("You may appeal")]


def packet_of(visit: str, folder: Path) -> Path:
    """The manifest of the packet that a first request of one visit note makes."""
    folder.mkdir()
    first = CASE.replace("kind: appeal", "kind: initial").replace("denial: denial.txt\n", "")
    (folder / "case.yaml").write_text(first, "utf-8")
    (folder / "visit.txt").write_text(visit, "utf-8")
    packetgen("build", folder / "case.yaml", "-o", folder / "packet")
    return folder / "packet" / "manifest.json"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return packet_of(VISIT, tmp_path_factory.mktemp("whole") / "case")


@pytest.fixture(scope="module")
def thin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return packet_of(WITHOUT_TRIALS, tmp_path_factory.mktemp("thin") / "case")


def denied(folder: Path, why: str, notes: dict[str, str], sent: Path | None = None) -> Path:
    """The case of a denial for what `why` says, with the notes of the chart, and the manifest of what was sent."""
    documents = "".join(f"  - {name}\n" for name in notes)
    case = CASE.replace("  - visit.txt\n", documents)
    (folder / "denial.txt").write_text(LETTER.replace(STEP, f"{why}\n\n"), "utf-8")
    for name, text in notes.items():
        (folder / name).write_text(text, "utf-8")
    if sent:
        shutil.copy(sent, folder / "sent.json")
        case += "sent: sent.json\n"
    (folder / "case.yaml").write_text(case, "utf-8")
    return folder / "case.yaml"


def compared(case_file: Path) -> Comparison:
    found = pipeline.check(case_file, case_file.parent / "work").denial
    assert found
    return found


def test_evidence_that_the_plan_had_is_told_by_its_page_and_the_reviewer_is_called_first(
    whole: Path, tmp_path: Path
) -> None:
    case = denied(tmp_path, STEP, {"visit.txt": VISIT}, whole)
    found = compared(case)
    (answer,) = found.answers
    assert (answer.state, found.course, found.new) == ("sent", "peer_to_peer", ())
    told = packetgen("appeal", case, "-o", tmp_path / "packet").stdout
    assert f"in the packet that was sent A-1, page {answer.pages[0]} of it" in told
    assert "Call the plan's reviewer first, then appeal." in told
    assert (tmp_path / "packet" / "peer-to-peer.pdf").exists()


def test_evidence_that_the_plan_did_not_have_is_new_and_appealed_with(thin: Path, tmp_path: Path) -> None:
    case = denied(tmp_path, STEP, {"visit.txt": WITHOUT_TRIALS, "earlier.txt": EARLIER}, thin)
    found = compared(case)
    assert (found.answers[0].state, found.course, found.new) == ("not_sent", "appeal", ("B-1",))


def test_records_that_the_plan_lacked_are_sent_without_an_appeal(thin: Path, tmp_path: Path) -> None:
    why = "We did not receive records that show which preventive drugs were taken."
    case = denied(tmp_path, why, {"visit.txt": WITHOUT_TRIALS, "earlier.txt": EARLIER}, thin)
    told = packetgen("appeal", case, "-o", tmp_path / "packet").stdout
    assert "in the chart, but not in the packet that was sent" in told
    assert "Resubmit, no appeal is needed yet." in told


def test_what_is_nowhere_makes_the_denial_right_and_what_would_change_it_is_told(thin: Path, tmp_path: Path) -> None:
    case = denied(tmp_path, STEP, {"visit.txt": WITHOUT_TRIALS}, thin)
    done = packetgen("appeal", case, "-o", tmp_path / "packet")
    assert done.returncode == 3 and not (tmp_path / "packet" / "packet.pdf").exists()
    assert "nothing in the chart answers it" in done.stdout
    assert "What would change it: Document each treatment that was tried" in done.stdout
    assert "The denial is right as the chart stands." in done.stdout


@pytest.mark.parametrize(
    ("why", "course"),
    [
        ("Treatment of headache with Botox is excluded under your plan.", "right"),
        ("The diagnosis code is inconsistent with the procedure.", "resubmit"),
        ("It was denied because grommets are purple.", "read"),
        ("This use is considered experimental and investigational.", "appeal"),
    ],
)
def test_what_a_chart_cannot_answer_has_its_own_course(why: str, course: str, whole: Path, tmp_path: Path) -> None:
    found = compared(denied(tmp_path, why, {"visit.txt": VISIT}, whole))
    assert found.course == course


def test_of_two_reasons_the_step_that_comes_first_is_told(whole: Path, tmp_path: Path) -> None:
    why = f"{STEP}\nThe diagnosis code is inconsistent with the procedure."
    found = compared(denied(tmp_path, why, {"visit.txt": VISIT}, whole))
    assert [(a.reason.reason, a.state, a.course) for a in found.answers] == [
        ("step_therapy", "sent", "peer_to_peer"),
        ("coding_error", "none", "resubmit"),
    ]
    assert found.course == "resubmit"


def test_without_a_manifest_nothing_is_said_of_what_the_plan_had(tmp_path: Path) -> None:
    found = compared(denied(tmp_path, STEP, {"visit.txt": VISIT}))
    assert (found.answers[0].state, found.new) == ("in_chart", ())
