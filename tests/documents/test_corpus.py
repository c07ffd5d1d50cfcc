"""75 pages of known text through the damage of scanners and faxes."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.corpus import DAMAGE, TEXTS, error_rate, text_of, truth_of, write_page
from packetgen.documents.cache import PageCache
from packetgen.documents.model import ToRead
from packetgen.documents.read import read_documents

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
