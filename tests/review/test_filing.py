"""The queue of files that wait for a person: shown with pages and a proposal, filed, cut or set aside."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from packetgen.files import AUDIT
from packetgen.intake.arrivals import Arrival, find
from packetgen.review.cases import key_of
from packetgen.review.filing import STARTS
from packetgen.review.watching import Watching
from packetgen.workspace import WATCHING, Workspace
from tests.intake.conftest import DANA, clinic, drop, file_all  # noqa: F401 - fixture
from tests.intake.test_file import NOTE, pages_pdf
from tests.review.places import csrf_of, hire, let_in, logged_in

BIRTH_OF_COLIN = NOTE.format("Patient: Dana Whitfield  DOB: 07/22/1979")


NOBODY = NOTE.format("Patient: D. W.")


def waiting(clinic: Workspace, name: str = "odd.txt", content: str | Path = NOBODY) -> Arrival:  # noqa: F811
    drop(clinic, name, content)
    return file_all(clinic)[name]


def post(browser: TestClient, arrival: Arrival, act: str, **form: str):  # type: ignore[no-untyped-def]
    path = f"/filing/{arrival.id}"
    return browser.post(f"{path}/{act}", data={"csrf": csrf_of(browser, path), **form})


def key(workspace: Workspace, case_id: str) -> str:
    return key_of(workspace.case_of(case_id))


def test_what_waits_is_listed_with_its_reason_and_an_empty_queue_says_so(clinic: Workspace) -> None:  # noqa: F811
    browser = let_in(clinic)
    assert "Nothing waits for you" in browser.get("/filing").text
    odd = waiting(clinic)
    drop(clinic, "damaged.pdf", b"%PDF-1.4\nnothing\n%%EOF")
    drop(clinic, "fine.txt", NOTE.format(DANA))
    file_all(clinic, trouble=lambda _: None)
    page = browser.get("/filing").text
    assert f'<a href="/filing/{odd.id}">odd.txt</a>' in page
    assert "no case fits" in page and "the ledger follows" not in page
    assert page.index("In quarantine") < page.index("damaged.pdf") < page.index("Filed lately") < page.index("fine.txt")


def test_a_file_is_shown_with_its_pages_and_filed_where_a_person_says(clinic: Workspace) -> None:  # noqa: F811
    odd = waiting(clinic)
    browser = let_in(clinic)
    assert "No case has a name or number" in browser.get(f"/filing/{odd.id}").text
    assert browser.get(f"/filing/{odd.id}/page-1.png").content.startswith(b"\x89PNG")
    for page in ("page-2.png", "page-0.png", "page-1.pdf", "../odd.txt"):
        assert browser.get(f"/filing/{odd.id}/{page}").status_code == 404
    answer = post(browser, odd, "file", case=key(clinic, "2026-0142"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/filing")
    assert (clinic.cases / "2026-0142" / "filed" / "odd.txt").is_file()
    assert browser.get(f"/filing/{odd.id}").status_code == 404
    audit = (clinic.folder / AUDIT).read_text()
    assert f'"what": "file {odd.id} into case 2026-0142"' in audit
    assert "odd.txt" not in audit


def test_a_case_that_differs_wants_to_be_compared_first(clinic: Workspace) -> None:  # noqa: F811
    mixed = waiting(clinic, "mixed.txt", BIRTH_OF_COLIN)
    browser = let_in(clinic)
    answer = post(browser, mixed, "file", case=key(clinic, "2026-0142"))
    assert answer.status_code == 422
    assert "differ in birth date" in answer.text
    assert post(browser, mixed, "file", case=key(clinic, "2026-0142"), sure="yes").status_code == 303
    assert find(clinic, "id = ?", mixed.id)[0].case_id == "2026-0142"


def test_a_new_case_and_quarantine(clinic: Workspace) -> None:  # noqa: F811
    odd, ad = waiting(clinic), waiting(clinic, "ad.txt", NOTE.format("An offer"))
    browser = let_in(clinic)
    for wrong in ({"payer": "none"}, {"born": "03/17/84"}, {"patient": "Nadia"}):
        form = {"patient": "Nadia Okafor", "born": "1991-05-06", "payer": "uhc-community", **wrong}
        answer = post(browser, odd, "new", **form)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
    form = {"patient": "Nadia Okafor", "born": "1991-05-06", "payer": "uhc-community"}
    assert post(browser, odd, "new", **form).status_code == 303
    assert (clinic.cases / f"draft-{odd.id:04}" / "filed" / "odd.txt").is_file()
    assert f"draft-{odd.id:04}" in browser.get("/").text
    assert post(browser, ad, "aside").status_code == 422
    assert post(browser, ad, "aside", why="an advertisement").status_code == 303
    assert "an advertisement" in browser.get("/filing").text


def test_no_path_comes_from_a_form(clinic: Workspace) -> None:  # noqa: F811
    odd = waiting(clinic)
    browser = let_in(clinic)
    for case in ("../../etc", "2026-0142", "/etc", "cases/2026-0142", ""):
        assert post(browser, odd, "file", case=case).status_code == 422
    assert find(clinic, "id = ?", odd.id)[0].went == "needs filing"
    assert browser.get("/filing/999999").status_code == 404


def test_a_role_is_needed_to_file_and_the_user_stands_beside_what_was_set_aside(clinic: Workspace) -> None:  # noqa: F811
    odd = waiting(clinic)
    browser = logged_in(clinic, hire(clinic), "paul")
    assert browser.post(f"/filing/{odd.id}/unheard-of", data={}).status_code == 403
    assert post(browser, odd, "aside", why="not ours").status_code == 303
    assert "Set aside by Paul Reed: not ours" in (clinic.quarantine / "odd.txt.why.txt").read_text()


@pytest.mark.slow
def test_a_fax_is_cut_as_proposed_or_where_a_person_says(clinic: Workspace, tmp_path: Path) -> None:  # noqa: F811
    weak = NOTE.format("Patient: Colin Marsh")
    fax = waiting(clinic, "fax.pdf", pages_pdf(tmp_path / "fax.pdf", NOTE.format(DANA), NOTE.format(DANA) + "x", weak))
    browser = let_in(clinic)
    page = browser.get(f"/filing/{fax.id}").text
    assert "pages 1 to 2: one patient" in page and 'name="starts" inputmode="numeric" required value="3"' in page
    for wrong in ("", "9", "1", "two", "3-4"):
        assert post(browser, fax, "cut", starts=wrong).status_code == 422
    assert post(browser, fax, "cut", starts="3").status_code == 303
    parts = find(clinic, "part_of = ?", fax.id)
    assert [(part.went, part.case_id) for part in parts] == [("filed", "2026-0142"), ("needs filing", "")]


@pytest.mark.parametrize(("text", "fits"), [("3", True), ("3, 6", True), ("3 6;7", True), ("3-6", False), ("a", False)])
def test_pages_are_numbers_with_commas(text: str, fits: bool) -> None:
    assert bool(STARTS.fullmatch(text)) == fits


def test_the_inbox_is_watched_inside_the_server_and_what_comes_is_in_the_list(clinic: Workspace) -> None:  # noqa: F811
    watching = Watching(clinic)
    browser = let_in(clinic, watching)
    drop(clinic, "odd.txt", NOTE.format("Patient: D. W."))
    for _ in range(400):
        if find(clinic, "state = 'done'"):
            break
        time.sleep(0.05)
    page = browser.get("/filing").text
    assert "The inbox is watched" in page and "odd.txt" in page
    second = Watching(clinic)
    for _ in range(100):
        if second.ended:
            break
        time.sleep(0.05)
    assert "another packetgen is at work" in let_in(clinic, second).get("/filing").text
    assert (clinic.folder / WATCHING).exists()
