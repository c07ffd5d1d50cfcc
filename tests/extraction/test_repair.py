"""The text that the rules read: numerals as digits, confused signs set right, dates in one order, places kept."""

from __future__ import annotations

import pytest

from packetgen.extraction.dates import dates_in
from packetgen.extraction.diary import find_diary
from packetgen.extraction.identity import find_identity
from packetgen.extraction.numerals import as_digits
from packetgen.extraction.repair import repaired


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("eighteen to twenty headache days", "18 to 20 headache days"),
        ("one hundred fifty five units", "155 units"),
        ("two hundred and ten mL", "210 mL"),
        ("nineteen sixty eight", "1968"),
        ("back in twenty twenty two", "back in 2022"),
        ("a fifty-six year old", "a 56 year old"),
        ("this one is one-sided", "this one is one-sided"),
        ("for one week", "for 1 week"),
    ],
)
def test_numerals_become_digits_and_every_other_character_keeps_its_place(said: str, read: str) -> None:
    text = as_digits(said)
    assert len(text) == len(said)
    assert " ".join(text.split()) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("D0B: O2/17/1979", "DoB: 02/17/1979"), ("Neuro1ogy Clinic", "Neurology Clinic"),
        ("chronic rnigraine", "chronic migraine "), ("per rnonth", "per month "), ("turn to the modern clinic",) * 2,
        ("ICD I10, G43.709, MRN 30188",) * 2,
    ],
)  # fmt: skip
def test_confused_signs_are_set_right_where_only_one_word_can_be_meant(page_text, written: str, read: str) -> None:
    (page,) = repaired([page_text(written)])
    assert page.text.strip("\n").ljust(len(read)) == read


def test_a_document_that_writes_the_day_first_does_so_throughout(page_text) -> None:  # type: ignore[no-untyped-def]
    (page,) = repaired([page_text("Born 27/08/1983   seen 05/11/2024")])
    assert [day for _, _, day in dates_in(page.text)] == ["1983-08-27", "2024-11-05"]
    (page,) = repaired([page_text("Born 08/27/1983   seen 05/11/2024")])
    assert [day for _, _, day in dates_in(page.text)] == ["1983-08-27", "2024-05-11"]


@pytest.mark.parametrize(
    ("header", "name", "born", "mrn"),
    [
        ("PT NAME......: BYRON, ADA J\nDOB..........: 1990/05/27   MRN:"
         " CVN-0048812", "ADA J BYRON", "1990-05-27", "CVN-0048812"),
        ("Ada Byron-Lovelace    12/19/1951    acct A-550021    MR 118-20-55   "
         " 07/24/2025", "Ada Byron-Lovelace", "1951-12-19", "118-20-55"),
        ("Ada Byron, 29, DOB 14/09/1995 (14 Sept)  |  Chart FN 4410  |  19"
         " March 2025", "Ada Byron", "1995-09-14", "FN 4410"),
        ("Last name: Byron     First: Ada     DOB: 08/21/1994   Age: 31", "Ada Byron", "1994-08-21", None),
        ("patient name Ada Byron date of birth october third nineteen sixty eight\n(10/03/1968) medical record"
         " 5512907", "Ada Byron", "1968-10-03", "5512907"),
        ("Ada Byron      DoB 27-08-1983     Unit no. 660417     9 Dec 2024", "Ada Byron", "1983-08-27", "660417"),
        ("# patient_name;Ada Byron\n# dob;1996-07-04", "Ada Byron", "1996-07-04", None),
    ],
)  # fmt: skip
def test_whose_page_it_is_by_other_labels(page_text, header, name, born, mrn) -> None:  # type: ignore[no-untyped-def]
    (finding,) = find_identity(*repaired([page_text(header)]))
    assert (finding.value.name, finding.value.birth_date, finding.value.mrn) == (name, born, mrn)


def test_a_month_grid_is_counted_box_by_box_by_its_own_signs(page_text) -> None:  # type: ignore[no-untyped-def]
    sheet = """0 = no headache      h = headache, not migraine      M = migraine
* = I took my rescue medicine that day
FEBRUARY 2025
|  Sun     |  Mon     |  Tue     |  Wed     |  Thu     |  Fri     |  Sat     |
|          |          |          |          |          |          |  1  M8*  |
|  2  h3   |  3  0    |  4  0    |  5  h2   |  6  M9*  |  7  0    |  8       |
My goal is 10 or fewer headache days."""
    (finding,) = find_diary([page_text(sheet)])
    v = finding.value
    assert (v.month, v.days_recorded, v.headache_days, v.migraine_days) == ("2025-02", 7, 4, 2)
    assert (v.days_4h_or_more, v.acute_medication_days) == (2, 2)


def test_rows_without_a_year_have_the_pages_and_clock_times_cross_midnight(page_text) -> None:  # type: ignore[no-untyped-def]
    log = """Attack log 2024 (day/month)
Day / date   Start     Stop       What it was   Treatment taken
Mon 30/12     --        --        no headache
Tue 31/12    21:30     03:15+1    MIGRAINE      sumatriptan 50
Wed 01/01    08:00     11:59      headache      none
Thu 02/01     --        --        no headache
Fri 03/01    14:00     16:30      headache      none"""
    found = {f.value.month: f.value for f in find_diary(repaired([page_text(log)]))}
    assert (found["2024-12"].headache_days, found["2024-12"].days_4h_or_more) == (1, 1)
    assert (found["2025-01"].headache_days, found["2025-01"].days_4h_or_more) == (2, 0)
    assert found["2024-12"].acute_medication_days == 1
