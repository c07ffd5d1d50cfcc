"""A chart of 400 pages is cut to what is needed, and every page left out is accounted for."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pikepdf
import pypdf
import pytest

from packetgen import typeset
from packetgen.resources import SAMPLES

from .conftest import packetgen

pytestmark = pytest.mark.slow
PAGES = 400
VISIT = {40: 0, 41: 1, 222: 2, 399: 3}  # page of the long chart: page of the sample's visit note
COPIED_FORWARD = range(50, 200, 10)  # pages that tell the same trials again
WORDS = ("stable", "gait", "normal", "reflexes", "labs", "refill", "sent", "weight", "pulse", "knee", "ankle")


def long_chart(folder: Path) -> Path:
    """The sample's visit note among pages of other visits of the same patient."""
    chance = random.Random(8)  # noqa: S311 - the same chart each time
    canvas = typeset.new_canvas(str(folder / "others.pdf"))
    for number in range(1, PAGES + 1):
        lines = ["Patient: Whitfield, Dana    DOB: 03/17/1984    MRN: 00418827", f"Nursing flowsheet {number}"]
        lines += [" ".join(chance.choices(WORDS, k=9)) + f" {chance.randint(50, 180)}" for _ in range(18)]
        if number == 300:
            lines.append("HIV antibody: nonreactive")
        for row, line in enumerate(lines):
            typeset.draw(canvas, 54, 740 - 18 * row, line, typeset.REGULAR, 10)
        canvas.showPage()
    canvas.save()
    with (
        pikepdf.open(folder / "others.pdf") as chart,
        pikepdf.open(SAMPLES / "chronic-migraine-uhc" / "notes" / "2026-10-02-visit.pdf") as visit,
    ):
        for number, page in {**VISIT, **dict.fromkeys(COPIED_FORWARD, 1)}.items():
            chart.pages[number - 1] = visit.pages[page]
        chart.save(folder / "chart.pdf")
    return folder / "chart.pdf"


def test_a_chart_of_400_pages_is_cut_to_need(tmp_path: Path) -> None:
    long_chart(tmp_path)
    case = (SAMPLES / "chronic-migraine-uhc" / "case.yaml").read_text()
    (tmp_path / "case.yaml").write_text(case[: case.index("documents:")] + "documents: [chart.pdf]\n")
    done = packetgen("build", tmp_path / "case.yaml")
    account = json.loads((tmp_path / "packet" / "manifest.json").read_text())
    pdf = pypdf.PdfReader(tmp_path / "packet" / "packet.pdf")
    exhibit = next(part for part in account["parts"] if part["exhibit"])
    assert {40, 222, 399} <= set(exhibit["document_pages"])
    assert 1 <= len({41, *COPIED_FORWARD} & set(exhibit["document_pages"])) <= 8
    assert len(exhibit["document_pages"]) <= 12
    assert len(pdf.pages) < 20
    out = {page: item["why"] for item in account["left_out"] for page in item["pages"]}
    assert out.keys() | set(exhibit["document_pages"]) == set(range(1, PAGES + 1))
    assert out[300] == "looks like HIV; held back"
    listed = pdf.pages[account["parts"][-1]["first_page"] - 1].extract_text()
    assert "Chart pages not enclosed" in listed
    assert "HIV" not in "".join(page.extract_text() for page in pdf.pages)
    assert pdf.page_labels[exhibit["first_page"] - 1] == f"A-{exhibit['document_pages'][0]}"
    assert "page_held" not in done.stderr
