"""While a chart is read: its pages can be looked at, and how far reading is stands on the page."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from benchmarks.building import make_case
from packetgen.files import AUDIT
from packetgen.review.guard import Sessions
from packetgen.review.live import Review, render_unread
from tests.review.test_review import client_of

pytestmark = pytest.mark.slow
NAVIGATES = {"sec-fetch-mode": "navigate"}
SECONDS = 60.0


def test_pages_can_be_looked_at_before_they_are_read_and_the_stage_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACKETGEN_CACHE", str(tmp_path / "cache"))
    review = Review(make_case(tmp_path / "case", 2, 2))
    client = client_of(review, Sessions())
    waiting = client.get("/", headers=NAVIGATES).text
    assert "The chart is being read" in waiting
    assert "Dana Whitfield" in waiting
    told, looked = [], False
    until = time.monotonic() + SECONDS
    while not (answer := client.get("/reading.json").json())["read"] and time.monotonic() < until:
        if len(answer["documents"]) == 3 and not looked:  # before OCR has read anything
            looked = True
            picture = client.get("/opened/C-2.png")
            assert picture.content.startswith(b"\x89PNG")
            assert (client.get("/opened/C-3.png").status_code, client.get("/opened/D-1.png").status_code) == (404, 404)
            assert not client.get("/reading.json").json()["read"]
        told += [answer["done"]] if answer["documents"] else []
        time.sleep(0.02)
    assert [(one["label"], one["path"], one["pages"]) for one in answer["documents"]] == [
        ("A", "visit.pdf", 4),
        ("B", "chart.pdf", 2),
        ("C", "fax.tif", 2),
    ]
    assert ["pages", 8, 8] in told  # for as long as the first scan takes
    assert answer["done"][0] in ("scans", "facts")  # the search for facts may be over between two looks
    assert "Criteria" in client.get("/", headers=NAVIGATES).text
    audit = (review.folder / AUDIT).read_text()
    assert "GET /opened/C-2.png" in audit
    assert "reading.json" not in audit


def test_a_page_that_breaks_its_reader_breaks_no_server(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7\nno page at all")
    assert render_unread(broken, 1) == b""
