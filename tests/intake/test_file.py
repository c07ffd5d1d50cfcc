"""Files of the inbox: to their case, to a person, or into quarantine, and nothing lost on the way."""

from __future__ import annotations

import os
import shutil
import zipfile
from datetime import date
from pathlib import Path

import pikepdf
import pytest
from reportlab.pdfgen.canvas import Canvas

from packetgen.case import read_case
from packetgen.documents.cache import PageCache
from packetgen.errors import BadCaseFile
from packetgen.intake.arrivals import Arrival, find
from packetgen.intake.file import build_case
from packetgen.intake.watch import Rebuilt, watch
from packetgen.resources import SAMPLES
from packetgen.tracking.events import Event, log_event
from packetgen.workspace import Workspace, make_workspace
from tests.intake.conftest import COLIN, DANA, UHC, drop, file_all, no_build, why

NOTE = "Progress note\n{}\nHPI: headache on 22 days a month, seen on 10/02/2026 in the clinic.\n"


def pages_pdf(path: Path, *pages: str) -> Path:
    canvas = Canvas(str(path), invariant=1)
    for page in pages:
        for row, line in enumerate(page.splitlines()):
            canvas.drawString(72, 720 - 14 * row, line)
        canvas.showPage()
    canvas.save()
    return path


@pytest.mark.slow
def test_a_scan_is_filed_in_its_patients_case_and_the_packet_holds_it(tmp_path: Path) -> None:
    clinic = make_workspace(tmp_path / "clinic")
    case = clinic.cases / "2026-0142"
    shutil.copytree(UHC / "notes", case / "notes")
    text = (UHC / "case.yaml").read_text()
    (case / "case.yaml").write_text(text[: text.index("  - scans/")])
    scan = drop(clinic, "consult.tif", UHC / "scans" / "consult.tif")
    filed, rebuilt = watch(clinic, pytest.fail, once=True, quiet=0.0, build=build_case)
    assert isinstance(filed, Arrival) and isinstance(rebuilt, Rebuilt)
    assert (filed.went, filed.case_id, filed.kind) == ("filed", "2026-0142", "consult")
    assert filed.place == "cases/2026-0142/filed/consult.tif"
    assert (clinic.folder / filed.place).read_bytes() == (UHC / "scans" / "consult.tif").read_bytes()
    assert not scan.exists()
    assert rebuilt.case == "2026-0142" and "pages, draft" in rebuilt.state
    assert "consult" in (case / "packet" / "manifest.json").read_text()


def test_a_file_goes_to_the_case_that_two_identifiers_name_and_others_wait_for_a_person(clinic: Workspace) -> None:
    drop(clinic, "dana.txt", NOTE.format(DANA))
    drop(clinic, "name-only.txt", NOTE.format("Patient: Dana Whitfield"))
    drop(clinic, "twin.txt", NOTE.format("Patient: Dora Whitfield   DOB: 03/17/1984"))
    filed = file_all(clinic)
    assert (filed["dana.txt"].went, filed["dana.txt"].case_id) == ("filed", "2026-0142")
    assert filed["name-only.txt"].went == filed["twin.txt"].went == "needs filing"
    assert "two of name, birth date" in why(clinic, filed["name-only.txt"])
    assert [path.name for path in (clinic.cases / "2026-0142" / "filed").iterdir()] == ["dana.txt"]


def test_the_same_file_again_is_linked_and_kept_and_not_told_again(clinic: Workspace) -> None:
    file_all(clinic, trouble=pytest.fail) if drop(clinic, "note.txt", NOTE.format(DANA)) else None
    drop(clinic, "again.txt", NOTE.format(DANA))
    (again,) = file_all(clinic).values()
    assert again.went == "duplicate"
    (first,) = find(clinic, "id = ?", again.same_as)
    assert first.place in why(clinic, again)
    assert file_all(clinic) == {}
    assert len(list((clinic.cases / "2026-0142" / "filed").iterdir())) == 1


def test_a_file_that_a_person_had_put_into_the_case_is_linked_and_not_filed_twice(clinic: Workspace) -> None:
    note = clinic.cases / "2026-0142" / "note.txt"
    note.write_text(NOTE.format(DANA))
    drop(clinic, "portal.txt", note)
    found = file_all(clinic)["portal.txt"]
    assert (found.went, found.place, found.case_id) == ("duplicate", "duplicates/portal.txt", "2026-0142")
    assert "The same file as cases/2026-0142/note.txt" in why(clinic, found)


def test_a_file_dropped_again_after_it_was_deleted_is_filed_again(clinic: Workspace) -> None:
    drop(clinic, "note.txt", NOTE.format(DANA))
    first = file_all(clinic)["note.txt"]
    (clinic.folder / first.place).unlink()
    drop(clinic, "note.txt", NOTE.format(DANA))
    assert file_all(clinic)["note.txt"].went == "filed"


def test_the_same_pages_in_another_file_are_a_duplicate_but_one_more_page_is_not(
    clinic: Workspace, tmp_path: Path
) -> None:
    page = NOTE.format(DANA) + "The headache is on both sides, pulsating, with nausea, and worse with stairs.\n" * 2
    first = pages_pdf(tmp_path / "one.pdf", page, page.replace("stairs", "light"))
    drop(clinic, "one.pdf", first)
    file_all(clinic)
    with pikepdf.open(first) as pdf:
        pdf.docinfo["/Producer"] = "another scanner"
        pdf.save(tmp_path / "two.pdf", linearize=True)
    drop(clinic, "two.pdf", tmp_path / "two.pdf")
    drop(
        clinic, "grown.pdf", pages_pdf(tmp_path / "three.pdf", page, page.replace("stairs", "light"), NOTE.format(DANA))
    )
    found = file_all(clinic)
    assert found["two.pdf"].went == "duplicate"
    assert found["grown.pdf"].went == "filed"


def test_what_cannot_be_read_is_quarantined_with_its_reason_and_the_rest_goes_on(
    clinic: Workspace, tmp_path: Path
) -> None:
    with pikepdf.open(pages_pdf(tmp_path / "a.pdf", NOTE.format(DANA))) as pdf:
        pdf.save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(owner="o", user="u"))
    drop(clinic, "locked.pdf", tmp_path / "locked.pdf")
    drop(clinic, "broken.pdf", b"%PDF-1.7 nonsense %%EOF")
    drop(clinic, "movie.mp4", b"x" * 100)
    drop(clinic, "z-note.txt", NOTE.format(DANA))
    found = file_all(clinic)
    assert {name for name, one in found.items() if one.went == "quarantined"} == {
        "locked.pdf",
        "broken.pdf",
        "movie.mp4",
    }
    assert "locked with a password" in why(clinic, found["locked.pdf"])
    assert "cannot be opened" in why(clinic, found["broken.pdf"])
    assert "is of a type, '.mp4', that cannot be read" in why(clinic, found["movie.mp4"])
    assert found["z-note.txt"].went == "filed"
    assert list(clinic.inbox.iterdir()) == []


@pytest.mark.parametrize("name", ["a\nb.txt", "evil\u202etxt.exe", "caf\udce9.txt", "tab\t.txt"])
def test_a_name_that_hides_something_is_quarantined_unread_under_a_plain_one(clinic: Workspace, name: str) -> None:
    (clinic.inbox / name).write_bytes(NOTE.format(DANA).encode())
    (arrival,) = file_all(clinic).values()
    assert arrival.went == "quarantined"
    assert "signs that cannot be seen" in why(clinic, arrival)
    assert all(ord(sign) >= 32 and sign != "\u202e" for sign in arrival.place)
    assert (clinic.folder / arrival.place).read_bytes() == NOTE.format(DANA).encode()
    (clinic.folder / arrival.place).rename(clinic.inbox / "renamed.txt")
    assert file_all(clinic)["renamed.txt"].went == "filed"


def test_a_name_of_255_bytes_is_shortened_and_found_by_its_long_name_in_the_ledger(clinic: Workspace) -> None:
    name = "n" * 251 + ".txt"
    drop(clinic, name, NOTE.format(DANA))
    (arrival,) = file_all(clinic).values()
    assert (arrival.name, arrival.went) == (name, "filed")
    assert len(Path(arrival.place).name) <= 120


def test_a_folder_named_for_a_case_is_a_hint_that_counts_as_one_identifier(clinic: Workspace) -> None:
    drop(clinic, "2026-0142/a.txt", NOTE.format("Patient: Dana Whitfield"))
    drop(clinic, "Whitfield, Dana/b.txt", NOTE.format("DOB: 03/17/1984"))
    drop(clinic, "2026-0142/c.txt", NOTE.format("no name here"))
    drop(clinic, "2026-0142/d.txt", NOTE.format(COLIN))
    found = {Path(name).name: one for name, one in file_all(clinic).items()}
    assert found["a.txt"].case_id == found["b.txt"].case_id == "2026-0142"
    assert found["c.txt"].went == found["d.txt"].went == "needs filing"
    assert "dropped in 2026-0142/" in why(clinic, found["d.txt"])
    assert found["d.txt"].name == "2026-0142/d.txt"


def test_of_two_cases_of_one_patient_the_open_one_gets_it_and_of_two_open_ones_none(clinic: Workspace) -> None:
    old = clinic.cases / "2026-0001"
    shutil.copytree(clinic.cases / "2026-0142", old)
    text = (old / "case.yaml").read_text()
    (old / "case.yaml").write_text(text.replace("2026-0142", "2026-0001"))
    drop(clinic, "a.txt", NOTE.format(DANA))
    both = file_all(clinic)["a.txt"]
    assert both.went == "needs filing" and "more than one case" in why(clinic, both)
    log_event(clinic, Event("2026-0001", "approved", date(2026, 3, 1)))
    log_event(clinic, Event("2026-0001", "called", date(2026, 3, 2)))  # a call opens nothing again
    drop(clinic, "b.txt", NOTE.format(DANA) + "again\n")
    assert file_all(clinic)["b.txt"].case_id == "2026-0142"


def test_a_case_file_with_a_mistake_still_gets_its_documents_and_does_not_stop_others(clinic: Workspace) -> None:
    broken = clinic.cases / "2026-0142" / "case.yaml"
    broken.write_text(broken.read_text().replace("units: 155", "units: many"))
    drop(clinic, "dana.txt", NOTE.format(DANA))
    drop(clinic, "colin.txt", NOTE.format(COLIN))
    outcomes = list(watch(clinic, pytest.fail, once=True, quiet=0.0, build=build_or_say))
    states = {one.case: one.state for one in outcomes if isinstance(one, Rebuilt)}
    assert {one.case_id for one in outcomes if isinstance(one, Arrival)} == {"2026-0142", "2026-0157"}
    assert "request.units" in states["2026-0142"] and states["2026-0157"] == "read"


def build_or_say(case_file: Path) -> str:
    try:
        read_case(case_file)
    except BadCaseFile as error:
        return str(error)
    return "read"


@pytest.mark.parametrize("failure", [SystemExit(3), MemoryError(), RecursionError(), ValueError("chart text")])
def test_a_build_that_ends_badly_stops_no_other_case(clinic: Workspace, failure: BaseException) -> None:
    def build(case_file: Path) -> str:
        if case_file.parent.name == "2026-0142":
            raise failure
        return "built"

    for turn in range(2):
        drop(clinic, "dana.txt", NOTE.format(DANA) + f"{turn}\n")
        drop(clinic, "colin.txt", NOTE.format(COLIN) + f"{turn}\n")
        told: list[str] = []
        outcomes = list(watch(clinic, told.append, once=True, quiet=0.0, build=build))
        assert [one.case for one in outcomes if isinstance(one, Rebuilt)] == ["2026-0157"]
        assert type(failure).__name__ in told[0] and "chart text" not in told[0]


def test_a_missing_program_leaves_the_file_in_incoming_until_it_is_there(
    clinic: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PACKETGEN_CACHE", str(tmp_path / "cache"))
    drop(clinic, "consult.tif", UHC / "scans" / "consult.tif")
    path = os.environ["PATH"]
    monkeypatch.setenv("PATH", "/nowhere")
    told: list[str] = []
    for _ in range(7):  # more often than a file that breaks the reader may try
        assert file_all(clinic, trouble=told.append) == {}
    assert "tesseract is not installed" in told[0]
    assert [p.name for p in clinic.incoming.iterdir()] == ["1-consult.tif"]
    monkeypatch.setenv("PATH", path)
    assert PageCache().folder.is_dir()
    assert file_all(clinic)["consult.tif"].went == "filed"


def test_a_file_that_breaks_the_reader_each_time_is_quarantined_and_the_others_go_first(clinic: Workspace) -> None:
    def read(path: Path, name: str, work: Path) -> object:
        raise KeyError(name)

    drop(clinic, "bad.txt", "x")
    for _ in range(6):
        found = file_all(clinic, read=read, trouble=lambda text: None)  # type: ignore[arg-type]
    assert found["bad.txt"].went == "quarantined"
    assert "failed 5 times" in why(clinic, found["bad.txt"])


def test_an_archive_is_unpacked_and_each_file_goes_its_way(clinic: Workspace, tmp_path: Path) -> None:
    packed = tmp_path / "chart.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("dana/note.txt", NOTE.format(DANA))
        archive.writestr("../../../../evil.txt", NOTE.format(COLIN))
        archive.writestr("__MACOSX/._note.txt", "junk")
        archive.writestr("/etc/absolute.txt", "no name")
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    drop(clinic, "chart.zip", packed)
    found = file_all(clinic)
    assert found["chart.zip"].went == "split"
    assert (clinic.originals / "chart.zip").read_bytes() == packed.read_bytes()
    assert (found["note.txt"].case_id, found["evil.txt"].case_id) == ("2026-0142", "2026-0157")
    assert found["absolute.txt"].went == "needs filing"
    assert {one.part_of for one in found.values()} == {None, found["chart.zip"].id}
    assert not (tmp_path / "evil.txt").exists() and len(found) == 4


def bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("big.txt", "w") as out:
        for _ in range(20):
            out.write(b"\0" * 1024**2)


def nested(path: Path) -> None:
    inner = path.with_name("inner.txt")
    inner.write_text("x")
    for depth in range(4):
        outer = path.with_name(f"{depth}.zip")
        with zipfile.ZipFile(outer, "w") as archive:
            archive.write(inner, inner.name)
        inner = outer
    inner.rename(path)


def damaged(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "text that will be damaged")
    content = path.read_bytes()
    path.write_bytes(content.replace(b"will be", b"was not"))


@pytest.mark.parametrize(
    ("make", "reason"), [(bomb, "unpacks to more"), (nested, "in an archive"), (damaged, "damaged")]
)
def test_a_hostile_archive_is_quarantined_whole(  # type: ignore[no-untyped-def]
    clinic: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make, reason: str
) -> None:
    monkeypatch.setattr("packetgen.intake.archives.MAX_ARCHIVE_BYTES", 10 * 1024**2)
    make(tmp_path / "a.zip")
    drop(clinic, "a.zip", tmp_path / "a.zip")
    found = file_all(clinic)
    bad = [one for one in found.values() if one.went == "quarantined"]
    assert len(bad) == 1 and reason in why(clinic, bad[0])
    assert not any(one.went == "filed" for one in found.values())


def test_a_denial_becomes_the_cases_denial_and_an_event_with_its_deadline(clinic: Workspace) -> None:
    letter = (
        "Sample Health Plan\nNotice of adverse determination\nDate: 11/20/2026\nMember: Dana Whitfield\n"
        "DOB: 03/17/1984   Member ID: 918273645\nReference number: PA-2026-55312\nYour request is denied. It is not "
        "medically necessary.\nYou may appeal within 30 days.\n"
        "To request a peer-to-peer, call 555-0190 by 12/01/2026.\n"
    )
    drop(clinic, "letter.txt", letter)
    arrival = file_all(clinic)["letter.txt"]
    assert (arrival.kind, arrival.case_id) == ("denial_letter", "2026-0142")
    assert arrival.place == "cases/2026-0142/filed/denials/2026-11-20 letter.txt"
    assert read_case(clinic.cases / "2026-0142").denial == "filed/denials/2026-11-20 letter.txt"
    with clinic.ledger() as ledger:
        events = ledger.execute("SELECT case_id, kind, happened_on, due, reference, document, reasons, peer_to_peer_by "
                                "FROM events").fetchall()  # fmt: skip
    # 30 days from the letter are December 20, a Sunday
    assert events == [("2026-0142", "denied", "2026-11-20", "2026-12-18", "PA-2026-55312", arrival.place,
                       "not_medically_necessary", "2026-12-01")]  # fmt: skip


def test_an_approval_records_number_units_and_dates(clinic: Workspace) -> None:
    letter = (
        "Sample Health Plan\nNotice of approval\nDate: 12/02/2026\nMember: Dana Whitfield   DOB: 03/17/1984\n"
        "Your request has been approved.\nAuthorization number: AUTH-7783-20961\nJ0585, 200 units per treatment\n"
        "Valid 12/08/2026 through 12/07/2027\n"
    )
    drop(clinic, "yes.txt", letter)
    assert file_all(clinic)["yes.txt"].kind == "approval"
    with clinic.ledger() as ledger:
        (event,) = ledger.execute(
            "SELECT kind, happened_on, reference, units, units_for, starts_on, ends_on FROM events"
        ).fetchall()
    assert event == ("approved", "2026-12-02", "AUTH-7783-20961", 200, "each", "2026-12-08", "2027-12-07")


def test_a_new_patient_of_a_known_plan_gets_a_draft_case_that_says_what_is_missing(clinic: Workspace) -> None:
    note = (
        "Consultation note\nPatient: Nadia Okafor   DOB: 05/06/1991   MRN: 00771234\nInsurance: UnitedHealthcare "
        "Community Plan   Member ID: 555443322\nChronic migraine without aura, intractable (G43.719).\n"
    )
    drop(clinic, "new.txt", note)
    drop(clinic, "next.txt", NOTE.format("Patient: Nadia Okafor   DOB: 05/06/1991"))
    found = file_all(clinic)
    draft = found["new.txt"].case_id
    assert found["next.txt"].case_id == draft and draft.startswith("draft-")
    path = clinic.cases / draft / "case.yaml"
    text = path.read_text()
    assert 'first_name: "Nadia"' in text and "payer: uhc-community" in text and "indication: chronic_migraine" in text
    with pytest.raises(BadCaseFile) as told:
        read_case(path)
    assert all(field in str(told.value) for field in ("request.units", "patient.sex", "provider"))
    filled = {"sex": "F", "cpt": '"64615"', "units": "155", "start_date": "2026-12-08", "product": "onabotulinumtoxinA",
              "name": "Lena Ortiz, MD", "npi": '"1234567893"', "specialty": "neurology", "practice": "Cedar Hill",
              "phone": "555-0100", "fax": "555-0101"}  # fmt: skip
    for key, value in filled.items():
        text = text.replace(f"  # {key}:   # missing", f"  {key}: {value}   # missing")
    path.write_text(text)
    case = read_case(path)
    assert [d.path for d in case.documents] == ["filed/new.txt", "filed/next.txt"]
    assert (case.patient.name, case.insurance.member_id) == ("Nadia Okafor", "555443322")


def test_no_draft_is_made_for_someone_much_like_a_known_patient_or_without_a_plan(clinic: Workspace) -> None:
    plan = "UnitedHealthcare Community Plan\n"
    drop(clinic, "twin.txt", plan + NOTE.format("Patient: Dora Whitfield  DOB: 03/17/1984  Member ID: 918273645"))
    drop(clinic, "no-plan.txt", NOTE.format("Patient: Nadia Okafor   DOB: 05/06/1991"))
    drop(clinic, "two-plans.txt", plan + "Aetna\n" + NOTE.format("Patient: Nadia Okafor   DOB: 05/06/1991"))
    found = file_all(clinic)
    assert {one.went for one in found.values()} == {"needs filing"}
    assert "nearly, but not surely, the patient's of 2026-0142" in why(clinic, found["twin.txt"])
    assert len(clinic.case_files()) == 2


def test_a_file_that_a_person_moved_into_a_case_is_followed_by_the_ledger(clinic: Workspace) -> None:
    drop(clinic, "odd.txt", NOTE.format("Patient: D. W."))
    odd = file_all(clinic)["odd.txt"]
    filed = clinic.cases / "2026-0142" / "filed"
    filed.mkdir()
    (clinic.folder / odd.place).rename(filed / "odd.txt")
    (rebuilt,) = watch(clinic, pytest.fail, once=True, quiet=0.0, build=no_build)
    assert rebuilt == Rebuilt("2026-0142", "built")
    (arrival,) = find(clinic, "id = ?", odd.id)
    assert (arrival.place, arrival.case_id, arrival.went) == ("cases/2026-0142/filed/odd.txt", "2026-0142", "filed")
    assert list(clinic.needs_filing.iterdir()) == []


@pytest.mark.slow
def test_pages_of_another_patient_are_not_filed(clinic: Workspace) -> None:
    shutil.rmtree(clinic.cases / "2026-0157")
    drop(clinic, "scan.pdf", SAMPLES / "chronic-migraine-aetna" / "visit.pdf")
    file_all(clinic)
    assert not (clinic.cases / "2026-0142" / "filed").exists()
