"""The review page of a workspace in a real browser: log-in, list, follow-up, filing, two cases at once, log-out."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from packetgen.chart.decisions import read_log
from packetgen.limits import IDLE_SECONDS
from packetgen.resources import SAMPLES
from packetgen.review.desk import OpenCases, make_desk
from packetgen.tracking.events import Event, log_event, standing
from packetgen.workspace import Workspace, make_workspace
from tests.intake.conftest import drop, file_all, no_build
from tests.intake.test_file import NOTE, pages_pdf
from tests.review.places import PASSWORD, case_folder, hire, running
from tests.review.test_browser import SLOW, browser, kept  # noqa: F401 - fixture
from tests.review.test_desk import built

pytestmark = pytest.mark.slow
expect.set_options(timeout=SLOW)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = make_workspace(tmp_path / "clinic")
    for sample in ("chronic-migraine-uhc", "cervical-dystonia"):
        shutil.copytree(SAMPLES / sample, made.cases / sample, ignore=shutil.ignore_patterns("packet"))
    return made


@pytest.fixture
def address(workspace: Workspace) -> Iterator[str]:
    with running(make_desk(OpenCases(workspace, no_build), hire(workspace))) as port:
        yield f"http://127.0.0.1:{port}"


def logged_in(browser: Browser, address: str, login: str, width: int = 1280) -> Page:  # noqa: F811
    page = browser.new_page(viewport={"width": width, "height": 860})
    page.set_default_timeout(SLOW)
    page.goto(address)
    page.get_by_label("Login").fill(login)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Cases")).to_be_visible()
    return page


def serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found if one["impact"] in ("serious", "critical")]


def test_from_log_in_to_log_out_by_keyboard(browser: Browser, address: str, workspace: Workspace) -> None:  # noqa: F811
    page = browser.new_page(viewport={"width": 1280, "height": 640})
    page.goto(address)
    assert serious(page) == []
    kept(page, "review-login.png")
    page = logged_in(browser, address, "paul")
    assert serious(page) == []
    page.get_by_label("Find").press_sequentially("walter dystonia")
    expect(page.locator("#count")).to_have_text("1 of 2 cases")
    expect(page.get_by_role("link", name="2026-0142", exact=True)).to_be_hidden()
    page.get_by_label("Find").fill("nobody")
    expect(page.get_by_text("No case fits")).to_be_visible()
    page.get_by_label("Find").fill("")
    page.get_by_label("State").select_option("needs review")
    page.get_by_label("Follow-up of 2026-0142").press("Enter")

    assert serious(page) == []
    expect(page.get_by_label("Minutes on the phone")).to_be_hidden()
    page.get_by_role("combobox", name="What").select_option("Request sent")
    page.get_by_label("How it was sent").select_option("fax")
    page.get_by_label("The plan's number").fill("4471")
    page.get_by_role("button", name="Log it").press("Enter")
    expect(page.get_by_text("reference 4471")).to_be_visible()
    (event,) = standing(workspace)["2026-0142"]
    assert (event.kind, event.channel, event.reference) == ("sent", "fax", "4471")
    page.get_by_role("link", name="Due", exact=True).press("Enter")
    expect(page.get_by_text("Dana Whitfield").first).to_be_visible()
    assert serious(page) == []
    page.get_by_role("link", name="Cases", exact=True).press("Enter")
    expect(page.locator("tr", has_text="2026-0142").locator(".badge")).to_have_text("sent")
    page.get_by_role("button", name="Log out").press("Enter")
    expect(page.get_by_label("Password")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Password")).to_be_visible()
    assert "Dana" not in page.content()


def test_two_people_with_two_cases_open_do_not_get_into_each_others_way(
    browser: Browser,  # noqa: F811
    address: str,
    workspace: Workspace,
) -> None:
    one, two = logged_in(browser, address, "lena"), logged_in(browser, address, "rita", 1024)
    one.get_by_role("link", name="2026-0142", exact=True).click()
    two.get_by_role("link", name="2026-0180", exact=True).click()
    for page, name in ((one, "Dana Whitfield"), (two, "Walter Brandt")):
        expect(page.locator("h1")).to_contain_text(name)
        page.locator(".fact .acts > form button").first.click()
        expect(page.locator(".fact.decided")).to_have_count(1)
    for case_id, by in (("2026-0142", "Lena Ortiz, MD"), ("2026-0180", "Rita Kahn, RN")):
        assert [entry["by"] for entry in read_log(case_folder(workspace, case_id))] == [by]
    one.reload()
    expect(one.locator("h1")).to_contain_text("Dana Whitfield")


def test_a_fax_is_cut_and_filed_with_its_pages_beside(
    browser: Browser,  # noqa: F811
    address: str,
    workspace: Workspace,
    tmp_path: Path,
) -> None:
    dana = NOTE.format("Patient: Dana Whitfield   DOB: 03/17/1984   MRN: 00418827")
    weak = NOTE.format("Patient: Walter Brandt")
    drop(workspace, "fax.pdf", pages_pdf(tmp_path / "fax.pdf", dana, weak))
    file_all(workspace)
    page = logged_in(browser, address, "paul", 820)
    page.get_by_role("link", name="To file").click()
    assert serious(page) == []
    page.get_by_role("link", name="fax.pdf").click()
    expect(page.get_by_role("img", name="Page 1")).to_be_visible()
    page.wait_for_function("document.images[0].naturalWidth > 500")
    assert serious(page) == []
    page.get_by_role("button", name="Cut it here").click()
    expect(page.get_by_text("fax, page 1.pdf →")).to_be_visible()
    page.get_by_role("link", name="fax, page 2.pdf").click()
    page.get_by_label("File in case 2026-0180").click()
    expect(page.get_by_text("Nothing waits for you")).to_be_visible()
    assert len(list((case_folder(workspace, "2026-0180") / "filed").iterdir())) == 1


@pytest.mark.parametrize("width", [1280, 820])
def test_the_list_and_what_is_due_fit_a_screen_and_a_tablet(
    browser: Browser,  # noqa: F811
    address: str,
    workspace: Workspace,
    width: int,
) -> None:
    for sample in ("chronic-migraine-aetna", "axillary-hyperhidrosis", "overactive-bladder", "upper-limb-spasticity"):
        shutil.copytree(SAMPLES / sample, workspace.cases / sample, ignore=shutil.ignore_patterns("packet"))
    built(workspace, "2026-0142", required=0, doubts=0, signed_by="Lena Ortiz, MD", exit_code=0)
    built(workspace, "2026-0157", required=2, doubts=0, signed_by=None, exit_code=3)
    built(workspace, "2026-0180", required=0, doubts=0, signed_by=None, exit_code=3)
    for case_id, kind, more in (
        ("2026-0184", "sent", {"channel": "fax"}),
        ("2026-0190", "denied", {"due": date(2027, 1, 12)}),
        ("2026-0195", "approved", {"units": 100, "units_for": "each", "ends_on": date(2027, 10, 8)}),
    ):
        log_event(workspace, Event(case_id, kind, date(2026, 11, 10), **more))  # type: ignore[arg-type]
    page = logged_in(browser, address, "rita", width)
    assert len({*page.locator(".badge").all_inner_texts()}) == 6
    kept(page, "review-cases.png" if width == 1280 else "review-cases-tablet.png")
    for path in ("/", "/due", "/filing", "/report"):
        page.goto(f"{address}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_screen_that_nobody_uses_shows_no_patient(browser: Browser, address: str) -> None:  # noqa: F811
    page = browser.new_page()
    page.clock.install()
    page.goto(address)
    page.get_by_label("Login").fill("paul")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("Dana Whitfield")).to_be_visible()
    page.clock.run_for((IDLE_SECONDS - 30) * 1000)
    expect(page.get_by_text("Dana Whitfield")).to_be_visible()
    page.clock.run_for(60_000)
    expect(page.get_by_label("Password")).to_be_visible()
    page.goto(address)
    expect(page.get_by_label("Password")).to_be_visible()
