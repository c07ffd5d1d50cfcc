"""Pages are read on all cores; what is found does not depend on how many there are."""

from __future__ import annotations

from dataclasses import replace

from packetgen.children import share_cores
from packetgen.documents.model import Done, Viewable
from packetgen.extraction.by_page import STRETCH
from packetgen.extraction.extract import extract
from tests.extraction.conftest import lay_out

PAGE = "Sheet {n}. Chronic migraine. Tried topiramate {n}0 mg daily for 12 weeks, no benefit. MIDAS {n}5."


def test_one_core_and_many_find_the_same_in_the_same_order() -> None:
    sheets = [lay_out(PAGE.format(n=number)).page for number in range(1, 3 * STRETCH + 1)]
    pages = tuple(replace(page, number=number) for number, page in enumerate(sheets, 1))
    document = replace(lay_out("").document, pages=pages)
    told: list[Viewable | Done] = []
    many = extract([document], progress=told.append)
    share_cores(1_000)
    try:
        one = extract([document])
    finally:
        share_cores(1)
    assert many == one
    assert len({finding.evidence[0].page for finding in many.findings}) == 3 * STRETCH
    assert told[-1] == Done("facts", 3 * STRETCH, 3 * STRETCH)
