"""Files of the inbox: to their case, to a person, or into quarantine, and nothing lost on the way."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from packetgen.errors import MissingProgram
from packetgen.intake import watch
from packetgen.intake.file import file_one
from packetgen.intake.stability import Stability
from packetgen.resources import SAMPLES
from packetgen.workspace import Workspace, make_workspace

pytestmark = pytest.mark.slow
UHC = SAMPLES / "chronic-migraine-uhc"


@pytest.fixture
def clinic(tmp_path: Path) -> Workspace:
    """A workspace with Dana Whitfield's case, which so far holds her visit note only."""
    workspace = make_workspace(tmp_path / "clinic")
    case = workspace.cases / "2026-0142"
    shutil.copytree(UHC / "notes", case / "notes")
    text = (UHC / "case.yaml").read_text()
    (case / "case.yaml").write_text(text[: text.index("  - scans/")])
    return workspace


def drop(workspace: Workspace, source: Path, name: str | None = None) -> Path:
    return Path(shutil.copy(source, workspace.inbox / (name or source.name)))


def test_a_scan_is_filed_in_its_patients_case_and_the_packet_holds_it(clinic: Workspace) -> None:
    scan = drop(clinic, UHC / "scans" / "consult.tif")
    outcome = file_one(clinic, scan)
    assert (outcome.went, outcome.case_id) == ("filed", "2026-0142")
    assert outcome.place.read_bytes() == (UHC / "scans" / "consult.tif").read_bytes()
    assert outcome.place == clinic.cases / "2026-0142" / "filed" / "consult.tif"
    assert not scan.exists()
    assert "packet of 15 pages" in outcome.state


def test_the_same_scan_again_is_a_duplicate_and_is_kept(clinic: Workspace) -> None:
    file_one(clinic, drop(clinic, UHC / "scans" / "consult.tif"))
    outcome = file_one(clinic, drop(clinic, UHC / "scans" / "consult.tif", "again.tif"))
    assert outcome.went == "duplicate"
    assert (clinic.duplicates / "again.tif").is_file()
    assert "consult.tif" in (clinic.duplicates / "again.tif.why.txt").read_text()
    assert len(list((clinic.cases / "2026-0142" / "filed").iterdir())) == 1


def test_a_scan_dropped_again_after_it_was_deleted_is_filed_again(clinic: Workspace) -> None:
    first = file_one(clinic, drop(clinic, UHC / "scans" / "consult.tif"))
    first.place.unlink()
    assert file_one(clinic, drop(clinic, UHC / "scans" / "consult.tif")).went == "filed"


@pytest.mark.parametrize("name", ["wrong-patient/calls.pdf", "chronic-migraine-aetna/visit.pdf"])
def test_pages_of_another_patient_wait_for_a_person(clinic: Workspace, name: str) -> None:
    outcome = file_one(clinic, drop(clinic, SAMPLES / name))
    assert outcome.went == "needs filing"
    assert "No case fits" in outcome.place.with_name(outcome.place.name + ".why.txt").read_text()
    assert not (clinic.cases / "2026-0142" / "filed").exists()


def test_what_cannot_be_read_is_quarantined_with_its_reason_and_the_next_file_goes_on(
    clinic: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    (clinic.inbox / "broken.pdf").write_bytes(b"%PDF-1.7 nonsense")
    drop(clinic, UHC / "scans" / "consult.tif")
    monkeypatch.setattr(watch, "QUIET_SECONDS", 0.0)
    outcomes = {o.name: o for o in watch.one_pass(clinic, trouble=pytest.fail)}
    assert outcomes["broken.pdf"].went == "quarantined"
    assert "cannot be opened" in (clinic.quarantine / "broken.pdf.why.txt").read_text()
    assert outcomes["consult.tif"].went == "filed"
    assert list(clinic.inbox.iterdir()) == []


def test_a_missing_program_leaves_the_file_where_it_is(clinic: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = drop(clinic, UHC / "scans" / "consult.tif")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(MissingProgram):
        file_one(clinic, scan)
    assert scan.is_file()
    told: list[str] = []
    assert list(watch._take(clinic, Stability(0), told.append)) == []
    assert "stays in the inbox" in told[0]


def test_two_files_of_one_name_are_both_kept(clinic: Workspace) -> None:
    for content in (b"%PDF-1.7 one", b"%PDF-1.7 two"):
        (clinic.inbox / "scan.pdf").write_bytes(content)
        file_one(clinic, clinic.inbox / "scan.pdf")
    kept = sorted(path.name for path in clinic.quarantine.glob("*.pdf"))
    assert kept == ["scan (2).pdf", "scan.pdf"]


def test_the_ledger_knows_where_everything_went(clinic: Workspace) -> None:
    file_one(clinic, drop(clinic, UHC / "scans" / "consult.tif"))
    with clinic.ledger() as ledger:
        rows = ledger.execute("SELECT name, went, place, case_id FROM files").fetchall()
    assert rows == [("consult.tif", "filed", "cases/2026-0142/filed/consult.tif", "2026-0142")]
