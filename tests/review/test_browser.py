"""A clinician's visit in a real browser: correct, reject, see the verdict turn, sign, and see a change void it."""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from benchmarks.building import make_case
from packetgen import judging
from packetgen.chart.decisions import read_log
from packetgen.resources import SAMPLES
from packetgen.review.case_views import TABS
from packetgen.review.guard import Sessions
from packetgen.review.live import Review
from tests.patience import until
from tests.review.test_review import review, served, serving, sessions  # noqa: F401 - fixtures

pytestmark = pytest.mark.slow
SLOW = 60_000  # ms: a packet is built in between


@pytest.fixture
def browser() -> Iterator[Browser]:
    found = next(path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


def opened(browser: Browser | BrowserContext, address: str, width: int = 1280) -> Page:
    page = browser.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.set_default_timeout(SLOW)
    page.goto(address)
    page.get_by_label("My name", exact=True).fill("Lena Ortiz, MD")
    return page


def kept(page: Page, name: str) -> None:
    """Keep a screenshot where the documentation has it: UPDATE_SCREENSHOTS=1."""
    if os.environ.get("UPDATE_SCREENSHOTS"):
        page.screenshot(path=Path(__file__).parents[2] / "docs" / name)


def fact(page: Page, name: str):
    return page.locator(f'.fact[data-fact="{name}"]')


def test_correct_reject_sign_and_void(browser: Browser, served: str, review: Review) -> None:  # noqa: F811
    page = opened(browser, served)
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    expect(page.locator("#state")).to_have_text("Draft: not signed", timeout=SLOW)
    expect(page.locator(".criterion.met")).to_have_count(9)
    page.locator("#rows").evaluate("heading => heading.scrollIntoView()")
    kept(page, "review-facts.png")

    topiramate = fact(page, "therapy:topiramate:preventive")
    topiramate.get_by_text("Correct").first.click()
    topiramate.get_by_label("dose").fill("75")
    topiramate.locator(".correct [name=why]").fill("The scan reads 75 mg.")
    topiramate.locator(".correct button").click()
    expect(topiramate).to_contain_text("75 mg", timeout=3000)
    expect(topiramate).to_contain_text("Decided by Lena Ortiz, MD")

    for drug in ("amitriptyline", "propranolol"):
        trial = fact(page, f"therapy:{drug}:preventive")
        trial.get_by_text("Reject").first.click()
        trial.locator(".reject [name=why]").fill("Not this patient's.")
        trial.locator(".reject button").click()
        expect(trial).to_have_count(0, timeout=3000)
    expect(page.locator(".criterion.met")).not_to_have_count(9, timeout=3000)
    for _ in range(2):
        before = page.locator(".decision").count()
        page.locator("h1").click()
        page.keyboard.press("u")
        expect(page.locator(".decision")).to_have_count(before - 1, timeout=3000)
    expect(page.locator(".criterion.met")).to_have_count(9)

    expect(page.locator("#state")).to_have_text(re.compile("Draft: .*not signed"), timeout=SLOW)
    page.get_by_role("link", name="Sign-off").click()
    page.get_by_label("Credential").fill("MD")
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.locator("#state")).to_have_text("Signed by Lena Ortiz, MD", timeout=SLOW)
    expect(page.locator("#signing")).to_contain_text("Signed by Lena Ortiz, MD, NPI 1234567893")
    note = next((review.folder / "notes").iterdir())
    note.write_bytes(note.read_bytes() + b"\n")
    page.reload()
    expect(page.locator("#signing .void")).to_be_visible(timeout=SLOW)
    expect(page.locator("#state")).to_contain_text("Sign-off void")
    assert [entry["event"] for entry in read_log(review.folder)] == [
        "correct",
        "reject",
        "reject",
        "undo",
        "undo",
        "signed",
    ]
    assert told == []


def test_two_people_at_once_are_told_of_each_other_and_lose_nothing(
    browser: Browser,
    served: str,  # noqa: F811
    review: Review,  # noqa: F811
) -> None:
    first, second = opened(browser, served), opened(browser.new_context(), served, 1024)
    second.get_by_label("My name", exact=True).fill("Ada Byron, NP")
    for page in (first, second):
        fact(page, "therapy:topiramate:preventive").locator(".acts > form button").click()
    expect(second.locator("#told")).to_contain_text("Someone else decided something", timeout=SLOW)
    assert len(read_log(review.folder)) == 1
    expect(second.locator("#others")).to_contain_text("Also here: Lena Ortiz, MD", timeout=SLOW)
    second.get_by_role("button", name="Show it").click()
    expect(fact(second, "therapy:topiramate:preventive")).to_contain_text("Decided by Lena Ortiz, MD")
    fact(second, "therapy:propranolol:preventive").locator(".acts > form button").click()
    expect(fact(second, "therapy:propranolol:preventive")).to_contain_text("Decided by Ada Byron, NP")
    assert [entry["by"] for entry in read_log(review.folder)] == ["Lena Ortiz, MD", "Ada Byron, NP"]


def test_one_person_who_decides_quickly_is_not_told_of_another(
    browser: Browser,
    served: str,  # noqa: F811
    review: Review,  # noqa: F811
) -> None:
    page = opened(browser, served)
    page.locator(".fact").first.wait_for()
    click = "facts => [...facts.querySelectorAll('.acts > form button')].slice(0, 3).forEach(button => button.click())"
    page.locator("#facts").evaluate(click)
    expect(page.locator(".fact.decided")).to_have_count(3, timeout=SLOW)
    assert [entry["event"] for entry in read_log(review.folder)] == ["confirm"] * 3
    expect(page.locator("#told")).to_be_empty()
    page.wait_for_timeout(5500)  # it looks around every five seconds
    expect(page.locator("#others")).to_be_empty()


def test_words_on_a_page_become_evidence_when_they_hold_what_is_claimed(
    browser: Browser,
    served: str,  # noqa: F811
    review: Review,  # noqa: F811
) -> None:
    page = opened(browser, served)
    trial = fact(page, "therapy:topiramate:preventive")
    trial.locator("a[data-page]").first.click()
    shown = page.locator("#where").inner_text().removeprefix("Ex. ")
    page.locator("#sheet").hover()
    at = next(i for i, word in enumerate(words_of_page(page, shown)) if word.startswith("Topiramate"))
    page.locator(".word").nth(at).click()
    page.locator(".word").nth(at + 2).click()
    form = page.locator("#add")
    assert page.locator("#quote").inner_text() == "Topiramate 100 mg"
    form.get_by_label("drug").fill("verapamil")
    form.get_by_role("button", name="Add").click()
    expect(page.locator("#told")).to_contain_text("do not say the drug")
    form.get_by_label("They show").select_option("fact:therapy:topiramate:preventive")
    form.get_by_role("button", name="Add").click()
    expect(page.locator(".decision")).to_contain_text("“Topiramate 100 mg”", timeout=SLOW)
    (entry,) = read_log(review.folder)
    assert (entry["place"]["quote"], entry["place"]["page"]) == ("Topiramate 100 mg", int(shown.partition("-")[2]))
    assert (entry["after"]["drug"], entry["after"]["dose"]) == ("topiramate", 100)
    assert "start" not in entry["after"]  # the words do not hold it


def words_of_page(page: Page, name: str) -> list[str]:
    return [word[4] for word in page.request.get(f"{page.url}pages/{name}.json").json()]


def test_words_marked_for_a_criterion_turn_it(browser: Browser, tmp_path: Path) -> None:
    shutil.copytree(SAMPLES / "chronic-migraine-aetna", tmp_path / "case", ignore=shutil.ignore_patterns("packet"))
    review = Review(tmp_path / "case" / "case.yaml")  # noqa: F811
    sessions = Sessions()  # noqa: F811
    with serving(review, sessions) as address:
        page = opened(browser, address)
        missing = page.locator(".criterion.missing").first
        criterion = missing.get_attribute("data-id")
        missing.get_by_role("button", name="Mark evidence").click()
        page.get_by_label("Words on the page").fill("migraine")
        expect(page.locator("#quote")).to_contain_text(re.compile("migraine", re.IGNORECASE))
        page.locator("#add").get_by_role("button", name="Add").click()
        expect(page.locator(f'.criterion.check[data-id="{criterion}"]')).to_be_visible(timeout=SLOW)
        page.goto(f"{address.partition('/open')[0]}/signing")
        expect(page.get_by_label("Goes out without it because").first).to_be_visible(timeout=SLOW)
        until(lambda: page.locator("#picture").evaluate("picture => picture.naturalWidth") > 500)
        kept(page, "review-signing.png")


def test_an_unsupported_sentence_is_marked_blocks_the_packet_and_is_undone(
    browser: Browser,
    served: str,  # noqa: F811
    review: Review,  # noqa: F811
) -> None:
    page = opened(browser, served)
    page.get_by_role("link", name="Letter", exact=True).click()
    severity = page.locator(".paragraph", has_text="The patient has headache on")
    severity.get_by_role("link", name="Ex. A").first.click()
    expect(page.locator("#marks rect").first).to_be_visible()
    severity.get_by_text("Edit", exact=True).click()
    text = severity.locator("textarea").input_value()
    severity.locator("textarea").fill(text.replace("22 days", "26 days"))
    severity.get_by_role("button", name="Save").click()
    expect(page.locator("mark.unsupported")).to_contain_text("26 days", timeout=SLOW)
    expect(page.locator(".missing").first).to_contain_text("26")
    page.locator("mark.unsupported").scroll_into_view_if_needed()
    kept(page, "review-letter.png")
    expect(page.locator("#state")).to_have_text("No packet", timeout=SLOW)
    page.get_by_role("link", name="Sign-off").click()
    expect(page.locator("#signing")).to_contain_text("26 days")
    expect(page.get_by_role("button", name="Sign", exact=True)).to_have_count(0)
    page.get_by_role("link", name="Letter", exact=True).click()
    page.locator(".undo button").click()
    expect(page.locator("mark.unsupported")).to_have_count(0, timeout=SLOW)
    expect(page.locator("#state")).to_have_text("Draft: not signed", timeout=SLOW)


def test_a_page_is_left_out_with_a_reason_and_comes_back(browser: Browser, served: str, review: Review) -> None:  # noqa: F811
    page = opened(browser, served)
    page.get_by_role("link", name="Exhibits").click()
    row = page.locator(".exhibit").nth(1).locator("tbody tr").first
    row.get_by_text("Leave out").first.click()
    row.get_by_label("Why").fill("A copy of the visit note.")
    row.get_by_role("button", name="Leave out").click()
    expect(page.locator("tr.out")).to_contain_text("A copy of the visit note.", timeout=SLOW)
    expect(page.locator("#state")).to_contain_text("Draft", timeout=SLOW)
    page.set_viewport_size({"width": 820, "height": 1100})
    kept(page, "review-exhibits-tablet.png")
    (left,) = [item for item in review.build().choice.left_out if item.why == "A copy of the visit note."]
    assert len(left.pages) == 1
    page.locator(".undo button").click()
    expect(page.locator("tr.out")).to_have_count(0, timeout=SLOW)


def test_no_screen_has_a_serious_fault_for_who_cannot_see_or_point(browser: Browser, served: str) -> None:  # noqa: F811
    page = opened(browser, served)
    faults: list[str] = []
    for width in (1280, 820):
        page.set_viewport_size({"width": width, "height": 900})
        for name in (*TABS, "signing"):
            page.goto(f"{served.partition('/open')[0]}/{name}")
            expect(page.locator("#waiting")).to_have_count(0, timeout=SLOW)
            if (width, name) == (1280, "glance"):
                kept(page, "review-glance.png")
            for part in page.locator("#facts details, #mark").all()[:40]:
                part.evaluate("part => part.tagName === 'DETAILS' ? part.open = true : part.click()")
            found = Axe().run(page).response["violations"]
            faults += [
                f"{width} {name}: {v['id']} {v['nodes'][0]['target']} {v['nodes'][0].get('failureSummary')}"
                for v in found
                if v["impact"] in ("serious", "critical")
            ]
    assert not faults, "\n".join(faults)


def test_a_page_that_looks_protected_is_released_with_a_reason_by_keyboard_alone(
    browser: Browser, tmp_path: Path
) -> None:
    shutil.copytree(SAMPLES / "appeal-step-therapy", tmp_path / "case", ignore=shutil.ignore_patterns("packet"))
    note = tmp_path / "case" / "visit.txt"
    note.write_text(note.read_text() + "\nShe attends a methadone clinic.\n")
    review = Review(tmp_path / "case" / "case.yaml")  # noqa: F811
    with serving(review, Sessions()) as address:
        page = opened(browser, address)
        page.goto(f"{address.partition('/open')[0]}/exhibits")
        held = page.locator("tr.held").first
        expect(held).to_contain_text("looks protected", timeout=SLOW)
        page.goto(f"{address.partition('/open')[0]}/signing")
        expect(page.locator("#signing")).to_contain_text("cannot be signed", timeout=SLOW)
        page.goto(f"{address.partition('/open')[0]}/exhibits")
        expect(held).to_be_visible(timeout=SLOW)
        held.locator("summary", has_text="Release").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.type("Written consent of 10/02/2026.")
        page.keyboard.press("Enter")
        expect(page.locator("tr.held")).to_have_count(0, timeout=SLOW)
        expect(page.locator(".decision")).to_contain_text("Written consent of 10/02/2026.")
        page.goto(f"{address.partition('/open')[0]}/signing")
        expect(page.locator("#signing")).not_to_contain_text("cannot be signed", timeout=SLOW)
    (entry,) = read_log(review.folder)
    assert (entry["event"], entry["by"], entry["why"]) == (
        "release",
        "Lena Ortiz, MD",
        "Written consent of 10/02/2026.",
    )


def test_the_pages_are_turned_while_the_chart_is_read_and_the_case_follows_by_itself(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACKETGEN_CACHE", str(tmp_path / "cache"))
    looked, search = threading.Event(), judging.extract

    def search_later(*told: object) -> object:
        looked.wait(SLOW / 1000)
        return search(*told)

    monkeypatch.setattr(judging, "extract", search_later)
    review = Review(make_case(tmp_path / "case", 2, 3))  # noqa: F811
    with serving(review, Sessions()) as address:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(SLOW)
        page.goto(address)
        expect(page.locator("#documents li")).to_have_count(3, timeout=SLOW)
        page.get_by_role("link", name="fax.tif").press("Enter")
        page.keyboard.press("ArrowRight")
        expect(page.locator("#where")).to_have_text("fax.tif, page 2 of 3")
        until(lambda: page.locator("#picture").evaluate("picture => picture.naturalWidth") > 500)
        expect(page.locator("#reading")).to_have_text(re.compile("page", re.IGNORECASE))
        found = [v for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")]
        assert not found
        kept(page, "review-reading.png")
        looked.set()
        expect(page.get_by_role("heading", name="Criteria")).to_be_visible(timeout=SLOW)
