"""An approved case is continued: the baseline comes from the pages that the plan has seen, and is compared with now."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from packetgen import pipeline
from packetgen.case import read_case
from packetgen.cli import main
from packetgen.letters.wordfile import statements
from packetgen.workspace import Workspace

pytestmark = pytest.mark.slow
SAMPLE, NEW = "chronic-migraine-uhc", "2027-0009"
NOTE = """Progress note
Date: {day}
Patient: Dana Whitfield   DOB: 03/17/1984   MRN: 00418827

Chronic migraine (G43.709). Now headache on 9 of the last 30 days, 4 of them migraine.
OnabotulinumtoxinA 155 units on {given}, no adverse effect.
Plan: onabotulinumtoxinA 155 units every 12 weeks.
Electronically signed by Lena Ortiz, MD
"""


def track(clinic: Workspace, *words: str) -> str:
    done = CliRunner().invoke(main, ["track", *words, "-w", str(clinic.folder)])
    return f"{done.exit_code} {done.output}"


@pytest.fixture
def approved(clinic: Workspace) -> Workspace:
    """Case 2026-0142 was built, sent and approved."""
    pipeline.build(clinic.cases / SAMPLE / "case.yaml")
    track(clinic, "log", "2026-0142", "sent", "--on", "2026-10-05", "--channel", "fax")
    track(
        clinic, "log", "2026-0142", "approved", "--on", "2026-10-12", "--reference", "AUTH-7", "--until", "2027-01-31"
    )
    return clinic


def renewed(clinic: Workspace, note: str) -> pipeline.Built:
    """The draft, completed by a person who adds the day and the newest note, and built."""
    folder = clinic.cases / NEW
    case = folder / "case.yaml"
    case.write_text(case.read_text().replace("  # start_date:   # missing", "  start_date: 2027-03-02   #"))
    (folder / "filed").mkdir()
    (folder / "filed" / "visit.txt").write_text(note)
    return pipeline.build(case)


def test_the_baseline_of_a_renewal_is_what_the_plan_has_seen_and_is_compared_with_now(approved: Workspace) -> None:
    told = track(approved, "renew", "2026-0142", NEW)
    assert told.startswith("0 ") and "from the approved packet: notes/2026-10-02-visit.pdf" in told
    built = renewed(approved, NOTE.format(day="02/10/2027", given="12/08/2026"))
    case = read_case(approved.cases / NEW)
    assert (case.request.kind, case.request.authorization) == ("continuation", "AUTH-7")
    chart = built.checked.chart
    before, now = chart.baseline.headache_days, chart.current.headache_days
    assert before and now and before.value == 22.0 and now.value == 9.0
    assert not before.against and not now.against
    paths = {document.label: document.path for document in built.checked.documents}
    assert paths[before.evidence[0].document] == "earlier/notes/2026-10-02-visit.pdf"
    assert paths[now.evidence[0].document] == "filed/visit.txt"
    (change,) = [s for s in statements(built.folder / "letter.docx") if "13 fewer (59%)" in s.text]
    # of two scores before the first treatment none was taken under it
    assert not [s for s in statements(built.folder / "letter.docx") if "points higher" in s.text]
    cited = {page.partition("-")[0] for page in change.cites}
    assert {paths[label] for label in cited} == {"earlier/notes/2026-10-02-visit.pdf", "filed/visit.txt"}


def test_a_note_of_the_earlier_packet_that_was_written_under_treatment_is_no_baseline(approved: Workspace) -> None:
    track(approved, "renew", "2026-0142", NEW)
    built = renewed(approved, NOTE.format(day="02/10/2027", given="07/01/2026"))
    assert built.checked.chart.baseline.headache_days is None
    current = built.checked.chart.current.headache_days
    assert current and current.against


def test_a_packet_that_was_built_again_after_it_was_sent_is_told(approved: Workspace) -> None:
    manifest = approved.cases / SAMPLE / "packet" / "manifest.json"
    account = json.loads(manifest.read_text())
    account["outputs"]["packet.pdf"] = "0" * 64
    manifest.write_text(json.dumps(account))
    assert "built again after it was sent" in track(approved, "renew", "2026-0142", NEW)


def change(clinic: Workspace, what: str) -> None:
    folder = clinic.cases / SAMPLE
    if what == "taken":
        (clinic.cases / NEW).mkdir()
    elif what == "not approved":
        track(clinic, "log", "2026-0142", "void", "--corrects", "2")
    elif what == "no packet":
        (folder / "packet" / "manifest.json").unlink()
    elif what == "changed":
        (folder / "notes" / "2026-10-02-visit.pdf").write_bytes(Path(__file__).read_bytes())


@pytest.mark.parametrize(
    ("what", "said"),
    [("taken", "is there already"), ("not approved", "no approval is logged"),
     ("no packet", "there is no packet beside it"), ("changed", "is not what the packet showed")],
)  # fmt: skip
def test_what_cannot_be_renewed_is_told_and_nothing_is_made(approved: Workspace, what: str, said: str) -> None:
    change(approved, what)
    told = track(approved, "renew", "2026-0142", NEW)
    assert said in told and not told.startswith("0 ")
    assert not (approved.cases / NEW / "case.yaml").exists()
    assert "no number of a case" in track(approved, "renew", "2026-0142", "../2027")
