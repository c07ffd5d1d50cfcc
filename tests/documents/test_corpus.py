"""80 pages of known text through the damage of scanners and faxes."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest

from benchmarks.corpus import DAMAGE, TEXTS, error_rate, text_of, truth_of, write_page
from packetgen.documents.cache import PageCache
from packetgen.documents.model import Box, Document, ToRead
from packetgen.documents.read import read_documents
from packetgen.extraction.extract import extract

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("kind", DAMAGE)
def test_damaged_pages_are_read(kind: str, tmp_path: Path) -> None:
    files = [write_page(tmp_path, number, kind) for number in range(len(TEXTS))]
    work = tmp_path / "work"
    documents, problems = read_documents([ToRead(f.name, f) for f in files], work, PageCache(tmp_path / "cache"))
    rates = [error_rate(text_of(d.page(1)), truth_of(n)) for n, d in enumerate(documents)]
    assert sum(rates) / len(rates) <= DAMAGE[kind][2], rates
    assert max(rates) <= 3 * DAMAGE[kind][2], rates
    assert {d.page(1).source for d in documents} == {"ocr"}
    if kind.startswith("turned"):
        assert {(d.page(1).width, d.page(1).height) for d in documents} == {(612, 792)}
        assert {d.page(1).rotation for d in documents} == {int(kind.split()[1])}
    if kind == "100 dpi":
        assert [p.code for p in problems].count("page_coarse") == len(TEXTS)


def shares_of_ink(document: Document) -> list[float]:
    """For each word of the first page, intersection over union of its box and the ink around it on the exhibit."""
    scale, room = 3, 2.0
    page = pypdfium2.PdfDocument(document.exhibit)[0]
    ink = page.render(scale=scale, grayscale=True).to_pil().point(lambda level: 255 if level < 128 else 0)
    shares = []
    for word in document.page(1).words:
        box = word.box
        left, top = (box.x0 - room) * scale, (box.top - room) * scale
        around = ink.crop((left, top, (box.x1 + room) * scale, (box.bottom + room) * scale)).getbbox() or (0, 0, 0, 0)
        seen = Box(*((edge + corner) / scale for edge, corner in zip(around, (left, top) * 2, strict=True)))
        across = max(0.0, min(seen.x1, box.x1) - max(seen.x0, box.x0))
        down = max(0.0, min(seen.bottom, box.bottom) - max(seen.top, box.top))
        both = across * down
        shares.append(both / (seen.width * seen.height + box.width * box.height - both))
    return shares


def test_facts_and_their_places_are_the_same_however_a_page_lies(tmp_path: Path) -> None:
    kinds = ["none", "turned 90", "turned 180", "turned 270", "skew 5", "skew -5"]
    files = [write_page(tmp_path, 0, kind) for kind in kinds]
    documents, _ = read_documents([ToRead(f.name, f) for f in files], tmp_path / "w", PageCache(tmp_path / "cache"))
    told = [{finding.value for finding in extract([document]).findings} for document in documents]
    assert len(told[0]) >= 6
    assert all(facts == told[0] for facts in told)
    for document in documents:
        shares = sorted(shares_of_ink(document))
        assert shares[len(shares) // 20] >= 0.7, document.path  # a box may touch its neighbour's ink
