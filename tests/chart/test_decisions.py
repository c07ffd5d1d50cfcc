"""What people decide: the log beside the case, and what it does to the chart."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from packetgen.chart.decide import decide_findings
from packetgen.chart.decisions import LOG, Conflict, Decision, Place, append, decisions_in, read_log, record
from packetgen.chart.model import Chart
from packetgen.chart.reconcile import reconcile
from packetgen.documents.model import Box, Document, Line, Page, Word
from packetgen.errors import BadDataFile
from packetgen.extraction.model import Evidence, Extraction, Finding, HeadacheFrequency, Therapy

BOX = Box(0, 0, 1, 1)
NOW = "2026-11-25T12:00:00+00:00"


def told(value: object, quote: str, confidence: float | None = None, as_of: str = "2026-10-02") -> Finding:
    return Finding(value, "present", (Evidence("A", 1, (BOX,), quote, confidence, "a_rule"),), as_of)


TOPIRAMATE = told(
    Therapy("topiramate", "antiepileptic", "preventive", "ineffective", 100.0, "mg"), "topiramate 100 mg", 40.0
)
TWENTY = told(HeadacheFrequency(headache_days_per_month=20.0, hours_per_day=6.0), "20 headache days, 6 hours")
NINE = told(HeadacheFrequency(headache_days_per_month=9.0), "9 headache days", as_of="2026-03-01")
TOLD = Extraction((), (TOPIRAMATE, TWENTY, NINE))
PAGE = Page(1, 612, 792, 0, "text", (Line((Word("amitriptyline", BOX), Word("failed", BOX))),))
DOCUMENTS = (Document("A", "visit.pdf", "f" * 64, (PAGE,), Path("none")),)
DAYS = "current:headache_days_per_month"


def decide(event: str, fact: str, **more: object) -> Decision:
    return Decision(event, "Lena Ortiz", NOW, fact, number=1, **more)


def chart_after(*decisions: Decision) -> Chart:
    extraction, problems = decide_findings(TOLD, DOCUMENTS, decisions)
    chart = reconcile(extraction, decisions)
    return Chart(**{name: getattr(chart, name) for name in chart.__slots__ if name != "problems"},
                 problems=(*problems, *chart.problems))  # fmt: skip


def codes(chart: Chart) -> list[str]:
    return [problem.code for problem in chart.problems]


def test_a_corrected_fact_has_the_new_value_and_who_decided_it() -> None:
    fact = chart_after(
        decide("correct", "therapy:topiramate:preventive", before={"dose": 100.0}, after={"dose": 75.0}, why="misread")
    ).therapies[0]
    assert (fact.value.dose, fact.value.unit, fact.decided_by) == (75.0, "mg", "Lena Ortiz")
    assert not fact.is_faint


def test_a_confirmed_fact_is_neither_faint_nor_in_conflict() -> None:
    assert chart_after().current.headache_days.against == (NINE,)
    assert codes(chart_after()) == ["conflict"]
    chart = chart_after(decide("confirm", DAYS, before={"amount": 20.0}))
    assert (chart.current.headache_days.against, chart.current.headache_days.overruled) == ((), (NINE,))
    assert codes(chart) == []


def test_a_rejected_finding_supports_nothing_but_the_other_facts_of_its_sentence() -> None:
    chart = chart_after(decide("reject", DAYS, findings=(TWENTY.id,), why="another year"))
    assert chart.current.headache_days.value == 9.0
    assert chart.current.hours_per_day.value == 6.0
    assert not chart_after(decide("reject", "therapy:topiramate:preventive", findings=(TOPIRAMATE.id,))).therapies


def test_words_on_a_page_become_a_fact_with_their_place() -> None:
    trial = {"drug": "amitriptyline", "drug_class": "antidepressant", "role": "preventive", "status": "ineffective"}
    place = Place("f" * 64, 1, 0, 1, "amitriptyline failed")
    chart = chart_after(decide("add", "", kind="therapy", after=trial, place=place))
    assert (chart.therapies[0].value.drug, chart.therapies[0].evidence[0].exhibit_page) == ("amitriptyline", "A-1")
    gone = Place("f" * 64, 1, 0, 1, "amitriptyline helped")
    assert "decision_does_not_fit" in codes(chart_after(decide("add", "", kind="therapy", after=trial, place=gone)))


@pytest.mark.parametrize(
    "decision",
    [
        decide("confirm", "therapy:aspirin:acute", before={}),
        decide("confirm", DAYS, before={"amount": 19.0}),
        decide("correct", "therapy:topiramate:preventive", before={"dose": 50.0}, after={"dose": 75.0}),
        decide("correct", "therapy:topiramate:preventive", before={}, after={"dose": "many"}),
        decide("correct", "therapy:topiramate:preventive", before={}, after={"drug": "aspirin"}),
        decide("correct", "therapy:topiramate:preventive", before={}, after={"reason": "words that no page has"}),
        decide("reject", DAYS, findings=("0123456789ab",)),
    ],
)
def test_a_decision_that_does_not_fit_the_chart_changes_nothing_and_is_told(decision: Decision) -> None:
    chart, untouched = chart_after(decision), chart_after()
    assert chart.facts == untouched.facts
    assert sorted(codes(chart)) == ["conflict", "decision_does_not_fit"]


def test_an_undo_is_an_event_and_takes_the_decision_back(tmp_path: Path) -> None:
    record(tmp_path, decide("confirm", DAYS, before={"amount": 20.0}), 0)
    record(tmp_path, Decision("undo", "Lena Ortiz", NOW, undone=1), 1)
    assert decisions_in(read_log(tmp_path)) == ()
    assert len(read_log(tmp_path)) == 2
    record(tmp_path, Decision("undo", "Lena Ortiz", NOW, undone=1), 2)
    with pytest.raises(BadDataFile) as caught:
        decisions_in(read_log(tmp_path))
    assert caught.value.where == f"{LOG}:3"


def test_of_many_people_deciding_at_once_one_is_taken_and_the_others_are_told(tmp_path: Path) -> None:
    def one(number: int) -> bool:
        try:
            record(tmp_path, Decision("confirm", f"person {number}", NOW, DAYS, before={}), 0)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, range(24))) == 1
        list(pool.map(lambda n: append(tmp_path, {"event": "signed", "n": n}), range(24)))
    assert len(read_log(tmp_path)) == 25


def test_a_log_that_was_tampered_with_is_refused_at_every_line(tmp_path: Path) -> None:
    for number in range(4):
        record(tmp_path, Decision("confirm", f"person {number}", NOW, DAYS, before={}), number)
    log = tmp_path / LOG
    lines = log.read_text().splitlines(keepends=True)
    for number, line in enumerate(lines):
        log.write_text("".join([*lines[:number], line.replace("person", "nobody"), *lines[number + 1 :]]))
        with pytest.raises(BadDataFile) as caught:
            read_log(tmp_path)
        assert caught.value.where == f"{LOG}:{number + 1}"
    for altered in (lines[1:], [lines[1], lines[0], *lines[2:]], [lines[0], *lines[2:]]):
        log.write_text("".join(altered))
        with pytest.raises(BadDataFile):
            read_log(tmp_path)


def test_a_sign_off_of_the_first_version_is_still_read(tmp_path: Path) -> None:
    old = {"signed_by": "A", "signed_at": NOW, "digest": "0" * 64, "event": "signed"}
    (tmp_path / LOG).write_text(json.dumps(old) + "\n")
    append(tmp_path, {**old, "signed_by": "B"}, 1)
    assert [entry["signed_by"] for entry in read_log(tmp_path)] == ["A", "B"]
