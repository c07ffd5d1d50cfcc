"""Deadlines: counted from what happened, with the legal source; what no rule says stays unknown."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packetgen.case import Case
from packetgen.chart.model import Chart, Fact
from packetgen.documents.model import Box
from packetgen.extraction.model import Denial, Evidence, Finding, Toxin
from packetgen.policy.deadline_rules import deadline_rules
from packetgen.policy.deadlines import Event, after, deadlines_after, deadlines_of, rules_for
from packetgen.policy.model import Deadline
from packetgen.policy.workdays import (
    is_working_day,
    working_day_on_or_before,
    working_days_after,
    working_days_before,
)

SENT = date(2026, 12, 1)  # a Tuesday


def case_of(line: str | None, plan_dates: dict[str, str] | None = None, **request: Any) -> Case:
    return Case.model_validate(
        {
            "case": "x1",
            "request": {
                "indication": "chronic_migraine", "icd10": "G43.709", "cpt": "64615", "units": 155,
                "start_date": "2027-01-12", **request,
            },
            "patient": {"first_name": "Dana", "last_name": "Whitfield", "birth_date": "1984-03-17", "sex": "F"},
            "insurance": {"payer": "p", "member_id": "918273645", "line": line},
            "provider": {
                "name": "L", "npi": "1234567893", "specialty": "neurology", "practice": "C", "phone": "5", "fax": "5",
            },
            "documents": ["note.txt"],
            "plan_dates": plan_dates or {},
        }
    )  # fmt: skip


def found(deadlines: tuple[Deadline, ...], name: str, words: str = "") -> Deadline:
    hits = [deadline for deadline in deadlines if deadline.id == name and words in deadline.text]
    assert hits, [(deadline.id, deadline.text) for deadline in deadlines]
    return hits[0]


HOSPITAL = {"place_of_service": "hospital_outpatient"}
URGENT = {"urgency": "expedited"}
PHARMACY = {"benefit": "pharmacy"}
DECISIONS = [
    ("commercial", {}, "", "2026-12-16"),
    ("marketplace", {}, "", "2026-12-16"),
    ("commercial", URGENT, "", "2026-12-04"),
    ("medicare", HOSPITAL, "", "2026-12-08"),
    ("medicare", HOSPITAL | URGENT, "", "2026-12-03"),
    ("medicare_advantage", {}, "drug", "2026-12-04"),
    ("medicare_advantage", {}, "service", "2026-12-08"),
    ("medicare_advantage", URGENT, "drug", "2026-12-02"),
    ("medicare_advantage", URGENT, "service", "2026-12-04"),
    ("medicare_advantage", PHARMACY | URGENT, "drug", "2026-12-02"),
    ("part_d", PHARMACY, "drug", "2026-12-04"),
    ("medicaid", {}, "service", "2026-12-08"),
    ("medicaid_managed_care", {}, "service", "2026-12-08"),
    ("medicaid_managed_care", URGENT, "service", "2026-12-04"),
    ("medicaid_managed_care", PHARMACY, "drug", "2026-12-02"),
]


@pytest.mark.parametrize(("line", "request_", "subject", "due"), DECISIONS)
def test_the_decision_is_due_by_kind_of_plan_subject_and_urgency(
    line: str, request_: dict[str, str], subject: str, due: str
) -> None:
    deadlines = deadlines_after(Event("submitted", SENT, "portal"), case_of(line, **request_))
    decision = found(deadlines, "decision", subject)
    assert (decision.due, decision.who) == (date.fromisoformat(due), "plan")
    assert decision.source


APPEALS = [
    ("commercial", None, "2027-05-30", "2027-05-28"),
    ("medicare", None, "2027-03-31", "2027-03-31"),
    ("medicare_advantage", None, "2027-02-04", "2027-01-29"),
    ("part_d", None, "2027-02-04", "2027-01-29"),
    ("medicaid_managed_care", None, "2027-01-30", "2027-01-29"),
    ("fehb", None, "2027-06-01", "2027-06-01"),
    ("commercial", "internal", "2027-04-01", "2027-04-01"),
    ("commercial", "second", "2027-04-01", "2027-04-01"),
    ("medicare", "internal", "2027-05-30", "2027-05-28"),
    ("medicare", "external", "2027-01-30", "2027-01-29"),
    ("part_d", "internal", "2027-02-04", "2027-01-29"),
    ("medicaid_managed_care", "internal", "2027-03-31", "2027-03-01"),
    ("fehb", "internal", "2027-03-01", "2027-03-01"),
]


@pytest.mark.parametrize(("line", "level", "due", "act_by"), APPEALS)
def test_the_next_level_is_counted_from_the_letters_date_and_done_on_a_working_day(
    line: str, level: Any, due: str, act_by: str
) -> None:
    appeal = found(deadlines_after(Event("denied", SENT, level=level), case_of(line)), "appeal")
    assert (appeal.due, appeal.act_by) == (date.fromisoformat(due), date.fromisoformat(act_by))
    assert appeal.who == "front_desk"


ANSWERS = [
    ("commercial", "internal", {}, "2026-12-31"),
    ("commercial", "internal", URGENT, "2026-12-04"),
    ("commercial", "external", {}, "2027-01-15"),
    ("commercial", "external", URGENT, "2026-12-04"),
    ("medicare", "internal", {}, "2027-01-30"),
    ("medicare_advantage", "internal", {}, "2026-12-08"),
    ("medicare_advantage", "internal", URGENT, "2026-12-04"),
    ("part_d", "internal", {}, "2026-12-08"),
    ("part_d", "internal", URGENT, "2026-12-04"),
    ("medicaid_managed_care", "internal", {}, "2026-12-31"),
    ("medicaid_managed_care", "internal", URGENT, "2026-12-04"),
]


@pytest.mark.parametrize(("line", "level", "request_", "due"), ANSWERS)
def test_an_appeal_is_answered_by_its_level_and_urgency(
    line: str, level: Any, request_: dict[str, str], due: str
) -> None:
    deadlines = deadlines_after(Event("appealed", SENT, "fax", level=level), case_of(line, **request_))
    assert found(deadlines, "decision").due == date.fromisoformat(due)


def test_every_rule_is_reached_by_a_case_of_these_tables() -> None:
    cases = [(Event("submitted", SENT, "fax"), case_of(line, **request)) for line, request, _, _ in DECISIONS]
    cases += [(Event("denied", SENT, level=level), case_of(line, kind="continuation")) for line, level, _, _ in APPEALS]
    cases += [
        (Event("appealed", SENT, "fax", level=level), case_of(line, **request)) for line, level, request, _ in ANSWERS
    ]
    cases += [(Event("approved", SENT), case_of("medicare", **HOSPITAL)), (Event("treated", SENT), case_of(None))]
    cases += [(Event("denied", SENT, level="internal"), case_of("medicare_advantage"))]
    reached = [rule for event, case in cases for rule in rules_for(event, case)]
    assert [rule for rule in deadline_rules().rules if rule not in reached] == []


@pytest.mark.parametrize("line", [None, "tricare", "workers_compensation"])
def test_what_no_rule_says_is_unknown_and_asked(line: str | None) -> None:
    for event in (
        Event("submitted", SENT, "fax"),
        Event("denied", SENT),
        Event("appealed", SENT, "fax", level="internal"),
    ):
        deadlines = deadlines_after(event, case_of(line))
        assert deadlines
        for deadline in deadlines:
            assert deadline.due is None
            assert deadline.ask
            assert deadline.counted.startswith("unknown")


def test_a_drug_without_a_rule_is_unknown_beside_a_service_with_one() -> None:
    deadlines = deadlines_after(Event("submitted", SENT, "fax"), case_of("medicaid_managed_care"))
    assert found(deadlines, "decision", "service").due
    assert found(deadlines, "decision", "drug").due is None


def test_what_was_mailed_counts_from_the_plans_receipt_only() -> None:
    case = case_of("commercial")
    (unknown,) = deadlines_after(Event("submitted", SENT, "mail"), case)
    assert unknown.due is None
    received = deadlines_after(Event("submitted", SENT, "mail", received=date(2026, 12, 4)), case)
    assert found(received, "decision").due == date(2026, 12, 19)
    assert "weekend or holiday" in found(received, "decision").counted


@pytest.mark.parametrize(
    ("sent", "request_", "follow_up"),
    [
        (SENT, {}, date(2026, 12, 14)),
        (SENT, URGENT, date(2026, 12, 2)),
        (date(2026, 12, 11), {}, date(2026, 12, 23)),  # due 12/26, the 25th is a holiday
        (date(2026, 12, 18), URGENT, date(2026, 12, 21)),  # a Friday: due on the Monday
    ],
)
def test_the_clinic_asks_two_working_days_before(sent: date, request_: dict[str, str], follow_up: date) -> None:
    deadlines = deadlines_after(Event("submitted", sent, "portal"), case_of("commercial", **request_))
    assert found(deadlines, "follow_up").due == follow_up


def test_the_payers_kind_of_plan_counts_where_the_case_names_none_and_is_told() -> None:
    event = Event("submitted", SENT, "fax")
    decision = found(deadlines_after(event, case_of(None).on_line("commercial")), "decision")
    assert decision.due == date(2026, 12, 16)
    assert "the rule for commercial" in decision.counted
    assert found(deadlines_after(event, case_of("part_d", **PHARMACY).on_line("commercial")), "decision").due == date(
        2026, 12, 4
    )


def test_a_rule_that_was_not_read_says_so() -> None:
    drug = found(deadlines_after(Event("submitted", SENT, "fax"), case_of("medicare_advantage")), "decision", "drug")
    assert drug.confidence == "medium"
    assert "confirm it with the plan" in drug.counted
    assert drug.ask


def test_the_letters_own_earlier_deadline_leads_and_a_later_one_does_not() -> None:
    case = case_of("commercial")
    earlier = deadlines_after(Event("denied", SENT, letter=Denial(appeal_days=60)), case)
    assert found(earlier, "appeal").due == date(2027, 1, 30)
    assert found(earlier, "appeal").source == "the denial letter"
    later = deadlines_after(Event("denied", SENT, letter=Denial(appeal_deadline="2027-12-31")), case)
    assert found(later, "appeal").due == date(2027, 5, 30)
    only = deadlines_after(Event("denied", SENT, letter=Denial(appeal_deadline="2027-02-01")), case_of("tricare"))
    assert found(only, "appeal").due == date(2027, 2, 1)


def test_a_last_day_for_the_conversation_is_taken_from_the_letter() -> None:
    letter = Denial(p2p_deadline="2026-11-16")
    deadlines = deadlines_after(Event("denied", SENT, letter=letter), case_of("commercial"))
    (call,) = [deadline for deadline in deadlines if deadline.id == "peer_to_peer"]
    assert (call.due, call.act_by, call.who) == (date(2026, 11, 16), date(2026, 11, 16), "clinician")


@pytest.mark.parametrize(
    ("window", "due"),
    [
        ("within 14 calendar days of this letter", date(2026, 12, 15)),
        ("5 business days", date(2026, 12, 8)),
        ("within 72 hours", date(2026, 12, 4)),
        ("before the appeal is filed", None),
        (None, None),
    ],
)
def test_the_peer_to_peer_window_is_the_letters_or_unknown(window: str | None, due: date | None) -> None:
    deadlines = deadlines_after(Event("denied", SENT, letter=Denial(p2p_window=window)), case_of("commercial"))
    peer = found(deadlines, "peer_to_peer")
    assert (peer.due, peer.who) == (due, "clinician" if due else "plan")


def test_an_approval_gives_the_end_of_authorization_and_tracking_number() -> None:
    event = Event("approved", SENT, until=date(2027, 5, 30))
    deadlines = deadlines_after(event, case_of("medicare", **HOSPITAL))
    assert found(deadlines, "authorization_end").act_by == date(2027, 5, 28)
    assert found(deadlines, "tracking_number").due == date(2027, 3, 31)
    assert found(deadlines_after(Event("approved", SENT), case_of("commercial")), "authorization_end").due is None


def test_the_case_files_dates_and_the_charts_last_treatment_are_counted() -> None:
    place = Evidence("A", 1, (Box(0, 0, 1, 1),), "q", None, "t")
    toxin = Toxin("onabotulinumtoxinA", "given", 155, "2026-10-01")
    chart = Chart((), toxins=(Fact("t", toxin, (Finding(toxin, "present", (place,)),)),))
    sent = deadlines_of(case_of("commercial", {"submitted": "2026-12-01", "channel": "fax"}), chart)
    assert found(sent, "decision").due == date(2026, 12, 16)
    assert found(sent, "next_treatment").due == date(2026, 12, 24)
    assert [deadline.id for deadline in sent] == ["follow_up", "decision", "next_treatment"]
    denied = {"submitted": "2026-12-01", "channel": "fax", "denial_dated": "2026-12-10"}
    assert found(deadlines_of(case_of("commercial", denied), chart), "appeal").due == date(2027, 6, 8)
    appealed = denied | {"submitted": "2026-12-20", "level": "internal"}
    assert found(deadlines_of(case_of("commercial", appealed), chart), "decision").due == date(2027, 1, 19)
    done = denied | {"authorized": "2026-12-15", "authorized_until": "2027-12-14"}
    assert {d.id for d in deadlines_of(case_of("commercial", done), chart)} == {"authorization_end", "next_treatment"}


# As published by the Office of Personnel Management.
HOLIDAYS = {
    2026: ["01-01", "01-19", "02-16", "05-25", "06-19", "07-03", "09-07", "10-12", "11-11", "11-26", "12-25"],
    2027: ["01-01", "01-18", "02-15", "05-31", "06-18", "07-05", "09-06", "10-11", "11-11", "11-25", "12-24", "12-31"],
}


@pytest.mark.parametrize("year", HOLIDAYS)
def test_federal_holidays_are_no_working_days_and_no_other_weekday_is_off(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
    off = [day.strftime("%m-%d") for day in days if day.weekday() < 5 and not is_working_day(day)]
    assert off == HOLIDAYS[year]


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(1, 30))
def test_working_days_before_undo_working_days_after(day: date, number: int) -> None:
    start = working_day_on_or_before(day)
    assert start <= day
    assert working_days_before(working_days_after(start, number), number) == start


@given(
    st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    st.sampled_from(["calendar_days", "business_days", "hours", "months"]),
    st.integers(1, 200),
)
def test_more_time_never_ends_earlier_and_the_day_itself_never_counts(day: date, count: str, number: int) -> None:
    assert day < after(day, count, number) <= after(day, count, number + 1)
