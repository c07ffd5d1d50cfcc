"""What a clinician waits for on the review page: `python -m benchmarks.reviewing [--pages 400]`.

A server of its own, a chart that nobody has read yet, and the requests of a browser one after another.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

from benchmarks.building import VISIT_PAGES, make_case

PAGES = 400
LOOK_AGAIN = 0.05
FACT, DOSES = "therapy:topiramate:preventive", ("75", "100", "75")
PATIENCE = 300.0


class Browser:
    """One that keeps its cookie and says that it navigates."""

    def __init__(self, address: str) -> None:
        self.base = address.partition("/open")[0]
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))
        self.get(address.removeprefix(self.base))

    def get(self, path: str, *, navigates: bool = True) -> str:
        """The text of an answer."""
        return self.bytes(path, {"Sec-Fetch-Mode": "navigate"} if navigates else {}).decode("utf-8", "replace")

    def bytes(self, path: str, headers: dict[str, str], form: dict[str, str] | None = None) -> bytes:
        """An answer."""
        told = urlencode(form).encode() if form else None
        request = Request(self.base + path, told, headers)  # noqa: S310 - of our own server
        with self._opener.open(request, timeout=PATIENCE) as answer:
            return bytes(answer.read())

    def has_picture(self, path: str) -> bool:
        """Whether a page can be looked at already."""
        try:
            return self.bytes(path, {}).startswith(b"\x89PNG")
        except HTTPError:
            return False

    def correct(self, dose: str) -> None:
        """Correct the dose of a trial, as the form on the page does."""
        page = self.get("/", navigates=False)
        told = {name: re.search(rf'name="{name}" value="([^"]+)"', page)[1] for name in ("csrf", "expected")}
        told |= {
            "fact": FACT,
            "event": "correct",
            "field.dose": dose,
            "why": "The scan says so.",
            "name": "A. Clinician",
        }
        self.bytes("/decide", {"Origin": self.base}, told)


@contextmanager
def serving(case: Path, cache: Path) -> Iterator[str]:
    """The review page of a case; the address that it prints."""
    command = [sys.executable, "-m", "packetgen", "review", str(case), "--no-browser"]
    environment = {**os.environ, "PACKETGEN_CACHE": str(cache), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        try:
            assert server.stdout is not None
            yield next(line.split()[1] for line in server.stdout if line.startswith("Review: "))
        finally:
            server.terminate()


def until(done: Callable[[], bool]) -> None:
    """Ask again and again."""
    while not done():
        time.sleep(LOOK_AGAIN)


def main(pages: int = PAGES) -> dict[str, float]:
    """Print the table; the seconds of each row by its name."""
    took: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        case = make_case(Path(name) / "case", pages - VISIT_PAGES, 0)
        with serving(case, Path(name) / "cache") as address:
            start = time.perf_counter()

            def note(what: str, since: float) -> None:
                took[what] = time.perf_counter() - since
                print(f"| {what} | {took[what]:.2f} |", flush=True)

            print(f"A chart of {pages} pages that nobody has read yet\n\n| | seconds |\n|---|---|")
            browser = Browser(address)
            browser.get("/")
            note("first page", start)
            until(lambda: browser.has_picture("/opened/B-200.png"))
            note("page 200 of the second document can be looked at", start)
            until(lambda: json.loads(browser.get("/reading.json"))["read"])
            browser.get("/")
            note("criteria and facts", start)
            browser.get("/state.json", navigates=False)
            note("packet", start)
            for dose in DOSES:
                start = time.perf_counter()
                browser.correct(dose)
                assert f'name="field.dose" value="{dose}"' in browser.get("/", navigates=False)
                note("correction: criteria and facts", start)
                browser.get("/letter", navigates=False)
                note("correction: letter", start)
                browser.get("/state.json", navigates=False)
                note("correction: packet", start)
            start = time.perf_counter()
            assert browser.has_picture("/pages/A-3.png")
            note("picture of a page", start)
    return took


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=PAGES)
    main(parser.parse_args().pages)
