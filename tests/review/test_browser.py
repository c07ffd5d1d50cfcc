"""A clinician's visit in a real browser: correct, reject, see the verdict turn, sign, and see a change void it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from packetgen.chart.decisions import read_log
from packetgen.review.live import Review
from tests.review.test_review import review, served, sessions  # noqa: F401 - fixtures

pytestmark = pytest.mark.slow
SLOW = 60_000  # ms: a packet is built in between


@pytest.fixture
def browser() -> Iterator[Browser]:
    found = next(path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


def opened(browser: Browser, address: str, width: int = 1280) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.set_default_timeout(SLOW)
    page.goto(address)
    page.get_by_label("My name", exact=True).fill("Lena Ortiz, MD")
    return page


def fact(page: Page, name: str):
    return page.locator(f'.fact[data-fact="{name}"]')


def test_correct_reject_sign_and_void(browser: Browser, served: str, review: Review) -> None:  # noqa: F811
    page = opened(browser, served)
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    expect(page.locator("#state")).to_have_text("Draft: not signed", timeout=SLOW)
    expect(page.locator(".criterion.met")).to_have_count(9)

    topiramate = fact(page, "therapy:topiramate:preventive")
    topiramate.get_by_text("Correct").first.click()
    topiramate.get_by_label("dose").fill("75")
    topiramate.locator(".correct [name=why]").fill("The scan reads 75 mg.")
    topiramate.locator(".correct button").click()
    expect(topiramate).to_contain_text("dose: 75", timeout=3000)
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
    page.get_by_role("button", name="Sign").click()
    expect(page.locator("#state")).to_have_text("Signed by Lena Ortiz, MD", timeout=SLOW)
    note = next((review.folder / "notes").iterdir())
    note.write_bytes(note.read_bytes() + b"\n")
    page.reload()
    expect(page.locator("#signing .void")).to_be_visible(timeout=SLOW)
    assert [entry["event"] for entry in read_log(review.folder)] == [
        "correct",
        "reject",
        "reject",
        "undo",
        "undo",
        "signed",
    ]
    assert told == []


def test_two_people_at_once_are_told_and_lose_nothing(browser: Browser, served: str, review: Review) -> None:  # noqa: F811
    first, second = opened(browser, served), opened(browser, served, 1024)
    for page in (first, second):
        fact(page, "therapy:topiramate:preventive").locator(".acts > form button").click()
    expect(second.locator("#told")).to_contain_text("Someone else decided something", timeout=SLOW)
    assert len(read_log(review.folder)) == 1


def test_words_on_a_page_become_a_fact(browser: Browser, served: str, review: Review) -> None:  # noqa: F811
    page = opened(browser, served)
    page.locator(".fact a[data-page]").first.click()
    shown = page.locator("#where").inner_text().removeprefix("Ex. ")
    page.get_by_role("button", name="Add a fact").click()
    page.locator(".word").nth(3).click()
    page.locator(".word").nth(5).click()
    quote = page.locator("#quote").inner_text()
    assert len(quote.split()) == 3
    form = page.locator("#add")
    form.get_by_label("drug").fill("verapamil")
    form.get_by_label("status").select_option("ineffective")
    form.get_by_role("button", name="Add").click()
    expect(fact(page, "therapy:verapamil:preventive")).to_contain_text(quote, timeout=3000)
    (entry,) = read_log(review.folder)
    assert (entry["place"]["quote"], entry["place"]["page"]) == (quote, int(shown.partition("-")[2]))
