"""What waits for a person is filed, cut or set aside; of two who file the same, one is told, and nothing is lost."""

from __future__ import annotations

import threading
from pathlib import Path

import pikepdf
import pytest
from pypdf import PdfReader

from packetgen.errors import BadCaseFile, PacketgenError
from packetgen.intake.arrivals import Arrival, find
from packetgen.intake.by_hand import ByHand, Look
from packetgen.intake.match import BIRTH, NAME, Seen
from packetgen.intake.people import Known
from packetgen.tracking.events import standing
from packetgen.workspace import Workspace
from tests.intake.conftest import DANA, drop, file_all, no_build
from tests.intake.test_file import NOTE, pages_pdf

NOBODY = NOTE.format("Patient: D. W.")


def waiting(clinic: Workspace, name: str, content: str | Path) -> tuple[ByHand, Arrival]:
    """A file that waits for a person."""
    drop(clinic, name, content)
    arrival = file_all(clinic)[name]
    assert arrival.went == "needs filing"
    hands = ByHand(clinic, build=no_build)
    assert arrival.id in {one.id for one in hands.all_waiting()}
    return hands, arrival


def look(hands: ByHand, arrival: Arrival) -> Look:
    return hands.look_at(arrival.id, hands.workspace.work / "look")


def known(hands: ByHand, case_id: str) -> Known:
    return next(case for case in hands.people.all() if case.case_id == case_id)


def test_a_file_goes_where_a_person_says_and_the_case_is_to_be_built(clinic: Workspace) -> None:
    hands, odd = waiting(clinic, "odd.txt", NOBODY)
    filed = hands.into_case(look(hands, odd), known(hands, "2026-0142"))
    assert (filed.went, filed.case_id, filed.place) == ("filed", "2026-0142", "cases/2026-0142/filed/odd.txt")
    assert (clinic.folder / filed.place).read_text() == NOBODY
    assert [path.name for path in (clinic.cases / "2026-0142" / "filed").iterdir()] == ["odd.txt"]
    assert list(clinic.needs_filing.iterdir()) == []
    assert hands.to_build() == ("cases/2026-0142",)
    hands.build_waiting()
    assert hands.to_build() == ()
    drop(clinic, "again.txt", NOBODY)
    assert file_all(clinic)["again.txt"].went == "duplicate"


def test_the_case_that_fits_best_is_proposed_first_with_what_differs(clinic: Workspace) -> None:
    page = "Patient: Dana Whitfield  DOB: 07/22/1979"
    hands, mixed = waiting(clinic, "mixed.txt", NOTE.format(page))
    (dana, colin) = look(hands, mixed).beside
    assert (dana.case.case_id, set(dana.found.agree), set(dana.found.differ)) == ("2026-0142", {NAME}, {BIRTH})
    assert (colin.case.case_id, set(colin.found.agree), set(colin.found.differ)) == ("2026-0157", {BIRTH}, {NAME})


def test_a_new_case_is_drafted_with_what_a_person_read(clinic: Workspace) -> None:
    hands, note = waiting(clinic, "no-plan.txt", NOTE.format("Patient: Nadia Okafor   DOB: 05/06/1991"))
    shown = look(hands, note)
    assert (shown.patient.name, shown.payer, shown.beside) == ("Nadia Okafor", "", ())
    filed = hands.into_new_case(shown, Seen("Nadia Okafor-Reyes", "1991-05-06"), "uhc-community")
    text = (clinic.cases / filed.case_id / "case.yaml").read_text()
    assert 'last_name: "Okafor-Reyes"' in text and "payer: uhc-community" in text and "filed/no-plan.txt" in text
    assert (clinic.folder / filed.place).is_file()


def test_a_file_that_is_set_aside_says_by_whom_and_why(clinic: Workspace) -> None:
    hands, odd = waiting(clinic, "odd.txt", NOBODY)
    aside = hands.set_aside(odd.id, "Set aside by Rita: an advertisement")
    assert aside.place == "quarantine/odd.txt"
    assert "advertisement" in (clinic.quarantine / "odd.txt.why.txt").read_text()
    assert list(clinic.needs_filing.iterdir()) == []
    assert [one.went for one in hands.all_waiting()] == ["quarantined"]


def test_a_denial_that_a_person_files_is_logged_like_any_other(clinic: Workspace) -> None:
    letter = (
        "NOTICE OF ADVERSE DETERMINATION\nDate: 11/02/2026\nMember: D. W.\nReference number: D-9931\n"
        "Your request for Botox was denied because it is not medically necessary.\n"
        "You may appeal within 180 calendar days of this notice.\n"
    )
    hands, denial = waiting(clinic, "letter.txt", letter)
    hands.into_case(look(hands, denial), known(hands, "2026-0142"))
    (event,) = standing(clinic)["2026-0142"]
    assert event.kind == "denied"
    assert event.document.startswith("cases/2026-0142/filed/denials/")


def test_of_two_who_file_the_same_one_is_told_and_the_file_is_once(clinic: Workspace) -> None:
    hands, odd = waiting(clinic, "odd.txt", NOBODY)
    shown = look(hands, odd)
    outcomes: list[str] = []

    def file(case_id: str) -> None:
        try:
            outcomes.append(ByHand(clinic, build=no_build).into_case(shown, known(hands, case_id)).case_id)
        except PacketgenError as error:
            outcomes.append(error.what)

    threads = [threading.Thread(target=file, args=(case_id,)) for case_id in ("2026-0142", "2026-0157")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({*outcomes} & {"2026-0142", "2026-0157"}) == 1
    assert "someone else has filed it meanwhile" in outcomes
    assert len(list(clinic.cases.glob("*/filed/*"))) == 1
    (arrival,) = find(clinic, "id = ?", odd.id)
    assert (clinic.folder / arrival.place).is_file()


def test_a_watcher_that_comes_late_does_not_lose_what_another_has_filed(clinic: Workspace) -> None:
    drop(clinic, "note.txt", NOTE.format(DANA))
    one, two = ByHand(clinic, build=no_build), ByHand(clinic, build=no_build)
    one.take(clinic.inbox / "note.txt")
    (taken,) = one.waiting()
    filed = one.file(taken)
    with pytest.raises(PacketgenError, match="someone else"):
        two.file(taken)
    assert find(clinic, "id = ?", taken.id)[0].place == filed.place
    assert (clinic.folder / filed.place).is_file()


@pytest.mark.slow
def test_a_fax_is_cut_where_a_person_says_and_its_parts_go_their_way(clinic: Workspace, tmp_path: Path) -> None:
    weak = NOTE.format("Patient: Colin Marsh")
    fax = pages_pdf(tmp_path / "fax.pdf", NOTE.format(DANA), NOTE.format(DANA) + "more", weak, "Notes\nnothing")
    hands, whole = waiting(clinic, "fax.pdf", fax)
    shown = look(hands, whole)
    assert shown.cuts is not None and [part.first for part in shown.cuts.parts][:2] == [1, 3]
    for wrong in ([], [1], [5], [0, 3]):
        with pytest.raises(BadCaseFile, match="no such page"):
            hands.cut(shown, wrong, "Rita")
    first, second = hands.cut(shown, [3], "Rita")
    assert (first.case_id, second.went) == ("2026-0142", "needs filing")
    assert [len(PdfReader(clinic.folder / one.place).pages) for one in (first, second)] == [2, 2]
    (kept,) = find(clinic, "id = ?", whole.id)
    assert (kept.went, kept.place) == ("split", "originals/fax.pdf")
    assert "Cut by Rita" in (clinic.originals / "fax.pdf.why.txt").read_text()
    with pikepdf.open(clinic.originals / "fax.pdf") as pdf:
        assert len(pdf.pages) == 4
