"""What is due after what was logged, and by which rule."""

from __future__ import annotations

import shutil
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from packetgen.case import Case, read_case
from packetgen.policy.deadlines import Event as RuleEvent
from packetgen.policy.deadlines import deadlines_after
from packetgen.resources import SAMPLES
from packetgen.tracking.due import Task, by_day, followed, history_of, tasks_of
from packetgen.tracking.events import Event, log_event
from packetgen.workspace import Workspace

COMMERCIAL = read_case(SAMPLES / "chronic-migraine-aetna" / "case.yaml").on_line("commercial")
MEDICAID = read_case(SAMPLES / "chronic-migraine-uhc" / "case.yaml").on_line("medicaid_managed_care")


def event(kind: str, day: str, number: int = 1, **more: object) -> Event:
    return Event("2026-0157", kind, date.fromisoformat(day), id=number, **more)  # type: ignore[arg-type]


def due(case: Case, *events: Event) -> dict[str, Task]:
    return {task.id: task for task in tasks_of(case, events)}


def test_a_request_is_followed_up_two_business_days_before_its_decision() -> None:
    tasks = due(COMMERCIAL, event("sent", "2026-03-02", channel="fax"))
    assert tasks["decision"].day == date(2026, 3, 17)
    assert "29 CFR 2560.503-1" in tasks["decision"].source
    assert tasks["follow_up"].day == date(2026, 3, 13)


def test_a_call_on_the_day_of_the_follow_up_is_the_follow_up_and_an_earlier_one_is_not() -> None:
    sent = event("sent", "2026-03-02", channel="fax")
    assert "follow_up" in due(COMMERCIAL, sent, event("called", "2026-03-12"))
    assert "follow_up" not in due(COMMERCIAL, sent, event("called", "2026-03-13"))


def test_the_day_that_is_not_known_is_asked() -> None:
    mailed = due(COMMERCIAL, event("sent", "2026-03-02", channel="mail"))["decision"]
    assert mailed.day is None
    assert mailed.ask == "When did you receive our request?"
    assert due(MEDICAID, event("sent", "2026-03-02", channel="fax"))["decision"].day is None  # of the drug, listed last


def test_a_next_step_stands_until_someone_called_again() -> None:
    promised = event("called", "2026-03-05", 2, due=date(2026, 3, 9), next_step="ask for Ms. Reyes")
    step = due(COMMERCIAL, event("sent", "2026-03-02"), promised)["step-2"]
    assert (step.day, step.private) == (date(2026, 3, 9), "ask for Ms. Reyes")
    assert "step-2" not in due(COMMERCIAL, event("sent", "2026-03-02"), promised, event("called", "2026-03-09", 3))


def test_what_the_plan_asks_for_is_due_until_it_is_sent() -> None:
    sent, asked = event("sent", "2026-03-02"), event("info_requested", "2026-03-05", 2, due=date(2026, 3, 19))
    assert due(COMMERCIAL, sent, asked, event("called", "2026-03-06", 3))["information-2"].day == date(2026, 3, 19)
    assert "information-2" not in due(COMMERCIAL, sent, asked, event("info_sent", "2026-03-09", 3))
    no_day = due(COMMERCIAL, sent, event("info_requested", "2026-03-05", 2))["information-2"]
    assert no_day.day is None
    assert no_day.counted.startswith("unknown, ask the plan")


def test_an_appeal_is_due_by_the_letter_or_by_the_law_whichever_is_earlier() -> None:
    by_law = due(COMMERCIAL, event("denied", "2026-03-02"))["appeal"]
    assert by_law.day == date(2026, 8, 28)
    assert "due 08/29/2026; 180 calendar days" in by_law.counted
    by_letter = due(COMMERCIAL, event("denied", "2026-03-02", due=date(2026, 5, 1)))["appeal"]
    assert (by_letter.day, by_letter.source) == (date(2026, 5, 1), "the denial letter")


def test_of_two_letters_about_one_denial_the_earliest_day_counts() -> None:
    first = event("denied", "2026-03-02", due=date(2026, 5, 1))
    second = event("denied", "2026-03-04", 2, peer_to_peer_by=date(2026, 3, 16))
    tasks = due(COMMERCIAL, first, second)
    assert (tasks["appeal"].day, tasks["peer_to_peer"].day) == (date(2026, 5, 1), date(2026, 3, 16))


def test_a_peer_to_peer_conversation_is_due_until_it_was_held() -> None:
    denied = event("denied", "2026-03-02", peer_to_peer_by=date(2026, 3, 16))
    assert due(COMMERCIAL, denied)["peer_to_peer"].day == date(2026, 3, 16)
    pending, held = (event("peer_to_peer", "2026-03-05", 2, outcome=outcome) for outcome in ("pending", "upheld"))
    assert "peer_to_peer" in due(COMMERCIAL, denied, pending)
    assert "peer_to_peer" not in due(COMMERCIAL, denied, held)
    assert due(COMMERCIAL, event("denied", "2026-03-02"))["peer_to_peer"].day is None


def test_a_denied_appeal_leads_to_the_next_level() -> None:
    appealed = event("appealed", "2026-03-16", 3, channel="fax")
    history = (event("sent", "2026-03-02"), event("denied", "2026-03-09", 2), appealed)
    assert due(COMMERCIAL, *history)["decision"].counted.startswith("30 calendar days")
    again = due(COMMERCIAL, *history, event("denied", "2026-04-01", 4))["appeal"]
    assert again.day == date(2026, 7, 31)
    assert "due 08/01/2026; 4 months" in again.counted


def approved(**more: object) -> Event:
    return event("approved", "2026-03-02", ends_on=date(2026, 8, 31), **more)


def test_an_authorization_ends_and_its_renewal_must_be_decided_before() -> None:
    tasks = due(COMMERCIAL, approved(units=310, units_for="each"))
    assert tasks["authorization_end"].day == date(2026, 8, 31)
    assert tasks["renewal"].day == date(2026, 8, 14)  # 08/16 is a Sunday; 15 days from there
    assert "units" not in tasks
    assert due(COMMERCIAL, event("approved", "2026-03-02"))["authorization_end"].day is None


@given(some.dates(date(2025, 1, 1), date(2030, 1, 1)))
def test_a_renewal_sent_on_its_last_day_is_decided_in_time(end: date) -> None:
    last = due(COMMERCIAL, event("approved", "2024-12-01", ends_on=end))["renewal"].day
    assert last
    (decision, _) = deadlines_after(RuleEvent("submitted", last, channel="portal"), COMMERCIAL)
    assert decision.due
    assert decision.due <= end


def test_units_that_run_out_are_told_by_the_next_treatment() -> None:
    given_ = [event("treated", day, 2 + n, units=155) for n, day in enumerate(("2026-03-04", "2026-05-27"))]
    assert "units_left" not in due(COMMERCIAL, approved(units=310, units_for="all"), given_[0])
    out = due(COMMERCIAL, approved(units=310, units_for="all"), *given_)["units_left"]
    assert out.day == date(2026, 8, 19)
    assert out.counted.startswith("0 of 310 units are left")
    assert "units_left" in due(COMMERCIAL, approved(units=155, units_for="each", treatments=2), *given_)


def test_units_that_are_not_known_are_asked() -> None:
    assert due(COMMERCIAL, approved(units=310))["units"].ask.startswith("Are the 310 units for each treatment")
    assert due(COMMERCIAL, approved())["units"].ask.startswith("How many units are authorized")
    told = due(COMMERCIAL, approved(units=310, units_for="all"), event("treated", "2026-03-04", 2))["units"]
    assert told.counted == "unknown: no units are logged for 03/04/2026"


def test_the_next_treatment_is_twelve_weeks_after_the_last() -> None:
    assert due(COMMERCIAL, approved(), event("treated", "2026-03-04", 2))["next_treatment"].day == date(2026, 5, 27)


@pytest.mark.parametrize("kind", ["withdrawn", "closed"])
def test_a_case_that_is_closed_is_due_no_more(kind: str) -> None:
    assert due(COMMERCIAL, event("sent", "2026-03-02"), event(kind, "2026-03-03", 2)) == {}


def test_a_case_that_was_not_sent_says_by_when() -> None:
    assert due(COMMERCIAL)["send"].day == date(2026, 11, 23)  # the treatment is planned for 12/08/2026


def test_what_the_case_file_tells_counts_where_nothing_is_logged() -> None:
    dates = COMMERCIAL.plan_dates.model_copy(update={"submitted": date(2026, 3, 2), "channel": "fax"})
    typed = COMMERCIAL.model_copy(update={"plan_dates": dates})
    assert due(typed, *history_of(typed, ()))["decision"].day == date(2026, 3, 17)
    assert due(typed, *history_of(typed, [event("called", "2026-03-09")]))["decision"].day == date(2026, 3, 17)
    logged = [event("denied", "2026-03-09")]
    assert history_of(typed, logged) == tuple(logged)


def test_a_case_that_cannot_be_read_is_named(clinic: Workspace) -> None:
    log_event(clinic, event("sent", "2026-03-02"))
    (clinic.cases / "chronic-migraine-aetna" / "case.yaml").write_text("case: 2026-0157\n")
    cases, unread = followed(clinic)
    assert [one.case.case for one in cases] == ["2026-0142"]
    assert len(unread) == 2
    assert unread[1] == "2026-0157: events are logged, but its case file cannot be read"


def test_of_two_cases_with_one_number_the_second_is_named(clinic: Workspace) -> None:
    shutil.copytree(clinic.cases / "chronic-migraine-aetna", clinic.cases / "copy")
    log_event(clinic, event("sent", "2026-03-02", channel="fax"))
    cases, unread = followed(clinic)
    assert [(one.case.case, len(one.events)) for one in cases] == [("2026-0142", 0), ("2026-0157", 1)]
    assert unread == ("copy: another case file has the same number, 2026-0157",)


def test_tasks_come_by_day_and_the_unknown_last(clinic: Workspace) -> None:
    log_event(clinic, Event("2026-0142", "sent", date(2026, 3, 2), channel="fax"))
    days = [task.day for task in by_day(followed(clinic)[0])]
    known = [day for day in days if day]
    assert known == sorted(known)
    assert days[: len(known)] == known
    assert days[-1] is None


def test_a_visit_before_a_leap_day_is_counted() -> None:
    assert due(COMMERCIAL, event("treated", "2027-12-08"))["next_treatment"].day == date(2028, 3, 1)
