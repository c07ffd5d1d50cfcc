"""Denial letters and explanations of benefits of every kind are read as their keys say."""

from __future__ import annotations

import re

import pytest

from benchmarks.denials import LETTERS, our_keys, read, reasons, wrong
from packetgen.extraction.denial import BY_CODE, find_denial
from packetgen.extraction.denial_rights import levels_in, rights_in
from packetgen.extraction.denial_words import denial_reasons
from packetgen.extraction.numerals import as_digits
from packetgen.policy.code_sets import code_rules


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory):
    files = {stem: LETTERS / f"{stem}.txt" for stem in our_keys()}
    return read(files, tmp_path_factory.mktemp("denials"), told=False)


def test_reasons_are_classed(found) -> None:
    right, expected, reported = reasons(found, our_keys())
    assert 2 * right / (expected + reported) >= 0.95


@pytest.mark.parametrize(
    "field", ["reference", "date", "member_id", "appeal_days", "appeal_deadline", "appeal_fax", "p2p_phone", "drug"]
)
def test_a_field_is_read_in_every_letter(found, field: str) -> None:
    judged, amiss = wrong(found, our_keys(), field)
    assert judged >= 3
    assert not amiss


@pytest.mark.parametrize("words", denial_reasons().taken_back, ids=lambda w: w.pattern[:40])
def test_what_the_plan_says_it_did_not_decide_is_no_reason(page_text, words) -> None:  # type: ignore[no-untyped-def]
    assert find_denial([page_text(words.example)]) == []


@pytest.mark.parametrize("entry", denial_reasons().topics, ids=lambda e: e.topic)
def test_a_topic_is_read_from_its_example(entry) -> None:  # type: ignore[no-untyped-def]
    rights = rights_in(entry.example)
    told = {*rights.faxes, *rights.phones, *rights.days}
    assert told <= {entry.topic}
    assert told or levels_in(entry.example)


def test_a_last_day_and_an_address_are_read_as_written(found) -> None:
    table = found["17-tabular-letter"]
    assert (table.appeal_deadline, table.p2p_deadline) == ("2026-11-01", "2026-05-19")
    prose = found["18-long-prose"]
    assert prose.p2p_deadline == "2026-06-28"
    assert "12 Grange Road" in prose.appeal_address
    assert found["10-frequency"].levels == ("state fair hearing",)
    assert "fast appeal" in found["01-member-step"].expedited
    assert found["24-upheld"].upheld and not found["16-episodic"].upheld


def test_codes_count_where_no_reason_is_given_in_words(page_text) -> None:
    (finding,) = find_denial([page_text("Remittance\nLine 1  64615  $0.00  CO-197\nLine 2  99213  $80.00  PR-2")])
    assert [reason.reason for reason in finding.value.reasons] == ["no_prior_auth"]


HINTS = [(words.reason, hint) for words in denial_reasons().reasons for hint in words.hints]


@pytest.mark.parametrize(("reason", "hint"), HINTS, ids=lambda part: getattr(part, "example", part))
def test_words_that_only_speak_of_a_reason_count_where_the_letter_says_why(page_text, reason, hint) -> None:  # type: ignore[no-untyped-def]
    assert re.search(hint.pattern, " ".join(as_digits(hint.example).split()), re.IGNORECASE)
    (finding,) = find_denial([page_text(f"Your request is denied.\nReason: {hint.example}\nYou may appeal.")])
    assert reason in [reason.reason for reason in finding.value.reasons]


def test_what_the_policy_asks_counts_only_where_nothing_else_says_why(page_text) -> None:
    asks = "The criteria for approval are:\na) one of two preventive drugs was used first; and\nb) a diary.\n\n"
    (finding,) = find_denial([page_text(f"Denied. {asks}The diary was not sent.")])
    assert [reason.reason for reason in finding.value.reasons] == ["missing_documentation"]
    (finding,) = find_denial([page_text(f"Denied. {asks}Item a) was not met.")])
    assert "step_therapy" in [reason.reason for reason in finding.value.reasons]


def test_a_box_without_its_tick_gives_no_reason(page_text) -> None:
    text = "Non-approved for:\n[ ] Quantity above plan maximum\n[x] Drug is excluded under your plan"
    (finding,) = find_denial([page_text(text)])
    assert [reason.reason for reason in finding.value.reasons] == ["not_covered_benefit"]


def test_a_denial_whose_reason_is_not_known_is_still_a_denial(page_text) -> None:
    (finding,) = find_denial([page_text("Your request AB-99120 is denied. Grommets are purple. Reference: AB-99120.")])
    (reason,) = finding.value.reasons
    assert (reason.reason, reason.quote) == ("unclassified", "Your request AB-99120 is denied. Grommets are purple.")
    assert finding.value.reference == "AB-99120"


def test_an_item_of_the_reasons_that_is_in_no_class_is_told_beside_the_others(page_text) -> None:
    text = "Denied for these reasons:\n1) No diary was sent.\n2) The moon was in the wrong house.\n"
    (finding,) = find_denial([page_text(text)])
    assert [(r.reason, r.quote) for r in finding.value.reasons] == [
        ("missing_documentation", "1) No diary was sent."),
        ("unclassified", "2) The moon was in the wrong house."),
    ]


COVER = "FAX\nTo: Alder Neurology\nFrom: Plum Health\nDate: 05/04/2026\nPages: 2\nJob ID 447188-2003\n"
LETTER = "Plum Health\nDate: 05/01/2026\nMember ID: PH-44188-2\nReference: PL-77120\nDenied: no diary was sent.\n"


def test_a_fax_cover_before_the_letter_dates_and_numbers_nothing(page_text) -> None:
    for pages in ([COVER, LETTER], [f"{COVER}{'-' * 40}\n{LETTER}"]):
        (finding,) = find_denial([page_text(page) for page in pages])
        value = finding.value
        assert (value.date, value.member_id, value.reference) == ("2026-05-01", "PH-44188-2", "PL-77120")


def test_a_letter_that_is_headed_like_a_fax_keeps_its_head(page_text) -> None:
    text = f"{COVER}Member ID: PH-44188-2\n{'-' * 40}\nService of 03/02/2026\nDenied: no diary was sent.\n"
    (finding,) = find_denial([page_text(text)])
    assert (finding.value.date, finding.value.member_id) == ("2026-05-04", "PH-44188-2")


def test_the_day_of_an_injury_is_not_the_day_of_the_decision(page_text) -> None:
    (finding,) = find_denial([page_text("Date of injury: 08/14/2023\nMailed 01/27/2026\nNot certified.\n")])
    assert finding.value.date == "2026-01-27"


def test_the_billing_codes_of_the_toxins_are_those_of_the_code_table() -> None:
    assert {drug.hcpcs: drug.product for drug in code_rules().drugs} == BY_CODE
