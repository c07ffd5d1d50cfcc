"""Appeals of each level, built whole: the review that is asked for, who decides it, its form, and its urgency."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pypdf
import pytest

from packetgen import pipeline
from packetgen.resources import SAMPLES
from packetgen.stages import Built

pytestmark = pytest.mark.slow
SAMPLE = SAMPLES / "appeal-step-therapy"
UPHELD = """\
Meadowlark Health Plan
(synthetic sample: not a real plan, person or number)
Decision on your appeal
Letter date: 12/18/2026
Member: Alma Ferreira     DOB: 05/14/1986     Member ID: MLK440191
Reference number: MH-2026-0201-9
Service: Botox (onabotulinumtoxinA) 155 units every 12 weeks, J0585, 64615

We have upheld the denial because our policy requires that two preventive medications be tried and fail
before Botox. Only one preventive medication is documented.
{further}
"""
SECOND = "You may ask for a second level appeal within 60 days of the date of this letter. Fax 800-555-0131."
EXTERNAL = "You may ask for an external review within 4 months of the date of this letter."
URGENT = "Waiting for a standard decision would seriously jeopardize her ability to keep her job."
MEMBER = 'sex: F, phone: 555-0142, address: "12 Elm Street", city: Larkton, state: OH, zip: "44001"'


def built(folder: Path, changed: Mapping[str, str], letter: str = "", note: str = "") -> tuple[Built, str]:
    """The step-therapy sample with texts of its case file changed, another letter to answer and a line in its note."""
    case = (SAMPLE / "case.yaml").read_text()
    for old, new in changed.items():
        assert old in case
        case = case.replace(old, new)
    (folder / "case.yaml").write_text(case)
    (folder / "denial.txt").write_bytes((SAMPLE / "denial.txt").read_bytes())
    visit = (SAMPLE / "visit.txt").read_text()
    (folder / "visit.txt").write_text(visit.replace("\nPlan\n", f"\nPlan\n{note}\n"))
    if letter:
        (folder / "upheld.txt").write_text(UPHELD.format(further=letter))
    done = pipeline.build(folder / "case.yaml")
    pages = pypdf.PdfReader(done.folder / "packet.pdf").pages
    return done, " ".join(" ".join(page.extract_text() for page in pages).split())


def answering(level: str) -> dict[str, str]:
    """The case whose appeal of `level` was denied, with the first denial among its documents."""
    return {"  - visit.txt": "  - visit.txt\n  - denial.txt",
            "denial: denial.txt": f"denial: upheld.txt\nplan_dates: {{level: {level}}}"}  # fmt: skip


def test_a_part_d_denial_yields_its_redetermination_form_filled_in_the_packet(tmp_path: Path) -> None:
    changed = {"units: 155,": "units: 155, benefit: pharmacy, urgency: expedited,", "sex: F, phone: 555-0142": MEMBER,
               "plan: ": "line: part_d, plan: "}  # fmt: skip
    done, told = built(tmp_path, changed)
    assert [form.title for form in done.forms] == ["Medicare Part D redetermination request"]
    filled = {field.name: field.value for field in done.forms[0].fields}
    assert (filled["patient_name"], filled["member_id"]) == ("Alma Ferreira", "MLK440191")
    assert filled["denial_date"] == "11/16/2026"
    assert "topiramate" in filled["tried"].lower()
    assert "expedited" in filled
    assert "Medicare Part D redetermination request" in [part.title for part in done.packet.parts]
    assert "This is an expedited request for redetermination." in told
    # nothing in the chart says why waiting would harm her, so the letter does not either, and a person is asked
    assert "I ask for an expedited decision. " in told
    assert [p.who for p in done.problems if p.code == "urgency_not_shown"] == ["clinician"]


def test_a_denied_claim_of_medicare_part_b_has_cms_20027(tmp_path: Path) -> None:
    done, told = built(tmp_path, {"plan: ": "line: medicare, plan: "})
    assert [form.title for form in done.forms] == ["Medicare redetermination request"]
    assert "This is a standard request for redetermination." in told


def test_a_second_level_appeal_names_the_first_decision_and_the_one_it_answers(tmp_path: Path) -> None:
    done, told = built(tmp_path, answering("internal"), SECOND)
    assert "This is a standard second-level appeal." in told
    assert "To: Meadowlark Choice, appeals · Fax 800-555-0131" in told
    assert "first denied it on 11/16/2026, reference MH-2026-0201-7 (Ex." in told
    assert "upheld that decision on 12/18/2026, reference MH-2026-0201-9 (Ex." in told
    assert done.forms == ()
    assert "no_appeal_form" in {problem.code for problem in done.problems}


def test_an_external_review_asks_its_own_body_and_quotes_the_charts_urgency(tmp_path: Path) -> None:
    changed = {**answering("internal"), "units: 155,": "units: 155, urgency: expedited,"}
    done, told = built(tmp_path, changed, EXTERNAL, URGENT)
    assert "To: Independent review organization, on a decision of Meadowlark Choice" in told
    assert "I ask for review of the denial" in told
    assert "To Independent review organization Patient Alma Ferreira" in told  # on the cover
    assert "This is an expedited request for external review." in told
    assert f"The visit note of 10/20/2026 records: “{URGENT}” (Ex." in told
    assert "took no part in the denial" not in told
    assert "send the request where the denial letter says" in " ".join(problem.fix for problem in done.problems)
    assert "urgency_not_shown" not in {problem.code for problem in done.problems}
